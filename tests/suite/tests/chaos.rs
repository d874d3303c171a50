//! What is drawn for each code changes nothing, on the corpus, on generated cases, and on sections by themselves: ways of the template
//! compiler, options of the optimising one.

use api::{Case, Code, Watch};
use r#gen::Profile;
use oracle::{Crew, Tolerances, judge};
use rayon::prelude::*;
use sections::{Side, check};
use suite::files;

/// Seeds of chaos that are compared with each other.
const SEEDS: u64 = 4;
/// Generated cases for all of them.
const CASES: u64 = 2000;
/// Generated cases for options that are drawn: compiling takes a thousand times as long.
const SWARM_CASES: u64 = 200;

fn names() -> Vec<String> {
    seeds("template:chaos", SEEDS)
}

fn seeds(engine: &str, n: u64) -> Vec<String> {
    let drawn = (0..n).map(|seed| format!("{engine}={seed}"));
    ["interp".to_owned()].into_iter().chain(drawn).collect()
}

/// In how many cases every engine had an outcome, and what differs.
fn compare(names: &[String], cases: &[Case]) -> (u64, Vec<String>) {
    let crew = || Crew::new(names, |name| registry::make(name).ok()).expect("the registry makes its own names");
    let one = |crew: &mut Crew, case: &Case| {
        let verdict = judge(crew, case, &Tolerances::default());
        let signatures: Vec<String> =
            verdict.divergences.iter().map(|found| format!("{}: {}", case.name, found.signature)).collect();
        (u64::from(verdict.n_outcomes() == names.len()), signatures)
    };
    let found: Vec<(u64, Vec<String>)> = cases.par_iter().map_init(crew, one).collect();
    (found.iter().map(|(compared, _)| compared).sum(), found.into_iter().flat_map(|(_, differs)| differs).collect())
}

fn corpus() -> Vec<Case> {
    let texts = suite::FOLDERS.into_iter().flat_map(files);
    texts
        .flat_map(|(name, _, text)| {
            let file = format::evm::read(text.as_bytes(), &name).expect("the corpus can be read");
            file.cases().map(|(case, _)| case).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn the_corpus_agrees() {
    let cases = corpus();
    let (compared, differs) = compare(&names(), &cases);
    assert_eq!(differs, Vec::<String>::new());
    assert_eq!(compared, cases.len() as u64);
}

#[test]
fn generated_cases_agree() {
    let cases: Vec<Case> = (0..CASES).map(|index| r#gen::from_seed(41, index, &Profile::default())).collect();
    let (compared, differs) = compare(&names(), &cases);
    assert_eq!(differs, Vec::<String>::new());
    assert!(compared > CASES * 9 / 10, "only {compared} of {CASES} were compared");
}

#[test]
fn options_that_are_drawn_agree() {
    let mut cases = corpus();
    cases.extend((0..SWARM_CASES).map(|index| r#gen::from_seed(43, index, &Profile::default())));
    let (compared, differs) = compare(&seeds("cranelift:swarm", 2), &cases);
    assert_eq!(differs, Vec::<String>::new());
    assert!(compared > cases.len() as u64 * 9 / 10, "only {compared} of {} were compared", cases.len());
}

/// An engine that left everything to the interpreter would agree too.
#[test]
fn much_runs_in_compiled_code() {
    let names: Vec<String> = names().into_iter().chain(seeds("cranelift:swarm", 2).into_iter().skip(1)).collect();
    let mut crew = Crew::new(&names, |name| registry::make(name).ok()).expect("the registry makes its own names");
    let mut counts = vec![0; crew.len()];
    for index in 0..300 {
        let case = r#gen::from_seed(41, index, &Profile::default());
        for (i, sum) in counts.iter_mut().enumerate().skip(1) {
            crew.take_compiled(i);
            crew.run(i, &case, Watch { checkpoints: true, ..Watch::default() });
            *sum += crew.take_compiled(i).expect("it compiles").iter().sum::<u64>();
        }
    }
    assert!(counts[1..].iter().all(|count| *count > 2000), "{counts:?}");
}

#[test]
fn sections_agree() {
    let vm = |name: &str| Side::new(name, registry::vm(name).expect("the registry has a vm of this name"));
    let codes: Vec<(api::Revision, Code)> = (0..200)
        .flat_map(|index| {
            let case = r#gen::from_seed(42, index, &Profile::default());
            let codes = case.accounts.values().map(|account| Code::new(account.code.clone()));
            codes.filter(|code| !code.is_empty()).map(|code| (case.revision, code)).collect::<Vec<_>>()
        })
        .collect();
    let one = |sides: &mut Vec<Side>, (revision, code): &(api::Revision, Code)| {
        let checked = check(sides, code, *revision, 12);
        (checked.n_states, checked.n_compared, checked.failures)
    };
    let found: Vec<(u64, u64, Vec<String>)> =
        codes.par_iter().map_init(|| vec![vm("interp"), vm("template-chaos")], one).collect();
    let failures: Vec<&String> = found.iter().flat_map(|(.., failures)| failures).collect();
    assert_eq!(failures, Vec::<&String>::new());
    let (states, compared) = found.iter().fold((0, 0), |(n, m), (states, compared, _)| (n + states, m + compared));
    assert!(compared * 10 > states * 9, "only {compared} of {states} states were run in compiled code");
}
