//! Control flow: bounded loops, branches, jump tables, functions that return to whoever called, places that several
//! jumps reach at different heights, dead code, data that looks like a jump target.
//!
//! Inside a loop or function statements leave the stack as high as they found it, so counters and return addresses
//! are where they belong and every loop ends.

use crate::Feature;
use crate::draw::Draw;
use crate::family::soup::soup;
use crate::program::{Mark, Program};
use crate::stage::Draft;
use api::U256;
use spec::op;

/// Functions that are called from several places.
const FUNCTIONS: usize = 2;

/// What is still to be put behind the program.
#[derive(Default)]
struct Pending {
    calls: [Vec<Mark>; FUNCTIONS],
}

pub(super) fn draft(d: &mut Draw<'_>) -> Draft {
    let mut p = Program::new(d.revision);
    let mut pending = Pending::default();
    (0..d.below(6)).for_each(|_| d.push_word(&mut p));
    for _ in 0..d.mostly_low(2, 10) {
        statement(d, &mut p, &mut pending, 0);
        if d.chance(30) {
            meet(d, &mut p);
        }
    }
    // Tens of thousands of bytes, so hardly ever.
    if d.chance(1) && d.chance(100) {
        far(d, &mut p);
    }
    let ending = d.ending();
    d.finish(&mut p, 0, ending);
    // What follows is reached by jumps alone; the program must not run into it.
    p.op(op::STOP);
    functions(d, &mut p, &pending);
    if d.has(Feature::CodeEnd) {
        p.raw(&[op::PUSH1 + d.below(32) as u8]);
        p.raw(&[op::JUMPDEST; 3][..d.below(3) as usize]);
    }
    Draft::of(p.finish())
}

/// A statement; at a depth above 0 it keeps the height of the stack.
fn statement(d: &mut Draw<'_>, p: &mut Program, pending: &mut Pending, depth: u32) {
    let height = p.height;
    match d.byte() {
        0..=69 => {
            let len = d.between(1, 8);
            soup(d, p, len);
        }
        70..=109 if depth < 2 => looped(d, p, pending, depth),
        110..=149 if depth < 3 => branch(d, p, pending, depth),
        150..=179 => table(d, p),
        180..=214 => invoke(d, p, pending),
        215..=229 => dead(d, p),
        230..=241 => data(d, p),
        242..=251 => not_taken(d, p),
        _ if d.has(Feature::Faults) => stray(d, p),
        _ => {}
    }
    if 0 < depth {
        p.level(height);
    }
}

/// Statements that take nothing from below.
fn body(d: &mut Draw<'_>, p: &mut Program, pending: &mut Pending, depth: u32) {
    let floor = std::mem::replace(&mut p.floor, p.height);
    for _ in 0..d.between(1, 3) {
        statement(d, p, pending, depth + 1);
    }
    p.floor = floor;
}

/// Counts down to zero on the stack.
fn looped(d: &mut Draw<'_>, p: &mut Program, pending: &mut Pending, depth: u32) {
    p.push_number(d.between(1, 7));
    if d.chance(60) {
        d.disguise(p);
    }
    let head = p.dest();
    body(d, p, pending, depth);
    p.push_number(1);
    p.ops(&[op::SWAP1, op::SUB, op::DUP1]);
    p.push_dest(head);
    target(d, p);
    p.ops(&[op::JUMPI, op::POP]);
}

/// One way or the other; both leave the same height.
fn branch(d: &mut Draw<'_>, p: &mut Program, pending: &mut Pending, depth: u32) {
    condition(d, p);
    let other = p.push_mark();
    target(d, p);
    p.op(op::JUMPI);
    let height = p.height;
    body(d, p, pending, depth);
    if d.chance(128) {
        return p.land(&[other]);
    }
    let end = p.push_mark();
    p.op(op::JUMP);
    p.height = height;
    p.land(&[other]);
    body(d, p, pending, depth);
    p.land(&[end]);
}

/// A word, a comparison, and what high-level languages put behind one: compilers fold such chains into a branch.
fn condition(d: &mut Draw<'_>, p: &mut Program) {
    d.push_word(p);
    if d.chance(128) {
        d.push_opaque(p);
        p.op(d.pick(&[op::LT, op::GT, op::SLT, op::SGT, op::EQ]));
    }
    for _ in 0..d.pick(&[0, 0, 0, 1, 1, 2, 2, 3]) {
        p.op(op::ISZERO);
    }
}

/// A jump that is computed: entries of one size, side by side.
fn table(d: &mut Draw<'_>, p: &mut Program) {
    /// JUMPDEST, PUSH1, PUSH2, JUMP.
    const ENTRY: u32 = 7;
    let entries = d.between(2, 5);
    p.push_number(entries);
    d.push_opaque(p);
    p.op(op::MOD);
    p.push_number(ENTRY);
    p.op(op::MUL);
    let base = p.push_mark();
    p.ops(&[op::ADD, op::JUMP]);
    p.aim(base, p.len());
    let height = p.height;
    let mut ends = Vec::with_capacity(entries as usize);
    for _ in 0..entries {
        p.height = height;
        p.dest();
        p.push_wide(U256::from(d.byte()), 1);
        ends.push(p.push_mark());
        p.op(op::JUMP);
    }
    p.land(&ends);
}

/// Calls a function, which jumps back to where it was called from.
fn invoke(d: &mut Draw<'_>, p: &mut Program, pending: &mut Pending) {
    let back = p.push_mark();
    let function = p.push_mark();
    pending.calls[d.below(FUNCTIONS as u32) as usize].push(function);
    target(d, p);
    p.op(op::JUMP);
    p.height -= 1;
    p.land(&[back]);
}

fn functions(d: &mut Draw<'_>, p: &mut Program, pending: &Pending) {
    for calls in pending.calls.iter().filter(|calls| !calls.is_empty()) {
        // Alone on the stack as far as it is known: the return address.
        (p.height, p.floor) = (1, 1);
        p.land(calls);
        let len = d.below(6);
        soup(d, p, len);
        p.level(1);
        target(d, p);
        p.op(op::JUMP);
    }
}

/// Several jumps reach one place, with more or fewer words on the stack.
fn meet(d: &mut Draw<'_>, p: &mut Program) {
    let mut height = p.height;
    let mut marks = Vec::new();
    for _ in 0..d.between(1, 3) {
        d.push_word(p);
        marks.push(p.push_mark());
        p.op(op::JUMPI);
        height = height.min(p.height);
        d.push_word(p);
    }
    p.land(&marks);
    p.height = height;
}

/// Code that nothing reaches, and a leader behind it.
fn dead(d: &mut Draw<'_>, p: &mut Program) {
    let height = p.height;
    let over = p.push_mark();
    p.op(op::JUMP);
    for _ in 0..d.below(8) {
        p.raw(&[d.pick(&[op::JUMPDEST, op::INVALID, op::ADD, op::POP, 0x0c, op::SSTORE, op::STOP, op::JUMPI, 0xef])]);
    }
    if d.chance(128) {
        p.raw(&[op::PUSH2, op::JUMPDEST, op::JUMPDEST]);
    }
    p.height = height;
    p.land(&[over]);
}

/// Immediate data full of JUMPDESTs.
fn data(d: &mut Draw<'_>, p: &mut Program) {
    p.push_wide(crate::CORNERS[63], d.between(1, 32) as usize);
    if d.chance(128) {
        p.op(op::POP);
    }
}

/// A jump that is not taken may lead anywhere.
fn not_taken(d: &mut Draw<'_>, p: &mut Program) {
    p.push_number(0);
    if d.chance(100) {
        d.disguise(p);
    }
    p.push(d.word());
    p.op(op::JUMPI);
}

/// A jump to what is no JUMPDEST: data, an address that only its low bits make right, a place outside.
fn stray(d: &mut Draw<'_>, p: &mut Program) {
    p.push_wide(crate::CORNERS[63], 2);
    let inside = p.len() as u64 - 2;
    let dest = p.dest() as u64;
    let target = match d.below(5) {
        0 => U256::from(inside),
        1 => U256::from(dest) + (U256::ONE << 32),
        2 => U256::from(dest) + (U256::ONE << 64),
        3 => U256::from(dest) + (U256::ONE << 255),
        _ => d.word(),
    };
    d.push_word(p);
    p.push(target);
    p.op(if d.chance(128) { op::JUMP } else { op::JUMPI });
}

/// A target beyond what 15 or 16 bits hold.
fn far(d: &mut Draw<'_>, p: &mut Program) {
    let len = d.pick(&[0x7ff8, 0x8000, 0xfff0]) as usize;
    let dest = p.len() + 5 + len;
    p.push_wide(U256::from(dest), 3);
    p.op(op::JUMP);
    p.fill(d.pick(&[op::STOP, op::JUMPDEST, op::CALLER, op::INVALID]), len);
    p.dest();
}

/// Leaves a target as it is or hides how it came about.
fn target(d: &mut Draw<'_>, p: &mut Program) {
    if d.has(Feature::Dynamic) && d.chance(90) {
        d.disguise(p);
    }
}
