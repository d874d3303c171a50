//! Judging one file: every test, revision and transaction in it, on every engine.

use super::{Selection, TestFile};
use crate::roster::Roster;
use crate::source;
use api::{Case, Engine, EngineError, Outcome, Revision, TxOutcome, Watch, digest};
use format::statetest::{self, Index, Post, Test, exception};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a case came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As expected.
    Passed,
    /// Rejected as expected; the root is that of the other convention, in which the coinbase was touched.
    PassedByConvention,
    /// Not as expected, and in what.
    Failed(Vec<String>),
    /// A resource limit was reached: nothing can be concluded.
    Unknown(String),
    /// Not run, and by which rule.
    Skipped(String),
}

/// One case on one engine.
#[derive(Clone, Debug)]
pub struct Result {
    /// Name of the test.
    pub test: String,
    /// The rules in force.
    pub revision: Revision,
    /// Which of the test's transactions.
    pub index: Index,
    /// The engine.
    pub engine: String,
    /// What it came to.
    pub verdict: Verdict,
    /// Digest of what consensus sees.
    pub digest: Option<api::B256>,
}

/// Everything in one file.
#[derive(Clone, Debug, Default)]
pub struct FileReport {
    /// Its name.
    pub file: String,
    /// Why it could not be read.
    pub unreadable: Option<String>,
    /// Its cases.
    pub results: Vec<Result>,
}

impl FileReport {
    /// The cases that failed.
    pub fn failures(&self) -> Vec<&Result> {
        self.results.iter().filter(|result| matches!(result.verdict, Verdict::Failed(_))).collect()
    }
}

/// The engines of one thread. One that panicked is replaced.
pub struct Engines(Roster, Vec<(String, Box<dyn Engine>)>);

impl Engines {
    /// One of each name; of all engines of this repository if there are none.
    pub fn new(selection: &Selection) -> Engines {
        let roster = selection.roster;
        let names = roster.own(&selection.engines).into_iter();
        Engines(roster, names.filter_map(|name| Some((name.clone(), roster.make(&name).ok()?))).collect())
    }
}

/// Judges a file.
pub fn judge(file: &TestFile, selection: &Selection, engines: &mut Engines) -> FileReport {
    let mut report = FileReport { file: file.name.clone(), ..FileReport::default() };
    let bytes = match source::bounded(&file.path) {
        Ok(bytes) => bytes,
        Err(why) => {
            report.unreadable = Some(format!("{}: {why}", file.name));
            return report;
        }
    };
    let tests = match statetest::read(&bytes, &file.name) {
        Ok(tests) => tests,
        Err(error) => {
            report.unreadable = Some(error.to_string());
            return report;
        }
    };
    for test in &tests {
        let wanted = selection.filter.as_ref().is_none_or(|text| file.name.contains(text) || test.name.contains(text));
        if wanted {
            judge_test(file, test, selection, engines, &mut report);
        }
    }
    report
}

fn judge_test(file: &TestFile, test: &Test, selection: &Selection, engines: &mut Engines, report: &mut FileReport) {
    for post in test.posts() {
        if selection.revision.is_some_and(|revision| revision != post.revision) {
            continue;
        }
        let case = match test.case(&post) {
            Ok(case) => case,
            Err(error) => {
                report.unreadable = Some(error.to_string());
                continue;
            }
        };
        let Engines(roster, engines) = engines;
        for (name, engine) in engines {
            let (verdict, digest) = run(*roster, engine, name, &case, &post, file.touched_coinbase);
            report.results.push(Result {
                test: test.name.clone(),
                revision: post.revision,
                index: post.index,
                engine: name.clone(),
                verdict,
                digest,
            });
        }
    }
}

fn run(
    roster: Roster,
    engine: &mut Box<dyn Engine>,
    name: &str,
    case: &Case,
    post: &Post<'_>,
    touched_coinbase: bool,
) -> (Verdict, Option<api::B256>) {
    if let Err(why) = engine.supports(case) {
        return (Verdict::Skipped(format!("{name} does not support it: {why}")), None);
    }
    let watch = Watch { roots: true, ..Watch::default() };
    match catch_unwind(AssertUnwindSafe(|| engine.run(case, watch))) {
        Ok(Ok(outcome)) => (compare(&outcome, post, case, touched_coinbase), digest::consensus(&outcome).ok()),
        Ok(Err(EngineError::Unsupported(why))) => {
            (Verdict::Skipped(format!("{name} does not support it: {why}")), None)
        }
        Ok(Err(error @ (EngineError::Limit(_) | EngineError::Stopped))) => (Verdict::Unknown(error.to_string()), None),
        Ok(Err(error)) => (Verdict::Failed(vec![error.to_string()]), None),
        Err(panic) => {
            let what = panic.downcast_ref::<String>().map(String::as_str);
            let what = what.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
            if let Ok(fresh) = roster.make(name) {
                *engine = fresh;
            }
            (Verdict::Failed(vec![format!("the engine crashed: {what}")]), None)
        }
    }
}

fn compare(outcome: &Outcome, post: &Post<'_>, case: &Case, touched_coinbase: bool) -> Verdict {
    let mut wrong = Vec::new();
    rejection(outcome, post, &mut wrong);
    let logs = format::logs_hash(outcome);
    if logs != post.logs_hash() {
        wrong.push(format!("logs hash: expected {}, found {logs}", post.logs_hash()));
    }
    let mut by_convention = false;
    // An engine that has no root of its own still has the state.
    let root = outcome.state_root.known().copied().or_else(|| outcome.state.known().map(world::state_root));
    match root {
        Some(root) if root == post.state_root() => {}
        Some(_) if touched_coinbase && root_with_coinbase(outcome, case) == Some(post.state_root()) => {
            by_convention = true;
        }
        Some(root) => wrong.push(format!("state root: expected {}, found {root}", post.state_root())),
        None => wrong.push("state root: not reported".into()),
    }
    match (wrong.is_empty(), by_convention) {
        (false, _) => Verdict::Failed(wrong),
        (true, true) => Verdict::PassedByConvention,
        (true, false) => Verdict::Passed,
    }
}

/// Whether the transaction was rejected if and only if it had to be, and for the expected reason.
fn rejection(outcome: &Outcome, post: &Post<'_>, wrong: &mut Vec<String>) {
    match (&outcome.transactions[..], post.exception()) {
        ([TxOutcome::Rejected(why)], Some(expected)) => {
            if !exception::matches(expected, *why) {
                wrong.push(format!("rejection: expected {expected}, found {why}"));
            }
            for unknown in exception::allowed(expected).unknown {
                wrong.push(format!("rejection: `{unknown}` is no known exception"));
            }
        }
        ([TxOutcome::Rejected(why)], None) => wrong.push(format!("rejected: {why}")),
        (_, Some(expected)) => wrong.push(format!("executed, expected {expected}")),
        (_, None) => {}
    }
}

/// The root after a rejected transaction if the coinbase had been touched all the same. Some fillers did so before
/// EIP-158, when that brought an empty account into being.
fn root_with_coinbase(outcome: &Outcome, case: &Case) -> Option<api::B256> {
    let rejected = matches!(outcome.transactions[..], [TxOutcome::Rejected(_)]);
    let mut state = outcome.state.known().filter(|_| rejected && !case.revision.is(Revision::Spurious))?.clone();
    state.entry(case.block.coinbase).or_default();
    Some(world::state_root(&state))
}
