//! Faults that are known to survive, each with the reason: a row of a file that people read. One that is not there and
//! survives is red, and so is one that is there and was noticed.

use std::collections::BTreeMap;
use std::fmt;

/// The rows of this repository.
const FILE: &str = include_str!("../survivors.toml");

/// Reasons by the name of the fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survivors(BTreeMap<String, String>);

/// What is wrong with the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSurvivors(pub String);

impl fmt::Display for BadSurvivors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tests/zoo/survivors.toml: {}", self.0)
    }
}

impl std::error::Error for BadSurvivors {}

impl Survivors {
    /// Those of this repository.
    pub fn own() -> Result<Survivors, BadSurvivors> {
        Survivors::read(FILE)
    }

    /// Reads a file: a line `Name = "reason"` each.
    pub fn read(text: &str) -> Result<Survivors, BadSurvivors> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| BadSurvivors(error.to_string()))?;
        let rows = table.into_iter().map(|(name, reason)| {
            fault::find(&name).ok_or_else(|| BadSurvivors(format!("no fault is called `{name}`")))?;
            let reason = reason.as_str().ok_or_else(|| BadSurvivors(format!("`{name}` has no reason")))?;
            Ok((name, reason.to_owned()))
        });
        Ok(Survivors(rows.collect::<Result<_, _>>()?))
    }

    /// Why a fault survives.
    pub fn reason(&self, fault: &str) -> Option<&str> {
        self.0.get(fault).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_right_and_a_wrong_one_is_named() {
        Survivors::own().unwrap();
        assert!(Survivors::read("Nothing = \"x\"").unwrap_err().0.contains("no fault is called `Nothing`"));
        assert!(Survivors::read("InterpSarFill = 1").unwrap_err().0.contains("has no reason"));
    }
}
