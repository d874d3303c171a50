//! ADD, SUB, MUL, and DIV and MOD by powers of two.
//!
//! A chain begins at the first limb where something is added at all. It ends where both limbs are known and no carry can
//! come out of them: above that, sums of numbers are numbers again and cost nothing.

use crate::isa::{Isa, Limb, Link};
use crate::walk::Walk;
use api::U256;
use plan::Op;
use spec::op;

const ZERO: Limb = Limb::Imm(0);

impl<I: Isa> Walk<'_, I> {
    pub(crate) fn add(&mut self) {
        if let (Some(left), Some(right)) = (self.known(0), self.known(1)) {
            return self.finish_known(2, left.wrapping_add(right));
        }
        for (zero, other) in [(0, 1), (1, 0)] {
            if self.known(zero) == Some(U256::ZERO) {
                let word = self.window.top(other);
                return self.finish_shared(2, word);
            }
        }
        let mut sum = [ZERO; 4];
        let mut carries = false;
        for (i, limb) in sum.iter_mut().enumerate() {
            let (mut left, mut right) = (self.window.top(0)[i], self.window.top(1)[i]);
            if let Limb::Imm(_) = left {
                std::mem::swap(&mut left, &mut right);
            }
            *limb = match (left, right) {
                (Limb::Imm(left), Limb::Imm(right)) if !carries && left.checked_add(right).is_some() => {
                    Limb::Imm(left.wrapping_add(right))
                }
                (left, ZERO) if !carries => self.copy(left),
                _ => {
                    let link = if carries { Link::AddCarry } else { Link::Add };
                    carries = !(is_below_top(left, right) || fault::planted!(TemplateAddCarry) && right == ZERO);
                    self.link(link, i)
                }
            };
        }
        self.finish(2, sum);
    }

    /// One link with a destination: a register that only this link needs, or a new one. The operands are looked up again
    /// then, because making room may have moved them.
    fn link(&mut self, link: Link, i: usize) -> Limb {
        let last_use = |limb: Limb| matches!(limb, Limb::Reg(reg) if self.window.is_last_use(reg));
        let commutes = matches!(link, Link::Add | Link::AddCarry);
        let (left, right) = (self.window.top(0)[i], self.window.top(1)[i]);
        let is_known = matches!(left, Limb::Imm(_));
        let first = usize::from(commutes && (is_known || !last_use(left) && last_use(right)));
        let to = self.reuse(self.window.top(first)[i]);
        let (left, right) = (self.window.top(first)[i], self.window.top(1 - first)[i]);
        self.isa.chain(link, Some(to), left, right);
        Limb::Reg(to)
    }

    /// A limb of an operand as a limb of the result.
    pub(crate) fn copy(&mut self, limb: Limb) -> Limb {
        self.window.retain(limb);
        limb
    }

    pub(crate) fn sub(&mut self) {
        if let (Some(left), Some(right)) = (self.known(0), self.known(1)) {
            return self.finish_known(2, left.wrapping_sub(right));
        }
        if self.known(1) == Some(U256::ZERO) {
            let word = self.window.top(0);
            return self.finish_shared(2, word);
        }
        let mut difference = [ZERO; 4];
        let mut borrows = false;
        for (i, limb) in difference.iter_mut().enumerate() {
            let (left, right) = (self.window.top(0)[i], self.window.top(1)[i]);
            *limb = match (left, right) {
                (Limb::Imm(left), Limb::Imm(right)) if !borrows && left >= right => Limb::Imm(left - right),
                (left, ZERO) if !borrows => self.copy(left),
                _ => {
                    let link = if borrows { Link::SubBorrow } else { Link::Sub };
                    borrows = !matches!((left, right), (Limb::Imm(left), Limb::Imm(right)) if left > right || fault::planted!(TemplateSubBorrow) && left == right);
                    self.link(link, i)
                }
            };
        }
        self.finish(2, difference);
    }

    pub(crate) fn mul(&mut self, _: &Op) {
        if let (Some(left), Some(right)) = (self.known(0), self.known(1)) {
            return self.finish_known(2, left.wrapping_mul(right));
        }
        for (factor, other) in [(0, 1), (1, 0)] {
            match self.known(factor) {
                Some(U256::ZERO) => return self.finish_known(2, U256::ZERO),
                Some(factor) if factor.is_power_of_two() => {
                    return self.shift_left_by(2, other, factor.trailing_zeros() as u32);
                }
                _ => {}
            }
        }
        let to = std::array::from_fn(|_| self.alloc());
        let (left, right) = (self.window.top(0), self.window.top(1));
        self.isa.multiply(to, &left, &right);
        self.finish(2, to.map(Limb::Reg));
    }

    /// A power of two divides `2^256`, so what the sum or product loses does not count.
    pub(crate) fn modular(&mut self, op: &Op) {
        match self.known(2) {
            Some(U256::ZERO) => self.finish_known(3, U256::ZERO),
            Some(modulus) if modulus.is_power_of_two() => {
                if op.opcode == op::ADDMOD {
                    self.add()
                } else {
                    self.mul(op)
                }
                self.mask(0, &(modulus - U256::ONE));
            }
            _ => self.builtin(op),
        }
    }

    pub(crate) fn div(&mut self, op: &Op) {
        match self.known(1) {
            Some(U256::ZERO) => self.finish_known(2, U256::ZERO),
            Some(divisor) if divisor.is_power_of_two() => {
                self.shift_right_by(2, 0, divisor.trailing_zeros() as u32, false);
            }
            _ => self.builtin(op),
        }
    }

    pub(crate) fn rem(&mut self, op: &Op) {
        match self.known(1) {
            Some(U256::ZERO) => self.finish_known(2, U256::ZERO),
            Some(divisor) if divisor.is_power_of_two() => {
                let wide = fault::planted!(TemplateModMask) && divisor.bit_len() > 64;
                self.mask(0, &(divisor - U256::from(1 + u8::from(wide))));
            }
            _ => self.builtin(op),
        }
    }
}

/// Whether two limbs are known and their sum and a carry stay below 64 bits.
fn is_below_top(left: Limb, right: Limb) -> bool {
    matches!((left, right), (Limb::Imm(left), Limb::Imm(right)) if left.checked_add(right).is_some_and(|sum| sum < u64::MAX))
}
