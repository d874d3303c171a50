//! The corpus as it stood in the repository when this binary was built.

/// Path in the repository and text of every case file.
pub(crate) const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/corpus.rs"));

/// The same of every file that says what a finding was.
pub(crate) const KNOWN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/known.rs"));
