//! Benchmarks, with other engines beside ours in the same run.
//!
//! A figure is worth something only as a ratio taken in one run, over programs that nobody here wrote, on engines
//! that were seen to agree first. So every workload is run and checked before it is timed, and what is timed is
//! the CPU time of one thread.
//!
//! * `cargo run --release -p una-bench --example ratio`: the table of ratios, with their geometric mean;
//! * `cargo bench -p una-bench`: the same workloads under criterion, for the change between two commits.
//!
//! The workloads are read from `$UNANIMOUS_FIXTURES/workloads`; without it everything here is skipped by name.

pub mod baseline;
pub mod bomb;
pub mod clock;
pub mod contracts;
pub mod counted;
pub mod ended;
pub mod modular;
pub mod resident;
pub mod search;
pub mod stats;
pub mod table;
pub mod work;
pub mod workload;

pub use ended::{Ended, Expected};
pub use workload::Workload;

/// The engines that are compared with revm.
pub fn engines() -> Vec<Box<dyn api::Engine>> {
    registry::all()
}

/// The engines with these names.
pub fn engines_named(names: &[String]) -> Result<Vec<Box<dyn api::Engine>>, String> {
    names.iter().map(|name| registry::make(name).map_err(|error| error.to_string())).collect()
}
