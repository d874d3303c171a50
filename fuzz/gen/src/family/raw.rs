//! Any bytes at all: undefined instructions, immediates that the code ends in, stacks that nobody cared for.

use crate::draw::Draw;
use crate::stage::Draft;
use spec::op;
use spec::table::ROWS;

pub(super) fn draft(d: &mut Draw<'_>) -> Draft {
    let len = d.below(120) as usize;
    let bytes_only = d.chance(100);
    let mut code = Vec::with_capacity(2 * len + 8);
    // Without words on the stack hardly a random instruction would run.
    code.extend((0..d.below(12)).map(|_| d.pick(&[op::CALLDATASIZE, op::ADDRESS, op::NUMBER, op::PC, op::MSIZE])));
    for _ in 0..len {
        match d.byte() {
            byte if bytes_only => code.push(byte),
            byte @ 0..=15 => code.push(byte.wrapping_mul(17)),
            16..=79 => code.extend([op::PUSH1, d.byte() & 0x3f]),
            byte => code.push(ROWS[usize::from(byte) % ROWS.len()].opcode),
        }
    }
    Draft::of(code)
}
