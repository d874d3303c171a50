//! Code in pieces, an instruction each, and putting it together again with jumps that go where they went.

use spec::op;
use std::collections::BTreeMap;

/// An instruction with its immediate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) pc: u32,
    pub(crate) bytes: Vec<u8>,
}

impl Piece {
    pub(crate) fn opcode(&self) -> u8 {
        self.bytes[0]
    }

    /// The number that a whole PUSH of up to eight bytes pushes.
    pub(crate) fn pushed(&self) -> Option<u64> {
        let (opcode, data) = self.bytes.split_first()?;
        let is_whole = (op::PUSH1..=op::PUSH32).contains(opcode) && data.len() == usize::from(opcode - op::PUSH1) + 1;
        let first = data.iter().position(|byte| *byte != 0).unwrap_or(data.len());
        (is_whole && data.len() - first <= 8).then(|| data[first..].iter().fold(0, |n, byte| n << 8 | u64::from(*byte)))
    }
}

/// A code in pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pieces {
    all: Vec<Piece>,
    at: BTreeMap<u64, usize>,
    /// The last PUSH is cut off by the end of the code.
    cut: bool,
}

/// What code is put together from.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// A piece of the old code.
    Old(usize),
    /// The PUSH before a jump, which goes to the item at this index instead.
    Redirected(usize, usize),
    /// Something new.
    New(Vec<u8>),
    /// A PUSH3 of the place of the item at this index.
    PlaceOf(usize),
}

impl Pieces {
    pub(crate) fn of(code: &[u8]) -> Pieces {
        let mut pieces = Pieces { all: Vec::new(), at: BTreeMap::new(), cut: false };
        let mut pc = 0;
        while pc < code.len() {
            let n = match code[pc] {
                push @ op::PUSH1..=op::PUSH32 => usize::from(push - op::PUSH1) + 1,
                _ => 0,
            };
            let end = (pc + 1 + n).min(code.len());
            pieces.cut = end < pc + 1 + n;
            pieces.at.insert(pc as u64, pieces.all.len());
            pieces.all.push(Piece { pc: pc as u32, bytes: code[pc..end].to_vec() });
            pc = end;
        }
        pieces
    }

    pub(crate) fn all(&self) -> &[Piece] {
        &self.all
    }

    /// Whether the end of the code cuts a PUSH off, so that nothing can be put behind it.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut
    }

    /// The JUMPDEST that a piece pushes the place of, if a jump follows.
    pub(crate) fn target_of(&self, i: usize) -> Option<usize> {
        let next = self.all.get(i + 1)?;
        if !matches!(next.opcode(), op::JUMP | op::JUMPI) {
            return None;
        }
        let target = *self.at.get(&self.all[i].pushed()?)?;
        (self.all[target].opcode() == op::JUMPDEST).then_some(target)
    }

    /// Every piece as an item.
    pub(crate) fn items(&self) -> Vec<Item> {
        (0..self.all.len()).map(Item::Old).collect()
    }

    /// The code of these items. A PUSH before a jump pushes the new place of its target, at its first occurrence; `None`
    /// if that does not fit.
    pub(crate) fn assemble(&self, items: &[Item]) -> Option<Vec<u8>> {
        let mut places = Vec::with_capacity(items.len() + 1);
        let mut first = BTreeMap::new();
        let mut place = 0;
        for (at, item) in items.iter().enumerate() {
            places.push(place);
            place += match item {
                Item::Old(i) | Item::Redirected(i, _) => self.all[*i].bytes.len(),
                Item::New(bytes) => bytes.len(),
                Item::PlaceOf(_) => 4,
            };
            if let Item::Old(i) = item {
                first.entry(*i).or_insert(at);
            }
        }
        let mut code = Vec::with_capacity(place);
        for item in items {
            match item {
                Item::Old(i) => match self.target_of(*i) {
                    Some(target) => code.extend(pushing(&self.all[*i], places[*first.get(&target)?])?),
                    None => code.extend(&self.all[*i].bytes),
                },
                Item::Redirected(i, to) => code.extend(pushing(&self.all[*i], *places.get(*to)?)?),
                Item::New(bytes) => code.extend(bytes),
                Item::PlaceOf(to) => {
                    let bytes = u32::try_from(*places.get(*to)?).ok()?.to_be_bytes();
                    code.extend([op::PUSH3, bytes[1], bytes[2], bytes[3]]);
                }
            }
        }
        Some(code)
    }
}

/// The same PUSH of another number.
fn pushing(piece: &Piece, number: usize) -> Option<Vec<u8>> {
    let n = piece.bytes.len() - 1;
    let bytes = (number as u64).to_be_bytes();
    let used = bytes.iter().position(|byte| *byte != 0).map_or(0, |zeros| 8 - zeros);
    let mut pushed = vec![0; n + 1];
    pushed[0] = piece.opcode();
    pushed.get_mut(1 + n.checked_sub(used)?..)?.copy_from_slice(&bytes[8 - used..]);
    Some(pushed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jumps_go_where_they_went() {
        // PUSH1 4, JUMP, a PUSH1 of the same number that is no target, JUMPDEST.
        let code = [op::PUSH1, 5, op::JUMP, op::PUSH1, 5, op::JUMPDEST, op::STOP];
        let pieces = Pieces::of(&code);
        assert_eq!(pieces.assemble(&pieces.items()).unwrap(), code);
        assert_eq!((pieces.target_of(0), pieces.target_of(2)), (Some(3), None));
        let mut items = pieces.items();
        items.insert(0, Item::New(vec![op::JUMPDEST]));
        let moved = [op::JUMPDEST, op::PUSH1, 6, op::JUMP, op::PUSH1, 5, op::JUMPDEST, op::STOP];
        assert_eq!(pieces.assemble(&items).unwrap(), moved);
        items.insert(0, Item::New(vec![op::JUMPDEST; 300]));
        assert_eq!(pieces.assemble(&items), None, "the place does not fit one byte");
        assert!(Pieces::of(&[op::PUSH1 + 1, 0]).is_cut());
    }
}
