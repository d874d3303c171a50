//! Cost: what compilers make of the worst code that is known, which is counted and bounded.

use super::part::{Judged, Part, Stop, sum};
use alloy_primitives::keccak256;
use api::Code;
use cost::{Bounds, Compiler};

/// Compiles each case of `corpus/cost` by each compiler, for both architectures. The digest is that of all amounts.
pub(super) fn cost(stop: &Stop) -> Part {
    let one = |(name, text): &(&str, &str)| {
        let (failures, digest) = match checked(name, text) {
            Ok((beyond, made)) => (beyond, Some(keccak256(format!("{name} {made:?}")))),
            Err(why) => (vec![why], None),
        };
        let failures = failures.into_iter().map(|what| format!("cost: {name}: {what}")).collect();
        vec![Judged { test: (*name).to_owned(), compared: digest.is_some(), failures, digest, ..Judged::default() }]
    };
    sum("cost", stop.each(corpus::COSTS, one))
}

type Checked = (Vec<String>, [Option<u64>; Compiler::ALL.len()]);

/// What of a case goes beyond its bounds, and all amounts.
fn checked(name: &str, text: &str) -> Result<Checked, String> {
    let file = format::evm::read(text.as_bytes(), name).map_err(|error| error.to_string())?;
    let (case, _) = file.cases().next().ok_or("it is for no revision")?;
    let account = case.accounts.values().find(|account| !account.code.is_empty()).ok_or("it has no code")?;
    let beside = name.replace(".evm", ".toml");
    let bounds = corpus::BOUNDS.iter().find(|(file, _)| *file == beside);
    let (_, bounds) = bounds.ok_or_else(|| format!("there is no {beside}; bless it"))?;
    Ok(Bounds::read(bounds)?.check(&Code::new(account.code.clone())))
}
