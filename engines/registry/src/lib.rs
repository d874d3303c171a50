//! Engine names to boxed engines: the only crate that knows them all.

use api::{Engine, EngineId};
use interp::Interp;
use std::fmt;
use world::Machine;

/// One engine that can be made by name.
struct Row {
    name: &'static str,
    about: &'static str,
    make: fn() -> Box<dyn Engine>,
}

/// Every engine, the reference first.
const ROWS: &[Row] =
    &[Row { name: "interp", about: "the reference interpreter: plain, safe, one instruction at a time", make: interp }];

fn interp() -> Box<dyn Engine> {
    Box::new(Machine::new(Interp::id(), Interp::new()))
}

/// The names of all engines, the reference first.
pub fn names() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|row| row.name)
}

/// The engine with this name.
pub fn make(name: &str) -> Result<Box<dyn Engine>, UnknownEngine> {
    ROWS.iter().find(|row| row.name == name).map(|row| (row.make)()).ok_or_else(|| UnknownEngine(name.to_owned()))
}

/// One of each.
pub fn all() -> Vec<Box<dyn Engine>> {
    ROWS.iter().map(|row| (row.make)()).collect()
}

/// Identity and one line about each.
pub fn describe() -> Vec<(EngineId, &'static str)> {
    ROWS.iter().map(|row| ((row.make)().id(), row.about)).collect()
}

/// A name that is no engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEngine(pub String);

impl fmt::Display for UnknownEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown engine `{}`; known are: {}", self.0, names().collect::<Vec<_>>().join(", "))
    }
}

impl std::error::Error for UnknownEngine {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_makes_the_engine_of_that_name() {
        for name in names() {
            assert_eq!(make(name).map(|engine| engine.id().name).as_deref(), Ok(name));
        }
        assert!(make("nothing").is_err());
    }
}
