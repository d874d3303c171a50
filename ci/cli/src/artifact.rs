//! `seeds` and `import`: to and from the corpus of a fuzzer.

use crate::args::{ImportArgs, SeedsArgs};
use crate::crew::{crew, tolerances};
use crate::diff::{fork, keep};
use crate::exit::{Exit, Failure};
use crate::fuzz::{mix, pool};
use crate::roster::Roster;
use crate::{guard, source};
use alloy_primitives::{hex, keccak256};
use api::Case;
use format::binary;
use oracle::judge;
use reduce::{Budget, Crews, reduce_finding};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// Proposals of the reduction of an artifact.
const TRIES: u64 = 20_000;

/// Writes a corpus and a dictionary for a fuzzer to start from.
pub(crate) fn seeds(args: &SeedsArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let mut cases = harness::seeds();
    cases.extend(pool());
    let (mix, _) = mix(&args.draw)?;
    cases.extend((0..args.cases).map(|index| mix.case(args.draw.seed, index)));
    let folder = args.out.join("corpus");
    create(&folder)?;
    // Cases that differ in their names alone are one file.
    let files: BTreeMap<String, Vec<u8>> =
        cases.iter().map(binary::write).map(|bytes| (file_name(&bytes), bytes)).collect();
    let mut n_new = 0;
    for (name, bytes) in &files {
        let path = folder.join(name);
        if !path.exists() {
            write(&path, bytes)?;
            n_new += 1;
        }
    }
    write(&args.out.join("evm.dict"), harness::dictionary().as_bytes())?;
    let (n_files, n_cases, folder) = (files.len(), cases.len(), folder.display());
    writeln!(out, "{n_files} seeds of {n_cases} cases in {folder}, {n_new} of them new; evm.dict beside it")?;
    Ok(Exit::Ok)
}

/// The name of a file in a corpus follows from its contents, as libFuzzer's do.
fn file_name(bytes: &[u8]) -> String {
    format!("{}.case", hex::encode(&keccak256(bytes)[..16]))
}

fn create(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    let message = format_args!("error: cannot write {}: {error}; choose another folder", path.display());
    Failure::new(Exit::BadInput, message)
}

/// Turns artifacts of a fuzzer into evidence folders.
pub(crate) fn import(args: &ImportArgs, roster: Roster, out: &mut dyn Write) -> Result<Exit, Failure> {
    guard::start(args.limit.hang);
    let mut crew = crew(&args.engines, roster)?;
    let crews = Crews::like(&crew);
    let tolerances = tolerances()?;
    let ids = roster.ids(&crew.names());
    let (mut n_cases, mut n_found) = (0, 0);
    for artifact in &args.artifacts {
        for file in source::case_files(artifact)? {
            let cases: Vec<Case> = file.cases().map(|(case, _)| case).collect();
            for case in &cases {
                n_cases += 1;
                let divergences = judge(&mut crew, case, &tolerances).divergences;
                n_found += divergences.len();
                for divergence in &divergences {
                    let budget = Budget { tries_max: TRIES };
                    let reduced = reduce_finding(&crews, case, &divergence.signature, &tolerances, budget);
                    let mut left = judge(&mut crew, &reduced.case, &tolerances).divergences;
                    left.retain(|other| other.signature == divergence.signature);
                    let shown = left.first().unwrap_or(divergence);
                    let fork = fork(&mut crew, &reduced.case, shown);
                    let place = keep(&args.out, artifact, case, &reduced.case, shown, fork.as_ref(), &ids)?;
                    writeln!(out, "FOUND    {artifact}: {}, {place}", divergence.signature)?;
                }
                if divergences.is_empty() {
                    writeln!(out, "nothing  {artifact}: the engines agree in {}", case.revision)?;
                }
            }
        }
    }
    let engines = crew.names().join(", ");
    writeln!(out, "{} artifacts, {n_cases} cases on {engines}: {n_found} findings", args.artifacts.len())?;
    Ok(if n_found > 0 { Exit::Differs } else { Exit::Inconclusive })
}
