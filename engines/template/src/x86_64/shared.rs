//! What a blob has once: the way in, the ways out, the way to the builtins.
//!
//! At the entry the stack pointer is 8 above a multiple of 16, and six registers are saved, so inside a blob it is 8 above
//! one too, and a thunk that is called may call on.

use super::X86_64;
use super::asm::asm;
use crate::buffer::{Buffer, Label};
use api::Halt;
use dynasmrt::dynasm;
use dynasmrt::x64::X64Relocation;
use runtime::{Status, offset, table};
use spec::op;

/// The last of the words in the context.
const PLACE: i32 = offset::WORDS + 32 * 2;

/// Places that a blob has once.
pub(super) struct Shared {
    /// The first byte.
    pub(super) start: Label,
    /// Calls the builtin in `eax` on the stack in `rsi`. Returns unless the builtin says otherwise.
    pub(super) call: Label,
    /// The same for a function of words alone.
    pub(super) reckon: Label,
    /// DIV, SDIV, MOD and SMOD on the stack in `rsi`, which are tried here before a builtin is called.
    pub(super) quick: [Label; 4],
    /// ADDMOD, in the same way.
    pub(super) addmod: Label,
    /// Grows memory to the end in `rcx`. Keeps every register but that one, as do the next four.
    pub(super) grow: Label,
    /// Grows memory to hold a word at the offset in `rax`.
    pub(super) grow_word: Label,
    /// Grows memory to hold a byte at the offset in `rax`.
    pub(super) grow_byte: Label,
    /// Reads a word of calldata at the offset in `rax` into the last of the words in the context.
    pub(super) input: Label,
    /// Calls the builtin in `ecx` on the words in the context.
    pub(super) aside: Label,
    /// Leaves because the head check behind which it was called failed.
    pub(super) fails: Label,
    /// Leaves with the status in `eax`.
    leave: Label,
    pub(super) exits: Vec<(Status, Label)>,
}

impl Shared {
    /// Places of a new blob; `exits` is emptied and used again.
    pub(super) fn new(ops: &mut Buffer<X64Relocation>, mut exits: Vec<(Status, Label)>) -> Shared {
        exits.clear();
        let mut label = || ops.label();
        Shared {
            start: label(),
            call: label(),
            reckon: label(),
            quick: std::array::from_fn(|_| label()),
            addmod: label(),
            grow: label(),
            grow_word: label(),
            grow_byte: label(),
            input: label(),
            aside: label(),
            fails: label(),
            leave: label(),
            exits,
        }
    }
}

impl X86_64 {
    /// The place that leaves with a status.
    pub(super) fn exit_label(&mut self, status: Status) -> Label {
        if let Some((_, label)) = self.shared.exits.iter().find(|(known, _)| *known == status) {
            return *label;
        }
        let label = self.ops.label();
        self.shared.exits.push((status, label));
        label
    }

    pub(super) fn emit_prologue(&mut self) {
        asm!(self
            ; =>self.shared.start
            ; push rbx
            ; push rbp
            ; push r12
            ; push r13
            ; push r14
            ; push r15
            ; mov r12, rdi
            ; xorps xmm0, xmm0
            ; mov r14, [BYTE r12 + offset::GAS as i8]
            ; mov rbx, [BYTE r12 + offset::SP as i8]
            ; mov eax, [BYTE r12 + offset::ENTRY as i8]
            ; lea rcx, [=>self.shared.start]
            ; add rax, rcx
            ; jmp rax
        );
    }

    /// What something before goes to, and nothing else.
    pub(super) fn emit_shared(&mut self) {
        let Shared { call, reckon, quick, addmod, grow, grow_word, grow_byte, input, .. } = self.shared;
        if self.ops.is_used(call) {
            self.emit_call();
        }
        if [reckon, addmod].iter().chain(&quick).any(|label| self.ops.is_used(*label)) {
            self.emit_reckon();
        }
        if [grow, grow_word, grow_byte, input].iter().any(|label| self.ops.is_used(*label)) {
            self.emit_aside_calls();
        }
        self.emit_quick();
        self.emit_addmod();
        self.emit_exits();
    }

    fn emit_call(&mut self) {
        let left = self.ops.label();
        asm!(self
            ; =>self.shared.call
            ; mov [BYTE r12 + offset::GAS as i8], r14
            ; mov rdi, r12
            ; mov rcx, [BYTE r12 + offset::BUILTINS as i8]
            ; call QWORD [rcx + 8 * rax]
            ; mov r14, [BYTE r12 + offset::GAS as i8]
            ; xorps xmm0, xmm0
            ; test eax, eax
            ; jnz =>left
            ; ret
            // The builtin has written the height of the stack.
            ; =>left
            ; add rsp, 8
            ; mov rbx, [BYTE r12 + offset::SP as i8]
            ; jmp =>self.shared.leave
        );
    }

    fn emit_reckon(&mut self) {
        asm!(self
            ; =>self.shared.reckon
            ; mov rdi, r12
            ; mov rcx, [BYTE r12 + offset::BUILTINS as i8]
            ; call QWORD [rcx + 8 * rax]
            ; xorps xmm0, xmm0
            ; ret
        );
    }

    /// Calls that happen off the straight path, in the middle of anything.
    fn emit_aside_calls(&mut self) {
        let out_of_gas = self.exit_label(Status::halt(Halt::OutOfGas));
        let (too_far, left) = (self.ops.label(), self.ops.label());
        asm!(self
            ; =>self.shared.input
            ; mov [DWORD r12 + PLACE], rax
            ; xor ecx, ecx
            ; mov [DWORD r12 + PLACE + 8], rcx
            ; mov [DWORD r12 + PLACE + 16], rcx
            ; mov [DWORD r12 + PLACE + 24], rcx
            ; mov ecx, i32::from(op::CALLDATALOAD)
            ; jmp =>self.shared.aside
            ; =>self.shared.grow_byte
            ; mov rcx, rax
            ; add rcx, 1
            ; jc =>too_far
            ; jmp =>self.shared.grow
            ; =>self.shared.grow_word
            ; mov rcx, rax
            ; add rcx, 32
            ; jc =>too_far
            ; =>self.shared.grow
            ; mov [BYTE r12 + offset::MEMORY_END as i8], rcx
            ; mov ecx, i32::from(table::GROW)
            ; =>self.shared.aside
            ; push rax
            ; push rdx
            ; push r8
            ; push r9
            ; push r10
            ; push r11
            ; push rsi
            ; push rdi
            ; lea rsi, [DWORD r12 + offset::WORDS + 32 * 3]
            ; mov [BYTE r12 + offset::GAS as i8], r14
            ; mov rdi, r12
            ; mov rdx, [BYTE r12 + offset::BUILTINS as i8]
            ; call QWORD [rdx + 8 * rcx]
            ; mov r14, [BYTE r12 + offset::GAS as i8]
            ; xorps xmm0, xmm0
            ; mov ecx, eax
            ; pop rdi
            ; pop rsi
            ; pop r11
            ; pop r10
            ; pop r9
            ; pop r8
            ; pop rdx
            ; pop rax
            ; test ecx, ecx
            ; jnz =>left
            ; ret
            ; =>left
            ; mov eax, ecx
            ; add rsp, 8
            ; jmp =>self.shared.leave
            ; =>too_far
            ; add rsp, 8
            ; jmp =>out_of_gas
        );
    }

    fn emit_exits(&mut self) {
        asm!(self
            ; =>self.shared.fails
            ; pop rax
            ; lea rcx, [=>self.shared.start]
            ; sub rax, rcx
            ; mov [BYTE r12 + offset::FAILED_AT as i8], eax
            ; mov eax, Status::FAILS.0 as i32
            ; jmp =>self.shared.leave
        );
        for i in 0..self.shared.exits.len() {
            let (status, label) = self.shared.exits[i];
            asm!(self ; =>label ; mov eax, status.0 as i32 ; jmp =>self.shared.leave);
        }
        asm!(self
            ; =>self.shared.leave
            ; mov [BYTE r12 + offset::GAS as i8], r14
            ; mov [BYTE r12 + offset::SP as i8], rbx
            ; pop r15
            ; pop r14
            ; pop r13
            ; pop r12
            ; pop rbp
            ; pop rbx
            ; ret
        );
    }
}
