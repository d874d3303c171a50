//! JUMP, JUMPI, GAS: what ends a section without asking anybody.

use super::compare::Asked;
use crate::isa::{Bits, Cond, Isa, Limb};
use crate::walk::Walk;
use crate::window::{known, small};
use api::{Halt, U256};
use plan::Section;
use runtime::Status;

/// A target that must be looked up: its lowest limb, and whether it is beyond 64 bits.
struct Dynamic {
    low: crate::isa::Reg,
    /// The upper limbs, any bit of which makes it no target; `None` if they are known to be zero.
    upper: Option<crate::isa::Reg>,
}

impl<I: Isa> Walk<'_, I> {
    pub(crate) fn gas(&mut self) {
        let to = self.alloc();
        self.isa.gas_left(to);
        self.window.push(small(Limb::Reg(to)));
        self.complete();
    }

    pub(crate) fn jump(&mut self) {
        if let Some(target) = self.known(0) {
            self.window.pop();
            return match self.target(target) {
                Some(label) => {
                    self.complete();
                    self.isa.jump(label);
                }
                None => self.isa.exit(Status::halt(Halt::InvalidJump)),
            };
        }
        let target = self.dynamic();
        self.window.pop();
        self.complete();
        self.go(target);
    }

    /// The section that begins with the JUMPDEST at a place.
    fn target(&self, target: U256) -> Option<crate::buffer::Label> {
        let pc = u64::try_from(target).ok().filter(|pc| self.plan.is_target(*pc))?;
        let section = self.plan.section_at(pc as u32)?;
        Some(self.labels.at(section as usize))
    }

    /// Takes a target that is not known into registers, where it outlives the window.
    fn dynamic(&mut self) -> Dynamic {
        let low = self.alloc();
        let word = self.window.top(0);
        self.isa.mov(low, word[0]);
        let mut upper = None;
        for i in 1..4 {
            if self.window.top(0)[i] == Limb::Imm(0) {
                continue;
            }
            let to = match upper {
                Some(to) => to,
                None => self.alloc(),
            };
            let limb = self.window.top(0)[i];
            match upper {
                Some(_) => self.isa.bits(Bits::Or, to, Limb::Reg(to), limb),
                None => self.isa.mov(to, limb),
            }
            upper = Some(to);
        }
        Dynamic { low, upper }
    }

    fn go(&mut self, target: Dynamic) {
        if let Some(upper) = target.upper.filter(|_| !fault::planted!(TemplateJumpUpper)) {
            self.isa.test_zero(&[Limb::Reg(upper)]);
            self.isa.exit_if(Cond::NotZero, Status::halt(Halt::InvalidJump));
        }
        self.isa.jump_dynamic(target.low);
    }

    /// The condition is any bit of the word below the target.
    pub(crate) fn jumpi(&mut self, section: &Section) {
        let target = self.window.top(0);
        if let Some(target) = known(&target) {
            self.window.pop();
            let mut condition = self.window.top(0);
            if fault::planted!(TemplateCondition) {
                condition[1..].fill(Limb::Imm(0));
            }
            let asked = self.ask_zero(&condition).negated();
            self.window.pop();
            return self.branch_to(asked, Some(target), section);
        }
        let target = self.dynamic();
        let condition = self.window.top(1);
        let asked = self.ask_zero(&condition).negated();
        self.window.pop();
        self.window.pop();
        self.complete();
        let falls = self.behind(section);
        match asked {
            Asked::Flags(cond) => {
                self.isa.branch(cond.negated(), falls);
                self.go(target);
            }
            Asked::Known(true) => self.go(target),
            Asked::Known(false) => {}
        }
    }

    /// Ends a section with a branch to a known target. The words of the branch are off the window; the flags are set.
    pub(crate) fn branch_to(&mut self, asked: Asked, target: Option<U256>, _: &Section) {
        let label = target.and_then(|target| self.target(target));
        self.complete();
        let invalid = Status::halt(Halt::InvalidJump);
        match (asked, label) {
            (Asked::Known(false), None) if fault::planted!(TemplateFallThrough) => self.isa.exit(invalid),
            (Asked::Known(false), _) => {}
            (Asked::Known(true), Some(label)) => self.isa.jump(label),
            (Asked::Known(true), None) => self.isa.exit(invalid),
            (Asked::Flags(cond), Some(label)) => self.isa.branch(cond, label),
            (Asked::Flags(cond), None) => self.isa.exit_if(cond, invalid),
        }
    }

    /// The section that follows a JUMPI.
    fn behind(&self, section: &Section) -> crate::buffer::Label {
        let last = &self.plan.ops[section.ops.end as usize - 1];
        let next = self.plan.section_at(last.pc + 1).expect("a section follows every JUMPI");
        self.labels.at(next as usize)
    }
}
