//! Totals, the list of failures, and the same as JSON and JUnit.

use super::judge::{FileReport, Result as CaseResult, Verdict};
use crate::exit::Exit;
use alloy_primitives::{B256, Keccak256};
use report::{CameTo, Suite, Test};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// How many cases came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// As expected.
    pub passed: u64,
    /// As expected, with the root of the other convention.
    pub by_convention: u64,
    /// Not as expected.
    pub failed: u64,
    /// At a resource limit.
    pub unknown: u64,
    /// Not run.
    pub skipped: u64,
}

impl Counts {
    fn add(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Passed => self.passed += 1,
            Verdict::PassedByConvention => self.by_convention += 1,
            Verdict::Failed(_) => self.failed += 1,
            Verdict::Unknown(_) => self.unknown += 1,
            Verdict::Skipped(_) => self.skipped += 1,
        }
    }

    /// All cases.
    pub fn total(&self) -> u64 {
        self.passed + self.by_convention + self.failed + self.unknown + self.skipped
    }

    fn json(&self) -> Value {
        json!({
            "cases": self.total(), "passed": self.passed, "passedByConvention": self.by_convention,
            "failed": self.failed, "unknown": self.unknown, "skipped": self.skipped,
        })
    }
}

/// What a whole run came to.
#[derive(Debug, Default)]
pub struct Report {
    /// Every file, in order.
    pub files: Vec<FileReport>,
    /// Everything.
    pub total: Counts,
    /// Whether no file was left out because another failed.
    pub is_whole: bool,
    by_folder: BTreeMap<String, Counts>,
    by_revision: BTreeMap<api::Revision, Counts>,
    by_engine: BTreeMap<String, Counts>,
    digests: BTreeMap<String, B256>,
}

impl Report {
    /// Adds up the files.
    pub fn new(files: Vec<FileReport>) -> Report {
        let mut report = Report { is_whole: true, ..Report::default() };
        let mut hashes: BTreeMap<String, Keccak256> = BTreeMap::new();
        for file in &files {
            let folder = file.file.split_once('/').map_or(".", |(folder, _)| folder);
            for result in &file.results {
                report.total.add(&result.verdict);
                report.by_folder.entry(folder.to_owned()).or_default().add(&result.verdict);
                report.by_revision.entry(result.revision).or_default().add(&result.verdict);
                report.by_engine.entry(result.engine.clone()).or_default().add(&result.verdict);
            }
            let one_case = |left: &CaseResult, right: &CaseResult| {
                (&left.test, left.revision, left.index) == (&right.test, right.revision, right.index)
            };
            for engines in file.results.chunk_by(one_case) {
                // What one engine did not run is no disagreement.
                let all = engines.iter().all(|result| result.digest.is_some());
                for result in engines {
                    let digest = result.digest.filter(|_| all).unwrap_or_default();
                    hashes.entry(result.engine.clone()).or_default().update(digest);
                }
            }
        }
        report.digests = hashes.into_iter().map(|(engine, hash)| (engine, hash.finalize())).collect();
        report.files = files;
        report
    }

    /// Digest of what consensus sees in all cases: one for all engines if they agree.
    pub fn digests(&self) -> &BTreeMap<String, B256> {
        &self.digests
    }

    fn unreadable(&self) -> impl Iterator<Item = &str> {
        self.files.iter().filter_map(|file| file.unreadable.as_deref())
    }

    fn with(&self, wanted: fn(&Verdict) -> bool) -> impl Iterator<Item = (&FileReport, &CaseResult)> {
        let results = self.files.iter().flat_map(|file| file.results.iter().map(move |result| (file, result)));
        results.filter(move |(_, result)| wanted(&result.verdict))
    }

    fn agrees(&self) -> bool {
        let mut digests = self.digests.values();
        let first = digests.next();
        digests.all(|digest| Some(digest) == first)
    }

    /// What the run means.
    pub fn exit(&self) -> Exit {
        if self.total.failed > 0 || !self.agrees() {
            Exit::Differs
        } else if self.unreadable().next().is_some() {
            Exit::BadInput
        } else if self.total.unknown > 0 || self.total.total() == self.total.skipped {
            Exit::Inconclusive
        } else {
            Exit::Ok
        }
    }

    /// Writes the tables, the failures and the summary.
    pub fn print(&self, out: &mut dyn Write, failures_max: usize) -> io::Result<()> {
        table(out, "folder", self.by_folder.iter().map(|(name, counts)| (name.as_str(), counts)))?;
        table(out, "revision", self.by_revision.iter().map(|(revision, counts)| (revision.name(), counts)))?;
        table(out, "engine", self.by_engine.iter().map(|(name, counts)| (name.as_str(), counts)))?;
        let mut hidden = 0;
        for (i, (file, result)) in self.with(|verdict| matches!(verdict, Verdict::Failed(_))).enumerate() {
            if i < failures_max {
                writeln!(out, "FAILED   {}", line(file, result))?;
            } else {
                hidden += 1;
            }
        }
        if hidden > 0 {
            writeln!(out, "and {hidden} more failures; --show N lists more, --json FILE all")?;
        }
        for (file, result) in self.with(|verdict| matches!(verdict, Verdict::Unknown(_))) {
            writeln!(out, "UNKNOWN  {}", line(file, result))?;
        }
        for unreadable in self.unreadable() {
            writeln!(out, "UNREAD   {unreadable}")?;
        }
        for (file, result) in self.with(|verdict| matches!(verdict, Verdict::Skipped(_))) {
            writeln!(out, "skipped  {}", line(file, result))?;
        }
        for (file, result) in self.with(|verdict| *verdict == Verdict::PassedByConvention) {
            writeln!(out, "by convention  {}", line(file, result))?;
        }
        self.summary(out)
    }

    fn summary(&self, out: &mut dyn Write) -> io::Result<()> {
        let Counts { passed, by_convention, failed, unknown, skipped } = self.total;
        let (total, unread) = (self.total.total(), self.unreadable().count());
        if total == skipped {
            write!(out, "nothing was tested: ")?;
        }
        let s = if total == 1 { "" } else { "s" };
        write!(out, "{total} case{s}: {} passed ({by_convention} by convention), ", passed + by_convention)?;
        write!(out, "{failed} failed, {unknown} unknown, {skipped} skipped, {unread} files unread; ")?;
        match (self.agrees(), self.digests.values().next()) {
            (true, digest) => writeln!(out, "digest {}", digest.copied().unwrap_or_default()),
            (false, _) => {
                let digests: Vec<String> =
                    self.digests.iter().map(|(name, digest)| format!("{name} {digest}")).collect();
                writeln!(out, "digests differ: {}", digests.join(", "))
            }
        }
    }

    /// The whole report.
    pub fn json(&self) -> Value {
        let listed = |wanted| self.with(wanted).map(|(file, result)| listed(file, result)).collect::<Vec<_>>();
        let counts = |(name, counts): (String, &Counts)| (name, counts.json());
        let by_folder = self.by_folder.iter().map(|(name, c)| counts((name.clone(), c)));
        let by_revision = self.by_revision.iter().map(|(revision, c)| counts((revision.name().into(), c)));
        let by_engine = self.by_engine.iter().map(|(name, c)| counts((name.clone(), c)));
        json!({
            "total": self.total.json(),
            "folders": by_folder.collect::<serde_json::Map<_, _>>(),
            "revisions": by_revision.collect::<serde_json::Map<_, _>>(),
            "engines": by_engine.collect::<serde_json::Map<_, _>>(),
            "digests": self.digests.iter().map(|(n, d)| (n.clone(), d.to_string().into())).collect::<serde_json::Map<_, _>>(),
            "failures": listed(|verdict| matches!(verdict, Verdict::Failed(_))),
            "unknown": listed(|verdict| matches!(verdict, Verdict::Unknown(_))),
            "skipped": listed(|verdict| matches!(verdict, Verdict::Skipped(_))),
            "byConvention": listed(|verdict| *verdict == Verdict::PassedByConvention),
            "complete": self.is_whole, "unread": self.unreadable().collect::<Vec<_>>(),
        })
    }

    /// The whole report for CI systems.
    pub fn junit(&self) -> String {
        let suite = |file: &FileReport| {
            let tests = file.results.iter().map(|result| {
                let came_to = match &result.verdict {
                    Verdict::Passed | Verdict::PassedByConvention => CameTo::Passed,
                    Verdict::Failed(why) => CameTo::Failed(why.clone()),
                    Verdict::Unknown(why) | Verdict::Skipped(why) => CameTo::Skipped(why.clone()),
                };
                Test { name: title(result), came_to }
            });
            let unread =
                file.unreadable.iter().map(|why| Test { name: "read".into(), came_to: CameTo::Error(why.clone()) });
            Suite { name: file.file.clone(), about: String::new(), tests: tests.chain(unread).collect() }
        };
        report::junit("unanimous conform", &self.files.iter().map(suite).collect::<Vec<_>>())
    }
}

fn table<'a>(out: &mut dyn Write, title: &str, rows: impl Iterator<Item = (&'a str, &'a Counts)>) -> io::Result<()> {
    writeln!(out, "{title:<28} {:>7} {:>7} {:>7} {:>7} {:>7}", "cases", "passed", "failed", "unknown", "skipped")?;
    for (name, counts) in rows {
        let passed = counts.passed + counts.by_convention;
        let Counts { failed, unknown, skipped, .. } = counts;
        writeln!(out, "{name:<28} {:>7} {passed:>7} {failed:>7} {unknown:>7} {skipped:>7}", counts.total())?;
    }
    Ok(())
}

fn title(result: &CaseResult) -> String {
    let CaseResult { test, revision, index, engine, .. } = result;
    format!("{test} {revision} d{} g{} v{} {engine}", index.data, index.gas, index.value)
}

fn why(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Failed(why) => why.join("; "),
        Verdict::Unknown(why) | Verdict::Skipped(why) => why.clone(),
        Verdict::Passed | Verdict::PassedByConvention => String::new(),
    }
}

fn line(file: &FileReport, result: &CaseResult) -> String {
    let why = why(&result.verdict);
    let colon = if why.is_empty() { "" } else { ": " };
    format!("{} {}{colon}{why}", file.file, title(result))
}

fn listed(file: &FileReport, result: &CaseResult) -> Value {
    json!({
        "file": file.file, "test": result.test, "revision": result.revision.name(), "engine": result.engine,
        "data": result.index.data, "gas": result.index.gas, "value": result.index.value, "why": why(&result.verdict),
    })
}
