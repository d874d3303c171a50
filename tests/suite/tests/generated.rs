//! Generated cases on every registered engine: engines of this repository have one exact outcome, others agree on what
//! they can report, and running a case again changes nothing. An engine that is registered later is tested as it is.

use arbitrary::Unstructured;
use r#gen::Profile;
use oracle::{Crew, Tolerances, judge, repeat};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

fn crew() -> Crew {
    let names: Vec<String> = registry::names().chain(registry::peers()).map(str::to_owned).collect();
    Crew::new(&names, |name| registry::make(name).ok()).expect("the registry makes its own names")
}

fn tolerances() -> Tolerances {
    Tolerances::read(oracle::TOLERANCES).expect("the tolerances of this repository are right")
}

#[test]
fn every_engine_agrees_on_generated_cases() {
    let (crew, tolerances) = (std::cell::RefCell::new(crew()), tolerances());
    let compared = std::cell::Cell::new(0u32);
    let config = ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() };
    let bytes = proptest::collection::vec(any::<u8>(), 0..1024);
    let result = TestRunner::new(config).run(&bytes, |bytes| {
        let case = r#gen::case(&mut Unstructured::new(&bytes), &Profile::default()).expect("any bytes make a case");
        let verdict = judge(&mut crew.borrow_mut(), &case, &tolerances);
        compared.set(compared.get() + u32::from(verdict.is_unanimous()));
        let signatures: Vec<String> = verdict.divergences.iter().map(|found| found.signature.to_string()).collect();
        prop_assert!(signatures.is_empty(), "{:?}", signatures);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    assert!(compared.get() > 2400, "only {} of 3000 cases were compared", compared.get());
}

#[test]
fn running_a_case_again_changes_nothing() {
    let mut crew = crew();
    for index in 0..500 {
        let case = r#gen::from_seed(7, index, &Profile::default());
        assert_eq!(repeat(&mut crew, &case), Vec::<String>::new(), "case {index} of seed 7");
    }
}

/// Between engines of this repository nothing is tolerated.
#[test]
fn tolerances_name_a_peer() {
    let table: serde_json::Value =
        serde_json::to_value(oracle::TOLERANCES.parse::<toml::Table>().expect("it is TOML")).expect("it is data");
    for row in table["tolerate"].as_array().expect("there are rows") {
        let families: Vec<&str> =
            row["families"].as_array().expect("a pair").iter().filter_map(|name| name.as_str()).collect();
        let family = |name| registry::make(name).expect("its own name").id().family;
        let foreign = registry::peers().map(family).filter(|family| families.contains(&family.as_str())).count();
        let known =
            registry::names().chain(registry::peers()).map(family).filter(|family| families.contains(&family.as_str()));
        assert!(
            foreign == 1 && known.collect::<std::collections::BTreeSet<_>>().len() == 2,
            "{}: {families:?}",
            row["name"]
        );
    }
}
