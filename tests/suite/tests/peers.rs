//! Engines that others wrote agree with ours on everything both can report, and pass the official state tests.
//! What they do differently is listed here, counted, with its reason: a row that is met less or more often is red.
//! Without the fixtures the official tests are ignored and named as skipped.

use api::case::Blobs;
use api::{B256, Case, EngineError, Fee, Rejection, Revision, Transaction, TxOutcome, U256, Value, Watch};
use cli::conform::{FileReport, Selection, TestFile, Verdict, find, run};
use format::statetest;
use libtest_mimic::{Arguments, Failed, Trial};
use oracle::{Crew, Difference, Divergence};
use rayon::prelude::*;
use spec::{limits, op};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use suite::code::{push, push_all, word};
use suite::{CONTRACT, SENDER, call_case, files, with_gas};

/// A folder of official state tests, on revm.
struct Folder {
    name: &'static str,
    n_passed: u64,
    n_skipped: u64,
}

/// What is skipped: Constantinople with EIP-1283, which revm never had, and values beyond 256 bits, which it cannot
/// hold.
const FOLDERS: [Folder; 6] = [
    Folder { name: "eest-filled-b1a", n_passed: 84, n_skipped: 0 },
    Folder { name: "eest-filled-bls", n_passed: 144, n_skipped: 0 },
    Folder { name: "eest-v5.4.0", n_passed: 2667, n_skipped: 0 },
    Folder { name: "ethereum-tests", n_passed: 634, n_skipped: 0 },
    Folder { name: "legacytests-cancun", n_passed: 10783, n_skipped: 36 },
    Folder { name: "legacytests-constantinople", n_passed: 4679, n_skipped: 1670 },
];

const STORAGE: &str = "EIP-7610: revm creates over an account that has nothing but storage";

/// A file, how many of its cases revm ends otherwise, and why.
const DIFFERENT: [(&str, u64, &str); 7] = [
    ("eest-v5.4.0/static/state_tests/stExtCodeHash/dynamicAccountOverwriteEmpty_Paris.json", 3, STORAGE),
    ("legacytests-cancun/stCreate2/create2collisionStorage.json", 9, STORAGE),
    ("legacytests-cancun/stCreate2/create2collisionStorageParis.json", 18, STORAGE),
    ("legacytests-cancun/stExtCodeHash/dynamicAccountOverwriteEmpty.json", 3, STORAGE),
    ("legacytests-cancun/stExtCodeHash/dynamicAccountOverwriteEmpty_Paris.json", 6, STORAGE),
    ("legacytests-constantinople/stExtCodeHash/dynamicAccountOverwriteEmpty.json", 1, STORAGE),
    ("eips/7610.evm", 3, STORAGE),
];

/// The judge and the peers, in this order.
fn names() -> Vec<String> {
    registry::names().take(1).chain(registry::peers()).map(str::to_owned).collect()
}

fn main() -> std::process::ExitCode {
    let fixtures = suite::fixtures().map(|root| root.join("fixtures"));
    if fixtures.is_none() {
        let names = FOLDERS.map(|folder| folder.name).join(", ");
        let line = format!("skipped: peers on official state tests ({names}): UNANIMOUS_FIXTURES is not set");
        let _ = writeln!(std::io::stderr(), "{line}");
    }
    let mut trials = vec![
        Trial::test("peers::corpus::ops", || corpus("ops")),
        Trial::test("peers::corpus::eips", || corpus("eips")),
        Trial::test("peers::corpus::found", || corpus("found")),
        Trial::test("peers::memory", memory),
        Trial::test("peers::block", block),
        Trial::test("peers::refusals", refusals),
    ];
    for folder in FOLDERS {
        let path = || fixtures.as_ref().map(|root| root.join(folder.name));
        let (official, agreement) = (path(), path());
        let trial = |kind: &str| format!("peers::{kind}::{}", folder.name);
        let (n_passed, n_skipped, name) = (folder.n_passed, folder.n_skipped, folder.name);
        trials.push(
            Trial::test(trial("official"), move || passes(official, name, n_passed, n_skipped))
                .with_ignored_flag(fixtures.is_none()),
        );
        trials.push(
            Trial::test(trial("agreement"), move || agrees(agreement, name, n_passed))
                .with_ignored_flag(fixtures.is_none()),
        );
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Files with the cases in which something differs, as text.
type Found = BTreeMap<String, Vec<String>>;

/// Holds what was found below a folder against the list.
fn expect_listed(folder: &str, found: &Found) -> Result<(), Failed> {
    let below = |file: &str| file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let listed: BTreeMap<&str, u64> =
        DIFFERENT.iter().filter(|(file, ..)| below(file)).map(|(file, n, _)| (*file, *n)).collect();
    let mut wrong = Vec::new();
    for (file, cases) in found {
        let n_listed = listed.get(file.as_str()).copied().unwrap_or_default();
        if cases.len() as u64 != n_listed {
            wrong.push(format!("{file}: {} cases differ, {n_listed} are listed:\n{}", cases.len(), cases.join("\n")));
        }
    }
    for file in listed.keys().filter(|file| !found.contains_key(**file)) {
        wrong.push(format!("{file}: is listed, but nothing differs any more: remove its row"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn passes(folder: Option<PathBuf>, name: &str, n_passed: u64, n_skipped: u64) -> Result<(), Failed> {
    let folder = folder.ok_or("skipped: UNANIMOUS_FIXTURES is not set")?;
    let selection = Selection { engines: registry::peers().map(str::to_owned).collect(), ..Selection::default() };
    let report = run(&find(&[folder])?, &selection, |_| ());
    if let Some(unread) = report.files.iter().find_map(|file| file.unreadable.as_ref()) {
        return Err(unread.into());
    }
    expect_listed(name, &failures(name, &report.files))?;
    let total = report.total;
    if (total.passed + total.by_convention, total.skipped) == (n_passed, n_skipped) {
        return Ok(());
    }
    Err(format!("{total:?}, expected {n_passed} passed and {n_skipped} skipped").into())
}

fn failures(folder: &str, files: &[FileReport]) -> Found {
    let mut found = Found::new();
    for file in files {
        for result in file.failures() {
            let Verdict::Failed(why) = &result.verdict else { continue };
            let line = format!("  {} in {} {:?}: {}", result.test, result.revision, result.index, why.join("; "));
            found.entry(format!("{folder}/{}", file.file)).or_default().push(line);
        }
    }
    found
}

fn crew() -> Crew {
    Crew::new(&names(), |name| registry::make(name).ok()).expect("the registry makes what it names")
}

/// What the cases of a file came to.
#[derive(Default)]
struct Compared {
    /// Cases in which every peer had an outcome to compare.
    n_cases: u64,
    /// Those that parted.
    lines: Vec<String>,
}

impl Compared {
    fn add(&mut self, crew: &mut Crew, case: &Case) {
        let verdict = oracle::judge(crew, case, &oracle::Tolerances::none());
        self.n_cases += u64::from(verdict.runs.iter().all(|(_, ran)| ran.outcome().is_some()));
        self.lines.extend(verdict.divergences.first().map(|divergence| line(case, divergence)));
    }
}

fn line(case: &Case, divergence: &Divergence) -> String {
    let differences = divergence.differences.iter().map(|difference| {
        let Difference { transaction, part, place, left, right } = difference;
        let at = transaction.map(|i| format!("transaction {i} ")).unwrap_or_default();
        format!("{at}{} {place}: {left} and {right}", part.name())
    });
    let what = differences.chain(divergence.crash.clone()).collect::<Vec<_>>().join("; ");
    format!("  {} in {} on {}: {what}", case.name, case.revision, divergence.engine)
}

fn agrees(folder: Option<PathBuf>, name: &str, n_passed: u64) -> Result<(), Failed> {
    let folder = folder.ok_or("skipped: UNANIMOUS_FIXTURES is not set")?;
    let files = find(&[folder])?;
    let compared = files
        .par_iter()
        .map_init(crew, |crew, file| Ok((format!("{name}/{}", file.name), compare_file(crew, file)?)))
        .collect::<Result<Vec<(String, Compared)>, String>>()?;
    let n_compared: u64 = compared.iter().map(|(_, file)| file.n_cases).sum();
    let found: Found = compared
        .into_iter()
        .filter(|(_, file)| !file.lines.is_empty())
        .map(|(name, file)| (name, file.lines))
        .collect();
    expect_listed(name, &found)?;
    let n_expected = n_passed + found.values().map(|lines| lines.len() as u64).sum::<u64>();
    if n_compared == n_expected {
        return Ok(());
    }
    Err(format!("{n_compared} cases were compared, expected {n_expected}").into())
}

fn compare_file(crew: &mut Crew, file: &TestFile) -> Result<Compared, String> {
    let bytes = std::fs::read(&file.path).map_err(|error| format!("{}: {error}", file.name))?;
    let mut compared = Compared::default();
    for test in statetest::read(&bytes, &file.name).map_err(|error| error.to_string())? {
        for post in test.posts() {
            compared.add(crew, &test.case(&post).map_err(|error| error.to_string())?);
        }
    }
    Ok(compared)
}

/// Every case of a folder of the corpus, which peers must end like the judge and like themselves.
fn corpus(folder: &str) -> Result<(), Failed> {
    let mut crew = crew();
    let mut found = Found::new();
    for (name, _, text) in files(folder) {
        let file = format::evm::read(text.as_bytes(), &name).map_err(|error| error.to_string())?;
        let mut compared = Compared::default();
        for (case, _) in file.cases() {
            compared.lines.extend(oracle::repeat(&mut crew, &case));
            compared.add(&mut crew, &case);
        }
        if compared.n_cases == 0 {
            return Err(format!("{folder}/{name}.evm: no case was compared").into());
        }
        if !compared.lines.is_empty() {
            found.insert(format!("{folder}/{name}.evm"), compared.lines);
        }
    }
    expect_listed(folder, &found)
}

/// Code that calls itself once and there reads memory at `offset`.
fn reading_below(offset: u64) -> Vec<u8> {
    let (zero, one) = (U256::ZERO, U256::ONE);
    let read = [push(U256::from(offset)), vec![op::MLOAD, op::STOP]].concat();
    let call = [push_all(&[U256::MAX, word(CONTRACT), zero, zero, one, zero, zero]), vec![op::CALL, op::STOP]].concat();
    let head = vec![op::CALLDATASIZE, op::PUSH1, 4 + call.len() as u8, op::JUMPI];
    [head, call, vec![op::JUMPDEST], read].concat()
}

/// A peer refuses memory beyond the limit in the same words as the judge, in any frame, and goes on to the next case.
fn memory() -> Result<(), Failed> {
    let case = |offset, gas_limit| with_gas(call_case(Revision::LATEST, reading_below(offset), vec![]), gas_limit);
    let mut crew = crew();
    for name in registry::names().chain(registry::peers()) {
        let mut engine = registry::make(name).map_err(|error| error.to_string())?;
        match engine.run(&case(limits::MEMORY, 1 << 62), Watch::default()) {
            Err(EngineError::Limit(what)) if what.contains(&limits::MEMORY.to_string()) => {}
            other => return Err(format!("{name}: {other:?}").into()),
        }
    }
    let case = [(limits::MEMORY, 10_000_000), (1 << 20, 1 << 40), (1 << 50, 10_000_000)]
        .map(|(offset, gas)| case(offset, gas));
    expect_agreement(&mut crew, &case)
}

fn expect_agreement(crew: &mut Crew, cases: &[Case]) -> Result<(), Failed> {
    let mut compared = Compared::default();
    cases.iter().for_each(|case| compared.add(crew, case));
    if (compared.n_cases, compared.lines.as_slice()) == (cases.len() as u64, &[]) {
        return Ok(());
    }
    Err(format!("{} of {} cases were compared\n{}", compared.n_cases, cases.len(), compared.lines.join("\n")).into())
}

/// A case with two transactions.
fn twice(revision: Revision, change: impl Fn(&mut Transaction)) -> Case {
    let mut case = call_case(revision, vec![op::CALLDATASIZE, op::PUSH0, op::SSTORE], vec![1]);
    case.block.gas_limit = 150_000;
    change(&mut case.transactions[0]);
    let second = Transaction { nonce: 1, ..case.transactions[0].clone() };
    case.transactions.push(second);
    case
}

/// Gas and blobs that an earlier transaction used are missing to a later one.
fn block() -> Result<(), Failed> {
    let gas = |gas_limit| twice(Revision::Shanghai, |transaction| transaction.gas_limit = gas_limit);
    let blobs = |n: usize| {
        twice(Revision::Prague, |transaction| {
            let hash = B256::right_padding_from(&[1]);
            transaction.gas_limit = 60_000;
            transaction.fee = Fee::Market { max: U256::from(10), priority: U256::ZERO };
            transaction.blobs = Some(Blobs { hashes: vec![hash; n], max_fee: U256::from(1) });
        })
    };
    let cases = [gas(70_000), gas(120_000), gas(160_000), blobs(4), blobs(5), blobs(10)];
    let mut crew = crew();
    expect_agreement(&mut crew, &cases)?;
    let rejected = |case: &Case| -> Result<Vec<Option<Rejection>>, Failed> {
        let mut judge = registry::make(&names()[0]).map_err(|error| error.to_string())?;
        let outcome = judge.run(case, Watch::default()).map_err(|error| error.to_string())?;
        let why = |transaction: &TxOutcome| match transaction {
            TxOutcome::Rejected(why) => Some(*why),
            TxOutcome::Executed(_) => None,
        };
        Ok(outcome.transactions.iter().map(why).collect())
    };
    let (gas, blobs) = (Some(Rejection::GasAboveBlock), Some(Rejection::BlobsTooMany));
    let expected = [[None, None], [None, gas], [gas, gas], [None, None], [None, blobs], [blobs, blobs]];
    for (case, expected) in cases.iter().zip(expected) {
        assert_eq!(rejected(case)?, expected);
    }
    Ok(())
}

/// What revm cannot hold is refused with the reason, before it runs.
fn refusals() -> Result<(), Failed> {
    let plain = |revision| call_case(revision, vec![op::STOP], vec![]);
    let with = |change: fn(&mut Case)| {
        let mut case = plain(Revision::Osaka);
        change(&mut case);
        case
    };
    let refused = [
        (plain(Revision::Constantinople), "EIP-1283"),
        (with(|case| case.transactions[0].value = Value::MAX), "256 bits"),
        (with(|case| case.block.rlp_len = Some(limits::BLOCK_RLP + 1)), "EIP-7934"),
        (with(|case| case.block.excess_blob_gas = u64::MAX), "blob fees"),
        (
            with(|case| {
                case.accounts.get_mut(&SENDER).expect("it is there").balance = U256::MAX;
                case.transactions[0].fee = Fee::Price(U256::ONE << 127);
            }),
            "less ether",
        ),
    ];
    let mut revm = registry::make("revm").map_err(|error| error.to_string())?;
    for (case, word) in refused {
        let why = revm.supports(&case).err().ok_or_else(|| format!("nothing is said of {word}"))?;
        assert!(why.0.contains(word), "{why}");
        assert_eq!(revm.run(&case, Watch::default()), Err(EngineError::Unsupported(why)));
    }
    // A price that nobody can pay needs no more than the usual answer.
    expect_agreement(&mut crew(), &[with(|case| case.transactions[0].fee = Fee::Price(U256::MAX))])
}
