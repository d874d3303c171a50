//! Arithmetic: operands at the corners of limbs, signs and shift widths, each known to a compiler or not.
//!
//! Operands are kept below the operation and used again after it, since an operation that harms its operands is as
//! wrong as one that gives a wrong result. Every result goes to memory, and all of it is returned.

use crate::draw::Draw;
use crate::program::Program;
use crate::stage::Draft;
use spec::{Row, op};

/// The operations, those twice that take more to get right.
const OPS: [u8; 34] = [
    op::ADD,
    op::MUL,
    op::SUB,
    op::DIV,
    op::SDIV,
    op::MOD,
    op::SMOD,
    op::ADDMOD,
    op::MULMOD,
    op::EXP,
    op::SIGNEXTEND,
    op::LT,
    op::GT,
    op::SLT,
    op::SGT,
    op::EQ,
    op::ISZERO,
    op::AND,
    op::OR,
    op::XOR,
    op::NOT,
    op::BYTE,
    op::SHL,
    op::SHR,
    op::SAR,
    op::CLZ,
    op::DIV,
    op::SDIV,
    op::MOD,
    op::SMOD,
    op::MULMOD,
    op::ADDMOD,
    op::SAR,
    op::SIGNEXTEND,
];

pub(super) fn draft(d: &mut Draw<'_>) -> Draft {
    let mut p = Program::new(d.revision);
    let count = d.mostly_low(4, 24);
    for i in 0..count {
        operation(d, &mut p);
        p.store_at(32 * i);
    }
    let ending = d.ending();
    d.finish(&mut p, 32 * count, ending);
    Draft::of(p.finish())
}

/// One operation, whose result is left on top.
fn operation(d: &mut Draw<'_>, p: &mut Program) {
    let opcode = d.pick(&OPS);
    let Some(row) = spec::table::row(opcode, d.revision) else { return p.op(op::MSIZE) };
    if u32::from(row.pops) <= p.free() && d.chance(90) {
        return again(d, p, row);
    }
    operands(d, p, row);
    if d.chance(90) {
        // The same again on copies, or something that reads the operands afterwards.
        let pops = row.pops;
        (0..pops).for_each(|_| p.op(op::DUP1 + pops - 1));
        p.op(row.opcode);
        p.op(d.pick(&[op::XOR, op::SUB, op::EQ, op::ADD]));
        if 2 < pops || d.chance(128) {
            (1..pops).for_each(|_| p.op(op::XOR));
        }
    } else {
        p.op(row.opcode);
    }
}

/// On what is there already, in an order of its own.
fn again(d: &mut Draw<'_>, p: &mut Program, row: &Row) {
    let height = p.free().min(16);
    for _ in 0..row.pops {
        p.op(op::DUP1 + d.below(height) as u8);
    }
    p.op(row.opcode);
}

/// Operands: independent, or near each other, where comparisons and quotients change.
fn operands(d: &mut Draw<'_>, p: &mut Program, row: &Row) {
    if row.pops != 2 || !d.chance(70) {
        return (0..row.pops).for_each(|_| d.push_word(p));
    }
    d.push_word(p);
    match d.below(4) {
        0 => p.op(op::DUP1),
        1 => {
            p.op(op::DUP1);
            p.push_number(1);
            p.op(d.pick(&[op::ADD, op::SUB]));
        }
        2 => p.ops(&[op::DUP1, op::NOT]),
        _ => {
            p.op(op::DUP1);
            d.push_word(p);
            p.op(op::MUL);
        }
    }
    if d.chance(128) {
        p.op(op::SWAP1);
    }
}
