//! The zoo: every seeded fault against every layer of the harness, and the score.
//!
//! A layer is a command that people run: a part of the gate, the official tests, a campaign, the tests of the suite. It is run as
//! a process of its own with one fault planted, and has noticed if it does not end with success. A layer that is red without
//! any fault proves nothing, so before it is believed it is run in the same way without one. What came of each pair is written
//! down at once; a run that was interrupted goes on where it stopped.

#![forbid(unsafe_code)]

mod attempt;
mod blame;
mod layer;
mod page;
mod score;
mod store;
mod survivors;
mod text;

pub use attempt::{Attempt, Came};
pub use fault::{Class, Fault, SEEDED, find};
pub use layer::{LAYERS, Layer, Setup};
pub use page::page;
pub use score::Score;
pub use store::{BadStore, Store};
pub use survivors::{BadSurvivors, Survivors};
pub use text::{markdown, summary};

use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

/// What is run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The faults, in order.
    pub faults: Vec<&'static Fault>,
    /// The layers, in order.
    pub layers: Vec<&'static Layer>,
    /// What layers need to know.
    pub setup: Setup,
    /// Processes at once.
    pub jobs: usize,
    /// Ask only these layers about these faults; all of them if none is given.
    pub pairs: Vec<(&'static Fault, &'static Layer)>,
    /// Stop asking layers once one has noticed.
    pub first_kill: bool,
    /// Where results are written down, and read from to go on.
    pub store: Option<PathBuf>,
}

impl Plan {
    fn asks(&self, fault: &Fault, layer: &Layer) -> bool {
        let among = |(of, by): &(&Fault, &Layer)| of.name == fault.name && by.name == layer.name;
        layer.is_for(fault, &self.setup) && (self.pairs.is_empty() || self.pairs.iter().any(among))
    }
}

/// Why a zoo could not be run to its end.
#[derive(Debug)]
pub enum Broken {
    /// A layer is red though nothing is planted.
    Red(Box<Attempt>),
    /// Results cannot be read or written.
    Store(BadStore),
    /// Threads cannot be started.
    Threads(String),
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Broken::Red(attempt) => write!(
                f,
                "the layer {} is red without a fault, so it proves nothing; see what `{}` says: {}",
                attempt.layer, attempt.command, attempt.said
            ),
            Broken::Store(bad) => bad.fmt(f),
            Broken::Threads(why) => write!(f, "cannot start threads: {why}"),
        }
    }
}

impl std::error::Error for Broken {}

impl From<BadStore> for Broken {
    fn from(bad: BadStore) -> Broken {
        Broken::Store(bad)
    }
}

/// Runs what is not written down yet; `told` hears of each attempt, `goes_on` says whether to begin another fault.
pub fn run(
    plan: &Plan,
    told: &(dyn Fn(&Attempt) + Sync),
    goes_on: &(dyn Fn() -> bool + Sync),
) -> Result<Score, Broken> {
    let store = Mutex::new(Store::open(plan.store.as_deref())?);
    let sound = Sound::default();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(plan.jobs).build();
    let pool = pool.map_err(|error| Broken::Threads(error.to_string()))?;
    pool.install(|| {
        plan.faults.par_iter().with_max_len(1).try_for_each(|fault| {
            for layer in plan.layers.iter().filter(|layer| plan.asks(fault, layer)) {
                if !goes_on() {
                    break;
                }
                let known = with(&store, |store| store.get(fault.name, layer.name).cloned());
                let attempt = match known {
                    Some(attempt) => attempt,
                    None => {
                        let attempt = sound.attempt(layer, fault, &plan.setup)?;
                        with(&store, |store| store.add(attempt.clone()))?;
                        told(&attempt);
                        attempt
                    }
                };
                if plan.first_kill && attempt.came.is_kill() {
                    break;
                }
            }
            Ok::<(), Broken>(())
        })
    })?;
    let attempts = with(&store, |store| store.all().cloned().collect());
    Ok(Score::new(&plan.faults, &plan.layers, attempts))
}

/// A fault, a layer that notices it, and the comparator without which it does not.
pub type Blind = (&'static Fault, &'static Layer, &'static Fault);

/// A row that says so, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Blinded {
    /// The row.
    pub row: Blind,
    /// With every comparator the layer must notice the fault, and without this one it must miss it. Nothing if that is so.
    pub wrong: Option<String>,
}

impl Blinded {
    /// As JSON.
    pub fn json(&self) -> Value {
        let (fault, layer, comparator) = self.row;
        json!({ "fault": fault.name, "layer": layer.name, "without": comparator.name, "wrong": self.wrong })
    }
}

/// Runs rows that have a comparator.
pub fn blinded(rows: &[Blind], setup: &Setup) -> Vec<Blinded> {
    let wrong = |(fault, layer, comparator): &Blind| {
        let (fault, name, off) = (*fault, layer.name, comparator.name);
        let without = Setup { without: Some(comparator), ..setup.clone() };
        let what = match (layer.attempt(fault, setup).came, layer.attempt(fault, &without).came) {
            (Came::Noticed { .. }, Came::Missed) => return None,
            (Came::TookTooLong, _) | (_, Came::TookTooLong) => format!("{name} takes too long for {}", fault.name),
            (Came::Noticed { .. }, _) => {
                format!("{name} notices {} with {off} planted too: that comparator is not needed", fault.name)
            }
            _ => format!("{name} does not notice {}", fault.name),
        };
        Some(what)
    };
    rows.iter().map(|row| Blinded { row: *row, wrong: wrong(row) }).collect()
}

/// What layers came to without a fault, by the way in which they were run.
#[derive(Default)]
struct Sound(Mutex<BTreeMap<layer::Way, Arc<OnceLock<Attempt>>>>);

impl Sound {
    /// Runs a layer with a fault.
    fn attempt(&self, layer: &Layer, fault: &Fault, setup: &Setup) -> Result<Attempt, Broken> {
        match layer.attempt(fault, setup) {
            kill if kill.came.is_kill() => self.proven(kill, layer, fault, setup),
            attempt => Ok(attempt),
        }
    }

    /// An attempt that noticed something, if the layer notices nothing when it is run in the same way without a fault. What takes
    /// too long then too is no news, nor is it where a busy machine is reason enough.
    fn proven(&self, attempt: Attempt, layer: &Layer, fault: &Fault, setup: &Setup) -> Result<Attempt, Broken> {
        let once = with(&self.0, |all| all.entry(layer.way(fault, setup)).or_default().clone());
        let without = once.get_or_init(|| layer.sound(fault, setup));
        match (&without.came, &attempt.came) {
            (Came::Noticed { .. }, _) => Err(Broken::Red(Box::new(without.clone()))),
            (_, Came::TookTooLong) if 4 * without.millis > setup.limit.as_millis() as u64 => Ok(too_long(attempt)),
            _ => Ok(attempt),
        }
    }
}

fn too_long(attempt: Attempt) -> Attempt {
    Attempt { came: Came::Skipped, said: "takes long without a fault too".to_owned(), ..attempt }
}

fn with<S, T>(store: &Mutex<S>, run: impl FnOnce(&mut S) -> T) -> T {
    run(&mut store.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Broken {
        Broken::Store(BadStore(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_quick_zoo_has_a_fault_of_each_place_and_class() {
        let rows = include_str!("../quick.txt").lines().filter_map(|line| line.split_whitespace().next());
        let faults: Vec<&Fault> = rows.filter_map(find).collect();
        let places = |faults: &[&'static Fault]| faults.iter().map(|fault| fault.place).collect::<BTreeSet<_>>();
        let classes =
            |faults: &[&'static Fault]| faults.iter().map(|fault| fault.class.name()).collect::<BTreeSet<_>>();
        let all: Vec<&Fault> = fault::table::all().collect();
        assert_eq!(places(&faults), places(&all));
        assert_eq!(classes(&faults), classes(&all));
    }
}
