//! Every engine of this repository reports the same stream of canonical points: the same places, gas, stacks, memories and
//! return data, in generated cases and with every limit of gas that a small program can run out of.

use api::{Case, Checkpoint, Engine, EngineError, Outcome, Revision, Watch};
use r#gen::Profile;
use spec::op;
use suite::{Recorder, call_case, with_gas};

fn observe(engine: &mut dyn Engine, case: &Case) -> (Result<Outcome, EngineError>, Vec<Checkpoint>) {
    let mut recorder = Recorder::default();
    let watch = Watch { checkpoints: true, observer: Some(&mut recorder), ..Watch::exact() };
    let outcome = engine.run(case, watch);
    (outcome, recorder.0)
}

/// Compares all engines with the reference and says how many points it reported.
fn check(engines: &mut [Box<dyn Engine>], case: &Case, name: &str) -> usize {
    let mut seen = None;
    for engine in engines {
        let (outcome, points) = observe(engine.as_mut(), case);
        let (first_outcome, first_points) = seen.get_or_insert((outcome.clone(), points.clone()));
        let parts = points.iter().zip(first_points.iter()).position(|(left, right)| left != right);
        assert_eq!(parts, None, "{name}: {} parts here: {:?}", engine.id().name, parts.map(|at| points[at]));
        assert_eq!(points.len(), first_points.len(), "{name}: {} reports more or fewer points", engine.id().name);
        assert_eq!(outcome, *first_outcome, "{name}: {}", engine.id().name);
    }
    seen.map_or(0, |(_, points)| points.len())
}

#[test]
fn generated_cases_pass_the_same_points_on_every_engine() {
    let mut engines = registry::all();
    let mut points = 0;
    for index in 0..2000 {
        let case = r#gen::from_seed(11, index, &Profile::default());
        points += check(&mut engines, &case, &format!("case {index} of seed 11"));
    }
    assert!(points > 20_000, "only {points} points were compared");
}

#[test]
fn every_limit_of_gas_ends_at_the_same_point() {
    let mut engines = registry::all();
    // Memory that grows, a hash, a store, a loop over them, and a call of itself with what is left.
    let body = [op::DUP1, op::PUSH1, 32, op::MUL, op::MSTORE, op::PUSH1, 64, op::PUSH0, op::KECCAK256, op::DUP1];
    let call = [op::PUSH0, op::PUSH0, op::PUSH0, op::PUSH0, op::PUSH0, op::ADDRESS, op::GAS, op::CALL, op::POP];
    let mut code = vec![op::PUSH1, 3, op::JUMPDEST, op::DUP1, op::DUP1];
    code.extend(&body[1..]);
    code.extend([op::SSTORE]);
    code.extend(call);
    code.extend([op::PUSH1, 1, op::SWAP1, op::SUB, op::DUP1, op::PUSH1, 2, op::JUMPI]);
    let case = call_case(Revision::LATEST, code, Vec::new());
    for gas in (21_000..21_200).chain((22_000..45_000).step_by(97)).chain((50_000..300_000).step_by(4_999)) {
        check(&mut engines, &with_gas(case.clone(), gas), &format!("{gas} gas"));
    }
}
