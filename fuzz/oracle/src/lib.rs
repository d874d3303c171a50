//! Runs a case on several engines and says whether and where they part.
//!
//! * [`Crew`] holds the engines and shields the harness from those that crash.
//! * [`compare`] lists every field in which two outcomes differ, among what both engines can report.
//! * [`judge`] runs a case on a crew and gives the [`Verdict`]; [`Tolerances`] say which differences are known and
//!   explained, and count how often they were met.
//! * [`localise`] finds the first canonical point at which two engines part, and the instruction behind it.
//! * [`gas_edges`] and [`with_gas`] repeat a case with limits at every edge where gas is charged.
//! * [`repeat`] runs a case again, on the same instance and on a fresh one.
//!
//! Nothing here reads the clock, the environment or files.

mod compare;
mod crew;
mod localise;
mod repeat;
mod sweep;
mod tolerance;
mod verdict;

pub use compare::{Difference, Level, Part, compare};
pub use crew::{Crew, Ran};
pub use localise::{Fork, Instruction, localise};
pub use repeat::repeat;
pub use sweep::{Edges, gas_edges, with_gas};
pub use tolerance::{BadTolerances, TOLERANCES, Tolerances};
pub use verdict::{Divergence, Signature, Verdict, judge, judge_some};
