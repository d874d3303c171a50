//! Instructions beside each other, chosen by the table: any pair of them can meet, and nearly all of them run.

use crate::Feature;
use crate::draw::Draw;
use crate::operand::roles;
use crate::program::Program;
use crate::stage::Draft;
use spec::table::ROWS;
use spec::{Row, Touches, op};

/// Words beyond which the soup thickens no more.
const HEIGHT_MAX: u32 = 200;

pub(super) fn draft(d: &mut Draw<'_>) -> Draft {
    let mut p = Program::new(d.revision);
    (0..d.mostly_low(0, 19)).for_each(|_| d.push_word(&mut p));
    let count = d.mostly_low(10, 110);
    soup(d, &mut p, count);
    let ending = d.ending();
    d.finish(&mut p, 0, ending);
    Draft::of(p.finish())
}

/// This many instructions that leave alone what is below the floor.
pub(super) fn soup(d: &mut Draw<'_>, p: &mut Program, count: u32) {
    for _ in 0..count {
        if d.is_empty() {
            return;
        }
        if d.has(Feature::Faults) && d.chance(6) {
            fault(d, p);
        }
        if HEIGHT_MAX < p.height {
            p.op(op::POP);
        }
        step(d, p);
    }
}

fn step(d: &mut Draw<'_>, p: &mut Program) {
    let byte = d.byte();
    let Some(row) = ROWS.get(usize::from(byte)) else {
        // The bytes beyond the table bring the words that instructions need.
        return if byte < 220 { d.push_word(p) } else { d.push_ambient(p) };
    };
    if !row.is_defined(d.revision) || !is_quiet(d, row) {
        return d.push_ambient(p);
    }
    match row.opcode {
        op::PUSH1..=op::PUSH32 => push(d, p, row),
        op::DUP1..=op::DUP16 if u32::from(row.pops) <= p.height => p.op(row.opcode),
        op::DUP1..=op::SWAP16 => {
            let missing = u32::from(row.pops).saturating_sub(p.free());
            (0..missing).for_each(|_| d.push_ambient(p));
            p.op(row.opcode);
        }
        op::RETURNDATACOPY => return_data(d, p),
        _ if roles(row.opcode).is_empty() && u32::from(row.pops) <= p.free() && !d.chance(60) => p.op(row.opcode),
        _ => d.apply(p, row),
    }
}

/// Whether the instruction belongs into soup: it goes on, stays in this frame, and its feature is on.
fn is_quiet(d: &Draw<'_>, row: &Row) -> bool {
    match row.opcode {
        op::LOG0..=op::LOG4 => d.has(Feature::Logs),
        op::TLOAD | op::TSTORE => d.has(Feature::Transient),
        op::GAS => d.has(Feature::GasReads),
        op::SSTORE => d.has(Feature::Effects),
        op::CREATE | op::CREATE2 | op::CALL | op::CALLCODE | op::DELEGATECALL | op::STATICCALL | op::SELFDESTRUCT => {
            false
        }
        _ => !matches!(row.touches, Touches::Jump | Touches::End),
    }
}

/// A PUSH of any width: with leading zeros, or with JUMPDESTs in its data.
fn push(d: &mut Draw<'_>, p: &mut Program, row: &Row) {
    let word = if d.chance(20) { crate::CORNERS[63] } else { d.word() };
    p.push_wide(word, usize::from(row.immediate));
}

/// Return data within its bounds; beyond them is a fault.
fn return_data(d: &mut Draw<'_>, p: &mut Program) {
    p.op(op::RETURNDATASIZE);
    p.push_number(0);
    d.push_offset(p);
    p.op(op::RETURNDATACOPY);
}

/// Something that ends the frame, at least mostly.
fn fault(d: &mut Draw<'_>, p: &mut Program) {
    match d.below(6) {
        0 => p.raw(&[d.pick(&[0x0c, 0x21, 0x4f, 0xa5, 0xef, 0xf6, 0xfb, op::CLZ, op::PUSH0, op::SHL, op::MCOPY])]),
        1 => p.raw(&[d.pick(&[op::SWAP16, op::DUP16, op::MULMOD, op::LOG4, op::SSTORE])]),
        2 => p.raw(&[op::INVALID]),
        3 if d.has_op(op::RETURNDATACOPY) => {
            p.push_number(1);
            p.push(d.word());
            p.push_number(0);
            p.op(op::RETURNDATACOPY);
        }
        4 => {
            p.push(d.word());
            p.op(op::JUMP);
        }
        _ => {
            p.push_number(1);
            p.push(d.word());
            p.op(op::MLOAD);
            p.op(op::MSTORE);
        }
    }
}
