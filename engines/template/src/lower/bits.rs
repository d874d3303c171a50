//! AND, OR, XOR, NOT, BYTE: limbs that are known decide what is left to do.

use crate::isa::{Bits, Isa, Limb, Word};
use crate::walk::Walk;
use crate::window::small;
use api::U256;
use plan::Op;
use spec::op;

const ZERO: Limb = Limb::Imm(0);
const ONES: Limb = Limb::Imm(u64::MAX);

impl<I: Isa> Walk<'_, I> {
    pub(crate) fn bitwise(&mut self, opcode: u8) {
        let op = match opcode {
            op::AND => Bits::And,
            op::OR => Bits::Or,
            _ => Bits::Xor,
        };
        let mut result = [ZERO; 4];
        for (i, result) in result.iter_mut().enumerate() {
            let (left, right) = (self.window.top(0)[i], self.window.top(1)[i]);
            *result = match (op, ordered(left, right)) {
                (op, (Limb::Imm(left), Limb::Imm(right))) => Limb::Imm(match op {
                    Bits::And => left & right,
                    Bits::Or => left | right,
                    Bits::Xor => left ^ right,
                }),
                (Bits::And, (_, ZERO)) => ZERO,
                (Bits::Or, (left, ONES)) if fault::planted!(TemplateOrOnes) => self.copy(left),
                (Bits::Or, (_, ONES)) => ONES,
                (Bits::And, (left, ONES)) | (Bits::Or | Bits::Xor, (left, ZERO)) => self.copy(left),
                _ => self.bits_of(op, i),
            };
        }
        self.finish(2, result);
    }

    fn bits_of(&mut self, op: Bits, i: usize) -> Limb {
        let (top, below) = ordered(self.window.top(0)[i], self.window.top(1)[i]);
        let last_use = |limb: Limb| matches!(limb, Limb::Reg(reg) if self.window.is_last_use(reg));
        let keep = if !last_use(top) && last_use(below) { below } else { top };
        let to = self.reuse(keep);
        let (top, below) = ordered(self.window.top(0)[i], self.window.top(1)[i]);
        match below {
            Limb::Reg(reg) if reg == to => self.isa.bits(op, to, below, top),
            _ => self.isa.bits(op, to, top, below),
        }
        Limb::Reg(to)
    }

    /// Keeps the bits of an operand of two that are set in a mask.
    pub(crate) fn mask(&mut self, operand: usize, mask: &U256) {
        let mut result = [ZERO; 4];
        for (i, mask) in mask.as_limbs().iter().enumerate() {
            let limb = self.window.top(operand)[i];
            result[i] = match (limb, *mask) {
                (Limb::Imm(limb), mask) => Limb::Imm(limb & mask),
                (_, 0) => ZERO,
                (limb, u64::MAX) => self.copy(limb),
                (limb, mask) => {
                    let to = self.reuse(limb);
                    let limb = self.window.top(operand)[i];
                    self.isa.bits(Bits::And, to, limb, Limb::Imm(mask));
                    Limb::Reg(to)
                }
            };
        }
        self.finish(2, result);
    }

    pub(crate) fn not(&mut self) {
        let mut result = [ZERO; 4];
        for (i, result) in result.iter_mut().enumerate() {
            *result = match self.window.top(0)[i] {
                Limb::Imm(limb) => Limb::Imm(!limb),
                limb => {
                    let to = self.reuse(limb);
                    let limb = self.window.top(0)[i];
                    self.isa.not(to, limb);
                    Limb::Reg(to)
                }
            };
        }
        self.finish(1, result);
    }

    /// Byte 0 is the most significant.
    pub(crate) fn byte(&mut self, op: &Op) {
        match self.known(0) {
            Some(index) if index < U256::from(32) => {
                let place = 31 - index.to::<u32>();
                self.byte_at(place);
            }
            Some(_) => self.finish_known(2, U256::ZERO),
            None => self.builtin(op),
        }
    }

    /// The byte at a place counted from the least significant.
    fn byte_at(&mut self, place: u32) {
        let (i, by) = (place as usize / 8, place % 8 * 8);
        let limb = self.window.top(1)[i];
        if let Limb::Imm(limb) = limb {
            return self.finish_known(2, U256::from(limb >> by & 0xff));
        }
        let to = self.reuse(limb);
        let limb = self.window.top(1)[i];
        match by {
            0 => self.isa.bits(Bits::And, to, limb, Limb::Imm(0xff)),
            56 => {
                self.isa.shift(crate::isa::Shift::Right, to, limb, 56 - 8 * u32::from(fault::planted!(TemplateByteTop)))
            }
            _ => {
                self.isa.shift(crate::isa::Shift::Right, to, limb, by);
                self.isa.bits(Bits::And, to, Limb::Reg(to), Limb::Imm(0xff));
            }
        }
        let word: Word = small(Limb::Reg(to));
        self.finish(2, word);
    }
}

/// A known limb stands to the right.
fn ordered(left: Limb, right: Limb) -> (Limb, Limb) {
    if let (Limb::Imm(_), Limb::Reg(_) | Limb::Stack(_) | Limb::Context(_)) = (left, right) {
        (right, left)
    } else {
        (left, right)
    }
}
