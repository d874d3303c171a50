//! Division of numbers that fit 64 bits, tried before the builtin is called.
//!
//! The operands lie on the stack in `rsi`, the dividend on top, and the answer takes the divisor's place. For DIV and MOD the
//! upper limbs of both are zero, and so are the answer's. For SDIV and SMOD both must be the extension of a limb by its sign;
//! -1 as divisor is left to the builtin, because the smallest limb divided by it does not fit. Zero is too.

use super::X86_64;
use super::asm::asm;
use super::shared::Shared;
use dynasmrt::{DynamicLabel, DynasmApi, DynasmLabelApi, dynasm};
use spec::op;

/// In the order of [`Shared::quick`].
const QUICK: [u8; 4] = [op::DIV, op::MOD, op::SDIV, op::SMOD];

impl Shared {
    /// Where an instruction is tried.
    pub(super) fn quick(&self, builtin: u16) -> Option<DynamicLabel> {
        let index = QUICK.iter().position(|opcode| u16::from(*opcode) == builtin)?;
        Some(self.quick[index])
    }
}

impl X86_64 {
    pub(super) fn emit_quick(&mut self) {
        for (opcode, label) in QUICK.into_iter().zip(self.shared.quick) {
            let slow = self.ops.new_dynamic_label();
            asm!(self ; =>label);
            match opcode {
                op::DIV | op::MOD => self.quick_unsigned(slow),
                _ => self.quick_signed(slow),
            }
            match opcode {
                op::DIV => asm!(self ; mov [rsi - 64], rax ; ret),
                op::MOD => asm!(self ; mov [rsi - 64], rdx ; ret),
                op::SDIV => self.quick_extended(),
                _ => {
                    asm!(self ; mov rax, rdx);
                    self.quick_extended();
                }
            }
            asm!(self ; =>slow ; mov eax, i32::from(opcode) ; jmp =>self.shared.reckon);
        }
    }

    fn quick_unsigned(&mut self, slow: DynamicLabel) {
        asm!(self
            ; mov rdx, [rsi - 24]
            ; or rdx, [rsi - 16]
            ; or rdx, [rsi - 8]
            ; or rdx, [rsi - 56]
            ; or rdx, [rsi - 48]
            ; or rdx, [rsi - 40]
            ; jnz =>slow
            ; mov rax, [rsi - 32]
            ; mov rcx, [rsi - 64]
            ; test rcx, rcx
            ; jz =>slow
            ; div rcx
        );
    }

    fn quick_signed(&mut self, slow: DynamicLabel) {
        asm!(self
            ; mov rcx, [rsi - 64]
            ; mov rdx, rcx
            ; sar rdx, 63
            ; cmp rdx, [rsi - 56]
            ; jne =>slow
            ; cmp rdx, [rsi - 48]
            ; jne =>slow
            ; cmp rdx, [rsi - 40]
            ; jne =>slow
            // Neither 0 nor -1: adding one leaves more than one.
            ; lea rax, [rcx + 1]
            ; cmp rax, DWORD 1
            ; jbe =>slow
            ; mov rax, [rsi - 32]
            ; cqo
            ; cmp rdx, [rsi - 24]
            ; jne =>slow
            ; cmp rdx, [rsi - 16]
            ; jne =>slow
            ; cmp rdx, [rsi - 8]
            ; jne =>slow
            ; idiv rcx
        );
    }

    fn quick_extended(&mut self) {
        asm!(self
            ; mov [rsi - 64], rax
            ; sar rax, 63
            ; mov [rsi - 56], rax
            ; mov [rsi - 48], rax
            ; mov [rsi - 40], rax
            ; ret
        );
    }
}
