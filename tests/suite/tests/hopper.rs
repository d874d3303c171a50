//! What only hopping shows: a vm that keeps something to itself at a canonical point is right alone, whatever is watched, and wrong
//! as soon as another vm goes on behind it.

use api::{Case, Checkpoint, Code, Engine, EngineId, Exit, Frame, Host, Memory, Outcome, U256, Vm, Watch};
use r#gen::Profile;
use hopper::Hopper;
use interp::Interp;
use spec::op;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use suite::Recorder;
use world::Machine;

/// What a frame was when a vm took it up.
struct Before {
    words: Vec<U256>,
    memory: Memory,
}

/// What a vm forgets to bring home before it stops.
type Forgets = fn(&mut Frame, &Before);

/// The interpreter, with a fault where it is stopped.
struct Forgetful(Forgets);

impl Vm for Forgetful {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        let before = Before { words: frame.words().to_vec(), memory: frame.memory.clone() };
        let exit = Interp::new().run(code, frame, host);
        if exit == Exit::Stop {
            self.0(frame, &before);
        }
        exit
    }
}

fn nothing(_: &mut Frame, _: &Before) {}

/// The top word stays in a register; on the stack lies what lay there before.
fn a_word(frame: &mut Frame, before: &Before) {
    if let Some(top) = frame.stack_len.checked_sub(1) {
        frame.stack[top as usize] = before.words.get(top as usize).copied().unwrap_or_default();
    }
}

fn the_height(frame: &mut Frame, before: &Before) {
    frame.stack_len = before.words.len() as u32;
}

fn the_end_of_memory(frame: &mut Frame, before: &Before) {
    let kept = frame.memory.as_slice()[..before.memory.len()].to_vec();
    frame.memory.reset(before.memory.limit());
    frame.memory.grow(kept.len() as u64).expect("it was as long before");
    frame.memory.fill_from(0, kept.len(), &kept, 0);
}

fn id(name: &str) -> EngineId {
    EngineId { name: name.into(), ..EngineId::default() }
}

fn judge() -> Machine<Interp> {
    Machine::new(Interp::id(), Interp::new())
}

/// Outcome and checkpoints of a case.
fn watched(engine: &mut dyn Engine, case: &Case) -> (Option<Outcome>, Vec<Checkpoint>) {
    let mut recorder = Recorder::default();
    let watch = Watch { checkpoints: true, observer: Some(&mut recorder), ..Watch::exact() };
    (engine.run(case, watch).ok(), recorder.0)
}

/// The first generated case of which an engine has another outcome, or other checkpoints, than the judge.
fn red(engine: &mut dyn Engine, cases: u64) -> Option<u64> {
    let mut judge = judge();
    (0..cases).find(|index| {
        let case = r#gen::from_seed(31, *index, &Profile::default());
        let plain = judge.run(&case, Watch::exact()).ok();
        plain != engine.run(&case, Watch::exact()).ok() || watched(&mut judge, &case) != watched(engine, &case)
    })
}

/// An engine that hops between the interpreter and one with a fault.
fn hopping(seed: u64, forgets: Forgets) -> Machine<Hopper> {
    let vms: Vec<Box<dyn Vm>> = vec![Box::new(Interp::new()), Box::new(Forgetful(forgets))];
    let hopper = Hopper::new(seed, vms, Box::new(Interp::new()));
    Machine::with_precise(id("hopping"), hopper, Box::new(Interp::new()))
}

#[test]
fn only_the_hopper_sees_what_is_forgotten_at_a_canonical_point() {
    assert_eq!(red(&mut hopping(0, nothing), 300), None, "without a fault nothing is red");
    let faults: [(&str, Forgets); 3] = [("word", a_word), ("height", the_height), ("memory", the_end_of_memory)];
    for (name, fault) in faults {
        assert_eq!(red(&mut Machine::new(id(name), Forgetful(fault)), 300), None, "{name}: alone it is right");
        assert!(red(&mut hopping(0, fault), 300).is_some(), "{name}: hopping shows it");
    }
}

/// The interpreter, which counts how often it is asked, or leaves every frame that it is given.
struct Counting(Arc<AtomicU64>, bool);

impl Vm for Counting {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        self.0.fetch_add(1, Ordering::Relaxed);
        if self.1 { Exit::Leave } else { Interp::new().run(code, frame, host) }
    }
}

/// How often each of three vms ran, the second of which leaves everything and the last of which runs what was left.
fn turns(seed: u64, cases: u64) -> [u64; 3] {
    let counts: [Arc<AtomicU64>; 3] = Default::default();
    let vm = |index: usize, leaves| Box::new(Counting(counts[index].clone(), leaves)) as Box<dyn Vm>;
    let hopper = Hopper::new(seed, vec![vm(0, false), vm(1, true)], vm(2, false));
    assert_eq!(red(&mut Machine::new(id("turns"), hopper), cases), None, "seed {seed}");
    counts.map(|count| count.load(Ordering::Relaxed))
}

#[test]
fn every_vm_has_its_turn_and_what_one_leaves_is_run() {
    let [runs, leaves, precise] = turns(3, 100);
    assert!(runs > 500 && leaves > 500, "{runs} {leaves}");
    assert_eq!(leaves, precise, "each section that was left is run precisely, and no other");
    assert_eq!(turns(3, 100), [runs, leaves, precise], "the same cases hop the same way");
    assert_ne!(turns(4, 100), [runs, leaves, precise]);
}

#[test]
fn any_seed_is_right() {
    for seed in 1..10 {
        let name = format!("hopper:seed={seed}");
        let mut engine = registry::make(&name).expect("it has this option");
        assert_eq!(red(engine.as_mut(), 60), None, "{name}");
    }
}

/// A loop that begins in its middle with a known word: what follows from that word is a constant there, and the word itself is used no
/// more. Frames that are handed over in the loop bring other words.
#[test]
fn what_is_known_of_a_word_is_looked_for_though_nobody_uses_the_word() {
    let head = [op::PUSH0, op::PUSH1, 5];
    let top = [op::JUMPDEST, op::PUSH0, op::CALLDATALOAD, op::PUSH1, 13, op::PUSH0, op::MSTORE, op::PUSH0, op::MLOAD];
    let body = [op::JUMPI, op::JUMPDEST, op::PUSH1, 1, op::SWAP1, op::SUB, op::DUP1, op::PUSH1, 3];
    let back = [op::PUSH0, op::MSTORE, op::PUSH0, op::MLOAD, op::JUMPI];
    let code = suite::returning([&head[..], &top, &body, &back].concat());
    let case = suite::call_case(api::Revision::Osaka, code, vec![]);
    let expect = judge().run(&case, Watch::exact());
    for seed in 0..40 {
        let mut engine = registry::make(&format!("hopper:seed={seed}")).expect("it has this option");
        assert_eq!(engine.run(&case, Watch::exact()), expect, "seed {seed}");
    }
}
