//! The intermediate form: passes with any fuel agree with the judge, and faults planted in the form are noticed, by the
//! verifier or by comparing outcomes.

use api::{Case, Code, Revision, U256};
use api::{Engine, Watch};
use r#gen::Profile;
use interp::Interp;
use ir::{End, Func, Ir, Op, Options, PASSES, To, Value, Width, build, optimise, verify};
use spec::op;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use world::Machine;

/// A loop that counts a word down while it is less than 100, and returns where that ends. It begins behind an edge, with 5, or
/// wherever the calldata says, with whatever word the calldata has.
fn counting(begin: u64, word: U256) -> Case {
    let code = [
        // The word and the place in the calldata.
        &[op::PUSH0, op::CALLDATALOAD, op::PUSH1, 32, op::CALLDATALOAD, op::JUMP][..],
        // At 6 an edge into the loop, at 10 the loop.
        &[op::JUMPDEST, op::POP, op::PUSH1, 5],
        &[op::JUMPDEST, op::PUSH1, 1, op::SWAP1, op::SUB, op::DUP1, op::PUSH1, 100, op::GT],
        &[op::DUP1 + 1, op::ISZERO, op::ISZERO, op::AND, op::PUSH1, 10, op::JUMPI],
    ];
    let data = [word.to_be_bytes::<32>(), U256::from(begin).to_be_bytes::<32>()].concat();
    suite::call_case(Revision::Osaka, suite::returning(code.concat()), data)
}

/// Words at the entry of the loop, some of which no edge brings there.
fn words() -> impl Iterator<Item = U256> {
    let small = [0, 1, 8, 9, 10, 254, 255, 256, 1u64 << 32].map(U256::from);
    small.into_iter().chain([U256::from(u64::MAX), U256::from(u64::MAX) + U256::ONE, U256::ONE << 255, U256::MAX])
}

/// What is proved of edges does not hold for entries from outside, which look for themselves.
#[test]
fn entries_from_outside_bring_any_word() {
    let mut engines = registry::all();
    for word in words() {
        for begin in [6, 10] {
            suite::run_all(&mut engines, &counting(begin, word));
        }
    }
    let mut func = counted_form();
    let bounds: Vec<_> = func.blocks.iter().flat_map(|data| &data.params).filter_map(|param| param.bounds).collect();
    assert_eq!(bounds[0], (U256::ONE, U256::from(255)), "the loop is narrowed");
    func.blocks.iter_mut().flat_map(|data| &mut data.params).for_each(|param| param.bounds = None);
    assert_eq!(verify(&func), Ok(()));
    let careless = Ir::with(move |_, _| Some(func.clone()));
    let mut careless = Machine::with_precise(Ir::id("careless", &Options::last()), careless, Box::new(Interp::new()));
    let mut judge = judge();
    let differs = |word: &U256| {
        let case = counting(10, *word);
        judge.run(&case, Watch::exact()) != careless.run(&case, Watch::exact())
    };
    assert_eq!(words().filter(differs).collect::<Vec<_>>(), [U256::ZERO], "without the look it is wrong");
}

/// A word that every edge brings is known inside, and a frame that enters from outside with another one leaves.
#[test]
fn a_word_that_is_always_the_same_is_looked_for() {
    let known: U256 = U256::MAX << 77;
    let case = |begin: u64, word: U256| {
        let head = [op::PUSH0, op::CALLDATALOAD, op::PUSH1, 32, op::CALLDATALOAD, op::JUMP, op::JUMPDEST, op::POP];
        // At 6 an edge with the word that is known, at 41 the block behind it.
        let tail = [op::JUMPDEST, op::PUSH1, 3, op::ADD];
        let code = [&head[..], &[op::PUSH32], &known.to_be_bytes::<32>(), &tail].concat();
        let data = [word.to_be_bytes::<32>(), U256::from(begin).to_be_bytes::<32>()].concat();
        suite::call_case(Revision::Osaka, suite::returning(code), data)
    };
    let mut engines = registry::all();
    engines.push(registry::make("cranelift").expect("an engine"));
    let bits = [0, 63, 64, 77, 128, 255].map(|bit| known ^ (U256::ONE << bit));
    for word in bits.into_iter().chain([known, U256::ZERO, U256::MAX]) {
        for begin in [6, 41] {
            suite::run_all(&mut engines, &case(begin, word));
        }
    }
    let mut func = build(&Code::new(case(6, known).accounts[&suite::CONTRACT].code.clone()), Revision::Osaka)
        .expect("the code is built");
    optimise(&mut func, &Options::last());
    let mut params = func.blocks.iter().flat_map(|data| &data.params);
    assert!(params.any(|param| param.known() == Some(known)), "the word is known");
}

/// The form of the loop after all passes.
fn counted_form() -> Func {
    let code = counting(0, U256::ZERO).accounts.into_values().map(|account| account.code).find(|code| !code.is_empty());
    let code = api::Code::new(code.unwrap_or_default());
    let mut func = build(&code, Revision::Osaka).expect("it is short");
    optimise(&mut func, &Options::last());
    func
}

/// Whether two engines have one outcome of a case.
fn agree(judge: &mut dyn Engine, other: &mut dyn Engine, seed: u64, index: u64) -> bool {
    let case = r#gen::from_seed(seed, index, &Profile::default());
    judge.run(&case, Watch::exact()) == other.run(&case, Watch::exact())
}

fn judge() -> Machine<Interp> {
    Machine::new(Interp::id(), Interp::new())
}

#[test]
fn any_number_of_changes_is_right() {
    let mut judge = judge();
    let mut index = 0;
    for pass in PASSES {
        for fuel in [0, 1, 2, 3, 5, 8, 13, 21, 34] {
            let name = format!("ir@last+fuel:{}={fuel}", pass.name);
            let mut engine = registry::make(&name).expect("it has these options");
            for _ in 0..40 {
                assert!(agree(&mut judge, engine.as_mut(), 5, index), "{name}: case {index} of seed 5");
                index += 1;
            }
        }
    }
}

#[test]
fn any_pass_can_be_left_out() {
    let mut judge = judge();
    for (first, pass) in PASSES.iter().enumerate() {
        let name = format!("ir@last-{}", pass.name);
        let mut engine = registry::make(&name).expect("it has these options");
        for index in 0..200 {
            let index = 1000 * first as u64 + index;
            assert!(agree(&mut judge, engine.as_mut(), 6, index), "{name}: case {index} of seed 6");
        }
    }
}

/// Codes of generated cases.
fn codes(seed: u64, cases: u64) -> impl Iterator<Item = (api::Code, Revision)> {
    (0..cases).flat_map(move |index| {
        let case = r#gen::from_seed(seed, index, &Profile::default());
        let revision = case.revision;
        case.accounts.into_values().map(move |account| (api::Code::new(account.code), revision))
    })
}

/// The text of a form after these passes, and how many changes each made.
fn text(code: &api::Code, revision: Revision, options: &str) -> (String, Vec<u64>) {
    let mut func = build(code, revision).expect("generated code is short");
    let changes = optimise(&mut func, &options.parse().expect("they are options"));
    assert_eq!(verify(&func), Ok(()), "{options}");
    let text = ir::print(&func);
    assert_eq!(ir::parse(&text).map(|func| ir::print(&func)).as_ref(), Ok(&text));
    (text, changes.to_vec())
}

#[test]
fn fuel_counts_changes() {
    let mut changed = [0; PASSES.len()];
    for (code, revision) in codes(12, 300) {
        let changes = text(&code, revision, "last").1;
        changed.iter_mut().zip(&changes).for_each(|(all, one)| *all += one);
        for (index, (pass, count)) in PASSES.iter().zip(&changes).enumerate() {
            let with = |fuel: u64| text(&code, revision, &format!("{}+fuel:{}={fuel}", index + 1, pass.name)).0;
            let (before, behind) = (text(&code, revision, &index.to_string()).0, with(u64::MAX));
            assert_eq!(with(0), before, "{} without fuel", pass.name);
            assert_eq!(with(*count), behind, "{} with just enough fuel", pass.name);
            if *count > 0 {
                assert_ne!(with(count - 1), behind, "{} with one change less", pass.name);
            }
        }
    }
    assert!(changed.iter().all(|changes| *changes > 50), "every pass has much to do: {changed:?}");
}

/// Puts a fault into a form, and says whether there was a place for it.
type Fault = fn(&mut Func) -> bool;

/// The value and operands of the first instruction that fits.
fn first_inst(func: &mut Func, fits: impl Fn(&Op) -> bool) -> Option<&mut ir::Inst> {
    func.blocks.iter_mut().flat_map(|data| &mut data.insts).find(|inst| fits(&inst.op))
}

fn swaps_operands(func: &mut Func) -> bool {
    let found = first_inst(func, |op| matches!(op, Op::Pure(op::SUB | op::DIV | op::LT | op::GT | op::SHR, _)));
    let swaps = |inst: &mut ir::Inst| {
        if let Op::Pure(_, operands) = &mut inst.op {
            operands.swap(0, 1);
        }
    };
    found.map(swaps).is_some()
}

fn narrows_a_word(func: &mut Func) -> bool {
    let found = first_inst(func, |op| matches!(op, Op::Load(_) | Op::CallDataLoad(_) | Op::Env(op::CALLER)));
    let value = found.and_then(|inst| inst.result);
    value.map(|Value(index)| func.widths[index as usize] = Width::W8).is_some()
}

fn drops_growth(func: &mut Func) -> bool {
    let drop = |data: &mut ir::BlockData| {
        let place = data.insts.iter().position(|inst| matches!(inst.op, Op::Grow(..)));
        // Without a use of the memory nothing but gas and size tell.
        let place = place.filter(|place| {
            !matches!(
                data.insts.get(place + 1).map(|inst| inst.op),
                Some(Op::MemLoad(_) | Op::MemStore(..) | Op::MemStore8(..))
            )
        });
        place.map(|place| data.insts.remove(place)).is_some()
    };
    func.blocks.iter_mut().any(drop)
}

fn drops_a_store(func: &mut Func) -> bool {
    let drop = |data: &mut ir::BlockData| {
        let place = data.insts.iter().rposition(|inst| matches!(inst.op, Op::Store(..)));
        place.filter(|_| !matches!(data.end, End::Never)).map(|place| data.insts.remove(place)).is_some()
    };
    func.blocks.iter_mut().any(drop)
}

fn forgets_that_a_word_is_dirty(func: &mut Func) -> bool {
    let mut params = func.blocks.iter_mut().flat_map(|data| &mut data.params);
    params.find(|param| param.dirty).map(|param| param.dirty = false).is_some()
}

fn trusts_every_stack(func: &mut Func) -> bool {
    let mut any = false;
    for edge in func.blocks.iter_mut().flat_map(|data| data.edges_mut()) {
        any |= !std::mem::replace(&mut edge.checked, true);
    }
    any
}

fn forgets_gas(func: &mut Func) -> bool {
    func.blocks.iter_mut().find(|data| data.head.gas > 2).map(|data| data.head.gas -= 1).is_some()
}

fn confuses_the_ways(func: &mut Func) -> bool {
    let swap = |data: &mut ir::BlockData| match &mut data.end {
        End::If(_, To::Edge(to), edge) => {
            std::mem::swap(to, edge);
            true
        }
        _ => false,
    };
    func.blocks.iter_mut().any(swap)
}

fn believes_the_guess(func: &mut Func) -> bool {
    let believe = |data: &mut ir::BlockData| match &mut data.end {
        End::Go(to @ To::Dynamic(_, Some(_))) => {
            let To::Dynamic(_, Some((_, edge))) = to.clone() else { return false };
            *to = To::Edge(edge);
            true
        }
        _ => false,
    };
    func.blocks.iter_mut().filter_map(|data| believe(data).then_some(())).count() > 0
}

/// Runs generated cases with a fault in every form, until the verifier or the judge is red. Says which and after how many cases.
fn red_after(fault: Fault, seed: u64, cases: u64) -> Option<(&'static str, u64)> {
    let refused = Arc::new(AtomicU64::new(0));
    let counter = refused.clone();
    let faulty = Ir::with(move |code, revision| {
        let mut func = build(code, revision).ok()?;
        optimise(&mut func, &Options::last());
        assert_eq!(verify(&func), Ok(()));
        if fault(&mut func) && verify(&func).is_err() {
            counter.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        Some(func)
    });
    let mut engine = Machine::with_precise(Ir::id("faulty", &Options::last()), faulty, Box::new(Interp::new()));
    let mut judge = judge();
    for index in 0..cases {
        if !agree(&mut judge, &mut engine, seed, index) {
            return Some(("judge", index));
        }
        if refused.load(Ordering::Relaxed) > 0 {
            return Some(("verifier", index));
        }
    }
    None
}

#[test]
fn planted_faults_are_noticed() {
    let nothing: Fault = |_| false;
    assert_eq!(red_after(nothing, 9, 500), None, "without a fault nothing is red");
    let faults: [(&str, Fault, &str); 9] = [
        ("operands are swapped", swaps_operands, "judge"),
        ("a word is too narrow", narrows_a_word, "judge"),
        ("growth is left out", drops_growth, "judge"),
        ("a store is left out", drops_a_store, "verifier"),
        ("a dirty word is not restored", forgets_that_a_word_is_dirty, "verifier"),
        ("a stack check is left out", trusts_every_stack, "verifier"),
        ("gas is forgotten", forgets_gas, "judge"),
        ("a branch goes the other way", confuses_the_ways, "judge"),
        ("a guess is believed", believes_the_guess, "judge"),
    ];
    for (name, fault, by) in faults {
        let found = red_after(fault, 9, 6000);
        assert_eq!(found.map(|(by, _)| by), Some(by), "{name}: {found:?}");
    }
}

/// A branch on a signed comparison with zero asks for the sign, not for any bit.
#[test]
fn signs_decide_branches() {
    let mut engines = ["interp", "ir@0", "ir@last"].map(|name| registry::make(name).expect("it is one of ours"));
    let words = [U256::ZERO, U256::ONE, U256::MAX, U256::ONE << 255, U256::MAX >> 1];
    for (opcode, word) in [op::SLT, op::SGT].into_iter().flat_map(|opcode| words.map(|word| (opcode, word))) {
        let operands: [&[u8]; 2] = [&[op::PUSH0], &[op::PUSH0, op::CALLDATALOAD]];
        for order in [[0, 1], [1, 0]] {
            let branch = [opcode, op::PUSH1, 9, op::JUMPI, op::INVALID, op::INVALID, op::JUMPDEST, op::STOP];
            let code = [operands[order[0]], operands[order[1]], &branch].concat();
            let case = suite::call_case(Revision::Osaka, code, word.to_be_bytes::<32>().to_vec());
            let [judge, rest @ ..] = &mut engines;
            let expected = judge.run(&case, Watch::exact()).expect("it is no error");
            for engine in rest {
                let found = engine.run(&case, Watch::exact()).expect("it is no error");
                assert_eq!(found, expected, "{} on {opcode:#x} of {word:#x}", engine.id().name);
            }
        }
    }
}
