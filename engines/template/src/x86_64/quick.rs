//! Division by what fits 64 bits, tried before the builtin is called.
//!
//! The operands lie on the stack in `rsi`, the dividend on top, and the answer takes the divisor's place. Long division by one
//! limb is a chain of hardware divisions, from the highest limb that is not zero: each takes the rest of the one before,
//! which is below the divisor, so no quotient overflows. SDIV and SMOD divide magnitudes; `-2^64` as divisor has one that
//! does not fit, and looks like zero. Zero is left to the builtin.
//!
//! | register | holds |
//! |---|---|
//! | `r8` to `r11` | the dividend, then the quotient |
//! | `rcx` | the divisor |
//! | `rdi`, `r13` | all ones where the divisor, the dividend is negative |

use super::X86_64;
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
        if builtin == u16::from(op::ADDMOD) {
            return Some(self.addmod);
        }
        let index = QUICK.iter().position(|opcode| u16::from(*opcode) == builtin)?;
        Some(self.quick[index])
    }
}

impl X86_64 {
    pub(super) fn emit_quick(&mut self) {
        for (opcode, label) in QUICK.into_iter().zip(self.shared.quick) {
            if !self.ops.is_used(label) {
                continue;
            }
            let slow = self.ops.label();
            asm!(self ; =>label);
            let signed = matches!(opcode, op::SDIV | op::SMOD);
            self.divisor(signed, slow);
            self.dividend(signed);
            self.divide();
            if matches!(opcode, op::MOD | op::SMOD) {
                asm!(self ; mov r8, rdx ; xor r9d, r9d ; xor r10d, r10d ; xor r11d, r11d);
            }
            if opcode == op::SDIV && !fault::planted!(X64DivSign) {
                asm!(self ; xor r13, rdi);
            }
            if signed && !(fault::planted!(X64DivMinus) && opcode == op::SMOD) {
                self.negate();
            }
            asm!(self
                ; mov [rsi - 64], r8
                ; mov [rsi - 56], r9
                ; mov [rsi - 48], r10
                ; mov [rsi - 40], r11
                ; ret
                ; =>slow
                ; mov eax, i32::from(opcode)
                ; jmp =>self.shared.reckon
            );
        }
    }

    fn divisor(&mut self, signed: bool, slow: Label) {
        asm!(self ; mov rcx, [rsi - 64]);
        if !signed {
            asm!(self
                ; mov rax, [rsi - 56]
                ; or rax, [rsi - 48]
                ; or rax, [rsi - 40]
                ; jnz =>slow
                ; test rcx, rcx
                ; jz =>slow
            );
            return;
        }
        asm!(self
            ; mov rdi, [rsi - 40]
            ; sar rdi, 63
            ; cmp rdi, [rsi - 40]
            ; jne =>slow
            ; cmp rdi, [rsi - 48]
            ; jne =>slow
            ; cmp rdi, [rsi - 56]
            ; jne =>slow
            ; xor rcx, rdi
            ; sub rcx, rdi
            ; jz =>slow
        );
    }

    fn dividend(&mut self, signed: bool) {
        asm!(self
            ; mov r8, [rsi - 32]
            ; mov r9, [rsi - 24]
            ; mov r10, [rsi - 16]
            ; mov r11, [rsi - 8]
        );
        if signed {
            asm!(self ; mov r13, r11 ; sar r13, 63);
            self.negate();
        }
    }

    /// Negates the word in `r8` to `r11` if `r13` is all ones.
    fn negate(&mut self) {
        asm!(self
            ; xor r8, r13
            ; xor r9, r13
            ; xor r10, r13
            ; xor r11, r13
            ; sub r8, r13
            ; sbb r9, r13
            ; sbb r10, r13
            ; sbb r11, r13
        );
    }

    /// The quotient to `r8` to `r11`, the rest to `rdx`.
    fn divide(&mut self) {
        asm!(self
            ; xor edx, edx
            ; test r11, r11
            ; jnz >three
            ; test r10, r10
            ; jnz >two
            ; test r9, r9
            ; jnz >one
            ; jmp >zero
            ; three:
            ; mov rax, r11
            ; div rcx
            ; mov r11, rax
            ; two:
            ; mov rax, r10
            ; div rcx
            ; mov r10, rax
            ; one:
            ; mov rax, r9
            ; div rcx
            ; mov r9, rax
            ; zero:
            ; mov rax, r8
            ; div rcx
            ; mov r8, rax
        );
    }
}
