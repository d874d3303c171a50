//! Programs at the limits: a stack of nearly 1024 words, calls nested 1024 deep, blocks longer than 15 bits count.

use crate::draw::Draw;
use crate::family::soup::soup;
use crate::program::Program;
use crate::sequence::Plan;
use crate::stage::Draft;
use api::Revision;
use spec::{limits, op};

/// Enough that after 1024 levels, each of which keeps a 64th and pays for a create, something is left.
const GAS_DEEP: u64 = 1 << 45;

pub(super) fn draft(d: &mut Draw<'_>) -> Draft {
    // The deep and long ones take a hundred times as long as other cases, so they are few.
    if !d.chance(4) {
        return full(d);
    }
    match d.below(5) {
        0 | 1 => deep(d),
        2 | 3 => long(d),
        _ => nested_creates(d),
    }
}

/// A stack with room for a few words, and instructions that use it.
fn full(d: &mut Draw<'_>) -> Draft {
    let mut p = Program::new(d.revision);
    let fill = d.pick(&[op::CALLDATASIZE, op::PC, op::NUMBER, op::MSIZE, op::CALLER]);
    let len = limits::STACK as u32 - d.below(12);
    p.fill(fill, len as usize);
    p.height = len;
    for _ in 0..d.below(14) {
        match d.byte() {
            0..=99 => p.op(op::DUP1 + d.below(16) as u8),
            100..=139 => p.op(op::SWAP1 + d.below(16) as u8),
            140..=179 => d.push_word(&mut p),
            180..=219 => p.op(d.pick(&[op::ADD, op::POP, op::XOR])),
            220..=235 => {
                let row = spec::table::row(op::CALL, d.revision);
                row.into_iter().for_each(|row| d.apply(&mut p, row));
            }
            _ => soup(d, &mut p, 1),
        }
    }
    let ending = d.ending();
    d.finish(&mut p, 0, ending);
    Draft::of(p.finish())
}

/// A contract that calls itself until the depth ends it, and counts the levels. Nothing else uses the gas: before
/// EIP-150 each level keeps what it needs, later each keeps a 64th.
fn deep(d: &mut Draw<'_>) -> Draft {
    let mut p = Program::new(d.revision);
    let kinds = [op::CALL, op::CALLCODE, op::DELEGATECALL, op::STATICCALL];
    let kind = d.pick(&kinds);
    let kind = if d.has_op(kind) { kind } else { op::CALL };
    p.push_number(32);
    (0..if matches!(kind, op::CALL | op::CALLCODE) { 4 } else { 3 }).for_each(|_| p.push_number(0));
    p.op(op::ADDRESS);
    if d.since(Revision::Tangerine) {
        p.op(op::GAS);
    } else {
        p.push_number(d.between(150, 400));
        p.ops(&[op::GAS, op::SUB]);
    }
    p.op(kind);
    p.push_number(0);
    p.ops(&[op::MLOAD, op::ADD]);
    p.push_number(1);
    p.op(op::ADD);
    p.store_at(0);
    p.push_number(32);
    p.push_number(0);
    p.op(op::RETURN);
    let gas = if d.since(Revision::Tangerine) { GAS_DEEP } else { 250_000 + 1000 * u64::from(d.below(256)) };
    Draft { gas: Some(gas), plan: Plan::One, ..Draft::of(p.finish()) }
}

/// Initcode that creates from itself.
fn nested_creates(d: &mut Draw<'_>) -> Draft {
    let mut p = Program::new(d.revision);
    let salted = d.has_op(op::CREATE2) && d.chance(128);
    p.op(op::CODESIZE);
    p.push_number(0);
    p.push_number(0);
    p.op(op::CODECOPY);
    if salted {
        p.push_number(7);
    }
    p.op(op::CODESIZE);
    p.push_number(0);
    p.push_number(0);
    p.op(if salted { op::CREATE2 } else { op::CREATE });
    p.store_at(0);
    let gas = if d.since(Revision::Tangerine) { GAS_DEEP } else { 400_000 };
    Draft { gas: Some(gas), plan: Plan::One, ..Draft::of(p.finish()) }
}

/// One block of more instructions, or more pushes, than 15 or 16 bits hold.
fn long(d: &mut Draw<'_>) -> Draft {
    let mut p = Program::new(d.revision);
    let len = d.pick(&[0x7fff, 0x8000, 0x8001, 0x1_0000]) as usize;
    match d.below(3) {
        0 => p.fill(op::JUMPDEST, len),
        1 => p.fill(d.pick(&[op::PC, op::CALLER, op::MSIZE]), len),
        _ => {
            for _ in 0..len / 4 {
                p.raw(&[op::PC, op::POP, op::CALLER, op::POP]);
            }
        }
    }
    p.op(op::MSIZE);
    d.finish(&mut p, 0, crate::observe::Ending::Return);
    Draft { gas: Some(300_000), plan: Plan::One, ..Draft::of(p.finish()) }
}
