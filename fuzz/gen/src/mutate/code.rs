//! Mutations of code: of whole instructions, immediates included.

use crate::draw::Draw;
use crate::program::Program;
use spec::table::{ROWS, TABLE, row};
use spec::{Row, op};
use std::ops::Range;

/// The instructions of a code, the last perhaps cut short by its end.
pub(crate) fn instructions(code: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut pc = 0;
    std::iter::from_fn(move || {
        let opcode = code.get(pc)?;
        let immediate = TABLE[usize::from(*opcode)].as_ref().map_or(0, |row| usize::from(row.immediate));
        let start = pc;
        pc = (pc + 1 + immediate).min(code.len());
        Some(start..pc)
    })
}

/// The code with one change.
pub(super) fn change(d: &mut Draw<'_>, code: &[u8]) -> Vec<u8> {
    let spans: Vec<Range<usize>> = instructions(code).collect();
    if spans.is_empty() {
        return fragment(d);
    }
    match d.byte() {
        0..=79 => operand(d, code, &spans),
        80..=119 => alike(d, code, &spans),
        120..=154 => {
            let at = start(d, &spans, code);
            [&code[..at], &fragment(d), &code[at..]].concat()
        }
        155..=184 => replace(code, some(d, &spans), &[]),
        185..=204 => {
            let (run, at) = (run(d, &spans), start(d, &spans, code));
            [&code[..at], &code[run], &code[at..]].concat()
        }
        205..=224 => swap(code, some(d, &spans), some(d, &spans)),
        225..=239 => {
            let span = some(d, &spans);
            replace(code, span, &[d.byte()])
        }
        240..=247 => code[..start(d, &spans, code)].to_vec(),
        _ => {
            let mut code = code.to_vec();
            let at = d.below(code.len() as u32) as usize;
            code[at] ^= 1 << d.below(8);
            code
        }
    }
}

/// Some instructions of `from` in the middle of `code`, or in place of its end.
pub(super) fn splice(d: &mut Draw<'_>, code: &[u8], from: &[u8]) -> Vec<u8> {
    let (here, there): (Vec<_>, Vec<_>) = (instructions(code).collect(), instructions(from).collect());
    if here.is_empty() || there.is_empty() {
        return from.to_vec();
    }
    let at = start(d, &here, code);
    let run = run(d, &there);
    if d.chance(80) {
        return [&code[..at], &from[run.start..]].concat();
    }
    [&code[..at], &from[run], &code[at..]].concat()
}

/// One of the instructions.
fn some(d: &mut Draw<'_>, spans: &[Range<usize>]) -> Range<usize> {
    spans[position(d, spans.len())].clone()
}

/// The start of one of the instructions, or the end of the code.
fn start(d: &mut Draw<'_>, spans: &[Range<usize>], code: &[u8]) -> usize {
    spans.get(position(d, spans.len() + 1)).map_or(code.len(), |span| span.start)
}

/// A few instructions in a row.
fn run(d: &mut Draw<'_>, spans: &[Range<usize>]) -> Range<usize> {
    let first = position(d, spans.len());
    let last = (first + d.below(12) as usize).min(spans.len() - 1);
    spans[first].start..spans[last].end
}

/// A position below `len`, which is not 0; in long code the first 2^16 positions.
fn position(d: &mut Draw<'_>, len: usize) -> usize {
    d.below(u32::try_from(len).unwrap_or(u32::MAX)) as usize
}

fn replace(code: &[u8], span: Range<usize>, with: &[u8]) -> Vec<u8> {
    [&code[..span.start], with, &code[span.end..]].concat()
}

fn swap(code: &[u8], one: Range<usize>, other: Range<usize>) -> Vec<u8> {
    let (left, right) = if one.start <= other.start { (one, other) } else { (other, one) };
    if left == right {
        return code.to_vec();
    }
    [&code[..left.start], &code[right.clone()], &code[left.end..right.start], &code[left], &code[right.end..]].concat()
}

/// Another word in an immediate: a corner, a neighbour, another bit.
fn operand(d: &mut Draw<'_>, code: &[u8], spans: &[Range<usize>]) -> Vec<u8> {
    let pushes: Vec<&Range<usize>> = spans.iter().filter(|span| 1 < span.len()).collect();
    if pushes.is_empty() {
        return replace(code, some(d, spans), &[op::CALLDATASIZE]);
    }
    let span = pushes[position(d, pushes.len())].clone();
    let mut code = code.to_vec();
    let immediate = &mut code[span.start + 1..span.end];
    let len = immediate.len();
    match d.byte() {
        0..=127 => immediate.copy_from_slice(&d.word().to_be_bytes::<32>()[32 - len..]),
        128..=169 => immediate[len - 1] = immediate[len - 1].wrapping_add(1),
        170..=211 => immediate[len - 1] = immediate[len - 1].wrapping_sub(1),
        212..=239 => immediate[d.below(len as u32) as usize] ^= 1 << d.below(8),
        _ => return replace(&code, span, &wide(d)),
    }
    code
}

/// PUSH32 of a word.
fn wide(d: &mut Draw<'_>) -> Vec<u8> {
    let mut p = Program::new(d.revision);
    p.push_wide(d.word(), 32);
    p.finish()
}

/// Another instruction with the same effect on the height of the stack.
fn alike(d: &mut Draw<'_>, code: &[u8], spans: &[Range<usize>]) -> Vec<u8> {
    let span = some(d, spans);
    let Some(old) = row(code[span.start], d.revision) else { return replace(code, span, &[]) };
    let fits = |new: &&Row| {
        new.immediate == 0 && new.pops == old.pops && new.pushes == old.pushes && new.is_defined(d.revision)
    };
    let others: Vec<u8> = ROWS.iter().filter(fits).map(|row| row.opcode).collect();
    match others.as_slice() {
        [] => replace(code, span, &[]),
        others => replace(code, span, &[d.pick(others)]),
    }
}

/// An instruction with its operands, and its results taken away again.
fn fragment(d: &mut Draw<'_>) -> Vec<u8> {
    let mut p = Program::new(d.revision);
    let row = &ROWS[d.below(ROWS.len() as u32) as usize];
    if d.chance(40) || row.immediate != 0 {
        d.push_word(&mut p);
    } else if matches!(row.opcode, op::DUP1..=op::SWAP16) {
        p.op(row.opcode);
    } else {
        d.apply(&mut p, row);
        if d.chance(160) {
            (0..row.pushes).for_each(|_| p.op(op::POP));
        }
    }
    p.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn immediates_stay_with_their_instructions() {
        let spans = |code: &[u8]| instructions(code).collect::<Vec<_>>();
        assert_eq!(spans(&[0x61, 1, 2, 0x01, 0x0c, 0x62, 9]), [0..3, 3..4, 4..5, 5..7]);
        assert_eq!(spans(&[]), []);
        assert_eq!(swap(&[0x60, 1, 0x50, 0x61, 2, 3], 3..6, 0..2), [0x61, 2, 3, 0x50, 0x60, 1]);
    }
}
