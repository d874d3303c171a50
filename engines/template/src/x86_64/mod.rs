//! x86_64.
//!
//! | register | holds |
//! |---|---|
//! | `rbx` | the height of the stack at the head of the section |
//! | `r12` | the context |
//! | `r14` | gas left |
//! | `xmm0` | zero, but in builtins |
//! | `rax`, `rcx` | nothing from one method to the next |
//! | `rdx` | [`Isa::SPARE`], and what a multiplication needs there |
//! | all others | limbs |

#![allow(clippy::useless_conversion, reason = "the assembler's macro converts every register number")]

mod asm;
mod limbs;
mod memory;
mod modular;
mod multiply;
mod quick;
mod shared;
mod shift;

use crate::Features;
use crate::buffer::{Buffer, Label, Labels};
use crate::isa::*;
use asm::{asm, context};
use dynasmrt::dynasm;
use dynasmrt::x64::X64Relocation;
use memory::Aside;
use runtime::{Status, offset, table};
use shared::Shared;

/// The encoder.
pub(crate) struct X86_64 {
    ops: Buffer<X64Relocation>,
    features: Features,
    shared: Shared,
    asides: Vec<Aside>,
}

impl X86_64 {
    /// An encoder that uses these features.
    pub(crate) fn new(features: Features) -> X86_64 {
        let mut ops = Buffer::new();
        let shared = Shared::new(&mut ops, Vec::new());
        X86_64 { ops, features, shared, asides: Vec::new() }
    }
}

impl Isa for X86_64 {
    const POOL: &'static [Reg] = &[Reg(8), Reg(9), Reg(10), Reg(11), Reg(6), Reg(7), Reg(5), Reg(13), Reg(15)];
    const SPARE: Reg = Reg(asm::RDX);
    const FAILURE_LEN: u32 = 5;
    const WAYS: u32 = 1;

    fn begin(&mut self, _: u32) {
        self.ops.clear();
        self.asides.clear();
        self.shared = Shared::new(&mut self.ops, std::mem::take(&mut self.shared.exits));
    }

    fn bytes(&self) -> &[u8] {
        self.ops.bytes()
    }

    fn into_bytes(self) -> Vec<u8> {
        self.ops.into_bytes()
    }

    fn len(&self) -> u32 {
        self.ops.len()
    }

    fn label(&mut self) -> Label {
        self.ops.label()
    }

    fn labels(&mut self, len: usize) -> Labels {
        self.ops.labels(len)
    }

    fn bind(&mut self, label: Label) {
        asm!(self ; =>label);
    }

    fn prologue(&mut self) {
        self.emit_prologue();
    }

    fn failures(&mut self, labels: Labels) {
        for label in labels.iter() {
            asm!(self ; =>label ; call =>self.shared.fails);
        }
    }

    fn asides(&mut self) {
        self.emit_asides();
    }

    fn finish(&mut self) -> Result<(), Unencodable> {
        self.emit_shared();
        self.ops.finish()
    }

    fn head(&mut self, check: Check, fails: Label) {
        let need = 32 * i32::from(check.need);
        let room = 32 * (spec::limits::STACK as i32 + i32::from(fault::planted!(X64Room)) - i32::from(check.growth));
        if check.gas > 0 {
            match i8::try_from(check.gas) {
                Ok(gas) if fault::planted!(X64HeadSigned) => asm!(self ; sub r14, BYTE gas ; jl =>fails),
                Ok(gas) => asm!(self ; sub r14, BYTE gas ; jb =>fails),
                Err(_) => asm!(self ; sub r14, DWORD check.gas as i32 ; jb =>fails),
            }
        }
        // One comparison for both bounds: what is below the lower one wraps around.
        match (check.need, check.growth) {
            (0, 0) => {}
            (0, _) => {
                asm!(self ; mov rax, rbx ; sub rax, [BYTE r12 + offset::STACK as i8] ; cmp eax, room ; ja =>fails)
            }
            (_, 0) => {
                self.height_less(need);
                asm!(self ; jb =>fails);
            }
            _ => {
                self.height_less(need);
                asm!(self ; cmp rax, room - need ; ja =>fails);
            }
        }
    }

    fn checkpoint(&mut self, pc: u32) {
        self.resume_at(pc);
        self.call(table::CHECKPOINT, 0, false);
    }

    fn advance(&mut self, words: i32) {
        match i8::try_from(32 * words) {
            Ok(0) => {}
            Ok(bytes) => asm!(self ; lea rbx, [BYTE rbx + bytes]),
            Err(_) => asm!(self ; lea rbx, [DWORD rbx + 32 * words]),
        }
    }

    fn jump(&mut self, to: Label) {
        asm!(self ; jmp =>to);
    }

    fn branch(&mut self, cond: Cond, to: Label) {
        match cond {
            Cond::Zero => asm!(self ; jz =>to),
            Cond::NotZero => asm!(self ; jnz =>to),
            Cond::Below => asm!(self ; jb =>to),
            Cond::NotBelow => asm!(self ; jae =>to),
            Cond::Less => asm!(self ; jl =>to),
            Cond::NotLess => asm!(self ; jge =>to),
        }
    }

    fn jump_dynamic(&mut self, target: Reg) {
        let invalid = self.exit_label(Status::halt(api::Halt::InvalidJump));
        asm!(self
            ; cmp Rq(target.0), [BYTE r12 + offset::ENTRIES_LEN as i8]
            ; jae =>invalid
            ; mov rax, [BYTE r12 + offset::ENTRIES as i8]
            ; mov eax, [rax + 4 * Rq(target.0)]
            ; lea rcx, [=>self.shared.start]
        );
        if fault::planted!(X64Entries) {
            asm!(self ; mov edx, eax ; neg edx ; test eax, eax ; cmovs eax, edx);
        }
        asm!(self
            ; test eax, eax
            ; jle =>invalid
            ; add rax, rcx
            ; jmp rax
        );
    }

    fn exit(&mut self, status: Status) {
        let exit = self.exit_label(status);
        asm!(self ; jmp =>exit);
    }

    fn exit_if(&mut self, cond: Cond, status: Status) {
        let exit = self.exit_label(status);
        self.branch(cond, exit);
    }

    fn call(&mut self, builtin: u16, words: i32, slow: bool) {
        match i8::try_from(32 * words) {
            Ok(bytes) => asm!(self ; lea rsi, [BYTE rbx + bytes]),
            Err(_) => asm!(self ; lea rsi, [DWORD rbx + 32 * words]),
        }
        match self.shared.quick(builtin).filter(|_| !slow) {
            Some(quick) => asm!(self ; call =>quick),
            None if table::is_pure(builtin) => asm!(self ; mov eax, i32::from(builtin) ; call =>self.shared.reckon),
            None => asm!(self ; mov eax, i32::from(builtin) ; call =>self.shared.call),
        }
    }

    fn resume_at(&mut self, pc: u32) {
        asm!(self ; mov DWORD [BYTE r12 + offset::PC as i8], pc as i32);
    }

    fn mov(&mut self, to: Reg, from: Limb) {
        self.alu(asm::Alu::Mov, to.0, from);
    }

    fn store(&mut self, cell: i32, from: Limb) {
        self.put(asm::stack(cell), from);
    }

    fn store_limbs(&mut self, cell: i32, word: &Word) {
        self.put_word(cell, word);
    }

    fn chain(&mut self, link: Link, to: Option<Reg>, left: Limb, right: Limb) {
        self.emit_chain(link, to, left, right);
    }

    fn compare(&mut self, left: &Word, right: &Word, from: usize) {
        self.emit_chain(Link::Sub, None, left[from], right[from]);
        for i in from + 1..4 {
            self.emit_chain(Link::SubBorrow, None, left[i], right[i]);
        }
    }

    fn test_zero(&mut self, limbs: &[Limb]) {
        self.emit_test_zero(limbs);
    }

    fn test_equal(&mut self, pairs: &[(Limb, Limb)]) {
        self.emit_test_equal(pairs);
    }

    fn set(&mut self, to: Reg, cond: Cond) {
        self.emit_set(to.0, cond);
    }

    fn bits(&mut self, op: Bits, to: Reg, left: Limb, right: Limb) {
        self.emit_bits(op, to.0, left, right);
    }

    fn not(&mut self, to: Reg, from: Limb) {
        self.mov(to, from);
        asm!(self ; not Rq(to.0));
    }

    fn shift(&mut self, op: Shift, to: Reg, from: Limb, by: u32) {
        self.mov(to, from);
        let by = by as i8;
        match op {
            Shift::Left => asm!(self ; shl Rq(to.0), by),
            Shift::Right => asm!(self ; shr Rq(to.0), by),
            Shift::Arithmetic => asm!(self ; sar Rq(to.0), by),
        }
    }

    fn funnel(&mut self, to: Reg, high: Limb, low: Limb, by: u32) {
        self.emit_funnel(to.0, high, low, by);
    }

    fn shift_by(&mut self, op: Shift, to: [Reg; 4], word: &Word, amount: &Word) {
        self.emit_shift_by(op, to.map(|reg| reg.0), word, amount);
    }

    fn multiply(&mut self, to: [Reg; 4], left: &Word, right: &Word) {
        self.emit_multiply(to.map(|reg| reg.0), left, right);
    }

    fn gas_left(&mut self, to: Reg) {
        asm!(self ; mov Rq(to.0), r14);
    }

    fn load_word(&mut self, to: [Reg; 4], from: Offset, checked: bool) {
        self.emit_load_word(to, from, checked);
    }

    fn store_word(&mut self, to: Offset, word: &Word, checked: bool) {
        self.emit_store_word(to, word, checked);
    }

    fn store_byte(&mut self, to: Offset, low: Limb, checked: bool) {
        self.emit_store_byte(to, low, checked);
    }

    fn load_input(&mut self, to: [Reg; 4], from: Offset) {
        self.emit_load_input(to, from);
    }
}

impl X86_64 {
    /// `rax` becomes the bytes of stack above the lowest `need`, with the flags of the subtraction.
    fn height_less(&mut self, need: i32) {
        match i8::try_from(-need) {
            Ok(bytes) => asm!(self ; lea rax, [BYTE rbx + bytes]),
            Err(_) => asm!(self ; lea rax, [DWORD rbx + -need]),
        }
        asm!(self ; sub rax, [BYTE r12 + offset::STACK as i8]);
    }

    /// Compares a field of the context with a number.
    fn compare_field(&mut self, field: i32, number: u32) {
        let place = context(field);
        match i8::try_from(number) {
            Ok(number) => self.cmp_short(asm::Operand::Mem(place), number),
            Err(_) => {
                self.on_mem(0x81, 7, place);
                self.ops.push_i32(number as i32);
            }
        }
    }
}
