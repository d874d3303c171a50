//! The reference interpreter holds every relation on generated cases, and each relation is applied often.

use api::Engine;
use interp::Interp;
use oracle::Crew;
use relations::{RELATIONS, Subject, hold};
use world::Machine;

fn crew() -> Crew {
    let make = |_: &str| Some(Box::new(Machine::new(Interp::id(), Interp::new())) as Box<dyn Engine>);
    Crew::new(&["interp".into()], make).expect("there is one engine")
}

#[test]
fn relations_hold_and_apply() {
    let mut crew = crew();
    let mut applied = vec![0; RELATIONS.len()];
    let mut n_subjects = 0;
    for index in 0..20_000 {
        let case = r#gen::from_seed(3, index, &r#gen::Profile::default());
        let Some(subject) = Subject::of(&mut crew, &case) else { continue };
        n_subjects += 1;
        for (relation, applied) in RELATIONS.iter().zip(&mut applied) {
            let Some(held) = hold(&mut crew, &subject, relation, index) else { continue };
            *applied += held.n_compared;
            let violation = held.violations.first();
            assert_eq!(violation, None, "case {index}, {}", relation.name);
        }
    }
    let told: Vec<(&str, u64)> = RELATIONS.iter().map(|relation| relation.name).zip(applied.iter().copied()).collect();
    assert!(n_subjects > 1000, "{n_subjects}");
    assert!(applied.iter().all(|n| *n >= 5), "{told:?}");
}
