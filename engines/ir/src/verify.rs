//! The verifier: whether a [`Func`] is what [`crate::func`] says it is.
//!
//! Shape first: every place that is named is there, values are defined once, before their use and in their own block, results
//! and arguments are as many as they must be. Then the memory of the stack, slot by slot: a slot is *fresh* if its memory holds the word
//! that the program has there, which a store makes it and which it is at the entry unless it belongs to a dirty parameter. A
//! load wants a fresh slot, a builtin fresh operands. Slots below the final height that are not fresh where a block ends
//! must belong to dirty parameters of whatever comes next, and there must be none where the frame has to be complete. So a
//! store that a pass wrongly leaves out is found here, before anything runs.

use crate::{Block, BlockData, Edge, End, Func, Op, Param, To, Value, arity, is_env, suspends};
use spec::limits;
use std::collections::BTreeSet;

/// Checks everything, and names the first thing that is wrong.
pub fn verify(func: &Func) -> Result<(), String> {
    let mut owners = vec![None; func.widths.len()];
    for (block, data) in func.iter() {
        let mut check = Check { func, data, block, owners: &mut owners, stale: BTreeSet::new() };
        check.block().map_err(|what| format!("block {}: {what}", block.0))?;
    }
    Ok(())
}

/// One block being checked.
struct Check<'a> {
    func: &'a Func,
    data: &'a BlockData,
    block: Block,
    /// By value: the block that defined it.
    owners: &'a mut [Option<Block>],
    /// Slots whose memory does not hold their word.
    stale: BTreeSet<i32>,
}

type Checked = Result<(), String>;

impl Check<'_> {
    fn block(&mut self) -> Checked {
        let (data, head) = (self.data, &self.data.head);
        if usize::from(head.need) + usize::from(head.growth) > limits::STACK {
            return Err("no frame passes the head, so it must fail".into());
        }
        self.order()?;
        let mut below = i32::MIN;
        for param in &data.params {
            if param.slot <= below || param.slot < -(limits::STACK as i32) || param.slot >= 0 {
                return Err(format!(
                    "a parameter for slot {} stands out of order or is no word of a stack",
                    param.slot
                ));
            }
            below = param.slot;
            self.bounds(param)?;
            self.define(param.value)?;
        }
        self.stale = data.params.iter().filter(|param| param.dirty).map(|param| param.slot).collect();
        self.stale.extend(0..i32::from(head.growth));
        for (index, inst) in data.insts.iter().enumerate() {
            self.inst(index, inst.op, inst.result).map_err(|what| format!("instruction {index}: {what}"))?;
        }
        self.end()
    }

    fn order(&self) -> Checked {
        let index = self.block.0 as usize;
        let before = index.checked_sub(1).map(|before| self.func.blocks[before].head.pc);
        match before {
            Some(pc) if pc >= self.data.head.pc => Err("blocks stand in the order of their canonical points".into()),
            _ => Ok(()),
        }
    }

    fn bounds(&self, param: &Param) -> Checked {
        let bits = self.func.widths.get(param.value.0 as usize).map_or(256, |width| width.bits());
        match param.bounds {
            Some((least, most)) if least > most || most.bit_len() > bits || bits > 64 && least < most => {
                Err(format!("bounds that v{} cannot have", param.value.0))
            }
            _ => Ok(()),
        }
    }

    fn define(&mut self, value: Value) -> Checked {
        match self.owners.get_mut(value.0 as usize) {
            Some(owner @ None) => *owner = Some(self.block),
            Some(Some(_)) => return Err(format!("v{} is defined twice", value.0)),
            None => return Err(format!("v{} has no width", value.0)),
        }
        Ok(())
    }

    fn uses(&self, value: Value) -> Checked {
        match self.owners.get(value.0 as usize) {
            Some(Some(owner)) if *owner == self.block => Ok(()),
            _ => Err(format!("v{} is not defined before it in this block", value.0)),
        }
    }

    /// Whether a slot is known to be there: the head checked it, or it was handed over.
    fn slot(&self, slot: i32) -> Checked {
        let is_checked = (-i32::from(self.data.head.need)..i32::from(self.data.head.growth)).contains(&slot);
        match is_checked || self.data.params.iter().any(|param| param.slot == slot) {
            true => Ok(()),
            false => Err(format!("nobody checked that slot {slot} is there")),
        }
    }

    fn inst(&mut self, index: usize, op: Op, result: Option<Value>) -> Checked {
        let (operands, count) = op.operands();
        operands[..count].iter().try_for_each(|value| self.uses(*value))?;
        match op {
            Op::Pure(opcode, _) if arity(opcode).is_none() => {
                return Err(format!("{opcode:#04x} is no function of words"));
            }
            Op::Env(opcode) if !is_env(opcode) => return Err(format!("{opcode:#04x} is no constant of a frame")),
            Op::Load(slot) => {
                self.slot(slot)?;
                if self.stale.contains(&slot) {
                    return Err(format!("slot {slot} is loaded while it is stale"));
                }
            }
            Op::Store(slot, _) => {
                self.slot(slot)?;
                self.stale.remove(&slot);
            }
            Op::Gas
                if self.data.insts[index + 1..]
                    .iter()
                    .any(|inst| matches!(inst.op, Op::Grow(..) | Op::Builtin { .. })) =>
            {
                return Err("something behind it takes gas".into());
            }
            Op::Builtin { opcode, height, .. } => self.builtin(index, opcode, height)?,
            _ => {}
        }
        match (op.defines(), result) {
            (true, Some(value)) => self.define(value),
            (false, None) => Ok(()),
            (true, None) => Err("it defines no value".into()),
            (false, Some(_)) => Err("it cannot define a value".into()),
        }
    }

    fn builtin(&mut self, index: usize, opcode: u8, height: i32) -> Checked {
        let row = spec::table::row(opcode, self.func.revision);
        let row = row.ok_or_else(|| format!("{opcode:#04x} is not defined in {}", self.func.revision))?;
        let base = height - i32::from(row.pops);
        for slot in base..height {
            self.slot(slot)?;
            if self.stale.contains(&slot) {
                return Err(format!("the operand in slot {slot} is stale"));
            }
        }
        let leaves = row.is_terminator() || suspends(opcode);
        if leaves && (index + 1 < self.data.insts.len() || self.data.end != End::Never) {
            return Err(format!("{} never goes on, so nothing follows it", row.name));
        }
        if suspends(opcode) && self.stale.range(..base).next().is_some() {
            return Err(format!("the frame is not complete at {}", row.name));
        }
        self.stale.extend(base..height);
        for slot in base..base + i32::from(row.pushes) {
            self.slot(slot)?;
            self.stale.remove(&slot);
        }
        Ok(())
    }

    fn end(&mut self) -> Checked {
        let data = self.data;
        data.end_operands().into_iter().try_for_each(|value| self.uses(value))?;
        let never = matches!(data.insts.last().map(|inst| inst.op), Some(Op::Builtin { opcode, .. })
            if suspends(opcode) || spec::table::row(opcode, self.func.revision).is_some_and(|row| row.is_terminator()));
        if (data.end == End::Never) != never {
            return Err("it must end in a builtin that never goes on, and only then".into());
        }
        match &data.end {
            End::Go(to) => self.to(to),
            End::If(_, to, edge) => {
                self.to(to)?;
                self.edge(edge)
            }
            _ => Ok(()),
        }
    }

    fn to(&self, to: &To) -> Checked {
        if let Some(edge) = to.edge() {
            self.edge(edge)?;
        }
        match to {
            To::Edge(_) | To::Invalid => return Ok(()),
            To::Dynamic(_, Some((pc, edge))) => {
                let block = self.func.block(edge.block);
                if block.head.pc != *pc || !block.head.target {
                    return Err(format!("a dynamic jump cannot reach {pc:#x} at block {}", edge.block.0));
                }
            }
            To::Dynamic(_, None) => {}
        }
        match self.stale.range(..self.data.delta).next() {
            Some(slot) => Err(format!("slot {slot} is stale at a dynamic jump")),
            None => Ok(()),
        }
    }

    fn edge(&self, edge: &Edge) -> Checked {
        let Some(target) = self.func.blocks.get(edge.block.0 as usize) else {
            return Err(format!("there is no block {}", edge.block.0));
        };
        if edge.args.len() != target.params.len() {
            return Err(format!(
                "{} arguments for the {} parameters of block {}",
                edge.args.len(),
                target.params.len(),
                edge.block.0
            ));
        }
        for param in &target.params {
            self.slot(param.slot + self.data.delta)?;
        }
        if edge.checked && !self.is_passed(target) {
            return Err(format!("nothing shows that the stack passes the head of block {}", edge.block.0));
        }
        let handed = |slot: i32| {
            let of = |param: &Param| param.slot + self.data.delta == slot && param.dirty;
            target.params.iter().any(of)
        };
        match self.stale.range(..self.data.delta).find(|slot| !handed(**slot)) {
            Some(slot) => Err(format!("slot {slot} is stale and not handed to block {}", edge.block.0)),
            None => Ok(()),
        }
    }

    /// Whether the stack passes the head of the next block because it passed the head of this one.
    fn is_passed(&self, next: &BlockData) -> bool {
        let (head, then) = (&self.data.head, &next.head);
        let delta = self.data.delta;
        let need = i32::from(head.need) + delta >= i32::from(then.need);
        need && delta + i32::from(then.growth) <= i32::from(head.growth)
    }
}
