//! The ways out of compiled code: what the frame says when it was left, what is kept and what is not.

mod support;

use api::{Code, End, Exit, Halt, Request, Revision, U256, Vm};
use spec::op;
use support::{Asm, GAS, Nobody, frame};
use template::{Features, Template, compile};

fn vm() -> Template {
    Template::new(Features::default())
}

fn code(bytes: &[u8]) -> Code {
    Code::new(bytes.to_vec().into())
}

/// Runs code from a place, with words on the stack and some gas.
fn run_from(bytes: &[u8], pc: u32, words: &[u64], gas: u64) -> (Exit, api::Frame) {
    let mut frame = frame(&[], Revision::Osaka);
    (frame.pc, frame.gas_left, frame.stack_len) = (pc, gas, words.len() as u32);
    frame.stack.iter_mut().zip(words).for_each(|(place, word)| *place = U256::from(*word));
    let exit = vm().run(&code(bytes), &mut frame, &mut Nobody);
    (exit, frame)
}

#[test]
fn a_failed_check_leaves_the_frame_as_it_was() {
    // The second section takes 3 + 3 + 3 + 2 gas and needs two words.
    let bytes = [op::GAS, op::ADD, op::PUSH1, 7, op::MUL, op::POP, op::STOP];
    let check = |words: &[u64], gas: u64| {
        let (exit, frame) = run_from(&bytes, 1, words, gas);
        assert_eq!(exit, Exit::Fails, "{} words, {gas} gas", words.len());
        assert_eq!((frame.pc, frame.gas_left, frame.words().len()), (1, gas, words.len()));
        assert!(frame.words().iter().zip(words).all(|(found, word)| *found == U256::from(*word)));
    };
    check(&[1, 2], 12);
    check(&[1], 1000);
    check(&[], 0);
    check(&[0; 1024][..1], u64::MAX);
    assert_eq!(run_from(&bytes, 1, &[1, 2], 13).0, Exit::End(End::Stop));
    let full = [3; 1024];
    assert_eq!(run_from(&[op::PC, op::STOP], 0, &full, 1000).0, Exit::Fails);
    assert_eq!(run_from(&[op::PC, op::STOP], 0, &full[1..], 1000).0, Exit::End(End::Stop));
    // Sections that no frame can pass fail too, and take nothing.
    let (exit, frame) = run_from(&[op::PC; 1025], 0, &[], 10_000);
    assert_eq!((exit, frame.gas_left), (Exit::Fails, 10_000));
}

#[test]
fn frames_can_be_entered_at_canonical_points_only() {
    let bytes = [op::PC, op::GAS, op::POP, op::JUMPDEST, op::STOP];
    for (pc, enters) in [(0, true), (1, false), (2, true), (3, true), (4, false), (5, false), (77, false)] {
        let (exit, _) = run_from(&bytes, pc, &[1, 2], 1000);
        assert_eq!(exit, if enters { Exit::End(End::Stop) } else { Exit::Leave }, "{pc}");
    }
}

#[test]
fn a_call_suspends_behind_itself_without_its_operands() {
    let bytes = [op::PUSH0, op::PUSH0, op::PUSH0, op::PUSH0, op::PUSH0, op::PUSH1, 9, op::GAS, op::CALL, op::POP];
    let (exit, frame) = run_from(&bytes, 0, &[5], GAS);
    assert_eq!((exit, frame.pc, frame.words()), (Exit::Call, 9, &[U256::from(5)][..]));
    assert!(matches!(&frame.request, Some(Request::Call(call)) if call.target.0[19] == 9));
    let (exit, frame) = run_from(&[op::CREATE, op::STOP], 0, &[8, 0, 0, 0], GAS);
    assert_eq!((exit, frame.pc, frame.words()), (Exit::Create, 1, &[U256::from(8)][..]));
}

#[test]
fn what_decides_the_code_decides_which_code_runs() {
    let mut vm = vm();
    let push0 = code(&[op::PUSH0, op::STOP]);
    for _ in 0..2 {
        for (revision, end) in [(Revision::Paris, End::Halt(Halt::Undefined)), (Revision::Shanghai, End::Stop)] {
            let mut frame = frame(&[], revision);
            assert_eq!(vm.run(&push0, &mut frame, &mut Nobody), Exit::End(end), "{revision}");
        }
    }
    let mut watched = frame(&[], Revision::Shanghai);
    watched.checkpoints = true;
    assert_eq!(vm.run(&push0, &mut watched, &mut Nobody), Exit::End(End::Stop));
    assert_eq!((vm.counts().compiled, vm.counts().entered, vm.counts().left), (3, 5, 0));
}

#[test]
fn what_is_not_compiled_is_left_and_counted() {
    let mut vm = vm();
    let mut steps = frame(&[], Revision::Osaka);
    steps.steps = true;
    assert_eq!(vm.run(&code(&[op::STOP]), &mut steps, &mut Nobody), Exit::Leave);
    let long = code(&[op::JUMPDEST; 65 << 10]);
    for _ in 0..2 {
        assert_eq!(vm.run(&long, &mut frame(&[], Revision::Osaka), &mut Nobody), Exit::Leave);
    }
    assert_eq!((vm.counts().refused, vm.counts().left), (2, 3));
}

/// More code than the arena holds: what is forgotten is compiled again.
#[test]
fn eviction_changes_nothing() {
    let mut vm = vm();
    let padding = [op::JUMPDEST, op::MLOAD].repeat(20 << 10);
    for round in 0..2 {
        for number in 0..12u8 {
            let program = [vec![op::PUSH1, number, op::PUSH0, op::MSTORE, op::STOP], padding.clone()].concat();
            let mut frame = frame(&[], Revision::Osaka);
            assert_eq!(vm.run(&code(&program), &mut frame, &mut Nobody), Exit::End(End::Stop));
            assert_eq!(frame.memory.slice(31, 1), [number], "round {round}");
        }
    }
    assert!(vm.counts().compiled > 12, "nothing was evicted: {:?}", vm.counts());
}

/// More codes than are kept: what is forgotten is compiled again, what is kept is not.
#[test]
fn codes_are_kept_until_there_are_too_many() {
    let mut vm = vm();
    let mut run = |number: u16| {
        let [high, low] = number.to_be_bytes();
        let mut frame = frame(&[], Revision::Osaka);
        let program = [op::PUSH1 + 1, high, low, op::PUSH0, op::MSTORE, op::STOP];
        assert_eq!(vm.run(&code(&program), &mut frame, &mut Nobody), Exit::End(End::Stop));
        assert_eq!(frame.memory.slice(30, 2), [high, low]);
        vm.counts().compiled
    };
    assert_eq!((0..400).map(&mut run).last(), Some(400));
    assert_eq!((0..400).map(&mut run).last(), Some(400));
    assert_eq!((0..1200).map(&mut run).last(), Some(1200));
    assert_eq!(run(0), 1201);
}

/// A panic of the world passes through the vm, not through compiled code, and the vm goes on.
#[test]
fn a_panic_of_the_host_is_resumed_outside() {
    let mut vm = vm();
    let load = code(&[op::PUSH0, op::SLOAD]);
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        vm.run(&load, &mut frame(&[], Revision::Osaka), &mut Nobody)
    }));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"the world was asked for a slot"));
    let mut asm = Asm::default();
    asm.push(U256::from(3)).store(0);
    assert_eq!(vm.run(&code(&asm.code), &mut frame(&[], Revision::Osaka), &mut Nobody), Exit::End(End::Stop));
}

/// What is in memory is told once; when the vm forgets its codes, the new ones are told from the first on.
#[test]
fn what_is_published_is_told() {
    let mut vm = vm();
    let run = |vm: &mut Template, number: u16| {
        let [high, low] = number.to_be_bytes();
        let code = code(&[op::PUSH2, high, low, op::STOP]);
        assert_eq!(vm.run(&code, &mut frame(&[], Revision::Osaka), &mut Nobody), Exit::End(End::Stop));
        code
    };
    assert_eq!(vm.take_published(), []);
    let codes = [run(&mut vm, 0), run(&mut vm, 1)];
    run(&mut vm, 0);
    let told = vm.take_published();
    assert_eq!(vm.take_published(), []);
    assert_eq!(told.len(), 2);
    for (published, code) in told.iter().zip(&codes) {
        let blob = match cfg!(target_arch = "aarch64") {
            true => compile::aarch64(code, Revision::Osaka, false),
            false => compile::x86_64(code, Revision::Osaka, Features::default(), false),
        };
        let expected = (blob.expect("it fits").len() as u64, code.hash(), Revision::Osaka);
        assert_eq!((published.len, published.code_hash, published.revision), expected);
    }
    let ends = told[0].address + told[0].len;
    assert!(told[0].address > 0 && told[1].address >= ends, "{told:x?}");
    // More than the arena has room for.
    for number in 2..1 << 14 {
        let code = run(&mut vm, number);
        let told: Vec<_> = vm.take_published().iter().map(|published| published.code_hash).collect();
        assert_eq!(told, [code.hash()], "code {number}");
    }
}
