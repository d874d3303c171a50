//! ADDMOD of words below the modulus, tried before the builtin is called.
//!
//! The operands lie on the stack in `rsi`, the modulus deepest, and the answer takes its place. The sum has 257 bits and is below
//! twice the modulus, so one subtraction is enough. Whether it is needed is as good as random: both answers are reckoned,
//! and moves choose. A larger operand, and with it the modulus zero, is left to the builtin.

use super::X86_64;
use super::asm::asm;
use dynasmrt::dynasm;
use spec::op;

impl X86_64 {
    pub(super) fn emit_addmod(&mut self) {
        if !self.ops.is_used(self.shared.addmod) {
            return;
        }
        let slow = self.ops.label();
        asm!(self
            ; =>self.shared.addmod
            ; mov r8, [rsi - 32]
            ; mov r9, [rsi - 24]
            ; mov r10, [rsi - 16]
            ; mov r11, [rsi - 8]
            ; mov rax, r8
            ; sub rax, [rsi - 96]
            ; mov rax, r9
            ; sbb rax, [rsi - 88]
            ; mov rax, r10
            ; sbb rax, [rsi - 80]
            ; mov rax, r11
            ; sbb rax, [rsi - 72]
            ; jae =>slow
            ; mov rax, [rsi - 64]
            ; sub rax, [rsi - 96]
            ; mov rax, [rsi - 56]
            ; sbb rax, [rsi - 88]
            ; mov rax, [rsi - 48]
            ; sbb rax, [rsi - 80]
            ; mov rax, [rsi - 40]
            ; sbb rax, [rsi - 72]
            ; jae =>slow
            ; xor ecx, ecx
            ; add r8, [rsi - 64]
            ; adc r9, [rsi - 56]
            ; adc r10, [rsi - 48]
            ; adc r11, [rsi - 40]
            ; adc ecx, ecx
            ; mov rax, r8
            ; sub rax, [rsi - 96]
            ; mov rdx, r9
            ; sbb rdx, [rsi - 88]
            ; mov rdi, r10
            ; sbb rdi, [rsi - 80]
            ; mov r13, r11
            ; sbb r13, [rsi - 72]
            // Borrows if the sum without its carry is below the modulus and there is no carry.
            ; sbb ecx, 0
            ; cmovnc r8, rax
            ; cmovnc r9, rdx
            ; cmovnc r10, rdi
            ; cmovnc r11, r13
            ; mov [rsi - 96], r8
            ; mov [rsi - 88], r9
            ; mov [rsi - 80], r10
            ; mov [rsi - 72], r11
            ; ret
            ; =>slow
            ; mov eax, i32::from(op::ADDMOD)
            ; jmp =>self.shared.reckon
        );
    }
}
