//! Chaos: choices that change what machine code looks like and nothing that it does.
//!
//! A compiler takes the same few ways through most programs, so what is wrong with the others is seldom run. With a seed, each
//! place of a code draws another way: words go home to memory long before they must, what is known is forgotten, a builtin does what
//! inline code would, registers are few, a head leaves the frame to precise execution. What is drawn is a function of
//! (seed, bytes of the code, place) and of nothing else, so the code that is made is the same on every host and in every run.

use api::Code;
use api::dice::draw;
use spec::op;
use std::ops::Range;

/// What may be drawn at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whim {
    /// Before an instruction all words go home.
    Home,
    /// The same, and nothing is known any more, of words and of memory: as if a canonical point were here.
    Forget,
    /// A builtin does what inline code would.
    Builtin,
    /// The builtin is called at once, without the short way before it.
    Slow,
    /// A comparison becomes a word though a branch is its only use.
    Apart,
    /// No register of an operand is used again for the result.
    Fresh,
    /// The section is left to precise execution.
    Leave,
}

/// How often, in 64 places, a code with a whim has it. One of the rates is drawn for each code and whim.
const RATES: [u64; 4] = [0, 4, 24, 64];
/// The same for leaving: a frame that was left does not come back, so more would hide the rest.
const LEAVE_RATES: [u64; 4] = [0, 0, 0, 2];
/// Words of a section that go home before their time, at most: more of them would be more code than fits anywhere.
pub(crate) const WORDS_MAX: usize = 24;
/// Registers that every instruction can do with: a result of four limbs, and one more.
const REGISTERS_MIN: u64 = 5;

/// What is drawn for one code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chaos(u64);

impl Chaos {
    /// The draws of a code.
    pub(crate) fn new(seed: u64, code: &Code) -> Chaos {
        let first: [u8; 8] = std::array::from_fn(|i| code.hash()[i]);
        Chaos(draw(draw(seed) ^ u64::from_be_bytes(first)))
    }

    /// Whether a whim is had at a place.
    pub(crate) fn has(self, whim: Whim, pc: u32) -> bool {
        let rates = if whim == Whim::Leave { LEAVE_RATES } else { RATES };
        let rate = rates[(self.of_code(whim as u64) % 4) as usize];
        draw(self.0 ^ draw(u64::from(pc) << 8 | whim as u64)) % 64 < rate
    }

    /// Which of so many registers may be used.
    pub(crate) fn registers(self, all: usize) -> Range<usize> {
        let spare = (all as u64).saturating_sub(REGISTERS_MIN);
        let len = all as u64 - self.of_code(64) % (spare + 1);
        let first = self.of_code(65) % (all as u64 - len + 1);
        first as usize..(first + len) as usize
    }

    /// Which of so many ways to encode branches is tried first.
    pub(crate) fn way(self, ways: u32) -> u32 {
        (self.of_code(66) % u64::from(ways)) as u32
    }

    /// A number for the whole code.
    fn of_code(self, what: u64) -> u64 {
        draw(self.0.rotate_left(32) ^ what)
    }
}

/// Whether an instruction is done inline though there is a builtin for it.
pub(crate) fn has_builtin(opcode: u8) -> bool {
    matches!(
        opcode,
        op::ADD..=op::MULMOD
            | op::SIGNEXTEND
            | op::LT..=op::SAR
            | op::MLOAD
            | op::MSTORE
            | op::MSTORE8
            | op::CALLDATALOAD
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_depend_on_seed_code_and_place() {
        let code = |n: u8| Code::new(vec![n; 3].into());
        let draws = |chaos: Chaos| (0..512).map(|pc| chaos.has(Whim::Home, pc)).collect::<Vec<_>>();
        // The first code whose rate is neither never nor always.
        let is_mixed = |n: &u8| draws(Chaos::new(0, &code(*n))).windows(2).any(|pair| pair[0] != pair[1]);
        let mixed = (0..64).find(is_mixed).map(code).expect("a rate in the middle is drawn");
        assert_eq!(draws(Chaos::new(0, &mixed)), draws(Chaos::new(0, &mixed)));
        assert_ne!(draws(Chaos::new(0, &mixed)), draws(Chaos::new(1, &mixed)));
        assert!((0..64).map(code).any(|code| (0..512).all(|pc| Chaos::new(0, &code).has(Whim::Home, pc))));
        assert!((0..64).map(code).any(|code| !(0..512).any(|pc| Chaos::new(0, &code).has(Whim::Home, pc))));
    }

    #[test]
    fn registers_are_some_of_all() {
        let ranges: Vec<Range<usize>> = (0..200).map(|seed| Chaos::new(seed, &Code::default()).registers(9)).collect();
        assert!(ranges.iter().all(|range| range.len() >= 5 && range.end <= 9));
        assert!(ranges.contains(&(0..9)) && ranges.contains(&(4..9)) && ranges.contains(&(0..5)));
    }
}
