//! Pass `number`: each word is computed once in a block.
//!
//! Two instructions of a block that do the same to the same values define the same word, so the second is replaced by the
//! first. That holds for constants, functions of words and words that are constant while a block runs. (RETURNDATASIZE is:
//! only a call changes it, and a block ends there.) A load of a slot is the value that was stored or loaded there last, until a
//! builtin leaves something else in it; a load of memory is the word stored or loaded at that very offset last, until anything else
//! is written to memory. Gas, the size of memory and all that asks the world are never merged. Values do not leave their
//! block, so an entry from outside cannot miss any.
//!
//! A value is replaced only by one that is not wider, so widths stay true.

use crate::pass::Fuel;
use crate::{BlockData, Func, Inst, Op, Value};
use spec::op;
use std::collections::{BTreeMap, HashMap};

/// Runs the pass.
pub(crate) fn run(func: &mut Func, fuel: &mut Fuel) {
    let mut blocks = std::mem::take(&mut func.blocks);
    for data in &mut blocks {
        Number { func, seen: HashMap::new(), memory: BTreeMap::new(), renamed: HashMap::new() }.block(data, fuel);
    }
    func.blocks = blocks;
}

struct Number<'a> {
    func: &'a Func,
    /// What defines a word, and its value. Slots are in it as their loads.
    seen: HashMap<Op, Value>,
    /// By offset: the word of memory there.
    memory: BTreeMap<Value, Value>,
    renamed: HashMap<Value, Value>,
}

impl Number<'_> {
    fn block(&mut self, data: &mut BlockData, fuel: &mut Fuel) {
        for param in &data.params {
            self.seen.insert(Op::Load(param.slot), param.value);
        }
        let mut insts = std::mem::take(&mut data.insts);
        insts.retain_mut(|inst| !self.inst(inst, fuel));
        data.insts = insts;
        data.end.map_operands(|value| self.now(value));
    }

    fn now(&self, value: Value) -> Value {
        self.renamed.get(&value).copied().unwrap_or(value)
    }

    /// Whether an instruction is left out.
    fn inst(&mut self, inst: &mut Inst, fuel: &mut Fuel) -> bool {
        let renamed = &self.renamed;
        inst.op.map_operands(|value| renamed.get(&value).copied().unwrap_or(value));
        let known = match inst.op {
            Op::Const(_) | Op::Pure(..) | Op::Env(_) | Op::Load(_) | Op::CallDataLoad(_) => {
                self.seen.get(&key(inst.op)).copied()
            }
            Op::MemLoad(offset) => self.memory.get(&offset).copied(),
            _ => None,
        };
        let Some(result) = inst.result else {
            self.effect(inst.op);
            return false;
        };
        let narrower = known.filter(|known| self.func.width(*known) <= self.func.width(result));
        if let Some(known) = narrower.filter(|_| fuel.take()) {
            self.renamed.insert(result, known);
            return true;
        }
        match inst.op {
            Op::MemLoad(offset) => {
                self.memory.insert(offset, result);
            }
            Op::Msize | Op::Gas => {}
            op => {
                self.seen.insert(key(op), result);
            }
        }
        false
    }

    fn effect(&mut self, op: Op) {
        match op {
            Op::Store(slot, value) => {
                self.seen.insert(Op::Load(slot), value);
            }
            Op::MemStore(offset, value) => {
                self.memory.clear();
                self.memory.insert(offset, value);
            }
            Op::MemStore8(..) => self.memory.clear(),
            Op::Builtin { opcode, height, .. } => {
                let row = spec::table::row(opcode, self.func.revision);
                let (pops, pushes) = row.map_or((0, 0), |row| (i32::from(row.pops), i32::from(row.pushes)));
                for slot in height - pops..height - pops + pops.max(pushes) {
                    self.seen.remove(&Op::Load(slot));
                }
                self.memory.clear();
            }
            _ => {}
        }
    }
}

/// The same for operands in either order, where that makes no difference.
fn key(op: Op) -> Op {
    match op {
        Op::Pure(opcode, [left, right, modulus]) if commutes(opcode) && right < left => {
            Op::Pure(opcode, [right, left, modulus])
        }
        op => op,
    }
}

fn commutes(opcode: u8) -> bool {
    matches!(opcode, op::ADD | op::MUL | op::AND | op::OR | op::XOR | op::EQ | op::ADDMOD | op::MULMOD)
}
