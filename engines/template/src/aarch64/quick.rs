//! Division of numbers that fit 64 bits, tried before the builtin is called.
//!
//! The operands lie on the stack in `x1`, the dividend on top, and the answer takes the divisor's place. For DIV and MOD the
//! upper limbs of both are zero, and so are the answer's. For SDIV and SMOD both must be the extension of a limb by its sign;
//! -1 as divisor is left to the builtin, because the smallest limb divided by it does not fit. Zero is too.

use super::Aarch64;
use super::asm::asm;
use super::shared::Shared;
use crate::buffer::Label;
use dynasmrt::dynasm;
use spec::op;

/// In the order of [`Shared::quick`].
const QUICK: [u8; 4] = [op::DIV, op::MOD, op::SDIV, op::SMOD];

impl Shared {
    /// Where an instruction is tried.
    pub(super) fn quick(&self, builtin: u16) -> Option<Label> {
        let index = QUICK.iter().position(|opcode| u16::from(*opcode) == builtin)?;
        Some(self.quick[index])
    }
}

impl Aarch64 {
    /// The dividend is in `x2` to `x5` and the divisor in `x6` to `x9`; no limb is in a register during a call.
    pub(super) fn emit_quick(&mut self) {
        for (opcode, label) in QUICK.into_iter().zip(self.shared.quick) {
            if !self.ops.is_used(label) {
                continue;
            }
            let slow = self.ops.label();
            asm!(self
                ; =>label
                ; ldp x2, x3, [x1, -32]
                ; ldp x4, x5, [x1, -16]
                ; ldp x6, x7, [x1, -64]
                ; ldp x8, x9, [x1, -48]
            );
            match opcode {
                op::DIV | op::MOD => self.quick_unsigned(slow),
                _ => self.quick_signed(slow),
            }
            if matches!(opcode, op::MOD | op::SMOD) {
                asm!(self ; msub x10, x10, x6, x2);
            }
            asm!(self ; stur x10, [x1, -64]);
            if matches!(opcode, op::SDIV | op::SMOD) {
                asm!(self ; asr x10, x10, 63 ; stp x10, x10, [x1, -56] ; stur x10, [x1, -40]);
            }
            asm!(self ; ret ; =>slow ; mov w16, u32::from(opcode) ; b =>self.shared.reckon);
        }
    }

    fn quick_unsigned(&mut self, slow: Label) {
        asm!(self
            ; orr x3, x3, x4
            ; orr x5, x5, x7
            ; orr x8, x8, x9
            ; orr x3, x3, x5
            ; orr x3, x3, x8
            ; cbnz x3, =>slow
            ; cbz x6, =>slow
            ; udiv x10, x2, x6
        );
    }

    fn quick_signed(&mut self, slow: Label) {
        asm!(self
            ; asr x10, x6, 63
            ; cmp x10, x7
            ; ccmp x10, x8, 0, eq
            ; ccmp x10, x9, 0, eq
            ; b.ne =>slow
            ; asr x10, x2, 63
            ; cmp x10, x3
            ; ccmp x10, x4, 0, eq
            ; ccmp x10, x5, 0, eq
            ; b.ne =>slow
            // Neither 0 nor -1: adding one leaves more than one.
            ; add x10, x6, 1
            ; cmp x10, u32::from(!fault::planted!(A64DivMinus))
            ; b.ls =>slow
            ; sdiv x10, x2, x6
        );
    }
}
