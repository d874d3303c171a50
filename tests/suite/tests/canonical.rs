//! A frame can be stopped and taken up again at every canonical point, by another instance or another engine, and
//! nothing changes: not the outcome, not the stream of checkpoints.

use api::{Checkpoint, Code, Engine, EngineId, Exit, Flow, Frame, Host, Observer, Revision, U256, Vm, Watch};
use hopper::Section;
use interp::Interp;
use spec::op;
use suite::code::{push, push_all, word};
use suite::{CONTRACT, Recorder, call_case, with_gas};
use world::Machine;

/// Runs every section on an interpreter of its own.
struct Chopped;

impl Vm for Chopped {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        let reports = std::mem::replace(&mut frame.checkpoints, true);
        loop {
            let mut section = Section::new(host, true, 1);
            let exit = Interp::new().run(code, frame, &mut section);
            if exit != Exit::Stop {
                frame.checkpoints = reports;
                return exit;
            }
        }
    }
}

/// Leaves each frame at its second canonical point.
struct Leaving;

impl Vm for Leaving {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        let reports = std::mem::replace(&mut frame.checkpoints, true);
        let exit = Interp::new().run(code, frame, &mut Section::new(host, true, 1));
        frame.checkpoints = reports;
        if exit == Exit::Stop { Exit::Leave } else { exit }
    }
}

/// A loop that stores, logs, calls itself without calldata, creates, and reads return data.
fn busy_code() -> Vec<u8> {
    let zero = U256::ZERO;
    let call = [push_all(&[zero, zero, zero, zero, zero]), push(word(CONTRACT)), vec![op::GAS, op::CALL, op::POP]];
    let create = [push_all(&[zero, zero, U256::from(3)]), vec![op::CREATE, op::POP]];
    let inner =
        [push(U256::from(7)), vec![op::SLOAD, op::PUSH1, 1, op::ADD, op::PUSH1, 7, op::SSTORE, op::CALLDATASIZE]]
            .concat();
    let end = [vec![op::JUMPDEST, op::GAS, op::PUSH1, 0, op::MSTORE, op::PUSH1, 32, op::PUSH1, 0, op::RETURN]].concat();
    let rest = [call.concat(), create.concat(), vec![op::RETURNDATASIZE, op::POP, op::PUSH1, 3]].concat();
    let looped = vec![op::JUMPDEST, op::PUSH1, 1, op::SWAP1, op::SUB, op::DUP1];
    // The inner call has no calldata and jumps over the rest; the outer one then counts down from three.
    let head = inner.len() + 4;
    let loop_at = head + rest.len();
    let end_at = loop_at + looped.len() + 3;
    let mut code = inner;
    code.extend([op::ISZERO, op::PUSH1, end_at as u8, op::JUMPI]);
    code.extend(rest);
    code.extend(looped);
    code.extend([op::PUSH1, loop_at as u8, op::JUMPI]);
    code.extend(end);
    code
}

fn observe(engine: &mut dyn Engine, gas: u64) -> (api::Outcome, Vec<Checkpoint>) {
    let case = with_gas(call_case(Revision::LATEST, busy_code(), vec![1]), gas);
    let mut recorder = Recorder::default();
    let watch = Watch { checkpoints: true, observer: Some(&mut recorder), ..Watch::exact() };
    let outcome = engine.run(&case, watch).expect("the case runs");
    (outcome, recorder.0)
}

fn id(name: &str) -> EngineId {
    EngineId { name: name.into(), ..EngineId::default() }
}

#[test]
fn every_canonical_point_is_a_place_to_stop_and_start() {
    let mut whole = Machine::new(Interp::id(), Interp::new());
    let mut chopped = Machine::new(id("chopped"), Chopped);
    let mut leaving = Machine::with_precise(id("leaving"), Leaving, Box::new(Interp::new()));
    for gas in [1_000_000, 120_000, 80_000, 60_000, 50_000, 30_000, 22_000] {
        let (outcome, points) = observe(&mut whole, gas);
        // Between the two gas limits lie runs that succeed and runs that halt, inside and outside the inner call.
        assert!(!points.is_empty() && (gas != 1_000_000 || points.len() > 15), "{} points", points.len());
        assert_eq!(observe(&mut chopped, gas), (outcome.clone(), points.clone()), "chopped with {gas} gas");
        assert_eq!(observe(&mut leaving, gas), (outcome, points), "leaving with {gas} gas");
    }
}

#[test]
fn watching_changes_nothing() {
    let case = call_case(Revision::LATEST, busy_code(), vec![1]);
    for mut engine in registry::all() {
        let plain = engine.run(&case, Watch::exact()).expect("the case runs");
        assert_eq!(observe(engine.as_mut(), 10_000_000).0.transactions.len(), plain.transactions.len());
        let mut recorder = Recorder::default();
        let watch = Watch { checkpoints: true, steps: true, observer: Some(&mut recorder), ..Watch::exact() };
        assert_eq!(engine.run(&case, watch).expect("the case runs"), plain, "{}", engine.id().name);
        assert_eq!(engine.run(&case, Watch::exact()).expect("the case runs"), plain, "a second run on one instance");
    }
}

/// An observer that has seen enough ends the run.
struct Stopper(u32);

impl Observer for Stopper {
    fn checkpoint(&mut self, _: &Checkpoint, _: &Frame) -> Flow {
        self.0 -= 1;
        if self.0 == 0 { Flow::Stop } else { Flow::Continue }
    }
}

#[test]
fn an_observer_can_stop_a_run() {
    let case = call_case(Revision::LATEST, busy_code(), vec![1]);
    for mut engine in registry::all() {
        let mut stopper = Stopper(3);
        let watch = Watch { checkpoints: true, observer: Some(&mut stopper), ..Watch::default() };
        assert_eq!(engine.run(&case, watch), Err(api::EngineError::Stopped));
    }
}

#[test]
fn a_frame_that_nobody_takes_is_an_internal_error() {
    let mut engine = Machine::new(id("leaving"), Leaving);
    let case = call_case(Revision::LATEST, busy_code(), vec![1]);
    assert!(matches!(engine.run(&case, Watch::default()), Err(api::EngineError::Internal(_))));
}
