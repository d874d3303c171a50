//! Bytecode as data flow over words.
//!
//! * [`func`] is the form itself: blocks of instructions over 256-bit values, plain data; [`inst`] are the instructions.
//! * [`build()`] makes it of bytecode, [`verify()`] checks it;
//! * [`Ir`] is a vm that runs it as it stands, so that a wrong front end or pass is told from a wrong back end.

#![forbid(unsafe_code)]

mod build;
mod engine;
pub mod func;
pub mod inst;
mod run;
mod verify;

pub use build::{CODE_LEN_MAX, Refusal, build};
pub use engine::Ir;
pub use func::{Block, BlockData, Edge, End, Func, Head, Param, To, Value, Width};
pub use inst::{Inst, Op, arity, is_env, suspends};
pub use verify::verify;
