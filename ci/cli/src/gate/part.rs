//! What a part of the gate came to, test by test.

use crate::run::fold;
use alloy_primitives::B256;
use api::digest;
use oracle::{Ran, Verdict};
use rayon::prelude::*;
use report::{CameTo, Suite, Test};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// A part of the gate.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) n_cases: u64,
    pub(super) n_compared: u64,
    pub(super) tests: Vec<Tested>,
    /// None where no cases are run, or not all of them.
    pub(super) digest: Option<B256>,
}

/// What is reported as one test: a case, an instruction, a family, a floor.
#[derive(Debug, Default)]
pub(super) struct Tested {
    pub(super) name: String,
    pub(super) failures: Vec<String>,
    /// Why nothing can be concluded.
    pub(super) unknown: Vec<String>,
}

impl Tested {
    pub(super) fn new(name: impl Into<String>) -> Tested {
        Tested { name: name.into(), ..Tested::default() }
    }
}

/// What the verdict begins with.
pub(super) fn word(parts: &[Part], is_alone: bool) -> &'static str {
    let n_cases: u64 = parts.iter().map(|part| part.n_cases).sum();
    let is_known = parts.iter().all(|part| part.unknown().next().is_none());
    let is_red =
        |is_bound: bool| parts.iter().any(|part| part.is_bound() == is_bound && part.failures().next().is_some());
    match (is_red(false), is_red(true)) {
        (true, _) => "NOT UNANIMOUS",
        (false, true) if n_cases == 0 && is_known => "BOUNDS BROKEN, nothing was compared",
        (false, true) if is_alone || !is_known => "NOT UNANIMOUS",
        (false, true) => "BOUNDS BROKEN",
        (false, false) if n_cases == 0 && is_known => "BOUNDS HOLD, nothing was compared",
        // With one engine there is nobody to agree with: the corpus was checked, nothing was compared.
        (false, false) if is_alone => "NOTHING COMPARED",
        (false, false) if is_known => "unanimous",
        (false, false) => "INCONCLUSIVE",
    }
}

impl Part {
    /// Whether it holds bounds and floors and compares nobody.
    fn is_bound(&self) -> bool {
        ["cost", "floors"].contains(&self.name)
    }

    pub(super) fn failures(&self) -> impl Iterator<Item = &String> {
        self.tests.iter().flat_map(|test| &test.failures)
    }

    pub(super) fn unknown(&self) -> impl Iterator<Item = &String> {
        self.tests.iter().flat_map(|test| &test.unknown)
    }

    fn about(&self) -> String {
        let n_failed = self.failures().count();
        let Part { n_cases, n_compared, .. } = self;
        match self.digest {
            Some(digest) => format!("{n_cases:>6} cases, {n_compared:>6} compared, {n_failed} failed; digest {digest}"),
            None if *n_cases > 0 => format!("{n_cases:>6} cases, {n_compared:>6} compared, {n_failed} failed"),
            None => {
                let n_red = self.tests.iter().filter(|test| !test.failures.is_empty()).count();
                format!("{:>6} of {} hold", self.tests.len() - n_red, self.tests.len())
            }
        }
    }

    pub(super) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        for failure in self.failures() {
            writeln!(out, "FAILED  {failure}")?;
        }
        for why in self.unknown() {
            writeln!(out, "UNKNOWN {why}")?;
        }
        writeln!(out, "{:<9} {}", self.name, self.about())
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "name": self.name, "cases": self.n_cases, "compared": self.n_compared, "tests": self.tests.len(),
            "failures": self.failures().collect::<Vec<_>>(), "inconclusive": self.unknown().collect::<Vec<_>>(),
            "digest": self.digest.map(|digest| digest.to_string()),
        })
    }

    pub(super) fn suite(&self) -> Suite {
        let tests = self.tests.iter().map(|test| {
            let came_to = match (test.failures.is_empty(), test.unknown.is_empty()) {
                (false, _) => CameTo::Failed(test.failures.clone()),
                (true, false) => CameTo::Skipped(test.unknown.join("\n")),
                (true, true) => CameTo::Passed,
            };
            Test { name: test.name.clone(), came_to }
        });
        let about = self.about().split_whitespace().collect::<Vec<_>>().join(" ");
        Suite { name: self.name.to_owned(), about, tests: tests.collect() }
    }
}

/// What a single case adds to a part.
#[derive(Default)]
pub(super) struct Judged {
    /// The test that it belongs to.
    pub(super) test: String,
    pub(super) compared: bool,
    pub(super) failures: Vec<String>,
    pub(super) limits: Vec<String>,
    pub(super) digest: Option<B256>,
}

impl Judged {
    pub(super) fn of(test: String, place: &str, verdict: &Verdict) -> Judged {
        let crashed_or_differs =
            verdict.divergences.iter().map(|divergence| format!("{place}: {}", divergence.signature));
        let limits = verdict.runs.iter().filter_map(|(engine, ran)| match ran {
            Ran::Limit(what) => Some(format!("{place}: {engine}: {what}")),
            _ => None,
        });
        Judged {
            test,
            compared: verdict.runs.iter().filter(|(_, ran)| ran.outcome().is_some()).count() > 1,
            failures: crashed_or_differs.collect(),
            limits: limits.collect(),
            digest: verdict.outcome().and_then(|outcome| digest::exact(outcome).or(digest::consensus(outcome)).ok()),
        }
    }
}

/// Whether there is more to do: with `--first` nothing is begun once something failed.
pub(super) struct Stop {
    first: bool,
    red: AtomicBool,
}

impl Stop {
    pub(super) fn new(first: bool) -> Stop {
        Stop { first, red: AtomicBool::new(false) }
    }

    pub(super) fn goes_on(&self) -> bool {
        !self.red.load(Ordering::Relaxed)
    }

    /// Whether the first failure is the end.
    pub(super) fn is_at_first(&self) -> bool {
        self.first
    }

    /// Notes how much failed.
    pub(super) fn note(&self, n_failures: usize) {
        if self.first && n_failures > 0 {
            self.red.store(true, Ordering::Relaxed);
        }
    }

    /// All items, in their order; with `--first` those that were begun before something failed.
    pub(super) fn each<I: IntoParallelIterator>(
        &self,
        items: I,
        one: impl Fn(I::Item) -> Vec<Judged> + Sync + Send,
    ) -> Vec<Judged> {
        let items = items.into_par_iter().take_any_while(|_| self.goes_on());
        let note = |judged: &Vec<Judged>| self.note(judged.iter().map(|one| one.failures.len()).sum());
        items.map(one).inspect(note).collect::<Vec<_>>().into_iter().flatten().collect()
    }
}

/// Adds up cases; those of one test need not stand together.
pub(super) fn sum(name: &'static str, judged: Vec<Judged>) -> Part {
    let mut part = Part { name, n_cases: judged.len() as u64, ..Part::default() };
    let mut at = std::collections::BTreeMap::new();
    let mut digests = Vec::new();
    for one in judged {
        let at = *at.entry(one.test.clone()).or_insert(part.tests.len());
        if at == part.tests.len() {
            part.tests.push(Tested::new(one.test));
        }
        part.n_compared += u64::from(one.compared);
        part.tests[at].failures.extend(one.failures);
        part.tests[at].unknown.extend(one.limits);
        digests.extend(one.digest);
    }
    if part.n_cases == 0 {
        let nothing = vec![format!("{name}: there is nothing to test")];
        part.tests.push(Tested { unknown: nothing, ..Tested::new("all") });
    }
    part.digest = Some(fold(&digests));
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_add_up_to_tests() {
        let one = |test: &str, failures: &[&str]| Judged {
            test: test.into(),
            compared: true,
            failures: failures.iter().map(|text| text.to_string()).collect(),
            ..Judged::default()
        };
        let part = sum("matrix", vec![one("ADD", &[]), one("MUL", &["x"]), one("ADD", &["y", "z"])]);
        let tests: Vec<(&str, usize)> =
            part.tests.iter().map(|test| (test.name.as_str(), test.failures.len())).collect();
        assert_eq!((part.n_cases, part.n_compared, tests), (3, 3, vec![("ADD", 2), ("MUL", 1)]));
        let empty = sum("corpus", Vec::new());
        assert_eq!(empty.unknown().collect::<Vec<_>>(), ["corpus: there is nothing to test"]);
        assert_eq!(empty.suite().tests[0].came_to, CameTo::Skipped("corpus: there is nothing to test".into()));
    }

    /// A part with so many cases, and whether it is red, and unknown.
    fn part(name: &'static str, n_cases: u64, is_red: bool, is_unknown: bool) -> Part {
        let lines = |there: bool| if there { vec!["why".to_owned()] } else { Vec::new() };
        let test = Tested { failures: lines(is_red), unknown: lines(is_unknown), ..Tested::new("test") };
        Part { name, n_cases, n_compared: n_cases, tests: vec![test], digest: None }
    }

    #[test]
    fn the_verdict_claims_no_more_than_was_seen() {
        let [corpus, red, unknown] = [(false, false), (true, false), (false, true)]
            .map(|(is_red, is_unknown)| move || part("corpus", 9, is_red, is_unknown));
        let [cost, broken] = [false, true].map(|is_red| move || part("cost", 0, is_red, false));
        // What threads saw before the first case was counted.
        let early = part("campaign", 0, true, false);
        let rows: [(Vec<Part>, bool, &str); 11] = [
            (vec![corpus(), cost()], false, "unanimous"),
            (vec![red(), cost()], false, "NOT UNANIMOUS"),
            (vec![red(), broken()], false, "NOT UNANIMOUS"),
            (vec![corpus(), broken()], false, "BOUNDS BROKEN"),
            (vec![corpus(), broken()], true, "NOT UNANIMOUS"),
            (vec![unknown(), broken()], false, "NOT UNANIMOUS"),
            (vec![unknown(), cost()], false, "INCONCLUSIVE"),
            (vec![corpus(), cost()], true, "NOTHING COMPARED"),
            (vec![broken()], false, "BOUNDS BROKEN, nothing was compared"),
            (vec![cost()], true, "BOUNDS HOLD, nothing was compared"),
            (vec![early], false, "NOT UNANIMOUS"),
        ];
        for (at, (parts, is_alone, wanted)) in rows.iter().enumerate() {
            assert_eq!(word(parts, *is_alone), *wanted, "row {at}");
        }
    }
}
