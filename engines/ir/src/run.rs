//! The interpreter of the form: what [`crate::func`] says, step by step, on the context and the builtins of compiled code.

use crate::{Block, BlockData, Edge, End, Func, Op, Param, To, Value, suspends};
use api::{Halt, U256};
use runtime::{Context, Status};
use spec::limits;

/// Runs a form on a context from the block at its entry until it leaves. Where the status names a canonical point, that stands
/// in the context.
pub(crate) fn run(func: &Func, context: &mut Context<'_>, entry: Block, checkpoints: bool) -> Status {
    let values = vec![U256::ZERO; func.widths.len()];
    let height = context.height();
    let mut run = Run { func, context, values, height, checkpoints };
    let mut step = run.outside(entry);
    loop {
        step = match step {
            Ok(block) => run.block(block),
            Err(status) => return status,
        };
    }
}

/// The next block, whose head was passed, or the status to leave with.
type Step = Result<Block, Status>;

struct Run<'a, 'c> {
    func: &'a Func,
    context: &'a mut Context<'c>,
    values: Vec<U256>,
    /// The height of the stack at the entry of the block at hand.
    height: usize,
    checkpoints: bool,
}

impl Run<'_, '_> {
    fn get(&self, value: Value) -> U256 {
        self.values[value.0 as usize]
    }

    /// Sets a value to what its width leaves of a word.
    fn set(&mut self, value: Value, word: U256) {
        self.values[value.0 as usize] = self.func.width(value).cut(word);
    }

    /// The place of a slot on the stack.
    fn place(&self, slot: i32) -> usize {
        (self.height as i64 + i64::from(slot)) as usize
    }

    /// An entry from outside: parameters are looked at, and loaded once the head is passed.
    fn outside(&mut self, block: Block) -> Step {
        let func = self.func;
        let data = func.block(block);
        let is_deep = |slot: i32| slot.unsigned_abs() as usize > self.height;
        let admits = |param: &Param| param.admits(func.width(param.value), self.context.word(self.place(param.slot)));
        if data.params.iter().any(|param| is_deep(param.slot) || !admits(param)) {
            self.leave_at(data);
            return Err(Status::LEAVES);
        }
        for param in &data.params {
            self.set(param.value, self.context.word(self.place(param.slot)));
        }
        self.head(data, true)?;
        Ok(block)
    }

    /// An entry over an edge; the height is that of the next block already.
    fn inside(&mut self, edge: &Edge) -> Step {
        let data = self.func.block(edge.block);
        let words: Vec<U256> = edge.args.iter().map(|arg| self.get(*arg)).collect();
        for (param, word) in data.params.iter().zip(words) {
            self.set(param.value, word);
        }
        self.head(data, !edge.checked)?;
        Ok(edge.block)
    }

    fn head(&mut self, data: &BlockData, checks_stack: bool) -> Result<(), Status> {
        if self.checkpoints {
            self.restore(data);
            self.context.pc = data.head.pc;
            self.context.set_height(self.height);
            go_on(self.context.report(self.height))?;
        }
        let head = &data.head;
        let (need, growth) = (usize::from(head.need), usize::from(head.growth));
        let is_passed = !checks_stack || (self.height >= need && self.height + growth <= limits::STACK);
        match self.context.gas.checked_sub(head.gas.into()).filter(|_| is_passed && data.end != End::Fails) {
            Some(rest) => {
                self.context.gas = rest;
                Ok(())
            }
            None => {
                self.restore(data);
                self.leave_at(data);
                Err(Status::FAILS)
            }
        }
    }

    /// Stores the parameters that may be nowhere else.
    fn restore(&mut self, data: &BlockData) {
        for param in data.params.iter().filter(|param| param.dirty) {
            self.context.set_word(self.place(param.slot), self.get(param.value));
        }
    }

    fn leave_at(&mut self, data: &BlockData) {
        self.context.pc = data.head.pc;
        self.context.set_height(self.height);
    }

    fn block(&mut self, block: Block) -> Step {
        let func = self.func;
        let data = func.block(block);
        for inst in &data.insts {
            let word = self.inst(inst.op)?;
            if let Some(result) = inst.result {
                self.set(result, word);
            }
        }
        let behind = |run: &mut Self| run.height = run.place(data.delta);
        match &data.end {
            End::Go(to) => {
                behind(self);
                self.to(to)
            }
            End::If(condition, to, edge) => {
                behind(self);
                if self.get(*condition).is_zero() { self.inside(edge) } else { self.to(to) }
            }
            End::Stop => Err(Status::STOP),
            End::Invalid => Err(Halt::Invalid.into()),
            End::Undefined => Err(Halt::Undefined.into()),
            End::OutOfGas => Err(Halt::OutOfGas.into()),
            End::Fails | End::Never => Err(Status::MISSING),
        }
    }

    fn to(&mut self, to: &To) -> Step {
        let (target, guess) = match to {
            To::Edge(edge) => return self.inside(edge),
            To::Invalid => return Err(Halt::InvalidJump.into()),
            To::Dynamic(target, guess) => (self.get(*target), guess),
        };
        if let Some((pc, edge)) = guess
            && target == U256::from(*pc)
        {
            return self.inside(edge);
        }
        let block = u32::try_from(target).ok().and_then(|pc| self.func.entry(pc));
        match block.filter(|block| self.func.block(*block).head.target) {
            Some(block) => self.outside(block),
            None => Err(Halt::InvalidJump.into()),
        }
    }

    /// What an instruction defines; zero if it defines nothing.
    fn inst(&mut self, op: Op) -> Result<U256, Status> {
        Ok(match op {
            Op::Const(word) => word,
            Op::Pure(opcode, operands) => {
                let arity = crate::arity(opcode).unwrap_or(0);
                let mut words = [U256::ZERO; 3];
                words.iter_mut().zip(&operands[..arity]).for_each(|(word, value)| *word = self.get(*value));
                self.context.calculate(opcode, &words).ok_or(Status::MISSING)?
            }
            Op::Env(opcode) => self.context.constant(opcode).ok_or(Status::MISSING)?,
            Op::Load(slot) => self.context.word(self.place(slot)),
            Op::Store(slot, value) => {
                let word = self.get(value);
                self.context.set_word(self.place(slot), word);
                U256::ZERO
            }
            Op::Grow(offset, len) => {
                let end = u64::try_from(self.get(offset)).ok().and_then(|offset| offset.checked_add(len.into()));
                go_on(self.context.grow_to(end.ok_or(Halt::OutOfGas)?))?;
                U256::ZERO
            }
            Op::MemLoad(offset) => self.context.memory_word(self.low(offset)),
            Op::MemStore(offset, value) => {
                self.context.write_memory(self.low(offset), &self.get(value).to_be_bytes::<32>());
                U256::ZERO
            }
            Op::MemStore8(offset, value) => {
                self.context.write_memory(self.low(offset), &[self.get(value).byte(0)]);
                U256::ZERO
            }
            Op::CallDataLoad(offset) => self.context.input_word(self.get(offset)),
            Op::Msize => U256::from(self.context.memory_len),
            Op::Gas => U256::from(self.context.gas),
            Op::Builtin { opcode, height, pc } => {
                if suspends(opcode) {
                    self.context.pc = pc + 1;
                }
                go_on(self.context.call(opcode, self.place(height)))?;
                U256::ZERO
            }
        })
    }

    fn low(&self, value: Value) -> u64 {
        self.get(value).as_limbs()[0]
    }
}

fn go_on(status: Status) -> Result<(), Status> {
    if status == Status::GO_ON { Ok(()) } else { Err(status) }
}
