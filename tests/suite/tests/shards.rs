//! Shards of a campaign join to what it is in one piece: the digest, the ledger and the findings. A shard that is missing, there
//! twice, of another campaign, of another division or not complete is refused by name.

use api::{Case, Code, Engine, EngineId, Exit, Frame, Host, Revision, U256, Vm};
use campaign::{Campaign, Evidence, Keeper, Known, Limits, Plan, Progress, Shard, State, join};
use interp::Interp;
use oracle::{Crew, Tolerances};
use reduce::{Budget, Crews};
use spec::op;
use std::collections::BTreeMap;
use suite::{call_case, code};
use world::Machine;

/// Neither a multiple of the blocks nor of the shards.
const CASES: u64 = 9_001;

/// Runs INVALID for every byte that is CALLER, operands included.
struct NoCaller;

impl Vm for NoCaller {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        let bytes = code.bytes().iter().map(|byte| if *byte == op::CALLER { op::INVALID } else { *byte });
        Interp::new().run(&Code::new(bytes.collect::<Vec<u8>>().into()), frame, host)
    }
}

fn crew() -> Crew {
    let make = |name: &str| match name {
        "no-caller" => Some(Box::new(Machine::new(EngineId::default(), NoCaller)) as Box<dyn Engine>),
        name => registry::make(name).ok(),
    };
    Crew::new(&["interp".into(), "no-caller".into()], make).expect("both are engines")
}

fn source(index: u64) -> Case {
    let mut program = code::push_all(&[U256::from(index & 0xff), U256::from(3)]);
    program.extend([op::MUL, op::PUSH1, 0, op::SSTORE]);
    if index % 1000 == 777 {
        program.extend([op::CALLER, op::POP]);
    }
    let revision = Revision::ALL[(index % Revision::COUNT as u64) as usize];
    call_case(revision, program, vec![])
}

struct Nowhere;

impl Keeper for Nowhere {
    fn keep(&self, _: &Evidence) -> Result<String, String> {
        Err("nowhere".into())
    }
}

/// Ends a run at once, or never.
struct Once(bool);

impl Progress for Once {
    fn go_on(&self, _: &State) -> bool {
        !self.0
    }

    fn is_stopping(&self) -> bool {
        false
    }

    fn seen(&self, _: &str, _: u64) {}
}

fn plan(seed: u64, shard: Shard) -> Plan {
    Plan {
        seed,
        cases: CASES,
        engines: vec!["interp".into(), "no-caller".into()],
        profile: "test".into(),
        shard,
        every: BTreeMap::new(),
    }
}

fn run(plan: &Plan, once: bool) -> State {
    let campaign = Campaign {
        plan,
        source: &source,
        crews: Crews::like(&crew()),
        tolerances: &Tolerances::none(),
        limits: Limits { reduction: Budget { tries_max: 0 }, findings_max: 9 },
        keeper: &Nowhere,
        known: &Known::default(),
        alive: &|_| (),
    };
    campaign.run(State::start(plan), &Once(once))
}

/// A shard by its number, through its file.
fn shard(seed: u64, number: u64, count: u64) -> (String, Plan, State) {
    let plan = plan(seed, Shard::new(number, count).expect("it is one of them"));
    let state = run(&plan, false);
    let (read_plan, read) = State::read_any(&state.write(&plan)).expect("it was just written");
    assert_eq!((&read_plan, &read), (&plan, &state));
    (format!("number {number}"), read_plan, read)
}

#[test]
fn shards_join_to_the_whole() {
    let plan = plan(1, Shard::WHOLE);
    let whole = run(&plan, false);
    assert_eq!((whole.next, whole.ledger.cases(), whole.found.len()), (CASES, CASES, 2));
    for count in [1, 3, 8] {
        let mut shards: Vec<_> = (1..=count).map(|number| shard(1, number, count)).collect();
        shards.reverse();
        assert_eq!(join(shards), Ok((plan.clone(), whole.clone())), "{count} shards");
    }
    // More shards than blocks: some have nothing to do.
    let many = 1 + CASES.div_ceil(campaign::BLOCK);
    assert_eq!(join((1..=many).map(|number| shard(1, number, many)).collect()), Ok((plan, whole)));
}

#[test]
fn what_is_no_division_is_refused() {
    let [one, two, three] = [1, 2, 3].map(|number| shard(1, number, 3));
    let refused = |shards: &[&(String, Plan, State)], says: &str| {
        let error = join(shards.iter().copied().cloned().collect()).expect_err(says).to_string();
        assert!(error.contains(says), "{error}");
    };
    refused(&[], "no shard to join");
    refused(&[&one, &two], "shard 3/3 is missing");
    refused(&[&one, &three], "shard 2/3 is missing");
    refused(&[&two, &three], "shard 1/3 is missing");
    refused(&[&one, &two, &two, &three], "number 2 is shard 2/3 once more");
    refused(&[&one, &two, &three, &three], "shard 3/3 once more");
    refused(&[&one, &shard(2, 2, 3), &three], "number 2 is of another campaign than number 1");
    refused(&[&one, &shard(1, 2, 2), &three], "shards of one division");
    let cut = (two.0.clone(), two.1.clone(), State::start(&two.1));
    refused(&[&one, &cut, &three], "number 2: shard 2/3 is not complete, it stands at case");
}

#[test]
fn a_shard_goes_on_where_it_was_interrupted() {
    let plan = plan(1, Shard::new(2, 2).expect("it is one of them"));
    let half = run(&plan, true);
    assert!(!half.is_complete(&plan) && half.next > plan.range().start);
    let campaign_state = State::read(&half.write(&plan), &plan).expect("it was just written");
    assert_eq!(campaign_state, half);
    let other = Plan { shard: Shard::WHOLE, ..plan.clone() };
    assert!(
        State::read(&half.write(&plan), &other).expect_err("another part").to_string().contains("another campaign")
    );
}
