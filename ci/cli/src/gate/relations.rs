//! Relations: each engine beside itself, on generated cases that were changed in ways whose effect is known exactly.

use super::part::{Judged, Part, Stop, sum};
use reduce::Crews;
use relations::{RELATIONS, Subject, hold};

/// The seed of the cases.
const SEED: u64 = 3;
/// How many cases are looked at; one in ten is a subject.
const CASES: u64 = 6_000;

/// Holds the engines to every relation.
pub(super) fn relations(crews: &Crews, stop: &Stop) -> Part {
    let one = |index: u64| {
        let case = r#gen::from_seed(SEED, index, &r#gen::Profile::default());
        crews.with(|crew| {
            let Some(subject) = Subject::of(crew, &case) else { return Vec::new() };
            let held = RELATIONS.iter().filter_map(|relation| {
                let held = hold(crew, &subject, relation, index)?;
                let failures = held.violations.iter().map(|violation| {
                    let what = match (&violation.crash, violation.differences.first()) {
                        (Some(crash), _) => format!("crash: {crash}"),
                        (None, Some(first)) => {
                            format!("{} {}: {} instead of {}", first.part.name(), first.place, first.right, first.left)
                        }
                        (None, None) => String::new(),
                    };
                    let (name, engine) = (violation.relation, &violation.engine);
                    format!("relations: {name} on {engine}, `unanimous generate --seed {SEED} {index}`: {what}")
                });
                Some(Judged {
                    test: relation.name.to_owned(),
                    compared: held.n_compared > 0,
                    failures: failures.collect(),
                    digest: held.digest,
                    ..Judged::default()
                })
            });
            held.collect()
        })
    };
    sum("relations", stop.each(0..CASES, one))
}
