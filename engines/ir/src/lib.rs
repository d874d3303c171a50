//! Bytecode as data flow over words.
//!
//! * [`func`] is the form itself: blocks of instructions over 256-bit values, plain data.

#![forbid(unsafe_code)]

pub mod func;

pub use func::{Block, BlockData, Edge, End, Func, Head, Inst, Op, Param, To, Value, Width};
