//! Are the batched checks exact? A model runs random programs twice and compares.
//!
//! Once instruction by instruction, in the order of precedence that `spec::halt` fixes. Once by the sections of the real
//! plan: one check at the head, all static gas at once, precise execution from the head where the check fails, out of gas
//! where dynamic gas runs out in between. What can be observed must be the same: how the run ends, the gas left unless it
//! halts, the height of the stack, every value of GAS, and every question to the host with the gas it was asked at.
//!
//! Runs begin at any canonical point with any height and with gas around every charge, because another engine may have
//! run what stands before. The same model must see the two popular shortcuts and every bound that is off by one.

mod batched;
mod precise;
mod program;
mod spoil;

use api::dice::{Dice, mix};
use batched::{OnFailure, batched};
use plan::Plan;
use precise::{State, precise};
use program::Program;
use spoil::Spoil;

/// Programs of the run that must find nothing.
const PROGRAMS: u64 = 1_000_000;
/// Programs in which a wrong rule must show.
const PROGRAMS_WRONG: u64 = 20_000;
/// Entries per program.
const ENTRIES: u64 = 2;

/// What a run over many programs saw.
#[derive(Default)]
struct Tally {
    runs: u64,
    /// Runs in which a head check failed.
    left: u64,
    halts: u64,
    touches: u64,
    /// Runs that differ.
    mismatches: u64,
    /// Runs in which a promise of the plan did not hold, whatever came out.
    broken: u64,
    first: Option<String>,
}

/// Runs the programs of some seeds, with plans that `spoil` changed.
fn model(seeds: std::ops::Range<u64>, spoil: Spoil, on_failure: OnFailure) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let mut dice = Dice::new(mix(seed));
        let program = Program::new(&mut dice);
        let mut plan = Plan::new(&program.code, program.revision);
        spoil(&mut plan);
        for _ in 0..ENTRIES {
            let entry = dice.below(plan.sections.len()) as u32;
            let state = program.entry(&mut dice, plan.sections[entry as usize].pc);
            tally.compare(&program, &plan, entry, state, on_failure);
        }
    }
    tally
}

impl Tally {
    fn compare(&mut self, program: &Program, plan: &Plan, entry: u32, state: State, on_failure: OnFailure) {
        let start = (state.pc, state.height, state.gas);
        let expected = precise(program, state.clone());
        let (found, left) = batched(program, plan, entry, state, on_failure);
        self.runs += 1;
        self.left += u64::from(left);
        self.halts += u64::from(expected.is_halt());
        self.touches += u64::from(!expected.trace.is_empty());
        if found != Ok(expected.observed()) {
            self.mismatches += u64::from(found.is_ok());
            self.broken += u64::from(found.is_err());
            self.first.get_or_insert_with(|| {
                format!(
                    "{program:?}\nfrom (pc, height, gas) {start:?}\nexpected {expected:?}\nfound {found:?}\n{plan:?}"
                )
            });
        }
    }
}

fn wrong(spoil: Spoil, on_failure: OnFailure) -> Tally {
    model(0..PROGRAMS_WRONG, spoil, on_failure)
}

#[test]
fn batched_checks_are_exact() {
    let threads = 2;
    let parts = (0..threads).map(|part| PROGRAMS * part / threads..PROGRAMS * (part + 1) / threads);
    let parts: Vec<_> =
        parts.map(|seeds| std::thread::spawn(|| model(seeds, spoil::nothing, OnFailure::Replay))).collect();
    for part in parts {
        let tally = part.join().unwrap();
        assert_eq!((tally.mismatches, tally.broken), (0, 0), "{}", tally.first.unwrap_or_default());
        // A model that rarely leaves, halts or asks proves nothing.
        assert_eq!(tally.runs, PROGRAMS / threads * ENTRIES);
        for (what, count) in [("left", tally.left), ("halted", tally.halts), ("asked", tally.touches)] {
            assert!(count > tally.runs / 10, "only {count} of {} runs {what}", tally.runs);
        }
        assert!(tally.runs - tally.halts > tally.runs / 10, "nearly every run halted");
    }
}

#[test]
fn host_questions_inside_a_section_are_seen() {
    assert!(wrong(spoil::host_inside, OnFailure::Replay).mismatches > 0);
}

#[test]
fn a_kind_taken_from_the_head_check_is_seen() {
    assert!(wrong(spoil::nothing, OnFailure::Report).mismatches > 0);
}

#[test]
fn bounds_that_are_off_by_one_are_seen() {
    for (name, spoil) in spoil::BOUNDS {
        let tally = wrong(*spoil, OnFailure::Replay);
        assert!(tally.mismatches + tally.broken > 0, "{name}");
    }
}
