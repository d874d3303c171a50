//! Storage and transient storage across frames: the same few slots written again and again, by frames that stay and
//! frames that are undone, read afterwards by whoever is left.

use crate::Feature;
use crate::draw::Draw;
use crate::family::call::{Call, call};
use crate::program::Program;
use crate::stage::{CONTRACTS, Draft};
use api::{Revision, U256};
use spec::op;

pub(super) fn draft(d: &mut Draw<'_>) -> Draft {
    let children = d.between(1, 2) as usize;
    let mut codes = vec![parent(d, children)];
    for _ in 0..children {
        codes.push(child(d));
    }
    Draft::of_all(codes)
}

fn parent(d: &mut Draw<'_>, children: usize) -> Vec<u8> {
    let mut p = Program::new(d.revision);
    let mut shown = 0;
    for _ in 0..d.between(1, 3) {
        accesses(d, &mut p);
        let target = CONTRACTS[1 + d.below(children as u32) as usize];
        let gas = d.pick(&[60_000, 40_000, 25_000, 2300]);
        call(d, &mut p, Call { target, gas, out: shown });
        p.store_at(shown);
        shown += 32;
    }
    accesses(d, &mut p);
    for key in 0..3 {
        p.push_number(key);
        p.op(op::SLOAD);
        p.store_at(shown);
        shown += 32;
    }
    if d.has(Feature::Transient) && d.since(Revision::Cancun) {
        p.push_number(1);
        p.op(op::TLOAD);
        p.store_at(shown);
        shown += 32;
    }
    let ending = d.ending();
    d.finish(&mut p, shown, ending);
    p.finish()
}

fn child(d: &mut Draw<'_>) -> Vec<u8> {
    let mut p = Program::new(d.revision);
    accesses(d, &mut p);
    p.push_number(1);
    p.op(op::SLOAD);
    p.store_at(0);
    let ending = d.child_ending();
    d.finish(&mut p, 32, ending);
    p.finish()
}

/// Reads and writes of a few slots.
fn accesses(d: &mut Draw<'_>, p: &mut Program) {
    for _ in 0..d.between(1, 4) {
        let key = d.below(3);
        let transient = d.has(Feature::Transient) && d.since(Revision::Cancun) && d.chance(110);
        match d.byte() {
            0..=169 => {
                value(d, p);
                p.push_number(key);
                p.op(if transient { op::TSTORE } else { op::SSTORE });
            }
            170..=219 => {
                // One more than before: a write that was undone, or was not, shows in every later value.
                p.push_number(key);
                p.op(if transient { op::TLOAD } else { op::SLOAD });
                p.push_number(1);
                p.op(op::ADD);
                p.push_number(key);
                p.op(if transient { op::TSTORE } else { op::SSTORE });
            }
            220..=239 => {
                p.push_number(key);
                p.ops(&[op::SLOAD, op::POP]);
            }
            _ if d.has(Feature::Logs) => {
                p.push_number(key);
                p.push_number(0);
                p.push_number(0);
                p.op(op::LOG1);
            }
            _ => {
                d.push_account(p);
                p.ops(&[op::BALANCE, op::POP]);
            }
        }
    }
}

/// Zero, what is there already, or something else: the prices of a write turn on which.
fn value(d: &mut Draw<'_>, p: &mut Program) {
    match d.byte() {
        0..=79 => p.push(U256::ZERO),
        80..=159 => p.push_number(d.between(1, 2)),
        160..=199 => {
            p.push_number(d.below(3));
            p.op(op::SLOAD);
        }
        _ => d.push_word(p),
    }
}
