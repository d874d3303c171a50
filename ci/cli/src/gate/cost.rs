//! Cost: what compilers make of the worst code that is known is counted and bounded. No engine runs, so nothing is compared.

use super::part::{Part, Stop, Tested};
use cost::Bounds;
use rayon::prelude::*;

/// Compiles the code of each case of `corpus/cost` by each compiler for each architecture.
pub(super) fn cost(stop: &Stop) -> Part {
    let one = |(name, text): &(&str, &str)| {
        let beyond = beyond(name, text).unwrap_or_else(|why| vec![why]);
        let failures = beyond.into_iter().map(|what| format!("cost: {name}: {what}; {BLESS}")).collect();
        Tested { failures, ..Tested::new(*name) }
    };
    let tests: Vec<Tested> = corpus::COSTS.par_iter().map(one).collect();
    stop.note(tests.iter().flat_map(|test| &test.failures).count());
    Part { name: "cost", tests, ..Part::default() }
}

/// What of a case goes beyond the bounds beside it.
fn beyond(name: &str, text: &str) -> Result<Vec<String>, String> {
    let file = format::evm::read(text.as_bytes(), name).map_err(|error| error.to_string())?;
    let (case, _) = file.cases().next().ok_or("it is for no revision")?;
    let beside = name.replace(".evm", ".toml");
    let bounds = corpus::BOUNDS.iter().find(|(file, _)| *file == beside);
    let (_, bounds) = bounds.ok_or_else(|| format!("there is no {beside}"))?;
    Ok(Bounds::read(bounds)?.check(&cost::code_of(&case.accounts)?))
}

/// What to do next.
const BLESS: &str = "if it is meant: BLESS=1 cargo test -p una-suite --test cost";
