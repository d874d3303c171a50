//! The low word of a product: ten partial products, of which four count with their low halves only.
//!
//! `imul` and `mul` destroy the carry and `mulx` does not. So the low halves of the top column are summed first, before any
//! carry is alive, and what stands between two links of a chain is `mulx` and `mov` only. Without BMI2 every product is
//! added with a chain of its own.

use super::X86_64;
use super::asm::{Alu, RAX, RCX, RDX, asm};
use crate::isa::{Isa, Limb, Reg, Word};
use dynasmrt::dynasm;

const ZERO: Limb = Limb::Imm(0);

impl X86_64 {
    pub(super) fn emit_multiply(&mut self, to: [u8; 4], left: &Word, right: &Word) {
        let is_dense = !left.contains(&ZERO) && !right.contains(&ZERO);
        if is_dense && self.features.bmi2 {
            self.top_column(to[3], left, right);
            self.dense(to, left, right);
        } else {
            self.sparse(to, left, right);
        }
    }

    /// `to` becomes the sum of the low halves that belong into the highest limb.
    fn top_column(&mut self, to: u8, left: &Word, right: &Word) {
        self.low_half(to, left[0], right[3]);
        for i in 1..4 - usize::from(fault::planted!(X64MulTop)) {
            self.low_half(RAX, left[i], right[3 - i]);
            self.alu_reg(Alu::Add, to, RAX);
        }
    }

    fn low_half(&mut self, to: u8, left: Limb, right: Limb) {
        self.alu(Alu::Mov, to, left);
        let right = self.in_reg(right, RCX);
        asm!(self ; imul Rq(to), Rq(right));
    }

    /// The six products that count whole, with `rax` and `rcx` as halves.
    fn dense(&mut self, [d0, d1, d2, d3]: [u8; 4], left: &Word, right: &Word) {
        self.mov_rdx(left[0]);
        self.mulx(d1, d0, right[0]);
        self.mulx(d2, RAX, right[1]);
        self.alu_reg(Alu::Add, d1, RAX);
        self.mulx(RCX, RAX, right[2]);
        self.alu_reg(Alu::Adc, d2, RAX);
        self.alu_reg(Alu::Adc, d3, RCX);

        self.mov_rdx(left[1]);
        self.mulx(RCX, RAX, right[0]);
        self.alu_reg(Alu::Add, d1, RAX);
        self.alu_reg(Alu::Adc, d2, RCX);
        self.alu(if fault::planted!(X64MulCarry) { Alu::Add } else { Alu::Adc }, d3, ZERO);
        self.mulx(RCX, RAX, right[1]);
        self.alu_reg(Alu::Add, d2, RAX);
        self.alu_reg(Alu::Adc, d3, RCX);

        self.mov_rdx(left[2]);
        self.mulx(RCX, RAX, right[0]);
        self.alu_reg(Alu::Add, d2, RAX);
        self.alu_reg(Alu::Adc, d3, RCX);
    }

    fn mov_rdx(&mut self, limb: Limb) {
        self.mov(Reg(RDX), limb);
    }

    /// `high:low` becomes `rdx` times a limb. No flag changes.
    fn mulx(&mut self, high: u8, low: u8, by: Limb) {
        let by = self.in_reg(by, RCX);
        asm!(self ; mulx Rq(high), Rq(low), Rq(by));
    }

    /// Products of limbs that are not known to be zero, one after the other.
    fn sparse(&mut self, to: [u8; 4], left: &Word, right: &Word) {
        for to in to {
            asm!(self ; xor Rd(to), Rd(to));
        }
        for (i, left) in left.iter().enumerate().filter(|(_, left)| **left != ZERO) {
            for (right, at) in right.iter().zip(i..4).filter(|(right, _)| **right != ZERO) {
                if at == 3 {
                    self.low_half(RAX, *left, *right);
                    self.alu_reg(Alu::Add, to[3], RAX);
                    continue;
                }
                self.alu(Alu::Mov, RAX, *left);
                let by = self.in_reg(*right, RCX);
                asm!(self ; mul Rq(by));
                self.alu_reg(Alu::Add, to[at], RAX);
                self.alu_reg(Alu::Adc, to[at + 1], RDX);
                for to in &to[(at + 2 + usize::from(fault::planted!(X64MulSparse))).min(4)..] {
                    self.alu(Alu::Adc, *to, ZERO);
                }
            }
        }
    }
}
