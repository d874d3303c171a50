//! Bytecode as data flow over words.
//!
//! * [`func`] is the form itself: blocks of instructions over 256-bit values, plain data; [`inst`] are the instructions.
//! * [`build()`] makes it of bytecode, [`verify()`] checks it, [`print()`] and [`parse()`] are its text;
//! * [`PASSES`] improve it, one after the other, as [`Options`] say;
//! * [`Ir`] is a vm that runs it as it stands, so that a wrong front end or pass is told from a wrong back end.

#![forbid(unsafe_code)]

mod build;
mod carry;
mod dead;
mod engine;
mod fold;
pub mod func;
mod grow;
pub mod inst;
mod jumps;
mod loops;
mod number;
mod options;
mod pack;
mod parse;
mod pass;
mod print;
mod range;
mod run;
mod verify;

pub use build::{CODE_LEN_MAX, Refusal, build};
pub use engine::Ir;
pub use func::{Block, BlockData, Edge, End, Func, Head, Param, To, Value, Width};
pub use inst::{Inst, Op, arity, is_env, suspends};
pub use loops::depths;
pub use options::Options;
pub use parse::parse;
pub use pass::{Fuel, PASSES, Pass, optimise};
pub use print::print;
pub use verify::verify;
