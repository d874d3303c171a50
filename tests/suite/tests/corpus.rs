//! The corpus: every case on every engine gives what its file expects, to the bit; and nothing is missing from it.
//!
//! `BLESS=1 cargo test -p una-suite --test corpus` writes the outcome of the judge into the files. Read the change.

use api::{Case, Engine, Outcome, Revision, TxOutcome, Watch, digest};
use format::{CaseFile, Expect, TxExpect, evm, json};
use std::collections::BTreeSet;
use suite::files;

fn parse(name: &str, text: &str) -> CaseFile {
    evm::read(text.as_bytes(), name).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs a case on every engine; all must have the same exact outcome.
fn unanimous(engines: &mut [Box<dyn Engine>], case: &Case) -> Outcome {
    let mut first: Option<Outcome> = None;
    for engine in engines {
        let outcome = engine
            .run(case, Watch::exact_with_roots())
            .unwrap_or_else(|error| panic!("{} in {} on {}: {error}", case.name, case.revision, engine.id().name));
        match &first {
            None => first = Some(outcome),
            Some(judge) => assert_eq!(judge, &outcome, "{} in {} on {}", case.name, case.revision, engine.id().name),
        }
    }
    first.expect("there is an engine")
}

fn expectation(revision: Revision, outcome: &Outcome) -> Expect {
    let transaction = |transaction: &TxOutcome| match transaction {
        TxOutcome::Rejected(why) => TxExpect::Rejected(*why),
        TxOutcome::Executed(receipt) => TxExpect::Executed {
            end: receipt.exact.known().expect("our engines know").end.to_string(),
            gas_used: receipt.gas_used,
            output: receipt.output.clone(),
        },
    };
    Expect {
        revision,
        transactions: outcome.transactions.iter().map(transaction).collect(),
        state_root: outcome.state_root.known().copied(),
        logs_hash: Some(format::logs_hash(outcome)),
        consensus: digest::consensus(outcome).ok(),
        exact: digest::exact(outcome).ok(),
    }
}

fn replay(folder: &str) {
    let bless = std::env::var_os("BLESS").is_some();
    assert!(!bless || std::env::var_os("CI").is_none(), "a CI system does not accept outcomes");
    let mut engines = registry::all();
    let mut wrong = Vec::new();
    for (name, path, text) in files(folder) {
        let file = parse(&name, &text);
        let mut expects = Vec::new();
        for (case, expect) in file.cases() {
            let outcome = unanimous(&mut engines, &case);
            expects.push(expectation(case.revision, &outcome));
            let differences = CaseFile::check(expect, &outcome);
            wrong.extend(differences.iter().map(|difference| format!("{name} in {}: {difference}", case.revision)));
            if expect.exact.is_none() {
                wrong.push(format!("{name} in {}: nothing is expected", case.revision));
            }
        }
        if bless && expects != file.expect {
            let blessed = evm::bless(&text, &name, expects).unwrap_or_else(|error| panic!("{error}"));
            std::fs::write(&path, blessed).expect("the file can be written");
        }
    }
    let command = "to accept: BLESS=1 cargo test -p una-suite --test corpus";
    assert!(bless || wrong.is_empty(), "{}\n{command}", wrong.join("\n"));
}

#[test]
fn instructions() {
    replay("ops");
}

#[test]
fn rules() {
    replay("eips");
}

#[test]
fn findings() {
    replay("found");
}

#[test]
fn code_that_compilers_make_much_of() {
    replay("cost");
}

#[test]
fn every_file_survives_both_forms() {
    for folder in suite::FOLDERS {
        for (name, _, text) in files(folder) {
            let file = parse(&name, &text);
            let as_json = json::write(&file);
            let back = json::read(as_json.as_bytes(), &name).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(back.as_slice(), std::slice::from_ref(&file), "{name}");
            assert_eq!(parse(&name, &evm::write(&file)), file, "{name}");
        }
    }
}

/// The instructions that a run of this case executes, and those it executes to their end.
fn executed(engine: &mut dyn Engine, case: &Case) -> BTreeSet<u8> {
    #[derive(Default)]
    struct Seen {
        last: u8,
        done: BTreeSet<u8>,
    }
    impl api::Observer for Seen {
        fn step(&mut self, step: &api::Step, _: &api::Frame) {
            self.last = step.opcode;
        }
        fn stepped(&mut self, _: &api::Frame, _: u64, halt: Option<api::Halt>) {
            if halt.is_none() || halt == Some(api::Halt::Invalid) {
                self.done.insert(self.last);
            }
        }
    }
    let mut seen = Seen::default();
    let watch = Watch { steps: true, observer: Some(&mut seen), ..Watch::default() };
    engine.run(case, watch).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    seen.done
}

/// Which rows of the instruction table have no case in `corpus/ops` that carries them out.
#[test]
fn every_instruction_has_a_case() {
    let mut engines = registry::all();
    let mut missing: BTreeSet<&str> = spec::table::ROWS.iter().map(|row| row.name).collect();
    for (name, _, text) in files("ops") {
        let row =
            spec::table::row_by_name(&name).unwrap_or_else(|| panic!("corpus/ops/{name}.evm names no instruction"));
        let file = parse(&name, &text);
        let revisions: BTreeSet<Revision> = file.expect.iter().map(|expect| expect.revision).collect();
        assert!(revisions.contains(&row.since()), "{name}: the revision that introduced it is not expected");
        assert!(revisions.contains(&Revision::LATEST), "{name}: the newest revision is not expected");
        for (since, _) in row.prices {
            assert!(revisions.contains(since), "{name}: its price changed in {since}, which is not expected");
        }
        let reaches = |case: &Case| executed(engines[0].as_mut(), case).contains(&row.opcode);
        let cases: Vec<Case> =
            file.cases().map(|(case, _)| case).filter(|case| row.is_defined(case.revision)).collect();
        if cases.iter().all(reaches) {
            missing.remove(row.name);
        }
    }
    assert!(missing.is_empty(), "no case in corpus/ops carries out: {missing:?}");
}

/// Which rules have no case in `corpus/eips` whose outcome changes with the revision that brought the rule.
#[test]
fn every_rule_has_a_case() {
    let mut engines = registry::all();
    let names: BTreeSet<String> = files("eips").into_iter().map(|(name, ..)| name).collect();
    let known: BTreeSet<String> = spec::eips::EIPS.iter().map(|eip| eip.number.to_string()).collect();
    assert_eq!(names.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new(), "these name no rule");
    assert_eq!(known.difference(&names).collect::<Vec<_>>(), Vec::<&String>::new(), "these rules have no case");
    for (name, _, text) in files("eips") {
        let eip = spec::eips::EIPS.iter().find(|eip| eip.number.to_string() == name).expect("checked above");
        let file = parse(&name, &text);
        let mut edges = vec![eip.since];
        edges.extend(eip.until);
        for edge in edges.into_iter().filter(|edge| *edge != Revision::Frontier) {
            let before = Revision::ALL[edge.index() - 1];
            let run = |revision: Revision, engines: &mut Vec<Box<dyn Engine>>| {
                assert!(
                    file.expect.iter().any(|expect| expect.revision == revision),
                    "eips/{name}: {revision} lies at the edge of the rule and is not expected"
                );
                let case = Case { revision, ..file.case.clone() };
                digest::consensus(&unanimous(engines, &case)).expect("our engines know the state")
            };
            let differs = run(before, &mut engines) != run(edge, &mut engines);
            assert!(differs, "eips/{name}: {before} and {edge} have the same outcome");
        }
    }
}
