//! Engine names to boxed engines: the only crate that knows them all.
//!
//! There are two lists. [`names`] and [`all`] are the engines of this repository, which agree exactly; [`peers()`] are
//! engines that others wrote, which agree on what consensus sees. [`make`] and [`describe`] know both.

mod vm;

pub use vm::vm;

use api::{Engine, EngineId};
use interp::Interp;
use peers::Revm;
use std::fmt;
use template::{Features, Template};
use world::Machine;

/// One engine that can be made by name.
struct Row {
    name: &'static str,
    about: &'static str,
    make: fn() -> Box<dyn Engine>,
}

/// Every engine of this repository, the reference first.
const ROWS: &[Row] = &[
    Row { name: "interp", about: "the reference interpreter: plain, safe, one instruction at a time", make: interp },
    Row { name: "template", about: "machine code in one pass, with what this processor offers", make: template },
    Row { name: "template-plain", about: "the same for any processor of the architecture", make: template_plain },
];

/// Every engine that others wrote.
const PEERS: &[Row] = &[Row { name: "revm", about: "revm in this process; reports what consensus sees", make: revm }];

fn interp() -> Box<dyn Engine> {
    Box::new(Machine::new(Interp::id(), Interp::new()))
}

fn template() -> Box<dyn Engine> {
    templates("template", Features::host())
}

fn template_plain() -> Box<dyn Engine> {
    templates("template-plain", Features::default())
}

fn templates(name: &str, features: Features) -> Box<dyn Engine> {
    let precise = Box::new(Interp::new());
    Box::new(Machine::with_precise(Template::id(name, features), Template::new(features), precise))
}

fn revm() -> Box<dyn Engine> {
    Box::new(Revm)
}

fn rows() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().chain(PEERS)
}

/// The names of the engines of this repository, the reference first.
pub fn names() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|row| row.name)
}

/// The names of the engines that others wrote.
pub fn peers() -> impl Iterator<Item = &'static str> {
    PEERS.iter().map(|row| row.name)
}

/// The engine with this name, whoever wrote it.
pub fn make(name: &str) -> Result<Box<dyn Engine>, UnknownEngine> {
    rows().find(|row| row.name == name).map(|row| (row.make)()).ok_or_else(|| UnknownEngine(name.to_owned()))
}

/// One of each engine of this repository.
pub fn all() -> Vec<Box<dyn Engine>> {
    ROWS.iter().map(|row| (row.make)()).collect()
}

/// Identity and one line about every engine, peers last.
pub fn describe() -> Vec<(EngineId, &'static str)> {
    rows().map(|row| ((row.make)().id(), row.about)).collect()
}

/// A name that is no engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEngine(pub String);

impl fmt::Display for UnknownEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown engine `{}`; known are: {}", self.0, names().chain(peers()).collect::<Vec<_>>().join(", "))
    }
}

impl std::error::Error for UnknownEngine {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_makes_the_engine_of_that_name() {
        for name in names().chain(peers()) {
            assert_eq!(make(name).map(|engine| engine.id().name).as_deref(), Ok(name));
        }
        assert!(make("nothing").is_err());
    }
}
