//! Engines agree on the case.

use crate::canary::canary;
use crate::{Check, Use, case};
use oracle::{Crew, TOLERANCES, Tolerances, judge};
use std::fmt;

/// Engines that are used for input after input, so that what one leaves behind is met by the next.
pub struct Bench {
    crew: Crew,
    tolerances: Tolerances,
}

/// A name that makes no engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEngine(String);

impl fmt::Display for UnknownEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UnknownEngine {}

impl Bench {
    /// These engines, at least two, separated by commas; the first is the judge.
    pub fn new(names: &str) -> Result<Bench, UnknownEngine> {
        let names: Vec<String> = names.split(',').map(|name| name.trim().to_owned()).collect();
        if names.len() < 2 {
            return Err(UnknownEngine(format!(
                "`{}` is one engine, and agrees with itself; name two",
                names.join(",")
            )));
        }
        let crew = Crew::new(&names, |name| registry::make(name).ok())
            .map_err(|name| UnknownEngine(registry::UnknownEngine(name).to_string()))?;
        let tolerances = Tolerances::read(TOLERANCES).unwrap_or_default();
        Ok(Bench { crew, tolerances })
    }

    /// The interpreter and one that is wrong about XOR. A fuzzer that does not find that finds nothing.
    pub fn canary() -> Bench {
        let make = |name: &str| if name == "canary" { Some(canary()) } else { registry::make(name).ok() };
        let names = ["interp".to_owned(), "canary".to_owned()];
        let crew = Crew::new(&names, make).unwrap_or_else(|name| unreachable!("{name} is an engine"));
        Bench { crew, tolerances: Tolerances::none() }
    }
}

/// Every engine of the bench gives what the first gives.
pub fn differential(bench: &mut Bench, data: &[u8]) -> Check {
    let Some(case) = case(data) else { return Ok(Use::Rejected) };
    let verdict = judge(&mut bench.crew, &case, &bench.tolerances);
    let Some(first) = verdict.divergences.first() else { return Ok(Use::Checked) };
    let mut text = format!("{} in {}", first.signature, case.revision);
    for difference in &first.differences {
        let (left, right) = (start(&difference.left), start(&difference.right));
        text += &format!("\n  {} {}: {left} / {right}", difference.part.name(), difference.place);
    }
    if let Some(crash) = &first.crash {
        text += &format!("\n  crashed: {crash}");
    }
    Err(text)
}

/// As much of a value as a line should have; the evidence has all of it.
fn start(text: &str) -> String {
    const LEN: usize = 100;
    let start: String = text.chars().take(LEN).collect();
    if start.len() < text.len() { format!("{start}...") } else { start }
}
