//! Memory and calldata: the straight path when what is asked for is there, a call aside when it is not.

use super::X86_64;
use super::asm::{Alu, RAX, RCX, RDX, asm};
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
    /// Memory shall hold a word at the offset in `rax`.
    Word,
    /// Memory shall hold a byte at the offset in `rax`.
    Byte,
    /// A word of calldata that ends behind it, at the offset in `rax` or this one, goes to these registers.
    Input(Option<u32>, [Reg; 4]),
    /// A word is shifted by more than it has bits: these registers become zero, or copies of the sign of a limb.
    Out([u8; 4], Option<Limb>),
}

/// Where the bytes are: at `rcx`, at this displacement.
struct At(i32);

impl X86_64 {
    /// A place off the straight path, and the place on it to which it returns, which the caller binds.
    pub(super) fn aside(&mut self, kind: Kind) -> (Label, Label) {
        let (from, back) = (self.label(), self.label());
        self.asides.push(Aside { from, back, kind });
        (from, back)
    }

    /// Makes `rcx` and the displacement the place of `len` bytes of memory. Leaves `rdx` alone.
    fn reach(&mut self, to: Offset, len: u32, checked: bool) -> At {
        match to {
            Offset::Fixed(at) => {
                if !checked {
                    let (from, back) = self.aside(Kind::To(at + len));
                    self.compare_field(offset::MEMORY_LEN, at + len);
                    asm!(self ; jb =>from ; =>back);
                }
                asm!(self ; mov rcx, [BYTE r12 + offset::MEMORY as i8]);
                At(at as i32)
            }
            Offset::Word(word) => {
                self.refuse_upper(&word);
                self.alu(Alu::Mov, RAX, word[0]);
                let (kind, field) = match len {
                    1 => (Kind::Byte, offset::MEMORY_LEN),
                    _ => (Kind::Word, offset::MEMORY_WORDS),
                };
                let (from, back) = self.aside(kind);
                asm!(self
                    ; cmp rax, [BYTE r12 + field as i8]
                    ; jae =>from
                    ; =>back
                    ; mov rcx, [BYTE r12 + offset::MEMORY as i8]
                    ; add rcx, rax
                );
                At(0)
            }
        }
    }

    /// An offset beyond 64 bits is out of gas.
    fn refuse_upper(&mut self, word: &Word) {
        let upper: Vec<Limb> = word[1..].iter().copied().filter(|limb| *limb != Limb::Imm(0)).collect();
        if !upper.is_empty() && !fault::planted!(X64OffsetUpper) {
            self.emit_test_zero(&upper);
            self.exit_if(Cond::NotZero, Status::halt(Halt::OutOfGas));
        }
    }

    pub(super) fn emit_load_word(&mut self, to: [Reg; 4], from: Offset, checked: bool) {
        let at = self.reach(from, 32, checked);
        self.load_big_endian(to, at);
    }

    fn load_big_endian(&mut self, to: [Reg; 4], At(at): At) {
        for (i, Reg(to)) in to.into_iter().enumerate() {
            let at = at + 24 - 8 * i as i32;
            match i8::try_from(at) {
                Ok(at) => asm!(self ; mov Rq(to), [BYTE rcx + at]),
                Err(_) => asm!(self ; mov Rq(to), [DWORD rcx + at]),
            }
            asm!(self ; bswap Rq(to));
        }
    }

    pub(super) fn emit_store_word(&mut self, to: Offset, word: &Word, checked: bool) {
        let At(at) = self.reach(to, 32, checked);
        let zeros = word.iter().rev().take_while(|limb| **limb == Limb::Imm(0)).count();
        if zeros >= 2 {
            self.store_zeros(at);
        }
        if zeros >= 3 {
            self.store_zeros(at + 8 * (zeros as i32 - 2));
        }
        let rest = if zeros >= 2 { 4 - zeros } else { 4 };
        for (i, limb) in word[..rest].iter().enumerate() {
            let at = at + 24 - 8 * i as i32;
            match limb {
                Limb::Imm(value) if i32::try_from(value.swap_bytes() as i64).is_ok() => {
                    let value = if fault::planted!(X64StoreWide) && *value > 1 << 32 {
                        *value >> 32
                    } else {
                        value.swap_bytes()
                    } as i32;
                    match i8::try_from(at) {
                        Ok(at) => asm!(self ; mov QWORD [BYTE rcx + at], DWORD value),
                        Err(_) => asm!(self ; mov QWORD [DWORD rcx + at], DWORD value),
                    }
                    continue;
                }
                Limb::Imm(value) => self.mov_imm(RDX, value.swap_bytes()),
                limb => {
                    self.alu(Alu::Mov, RDX, *limb);
                    asm!(self ; bswap rdx);
                }
            }
            match i8::try_from(at) {
                Ok(at) => asm!(self ; mov [BYTE rcx + at], rdx),
                Err(_) => asm!(self ; mov [DWORD rcx + at], rdx),
            }
        }
    }

    /// Sixteen bytes of zeros.
    fn store_zeros(&mut self, at: i32) {
        match i8::try_from(at) {
            Ok(at) => asm!(self ; movups [BYTE rcx + at], xmm0),
            Err(_) => asm!(self ; movups [DWORD rcx + at], xmm0),
        }
    }

    pub(super) fn emit_store_byte(&mut self, to: Offset, low: Limb, checked: bool) {
        let At(at) = self.reach(to, 1, checked);
        self.alu(Alu::Mov, RDX, low);
        asm!(self ; mov [DWORD rcx + at], dl);
    }

    pub(super) fn emit_load_input(&mut self, to: [Reg; 4], from: Offset) {
        match from {
            Offset::Fixed(at) => {
                let (from, back) = self.aside(Kind::Input(Some(at), to));
                self.compare_field(offset::INPUT_WORDS, at - u32::from(fault::planted!(X64InputTail) && at > 0));
                asm!(self ; jbe =>from ; mov rcx, [BYTE r12 + offset::INPUT as i8]);
                self.load_big_endian(to, At(at as i32));
                asm!(self ; =>back);
            }
            Offset::Word(word) => {
                let (from, back) = self.aside(Kind::Input(None, to));
                let upper: Vec<Limb> = word[1..].iter().copied().filter(|limb| *limb != Limb::Imm(0)).collect();
                if !upper.is_empty() {
                    // Far beyond the end: as far as can be.
                    self.emit_test_zero(&upper);
                    self.mov_imm(RAX, u64::MAX);
                    asm!(self ; jnz =>from);
                }
                self.alu(Alu::Mov, RAX, word[0]);
                asm!(self
                    ; cmp rax, [BYTE r12 + offset::INPUT_WORDS as i8]
                    ; jae =>from
                    ; mov rcx, [BYTE r12 + offset::INPUT as i8]
                    ; add rcx, rax
                );
                self.load_big_endian(to, At(0));
                asm!(self ; =>back);
            }
        }
    }

    pub(super) fn emit_asides(&mut self) {
        let mut asides = std::mem::take(&mut self.asides);
        for Aside { from, back, kind } in asides.drain(..) {
            asm!(self ; =>from);
            match kind {
                Kind::To(end) => {
                    self.mov_imm(RCX, end.into());
                    asm!(self ; call =>self.shared.grow);
                }
                Kind::Word => asm!(self ; call =>self.shared.grow_word),
                Kind::Byte => asm!(self ; call =>self.shared.grow_byte),
                Kind::Input(at, to) => self.input_aside(at, to),
                Kind::Out(to, sign) => self.out_aside(to, sign),
            }
            asm!(self ; jmp =>back);
        }
        self.asides = asides;
    }

    /// Calls CALLDATALOAD on a word in the context.
    fn input_aside(&mut self, at: Option<u32>, to: [Reg; 4]) {
        const PLACE: i32 = offset::WORDS + 32 * 2;
        if let Some(at) = at {
            self.mov_imm(RAX, at.into());
        }
        asm!(self ; call =>self.shared.input);
        for (i, to) in to.into_iter().enumerate() {
            self.alu(Alu::Mov, to.0, Limb::Context(PLACE + 8 * i as i32));
        }
    }
}
