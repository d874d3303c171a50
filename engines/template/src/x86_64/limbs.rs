//! Limbs: chains, tests, bitwise operations, shifts.

use super::X86_64;
use super::asm::{Alu, Operand, RAX, RCX, asm};
use crate::isa::{Bits, Cond, Limb, Link, Reg};
use dynasmrt::dynasm;

impl X86_64 {
    pub(super) fn emit_chain(&mut self, link: Link, to: Option<Reg>, left: Limb, right: Limb) {
        let op = match link {
            Link::Add => Alu::Add,
            Link::AddCarry if fault::planted!(X64Carry) && matches!(right, Limb::Imm(_)) => Alu::Add,
            Link::AddCarry => Alu::Adc,
            Link::Sub => Alu::Sub,
            Link::SubBorrow if fault::planted!(X64Borrow) && matches!(right, Limb::Stack(_)) => Alu::Sub,
            Link::SubBorrow => Alu::Sbb,
        };
        match (to, left) {
            (None, Limb::Reg(Reg(left))) if link == Link::Sub => self.alu(Alu::Cmp, left, right),
            (None, _) => {
                self.alu(Alu::Mov, RAX, left);
                self.alu(if link == Link::Sub { Alu::Cmp } else { op }, RAX, right);
            }
            (Some(to), _) if Limb::Reg(to) == right && left != right => {
                debug_assert!(matches!(link, Link::Add | Link::AddCarry), "a difference never replaces its subtrahend");
                self.alu(op, to.0, left);
            }
            (Some(to), _) => {
                self.alu(Alu::Mov, to.0, left);
                self.alu(op, to.0, right);
            }
        }
    }

    pub(super) fn emit_test_zero(&mut self, limbs: &[Limb]) {
        match limbs {
            [] => asm!(self ; cmp eax, eax),
            [limb] => match Operand::new(*limb) {
                Operand::Reg(reg) => asm!(self ; test Rq(reg), Rq(reg)),
                Operand::Mem(place) => self.cmp_short(Operand::Mem(place), 0),
                Operand::Imm(_) | Operand::Wide(_) => {
                    self.alu(Alu::Mov, RAX, *limb);
                    asm!(self ; test rax, rax);
                }
            },
            [first, rest @ ..] => {
                self.alu(Alu::Mov, RAX, *first);
                let n = rest.len() - usize::from(fault::planted!(X64TestZero) && rest.len() == 3);
                rest[..n].iter().for_each(|limb| self.alu(Alu::Or, RAX, *limb));
            }
        }
    }

    pub(super) fn emit_test_equal(&mut self, pairs: &[(Limb, Limb)]) {
        // A known limb stands to the right.
        let ordered = |(left, right): (Limb, Limb)| match left {
            Limb::Imm(_) => (right, left),
            _ => (left, right),
        };
        if let [pair] = pairs {
            let (left, right) = ordered(*pair);
            return self.emit_chain(Link::Sub, None, left, right);
        }
        for (i, pair) in pairs.iter().enumerate() {
            let (left, right) = ordered(*pair);
            match (i, right) {
                (0, Limb::Imm(0)) => self.alu(Alu::Mov, RAX, left),
                (_, Limb::Imm(0)) => self.alu(Alu::Or, RAX, left),
                (0, _) => {
                    self.alu(Alu::Mov, RAX, left);
                    self.alu(Alu::Xor, RAX, right);
                }
                _ => {
                    // A wide number would go through `rcx`, which holds the other limb.
                    let (left, right) =
                        if let Operand::Wide(_) = Operand::new(right) { (right, left) } else { (left, right) };
                    self.alu(Alu::Mov, RCX, left);
                    self.alu(Alu::Xor, RCX, right);
                    self.alu_reg(Alu::Or, RAX, RCX);
                }
            }
        }
    }

    pub(super) fn emit_set(&mut self, to: u8, cond: Cond) {
        match cond {
            Cond::Zero => asm!(self ; setz Rb(to)),
            Cond::NotZero => asm!(self ; setnz Rb(to)),
            Cond::Below => asm!(self ; setb Rb(to)),
            Cond::NotBelow => asm!(self ; setae Rb(to)),
            Cond::Less => asm!(self ; setl Rb(to)),
            Cond::NotLess => asm!(self ; setge Rb(to)),
        }
        if !fault::planted!(X64SetUpper) {
            asm!(self ; movzx Rd(to), Rb(to));
        }
    }

    pub(super) fn emit_bits(&mut self, op: Bits, to: u8, left: Limb, right: Limb) {
        let op = match op {
            Bits::And => Alu::And,
            Bits::Or => Alu::Or,
            Bits::Xor => Alu::Xor,
        };
        if right == Limb::Reg(Reg(to)) {
            self.alu(op, to, left);
            return;
        }
        self.alu(Alu::Mov, to, left);
        self.alu(op, to, right);
    }

    pub(super) fn emit_funnel(&mut self, to: u8, high: Limb, low: Limb, by: u32) {
        let right = by as i8;
        if high == Limb::Reg(Reg(to)) {
            let low = self.in_reg(low, RCX);
            asm!(self ; shld Rq(to), Rq(low), 64 - right);
        } else {
            let high = self.in_reg(high, RCX);
            self.alu(Alu::Mov, to, low);
            asm!(self ; shrd Rq(to), Rq(high), right ^ fault::planted!(X64Funnel) as i8);
        }
    }
}
