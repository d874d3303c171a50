//! Campaigns that end early, at what hangs, or without a conclusion.

use super::{ENOUGH, FAULTS, gives_up, plan, run, run_until, source};
use campaign::{Evidence, Ledger, Progress, Stage, State, Task};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

/// Ends a run after some cases, wherever that is, and remembers what was seen.
struct Interrupting {
    left: AtomicI64,
    seen: Mutex<BTreeSet<String>>,
}

impl Interrupting {
    fn after(n: i64) -> Interrupting {
        Interrupting { left: AtomicI64::new(n), seen: Mutex::default() }
    }
}

impl Progress for Interrupting {
    fn go_on(&self, _: &State) -> bool {
        self.left.load(Ordering::Relaxed) > 0
    }

    fn is_stopping(&self) -> bool {
        self.left.fetch_sub(1, Ordering::Relaxed) <= 0
    }

    fn seen(&self, signature: &str, _: u64) {
        self.seen.lock().expect("nobody panics with it").insert(signature.to_owned());
    }
}

/// Ended at any case, again and again, in the middle of reductions too, a campaign comes to the same in the end: state,
/// findings, evidence. What was seen before an end is found after it.
#[test]
fn a_run_that_is_ended_anywhere_goes_on_to_the_same_end() {
    let (whole, kept) = run(&FAULTS, 3000, State::default(), ENOUGH, 2);
    let plan = plan(&FAULTS, 3000);
    for (step, n_threads) in [(100, 1), (333, 2), (500, 7)] {
        let (mut state, mut pieces, mut ends, mut seen) = (State::default(), Vec::new(), Vec::new(), BTreeSet::new());
        while (state.next < 3000 || state.found.values().any(|found| found.kept.is_empty())) && ends.len() < 200 {
            // Before its first case at first; the longer it takes the longer it may: a reduction that is ended begins anew.
            let progress = Interrupting::after(step * ends.len() as i64);
            let (next, evidence) = run_until(&FAULTS, 3000, state, &progress, n_threads);
            pieces.extend(evidence);
            ends.push(next.next);
            seen.extend(progress.seen.into_inner().expect("nobody panics with it"));
            state = State::read(&next.write(&plan), &plan).expect("it was just written");
            assert_eq!(state, next);
        }
        let numbers = |state: &State| {
            let found =
                state.found.iter().map(|(signature, found)| (signature.clone(), found.count, found.first_index));
            (state.next, state.digest(), state.ledger.clone(), found.collect::<Vec<_>>())
        };
        assert_eq!(numbers(&state), numbers(&whole), "{step} cases on {n_threads} threads, ended at {ends:?}");
        assert!(ends.len() > 2 && ends.iter().any(|next| next % campaign::BLOCK != 0), "{ends:?}");
        assert!(seen.iter().all(|signature| state.found.contains_key(signature)) && seen.len() == state.found.len());
        let cases = |kept: &[Evidence]| kept.iter().map(|kept| (kept.index, kept.reduced.clone())).collect::<Vec<_>>();
        assert_eq!(cases(&pieces), cases(&kept));
    }
}

/// A case that is noted as hanging is not run: it is a crash called `hang`.
#[test]
fn a_case_that_hangs_is_a_finding_and_is_not_run_again() {
    let engines = ["interp", "interp"];
    let (whole, _) = run(&engines, 3000, State::default(), ENOUGH, 2);
    let mut from = State::default();
    from.note_hang(Task { index: 1234, stage: Stage::Judge }, "interp", "somewhere");
    let written = State::read(&from.write(&plan(&engines, 3000)), &plan(&engines, 3000));
    assert_eq!(written.as_ref(), Ok(&from));
    let (state, kept) = run(&engines, 3000, from, ENOUGH, 2);
    assert_eq!((state.ledger.judged, state.ledger.alone, kept.len()), (2999, 1, 0));
    assert_ne!(state.digest(), whole.digest());
    let found: Vec<(&str, u64, &str)> = state
        .found
        .iter()
        .map(|(signature, found)| (signature.as_str(), found.first_index, found.kept.as_str()))
        .collect();
    assert_eq!(found, [("interp: crash: hang", 1234, "somewhere")]);
}

/// Whatever hung is left out, and only that; one thing after another may hang at the same case.
#[test]
fn what_hung_is_not_tried_again_and_all_else_is() {
    let (fresh, reduced) = run(&FAULTS, 3000, State::default(), ENOUGH, 1);
    let first = fresh.found.values().map(|found| found.first_index).min().expect("there are findings");
    let with = |stages: &[Stage]| {
        let mut from = State::default();
        stages.iter().for_each(|stage| from.note_hang(Task { index: first, stage: *stage }, "wrong-xor", "nowhere"));
        assert_eq!(from.hung.len(), stages.len());
        let (state, kept) = run(&FAULTS, 3000, from, ENOUGH, 1);
        assert_eq!((state.found.len(), state.digest()), (fresh.found.len(), fresh.digest()), "{stages:?}");
        (state, kept)
    };
    let of = |kept: &[Evidence]| kept.iter().find(|evidence| evidence.index == first).cloned();
    let usual = of(&reduced).expect("it was kept");
    assert!(usual.localise && usual.reduced != usual.original);
    let whole = of(&with(&[Stage::Reduce]).1).expect("it is kept");
    assert!(whole.localise && whole.reduced == whole.original);
    let unplaced = of(&with(&[Stage::Localise]).1).expect("it is kept");
    assert!(!unplaced.localise && unplaced.reduced == usual.reduced);
    let bare = of(&with(&[Stage::Reduce, Stage::Localise]).1).expect("it is kept");
    assert!(!bare.localise && bare.reduced == bare.original);
    let (state, kept) = with(&[Stage::Check]);
    assert!(of(&kept).is_none());
    assert!(state.found.values().any(|found| found.kept == "not kept: wrong-xor hung when it was run again"));
    let mut from = State::default();
    from.note_hang(Task { index: 64, stage: Stage::Sample }, "interp", "nowhere");
    let (state, _) = run(&FAULTS, 3000, from, ENOUGH, 1);
    assert_eq!((state.ledger.sampled + 1, state.digest()), (fresh.ledger.sampled, fresh.digest()));
}

/// An engine that gives up now and then: where its family goes on that is a finding, else nothing is concluded.
#[test]
fn limits_are_counted_and_too_many_conclude_nothing() {
    for (name, n_found) in [("gives-up", 1), ("foreign", 0)] {
        let (state, _) = run(&["interp", name], 3000, State::default(), ENOUGH, 2);
        let ledger = &state.ledger;
        assert_eq!(state.found.len(), n_found, "{:?}", state.found);
        assert!(ledger.inconclusive > 10 && ledger.limits[name] == ledger.inconclusive && !ledger.is_conclusive());
        let first = state.inconclusive_first.expect("it was noted");
        assert!(gives_up(&source(first)) && !(0..first).any(|index| gives_up(&source(index))));
    }
    let mut few = Ledger { judged: 2000, inconclusive: 2, ..Ledger::default() };
    assert!(few.is_conclusive() && Ledger::default().is_conclusive());
    few.inconclusive = 3;
    assert!(!few.is_conclusive());
}
