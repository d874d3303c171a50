//! Shifts by an amount that is not known: bits by pairs of limbs, then whole limbs by what is left of the amount.
//!
//! What one limb gives to its neighbour is shifted by one and then by what is missing to 64, which is the complement of
//! the amount, so that an amount of zero gives nothing. The amount is usually the same every time that the instruction
//! runs, so the two steps by whole limbs are branches.

use super::Aarch64;
use super::asm::{X0, X1, X16, asm};
use super::memory::Kind;
use crate::isa::{Cond, Isa, Limb, Shift, Word};
use dynasmrt::dynasm;

impl Aarch64 {
    pub(super) fn emit_shift_by(&mut self, op: Shift, to: [u8; 4], word: &Word, amount: &Word) {
        let sign = (op == Shift::Arithmetic).then_some(word[3]);
        let (out, back) = self.aside(Kind::Out(to, sign));
        if !self.is_small(amount) {
            self.test_upper(amount);
            self.branch(Cond::NotZero, out);
        }
        self.load(X16, amount[0]);
        self.compare_imm(X16, 256);
        self.branch(Cond::NotBelow, out);
        asm!(self ; mvn x17, x16);
        match op {
            Shift::Left => self.shift_left(to, word),
            Shift::Right | Shift::Arithmetic => self.shift_right(to, word, op),
        }
        self.bind(back);
    }

    /// From the top, so that a limb that is replaced is not needed any more.
    fn shift_left(&mut self, to: [u8; 4], word: &Word) {
        for i in (0..4).rev() {
            let limb = self.in_reg(word[i], X0);
            asm!(self ; lsl X(to[i]), X(limb), x16);
            if i > 0 {
                let below = self.in_reg(word[i - 1], X1);
                asm!(self ; lsr x1, X(below), u32::from(!fault::planted!(A64ShiftZero)) ; lsr x1, x1, x17 ; orr X(to[i]), X(to[i]), x1);
            }
        }
        let [t0, t1, t2, t3] = to;
        asm!(self
            ; tbz x16, 6, >one
            ; mov X(t3), X(t2)
            ; mov X(t2), X(t1)
            ; mov X(t1), X(t0)
            ; mov X(t0), xzr
            ; one:
            ; tbz x16, 7, >two
            ; mov X(t3), X(t1)
            ; mov X(t2), X(t0)
            ; mov X(t1), xzr
            ; mov X(t0), xzr
            ; two:
        );
    }

    fn shift_right(&mut self, to: [u8; 4], word: &Word, op: Shift) {
        for i in 0..4 {
            let limb = self.in_reg(word[i], X0);
            if i < 3 {
                asm!(self ; lsr X(to[i]), X(limb), x16);
                let above = self.in_reg(word[i + 1], X1);
                asm!(self ; lsl x1, X(above), 1 ; lsl x1, x1, x17 ; orr X(to[i]), X(to[i]), x1);
            } else if op == Shift::Arithmetic {
                asm!(self ; asr X(to[i]), X(limb), x16);
            } else {
                asm!(self ; lsr X(to[i]), X(limb), x16);
            }
        }
        let [t0, t1, t2, t3] = to;
        // What comes in from above.
        match op {
            Shift::Arithmetic if fault::planted!(A64ShiftSign) => asm!(self ; mov x2, xzr),
            Shift::Arithmetic => asm!(self ; asr x2, X(t3), 63),
            _ => asm!(self ; mov x2, xzr),
        }
        asm!(self
            ; tbz x16, 6, >one
            ; mov X(t0), X(t1)
            ; mov X(t1), X(t2)
            ; mov X(t2), X(t3)
            ; mov X(t3), x2
            ; one:
            ; tbz x16, 7, >two
            ; mov X(t0), X(t2)
            ; mov X(t1), X(t3)
            ; mov X(t2), x2
            ; mov X(t3), x2
            ; two:
        );
    }

    /// What a word becomes of which nothing is left.
    pub(super) fn out_aside(&mut self, to: [u8; 4], sign: Option<Limb>) {
        let from = match sign {
            Some(sign) => {
                let sign = self.in_reg(sign, X16);
                asm!(self ; asr x16, X(sign), 63);
                X16
            }
            None => super::asm::ZR,
        };
        to.into_iter().for_each(|to| asm!(self ; mov X(to), X(from)));
    }
}
