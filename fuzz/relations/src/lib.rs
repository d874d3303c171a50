//! Metamorphic relations: changes of a case whose effect is known exactly.
//!
//! Code that is padded, doubled or split does the same for gas that can be told in advance, and a constant is the same number
//! whether it stands in the code or comes from calldata. No second engine is needed to see that an engine disagrees with
//! itself, so a fault that all engines share is in reach too.
//!
//! A case is a [`Subject`] if what it does does not depend on where its code lies and on gas that it looks at; the reference
//! interpreter tells how often each instruction runs, which is what the predicted gas is made of.

#![forbid(unsafe_code)]

mod change;
mod code;
mod expect;
mod subject;

pub use subject::Subject;

use api::dice::{Dice, mix};
use api::{B256, Case, Watch, digest};
use change::Change;
use oracle::{Crew, Difference, Ran, compare};

/// A relation.
#[derive(Debug)]
pub struct Relation {
    /// Its name.
    pub name: &'static str,
    /// What is changed, and what that changes.
    pub about: &'static str,
    change: fn(&Subject, &mut Dice) -> Option<Change>,
}

/// Every relation.
pub static RELATIONS: &[Relation] = &[
    Relation { name: "padding", about: "JUMPDESTs between instructions cost 1 each", change: change::padding },
    Relation {
        name: "pairs",
        about: "what is pushed and popped again leaves nothing but its price",
        change: change::pairs,
    },
    Relation {
        name: "split",
        about: "a section is split by a jump to its own next instruction",
        change: change::split,
    },
    Relation { name: "double", about: "a block is doubled and one jump goes to the copy", change: change::double },
    Relation { name: "calldata", about: "a constant comes from calldata", change: change::calldata },
    Relation { name: "stores", about: "two stores that touch different places are exchanged", change: change::stores },
    Relation { name: "wrap", about: "the code is borrowed by a frame around it", change: change::wrap },
    Relation {
        name: "evict",
        about: "the same again, after so many other codes that a cache forgot it",
        change: change::evict,
    },
];

/// An engine that broke a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The relation.
    pub relation: &'static str,
    /// The engine.
    pub engine: String,
    /// What is not as predicted; empty if the engine crashed.
    pub differences: Vec<Difference>,
    /// How it crashed.
    pub crash: Option<String>,
    /// The case as it was changed.
    pub changed: Case,
}

/// What holding engines to a relation came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Engines that were compared with themselves.
    pub n_compared: u64,
    /// The digest of the changed case by the first of them.
    pub digest: Option<B256>,
    /// Those that broke it.
    pub violations: Vec<Violation>,
}

/// Holds every engine of a crew to a relation on a subject. `None` if the relation does not apply to it.
pub fn hold(crew: &mut Crew, subject: &Subject, relation: &Relation, seed: u64) -> Option<Held> {
    let change = (relation.change)(subject, &mut Dice::new(mix(seed)))?;
    let mut held = Held::default();
    for i in 0..crew.len() {
        let base = change.base.as_ref().unwrap_or(&subject.case);
        let before = crew.run(i, base, Watch::exact());
        for case in &change.between {
            crew.run(i, case, Watch::default());
        }
        let after = crew.run(i, &change.case, Watch::exact());
        let (differences, crash) = match (before, after) {
            (Ran::Outcome(before), Ran::Outcome(after)) => {
                held.n_compared += 1;
                held.digest = held.digest.or_else(|| digest::exact(&after).or_else(|_| digest::consensus(&after)).ok());
                let (expected, found) = expect::both(subject, &change, *before, *after);
                (compare(&expected, &found), None)
            }
            (Ran::Crash(crash), _) | (_, Ran::Crash(crash)) => (Vec::new(), Some(crash)),
            _ => continue,
        };
        if !differences.is_empty() || crash.is_some() {
            let (relation, engine) = (relation.name, crew.name(i).to_owned());
            held.violations.push(Violation { relation, engine, differences, crash, changed: change.case.clone() });
        }
    }
    Some(held)
}
