//! `replay`: case files and evidence folders on any set of engines.

use crate::args::ReplayArgs;
use crate::crew::{crew, tolerances};
use crate::exit::{Exit, Failure};
use crate::fuzz::STATE;
use crate::gate::sarif;
use crate::guard;
use crate::roster::Roster;
use crate::run::fold;
use crate::source;
use api::{B256, digest};
use format::{CaseFile, Expect};
use oracle::{Crew, Ran, Tolerances, judge};
use report::{CameTo, Suite, Test};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What a replay came to.
#[derive(Default)]
struct Tally {
    cases: u64,
    compared: u64,
    /// Differences that a tolerance explains.
    tolerated: u64,
    failed: u64,
    unread: u64,
    /// Cases of which nothing is known: neither compared nor expected, or at a resource limit.
    unknown: u64,
    digests: Vec<B256>,
    /// What failed, could not be read or came to nothing.
    tests: Vec<Test>,
}

/// Replays every case at or below the paths.
pub(crate) fn replay(args: &ReplayArgs, roster: Roster, out: &mut dyn Write) -> Result<Exit, Failure> {
    guard::start(args.limit.hang);
    let mut crew = crew(&args.engines, roster)?;
    let tolerances = tolerances()?;
    let mut found = Found::default();
    for path in &args.paths {
        walk(path, &mut found)?;
    }
    let Found { files, links } = found;
    for link in &links {
        writeln!(out, "SKIPPED  {}: a link to a folder; give the folder itself", link.display())?;
    }
    let mut tally = Tally::default();
    for path in &files {
        let name = path.display().to_string();
        match source::case_files(&name) {
            Ok(cases) => {
                for file in &cases {
                    replay_file(&mut crew, &tolerances, &name, file, &mut tally, out)?;
                }
            }
            Err(failure) => {
                tally.unread += 1;
                // What is wrong, and the line that says where.
                let message = anstream::adapter::strip_str(&failure.message).to_string();
                let what: Vec<&str> = message.lines().take(2).map(str::trim).collect();
                writeln!(out, "UNREAD   {}", what.join(" "))?;
                tally.tests.push(Test { name, came_to: CameTo::Error(what.join(" ")) });
            }
        }
    }
    let Tally { cases, compared, failed, unread, .. } = tally;
    let digest = fold(&tally.digests);
    let (n, engines) = (files.len(), crew.names().join(", "));
    writeln!(
        out,
        "{n} files, {cases} cases on {engines}: {compared} compared, {} tolerated, {failed} failed, {} unknown, {unread} files unread; digest {digest}",
        tally.tolerated, tally.unknown
    )?;
    if let Some(path) = &args.sarif {
        let suite = Suite { name: "replay".to_owned(), about: String::new(), tests: tally.tests };
        source::write(path, &sarif(&[suite]))?;
    }
    Ok(match (failed, unread, tally.unknown) {
        (1.., ..) => Exit::Differs,
        (0, 1.., _) => Exit::BadInput,
        (0, 0, 1..) => Exit::Inconclusive,
        _ if cases == 0 => Exit::Inconclusive,
        _ => Exit::Ok,
    })
}

fn replay_file(
    crew: &mut Crew,
    tolerances: &Tolerances,
    name: &str,
    file: &CaseFile,
    tally: &mut Tally,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    for (case, expect) in file.cases() {
        let verdict = judge(crew, &case, tolerances);
        tally.cases += 1;
        let compared = verdict.runs.iter().filter(|(_, ran)| ran.outcome().is_some()).count() > 1;
        let limited = verdict.runs.iter().any(|(_, ran)| matches!(ran, Ran::Limit(_)));
        let expects = *expect != Expect { revision: expect.revision, ..Expect::default() };
        tally.compared += u64::from(compared);
        tally.unknown += u64::from(limited || !compared && !expects);
        tally.digests.extend(verdict.outcome().and_then(|outcome| digest::exact(outcome).ok()));
        tally.tolerated += verdict.tolerated;
        let place = format!("{name} {} in {}", file.name, case.revision);
        let mut wrong: Vec<String> =
            verdict.divergences.iter().map(|divergence| divergence.signature.to_string()).collect();
        // The judge is held against the file, the others against the judge.
        let differences = verdict.outcome().map(|outcome| CaseFile::check(expect, outcome)).unwrap_or_default();
        wrong.extend(differences.iter().map(ToString::to_string));
        for (engine, ran) in &verdict.runs {
            if let Ran::Limit(what) = ran {
                writeln!(out, "LIMIT    {place}: {engine}: {what}")?;
                tally.tests.push(Test { name: place.clone(), came_to: CameTo::Skipped(format!("{engine}: {what}")) });
            }
        }
        tally.failed += u64::from(!wrong.is_empty());
        for what in &wrong {
            writeln!(out, "FAILED   {place}: {what}")?;
        }
        if !wrong.is_empty() {
            tally.tests.push(Test { name: place, came_to: CameTo::Failed(wrong) });
        }
    }
    Ok(())
}

/// A case by its ending. The state of a campaign, which lies beside its findings, is none.
fn is_case(path: &Path) -> bool {
    let named = path.file_name().is_some_and(|name| name != STATE);
    named && path.extension().is_some_and(|ending| ending == "evm" || ending == "json")
}

/// What is at or below the paths.
#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    /// Links to folders inside folders. Who follows them may walk for ever.
    links: Vec<PathBuf>,
}

/// Case files at or below a path. In an evidence folder only the reduced case counts.
fn walk(path: &Path, found: &mut Found) -> Result<(), Failure> {
    let unreadable = |error: std::io::Error| {
        let message = format!("error: cannot read {}: {error}; give a case file or a folder", path.display());
        Failure::new(Exit::BadInput, message)
    };
    if !std::fs::metadata(path).map_err(unreadable)?.is_dir() {
        found.files.push(path.to_owned());
        return Ok(());
    }
    let case = path.join("case.evm");
    if case.is_file() {
        found.files.push(case);
        return Ok(());
    }
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(path).map_err(unreadable)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    for entry in entries {
        match entry.is_dir() {
            true if entry.is_symlink() => found.links.push(entry),
            true => walk(&entry, found)?,
            false if is_case(&entry) => found.files.push(entry),
            false => {}
        }
    }
    Ok(())
}
