//! The walk over a plan: section by section, instruction by instruction, once.
//!
//! A section begins with every word in its place and ends the same way; in between words are wherever [`Window`] says.
//! What an instruction becomes stands in `lower`; what is not there is a call to its builtin.

use crate::buffer::{Label, Labels};
use crate::chaos::{Chaos, WORDS_MAX, Whim, has_builtin};
use crate::feedback::{self, Class};
use crate::isa::{Check, Isa, Limb, Word};
use crate::settle::Settling;
use crate::window::{Window, constant, known, small};
use api::{Code, Halt, U256};
use plan::{Ends, Op, Plan, Section};
use runtime::{Status, offset};
use spec::{limits, op};

/// The walk.
pub(crate) struct Walk<'a, I> {
    pub(crate) isa: &'a mut I,
    pub(crate) code: &'a Code,
    pub(crate) plan: &'a Plan,
    /// Where each section begins in machine code.
    pub(crate) labels: Labels,
    pub(crate) window: &'a mut Window,
    pub(crate) settling: &'a mut Settling,
    /// Memory is known to reach this end, since the head of the section.
    pub(crate) memory_end: u32,
    /// The instructions behind the one at hand are part of it: so many.
    pub(crate) taken: usize,
    /// What is drawn for the code.
    pub(crate) chaos: Option<Chaos>,
    /// The instruction at hand takes no register of its operands.
    pub(crate) fresh: bool,
}

impl<I: Isa> Walk<'_, I> {
    /// One section, from its head check to its end.
    pub(crate) fn section(&mut self, index: usize, fails: Label) {
        let section = &self.plan.sections[index];
        let Some(check) = check(section) else { return self.isa.jump(fails) };
        self.isa.head(check, fails);
        self.window.open(section.need, section.growth);
        self.memory_end *= u32::from(fault::planted!(TemplateMemoryKnown));
        let ops = &self.plan.ops[section.ops.start as usize..section.ops.end as usize];
        let mut next = 0;
        while let Some(op) = ops.get(next) {
            self.taken = 0;
            if self.chaos.is_some() {
                self.stir(op);
            }
            if fault::planted!(TemplateHomes) && self.window.entries.len() <= WORDS_MAX {
                self.settling.all(self.isa, self.window);
            }
            self.note_operands(op);
            self.instruction(op, &ops[next + 1..], section);
            self.note_result(op);
            next += 1 + self.taken;
        }
        let ends_itself = ops
            .last()
            .is_some_and(|op| spec::table::row(op.opcode, self.plan.revision).is_none_or(|row| row.ends_section));
        if section.end == Ends::Falls && !ends_itself {
            self.complete();
        }
    }

    /// Makes the frame complete in memory: nothing is anywhere else.
    pub(crate) fn complete(&mut self) {
        self.settling.all(self.isa, self.window);
        self.isa.advance(self.window.height());
    }

    fn instruction(&mut self, op: &Op, rest: &[Op], section: &Section) {
        if !op.defined {
            return self.isa.exit(Status::halt(if fault::planted!(TemplateUndefined) {
                Halt::Invalid
            } else {
                Halt::Undefined
            }));
        }
        if self.has(Whim::Builtin, op) && has_builtin(op.opcode) {
            return self.builtin(op);
        }
        match op.opcode {
            op::STOP => self.isa.exit(Status::STOP),
            op::INVALID => self.isa.exit(Status::halt(Halt::Invalid)),
            op::JUMPDEST => {}
            op::POP => self.window.pop(),
            op::PUSH0..=op::PUSH8 => self.window.push_outside(small(Limb::Imm(self.short_immediate(op)))),
            op::PUSH9..=op::PUSH32 => self.window.push_outside(constant(self.immediate(op))),
            op::DUP1..=op::DUP16 => self.window.dup(usize::from(op.opcode - op::DUP1)),
            op::SWAP1..=op::SWAP16 => self.window.swap(usize::from(op.opcode - op::SWAP1) + 1),
            op::PC => self.window.push_outside(small(Limb::Imm(op.pc.into()))),
            op::CODESIZE => self.window.push_outside(small(Limb::Imm(self.code.len() as u64))),
            op::CALLDATASIZE => self.window.push_outside(small(Limb::Context(offset::INPUT_LEN))),
            op::RETURNDATASIZE => {
                self.window.push_outside(small(Limb::Context(if fault::planted!(TemplateReturnSize) {
                    offset::INPUT_LEN
                } else {
                    offset::RETURN_LEN
                })))
            }
            op::MSIZE => self.memory_size(),
            op::GAS => self.gas(),
            op::ADD => self.add(),
            op::SUB => self.sub(),
            op::MUL => self.mul(op),
            op::DIV => self.div(op),
            op::SDIV if fault::planted!(TemplateSdivShift) => self.div(op),
            op::MOD => self.rem(op),
            op::ADDMOD | op::MULMOD => self.modular(op),
            op::AND | op::OR | op::XOR => self.bitwise(op.opcode),
            op::NOT => self.not(),
            op::LT | op::GT | op::SLT | op::SGT | op::EQ | op::ISZERO => self.comparison(op, rest, section),
            op::SHL | op::SHR | op::SAR => self.shift(op),
            op::BYTE => self.byte(op),
            op::SIGNEXTEND => self.signextend(op),
            op::MLOAD => self.mload(),
            op::MSTORE => self.mstore(),
            op::MSTORE8 => self.mstore8(),
            op::CALLDATALOAD => self.calldataload(),
            op::JUMP => self.jump(),
            op::JUMPI => self.jumpi(section),
            opcode => match offset::constant(if fault::planted!(TemplateNumber) && opcode == op::NUMBER {
                op::TIMESTAMP
            } else {
                opcode
            }) {
                Some(at) => self.window.push_outside(std::array::from_fn(|i| Limb::Context(at + 8 * i as i32))),
                None => self.builtin(op),
            },
        }
    }

    /// Whether a whim was drawn for an instruction.
    pub(crate) fn has(&self, whim: Whim, op: &Op) -> bool {
        self.chaos.is_some_and(|chaos| chaos.has(whim, op.pc))
    }

    /// What is drawn before an instruction. No flags are kept from one instruction to the next.
    fn stir(&mut self, op: &Op) {
        self.fresh = self.has(Whim::Fresh, op);
        if self.window.entries.len() > WORDS_MAX {
            return;
        }
        let forgets = self.has(Whim::Forget, op);
        if forgets || self.has(Whim::Home, op) {
            self.settling.all(self.isa, self.window);
        }
        if forgets {
            self.window.forget();
            self.memory_end = 0;
        }
    }

    /// The number behind a PUSH of up to eight bytes.
    fn short_immediate(&self, op: &Op) -> u64 {
        let bytes = self.code.padded()[op.pc as usize + 1..].first_chunk();
        let word = u64::from_be_bytes(*bytes.expect("a code is padded with more than a word"));
        word.checked_shr(64 - 8 * u32::from(op.opcode - op::PUSH0)).unwrap_or(0)
    }

    /// Tells a fuzzer what an instruction finds.
    fn note_operands(&self, op: &Op) {
        if let Some(row) = self.noted(op) {
            let class = |depth: u8| match depth < row.pops {
                true => feedback::class(&self.window.top(depth.into())),
                false => Class::Absent,
            };
            feedback::operands(op.opcode, class(0), class(1));
        }
    }

    /// Tells a fuzzer what an instruction became.
    fn note_result(&self, op: &Op) {
        if let Some(row) = self.noted(op).filter(|row| row.pushes > 0 && !row.ends_section) {
            let class = if self.taken > 0 { Class::Fused } else { feedback::class(&self.window.top(0)) };
            feedback::result(row.opcode, class);
        }
    }

    fn noted(&self, op: &Op) -> Option<&'static spec::Row> {
        if feedback::ON { spec::table::row(op.opcode, self.plan.revision) } else { None }
    }

    /// The number behind a PUSH.
    pub(crate) fn immediate(&self, op: &Op) -> U256 {
        let first = op.pc as usize + 1;
        let len = usize::from(op.opcode - op::PUSH0);
        if fault::planted!(TemplatePadding) && first + len > self.code.len() {
            return U256::ZERO;
        }
        U256::from_be_slice(&self.code.padded()[first..first + len])
    }

    /// Calls the builtin of an instruction.
    pub(crate) fn builtin(&mut self, op: &Op) {
        let Some(row) = spec::table::row(op.opcode, self.plan.revision) else { return };
        let (pops, pushes) = (usize::from(row.pops), usize::from(row.pushes));
        feedback::result(op.opcode, Class::Builtin);
        if !row.ends_section {
            self.settling.operands(self.isa, self.window, pops);
            let slow = self.has(Whim::Slow, op);
            self.isa.call(op.opcode.into(), self.window.height(), slow);
            return self.answer(pops, pushes);
        }
        self.settling.all(self.isa, self.window);
        if matches!(op.opcode, op::CREATE | op::CREATE2 | op::CALL | op::CALLCODE | op::DELEGATECALL | op::STATICCALL) {
            self.isa.resume_at(if fault::planted!(TemplateResume) && op.opcode == op::CALL { 0 } else { op.pc + 1 });
        }
        self.isa.call(op.opcode.into(), self.window.height(), false);
        self.answer(pops, pushes);
        self.isa.advance(self.window.height());
    }

    /// What a builtin left in place of its operands.
    fn answer(&mut self, pops: usize, pushes: usize) {
        (0..pops).for_each(|_| self.window.pop());
        for _ in 0..pushes {
            let slot = self.window.height();
            self.window.push(std::array::from_fn(|i| Limb::Stack(4 * slot + i as i32)));
        }
    }

    /// The value of the word below `depth` others, if it is known.
    pub(crate) fn known(&self, depth: usize) -> Option<U256> {
        known(&self.window.top(depth))
    }

    /// A register, counted once.
    pub(crate) fn alloc(&mut self) -> crate::isa::Reg {
        self.window.alloc(self.isa)
    }

    /// Replaces the operands of an instruction by its result, whose registers are counted. A word lies in one slot or
    /// in none, so limbs on the stack are loaded if they would be mixed with others.
    pub(crate) fn finish(&mut self, pops: usize, mut word: Word) {
        let slot = crate::window::slot_of(&word);
        let lies_there = |(i, limb): (usize, &Limb)| match (limb, slot) {
            (Limb::Imm(_), _) | (_, None) => true,
            (limb, Some(slot)) => *limb == Limb::Stack(4 * slot + i as i32),
        };
        if !word.iter().enumerate().all(lies_there) {
            for limb in &mut word {
                if let Limb::Stack(_) = limb {
                    let reg = self.alloc();
                    self.isa.mov(reg, *limb);
                    *limb = Limb::Reg(reg);
                }
            }
        }
        (0..pops).for_each(|_| self.window.pop());
        self.window.push(word);
    }

    /// Replaces the operands of an instruction by one of them, or by a part of one.
    pub(crate) fn finish_shared(&mut self, pops: usize, word: Word) {
        word.iter().for_each(|limb| self.window.retain(*limb));
        self.finish(pops, word);
    }

    /// Replaces the operands of an instruction by a word that is known.
    pub(crate) fn finish_known(&mut self, pops: usize, word: U256) {
        self.finish(pops, constant(word));
    }

    /// A register for limb `i` of a result: that of the operand, if nothing else needs it.
    pub(crate) fn reuse(&mut self, operand: Limb) -> crate::isa::Reg {
        match operand {
            Limb::Reg(reg) if self.window.is_last_use(reg) && !self.fresh => {
                self.window.retain(operand);
                reg
            }
            _ => self.alloc(),
        }
    }
}

/// What the head of a section checks; `None` for a section that no frame can pass.
pub(crate) fn check(section: &Section) -> Option<Check> {
    let peak = usize::from(section.need) + usize::from(section.growth);
    let gas = i32::try_from(section.gas).ok().filter(|_| peak <= limits::STACK)?;
    Some(Check { gas: gas.unsigned_abs(), need: section.need, growth: section.growth })
}
