//! Memory: writes, reads and copies that overlap, grow it by a byte, reach behind the end of their source, or have
//! length zero at an offset that no gas could buy.

use crate::draw::Draw;
use crate::family::soup::soup;
use crate::program::Program;
use crate::stage::Draft;
use crate::{CORNERS, Feature};
use spec::{op, table};

/// What is done to memory, common things twice.
const OPS: [u8; 16] = [
    op::MSTORE,
    op::MSTORE,
    op::MSTORE8,
    op::MLOAD,
    op::MCOPY,
    op::MCOPY,
    op::CALLDATACOPY,
    op::CALLDATACOPY,
    op::CODECOPY,
    op::EXTCODECOPY,
    op::KECCAK256,
    op::MSIZE,
    op::CALLDATALOAD,
    op::LOG1,
    op::RETURNDATACOPY,
    op::CODESIZE,
];

pub(super) fn draft(d: &mut Draw<'_>) -> Draft {
    let mut p = Program::new(d.revision);
    for i in 0..d.below(4) {
        d.push_word(&mut p);
        p.store_at(32 * i);
    }
    for _ in 0..d.mostly_low(4, 34) {
        match d.byte() {
            0..=19 => void(d, &mut p),
            20..=34 => overlap(d, &mut p),
            35..=49 => soup(d, &mut p, 3),
            50..=53 if d.has(Feature::Huge) => edge(d, &mut p),
            54..=70 => p.op(op::MSIZE),
            _ => operation(d, &mut p),
        }
    }
    let ending = d.ending();
    let shown = 32 * d.below(12);
    d.finish(&mut p, shown, ending);
    Draft::of(p.finish())
}

fn operation(d: &mut Draw<'_>, p: &mut Program) {
    let opcode = d.pick(&OPS);
    if opcode == op::RETURNDATACOPY {
        return p.op(op::MSIZE);
    }
    match table::row(opcode, d.revision) {
        Some(row) => d.apply(p, row),
        None => p.op(op::MSIZE),
    }
}

/// Length zero: nothing is touched, wherever it is.
fn void(d: &mut Draw<'_>, p: &mut Program) {
    let opcode = d.pick(&[
        op::MCOPY,
        op::CALLDATACOPY,
        op::CODECOPY,
        op::KECCAK256,
        op::LOG0,
        op::EXTCODECOPY,
        op::RETURNDATACOPY,
    ]);
    if !d.has_op(opcode) {
        return p.op(op::MSIZE);
    }
    p.push_number(0);
    match opcode {
        op::KECCAK256 | op::LOG0 => p.push(far(d)),
        op::RETURNDATACOPY => {
            p.push_number(0);
            p.push(far(d));
        }
        _ => {
            p.push(far(d));
            p.push(far(d));
        }
    }
    if opcode == op::EXTCODECOPY {
        d.push_account(p);
    }
    p.op(opcode);
}

fn far(d: &mut Draw<'_>) -> api::U256 {
    let from = if d.has(Feature::Huge) { crate::words::SMALL_COUNT as u32 } else { 0 };
    CORNERS[d.between(from, CORNERS.len() as u32 - 1) as usize]
}

/// A copy onto itself, a few bytes away, in either direction.
fn overlap(d: &mut Draw<'_>, p: &mut Program) {
    if !d.has_op(op::MCOPY) {
        return p.op(op::MSIZE);
    }
    let (offset, shift) = (d.below(64), d.pick(&[1, 8, 16, 31, 32, 33, 0]));
    let (from, to) = if d.chance(128) { (offset, offset + shift) } else { (offset + shift, offset) };
    p.push_number(d.pick(&[32, 33, 64, 100, 8, 1]));
    p.push_number(from);
    p.push_number(to);
    p.op(op::MCOPY);
}

/// A range whose end wraps, is cut off to something small, or costs nearly everything.
fn edge(d: &mut Draw<'_>, p: &mut Program) {
    let opcode = d.pick(&[op::KECCAK256, op::LOG0, op::MLOAD, op::MSTORE8, op::CALLDATALOAD]);
    let Some(row) = table::row(opcode, d.revision) else { return };
    if row.pops == 2 {
        p.push(d.word());
    }
    match d.below(3) {
        0 => p.push_number(d.pick(&[0x3fff, 0x4000, 0x7fff, 0x8000, 0xffff, 0x1_0000])),
        _ => p.push(d.word()),
    }
    p.op(opcode);
}
