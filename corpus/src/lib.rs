//! The corpus as it stood in the repository when this crate was built. The crate lies in the folder of the cases, so that a
//! package of it holds them.

/// Path in the repository and text of every case file that campaigns draw from.
pub const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/corpus.rs"));

/// The same of every file that says what a finding was.
pub const KNOWN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/known.rs"));

/// The same of every case whose code compilers make much of: it is run like the others, and no campaign draws from it.
pub const COSTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/costs.rs"));

/// The same of every file that says how much compilers may make of a code.
pub const BOUNDS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/bounds.rs"));
