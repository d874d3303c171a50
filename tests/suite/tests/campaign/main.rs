//! Campaigns: the same digest for any number of workers and for an interrupted run; three planted faults are three
//! findings, each kept once; a state file that is damaged or of another campaign is refused.

mod ends;

use api::{
    Case, Code, Engine, EngineError, EngineId, Exit, Frame, Host, Outcome, Revision, U256, Unsupported, Vm, Watch,
};
use campaign::{Campaign, Evidence, Keeper, Known, Limits, News, Plan, Progress, Shard, State};
use interp::Interp;
use oracle::{Crew, Part, Tolerances};
use reduce::Crews;
use spec::op;
use std::collections::BTreeMap;
use std::sync::Mutex;
use suite::{CONTRACT, call_case, code};
use world::Machine;

/// Runs the code with one instruction in place of another.
struct Swapped {
    from: u8,
    to: u8,
}

impl Vm for Swapped {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        let mut bytes = code.bytes().to_vec();
        let mut pc = 0;
        while pc < bytes.len() {
            let opcode = bytes[pc];
            if opcode == self.from {
                bytes[pc] = self.to;
            }
            pc += 1 + spec::table::TABLE[opcode as usize].map_or(0, |row| row.immediate as usize);
        }
        Interp::new().run(&Code::new(bytes.into()), frame, host)
    }
}

/// Reaches a limit where LT is.
struct GivesUp {
    family: &'static str,
}

fn gives_up(case: &Case) -> bool {
    case.accounts[&CONTRACT].code.windows(2).any(|pair| pair == [op::LT, op::PUSH1])
}

impl Engine for GivesUp {
    fn id(&self) -> EngineId {
        EngineId { family: self.family.into(), ..EngineId::default() }
    }

    fn supports(&self, _: &Case) -> Result<(), Unsupported> {
        Ok(())
    }

    fn run(&mut self, case: &Case, watch: Watch<'_>) -> Result<Outcome, EngineError> {
        match gives_up(case) {
            true => Err(EngineError::Limit("planted".into())),
            false => Machine::new(Interp::id(), Interp::new()).run(case, watch),
        }
    }
}

/// The interpreter; one that stores another word; one that logs nothing; one that calls otherwise.
fn crew(names: &[&str]) -> Crew {
    let swapped = |from, to| Some(Box::new(Machine::new(EngineId::default(), Swapped { from, to })) as Box<dyn Engine>);
    let gives_up = |family| Some(Box::new(GivesUp { family }) as Box<dyn Engine>);
    let make = move |name: &str| match name {
        "wrong-xor" => swapped(op::XOR, op::OR),
        "wrong-log" => swapped(op::LOG0, op::SSTORE),
        "wrong-lt" => swapped(op::CALLER, op::INVALID),
        "gives-up" => gives_up("unanimous"),
        "foreign" => gives_up("foreign"),
        name => registry::make(name).ok(),
    };
    let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
    Crew::new(&names, make).unwrap_or_else(|name| panic!("no engine is called {name}"))
}

/// A case by index: arithmetic on words made of it, now and then a log or the caller.
fn source(index: u64) -> Case {
    let mix = index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let operators = [op::ADD, op::MUL, op::SUB, op::DIV, op::AND, op::OR, op::XOR, op::LT];
    let mut program = code::push_all(&[U256::from(mix), U256::from(index)]);
    program.extend([operators[(mix >> 61) as usize], op::PUSH1, 0, op::SSTORE]);
    if index % 7 == 3 {
        program.extend([op::PUSH1, 0, op::PUSH1, 0, op::LOG0]);
    }
    if index % 11 == 5 {
        program.extend([op::CALLER, op::POP]);
    }
    let revision = Revision::ALL[(index % Revision::COUNT as u64) as usize];
    call_case(revision, program, vec![])
}

#[derive(Default)]
struct Kept(Mutex<Vec<Evidence>>);

impl Keeper for Kept {
    fn keep(&self, evidence: &Evidence) -> Result<String, String> {
        let mut kept = self.0.lock().map_err(|_| "poisoned")?;
        kept.push(evidence.clone());
        Ok(format!("number {}", kept.len()))
    }
}

/// Ends a run after some looks.
struct After(Mutex<u32>);

impl Progress for After {
    fn go_on(&self, _: &State) -> bool {
        let mut left = self.0.lock().expect("nobody panics with it");
        *left -= 1;
        *left > 0
    }

    fn is_stopping(&self) -> bool {
        false
    }

    fn seen(&self, _: &str, _: u64) {}
}

fn plan(engines: &[&str], cases: u64) -> Plan {
    let engines = engines.iter().map(|name| name.to_string()).collect();
    Plan { seed: 1, cases, engines, profile: "test".into(), shard: Shard::WHOLE, every: BTreeMap::new() }
}

fn run(engines: &[&str], cases: u64, from: State, looks: u32, n_threads: usize) -> (State, Vec<Evidence>) {
    run_until(engines, cases, from, &After(Mutex::new(looks)), n_threads)
}

fn run_until(
    engines: &[&str],
    cases: u64,
    from: State,
    progress: &dyn Progress,
    n_threads: usize,
) -> (State, Vec<Evidence>) {
    let kept = Kept::default();
    let plan = plan(engines, cases);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("threads start");
    let state = pool.install(|| run_with(&plan, &Known::default(), &kept, from, progress));
    (state, kept.0.into_inner().expect("nobody panics with it"))
}

fn run_with(plan: &Plan, known: &Known, keeper: &dyn Keeper, from: State, progress: &dyn Progress) -> State {
    let engines: Vec<&str> = plan.engines.iter().map(String::as_str).collect();
    let campaign = Campaign {
        plan,
        source: &source,
        crews: Crews::like(&crew(&engines)),
        tolerances: &Tolerances::none(),
        limits: Limits::default(),
        keeper,
        known,
        alive: &|_| (),
    };
    campaign.run(from, progress)
}

const ENOUGH: u32 = u32::MAX;
const FAULTS: [&str; 4] = ["interp", "wrong-xor", "wrong-log", "wrong-lt"];

#[test]
fn workers_and_interruptions_change_nothing() {
    let engines = ["interp", "interp"];
    let (one, _) = run(&engines, 10_000, State::default(), ENOUGH, 1);
    assert_eq!((one.next, one.ledger.cases(), one.found.len()), (10_000, 10_000, 0));
    assert_ne!(one.digest(), State::default().digest());
    for n_threads in [2, 7] {
        assert_eq!(run(&engines, 10_000, State::default(), ENOUGH, n_threads).0, one, "{n_threads} threads");
    }
    let (half, _) = run(&engines, 10_000, State::default(), 1, 2);
    assert!(half.next < 10_000);
    let plan = plan(&engines, 10_000);
    let read = State::read(&half.write(&plan), &plan).expect("it was just written");
    assert_eq!(read, half);
    assert_eq!(run(&engines, 10_000, read, ENOUGH, 2).0, one);
}

#[test]
fn three_faults_are_three_findings() {
    let (state, kept) = run(&FAULTS, 3000, State::default(), ENOUGH, 2);
    let engines: Vec<&str> =
        state.found.keys().map(|signature| signature.split(':').next().unwrap_or_default()).collect();
    let distinct: std::collections::BTreeSet<&str> = engines.iter().copied().collect();
    assert_eq!(distinct, ["wrong-log", "wrong-lt", "wrong-xor"].into());
    assert_eq!(kept.len(), state.found.len(), "each is kept once");
    for (signature, found) in &state.found {
        assert!(found.count >= 1 && found.kept.starts_with("number "), "{signature}: {found:?}");
    }
    let of = |engine: &str| kept.iter().find(|evidence| evidence.divergence.engine == engine).expect("it was found");
    assert_eq!(of("wrong-xor").divergence.signature.part, Some(Part::Slot));
    for evidence in &kept {
        let code = &evidence.reduced.accounts[&CONTRACT].code;
        assert!(code.len() <= evidence.original.accounts[&CONTRACT].code.len() && code.len() < 16, "{code}");
    }
    assert_eq!(run(&FAULTS, 3000, State::default(), ENOUGH, 7).0, state);
}

/// An engine that takes part in one case of 16 is run in those alone, and the digest is the judge's.
#[test]
fn an_engine_may_take_part_in_some_cases_only() {
    let engines = ["interp", "wrong-xor"];
    let looks = || After(Mutex::new(ENOUGH));
    let none = Known::default();
    let always = plan(&engines, 3000);
    let rarely = Plan { every: [("wrong-xor".to_owned(), 16)].into(), ..always.clone() };
    let [all, some] = [&always, &rarely].map(|plan| {
        let kept = Kept::default();
        let state = run_with(plan, &none, &kept, State::default(), &looks());
        (state, kept.0.into_inner().expect("nobody panics with it"))
    });
    assert_eq!(some.0.digest(), all.0.digest());
    assert_eq!((some.0.ledger.judged, some.0.ledger.alone), (3000_u64.div_ceil(16), 3000 - 3000_u64.div_ceil(16)));
    let seen = |state: &State| state.found.values().map(|found| found.count).sum::<u64>();
    assert!(seen(&some.0) > 0 && seen(&some.0) < seen(&all.0) / 8, "{} of {}", seen(&some.0), seen(&all.0));
    assert!(!some.1.is_empty() && some.1.iter().all(|evidence| evidence.index % 16 == 0));
    assert_eq!(State::read(&some.0.write(&rarely), &rarely).expect("it was just written"), some.0);
    assert!(State::read(&some.0.write(&rarely), &always).is_err(), "it is another campaign");
}

#[test]
fn evidence_that_cannot_be_kept_is_reported_and_nothing_is_lost() {
    struct Full;
    impl Keeper for Full {
        fn keep(&self, _: &Evidence) -> Result<String, String> {
            Err("no space left on device".into())
        }
    }
    let state = run_with(&plan(&FAULTS, 3000), &Known::default(), &Full, State::default(), &After(Mutex::new(ENOUGH)));
    assert_eq!(state.ledger.cases(), 3000);
    assert!(state.found.values().all(|found| found.kept == "not kept: no space left on device"));
}

#[test]
fn a_damaged_or_foreign_state_is_refused() {
    let engines = ["interp", "interp"];
    let (state, _) = run(&engines, 5000, State::default(), ENOUGH, 2);
    let own = plan(&engines, 5000);
    let text = state.write(&own);
    for cut in [0, 10, 66, 67, text.len() / 2, text.len() - 1] {
        assert!(State::read(&text[..cut], &own).is_err(), "cut at {cut}");
    }
    for at in [0, 70, text.len() / 2, text.len() - 3] {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let damaged = String::from_utf8_lossy(&bytes).into_owned();
        let error = State::read(&damaged, &own).expect_err("a byte was changed").to_string();
        assert!(error.contains("cannot be resumed") && error.contains("start anew"), "{error}");
    }
    let other = Plan { seed: 2, ..own };
    assert!(State::read(&text, &other).expect_err("another seed").to_string().contains("another campaign"));
}

/// The ledger sees what was done: ends, revisions and, by sample, instructions.
#[test]
fn the_ledger_tells_what_was_tested() {
    let (state, _) = run(&["interp", "interp"], 4500, State::default(), ENOUGH, 2);
    let ledger = &state.ledger;
    assert_eq!((ledger.judged, ledger.alone, ledger.inconclusive), (4500, 0, 0));
    assert_eq!(ledger.revisions.values().copied().collect::<Vec<_>>(), [300; Revision::COUNT]);
    assert_eq!(ledger.ends.values().sum::<u64>(), 4500);
    assert!(ledger.instructions["SSTORE"] > 0 && ledger.missing().contains(&"CREATE2"));
    let (alone, _) = run(&["interp"], 100, State::default(), ENOUGH, 1);
    assert_eq!((alone.ledger.judged, alone.ledger.alone), (0, 100));
}

/// An open finding is counted and is not examined again; a fixed one that returns is.
#[test]
fn what_is_known_is_counted_and_what_returned_is_news() {
    let (fresh, _) = run(&FAULTS, 3000, State::default(), ENOUGH, 2);
    let with = |status: &str| {
        let mut known = Known::default();
        for signature in fresh.found.keys().filter(|signature| signature.starts_with("wrong-xor")) {
            known.add("xor", &format!("status = \"{status}\"\nsignatures = [{signature:?}]")).expect("it is right");
        }
        let kept = Kept::default();
        let state = with_known(&FAULTS, &known, &kept, State::default());
        assert_eq!((state.digest(), &state.ledger), (fresh.digest(), &fresh.ledger));
        let examined = kept.0.into_inner().expect("nobody panics with it");
        let xor = examined.iter().filter(|evidence| evidence.divergence.engine == "wrong-xor").count();
        let other = fresh.found.keys().filter(|signature| !signature.starts_with("wrong-xor")).count();
        (state.n_news(&known), other, xor, known)
    };
    let (n_news, other, xor, _) = with("open");
    assert_eq!((n_news, xor), (other, 0));
    let (n_news, other, xor, known) = with("fixed");
    assert!(n_news == fresh.found.len() && other < n_news && xor == n_news - other);
    let returned = fresh.found.keys().find(|signature| signature.starts_with("wrong-xor")).expect("it is found");
    assert_eq!(known.news(returned), News::Returned("xor"));
}

fn with_known(engines: &[&str], known: &Known, keeper: &Kept, from: State) -> State {
    run_with(&plan(engines, 3000), known, keeper, from, &After(Mutex::new(ENOUGH)))
}
