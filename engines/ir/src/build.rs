//! The front end: a plan to blocks, section by section, instruction by instruction.
//!
//! PUSH, DUP, SWAP and POP only rename, so they become constants, or nothing. Everything else becomes one instruction, with the
//! growth of memory as an effect of its own. A word that a section finds on the stack is loaded when it is first used, and
//! each slot is written once, where the section ends, if it holds another word then; operands of builtins are written
//! before. No fact crosses a section: there are no parameters, every jump is dynamic, every value is as wide as a word.

use crate::{Block, BlockData, Edge, End, Func, Head, Inst, Op, To, Value, Width, arity, is_env, suspends};
use api::{Code, U256};
use plan::{Ends, Plan, Section};
use spec::{Revision, limits, op};
use std::fmt;

/// Bytes of bytecode that are built; longer code is refused.
pub const CODE_LEN_MAX: usize = 64 << 10;

/// Code that is not built, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// Builds the form of a code. Time and size are linear in its length.
pub fn build(code: &Code, revision: Revision) -> Result<Func, Refusal> {
    if code.len() > CODE_LEN_MAX {
        return Err(Refusal(format!("the code has {} bytes, more than {CODE_LEN_MAX}", code.len())));
    }
    let plan = Plan::new(code, revision);
    let func = Func {
        revision,
        code_len: plan.code_len,
        blocks: Vec::with_capacity(plan.sections.len()),
        widths: Vec::with_capacity(plan.ops.len()),
    };
    let mut walk = Walk { code, plan: &plan, func, insts: Vec::new(), words: Vec::new(), homes: Vec::new(), need: 0 };
    for index in 0..plan.sections.len() {
        let block = walk.section(index);
        walk.func.blocks.push(block);
    }
    Ok(walk.func)
}

/// What the head of a section takes and checks; `None` if no frame passes it.
fn head(plan: &Plan, section: &Section) -> Option<Head> {
    let peak = usize::from(section.need) + usize::from(section.growth);
    let gas = u32::try_from(section.gas).ok().filter(|_| peak <= limits::STACK)?;
    let target = plan.ops[section.ops.start as usize].opcode == op::JUMPDEST;
    Some(Head { pc: section.pc, gas, need: section.need, growth: section.growth, target })
}

/// The walk, and the stack of the section at hand.
struct Walk<'a> {
    code: &'a Code,
    plan: &'a Plan,
    func: Func,
    insts: Vec<Inst>,
    /// The words on the stack, deepest first; `None` for one that lies in its slot and was not looked at.
    words: Vec<Option<Value>>,
    /// By slot: the value that is known to lie there.
    homes: Vec<Option<Value>>,
    need: usize,
}

impl Walk<'_> {
    fn section(&mut self, index: usize) -> BlockData {
        let section = &self.plan.sections[index];
        let Some(head) = head(self.plan, section) else {
            let target = self.plan.ops[section.ops.start as usize].opcode == op::JUMPDEST;
            let head = Head { pc: section.pc, gas: 0, need: 0, growth: 0, target };
            return BlockData { head, params: Vec::new(), insts: Vec::new(), end: End::Fails, delta: 0 };
        };
        self.need = usize::from(head.need);
        self.words.clear();
        self.words.resize(self.need, None);
        self.homes.clear();
        self.homes.resize(self.need + usize::from(head.growth), None);
        let end = self.instructions(section, index);
        let delta = self.words.len() as i32 - self.need as i32;
        BlockData { head, params: Vec::new(), insts: std::mem::take(&mut self.insts), end, delta }
    }

    /// The instructions of a section up to the one that ends it, and what that becomes.
    fn instructions(&mut self, section: &Section, index: usize) -> End {
        let plan = self.plan;
        let behind = |block: usize| Edge { block: Block(block as u32), args: Vec::new(), checked: false };
        for op in &plan.ops[section.ops.start as usize..section.ops.end as usize] {
            if !op.defined {
                return End::Undefined;
            }
            match op.opcode {
                op::STOP => return End::Stop,
                op::INVALID => return End::Invalid,
                op::JUMP => {
                    let target = self.pop();
                    self.complete();
                    return End::Go(To::Dynamic(target, None));
                }
                op::JUMPI => {
                    let (target, condition) = (self.pop(), self.pop());
                    self.complete();
                    return End::If(condition, To::Dynamic(target, None), behind(index + 1));
                }
                opcode => self.instruction(opcode, op.pc),
            }
        }
        if section.end == Ends::Stops || self.suspended() {
            return End::Never;
        }
        self.complete();
        End::Go(To::Edge(behind(index + 1)))
    }

    fn instruction(&mut self, opcode: u8, pc: u32) {
        match opcode {
            op::JUMPDEST => {}
            op::POP => {
                self.words.pop();
            }
            op::PUSH0..=op::PUSH32 => self.push_op(Op::Const(self.immediate(opcode, pc))),
            op::DUP1..=op::DUP16 => {
                let word = self.look(usize::from(opcode - op::DUP1));
                self.words.push(Some(word));
            }
            op::SWAP1..=op::SWAP16 => self.swap(usize::from(opcode - op::SWAP1) + 1),
            op::PC => self.push_op(Op::Const(U256::from(pc))),
            op::CODESIZE => self.push_op(Op::Const(U256::from(self.code.len()))),
            op::MSIZE => self.push_op(Op::Msize),
            op::GAS => self.push_op(Op::Gas),
            op::CALLDATALOAD => {
                let offset = self.pop();
                self.push_op(Op::CallDataLoad(offset));
            }
            op::MLOAD => {
                let offset = self.pop();
                self.effect(Op::Grow(offset, 32));
                self.push_op(Op::MemLoad(offset));
            }
            op::MSTORE => {
                let (offset, value) = (self.pop(), self.pop());
                self.effect(Op::Grow(offset, 32));
                self.effect(Op::MemStore(offset, value));
            }
            op::MSTORE8 => {
                let (offset, value) = (self.pop(), self.pop());
                self.effect(Op::Grow(offset, 1));
                self.effect(Op::MemStore8(offset, value));
            }
            _ if is_env(opcode) => self.push_op(Op::Env(opcode)),
            _ => match arity(opcode) {
                Some(arity) => {
                    let mut operands = [Value(u32::MAX); 3];
                    operands[..arity].fill_with(|| self.pop());
                    self.push_op(Op::Pure(opcode, operands));
                }
                None => self.builtin(opcode, pc),
            },
        }
    }

    /// Calls a builtin: operands go home before, and if the frame may be taken over, every other word too.
    fn builtin(&mut self, opcode: u8, pc: u32) {
        let row = spec::table::row(opcode, self.plan.revision);
        let (pops, pushes) = row.map_or((0, 0), |row| (usize::from(row.pops), usize::from(row.pushes)));
        let base = self.words.len() - pops;
        self.settle(if suspends(opcode) { 0 } else { base });
        self.effect(Op::Builtin { opcode, height: self.slot(self.words.len()), pc });
        self.words.truncate(base);
        self.homes[base..base + pops.max(pushes)].fill(None);
        self.words.extend((0..pushes).map(|_| None));
    }

    fn suspended(&self) -> bool {
        matches!(self.insts.last(), Some(Inst { op: Op::Builtin { opcode, .. }, .. }) if suspends(*opcode))
    }

    /// Writes every word that is not in its slot.
    fn complete(&mut self) {
        self.settle(0);
    }

    /// The same for the words from an index on.
    fn settle(&mut self, first: usize) {
        for index in first..self.words.len() {
            if let Some(word) = self.words[index]
                && self.homes[index] != Some(word)
            {
                self.homes[index] = Some(word);
                self.effect(Op::Store(self.slot(index), word));
            }
        }
    }

    fn slot(&self, index: usize) -> i32 {
        index as i32 - self.need as i32
    }

    fn immediate(&self, opcode: u8, pc: u32) -> U256 {
        let first = pc as usize + 1;
        U256::from_be_slice(&self.code.padded()[first..first + usize::from(opcode - op::PUSH0)])
    }

    fn effect(&mut self, op: Op) {
        self.insts.push(Inst { op, result: None });
    }

    fn define(&mut self, op: Op) -> Value {
        let value = self.func.value(Width::W256);
        self.insts.push(Inst { op, result: Some(value) });
        value
    }

    fn push_op(&mut self, op: Op) {
        let value = self.define(op);
        self.words.push(Some(value));
    }

    /// The word below `depth` others.
    fn look(&mut self, depth: usize) -> Value {
        let index = self.words.len() - 1 - depth;
        match self.words[index] {
            Some(word) => word,
            None => {
                let word = self.define(Op::Load(self.slot(index)));
                (self.words[index], self.homes[index]) = (Some(word), Some(word));
                word
            }
        }
    }

    fn pop(&mut self) -> Value {
        let word = self.look(0);
        self.words.pop();
        word
    }

    fn swap(&mut self, depth: usize) {
        self.look(0);
        self.look(depth);
        let top = self.words.len() - 1;
        self.words.swap(top, top - depth);
    }
}
