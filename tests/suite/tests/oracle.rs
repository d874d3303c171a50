//! The oracle would notice: one bit is flipped in each part of an outcome, and it names that part; a vm that spoils the
//! stack in one section is caught in that section, at that instruction.

use api::outcome::{Exact, Field, Outcome, Receipt, TxOutcome};
use api::{
    Account, Address, B256, Case, Code, Engine, EngineError, EngineId, Exit, Frame, Halt, Host, Rejection, Revision,
    U256, Unsupported, Vm, Watch, digest,
};
use interp::Interp;
use oracle::{Crew, Level, Part, Tolerances, compare, gas_edges, judge, localise, repeat, with_gas};
use spec::op;
use suite::{CONTRACT, SENDER, call_case, code, run};
use world::Machine;

/// A program that logs with a topic, stores, clears a slot, uses transient storage, calls, and returns a word.
fn eventful() -> Case {
    let one = U256::ONE;
    let code = [
        code::push_all(&[U256::ZERO, U256::from(32), U256::from(7)]),
        vec![op::LOG1],
        code::push_all(&[U256::from(5), one]),
        vec![op::SSTORE],
        code::push_all(&[U256::from(9), U256::ZERO]),
        vec![op::SSTORE],
        code::push_all(&[one, one]),
        vec![op::TSTORE],
        code::push_all(&[U256::from(1000), U256::from(4), one, U256::ZERO, U256::ZERO, U256::ZERO, U256::ZERO]),
        vec![op::CALL, op::POP, op::CALLER],
    ]
    .concat();
    let mut case = call_case(Revision::LATEST, suite::returning(code), vec![]);
    let contract = case.accounts.get_mut(&CONTRACT).expect("it is there");
    contract.storage.insert(U256::from(9), U256::from(3));
    contract.balance = U256::from(10);
    case.transactions.push(api::Transaction { nonce: 7, ..case.transactions[0].clone() });
    case
}

fn receipt(outcome: &mut Outcome) -> &mut Receipt {
    match &mut outcome.transactions[0] {
        TxOutcome::Executed(receipt) => receipt,
        TxOutcome::Rejected(why) => panic!("rejected: {why}"),
    }
}

fn exact(outcome: &mut Outcome) -> &mut Exact {
    match &mut receipt(outcome).exact {
        Field::Known(exact) => exact,
        Field::Unknown => panic!("our engines know"),
    }
}

fn account(outcome: &mut Outcome) -> &mut Account {
    match &mut outcome.state {
        Field::Known(state) => state.get_mut(&CONTRACT).expect("it is there"),
        Field::Unknown => panic!("our engines know"),
    }
}

/// Changes as little as possible in one part.
fn flip(outcome: &mut Outcome, part: Part) {
    match part {
        Part::Transactions => drop(outcome.transactions.pop()),
        Part::Rejection => outcome.transactions[0] = TxOutcome::Rejected(Rejection::NonceMax),
        Part::Reason => outcome.transactions[1] = TxOutcome::Rejected(Rejection::NonceMax),
        Part::Success => receipt(outcome).success ^= true,
        Part::GasUsed => receipt(outcome).gas_used ^= 1,
        Part::Output => receipt(outcome).output = vec![0; 32].into(),
        Part::LogCount => drop(receipt(outcome).logs.pop()),
        Part::LogAddress => receipt(outcome).logs[0].address = SENDER,
        Part::LogTopic => receipt(outcome).logs[0].topics[0].0[31] ^= 1,
        Part::LogData => receipt(outcome).logs[0].data = vec![0; 31].into(),
        Part::Created => receipt(outcome).created = Some(CONTRACT),
        Part::Existence => match &mut outcome.state {
            Field::Known(state) => drop(state.insert(Address::ZERO, Account::default())),
            Field::Unknown => panic!("our engines know"),
        },
        Part::Nonce => account(outcome).nonce ^= 1,
        Part::Balance => account(outcome).balance ^= U256::ONE,
        Part::Code => account(outcome).code = vec![0].into(),
        Part::Slot => drop(account(outcome).storage.insert(U256::from(5), U256::from(2))),
        Part::StateRoot => outcome.state_root = Field::Known(B256::repeat_byte(1)),
        Part::End => exact(outcome).end = api::End::Stop,
        Part::GasLeft => exact(outcome).gas_left ^= 1,
        Part::Refund => exact(outcome).refund ^= 1,
        Part::Frames => exact(outcome).frames[0].refund ^= 1,
        Part::WarmAccounts => drop(exact(outcome).warm_accounts.insert(Address::repeat_byte(9))),
        Part::WarmSlots => drop(exact(outcome).warm_slots.insert((CONTRACT, U256::from(77)))),
        Part::Transient => drop(exact(outcome).transient.insert((CONTRACT, U256::ONE), U256::from(2))),
        Part::Transcript => exact(outcome).transcript[0].answer ^= U256::ONE,
        Part::Limit => panic!("it is no part of an outcome"),
    }
}

/// An engine that is right but for one part of its outcomes.
struct Flipped(Machine<Interp>, Part);

impl Engine for Flipped {
    fn id(&self) -> EngineId {
        EngineId { name: "flipped".into(), family: "flipped".into(), ..EngineId::default() }
    }

    fn supports(&self, case: &Case) -> Result<(), Unsupported> {
        self.0.supports(case)
    }

    fn run(&mut self, case: &Case, watch: Watch<'_>) -> Result<Outcome, EngineError> {
        let mut outcome = self.0.run(case, watch)?;
        flip(&mut outcome, self.1);
        Ok(outcome)
    }
}

/// The parts that an outcome has; where there is none, see `a_limit_beside_an_outcome`.
fn parts() -> impl Iterator<Item = &'static Part> {
    Part::ALL.iter().filter(|part| **part != Part::Limit)
}

fn reference() -> Machine<Interp> {
    Machine::new(Interp::id(), Interp::new())
}

/// A crew of the interpreter and one other engine.
fn crew(other: impl Fn() -> Box<dyn Engine> + Send + Sync + 'static) -> Crew {
    let make = move |name: &str| match name {
        "interp" => Some(Box::new(reference()) as Box<dyn Engine>),
        "other" => Some(other()),
        _ => None,
    };
    Crew::new(&["interp".into(), "other".into()], make).unwrap_or_else(|name| panic!("no engine is called {name}"))
}

#[test]
fn a_flipped_bit_is_named() {
    let case = eventful();
    let mut engine = reference();
    let right = engine.run(&case, Watch::exact_with_roots()).expect("the case runs");
    for part in parts() {
        let mut wrong = right.clone();
        flip(&mut wrong, *part);
        let named: Vec<Part> = compare(&right, &wrong).iter().map(|difference| difference.part).collect();
        assert_eq!(named, [*part], "{}", part.name());
        // The state root follows from the state, so digests leave it out.
        if *part != Part::StateRoot {
            // The reason is hashed at both levels: a digest compares engines of this repository.
            let consensus = digest::consensus(&right) != digest::consensus(&wrong) && *part != Part::Reason;
            assert_eq!(consensus, part.level() == Level::Consensus, "{}", part.name());
            assert_ne!(digest::exact(&right), digest::exact(&wrong), "{}", part.name());
        }
    }
}

#[test]
fn an_engine_that_flips_a_bit_diverges() {
    let case = eventful();
    for part in parts().filter(|part| **part != Part::StateRoot) {
        let part = *part;
        let mut crew = crew(move || Box::new(Flipped(reference(), part)));
        let verdict = judge(&mut crew, &case, &Tolerances::none());
        assert_eq!(verdict.divergences.len(), 1, "{}", part.name());
        assert_eq!(verdict.divergences[0].signature.part, Some(part));
        assert!(!verdict.is_unanimous());
    }
}

#[test]
fn a_tolerance_explains_its_own_row_and_is_counted() {
    let text = "version = 2\n[[tolerate]]\nname = \"gas\"\nfamilies = [\"flipped\", \"unanimous\"]\nparts = [\"gas used\"]\nsince = \"Osaka\"\nreason = \"a test\"\n";
    let tolerances = Tolerances::read(text).expect("the file is right");
    let case = eventful();
    let flipped = |part| move || Box::new(Flipped(reference(), part)) as Box<dyn Engine>;
    assert!(judge(&mut crew(flipped(Part::GasUsed)), &case, &tolerances).divergences.is_empty());
    assert_eq!(judge(&mut crew(flipped(Part::Output)), &case, &tolerances).divergences.len(), 1);
    let older = Case { revision: Revision::Prague, ..case.clone() };
    assert_eq!(judge(&mut crew(flipped(Part::GasUsed)), &older, &tolerances).divergences.len(), 1);
    assert_eq!(tolerances.hits(), [("gas", "a test", 1)]);
    let others = Tolerances::read(&text.replace("\"flipped\"", "\"another\"")).expect("the file is right");
    assert_eq!(judge(&mut crew(flipped(Part::GasUsed)), &case, &others).divergences.len(), 1, "a row of another pair");
    for bad in ["", "version = 1", "version = 2\n[[tolerate]]\nname = \"x\"", "version = 2\ntolerate = 7", "x"] {
        assert!(Tolerances::read(bad).is_err(), "{bad}");
    }
}

/// Spoils the bottom of the stack when the frame suspends before this place.
struct Spoiler(u32);

impl Vm for Spoiler {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        let exit = Interp::new().run(code, frame, host);
        if exit == Exit::Call && frame.pc == self.0 {
            frame.stack[0] ^= U256::ONE;
        }
        exit
    }
}

#[test]
fn the_section_and_the_instruction_are_named() {
    // 3, then two calls; the spoiler changes the 3 when the second call suspends.
    let zero = U256::ZERO;
    let call = [code::push_all(&[U256::from(9), U256::from(4), zero, zero, zero, zero, zero]), vec![op::CALL, op::POP]];
    let program = [vec![op::PUSH1, 3], call.concat(), call.concat(), vec![op::PUSH1, 1, op::ADD, op::POP]].concat();
    let case = call_case(Revision::LATEST, program.clone(), vec![]);
    let second_call = program.iter().rposition(|byte| *byte == op::CALL).expect("it is there") as u32;
    let mut crew = crew(move || Box::new(Machine::new(EngineId::default(), Spoiler(second_call + 1))));
    let fork = localise(&mut crew, &case, 0, 1).expect("they part");
    let instruction = fork.instruction.expect("both report steps");
    assert_eq!((instruction.pc, instruction.opcode), (second_call, op::CALL));
    assert_eq!(fork.left.map(|point| point.pc), Some(second_call + 1));
    assert_eq!(
        fork.common.map(|point| point.pc),
        Some(program.iter().position(|byte| *byte == op::CALL).unwrap() as u32 + 1)
    );
    assert_eq!(fork.stacks.map(|stack| stack[0]), [U256::from(3), U256::from(2)]);
    let same = self::crew(|| Box::new(reference()));
    assert_eq!(localise(&mut { same }, &case, 0, 1), None);
}

/// Fails in the way that its number says.
struct Failing(u8);

impl Vm for Failing {
    fn run(&mut self, _: &Code, _: &mut Frame, _: &mut dyn Host) -> Exit {
        match self.0 {
            0 => panic!("planted {}", 7),
            1 => Exit::OverLimit,
            _ => Exit::Leave,
        }
    }
}

#[test]
fn a_crash_is_a_finding_and_a_limit_of_another_family_is_none() {
    let case = eventful();
    let verdict = |n| {
        judge(&mut crew(move || Box::new(Machine::new(EngineId::default(), Failing(n)))), &case, &Tolerances::none())
    };
    let crashed = verdict(0);
    assert_eq!(crashed.divergences[0].crash.as_deref(), Some("panicked: planted 7"));
    assert_eq!(crashed.divergences[0].signature.to_string(), "other: crash: panicked: planted #");
    let limited = verdict(1);
    assert!(limited.divergences.is_empty() && !limited.is_unanimous() && limited.is_inconclusive());
    let broken = verdict(2);
    assert!(broken.divergences[0].crash.as_deref().is_some_and(|crash| crash.contains("internal")));
}

/// Two engines of a family, on a case that ends out of gas: the judge or the other reaches this limit, and the one with an
/// outcome compiles or does not.
fn limited(limit: &'static str, judge_is_limited: bool, compiles: bool) -> oracle::Verdict {
    let case = with_gas(&eventful(), 30_000);
    let make = move |name: &str| -> Option<Box<dyn Engine>> {
        let gives_up = (name == "first") == judge_is_limited;
        let limit = gives_up.then_some(limit);
        Some(Box::new(Limited { engine: reference(), limit, compiles: compiles && !gives_up }))
    };
    let mut crew = Crew::new(&["first".into(), "second".into()], make).unwrap_or_else(|name| panic!("{name}"));
    judge(&mut crew, &case, &Tolerances::none())
}

struct Limited {
    engine: Machine<Interp>,
    limit: Option<&'static str>,
    compiles: bool,
}

impl Engine for Limited {
    fn id(&self) -> EngineId {
        self.engine.id()
    }

    fn supports(&self, _: &Case) -> Result<(), Unsupported> {
        Ok(())
    }

    fn run(&mut self, case: &Case, watch: Watch<'_>) -> Result<Outcome, EngineError> {
        match self.limit {
            Some(limit) => Err(EngineError::Limit(limit.into())),
            None => self.engine.run(case, watch),
        }
    }

    fn take_compiled(&mut self) -> Option<api::Counts> {
        self.compiles.then_some([0; 256])
    }
}

/// Engines of a family have their limits in common. The one exception: compiled code that halts out of gas where
/// precise execution reaches the limit of memory.
#[test]
fn a_limit_beside_an_outcome() {
    let memory = "the frames of a case may hold 1 bytes of memory together";
    for (limit, judge_is_limited, compiles, diverges) in [
        (memory, true, true, false),
        (memory, true, false, true),
        (memory, false, true, false),
        (memory, false, false, true),
        ("a transaction may ask", true, true, true),
        ("a transaction may ask", false, false, true),
    ] {
        let verdict = limited(limit, judge_is_limited, compiles);
        assert!(verdict.is_inconclusive() && !verdict.is_unanimous());
        let signatures: Vec<String> = verdict.divergences.iter().map(|found| found.signature.to_string()).collect();
        let engine = if judge_is_limited { "first" } else { "second" };
        let expected = diverges.then(|| format!("{engine}: limit: halt: out of gas / limit"));
        assert_eq!(signatures, Vec::from_iter(expected), "{limit} {judge_is_limited} {compiles}");
    }
}

#[test]
fn every_gas_edge_is_an_edge() {
    let case = call_case(Revision::LATEST, vec![op::PUSH1, 1, op::PUSH1, 0, op::MSTORE, op::STOP], vec![]);
    let mut crew = crew(|| Box::new(reference()));
    // 21000, then 3, 3 and 6: below 21000 the transaction is rejected.
    let exact: Vec<u64> = vec![21000, 21003, 21006, 21012];
    let expected: Vec<u64> = exact.iter().flat_map(|edge| [edge - 1, *edge, edge + 1]).collect();
    let mut engine = reference();
    assert_eq!(gas_edges(&mut crew, &case, 1000), expected);
    for (limit, ends) in [(20999, None), (21011, Some(api::End::Halt(Halt::OutOfGas))), (21012, Some(api::End::Stop))] {
        let outcome = run(&mut engine, &with_gas(&case, limit));
        let end = outcome.transactions[0].receipt().map(|receipt| receipt.exact.known().expect("our engines know").end);
        assert_eq!(end, ends, "{limit}");
    }
    assert!(repeat(&mut crew, &case).is_empty());
}

/// Remembers how often it ran.
struct Counting(u64, Machine<Interp>);

impl Engine for Counting {
    fn id(&self) -> EngineId {
        EngineId::default()
    }

    fn supports(&self, _: &Case) -> Result<(), Unsupported> {
        Ok(())
    }

    fn run(&mut self, case: &Case, watch: Watch<'_>) -> Result<Outcome, EngineError> {
        let mut outcome = self.1.run(case, watch)?;
        receipt(&mut outcome).gas_used += self.0;
        self.0 += 1;
        Ok(outcome)
    }
}

#[test]
fn an_engine_that_remembers_is_unstable() {
    let mut crew = crew(|| Box::new(Counting(0, reference())));
    assert_eq!(repeat(&mut crew, &eventful()), ["other: differs when the instance runs it again"]);
}
