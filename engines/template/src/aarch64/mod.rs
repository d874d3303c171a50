//! aarch64.
//!
//! | register | holds |
//! |---|---|
//! | `x19` | the context |
//! | `x20` | the height of the stack at the head of the section |
//! | `x21` | gas left |
//! | `x22` | the first byte of the blob |
//! | `x23`, `x24` | the bottom of the stack and its end |
//! | `x15` | [`Isa::SPARE`] |
//! | `x0` to `x2`, `x16`, `x17` | nothing from one method to the next |
//! | `x18` | not ours: systems keep it for themselves |
//! | `x3` to `x14`, `x25` to `x28` | limbs |
//!
//! A conditional branch reaches 1 MiB and all others 128 MiB. Blobs beyond the former are encoded with [`Reach::Far`], where
//! the opposite condition skips a branch that reaches.

#![allow(clippy::useless_conversion, reason = "what the assembler's macro expands to")]

mod asm;
mod limbs;
mod memory;
mod multiply;
mod quick;
mod shared;
mod shift;

use crate::buffer::{Buffer, Label, Labels};
use crate::isa::*;
use asm::{X1, X16, X17, asm};
use dynasmrt::aarch64::Aarch64Relocation;
use dynasmrt::dynasm;
use memory::Aside;
use runtime::{Status, offset, table};
use shared::Shared;

/// How far conditional branches go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Near,
    Far,
}

/// The encoder.
pub(crate) struct Aarch64 {
    ops: Buffer<Aarch64Relocation>,
    reach: Reach,
    shared: Shared,
    asides: Vec<Aside>,
}

impl Aarch64 {
    /// An encoder.
    pub(crate) fn new() -> Aarch64 {
        let mut ops = Buffer::new();
        let shared = Shared::new(&mut ops, Vec::new());
        Aarch64 { ops, reach: Reach::Near, shared, asides: Vec::new() }
    }

    fn branch_near(&mut self, cond: Cond, to: Label) {
        match cond {
            Cond::Zero => asm!(self ; b.eq =>to),
            Cond::NotZero => asm!(self ; b.ne =>to),
            Cond::Below => asm!(self ; b.lo =>to),
            Cond::NotBelow => asm!(self ; b.hs =>to),
            Cond::Less if fault::planted!(A64Condition) => asm!(self ; b.lo =>to),
            Cond::Less => asm!(self ; b.lt =>to),
            Cond::NotLess => asm!(self ; b.ge =>to),
        }
    }

    /// Compares a register with a number.
    fn compare_imm(&mut self, reg: u8, number: u32) {
        match number {
            0..4096 => asm!(self ; cmp XSP(reg), number),
            _ => {
                self.mov_imm(X17, number.into());
                asm!(self ; cmp X(reg), x17);
            }
        }
    }

    /// Compares a field of the context with a number.
    fn compare_field(&mut self, field: i32, number: u32) {
        asm!(self ; ldr x16, [x19, field as u32]);
        self.compare_imm(X16, number);
    }
}

impl Isa for Aarch64 {
    const POOL: &'static [Reg] = &[
        Reg(3),
        Reg(4),
        Reg(5),
        Reg(6),
        Reg(7),
        Reg(8),
        Reg(9),
        Reg(10),
        Reg(11),
        Reg(12),
        Reg(13),
        Reg(14),
        Reg(25),
        Reg(26),
        Reg(27),
        Reg(28),
    ];
    const SPARE: Reg = Reg(asm::X15);
    const FAILURE_LEN: u32 = 4;
    const WAYS: u32 = 2;

    fn begin(&mut self, way: u32) {
        self.reach = if way == 0 { Reach::Near } else { Reach::Far };
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
            asm!(self ; =>label ; bl =>self.shared.fails);
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
        match check.gas {
            0 => {}
            gas @ 1..4096 => asm!(self ; subs x21, x21, gas),
            gas => {
                self.mov_imm(X16, gas.into());
                asm!(self ; subs x21, x21, x16);
            }
        }
        if check.gas > 0 {
            self.branch(Cond::Below, fails);
        }
        let need = 32 * u32::from(check.need) * u32::from(!(fault::planted!(A64HeadNeed) && check.growth > 0));
        let growth = 32 * u32::from(check.growth);
        match (need, growth) {
            (0, 0) => {}
            (0, _) => {
                asm!(self ; sub x16, x24, x20);
                self.compare_imm(X16, growth - 32 * u32::from(fault::planted!(A64Room)));
                self.branch(Cond::Below, fails);
            }
            (_, 0) => {
                asm!(self ; sub x16, x20, x23);
                self.compare_imm(X16, need);
                self.branch(Cond::Below, fails);
            }
            // One comparison for both bounds: what is below the lower one wraps around.
            _ => {
                let most = 32 * spec::limits::STACK as u32 - growth;
                asm!(self ; sub x16, x20, x23);
                self.add_imm(X16, X16, -(need as i32));
                self.compare_imm(X16, most + 32 - need);
                self.branch(Cond::NotBelow, fails);
            }
        }
    }

    fn checkpoint(&mut self, pc: u32) {
        self.resume_at(pc);
        self.call(table::CHECKPOINT, 0, false);
    }

    fn advance(&mut self, words: i32) {
        self.add_imm(20, 20, 32 * words);
    }

    fn jump(&mut self, to: Label) {
        asm!(self ; b =>to);
    }

    fn branch(&mut self, cond: Cond, to: Label) {
        match self.reach {
            Reach::Near => self.branch_near(cond, to),
            Reach::Far => {
                let skip = self.label();
                self.branch_near(cond.negated(), skip);
                asm!(self ; b =>to ; =>skip);
            }
        }
    }

    fn jump_dynamic(&mut self, target: Reg) {
        let invalid = Status::halt(api::Halt::InvalidJump);
        asm!(self ; ldr x16, [x19, offset::ENTRIES_LEN as u32] ; cmp X(target.0), x16);
        self.exit_if(Cond::NotBelow, invalid);
        asm!(self
            ; ldr x16, [x19, offset::ENTRIES as u32]
            ; ldr w16, [x16, X(target.0), lsl 2]
            ; cmp w16, 1
        );
        self.exit_if(Cond::Less, invalid);
        asm!(self ; add x16, x22, x16 ; br x16);
    }

    fn exit(&mut self, status: Status) {
        let exit = self.exit_label(status);
        self.jump(exit);
    }

    fn exit_if(&mut self, cond: Cond, status: Status) {
        let exit = self.exit_label(status);
        self.branch(cond, exit);
    }

    fn call(&mut self, builtin: u16, words: i32, slow: bool) {
        self.add_imm(X1, 20, 32 * words);
        match self.shared.quick(builtin).filter(|_| !slow) {
            Some(quick) => asm!(self ; bl =>quick),
            None if table::is_pure(builtin) => asm!(self ; mov w16, u32::from(builtin) ; bl =>self.shared.reckon),
            None => asm!(self ; mov w16, u32::from(builtin) ; bl =>self.shared.call),
        }
    }

    fn resume_at(&mut self, pc: u32) {
        self.mov_imm(X16, pc.into());
        asm!(self ; str w16, [x19, offset::PC as u32]);
    }

    fn mov(&mut self, to: Reg, from: Limb) {
        self.load(to.0, from);
    }

    fn store(&mut self, cell: i32, from: Limb) {
        self.put(cell, from);
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
        self.emit_test_equal(limbs.iter().map(|limb| (*limb, Limb::Imm(0))));
    }

    fn test_equal(&mut self, pairs: &[(Limb, Limb)]) {
        self.emit_test_equal(pairs.iter().copied());
    }

    fn set(&mut self, to: Reg, cond: Cond) {
        self.emit_set(to.0, cond);
    }

    fn bits(&mut self, op: Bits, to: Reg, left: Limb, right: Limb) {
        self.emit_bits(op, to.0, left, right);
    }

    fn not(&mut self, to: Reg, from: Limb) {
        let from = self.in_reg(from, X16);
        asm!(self ; mvn X(to.0), X(from));
    }

    fn shift(&mut self, op: Shift, to: Reg, from: Limb, by: u32) {
        let from = self.in_reg(from, X16);
        match op {
            Shift::Left => asm!(self ; lsl X(to.0), X(from), by),
            Shift::Right => asm!(self ; lsr X(to.0), X(from), by),
            Shift::Arithmetic => asm!(self ; asr X(to.0), X(from), by),
        }
    }

    fn funnel(&mut self, to: Reg, high: Limb, low: Limb, by: u32) {
        let (high, low) = (self.in_reg(high, X16), self.in_reg(low, X17));
        asm!(self ; extr X(to.0), X(high), X(low), by ^ u32::from(fault::planted!(A64Extr)));
    }

    fn shift_by(&mut self, op: Shift, to: [Reg; 4], word: &Word, amount: &Word) {
        self.emit_shift_by(op, to.map(|reg| reg.0), word, amount);
    }

    fn multiply(&mut self, to: [Reg; 4], left: &Word, right: &Word) {
        self.emit_multiply(to.map(|reg| reg.0), left, right);
    }

    fn gas_left(&mut self, to: Reg) {
        asm!(self ; mov X(to.0), x21);
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
