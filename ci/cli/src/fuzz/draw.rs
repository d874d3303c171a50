//! What a campaign draws its cases from, by the command line.

use crate::args::DrawArgs;
use crate::exit::{Exit, Failure};
use crate::source;
use alloy_primitives::{B256, hex, keccak256};
use api::{Bytes, Case};
use r#gen::{Family, Mix, Profile};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The mix that was asked for, and a line that names everything it depends on.
pub(crate) fn mix(args: &DrawArgs) -> Result<(Mix, String), Failure> {
    let mut profile = Profile::default();
    if let Some(name) = &args.family {
        let Some(family) = Family::from_name(name) else {
            let known: Vec<&str> = r#gen::FAMILIES.iter().map(|row| row.family.name()).collect();
            let message = format_args!("error: unknown family `{name}`; known are {}", known.join(", "));
            return Err(Failure::new(Exit::BadInput, message));
        };
        profile = profile.only(family);
    }
    if let Some(revision) = args.revision {
        profile = profile.at(revision);
    }
    let contracts = args.contracts.as_deref().map_or(Ok(Vec::new()), contracts)?;
    let mut pool = if args.family.is_none() && contracts.is_empty() { pool() } else { Vec::new() };
    let mut about = format!(
        "family {}, revision {}",
        args.family.as_deref().unwrap_or("all"),
        args.revision.map_or("all", |revision| revision.name())
    );
    if !contracts.is_empty() {
        about = format!("{} contracts {}, {about}", contracts.len(), digest(contracts.iter().map(|code| &code[..])));
    }
    if !pool.is_empty() {
        about = format!("{about}, corpus {}", corpus_digest());
    }
    if let Some(folder) = &args.pool {
        let more = cases(folder)?;
        let written: Vec<Vec<u8>> = more.iter().map(format::binary::write).collect();
        about = format!("{about}, pool {}", digest(written.iter().map(Vec::as_slice)));
        pool.extend(more);
    }
    Ok((Mix { profile, revision: args.revision, pool, contracts }, about))
}

/// What was asked for, for a receipt.
pub(super) fn asked(args: &DrawArgs) -> Value {
    json!({
        "family": args.family, "revision": args.revision.map(|revision| revision.name()),
        "contracts": args.contracts.as_ref().map(|folder| folder.display().to_string()),
        "pool": args.pool.as_ref().map(|folder| folder.display().to_string()),
    })
}

/// One digest for the corpus that is built in.
pub(crate) fn corpus_digest() -> B256 {
    digest(corpus::FILES.iter().map(|(_, text)| text.as_bytes()))
}

/// One digest for the cases of the corpus that no campaign draws from, and their bounds.
pub(crate) fn cost_digest() -> B256 {
    digest(corpus::COSTS.iter().chain(corpus::BOUNDS).map(|(_, text)| text.as_bytes()))
}

/// The cases of the corpus that is built in, in every revision that they are for.
pub(crate) fn pool() -> Vec<Case> {
    let read = |(name, text): &(&str, &str)| format::evm::read(text.as_bytes(), name).ok();
    let files = corpus::FILES.iter().filter_map(read);
    files.flat_map(|file| file.cases().map(|(case, _)| case).collect::<Vec<_>>()).collect()
}

/// The cases in the files of a folder, in an order that does not depend on their names.
fn cases(folder: &Path) -> Result<Vec<Case>, Failure> {
    let wrong = |what: String| Failure::new(Exit::BadInput, format_args!("error: {}: {what}", folder.display()));
    let entries =
        std::fs::read_dir(folder).map_err(|error| wrong(format!("cannot be read: {error}; give a folder of cases")))?;
    let mut by_bytes = BTreeMap::new();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()) {
        for file in source::case_files(&path.display().to_string())? {
            for (case, _) in file.cases() {
                // A name has no effect, and must have none here.
                by_bytes.insert(format::binary::write(&case), Case { name: "pool".to_owned(), ..case });
            }
        }
    }
    if by_bytes.is_empty() {
        return Err(wrong("there is no case in it; give a corpus of libFuzzer, or a folder of case files".to_owned()));
    }
    Ok(by_bytes.into_values().collect())
}

/// The bytecode in every .hex file of a folder, in an order that does not depend on their names.
fn contracts(folder: &Path) -> Result<Vec<Bytes>, Failure> {
    let wrong = |what: String| Failure::new(Exit::BadInput, format_args!("error: {}: {what}", folder.display()));
    let entries = std::fs::read_dir(folder)
        .map_err(|error| wrong(format!("cannot be read: {error}; give a folder of .hex files")))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "hex"));
    paths.sort();
    let mut contracts = Vec::new();
    for path in &paths {
        let digits = source::read(&path.display().to_string())?;
        let code = hex::decode(digits.trim_ascii()).map_err(|error| {
            let message = format_args!("error: {}: {error}; it must hold bytecode in hexadecimal", path.display());
            Failure::new(Exit::BadInput, message)
        })?;
        contracts.push(Bytes::from(code));
    }
    contracts.retain(|code| !code.is_empty());
    contracts.sort();
    contracts.dedup();
    if contracts.is_empty() {
        return Err(wrong("there is no contract in it; give a folder of .hex files".to_owned()));
    }
    Ok(contracts)
}

/// One digest for a list of contents.
fn digest<'a>(contents: impl Iterator<Item = &'a [u8]>) -> B256 {
    keccak256(contents.map(keccak256).collect::<Vec<B256>>().concat())
}
