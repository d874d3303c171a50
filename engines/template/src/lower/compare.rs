//! Comparisons. One whose only use is the JUMPI that ends the section becomes its flags; any other becomes a word.

use crate::chaos::Whim;
use crate::isa::{Cond, Isa, Limb, Word};
use crate::walk::Walk;
use crate::window::small;
use api::U256;
use plan::{Ends, Op, Section};
use spec::op;

const ZERO: Limb = Limb::Imm(0);

/// What a comparison asks of the flags, or its answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked {
    Flags(Cond),
    Known(bool),
}

impl Asked {
    pub(crate) fn negated(self) -> Asked {
        match self {
            Asked::Flags(cond) => Asked::Flags(cond.negated()),
            Asked::Known(known) => Asked::Known(!known),
        }
    }
}

impl<I: Isa> Walk<'_, I> {
    pub(crate) fn comparison(&mut self, op: &Op, rest: &[Op], section: &Section) {
        let pops = if op.opcode == op::ISZERO { 1 } else { 2 };
        let fused = branches_on(rest, section).filter(|_| !self.has(Whim::Apart, op));
        if let Some((zeros, push)) = fused {
            let mut asked = self.ask(op.opcode);
            if zeros % 2 == 1 || fault::planted!(TemplateIszeroPairs) && zeros == 2 {
                asked = asked.negated();
            }
            (0..pops).for_each(|_| self.window.pop());
            let target = push.map(|push| self.immediate(push));
            self.taken = rest.len();
            return self.branch_to(asked, target, section);
        }
        match self.ask(op.opcode) {
            Asked::Known(known) => self.finish_known(pops, U256::from(known)),
            Asked::Flags(cond) => {
                let to = self.alloc();
                self.isa.set(to, cond);
                self.finish(pops, small(Limb::Reg(to)));
            }
        }
    }

    /// Emits the comparison of the top words, which stay.
    fn ask(&mut self, opcode: u8) -> Asked {
        let (top, below) = (self.window.top(0), if opcode == op::ISZERO { [ZERO; 4] } else { self.window.top(1) });
        match opcode {
            op::LT => self.ask_less(&top, &below, false),
            op::GT => self.ask_less(&below, &top, false),
            op::SLT => self.ask_less(&top, &below, true),
            op::SGT => self.ask_less(&below, &top, true),
            op::EQ => self.ask_equal(&top, &below),
            _ => self.ask_zero(&top),
        }
    }

    fn ask_less(&mut self, left: &Word, right: &Word, signed: bool) -> Asked {
        if let (Some(left), Some(right)) = (crate::window::known(left), crate::window::known(right)) {
            let bias = U256::from(u8::from(signed && !fault::planted!(TemplateSignedBias))) << 255;
            return Asked::Known(left ^ bias < right ^ bias);
        }
        // Limbs that are known and equal pass a borrow on and make none; below the first others there is none.
        let equal = |i: usize| matches!((left[i], right[i]), (Limb::Imm(left), Limb::Imm(right)) if left == right);
        let from = (0..4).find(|i| !equal(*i)).unwrap_or(3);
        if signed {
            self.isa.compare(left, right, from);
            return Asked::Flags(Cond::Less);
        }
        let skips = |i: usize| fault::planted!(TemplateLessEqual) && i > 0 && (left[i] == ZERO) != (right[i] == ZERO);
        let kept: Vec<usize> = (from..4).filter(|i| !equal(*i) && !skips(*i)).collect();
        for (n, i) in kept.into_iter().enumerate() {
            let link = if n == 0 { crate::isa::Link::Sub } else { crate::isa::Link::SubBorrow };
            self.isa.chain(link, None, left[i], right[i]);
        }
        Asked::Flags(Cond::Below)
    }

    fn ask_equal(&mut self, left: &Word, right: &Word) -> Asked {
        let mut pairs = Vec::with_capacity(4);
        for (left, right) in left.iter().zip(right) {
            match (left, right) {
                (Limb::Imm(left), Limb::Imm(right)) if left != right => return Asked::Known(false),
                _ if left == right || fault::planted!(TemplateEqualKnown) && pairs.len() == 3 => {}
                pair => pairs.push((*pair.0, *pair.1)),
            }
        }
        if pairs.is_empty() {
            return Asked::Known(true);
        }
        self.isa.test_equal(&pairs);
        Asked::Flags(Cond::Zero)
    }

    /// Whether a word is zero.
    pub(crate) fn ask_zero(&mut self, word: &Word) -> Asked {
        if word.iter().any(|limb| matches!(limb, Limb::Imm(limb) if *limb != 0)) {
            return Asked::Known(false);
        }
        let limbs: Vec<Limb> = word.iter().copied().filter(|limb| *limb != ZERO).collect();
        if limbs.is_empty() {
            return Asked::Known(true);
        }
        self.isa.test_zero(&limbs);
        Asked::Flags(Cond::Zero)
    }
}

/// Whether a comparison's only use is the JUMPI that ends its section: how many ISZERO stand between, and the PUSH of the
/// target.
fn branches_on<'a>(rest: &'a [Op], section: &Section) -> Option<(usize, Option<&'a Op>)> {
    if section.end != Ends::JumpI {
        return None;
    }
    let zeros = rest.iter().take_while(|op| op.opcode == op::ISZERO).count();
    match &rest[zeros..] {
        [push, jumpi] if (op::PUSH0..=op::PUSH32).contains(&push.opcode) && jumpi.opcode == op::JUMPI => {
            Some((zeros, Some(push)))
        }
        _ => None,
    }
}
