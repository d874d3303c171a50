//! Calls of every kind among two to four contracts, to accounts without code, and back to the caller; what they
//! return is looked at afterwards.
//!
//! Mostly a contract calls those behind it in the row. A call back gets little gas, so that recursion ends soon.

use crate::Feature;
use crate::draw::Draw;
use crate::family::soup::soup;
use crate::program::Program;
use crate::stage::{CONTRACTS, DELEGATED, Draft};
use api::{Address, Revision};
use spec::op;

/// Gas for a callee by its depth; what a callee of that depth may use up at most.
const GAS: [u32; 4] = [70_000, 40_000, 15_000, 4_000];

/// A call that is to be made.
pub(super) struct Call {
    /// Whose code is asked for.
    pub(super) target: Address,
    /// Gas offered.
    pub(super) gas: u32,
    /// Where output may go in memory.
    pub(super) out: u32,
}

pub(super) fn draft(d: &mut Draw<'_>) -> Draft {
    let count = d.pick(&[2, 2, 2, 2, 3, 3, 3, 4]);
    Draft::of_all((0..count).map(|at| contract(d, at, count)).collect())
}

fn contract(d: &mut Draw<'_>, at: usize, count: usize) -> Vec<u8> {
    let mut p = Program::new(d.revision);
    let words = d.below(4);
    for i in 0..words {
        d.push_word(&mut p);
        p.store_at(32 * i);
    }
    let len = d.below(6);
    soup(d, &mut p, len);
    let calls = if at + 1 == count { d.below(8) / 7 } else { d.between(1, 3) };
    for i in 0..calls {
        let target = target(d, at, count);
        let made = Call { gas: gas(d, at, target), target, out: 32 * d.below(4) };
        call(d, &mut p, made);
        p.store_at(32 * i);
        let len = d.below(4);
        soup(d, &mut p, len);
    }
    let ending = if at == 0 { d.ending() } else { d.child_ending() };
    d.finish(&mut p, 32 * calls.max(words), ending);
    p.finish()
}

fn target(d: &mut Draw<'_>, at: usize, count: usize) -> Address {
    match d.byte() {
        0..=175 if at + 1 < count => CONTRACTS[d.between(at as u32 + 1, count as u32 - 1) as usize],
        176..=191 => CONTRACTS[at],
        192..=207 => CONTRACTS[d.below(count as u32) as usize],
        208..=223 => Address::with_last_byte(d.pick(&[4, 2, 1, 3, 9])),
        224..=231 => DELEGATED,
        232..=239 => crate::stage::ABSENT,
        240..=247 => crate::stage::EMPTY,
        _ => crate::stage::OTHER,
    }
}

fn gas(d: &mut Draw<'_>, at: usize, target: Address) -> u32 {
    let is_forward = CONTRACTS.iter().skip(at + 1).any(|contract| *contract == target);
    match d.byte() {
        0..=19 => d.pick(&[0, 100, 700, 2300, 2301]),
        _ if is_forward => GAS[at.min(GAS.len() - 1)],
        _ => 3000 + 100 * d.below(40),
    }
}

/// Makes the call and leaves one word that depends on all that can be seen of it. Output goes to `out`, return data
/// to 0x220.
pub(super) fn call(d: &mut Draw<'_>, p: &mut Program, call: Call) {
    let kind = kind(d);
    p.push_number(d.pick(&[32, 0, 64, 5]));
    p.push_number(call.out);
    p.push_number(d.pick(&[32, 0, 4, 64]));
    p.push_number(d.pick(&[0, 0, 2, 32]));
    if matches!(kind, op::CALL | op::CALLCODE) {
        d.push_value(p);
    }
    p.push_address(call.target);
    match d.byte() {
        0..=15 => d.push_gas(p),
        _ => p.push_number(call.gas),
    }
    p.op(kind);
    if !d.since(Revision::Byzantium) || !d.has(Feature::ReturnData) {
        return;
    }
    if d.chance(60) {
        // Return data is a copy: what is written over the input afterwards is not in it.
        p.op(op::CALLDATASIZE);
        p.store_at(0);
    }
    p.op(op::RETURNDATASIZE);
    p.store_at(0x200);
    copy(d, p);
    p.push_number(0x80);
    p.push_number(0x200);
    p.ops(&[op::KECCAK256, op::ADD]);
}

/// The kinds that the revision has.
fn kind(d: &mut Draw<'_>) -> u8 {
    let kind = match d.byte() {
        0..=89 => op::CALL,
        90..=139 => op::STATICCALL,
        140..=199 => op::DELEGATECALL,
        _ => op::CALLCODE,
    };
    if d.has_op(kind) { kind } else { op::CALL }
}

/// Copies all return data, or a part of it that is there, or one byte more than there is.
fn copy(d: &mut Draw<'_>, p: &mut Program) {
    match d.byte() {
        0..=179 => {
            p.op(op::RETURNDATASIZE);
            p.push_number(0);
        }
        180..=219 => {
            p.push_number(0);
            p.op(op::RETURNDATASIZE);
        }
        220..=249 => {
            p.op(op::RETURNDATASIZE);
            p.push_number(1);
            p.ops(&[op::AND, op::DUP1, op::RETURNDATASIZE, op::SUB]);
        }
        _ if d.has(Feature::Faults) => {
            p.op(op::RETURNDATASIZE);
            p.push_number(1);
        }
        _ => {
            p.push_number(0);
            p.push_number(0);
        }
    }
    p.push_number(0x220);
    p.op(op::RETURNDATACOPY);
}
