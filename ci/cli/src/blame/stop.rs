//! The instruction that makes two outcomes differ, for engines that report neither steps nor points, and for what no point shows:
//! logs, questions, refunds, accounts, the end of a frame.
//!
//! A case ends where a STOP is put in the place of an instruction: what was done before it stays, what would follow is not done. With
//! the STOP at an instruction the engines agree; with the STOP behind it they differ: so that instruction makes the
//! difference. It is looked for by halving what was run, in the order in which each instruction ran first.

use super::cut::{code_at, text_at};
use api::{Address, Case, Frame, Observer, Step, Watch};
use oracle::{Crew, Tolerances, judge};
use spec::op;
use std::collections::BTreeSet;

/// Instructions that are told apart; what runs behind them is taken for one.
const PLACES_MAX: usize = 1 << 16;

/// A place in the code of an account.
type Place = (Address, u32);

/// The instruction, as a line of text. `None` if the engines agree on the whole case, or differ though nothing of it is run.
pub(super) fn instruction(crew: &mut Crew, case: &Case, tolerances: &Tolerances) -> Option<String> {
    let places = places(crew, case);
    // Behind the last one is the case as it is.
    let found = between(places.len(), &mut |count| match places.get(count) {
        Some(place) => differs(crew, &stopped(case, *place), tolerances),
        None => differs(crew, case, tolerances),
    })?;
    let (address, pc) = places[found];
    Some(format!("with what ran before it they agree, behind it they differ: {}", text_at(case, address, pc)?))
}

/// A position at which nothing differs though behind it something does, if nothing differs at the first and something behind the
/// last.
fn between(len: usize, differs: &mut dyn FnMut(usize) -> bool) -> Option<usize> {
    if len == 0 || differs(0) || !differs(len) {
        return None;
    }
    let (mut same, mut different) = (0, len);
    while different - same > 1 {
        let middle = same + (different - same) / 2;
        if differs(middle) {
            different = middle;
        } else {
            same = middle;
        }
    }
    Some(same)
}

fn differs(crew: &mut Crew, case: &Case, tolerances: &Tolerances) -> bool {
    !judge(crew, case, tolerances).divergences.is_empty()
}

/// The case with a STOP at a place.
fn stopped(case: &Case, (address, pc): Place) -> Case {
    let mut shorter = case.clone();
    if let Some(account) = shorter.accounts.get_mut(&address) {
        let mut code = account.code.to_vec();
        if let Some(byte) = code.get_mut(pc as usize) {
            *byte = op::STOP;
        }
        account.code = code.into();
    }
    shorter
}

/// What is run of the codes of accounts, each instruction where it ran first. Any engine that reports steps may say so.
fn places(crew: &mut Crew, case: &Case) -> Vec<Place> {
    let mut seen = Seen::default();
    for engine in 0..crew.len() {
        let watch = Watch { steps: true, observer: Some(&mut seen), ..Watch::default() };
        crew.run(engine, case, watch);
        if !seen.places.is_empty() {
            break;
        }
    }
    seen.places.retain(|(address, _)| code_at(case, *address).is_some());
    seen.places
}

#[derive(Default)]
struct Seen {
    places: Vec<Place>,
    known: BTreeSet<Place>,
}

impl Observer for Seen {
    fn step(&mut self, _: &Step, frame: &Frame) {
        let place = (frame.message.code_address, frame.pc);
        if !frame.message.kind.is_create() && self.places.len() < PLACES_MAX && self.known.insert(place) {
            self.places.push(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_is_found_wherever_it_is() {
        for len in 1..40 {
            for edge in 0..len {
                assert_eq!(between(len, &mut |at| at > edge), Some(edge), "{len}");
            }
            assert_eq!(between(len, &mut |_| true), None);
            assert_eq!(between(len, &mut |_| false), None);
        }
        assert_eq!(between(0, &mut |_| true), None);
        // Of several edges one is found.
        assert!([2, 7].contains(&between(12, &mut |at| (3..6).contains(&at) || at > 7).unwrap()));
    }
}
