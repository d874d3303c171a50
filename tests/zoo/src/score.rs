//! The score: what was noticed, by which layer, after how long.

use crate::attempt::{Attempt, Came};
use crate::layer::Layer;
use crate::survivors::Survivors;
use fault::Fault;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What came of a zoo.
#[derive(Clone, Debug)]
pub struct Score {
    /// The faults that were planted.
    pub faults: Vec<&'static Fault>,
    /// The layers that were asked.
    pub layers: Vec<&'static Layer>,
    attempts: BTreeMap<(String, String), Attempt>,
}

impl Score {
    pub(crate) fn new(faults: &[&'static Fault], layers: &[&'static Layer], attempts: Vec<Attempt>) -> Score {
        let key = |attempt: &Attempt| (attempt.fault.clone(), attempt.layer.clone());
        let attempts = attempts.into_iter().map(|attempt| (key(&attempt), attempt)).collect();
        Score { faults: faults.to_vec(), layers: layers.to_vec(), attempts }
    }

    /// What came of a fault in a layer.
    pub fn attempt(&self, fault: &Fault, layer: &Layer) -> Option<&Attempt> {
        self.attempts.get(&(fault.name.to_owned(), layer.name.to_owned()))
    }

    fn kills(&self, fault: &Fault) -> Vec<&Attempt> {
        let attempts = self.layers.iter().filter_map(|layer| self.attempt(fault, layer));
        attempts.filter(|attempt| attempt.came.is_kill()).collect()
    }

    /// The kill of a fault that took least time.
    pub fn quickest(&self, fault: &Fault) -> Option<&Attempt> {
        self.kills(fault).into_iter().min_by_key(|attempt| attempt.millis)
    }

    /// Faults that some layer was asked about.
    pub fn tried(&self) -> impl Iterator<Item = &'static Fault> {
        let asked = |fault: &&Fault| {
            let mut attempts = self.layers.iter().filter_map(|layer| self.attempt(fault, layer));
            attempts.any(|attempt| attempt.came != Came::Skipped)
        };
        self.faults.iter().copied().filter(asked)
    }

    /// Faults that no layer could be asked about.
    pub fn untried(&self) -> Vec<&'static Fault> {
        let tried: Vec<&str> = self.tried().map(|fault| fault.name).collect();
        self.faults.iter().copied().filter(|fault| !tried.contains(&fault.name)).collect()
    }

    /// Faults that were tried and that nothing noticed.
    pub fn survivors(&self) -> Vec<&'static Fault> {
        self.tried().filter(|fault| self.quickest(fault).is_none()).collect()
    }

    /// How many faults a layer noticed, of how many it was asked about.
    pub fn of_layer(&self, layer: &Layer) -> (usize, usize) {
        let asked: Vec<&Attempt> = self.faults.iter().filter_map(|fault| self.attempt(fault, layer)).collect();
        let asked: Vec<&Attempt> = asked.into_iter().filter(|attempt| attempt.came != Came::Skipped).collect();
        (asked.iter().filter(|attempt| attempt.came.is_kill()).count(), asked.len())
    }

    /// Faults that a layer alone noticed.
    pub fn alone(&self, layer: &Layer) -> usize {
        let only = |fault: &&&'static Fault| {
            let kills = self.kills(fault);
            !kills.is_empty() && kills.iter().all(|attempt| attempt.layer == layer.name)
        };
        self.faults.iter().filter(only).count()
    }

    /// Milliseconds to the quickest kill of each dead fault, ascending.
    pub fn times(&self) -> Vec<u64> {
        let mut times: Vec<u64> = self.tried().filter_map(|fault| Some(self.quickest(fault)?.millis)).collect();
        times.sort_unstable();
        times
    }

    /// Milliseconds that the layers took for each dead fault, one behind the other up to the first that noticed, ascending.
    pub fn waits(&self) -> Vec<u64> {
        let wait = |fault: &'static Fault| {
            let mut sum = 0;
            let mut attempts = self.layers.iter().filter_map(|layer| self.attempt(fault, layer));
            attempts.find(|attempt| {
                sum += attempt.millis;
                attempt.came.is_kill()
            })?;
            Some(sum)
        };
        let mut waits: Vec<u64> = self.tried().filter_map(wait).collect();
        waits.sort_unstable();
        waits
    }

    /// Of the faults that are bound to instructions, or to a stage of the optimising engine, and were seen on a generated case:
    /// how many were blamed on it, of how many.
    pub fn blame(&self) -> (usize, usize) {
        let bound = self.faults.iter().filter(|fault| fault.is_bound());
        let blamed = bound.filter_map(|fault| {
            let attempts = self.layers.iter().filter_map(|layer| self.attempt(fault, layer));
            let named: Vec<&str> = attempts.filter_map(|attempt| attempt.blamed.as_deref()).collect();
            let mut words = named.iter().flat_map(|named| named.split_whitespace());
            (!named.is_empty()).then(|| match fault.stages() {
                [] => words.any(|word| fault.at.split_whitespace().any(|at| at == word)),
                stages => words.any(|word| stages.contains(&word)),
            })
        });
        let blamed: Vec<bool> = blamed.collect();
        (blamed.iter().filter(|right| **right).count(), blamed.len())
    }

    /// What is wrong: survivors without a reason, and reasons of faults that are dead.
    pub fn complaints(&self, survivors: &Survivors) -> Vec<String> {
        let alive = self.survivors();
        let unknown = alive.iter().filter(|fault| survivors.reason(fault.name).is_none());
        let mut complaints: Vec<String> =
            unknown.map(|fault| format!("{} survives: {} ({})", fault.name, fault.what, fault.file)).collect();
        let dead = self.tried().filter(|fault| self.quickest(fault).is_some());
        let explained = dead.filter(|fault| survivors.reason(fault.name).is_some());
        complaints.extend(explained.map(|fault| format!("{} was noticed and has a reason to survive", fault.name)));
        complaints
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let faults = self.faults.iter().map(|fault| {
            let came = self.layers.iter().filter_map(|layer| self.attempt(fault, layer)).map(Attempt::json);
            json!({
                "name": fault.name, "place": fault.place, "file": fault.file, "class": fault.class.name(),
                "like": fault.like, "what": fault.what, "killed": self.quickest(fault).is_some(),
                "attempts": came.collect::<Vec<_>>(),
            })
        });
        let layers = self.layers.iter().map(|layer| {
            let (killed, asked) = self.of_layer(layer);
            json!({ "name": layer.name, "killed": killed, "asked": asked, "alone": self.alone(layer) })
        });
        let (right, asked) = self.blame();
        let (times, waits) = (self.times(), self.waits());
        json!({
            "quickest_millis": times, "waited_millis": waits,
            "faults": faults.collect::<Vec<_>>(), "layers": layers.collect::<Vec<_>>(),
            "blame": { "right": right, "asked": asked },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instruction_that_is_blamed_is_held_against_the_row() {
        let bound: Vec<&Fault> = fault::table::all().filter(|fault| !fault.at.is_empty()).take(3).collect();
        let layer = &crate::LAYERS[0];
        let attempt = |i: usize, blamed: Option<String>| Attempt { blamed, ..Attempt::new(bound[i].name, layer.name) };
        let right = format!("POP {}", bound[0].at);
        let attempts = vec![attempt(0, Some(right)), attempt(1, Some("JUMPDEST".into())), attempt(2, None)];
        assert_eq!(Score::new(&bound, &[layer], attempts).blame(), (1, 2));
    }

    #[test]
    fn the_stage_that_is_blamed_is_held_against_the_file() {
        let of = |place: &'static str| fault::table::all().filter(move |fault| fault.place == place);
        let layer = &crate::LAYERS[0];
        let blamed = |fault: &'static Fault, words: &str| {
            let attempt = Attempt { blamed: Some(words.into()), ..Attempt::new(fault.name, layer.name) };
            Score::new(&[fault], &[layer], vec![attempt]).blame()
        };
        for fault in of("ir") {
            let [stage] = fault.stages() else { panic!("{}: a fault of the form is in a pass", fault.name) };
            assert!(fault.file.contains(&stage.replace("pass:", "/src/")), "{}", fault.name);
            assert_eq!(blamed(fault, &format!("POP {stage}")), (1, 1), "{}", fault.name);
            assert_eq!(blamed(fault, &format!("{} pass:none lowering", fault.at)), (0, 1), "{}", fault.name);
        }
        let bound: Vec<_> = of("cranelift").filter(|fault| fault.is_bound()).collect();
        assert!(bound.len() > 8, "all but the artifacts");
        assert!(bound.iter().all(|fault| blamed(fault, "lowering") == (1, 1) && blamed(fault, "optimiser") == (0, 1)));
    }

    #[test]
    fn a_survivor_without_a_reason_is_a_complaint() {
        let faults: Vec<&Fault> = fault::table::all().take(3).collect();
        let layers: Vec<&Layer> = crate::LAYERS.iter().take(2).collect();
        let noticed = Came::Noticed { cases: None };
        let attempt = |i: usize, layer: usize, came: &Came| Attempt {
            came: came.clone(),
            millis: 10 + layer as u64,
            ..Attempt::new(faults[i].name, layers[layer].name)
        };
        let attempts = vec![
            attempt(0, 0, &Came::Missed),
            attempt(0, 1, &noticed),
            attempt(1, 0, &Came::Missed),
            attempt(2, 0, &Came::Skipped),
        ];
        let score = Score::new(&faults, &layers, attempts);
        assert_eq!(score.survivors().len(), 1);
        assert_eq!(score.untried().len(), 1);
        assert_eq!((score.of_layer(layers[0]), score.of_layer(layers[1]), score.alone(layers[1])), ((0, 2), (1, 1), 1));
        assert_eq!((score.times(), score.waits()), (vec![11], vec![21]));
        assert_eq!(score.blame(), (0, 0));
        let complaints = score.complaints(&Survivors::default());
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].starts_with(faults[1].name));
        let reason = |i: usize| Survivors::read(&format!("{} = \"why\"", faults[i].name)).unwrap();
        assert_eq!(score.complaints(&reason(1)), Vec::<String>::new());
        assert_eq!(score.complaints(&reason(0)).len(), 2);
    }
}
