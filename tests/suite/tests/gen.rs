//! What generated cases do when they run. A generator whose cases all fail at once finds nothing and is green for
//! ever, so what they reach is counted, and the floors are gates.

use api::outcome::Exact;
use api::{
    Case, End, Engine, Field, Frame, Halt, Observer, Outcome, Rejection, Revision, Step, TxOutcome, U256, Watch,
};
use arbitrary::Unstructured;
use r#gen::{FAMILIES, Family, Feature, Profile, crossover, from_seed, mutate, single};
use rayon::prelude::*;
use spec::{op, table};
use std::collections::BTreeMap;

/// Cases of the default mix that are counted.
const CASES: u64 = 20_000;
/// How often each instruction must run to its end.
const OPCODE_MIN: u64 = 300;
/// Instructions that one case may execute.
const STEPS_MAX: u64 = 200_000;

/// What cases did.
#[derive(Default)]
struct Ledger {
    cases: u64,
    steps: u64,
    /// First transactions that ended in success or revert.
    ended: u64,
    opcodes: BTreeMap<u8, u64>,
    halts: BTreeMap<Halt, u64>,
    rejections: BTreeMap<Rejection, u64>,
    revisions: BTreeMap<Revision, u64>,
    families: BTreeMap<String, u64>,
}

impl Ledger {
    fn add(&mut self, case: &Case, ran: &Ran) {
        self.cases += 1;
        self.steps += ran.steps;
        *self.revisions.entry(case.revision).or_default() += 1;
        *self.families.entry(family(case).to_owned()).or_default() += 1;
        for (opcode, count) in (0..=255).zip(ran.opcodes) {
            *self.opcodes.entry(opcode).or_default() += count;
        }
        for (position, transaction) in ran.outcome.transactions.iter().enumerate() {
            match transaction {
                TxOutcome::Rejected(rejection) => *self.rejections.entry(*rejection).or_default() += 1,
                TxOutcome::Executed(_) => {
                    let exact = exact(transaction);
                    self.ended += u64::from(position == 0 && (exact.end.is_success() || exact.end == End::Revert));
                    for frame in &exact.frames {
                        if let End::Halt(halt) = frame.end {
                            *self.halts.entry(halt).or_default() += 1;
                        }
                    }
                }
            }
        }
    }

    fn merge(mut self, other: Ledger) -> Ledger {
        fn sum<K: Ord>(to: &mut BTreeMap<K, u64>, from: BTreeMap<K, u64>) {
            from.into_iter().for_each(|(key, count)| *to.entry(key).or_default() += count);
        }
        self.cases += other.cases;
        self.steps += other.steps;
        self.ended += other.ended;
        sum(&mut self.opcodes, other.opcodes);
        sum(&mut self.halts, other.halts);
        sum(&mut self.rejections, other.rejections);
        sum(&mut self.revisions, other.revisions);
        sum(&mut self.families, other.families);
        self
    }
}

/// One run, and what was executed.
struct Ran {
    outcome: Outcome,
    steps: u64,
    opcodes: [u64; 256],
}

/// Counts the instructions that ran to their end.
struct Counter {
    opcode: u8,
    steps: u64,
    opcodes: [u64; 256],
}

impl Observer for Counter {
    fn step(&mut self, step: &Step, _: &Frame) {
        self.steps += 1;
        self.opcode = step.opcode;
    }

    fn stepped(&mut self, _: &Frame, _: u64, halt: Option<Halt>) {
        self.opcodes[usize::from(self.opcode)] += u64::from(halt.is_none());
    }
}

fn family(case: &Case) -> &str {
    case.name.split(' ').next().unwrap_or_default()
}

fn exact(transaction: &TxOutcome) -> &Exact {
    transaction.receipt().and_then(|receipt| receipt.exact.known()).expect("the reference knows")
}

fn judge() -> Box<dyn Engine> {
    let name = registry::names().next().expect("there is an engine");
    registry::make(name).expect("its own name")
}

/// Runs a case on the reference. No case may reach a limit of the harness.
fn run(engine: &mut dyn Engine, case: &Case, what: &str) -> Ran {
    let mut counter = Counter { opcode: 0, steps: 0, opcodes: [0; 256] };
    let watch = Watch { steps: true, observer: Some(&mut counter), ..Watch::exact() };
    let outcome = engine.run(case, watch).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(counter.steps <= STEPS_MAX, "{what}: {} instructions", counter.steps);
    Ran { outcome, steps: counter.steps, opcodes: counter.opcodes }
}

/// Runs many cases and counts.
fn count(cases: u64, make: impl Fn(u64) -> Case + Sync) -> Ledger {
    let chunk = |start: u64| {
        let (mut engine, mut ledger) = (judge(), Ledger::default());
        for index in (start..cases).take(500) {
            let case = make(index);
            let ran = run(engine.as_mut(), &case, &format!("case {index}, {}", case.name));
            ledger.add(&case, &ran);
        }
        ledger
    };
    let starts: Vec<u64> = (0..cases).step_by(500).collect();
    starts.into_par_iter().map(chunk).reduce(Ledger::default, Ledger::merge)
}

#[test]
fn the_default_mix_reaches_what_there_is() {
    let ledger = count(CASES, |index| from_seed(1, index, &Profile::default()));
    assert_eq!(ledger.cases, CASES);
    assert!(60 * CASES <= 100 * ledger.ended, "only {} of {CASES} end in success or revert", ledger.ended);
    let steps = ledger.steps / CASES;
    assert!((100..1000).contains(&steps), "{steps} instructions a case");
    for row in table::ROWS.iter().filter(|row| row.opcode != op::INVALID) {
        let count = ledger.opcodes.get(&row.opcode).copied().unwrap_or_default();
        assert!(OPCODE_MIN <= count, "{} ran {count} times", row.name);
    }
    for halt in Halt::ALL {
        assert!(3 <= ledger.halts.get(halt).copied().unwrap_or_default(), "{halt}: {:?}", ledger.halts);
    }
    for rejection in Rejection::ALL {
        let count = ledger.rejections.get(rejection).copied().unwrap_or_default();
        assert!(3 <= count, "{rejection}: {:?}", ledger.rejections);
    }
    for row in FAMILIES {
        let count = ledger.families.get(row.name).copied().unwrap_or_default();
        assert!(CASES / 100 <= count, "{}: {:?}", row.name, ledger.families);
    }
}

#[test]
fn every_revision_has_its_share() {
    let mut shares = [0; Revision::COUNT];
    (0..CASES).for_each(|index| shares[from_seed(2, index, &Profile::default()).revision.index()] += 1);
    assert!(shares.iter().all(|share| CASES / 50 <= *share), "{shares:?}");
    let older: u64 = shares[..Revision::Cancun.index()].iter().sum();
    assert!((CASES * 35 / 100..CASES * 45 / 100).contains(&older), "{older} of {CASES} are older");
}

#[test]
fn every_family_runs_under_every_revision() {
    for row in FAMILIES {
        for revision in Revision::ALL {
            let profile = Profile::default().only(row.family).at(revision);
            let ledger = count(60, |index| from_seed(3, index, &profile));
            assert!(0 < ledger.steps + ledger.ended, "{} under {revision} does nothing", row.name);
        }
    }
}

#[test]
fn precompiled_contracts_accept_and_refuse() {
    let profile = Profile::default().only(Family::Precompile).at(Revision::LATEST);
    let mut seen = BTreeMap::new();
    let mut engine = judge();
    for index in 0..8000 {
        let ran = run(engine.as_mut(), &from_seed(4, index, &profile), &format!("case {index}"));
        for transaction in ran.outcome.transactions.iter().filter(|transaction| transaction.receipt().is_some()) {
            for frame in &exact(transaction).frames {
                let address = U256::from_be_slice(frame.code_address.as_slice());
                let counts: &mut [u32; 2] = seen.entry(address).or_default();
                counts[usize::from(frame.end.is_success())] += 1;
            }
        }
    }
    for address in (1..=0x11).chain([0x100]) {
        let counts = seen.get(&U256::from(address)).copied().unwrap_or_default();
        assert!(!counts.contains(&0), "{address:#x}: [refused, accepted] is {counts:?}");
    }
}

#[test]
fn authorisations_of_the_table_are_valid() {
    let profile = Profile::default().at(Revision::LATEST).with(Feature::Typed, 255);
    let mut engine = judge();
    let mut signers = BTreeMap::new();
    for index in 0..3000 {
        let case = from_seed(5, index, &profile);
        let ran = run(engine.as_mut(), &case, &format!("case {index}"));
        let Field::Known(state) = &ran.outcome.state else { panic!("the reference knows") };
        for (address, account) in state {
            let is_new = case.accounts.get(address).is_none_or(|before| before.code != account.code);
            if is_new && account.code.starts_with(&[0xef, 0x01, 0x00]) {
                *signers.entry(*address).or_insert(0) += 1;
            }
        }
    }
    // One row of the table is for another chain and one clears; a signature that was changed has a signer of its own.
    let often = signers.values().filter(|count| 20 < **count).count();
    assert_eq!(often, 5, "{signers:?}");
}

#[test]
fn the_matrix_of_single_instructions_runs() {
    let ledger = count(single::count(), single::case);
    for row in table::ROWS.iter().filter(|row| row.opcode != op::INVALID) {
        let count = ledger.opcodes.get(&row.opcode).copied().unwrap_or_default();
        assert!(0 < count, "{} never runs to its end", row.name);
    }
    assert!(ledger.revisions.len() == Revision::COUNT);
}

#[test]
fn branches_of_the_matrix_go_both_ways() {
    let mut ways: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    let mut engine = judge();
    let branches = (0..single::count()).map(single::case).filter(|case| case.name.ends_with(" JUMPI"));
    for case in branches {
        // The way that is not taken stops, and gives nothing back.
        let steps = run(engine.as_mut(), &case, &case.name).opcodes;
        ways.entry(case.name).or_default()[usize::from(steps[usize::from(op::RETURN)] > 0)] += 1;
    }
    // JUMPI has cases of its own.
    ways.remove("single JUMPI");
    assert_eq!(ways.len(), 6, "{ways:?}");
    assert!(ways.values().flatten().all(|count| *count >= 14), "{ways:?}");
}

#[test]
fn mutants_run() {
    let noise = |index: u64| -> Vec<u8> {
        let words = (0..16).map(|i| (index * 16 + i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29));
        words.flat_map(|word| word.wrapping_mul(0xbf58_476d_1ce4_e5b9).to_be_bytes()).collect()
    };
    let mutant = |index: u64| {
        let profile = Profile::default();
        let (mut case, bytes) = (from_seed(6, index, &profile), noise(index));
        let mut u = Unstructured::new(&bytes);
        for generation in 0..3 {
            case = match generation {
                2 => crossover(case, &from_seed(7, index, &profile), &mut u),
                _ => mutate(case, &mut u),
            };
        }
        case
    };
    let ledger = count(5000, mutant);
    assert!(5000 * 30 <= 100 * ledger.ended, "only {} of 5000 end in success or revert", ledger.ended);
}
