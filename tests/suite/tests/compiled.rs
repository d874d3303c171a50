//! What compilers batch, fold or cannot reach must not show: programs that meet the limits of machine code, on every
//! engine.

use api::{End, Halt, Outcome, Revision};
use spec::op;
use suite::{call_case, receipt, run_all, with_gas};

const GAS: u64 = 10_000_000;

fn outcome(code: &[u8], data: &[u8], gas: u64) -> Outcome {
    let case = call_case(Revision::Osaka, code.to_vec(), data.to_vec());
    run_all(&mut registry::all(), &with_gas(case, gas))
}

#[track_caller]
fn ends(code: &[u8], data: &[u8], gas: u64, end: End) -> Outcome {
    let outcome = outcome(code, data, gas);
    assert_eq!(receipt(&outcome).exact.known().expect("our engines know").end, end);
    outcome
}

fn times(count: usize, code: &[u8]) -> Vec<u8> {
    code.repeat(count)
}

/// A section that needs more words than its growth leaves room for overflows at every height, also where the
/// two bounds of its head are one comparison.
#[test]
fn a_section_that_no_stack_fits_overflows() {
    for height in [0, 400, 424, 425, 700, 1000, 1024] {
        let code = [times(height, &[op::PUSH0]), vec![op::JUMPDEST], times(600, &[op::DUP1]), times(1300, &[op::POP])];
        let halt = if height == 0 { Halt::StackUnderflow } else { Halt::StackOverflow };
        let end = if (1..=424).contains(&height) { Halt::StackUnderflow } else { halt };
        ends(&code.concat(), &[], GAS, End::Halt(end));
    }
}

/// Code of 64 KiB that becomes more than 1 MiB, which is as far as conditional branches of aarch64 go: `first` runs, then
/// products, then `last`.
fn far(first: &[u8], last: &[u8]) -> Vec<u8> {
    let (numbers, product) = ([op::PUSH1, 3, op::PUSH1, 7, op::JUMPDEST], [op::DUP2, op::DUP2, op::MUL, op::POP]);
    [first, &numbers, &times(16_000, &product), last].concat()
}

/// Returns 96 bytes of memory.
const RETURN: [u8; 4] = [op::PUSH1, 96, op::PUSH0, op::RETURN];
/// The first word of calldata.
const WORD: [u8; 2] = [op::PUSH0, op::CALLDATALOAD];

fn word(low: u8) -> Vec<u8> {
    [&[0; 31][..], &[low]].concat()
}

#[test]
fn what_lies_aside_is_reached() {
    let grows = [&[op::PUSH1, 9][..], &WORD, &[op::MSTORE, op::PUSH1, 5], &WORD, &[op::MSTORE8]].concat();
    let grown = ends(&far(&grows, &RETURN), &word(64), GAS, End::Return);
    let output = &receipt(&grown).output;
    assert_eq!((output.len(), output[64], output[95]), (96, 5, 9));
    let reads = [&[op::PUSH1, 1, op::CALLDATALOAD, op::PUSH0, op::MSTORE][..], &WORD, &[op::MLOAD, op::POP]].concat();
    assert_eq!(receipt(&ends(&far(&reads, &RETURN), &word(64), GAS, End::Return)).output[30], 64);
    let too_far = [&WORD[..], &[op::PUSH0, op::NOT, op::SUB, op::MLOAD]].concat();
    ends(&far(&too_far, &RETURN), &word(64), GAS, End::Halt(Halt::OutOfGas));
}

#[test]
fn jumps_and_ways_out_are_reached() {
    let jump = [&WORD[..], &[op::JUMP]].concat();
    // The JUMPDEST stands behind the jump and two numbers.
    let target = jump.len() as u8 + 4;
    ends(&far(&jump, &[]), &word(target), GAS, End::Halt(Halt::StackUnderflow));
    ends(&far(&jump, &[]), &word(target + 1), GAS, End::Halt(Halt::InvalidJump));
    let branch = |to: usize| {
        let [high, middle, low] = [(to >> 16) as u8, (to >> 8) as u8, to as u8];
        far(&[&WORD[..], &[op::PUSH3, high, middle, low, op::JUMPI]].concat(), &[op::JUMPDEST, op::INVALID])
    };
    let last = branch(0).len() - 2;
    ends(&branch(last), &word(1), GAS, End::Halt(Halt::Invalid));
    ends(&branch(last), &word(0), GAS, End::Halt(Halt::Invalid));
    ends(&branch(last - 1), &word(1), GAS, End::Halt(Halt::InvalidJump));
    ends(&far(&[op::ADD], &[]), &[], GAS, End::Halt(Halt::StackUnderflow));
    ends(&far(&[op::PUSH0, op::POP], &[]), &[], 21_001, End::Halt(Halt::OutOfGas));
    ends(&far(&[op::PUSH0, op::POP], &[]), &[], GAS, End::Stop);
}
