//! Intervals of words, and what functions of words make of them.
//!
//! Every rule is monotone in the sense that matters: if the operands lie in their intervals, the result lies in the answer. Where
//! a function may wrap, the answer is everything.

use crate::Width;
use api::U256;
use spec::op;

/// All words from `least` to `most`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) least: U256,
    pub(super) most: U256,
}

impl Interval {
    pub(super) const ALL: Interval = Interval { least: U256::ZERO, most: U256::MAX };
    const BIT: Interval = Interval { least: U256::ZERO, most: U256::ONE };

    pub(super) fn one(word: U256) -> Interval {
        Interval { least: word, most: word }
    }

    pub(super) fn up_to(most: U256) -> Interval {
        Interval { least: U256::ZERO, most }
    }

    /// Everything of a width.
    pub(super) fn of(width: Width) -> Interval {
        Interval::up_to(width.max_word())
    }

    pub(super) fn width(&self) -> Width {
        Width::of(self.most.bit_len())
    }

    pub(super) fn join(self, other: Interval) -> Interval {
        Interval { least: self.least.min(other.least), most: self.most.max(other.most) }
    }

    /// What lies in both; nothing if there is none.
    pub(super) fn meet(self, other: Interval) -> Option<Interval> {
        let both = Interval { least: self.least.max(other.least), most: self.most.min(other.most) };
        (both.least <= both.most).then_some(both)
    }

    /// The known word, if it is one.
    pub(super) fn word(self) -> Option<U256> {
        (self.least == self.most).then_some(self.least)
    }

    /// A larger one out of few: bounds go to where widths end.
    pub(super) fn widened(self) -> Interval {
        Interval { least: self.least.min(U256::ONE), most: self.width().max_word() }
    }

    /// What an outside entry can look for: bounds of 64 bits, one word, or a width.
    pub(super) fn checkable(self) -> Interval {
        let fits = self.most <= U256::from(u64::MAX) || self.least == self.most;
        if fits { self } else { Interval::of(self.width()) }
    }
}

/// The interval of a function's result; operands as popped, the top word first.
pub(super) fn pure(opcode: u8, [left, right, third]: [Interval; 3]) -> Interval {
    let all = Interval::ALL;
    let between = |least, most| Interval { least, most };
    match opcode {
        op::ADD => match left.most.checked_add(right.most) {
            Some(most) => between(left.least + right.least, most),
            None => all,
        },
        op::SUB if left.least >= right.most => between(left.least - right.most, left.most - right.least),
        op::MUL => match left.most.checked_mul(right.most) {
            Some(most) => between(left.least * right.least, most),
            None => all,
        },
        op::DIV => divided(left, right),
        op::SDIV if !is_signed(left) && !is_signed(right) => divided(left, right),
        op::MOD => remainder(left, right),
        op::SMOD if !is_signed(left) && !is_signed(right) => remainder(left, right),
        op::ADDMOD | op::MULMOD => Interval::up_to(third.most.saturating_sub(U256::ONE)),
        op::SIGNEXTEND => extended(left, right),
        op::LT => less(left, right),
        op::GT => less(right, left),
        op::SLT if !is_signed(left) && !is_signed(right) => less(left, right),
        op::SGT if !is_signed(left) && !is_signed(right) => less(right, left),
        op::SLT | op::SGT => Interval::BIT,
        op::EQ => match (left.word(), right.word()) {
            (Some(left), Some(right)) => Interval::one(U256::from(left == right)),
            _ if left.meet(right).is_none() => Interval::one(U256::ZERO),
            _ => Interval::BIT,
        },
        op::ISZERO if left.least > U256::ZERO => Interval::one(U256::ZERO),
        op::ISZERO if left.most.is_zero() => Interval::one(U256::ONE),
        op::ISZERO => Interval::BIT,
        op::AND => Interval::up_to(left.most.min(right.most)),
        op::OR => between(left.least.max(right.least), ones(left.most.max(right.most))),
        op::XOR => Interval::up_to(ones(left.most.max(right.most))),
        op::NOT => between(!left.most, !left.least),
        op::BYTE => Interval::up_to(U256::from(0xff)),
        op::SHL if left.most < U256::from(256) && right.most.leading_zeros() >= left.most.to::<usize>() => {
            between(right.least << left.least.to::<usize>(), right.most << left.most.to::<usize>())
        }
        op::SHR => shifted(left, right),
        op::SAR if !is_signed(right) => shifted(left, right),
        op::CLZ => Interval::up_to(U256::from(256)),
        _ => all,
    }
}

/// Whether a word of it may have its highest bit set.
fn is_signed(interval: Interval) -> bool {
    interval.most.bit(255)
}

/// The smallest word of ones that is no less.
fn ones(word: U256) -> U256 {
    match word.bit_len() {
        0 => U256::ZERO,
        bits => U256::MAX >> (256 - bits),
    }
}

/// Dividing by zero is zero.
fn divided(left: Interval, right: Interval) -> Interval {
    let most = left.most / right.least.max(U256::ONE);
    match right.least.is_zero() {
        true => Interval::up_to(most),
        false => Interval { least: left.least / right.most, most },
    }
}

fn remainder(left: Interval, right: Interval) -> Interval {
    if left.most < right.least {
        return left;
    }
    Interval::up_to(left.most.min(right.most.saturating_sub(U256::ONE)))
}

/// A word whose sign bit is clear stays as it is.
fn extended(index: Interval, word: Interval) -> Interval {
    let byte = index.least.min(U256::from(31)).to::<usize>();
    if word.most < U256::ONE << (8 * byte + 7) { word } else { Interval::ALL }
}

fn shifted(by: Interval, word: Interval) -> Interval {
    let shift = |word: U256, by: U256| if by < U256::from(256) { word >> by.to::<usize>() } else { U256::ZERO };
    Interval { least: shift(word.least, by.most), most: shift(word.most, by.least) }
}

fn less(left: Interval, right: Interval) -> Interval {
    match (left.most < right.least, left.least >= right.most) {
        (true, _) => Interval::one(U256::ONE),
        (_, true) => Interval::one(U256::ZERO),
        _ => Interval::BIT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use runtime::{Moduli, table};

    /// Words where functions change what they do.
    fn corners() -> Vec<U256> {
        let bits = [1, 7, 8, 15, 16, 31, 32, 63, 64, 65, 127, 128, 160, 192, 254, 255];
        let powers = bits.into_iter().flat_map(|bit| {
            let power = U256::ONE << bit;
            [power - U256::ONE, power, power + U256::ONE]
        });
        let small = [0, 1, 3, 30, 31, 255, 256].into_iter().map(U256::from);
        small.chain(powers).chain([U256::MAX - U256::ONE, U256::MAX]).collect()
    }

    /// Every function on every pair of corners, in intervals around them, answers within the interval.
    #[test]
    fn results_lie_in_their_intervals() {
        let (corners, mut moduli, mut checked) = (corners(), Moduli::default(), 0u64);
        let count = corners.len();
        for opcode in 0..=255u8 {
            let Some(arity) = crate::arity(opcode) else { continue };
            for i in 0..count * count {
                let (left, right) = (corners[i % count], corners[i / count]);
                let third = corners[(i * 7 + 3) % count];
                let words = [left, right, third];
                let Some(result) = table::calculate(opcode, &words, &mut moduli) else { continue };
                for reach in [0, 1, 5] {
                    let around = |word: U256, low: usize, high: usize| {
                        let at = corners.iter().position(|corner| *corner == word).unwrap_or(0);
                        let sorted = |index: usize| corners[index.min(count - 1)];
                        let (one, other) = (sorted(at.saturating_sub(low)), sorted(at + high));
                        Interval { least: one.min(other).min(word), most: one.max(other).max(word) }
                    };
                    let intervals = [around(left, reach, 0), around(right, 0, reach), around(third, reach, reach)];
                    let answer = pure(opcode, intervals);
                    assert!(
                        answer.least <= result && result <= answer.most,
                        "{opcode:#04x} of {words:x?} in {intervals:x?} is {result:#x}, not in {answer:x?}"
                    );
                    checked += 1;
                }
            }
            assert!(arity <= 3);
        }
        assert!(checked > 100_000, "{checked}");
    }
}
