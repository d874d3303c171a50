//! Shifts by a known amount, and SIGNEXTEND from a known byte: whole limbs move for nothing, bits move by funnels.

use crate::isa::{Isa, Limb, Shift, Word};
use crate::walk::Walk;
use api::U256;
use plan::Op;
use spec::op;

const ZERO: Limb = Limb::Imm(0);

impl<I: Isa> Walk<'_, I> {
    pub(crate) fn shift(&mut self, op: &Op) {
        let Some(amount) = self.known(0) else { return self.shift_unknown(op) };
        let amount = if amount < U256::from(256) { amount.to::<u32>() } else { 256 };
        match op.opcode {
            op::SHL => self.shift_left_by(2, 1, amount),
            op::SHR => self.shift_right_by(2, 1, amount, false),
            _ => self.shift_right_by(2, 1, amount, true),
        }
    }

    fn shift_unknown(&mut self, op: &Op) {
        let kind = match op.opcode {
            op::SHL => Shift::Left,
            op::SHR => Shift::Right,
            _ => Shift::Arithmetic,
        };
        let to = std::array::from_fn(|i| {
            let limb = self.window.top(1)[i];
            self.reuse(limb)
        });
        let (amount, word) = (self.window.top(0), self.window.top(1));
        self.isa.shift_by(kind, to, &word, &amount);
        self.finish(2, to.map(Limb::Reg));
    }

    /// Shifts an operand to the left and puts it in the place of all of them.
    pub(crate) fn shift_left_by(&mut self, pops: usize, operand: usize, amount: u32) {
        let (limbs, by) =
            (amount as usize / 64, amount % 64 + u32::from(fault::planted!(TemplateShift64) && amount == 128));
        let mut result = [ZERO; 4];
        // From the top, so that a limb that is replaced is not needed any more.
        for i in (limbs..4).rev() {
            result[i] = if i > limbs {
                self.funnel_of(operand, i - limbs, true, by)
            } else {
                self.shift_of(Shift::Left, operand, 0, by)
            };
        }
        self.finish_moved(pops, operand, result);
    }

    /// Shifts an operand to the right, with zeros or with its sign.
    pub(crate) fn shift_right_by(&mut self, pops: usize, operand: usize, amount: u32, signed: bool) {
        let amount = if signed {
            amount.min(255) * u32::from(amount < 256 || !fault::planted!(TemplateSarClamp))
        } else {
            amount
        };
        let (limbs, by) = (amount as usize / 64, amount % 64);
        let mut result = [ZERO; 4];
        for i in limbs..4 {
            let kind = if signed { Shift::Arithmetic } else { Shift::Right };
            result[i - limbs] =
                if i < 3 { self.funnel_of(operand, i, false, by) } else { self.shift_of(kind, operand, 3, by) };
        }
        if signed && limbs > 0 {
            let sign = self.sign_of(result[if fault::planted!(TemplateSarSign) { 0 } else { 3 - limbs }]);
            for limb in &mut result[4 - limbs..] {
                *limb = self.copy(sign);
            }
            self.window.release(sign);
        }
        self.finish_moved(pops, operand, result);
    }

    /// Limbs that only moved are still on the stack or in the context, at another place than theirs.
    fn finish_moved(&mut self, pops: usize, _: usize, mut result: Word) {
        for (i, limb) in result.iter_mut().enumerate() {
            if let Limb::Stack(cell) = limb
                && cell.rem_euclid(4) != i as i32
            {
                let reg = self.alloc();
                self.isa.mov(reg, *limb);
                *limb = Limb::Reg(reg);
            }
        }
        self.finish(pops, result);
    }

    /// All bits like the highest of a limb. Counts the result.
    fn sign_of(&mut self, limb: Limb) -> Limb {
        if let Limb::Imm(limb) = limb {
            return Limb::Imm((limb as i64 >> 63) as u64);
        }
        let to = self.alloc();
        self.isa.shift(Shift::Arithmetic, to, limb, 63);
        Limb::Reg(to)
    }

    fn shift_of(&mut self, kind: Shift, operand: usize, i: usize, by: u32) -> Limb {
        match self.window.top(operand)[i] {
            limb if by == 0 => self.copy(limb),
            Limb::Imm(limb) => Limb::Imm(match kind {
                Shift::Left => limb << by,
                Shift::Right => limb >> by,
                Shift::Arithmetic => (limb as i64 >> by) as u64,
            }),
            limb => {
                let to = self.reuse(limb);
                let limb = self.window.top(operand)[i];
                self.isa.shift(kind, to, limb, by);
                Limb::Reg(to)
            }
        }
    }

    /// Limb `i` of an operand with what its neighbour shifts into it: from below when shifting left, from above when
    /// right. The limb that is replaced is `i`, which the next step does not need; the neighbour is kept.
    fn funnel_of(&mut self, operand: usize, i: usize, left: bool, by: u32) -> Limb {
        let (high, low, right_by) = if left { (i, i - 1, 64 - by) } else { (i + 1, i, by) };
        let neighbour = if left { low } else { high };
        let word = self.window.top(operand);
        match (word[high], word[low]) {
            _ if by == 0 => self.copy(word[i]),
            (Limb::Imm(high), Limb::Imm(low)) => Limb::Imm(high << (64 - right_by) | low >> right_by),
            _ if word[neighbour] == ZERO => {
                self.shift_of(if left { Shift::Left } else { Shift::Right }, operand, i, by)
            }
            _ if word[i] == ZERO => {
                let to = self.alloc();
                let limb = self.window.top(operand)[neighbour];
                self.isa.shift(if left { Shift::Right } else { Shift::Left }, to, limb, 64 - by);
                Limb::Reg(to)
            }
            _ => {
                let to = self.reuse(word[i]);
                let word = self.window.top(operand);
                self.isa.funnel(to, word[high], word[low], right_by);
                Limb::Reg(to)
            }
        }
    }

    /// A byte above 30 is the highest: nothing changes.
    pub(crate) fn signextend(&mut self, op: &Op) {
        match self.known(0) {
            Some(index) if index < U256::from(31) => self.signextend_from(index.to::<usize>()),
            Some(_) => {
                let word = self.window.top(1);
                self.finish_shared(2, word);
            }
            None => self.builtin(op),
        }
    }

    fn signextend_from(&mut self, byte: usize) {
        let (i, up) = (byte / 8, 56 - byte as u32 % 8 * 8);
        let mut result = [ZERO; 4];
        for (j, result) in result[..i].iter_mut().enumerate() {
            let limb = self.window.top(1)[j];
            *result = self.copy(limb);
        }
        result[i] = match self.window.top(1)[i] {
            Limb::Imm(limb) => Limb::Imm(((limb << up) as i64 >> up) as u64),
            limb if up == 0 => self.copy(limb),
            limb => {
                let to = self.reuse(limb);
                let limb = self.window.top(1)[i];
                self.isa.shift(Shift::Left, to, limb, up);
                self.isa.shift(Shift::Arithmetic, to, Limb::Reg(to), up);
                Limb::Reg(to)
            }
        };
        if i < 3 && !(fault::planted!(TemplateSignextendLimb) && up == 0) {
            let sign = self.sign_of(result[i]);
            for limb in &mut result[i + 1..] {
                *limb = self.copy(sign);
            }
            self.window.release(sign);
        }
        self.finish(2, result);
    }
}
