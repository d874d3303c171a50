//! Shifts by an amount that is not known: bits by funnels, then whole limbs by what is left of the amount.
//!
//! The amount is usually the same every time that the instruction runs, so the two steps by whole limbs are branches.

use super::X86_64;
use super::asm::{Alu, RAX, RCX, asm};
use super::memory::Kind;
use crate::isa::{Limb, Shift, Word};
use dynasmrt::dynasm;

impl X86_64 {
    pub(super) fn emit_shift_by(&mut self, op: Shift, to: [u8; 4], word: &Word, amount: &Word) {
        let sign = (op == Shift::Arithmetic).then_some(word[3]);
        let (out, back) = self.aside(Kind::Out(to, sign));
        let upper: Vec<Limb> = amount[1..].iter().copied().filter(|limb| *limb != Limb::Imm(0)).collect();
        if !upper.is_empty() && !fault::planted!(X64ShiftOut) {
            self.emit_test_zero(&upper);
            asm!(self ; jnz =>out);
        }
        self.alu(Alu::Mov, RCX, amount[0]);
        asm!(self ; cmp rcx, DWORD 255 ; ja =>out);
        for (to, limb) in to.iter().zip(word) {
            self.alu(Alu::Mov, *to, *limb);
        }
        match op {
            Shift::Left => self.shift_left(to),
            Shift::Right | Shift::Arithmetic => self.shift_right(to, op),
        }
        asm!(self ; =>back);
    }

    fn shift_left(&mut self, [t0, t1, t2, t3]: [u8; 4]) {
        asm!(self
            ; shld Rq(t3), Rq(t2), cl
            ; shld Rq(t2), Rq(t1), cl
            ; shld Rq(t1), Rq(t0), cl
            ; shl Rq(t0), cl
            ; test cl, BYTE 64
            ; jz BYTE >one
            ; mov Rq(t3), Rq(t2)
            ; mov Rq(t2), Rq(t1)
            ; mov Rq(t1), Rq(t0)
            ; xor Rd(t0), Rd(t0)
            ; one:
            ; test cl, BYTE -128
            ; jz BYTE >two
            ; mov Rq(t3), Rq(t1)
            ; mov Rq(t2), Rq(t0)
            ; xor Rd(t1), Rd(t1)
            ; xor Rd(t0), Rd(t0)
            ; two:
        );
    }

    fn shift_right(&mut self, [t0, t1, t2, t3]: [u8; 4], op: Shift) {
        asm!(self
            ; shrd Rq(t0), Rq(t1), cl
            ; shrd Rq(t1), Rq(t2), cl
            ; shrd Rq(t2), Rq(t3), cl
        );
        // What comes in from above.
        match op {
            Shift::Arithmetic if fault::planted!(X64ShiftSign) => asm!(self ; xor edx, edx ; sar Rq(t3), cl),
            Shift::Arithmetic => asm!(self ; mov rdx, Rq(t3) ; sar rdx, 63 ; sar Rq(t3), cl),
            _ => asm!(self ; xor edx, edx ; shr Rq(t3), cl),
        }
        asm!(self
            ; test cl, BYTE 64
            ; jz BYTE >one
            ; mov Rq(t0), Rq(t1)
            ; mov Rq(t1), Rq(t2)
            ; mov Rq(t2), Rq(t3)
            ; mov Rq(t3), rdx
            ; one:
            ; test cl, BYTE -128
            ; jz BYTE >two
            ; mov Rq(t0), Rq(t2)
            ; mov Rq(t1), Rq(t3)
            ; mov Rq(t2), rdx
            ; mov Rq(t3), rdx
            ; two:
        );
    }

    /// What a word becomes of which nothing is left.
    pub(super) fn out_aside(&mut self, to: [u8; 4], sign: Option<Limb>) {
        match sign {
            Some(sign) => {
                self.alu(Alu::Mov, RAX, sign);
                asm!(self ; sar rax, 63);
                to.into_iter().for_each(|to| self.alu_reg(Alu::Mov, to, RAX));
            }
            None => to.into_iter().for_each(|to| asm!(self ; xor Rd(to), Rd(to))),
        }
    }
}
