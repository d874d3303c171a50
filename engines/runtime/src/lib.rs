//! What compiled code may call in Rust.
//!
//! * [`Context`] is what compiled code is given: gas, stack, memory, constants, at fixed offsets;
//! * [`table`] is the one table of builtins, called by number, so that machine code holds no addresses;
//! * [`Status`] is what both answer.
//!
//! Every instruction that a back end does not emit itself is a builtin here, with the precedence of failures that `spec` fixes.
//! The arithmetic is this crate's own: it shares no code with the reference interpreter.

mod access;
mod arith;
mod call;
pub mod context;
mod divide;
mod gas;
#[cfg(any(test, target_arch = "x86_64"))]
mod keccak;
mod memory;
mod modular;
mod narrow;
mod quick;
mod state;
mod status;
pub mod table;
mod words;

pub use context::{Constants, Context, offset};
pub use modular::Moduli;
pub use narrow::{Narrow, Narrows, Quotient};
pub use status::Status;
pub use table::Builtin;
