//! Instructions with operands that are known when the code is made, in a few shapes.
//!
//! `rbx` is the height of the stack at the head of the section and `r12` the context, so a limb in memory is one of two
//! bases and a displacement. Short displacements and immediates get short encodings.
//!
//! Most of a blob is moves and arithmetic on registers and such limbs. [`X86_64::on_mem`] and [`X86_64::on_regs`] put those
//! together and write each at once; dynasm would write them byte by byte. All else is spelled for dynasm.

use super::X86_64;
use crate::isa::{Limb, Reg, Word};
use dynasmrt::dynasm;

/// Fixes the architecture: without it the macro guesses the host's.
macro_rules! asm {
    ($self:ident $($t:tt)*) => {
        dynasm!($self.ops ; .arch x64 $($t)*)
    };
}
pub(super) use asm;

/// A limb in memory, by its distance from a base.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Stack(i32),
    Context(i32),
}

impl Place {
    /// What instructions on it begin with, behind the prefixes of their own: the base in two bytes of the prefix and of what
    /// names the operands, the displacement, and the lengths of those two. Chosen without branches: in code that nobody wrote
    /// before none of them is foreseen.
    #[inline(always)]
    fn encode(self) -> Encoded {
        // The base `r12` needs a second byte.
        let (rex, base, base_len, at) = match self {
            Place::Stack(at) => (0x48, 0x03, 1, at),
            Place::Context(at) => (0x49, 0x2404, 2, at),
        };
        let is_short = i32::from(at as i8) == at;
        let (mode, len) = if is_short { (0x40, 1) } else { (0x80, 4) };
        Encoded { rex, base: base | mode, base_len, at: at as u32, at_len: len }
    }
}

/// See [`Place::encode`].
struct Encoded {
    rex: u64,
    base: u64,
    base_len: usize,
    at: u32,
    at_len: usize,
}

/// An operand as the processor has them.
pub(super) enum Operand {
    Reg(u8),
    Mem(Place),
    /// An immediate that is extended by its sign.
    Imm(i32),
    /// One that must go through a register.
    Wide(u64),
}

impl Operand {
    pub(super) fn new(limb: Limb) -> Operand {
        match limb {
            Limb::Reg(Reg(reg)) => Operand::Reg(reg),
            Limb::Stack(cell) => Operand::Mem(stack(cell)),
            Limb::Context(offset) => Operand::Mem(context(offset)),
            Limb::Imm(value) => i32::try_from(value as i64).map_or(Operand::Wide(value), Operand::Imm),
        }
    }
}

/// A limb on the stack.
pub(super) fn stack(cell: i32) -> Place {
    Place::Stack(8 * cell)
}

/// A field of the context.
pub(super) fn context(offset: i32) -> Place {
    Place::Context(offset)
}

/// An instruction with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alu {
    Mov,
    Add,
    Adc,
    Sub,
    Sbb,
    And,
    Or,
    Xor,
    Cmp,
}

impl Alu {
    /// The opcode with a register as right operand and a register or memory as left one.
    fn opcode(self) -> u8 {
        match self {
            Alu::Add => 0x01,
            Alu::Or => 0x09,
            Alu::Adc => 0x11,
            Alu::Sbb => 0x19,
            Alu::And => 0x21,
            Alu::Sub => 0x29,
            Alu::Xor => 0x31,
            Alu::Cmp => 0x39,
            Alu::Mov => 0x89,
        }
    }
}

/// Registers that no limb is ever in.
pub(super) const RAX: u8 = 0;
pub(super) const RCX: u8 = 1;
pub(super) const RDX: u8 = 2;
/// Zero.
const XMM0: u8 = 0;
/// Two limbs on their way.
const XMM1: u8 = 1;

impl X86_64 {
    /// An instruction whose left operand is a register. Immediates that do not fit go through `rcx`.
    pub(super) fn alu(&mut self, op: Alu, reg: u8, from: Limb) {
        match (op, Operand::new(from)) {
            (Alu::Mov, Operand::Imm(value)) => self.mov_imm(reg, value as i64 as u64),
            (Alu::Mov, Operand::Wide(value)) => self.mov_imm(reg, value),
            (_, Operand::Wide(value)) => {
                self.mov_imm(RCX, value);
                self.alu_reg(op, reg, RCX);
            }
            (_, Operand::Imm(value)) => self.alu_imm(op, reg, value),
            (_, Operand::Reg(from)) => self.alu_reg(op, reg, from),
            (_, Operand::Mem(place)) => self.alu_mem(op, reg, place),
        }
    }

    /// A known number, by an instruction that leaves the flags alone.
    pub(super) fn mov_imm(&mut self, reg: u8, value: u64) {
        if let Ok(value) = u32::try_from(value) {
            asm!(self ; mov Rd(reg), value as i32);
        } else if let Ok(value) = i32::try_from(value as i64) {
            asm!(self ; mov Rq(reg), DWORD value);
        } else {
            asm!(self ; mov Rq(reg), QWORD value as i64);
        }
    }

    fn alu_imm(&mut self, op: Alu, reg: u8, value: i32) {
        macro_rules! encode {
            ($op:ident) => {
                match i8::try_from(value) {
                    Ok(value) => asm!(self ; $op Rq(reg), BYTE value),
                    Err(_) => asm!(self ; $op Rq(reg), DWORD value),
                }
            };
        }
        match op {
            Alu::Mov => self.mov_imm(reg, value as i64 as u64),
            Alu::Add => encode!(add),
            Alu::Adc => encode!(adc),
            Alu::Sub => encode!(sub),
            Alu::Sbb => encode!(sbb),
            Alu::And => encode!(and),
            Alu::Or => encode!(or),
            Alu::Xor => encode!(xor),
            Alu::Cmp => match i8::try_from(value) {
                Ok(value) => self.cmp_short(Operand::Reg(reg), value),
                Err(_) => asm!(self ; cmp Rq(reg), DWORD value),
            },
        }
    }

    /// A comparison with a short immediate: dynasm only knows the long one. `83 /7 ib`.
    pub(super) fn cmp_short(&mut self, left: Operand, right: i8) {
        match left {
            Operand::Reg(reg) => self.on_regs(0x83, 7, reg),
            Operand::Mem(place) => self.on_mem(0x83, 7, place),
            Operand::Imm(_) | Operand::Wide(_) => return,
        }
        self.ops.push_i8(right);
    }

    pub(super) fn alu_reg(&mut self, op: Alu, reg: u8, from: u8) {
        if op != Alu::Mov || reg != from {
            self.on_regs(op.opcode(), from, reg);
        }
    }

    fn alu_mem(&mut self, op: Alu, reg: u8, place: Place) {
        // The same operation with its operands exchanged.
        self.on_mem(op.opcode() | 2, reg, place);
    }

    /// Copies a limb to memory. What does not fit an instruction goes through `rax`.
    pub(super) fn put(&mut self, place: Place, from: Limb) {
        match Operand::new(from) {
            Operand::Imm(value) => self.put_imm(place, value),
            Operand::Reg(reg) => self.on_mem(Alu::Mov.opcode(), reg, place),
            Operand::Mem(_) | Operand::Wide(_) => {
                self.alu(Alu::Mov, RAX, from);
                self.on_mem(Alu::Mov.opcode(), RAX, place);
            }
        }
    }

    /// Copies a number to memory: `c7 /0 id`.
    fn put_imm(&mut self, place: Place, value: i32) {
        let Encoded { rex, base, base_len, at, at_len } = place.encode();
        let head = u128::from(rex | 0xc7 << 8 | base << 16) | u128::from(at) << (8 * (2 + base_len));
        let head_len = 2 + base_len + at_len;
        let head = head & ((1 << (8 * head_len)) - 1);
        self.ops.push_long(head | u128::from(value as u32) << (8 * head_len), head_len + 4);
    }

    /// Copies a word to the stack, from this cell on. Two limbs go at once where they are zero, and where they lie in the
    /// context; a highest limb of zero goes with the one below it, which then is written twice.
    pub(super) fn put_word(&mut self, cell: i32, word: &Word) {
        const ZERO: Limb = Limb::Imm(0);
        let mut i = 0;
        while i < 4 {
            let at = cell + i as i32;
            match (word[i], word.get(i + 1)) {
                (ZERO, Some(&ZERO)) => {
                    self.put_pair(stack(at), XMM0);
                    i += 1;
                }
                (ZERO, None) if word[2] == ZERO => self.put_pair(stack(at - 1), XMM0),
                (Limb::Context(from), Some(&Limb::Context(next))) if next == from + 8 => {
                    self.pair(0x10, XMM1, context(from));
                    self.put_pair(stack(at), XMM1);
                    i += 1;
                }
                (limb, _) if limb == Limb::Stack(at) => {}
                (limb, _) => self.put(stack(at), limb),
            }
            i += 1;
        }
    }

    /// Stores two limbs. No flag changes.
    fn put_pair(&mut self, place: Place, from: u8) {
        self.pair(0x11, from, place);
    }

    /// A `movups`: `0f 10 /r` loads, `0f 11 /r` stores.
    fn pair(&mut self, opcode: u8, xmm: u8, place: Place) {
        let Encoded { rex, base, base_len, at, at_len } = place.encode();
        // Without its bit for 64-bit operands the prefix only says which base it is, and one of them needs none.
        let head = 0x0f | u64::from(opcode) << 8 | (base | u64::from(xmm) << 3) << 16;
        let len = 2 + base_len;
        let (plain, plain_len) = (u128::from(head) | u128::from(at) << (8 * len), len + at_len);
        match rex & !8 {
            0x40 => self.ops.push_long(plain, plain_len),
            rex => self.ops.push_long(plain << 8 | u128::from(rex), plain_len + 1),
        }
    }

    /// A 64-bit instruction on memory; `reg` is the other operand or a part of the opcode.
    pub(super) fn on_mem(&mut self, opcode: u8, reg: u8, place: Place) {
        let Encoded { rex, base, base_len, at, at_len } = place.encode();
        let reg = u64::from(reg);
        let head = rex | reg >> 3 << 2 | u64::from(opcode) << 8 | (base | (reg & 7) << 3) << 16;
        let len = 2 + base_len;
        self.ops.push_word(head | u64::from(at) << (8 * len), len + at_len);
    }

    /// A 64-bit instruction on the register `on`; `reg` is the other operand or a part of the opcode.
    fn on_regs(&mut self, opcode: u8, reg: u8, on: u8) {
        let (reg, on) = (u64::from(reg), u64::from(on));
        let modrm = 0xc0 | (reg & 7) << 3 | on & 7;
        self.ops.push_word(0x48 | reg >> 3 << 2 | on >> 3 | u64::from(opcode) << 8 | modrm << 16, 3);
    }

    /// The register of a limb, which is loaded into `scratch` if it is elsewhere.
    pub(super) fn in_reg(&mut self, limb: Limb, scratch: u8) -> u8 {
        match limb {
            Limb::Reg(Reg(reg)) => reg,
            _ => {
                self.alu(Alu::Mov, scratch, limb);
                scratch
            }
        }
    }
}
