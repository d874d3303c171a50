//! Instructions with operands that are known when the code is made: a few shapes, each spelled once for dynasm.
//!
//! `rbx` is the height of the stack at the head of the section and `r12` the context, so a limb in memory is one of two
//! bases and a displacement. Short displacements and immediates get short encodings.

use super::X86_64;
use crate::isa::{Limb, Reg};
use dynasmrt::dynasm;

/// Fixes the architecture: without it the macro guesses the host's.
macro_rules! asm {
    ($self:ident $($t:tt)*) => {
        dynasm!($self.ops ; .arch x64 $($t)*)
    };
}
pub(super) use asm;

/// An instruction on a register and a limb in memory, in each of the four encodings of its place.
macro_rules! with_place {
    ($self:ident, $place:expr, $op:ident Rq($reg:expr)) => {
        match $place {
            Place::Stack(Short(d)) => asm!($self ; $op Rq($reg), QWORD [BYTE rbx + d]),
            Place::Stack(Long(d)) => asm!($self ; $op Rq($reg), QWORD [DWORD rbx + d]),
            Place::Context(Short(d)) => asm!($self ; $op Rq($reg), QWORD [BYTE r12 + d]),
            Place::Context(Long(d)) => asm!($self ; $op Rq($reg), QWORD [DWORD r12 + d]),
        }
    };
    ($self:ident, $place:expr, $op:ident mem, $($source:tt)*) => {
        match $place {
            Place::Stack(Short(d)) => asm!($self ; $op QWORD [BYTE rbx + d], $($source)*),
            Place::Stack(Long(d)) => asm!($self ; $op QWORD [DWORD rbx + d], $($source)*),
            Place::Context(Short(d)) => asm!($self ; $op QWORD [BYTE r12 + d], $($source)*),
            Place::Context(Long(d)) => asm!($self ; $op QWORD [DWORD r12 + d], $($source)*),
        }
    };
    ($self:ident, $place:expr, $op:ident mem) => {
        match $place {
            Place::Stack(Short(d)) => asm!($self ; $op QWORD [BYTE rbx + d]),
            Place::Stack(Long(d)) => asm!($self ; $op QWORD [DWORD rbx + d]),
            Place::Context(Short(d)) => asm!($self ; $op QWORD [BYTE r12 + d]),
            Place::Context(Long(d)) => asm!($self ; $op QWORD [DWORD r12 + d]),
        }
    };
}
pub(super) use with_place;

/// A displacement.
#[derive(Clone, Copy)]
pub(super) enum Displacement {
    Short(i8),
    Long(i32),
}
pub(super) use Displacement::{Long, Short};

impl Displacement {
    fn new(bytes: i32) -> Displacement {
        i8::try_from(bytes).map_or(Long(bytes), Short)
    }
}

/// A limb in memory.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Stack(Displacement),
    Context(Displacement),
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
    Place::Stack(Displacement::new(8 * cell))
}

/// A field of the context.
pub(super) fn context(offset: i32) -> Place {
    Place::Context(Displacement::new(offset))
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

/// Registers that no limb is ever in.
pub(super) const RAX: u8 = 0;
pub(super) const RCX: u8 = 1;
pub(super) const RDX: u8 = 2;

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
        let (rex, modrm) = match &left {
            Operand::Reg(reg) => (0x48 | reg >> 3, 0xf8 | reg & 7),
            Operand::Mem(Place::Stack(Short(_))) => (0x48, 0x7b),
            Operand::Mem(Place::Stack(Long(_))) => (0x48, 0xbb),
            Operand::Mem(Place::Context(Short(_))) => (0x49, 0x7c),
            Operand::Mem(Place::Context(Long(_))) => (0x49, 0xbc),
            Operand::Imm(_) | Operand::Wide(_) => return,
        };
        self.ops.extend(&[rex, 0x83, modrm]);
        // The base `r12` needs a second byte.
        if let Operand::Mem(Place::Context(_)) = left {
            self.ops.push(0x24);
        }
        match left {
            Operand::Mem(Place::Stack(Short(d)) | Place::Context(Short(d))) => self.ops.push_i8(d),
            Operand::Mem(Place::Stack(Long(d)) | Place::Context(Long(d))) => self.ops.push_i32(d),
            _ => {}
        }
        self.ops.push_i8(right);
    }

    pub(super) fn alu_reg(&mut self, op: Alu, reg: u8, from: u8) {
        match op {
            Alu::Mov if reg == from => {}
            Alu::Mov => asm!(self ; mov Rq(reg), Rq(from)),
            Alu::Add => asm!(self ; add Rq(reg), Rq(from)),
            Alu::Adc => asm!(self ; adc Rq(reg), Rq(from)),
            Alu::Sub => asm!(self ; sub Rq(reg), Rq(from)),
            Alu::Sbb => asm!(self ; sbb Rq(reg), Rq(from)),
            Alu::And => asm!(self ; and Rq(reg), Rq(from)),
            Alu::Or => asm!(self ; or Rq(reg), Rq(from)),
            Alu::Xor => asm!(self ; xor Rq(reg), Rq(from)),
            Alu::Cmp => asm!(self ; cmp Rq(reg), Rq(from)),
        }
    }

    fn alu_mem(&mut self, op: Alu, reg: u8, place: Place) {
        match op {
            Alu::Mov => with_place!(self, place, mov Rq(reg)),
            Alu::Add => with_place!(self, place, add Rq(reg)),
            Alu::Adc => with_place!(self, place, adc Rq(reg)),
            Alu::Sub => with_place!(self, place, sub Rq(reg)),
            Alu::Sbb => with_place!(self, place, sbb Rq(reg)),
            Alu::And => with_place!(self, place, and Rq(reg)),
            Alu::Or => with_place!(self, place, or Rq(reg)),
            Alu::Xor => with_place!(self, place, xor Rq(reg)),
            Alu::Cmp => with_place!(self, place, cmp Rq(reg)),
        }
    }

    /// Copies a limb to memory. What does not fit an instruction goes through `rax`.
    pub(super) fn put(&mut self, place: Place, from: Limb) {
        match Operand::new(from) {
            Operand::Imm(value) => with_place!(self, place, mov mem, DWORD value),
            Operand::Reg(reg) => with_place!(self, place, mov mem, Rq(reg)),
            Operand::Mem(_) | Operand::Wide(_) => {
                self.alu(Alu::Mov, RAX, from);
                with_place!(self, place, mov mem, rax);
            }
        }
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
