//! What a blob has once: the way in, the ways out, the way to the builtins.
//!
//! The entry makes room on the native stack for what the caller's registers held and for one return address, that of a
//! thunk that calls on.

use super::Aarch64;
use super::asm::asm;
use crate::buffer::{Buffer, Label};
use api::Halt;
use dynasmrt::aarch64::Aarch64Relocation;
use dynasmrt::dynasm;
use runtime::{Status, offset, table};
use spec::op;

/// The last of the words in the context.
pub(super) const PLACE: i32 = offset::WORDS + 32 * 2;

/// The bytes of a stack, in units of 4096.
const STACK_PAGES: u32 = 8;
const _: () = assert!(32 * spec::limits::STACK == 4096 * STACK_PAGES as usize);

/// Places that a blob has once.
pub(super) struct Shared {
    /// The first byte.
    start: Label,
    /// Calls the builtin in `w16` on the stack in `x1`. Returns unless the builtin says otherwise.
    pub(super) call: Label,
    /// The same for a function of words alone.
    pub(super) reckon: Label,
    /// DIV, SDIV, MOD and SMOD on the stack in `x1`, which are tried here before a builtin is called.
    pub(super) quick: [Label; 4],
    /// Grows memory to the end in `x17`. Keeps limbs and `x16`, as do the next four.
    pub(super) grow: Label,
    /// Grows memory to hold a word at the offset in `x16`.
    pub(super) grow_word: Label,
    /// Grows memory to hold a byte at the offset in `x16`.
    pub(super) grow_byte: Label,
    /// Reads a word of calldata at the offset in `x16` into the last of the words in the context.
    pub(super) input: Label,
    /// Calls the builtin in `w0` on the words in the context.
    aside: Label,
    /// Leaves because the head check behind which it was called failed.
    pub(super) fails: Label,
    /// Leaves with the status in `w0`.
    leave: Label,
    pub(super) exits: Vec<(Status, Label)>,
}

impl Shared {
    /// Places of a new blob; `exits` is emptied and used again.
    pub(super) fn new(ops: &mut Buffer<Aarch64Relocation>, mut exits: Vec<(Status, Label)>) -> Shared {
        exits.clear();
        let mut label = || ops.label();
        Shared {
            start: label(),
            call: label(),
            reckon: label(),
            quick: std::array::from_fn(|_| label()),
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

impl Aarch64 {
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
            ; stp x29, x30, [sp, -112]!
            ; stp x19, x20, [sp, 16]
            ; stp x21, x22, [sp, 32]
            ; stp x23, x24, [sp, 48]
            ; stp x25, x26, [sp, 64]
            ; stp x27, x28, [sp, 80]
            ; mov x29, sp
            ; mov x19, x0
            ; ldr x20, [x19, offset::SP as u32]
            ; ldr x21, [x19, offset::GAS as u32]
            ; adr x22, =>self.shared.start
            ; ldr x23, [x19, offset::STACK as u32]
            ; add x24, x23, STACK_PAGES, lsl 12
            ; ldr w16, [x19, offset::ENTRY as u32]
            ; add x16, x22, x16
            ; br x16
        );
    }

    /// What something before goes to, and nothing else.
    pub(super) fn emit_shared(&mut self) {
        let Shared { call, reckon, quick, grow, grow_word, grow_byte, input, .. } = self.shared;
        if self.ops.is_used(call) {
            self.emit_call();
        }
        if [reckon].iter().chain(&quick).any(|label| self.ops.is_used(*label)) {
            self.emit_reckon();
        }
        if [grow, grow_word, grow_byte, input].iter().any(|label| self.ops.is_used(*label)) {
            self.emit_aside_calls();
        }
        self.emit_quick();
        self.emit_exits();
    }

    fn emit_call(&mut self) {
        let left = self.ops.label();
        asm!(self
            ; =>self.shared.call
            ; str x30, [sp, 96]
            ; str x21, [x19, offset::GAS as u32]
            ; ldr x17, [x19, offset::BUILTINS as u32]
            ; ldr x17, [x17, x16, lsl 3]
            ; mov x0, x19
            ; blr x17
            ; ldr x21, [x19, offset::GAS as u32]
            ; cbnz w0, =>left
            ; ldr x30, [sp, 96]
            ; ret
            // The builtin has written the height of the stack.
            ; =>left
            ; ldr x20, [x19, offset::SP as u32]
            ; b =>self.shared.leave
        );
    }

    /// The builtin returns to where this was called.
    fn emit_reckon(&mut self) {
        asm!(self
            ; =>self.shared.reckon
            ; ldr x17, [x19, offset::BUILTINS as u32]
            ; ldr x17, [x17, x16, lsl 3]
            ; mov x0, x19
            ; br x17
        );
    }

    /// Calls that happen off the straight path, in the middle of anything.
    fn emit_aside_calls(&mut self) {
        let out_of_gas = self.exit_label(Status::halt(Halt::OutOfGas));
        asm!(self
            ; =>self.shared.input
            ; str x16, [x19, PLACE as u32]
            ; str xzr, [x19, PLACE as u32 + 8]
            ; str xzr, [x19, PLACE as u32 + 16]
            ; str xzr, [x19, PLACE as u32 + 24]
            ; mov w0, u32::from(op::CALLDATALOAD)
            ; b =>self.shared.aside
            ; =>self.shared.grow_byte
            ; adds x17, x16, 1
            ; b.cs =>out_of_gas
            ; b =>self.shared.grow
            ; =>self.shared.grow_word
            ; adds x17, x16, 32
            ; b.cs =>out_of_gas
            ; =>self.shared.grow
            ; str x17, [x19, offset::MEMORY_END as u32]
            ; mov w0, u32::from(table::GROW)
            ; =>self.shared.aside
            ; stp x30, x16, [sp, -112]!
            ; stp x3, x4, [sp, 16]
            ; stp x5, x6, [sp, 32]
            ; stp x7, x8, [sp, 48]
            ; stp x9, x10, [sp, 64]
            ; stp x11, x12, [sp, 80]
            ; stp x13, x14, [sp, 96]
            ; str x21, [x19, offset::GAS as u32]
            ; ldr x17, [x19, offset::BUILTINS as u32]
            ; ldr x17, [x17, x0, lsl 3]
            ; add x1, x19, offset::WORDS as u32 + 32 * 3
            ; mov x0, x19
            ; blr x17
            ; ldr x21, [x19, offset::GAS as u32]
        );
        if !fault::planted!(A64Saved) {
            asm!(self ; ldp x13, x14, [sp, 96]);
        }
        asm!(self
            ; ldp x11, x12, [sp, 80]
            ; ldp x9, x10, [sp, 64]
            ; ldp x7, x8, [sp, 48]
            ; ldp x5, x6, [sp, 32]
            ; ldp x3, x4, [sp, 16]
            ; ldp x30, x16, [sp], 112
            ; cbnz w0, =>self.shared.leave
            ; ret
        );
    }

    fn emit_exits(&mut self) {
        asm!(self
            ; =>self.shared.fails
            ; sub x16, x30, x22
            ; str w16, [x19, offset::FAILED_AT as u32]
            ; mov w0, Status::FAILS.0
            ; b =>self.shared.leave
        );
        for i in 0..self.shared.exits.len() {
            let (status, label) = self.shared.exits[i];
            asm!(self ; =>label ; mov w0, status.0 ; b =>self.shared.leave);
        }
        asm!(self
            ; =>self.shared.leave
            ; str x21, [x19, offset::GAS as u32]
            ; str x20, [x19, offset::SP as u32]
            ; ldp x27, x28, [sp, 80]
            ; ldp x25, x26, [sp, 64]
            ; ldp x23, x24, [sp, 48]
            ; ldp x21, x22, [sp, 32]
            ; ldp x19, x20, [sp, 16]
            ; ldp x29, x30, [sp], 112
            ; ret
        );
    }
}
