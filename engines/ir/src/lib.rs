//! Bytecode as data flow over words.
//!
//! * [`func`] is the form itself: blocks of instructions over 256-bit values, plain data; [`inst`] are the instructions.

#![forbid(unsafe_code)]

pub mod func;
pub mod inst;

pub use func::{Block, BlockData, Edge, End, Func, Head, Param, To, Value, Width};
pub use inst::{Inst, Op, arity, is_env, suspends};
