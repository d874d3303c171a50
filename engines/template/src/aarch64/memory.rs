//! Memory and calldata: the straight path when what is asked for is there, a call aside when it is not.

use super::Aarch64;
use super::asm::{X0, X1, X16, X17, ZR, asm};
use crate::buffer::Label;
use crate::isa::{Cond, Isa, Limb, Offset, Reg, Word};
use api::Halt;
use dynasmrt::dynasm;
use runtime::{Status, offset};

/// A place off the straight path.
pub(super) struct Aside {
    from: Label,
    back: Label,
    kind: Kind,
}

pub(super) enum Kind {
    /// Memory shall reach this end.
    To(u32),
    /// Memory shall hold a word at the offset in `x16`.
    Word,
    /// Memory shall hold a byte at the offset in `x16`.
    Byte,
    /// A word of calldata that ends behind it, at the offset in `x16` or this one, goes to these registers.
    Input(Option<u32>, [Reg; 4]),
    /// A word is shifted by more than it has bits: these registers become zero, or copies of the sign of a limb.
    Out([u8; 4], Option<Limb>),
}

/// Where the bytes are: at `x16`, at this displacement.
struct At(u32);

impl Aarch64 {
    /// A place off the straight path, and the place on it to which it returns, which the caller binds.
    pub(super) fn aside(&mut self, kind: Kind) -> (Label, Label) {
        let (from, back) = (self.label(), self.label());
        self.asides.push(Aside { from, back, kind });
        (from, back)
    }

    /// Makes `x16` and the displacement the place of `len` bytes of memory.
    fn reach(&mut self, to: Offset, len: u32, checked: bool) -> At {
        match to {
            Offset::Fixed(at) => {
                if !checked {
                    let (from, back) = self.aside(Kind::To(at + len));
                    self.compare_field(offset::MEMORY_LEN, at + len);
                    self.branch(Cond::Below, from);
                    self.bind(back);
                }
                self.base(offset::MEMORY, at)
            }
            Offset::Word(word) => {
                if !self.is_small(&word) {
                    self.test_upper(&word);
                    self.exit_if(Cond::NotZero, Status::halt(Halt::OutOfGas));
                }
                self.load(X16, word[0]);
                let (kind, field) = match len {
                    1 => (Kind::Byte, offset::MEMORY_LEN),
                    _ => (Kind::Word, offset::MEMORY_WORDS),
                };
                let (from, back) = self.aside(kind);
                asm!(self ; ldr x17, [x19, field as u32] ; cmp x16, x17);
                self.branch(Cond::NotBelow, from);
                asm!(self ; =>back ; ldr x17, [x19, offset::MEMORY as u32] ; add x16, x16, x17);
                At(0)
            }
        }
    }

    /// Makes `x16` and the displacement a place at a known distance from where a field of the context points.
    fn base(&mut self, field: i32, at: u32) -> At {
        asm!(self ; ldr x16, [x19, field as u32]);
        // What pairs of registers can be loaded from.
        if at.is_multiple_of(8) && at <= 488 {
            return At(at);
        }
        self.add_imm(X16, X16, at as i32);
        At(0)
    }

    /// Whether the upper limbs are known to be zero.
    pub(super) fn is_small(&self, word: &Word) -> bool {
        word[1..].iter().all(|limb| *limb == Limb::Imm(0))
    }

    /// Whether the upper limbs are zero.
    pub(super) fn test_upper(&mut self, word: &Word) {
        let unknown = word[1..].iter().filter(|limb| **limb != Limb::Imm(0));
        self.emit_test_equal(unknown.map(|limb| (*limb, Limb::Imm(0))));
    }

    pub(super) fn emit_load_word(&mut self, to: [Reg; 4], from: Offset, checked: bool) {
        let at = self.reach(from, 32, checked);
        self.load_big_endian(to, at);
    }

    fn load_big_endian(&mut self, [Reg(l0), Reg(l1), Reg(l2), Reg(l3)]: [Reg; 4], At(at): At) {
        let at = at as i32;
        asm!(self
            ; ldp X(l3), X(l2), [x16, at]
            ; ldp X(l1), X(l0), [x16, at + 16]
            ; rev X(l3), X(l3)
            ; rev X(l2), X(l2)
            ; rev X(l1), X(l1)
        );
        if fault::planted!(A64LoadPair) {
            return;
        }
        asm!(self
            ; rev X(l0), X(l0)
        );
    }

    pub(super) fn emit_store_word(&mut self, to: Offset, word: &Word, checked: bool) {
        let At(at) = self.reach(to, 32, checked);
        for (high, low, at) in [(word[3], word[2], at as i32), (word[1], word[0], at as i32 + 16)] {
            let (high, low) = (self.reversed(high, X0), self.reversed(low, X1));
            asm!(self ; stp X(high), X(low), [x16, at]);
        }
    }

    /// The register in which the bytes of a limb are in the opposite order.
    fn reversed(&mut self, limb: Limb, scratch: u8) -> u8 {
        match limb {
            Limb::Imm(0) => return ZR,
            Limb::Imm(value) => self.mov_imm(scratch, value.swap_bytes()),
            limb => {
                let reg = self.in_reg(limb, scratch);
                asm!(self ; rev X(scratch), X(reg));
            }
        }
        scratch
    }

    pub(super) fn emit_store_byte(&mut self, to: Offset, low: Limb, checked: bool) {
        let At(at) = self.reach(to, 1, checked);
        let low = self.in_reg(low, X17);
        asm!(self ; strb W(low), [x16, at]);
    }

    pub(super) fn emit_load_input(&mut self, to: [Reg; 4], from: Offset) {
        let at = match from {
            Offset::Fixed(at) => {
                let (from, back) = self.aside(Kind::Input(Some(at), to));
                self.compare_field(offset::INPUT_WORDS, at + u32::from(!fault::planted!(A64InputTail)));
                self.branch(Cond::Below, from);
                let at = self.base(offset::INPUT, at);
                (at, back)
            }
            Offset::Word(word) => {
                let (from, back) = self.aside(Kind::Input(None, to));
                if !self.is_small(&word) {
                    // Far beyond the end: as far as can be.
                    self.test_upper(&word);
                    self.mov_imm(X16, u64::MAX);
                    self.branch(Cond::NotZero, from);
                }
                self.load(X16, word[0]);
                asm!(self ; ldr x17, [x19, offset::INPUT_WORDS as u32] ; cmp x16, x17);
                self.branch(Cond::NotBelow, from);
                asm!(self ; ldr x17, [x19, offset::INPUT as u32] ; add x16, x16, x17);
                (At(0), back)
            }
        };
        self.load_big_endian(to, at.0);
        self.bind(at.1);
    }

    pub(super) fn emit_asides(&mut self) {
        let mut asides = std::mem::take(&mut self.asides);
        for Aside { from, back, kind } in asides.drain(..) {
            self.bind(from);
            match kind {
                Kind::To(end) => {
                    self.mov_imm(X17, end.into());
                    asm!(self ; bl =>self.shared.grow);
                }
                Kind::Word => asm!(self ; bl =>self.shared.grow_word),
                Kind::Byte => asm!(self ; bl =>self.shared.grow_byte),
                Kind::Input(at, to) => self.input_aside(at, to),
                Kind::Out(to, sign) => self.out_aside(to, sign),
            }
            self.jump(back);
        }
        self.asides = asides;
    }

    /// Calls CALLDATALOAD on a word in the context.
    fn input_aside(&mut self, at: Option<u32>, to: [Reg; 4]) {
        if let Some(at) = at {
            self.mov_imm(X16, at.into());
        }
        asm!(self ; bl =>self.shared.input);
        for (i, to) in to.into_iter().enumerate() {
            self.load(to.0, Limb::Context(super::shared::PLACE + 8 * i as i32));
        }
    }
}
