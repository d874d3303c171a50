//! The EVM as data: which instructions exist, what they need, what they cost and since when.
//!
//! Nothing here runs. Every engine, the assembler, the generators and the corpus checklist read the same
//! table, so a fact about the protocol is written in one place:
//!
//! * [`table`]: one row per instruction, with its price history;
//! * [`revision`]: the protocol rules in force, Frontier to Osaka;
//! * [`gas`]: prices that depend on operands or state;
//! * [`limits`]: sizes, depths and caps per revision;
//! * [`halt`]: how a frame can fail, and in which order the reasons are looked for;
//! * [`eips`]: the rules that change execution, each with the revisions it is in force.

pub mod eips;
pub mod gas;
pub mod halt;
pub mod limits;
pub mod revision;
pub mod table;

pub use eips::Eip;
pub use halt::Halt;
pub use revision::Revision;
pub use table::{Row, Touches, op};
