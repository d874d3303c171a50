//! Smaller bytecode: runs of instructions taken out, operands made plain, pushes made short. Jumps go where they went.

use spec::op;

/// Bytecode as instructions, each with the bytes of its immediate.
#[derive(Clone, Debug)]
struct Pieces(Vec<Vec<u8>>);

impl Pieces {
    fn of(code: &[u8]) -> Pieces {
        let mut pieces = Vec::new();
        let mut start = 0;
        while start < code.len() {
            let immediate = spec::table::TABLE[code[start] as usize].map_or(0, |row| row.immediate as usize);
            let end = (start + 1 + immediate).min(code.len());
            pieces.push(code[start..end].to_vec());
            start = end;
        }
        Pieces(pieces)
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.concat()
    }

    /// Where each piece begins; one more for the end.
    fn places(&self) -> Vec<usize> {
        let mut places = vec![0];
        places.extend(self.0.iter().scan(0, |place, piece| {
            *place += piece.len();
            Some(*place)
        }));
        places
    }

    /// This code with every piece replaced, where a PUSH of the place of a JUMPDEST pushes the new place of that
    /// JUMPDEST, if it is still there and the place still fits.
    fn rebuilt(&self, replace: impl Fn(usize, &[u8]) -> Option<Vec<u8>>) -> Vec<u8> {
        let new: Vec<Vec<u8>> =
            self.0.iter().enumerate().map(|(i, piece)| replace(i, piece).unwrap_or_default()).collect();
        let (old_places, new_places) = (self.places(), Pieces(new.clone()).places());
        let target = |piece: &[u8]| {
            let place = operand(piece)?;
            let at = old_places.binary_search(&place).ok().filter(|at| *at < new.len())?;
            (new[at].first() == Some(&op::JUMPDEST)).then(|| new_places[at])
        };
        let mut out = Vec::new();
        for piece in &new {
            match target(piece).filter(|_| !fault::planted!(ReduceJumps)).and_then(|place| with_operand(piece, place)) {
                Some(moved) => out.extend(moved),
                None => out.extend(piece),
            }
        }
        out
    }
}

/// The operand of a whole PUSH, if it is small enough to be a place in code.
fn operand(piece: &[u8]) -> Option<usize> {
    let (opcode, immediate) = piece.split_first()?;
    if !(op::PUSH1..=op::PUSH32).contains(opcode) || immediate.len() != (opcode - op::PUSH1) as usize + 1 {
        return None;
    }
    let (high, low) = immediate.split_at(immediate.len().saturating_sub(4));
    high.iter().all(|byte| *byte == 0).then(|| low.iter().fold(0, |value, byte| value << 8 | *byte as usize))
}

/// The same PUSH of another number, if that fits.
fn with_operand(piece: &[u8], value: usize) -> Option<Vec<u8>> {
    let n = piece.len() - 1;
    let bytes = (value as u64).to_be_bytes();
    let used = bytes.iter().position(|byte| *byte != 0).map_or(1, |zeros| 8 - zeros);
    if used > n {
        return None;
    }
    let mut moved = vec![0; piece.len()];
    moved[0] = piece[0];
    moved[1 + n - used..].copy_from_slice(&bytes[8 - used..]);
    Some(moved)
}

/// Codes with a run of instructions less, longest runs first, from the end to the beginning. Each is offered with its
/// jump targets moved along, then cut as it is.
pub(crate) fn shorter(code: &[u8]) -> impl Iterator<Item = Vec<u8>> + use<> {
    let pieces = Pieces::of(code);
    let n = pieces.0.len();
    let sizes = std::iter::successors(Some(n), |size| (*size > 1).then_some(size.div_ceil(2))).filter(|size| *size > 0);
    let runs = sizes.flat_map(move |size| (0..n.div_ceil(size)).rev().map(move |i| i * size..((i + 1) * size).min(n)));
    runs.flat_map(move |run| {
        let moved = pieces.rebuilt(|i, piece| (!run.contains(&i)).then(|| piece.to_vec()));
        let cut = [&pieces.0[..run.start], &pieces.0[run.end..]].concat().concat();
        if moved == cut { vec![cut] } else { vec![moved, cut] }
    })
}

/// Codes with one operand made plain: zero, one, or its lowest byte alone, whichever is less than it is.
pub(crate) fn plainer(code: &[u8]) -> impl Iterator<Item = Vec<u8>> + use<> {
    let pieces = Pieces::of(code);
    (0..pieces.0.len()).flat_map(move |at| {
        let piece = &pieces.0[at];
        let is_push = (op::PUSH1..=op::PUSH32).contains(&piece[0]);
        let last = piece.last().copied().unwrap_or(0) as usize;
        // Only ever towards less, so that rounds cannot go in circles.
        let now = operand(piece).unwrap_or(usize::MAX);
        let plain = [0, 1, last].into_iter().filter(move |value| is_push && *value < now);
        let with = |value| {
            let mut changed = pieces.clone();
            changed.0[at] = with_operand(piece, value)?;
            Some(changed.bytes())
        };
        plain.filter_map(with).collect::<Vec<_>>()
    })
}

/// Codes with one long PUSH of a small number made a PUSH1, jump targets moved along.
pub(crate) fn narrower(code: &[u8]) -> impl Iterator<Item = Vec<u8>> + use<> {
    let pieces = Pieces::of(code);
    (0..pieces.0.len()).filter_map(move |at| {
        let piece = &pieces.0[at];
        let value = operand(piece).filter(|value| piece.len() > 2 && *value < 256)?;
        Some(pieces.rebuilt(|i, piece| Some(if i == at { vec![op::PUSH1, value as u8] } else { piece.to_vec() })))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JUMP over two instructions to a JUMPDEST at 6.
    const JUMPING: [u8; 8] = [op::PUSH1, 6, op::JUMP, op::ADD, op::MUL, op::PC, op::JUMPDEST, op::STOP];

    #[test]
    fn jumps_go_where_they_went() {
        let all: Vec<Vec<u8>> = shorter(&JUMPING).collect();
        assert_eq!(all[0], []);
        let moved = [op::PUSH1, 5, op::JUMP, op::ADD, op::MUL, op::JUMPDEST, op::STOP];
        let cut = [op::PUSH1, 6, op::JUMP, op::ADD, op::MUL, op::JUMPDEST, op::STOP];
        assert!(all.contains(&moved.to_vec()) && all.contains(&cut.to_vec()));
        // The JUMPDEST itself may go too; then nothing is moved.
        assert!(all.contains(&[op::PUSH1, 6, op::JUMP, op::ADD, op::MUL, op::PC, op::STOP].to_vec()));
    }

    #[test]
    fn operands_become_plain_and_short() {
        let code = [op::PUSH1 + 2, 1, 2, 3, op::PUSH1 + 1, 0, 8, op::JUMP, op::JUMPDEST];
        let plain: Vec<Vec<u8>> = plainer(&code).collect();
        assert_eq!(plain[0][..4], [op::PUSH1 + 2, 0, 0, 0]);
        assert_eq!(plain[2][..4], [op::PUSH1 + 2, 0, 0, 3]);
        assert_eq!(plain.len(), 3 + 2);
        let narrow: Vec<Vec<u8>> = narrower(&code).collect();
        assert_eq!(narrow, [[op::PUSH1 + 2, 1, 2, 3, op::PUSH1, 7, op::JUMP, op::JUMPDEST]]);
        assert_eq!(narrower(&[]).count() + plainer(&[]).count() + shorter(&[]).count(), 0);
    }
}
