//! Depth and memory at their limits: the native stack does not grow with the depth of calls, and memory that gas near
//! 2^63 could buy is refused in the same way by every engine.

use api::{CallKind, Case, EngineError, Halt, Revision, U256, Watch};
use spec::{limits, op};
use suite::code::{push, push_all, word};
use suite::{CONTRACT, call_case, receipt, run_all, with_gas};

/// Bytes of native stack that a whole run must do with.
const NATIVE_STACK: usize = 256 * 1024;

/// Code that calls itself, or creates from itself, once.
fn recursive(kind: CallKind) -> Vec<u8> {
    let zeros = |n: usize| push_all(&vec![U256::ZERO; n]);
    match kind {
        CallKind::Call => [zeros(5), push(word(CONTRACT)), vec![op::GAS, op::CALL]].concat(),
        CallKind::CallCode => [zeros(5), push(word(CONTRACT)), vec![op::GAS, op::CALLCODE]].concat(),
        CallKind::DelegateCall => [zeros(4), push(word(CONTRACT)), vec![op::GAS, op::DELEGATECALL]].concat(),
        CallKind::StaticCall => [zeros(4), push(word(CONTRACT)), vec![op::GAS, op::STATICCALL]].concat(),
        CallKind::Create => {
            [vec![op::CODESIZE], zeros(2), vec![op::CODECOPY, op::CODESIZE], zeros(2), vec![op::CREATE]].concat()
        }
        CallKind::Create2 => {
            let copy = [vec![op::CODESIZE], zeros(2), vec![op::CODECOPY]].concat();
            [copy, zeros(1), vec![op::CODESIZE], zeros(2), vec![op::CREATE2]].concat()
        }
    }
}

fn on_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(NATIVE_STACK).spawn(run).expect("a thread starts");
    thread.join().expect("the run fits the native stack");
}

#[test]
fn depth_1024_on_a_small_native_stack() {
    use CallKind::*;
    for kind in [Call, CallCode, DelegateCall, StaticCall, Create, Create2] {
        on_small_stack(move || {
            let case = with_gas(call_case(Revision::LATEST, recursive(kind), vec![]), 1 << 62);
            let outcome = run_all(&mut registry::all(), &case);
            let exact = receipt(&outcome).exact.known().expect("our engines know");
            let deepest = exact.frames.iter().map(|frame| frame.depth).max();
            assert_eq!(deepest, Some(limits::DEPTH), "{}", kind.name());
            assert_eq!(exact.frames.len() as u32, limits::DEPTH + 1, "{}", kind.name());
            assert!(exact.frames.iter().all(|frame| frame.end.is_success()), "{}", kind.name());
        });
    }
}

/// Every engine's error for a case.
fn errors(case: &Case) -> Vec<Option<EngineError>> {
    registry::all().iter_mut().map(|engine| engine.run(case, Watch::default()).err()).collect()
}

fn is_limit(error: &Option<EngineError>) -> bool {
    matches!(error, Some(EngineError::Limit(_)))
}

/// Instructions that grow memory to hold a byte at the given offset.
fn touching(offset: U256) -> Vec<(&'static str, Vec<u8>)> {
    let one = U256::ONE;
    let code = |words: &[U256], opcode| [push_all(words), vec![opcode]].concat();
    let to = word(CONTRACT);
    let zero = U256::ZERO;
    vec![
        ("MLOAD", code(&[offset], op::MLOAD)),
        ("MSTORE", code(&[offset, one], op::MSTORE)),
        ("MSTORE8", code(&[offset, one], op::MSTORE8)),
        ("MCOPY", code(&[zero, offset, one], op::MCOPY)),
        ("KECCAK256", code(&[offset, one], op::KECCAK256)),
        ("CALLDATACOPY", code(&[offset, zero, one], op::CALLDATACOPY)),
        ("CODECOPY", code(&[offset, zero, one], op::CODECOPY)),
        ("EXTCODECOPY", code(&[to, offset, zero, one], op::EXTCODECOPY)),
        ("LOG0", code(&[offset, one], op::LOG0)),
        ("CALL", code(&[zero, to, zero, offset, one, zero, zero], op::CALL)),
        ("STATICCALL", code(&[zero, to, zero, zero, offset, one], op::STATICCALL)),
        ("CREATE", code(&[zero, offset, one], op::CREATE)),
        ("RETURN", code(&[offset, one], op::RETURN)),
        ("REVERT", code(&[offset, one], op::REVERT)),
    ]
}

#[test]
fn memory_beyond_the_limit_is_a_resource_error() {
    for offset in [limits::MEMORY, 1 << 36, 1 << 40] {
        for (name, code) in touching(U256::from(offset)) {
            let case = with_gas(call_case(Revision::LATEST, code, vec![]), i64::MAX as u64);
            for error in errors(&case) {
                assert!(is_limit(&error), "{name} at {offset:#x}: {error:?}");
            }
        }
    }
}

#[test]
fn memory_that_no_gas_buys_is_out_of_gas() {
    for offset in [U256::from(1u64 << 48), U256::from(u64::MAX), U256::ONE << 64, U256::MAX] {
        for (name, code) in touching(offset) {
            let case = with_gas(call_case(Revision::LATEST, code, vec![]), i64::MAX as u64);
            let outcome = run_all(&mut registry::all(), &case);
            let exact = receipt(&outcome).exact.known().expect("our engines know");
            assert_eq!(exact.end, api::End::Halt(Halt::OutOfGas), "{name} at {offset:#x}");
        }
    }
}

/// A parent holds a mebibyte; its child may not have the whole limit again.
#[test]
fn live_frames_share_the_limit() {
    let child_size = limits::MEMORY - (1 << 19);
    let grow = |bytes: u64| [push_all(&[U256::from(bytes - 32)]), vec![op::MLOAD, op::POP]].concat();
    let zero = U256::ZERO;
    // Called with calldata it is the parent, without it is the child.
    let parent = [
        grow(1 << 20),
        push_all(&[U256::from(1u64 << 61), word(CONTRACT), zero, zero, zero, zero, zero]),
        vec![op::CALL, op::STOP],
    ]
    .concat();
    let entry = 5 + parent.len();
    let code = [
        vec![op::CALLDATASIZE, op::ISZERO, op::PUSH1, entry as u8, op::JUMPI],
        parent,
        vec![op::JUMPDEST],
        grow(child_size),
    ]
    .concat();
    let case = with_gas(call_case(Revision::LATEST, code, vec![1]), 1 << 62);
    for error in errors(&case) {
        assert!(is_limit(&error), "{error:?}");
    }
}

/// Loops that ask, log, call or keep return data for ever: gas near 2^63 would let them, a limit of the harness does not.
#[test]
fn what_frames_leave_behind_is_limited_too() {
    let (zero, one, to) = (U256::ZERO, U256::ONE, word(CONTRACT));
    let megabytes = U256::from(32u64 << 20);
    let looped = |body: Vec<u8>| [vec![op::JUMPDEST], body, vec![op::PUSH1, 0, op::JUMP]].concat();
    let loops = [
        ("SLOAD", looped(vec![op::PUSH1, 0, op::SLOAD, op::POP])),
        ("TSTORE", looped(vec![op::GAS, op::GAS, op::TSTORE])),
        ("LOG0", looped([push_all(&[zero, megabytes]), vec![op::LOG0]].concat())),
        ("CALL", looped([push_all(&[zero, one, zero, zero, zero, zero, zero]), vec![op::CALL, op::POP]].concat())),
    ];
    for (name, code) in loops {
        let case = with_gas(call_case(Revision::LATEST, code, vec![]), i64::MAX as u64);
        for exact in [false, true] {
            for mut engine in registry::all() {
                let result = engine.run(&case, Watch { exact, ..Watch::default() });
                assert!(matches!(result, Err(EngineError::Limit(_))), "{name}, exact {exact}: {result:?}");
            }
        }
    }
    // Before EIP-170 deployed code has no limit of its own. The initcode returns 32 MiB.
    let initcode = [&[op::PUSH1 + 3][..], &(32u32 << 20).to_be_bytes(), &[op::PUSH1, 0, op::RETURN]].concat();
    let put = [vec![op::PUSH1 + 7], initcode, vec![op::PUSH1, 0, op::MSTORE]].concat();
    let create = [vec![op::PUSH1, 8, op::PUSH1, 24, op::PUSH1, 0, op::CREATE, op::POP]].concat();
    let case = call_case(Revision::Homestead, looped([put, create].concat()), vec![]);
    for error in errors(&with_gas(case, i64::MAX as u64)) {
        assert!(is_limit(&error), "{error:?}");
    }
    // Each frame hands its input on: what callers hold while they wait counts as well as memory.
    let pass_on = [
        push_all(&[zero, megabytes, zero]),
        vec![op::CALLDATACOPY],
        push_all(&[U256::from(1u64 << 62), to, zero, zero, megabytes, zero, zero]),
        vec![op::CALL],
    ]
    .concat();
    let case = with_gas(call_case(Revision::LATEST, pass_on, vec![]), i64::MAX as u64);
    for error in errors(&case) {
        assert!(is_limit(&error), "{error:?}");
    }
}

/// What the protocol halts for comes before what the harness cannot hold.
#[test]
fn a_halt_that_needs_no_memory_comes_before_the_limit() {
    let huge = U256::from(limits::MEMORY + 1);
    let zero = U256::ZERO;
    let cases = [
        (Halt::InitcodeTooLarge, [push_all(&[zero, zero, huge]), vec![op::CREATE]].concat()),
        (Halt::ReturnDataOutOfBounds, [push_all(&[zero, zero, huge]), vec![op::RETURNDATACOPY]].concat()),
    ];
    for (halt, code) in cases {
        let case = with_gas(call_case(Revision::LATEST, code, vec![]), i64::MAX as u64);
        let outcome = run_all(&mut registry::all(), &case);
        assert_eq!(receipt(&outcome).exact.known().expect("our engines know").end, api::End::Halt(halt));
    }
}
