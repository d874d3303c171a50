//! Limbs: chains, tests, bitwise operations.

use super::Aarch64;
use super::asm::{X16, X17, ZR, asm, pattern, small};
use crate::isa::{Bits, Cond, Limb, Link, Reg};
use dynasmrt::dynasm;

impl Aarch64 {
    /// The carry of this architecture says "did not borrow" after a subtraction, which `sbcs` and the conditions know.
    pub(super) fn emit_chain(&mut self, link: Link, to: Option<Reg>, left: Limb, right: Limb) {
        // A known limb stands to the right, where it may be part of the instruction.
        let (left, right) = match (link, left) {
            (Link::Add | Link::AddCarry, Limb::Imm(_)) => (right, left),
            _ => (left, right),
        };
        let to = to.map_or(ZR, |reg| reg.0);
        let left = self.in_reg(left, X16);
        match (link, small(right)) {
            (Link::Add, Some(value)) if left != ZR => return asm!(self ; adds X(to), XSP(left), value),
            (Link::Sub, Some(value)) if left != ZR => return asm!(self ; subs X(to), XSP(left), value),
            _ => {}
        }
        let right = self.in_reg(right, X17);
        match link {
            Link::Add => asm!(self ; adds X(to), X(left), X(right)),
            Link::AddCarry if fault::planted!(A64Carry) && right == X17 => asm!(self ; adds X(to), X(left), X(right)),
            Link::AddCarry => asm!(self ; adcs X(to), X(left), X(right)),
            Link::Sub => asm!(self ; subs X(to), X(left), X(right)),
            Link::SubBorrow if fault::planted!(A64Borrow) => {
                asm!(self ; mvn x17, X(right) ; adcs X(to), X(left), x17 ; cmp xzr, xzr)
            }
            Link::SubBorrow => asm!(self ; sbcs X(to), X(left), X(right)),
        }
    }

    /// Each comparison after the first happens only where all before it found equal, and else says "different".
    pub(super) fn emit_test_equal(&mut self, pairs: impl IntoIterator<Item = (Limb, Limb)>) {
        let mut is_first = true;
        for (left, right) in pairs {
            let (left, right) = if let Limb::Imm(_) = left { (right, left) } else { (left, right) };
            let left = self.in_reg(left, X16);
            match (is_first, small(right)) {
                (true, Some(value)) if left != ZR => asm!(self ; cmp XSP(left), value),
                (false, Some(value @ 0..32)) => asm!(self ; ccmp X(left), value, 0, eq),
                _ => {
                    let right = self.in_reg(right, X17);
                    match is_first {
                        true => asm!(self ; cmp X(left), X(right)),
                        false if fault::planted!(A64Equal) => asm!(self ; cmp X(left), X(right)),
                        false => asm!(self ; ccmp X(left), X(right), 0, eq),
                    }
                }
            }
            is_first = false;
        }
        if is_first {
            asm!(self ; cmp xzr, xzr);
        }
    }

    pub(super) fn emit_set(&mut self, to: u8, cond: Cond) {
        match cond {
            Cond::Zero => asm!(self ; cset X(to), eq),
            Cond::NotZero => asm!(self ; cset X(to), ne),
            Cond::Below => asm!(self ; cset X(to), lo),
            Cond::NotBelow => asm!(self ; cset X(to), hs),
            Cond::Less => asm!(self ; cset X(to), lt),
            Cond::NotLess => asm!(self ; cset X(to), ge),
        }
    }

    pub(super) fn emit_bits(&mut self, op: Bits, to: u8, left: Limb, right: Limb) {
        let (left, right) = if let Limb::Imm(_) = left { (right, left) } else { (left, right) };
        let left = self.in_reg(left, X16);
        if let Some(value) = pattern(right) {
            match op {
                Bits::And => asm!(self ; and XSP(to), X(left), value),
                Bits::Or => asm!(self ; orr XSP(to), X(left), value),
                Bits::Xor => asm!(self ; eor XSP(to), X(left), value),
            }
            return;
        }
        let right = self.in_reg(right, X17);
        match op {
            Bits::And => asm!(self ; and X(to), X(left), X(right)),
            Bits::Or => asm!(self ; orr X(to), X(left), X(right)),
            Bits::Xor => asm!(self ; eor X(to), X(left), X(right)),
        }
    }
}
