//! Pass `grow`: growth of memory that happens once instead of several times.
//!
//! Memory never shrinks. Behind a growth to a known end, one to an end that is no larger finds memory there: it takes no gas,
//! halts nowhere and changes nothing, so it is **left out**. The same holds for a second growth behind the same offset that
//! reaches no further. Nothing is known at the entry of a block: it may be an entry from outside. Growth whose word nobody uses is
//! an effect and stays.
//!
//! Before that, the first of several growths to known ends is **raised** to the largest of them, so that the others are covered. What
//! memory costs depends on where it ends up and not on the steps, so gas is the same behind the last of them. In between
//! nothing asks for gas: what does stands last in its block. Nothing asks for the size either, because MSIZE separates what is
//! raised from what follows. And if the raised growth runs out of gas, the later one would have: gas only becomes
//! less, and running out of gas in the middle of a block is the same wherever it happens, as nobody outside has seen anything of it.

use crate::pass::Fuel;
use crate::{BlockData, Func, Inst, Op, Value, Width};
use api::U256;
use std::collections::BTreeMap;

/// Runs the pass.
pub(crate) fn run(func: &mut Func, fuel: &mut Fuel) {
    let mut blocks = std::mem::take(&mut func.blocks);
    for data in &mut blocks {
        raise(func, data, fuel);
        leave_out(data, fuel);
    }
    func.blocks = blocks;
}

/// A growth to a known end: where it stands, its length, and the end.
type Known = (usize, u32, u64);

fn raise(func: &mut Func, data: &mut BlockData, fuel: &mut Fuel) {
    let mut raised = runs(data).into_iter().filter_map(|run| raised(&run)).filter(|_| fuel.take()).peekable();
    if raised.peek().is_none() {
        return;
    }
    let insts = std::mem::take(&mut data.insts);
    for (place, mut inst) in insts.into_iter().enumerate() {
        if let Some((_, len, end)) = raised.next_if(|(raised, ..)| *raised == place) {
            let offset = U256::from(end - u64::from(len));
            let value = func.value(Width::of(offset.bit_len()));
            data.insts.push(Inst { op: Op::Const(offset), result: Some(value) });
            inst.op = Op::Grow(value, len);
        }
        data.insts.push(inst);
    }
}

/// The growths to known ends of a block, in runs between which the size is asked for.
fn runs(data: &BlockData) -> Vec<Vec<Known>> {
    let mut words: BTreeMap<Value, U256> = BTreeMap::new();
    let mut runs = vec![Vec::new()];
    for (place, inst) in data.insts.iter().enumerate() {
        match (inst.op, inst.result) {
            (Op::Const(word), Some(result)) => {
                words.insert(result, word);
            }
            (Op::Grow(offset, len), _) => {
                let end = end(words.get(&offset), len);
                if let (Some(end), Some(run)) = (end, runs.last_mut()) {
                    run.push((place, len, end));
                }
            }
            (Op::Msize, _) => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs
}

/// The first of a run with the end that it is raised to, if one behind it reaches further.
fn raised(run: &[Known]) -> Option<Known> {
    let (place, len, first) = *run.first()?;
    let end = run.iter().map(|(_, _, end)| *end).max()?;
    (end > first).then_some((place, len, end))
}

fn end(offset: Option<&U256>, len: u32) -> Option<u64> {
    u64::try_from(*offset?).ok()?.checked_add(len.into())
}

fn leave_out(data: &mut BlockData, fuel: &mut Fuel) {
    let mut words: BTreeMap<Value, U256> = BTreeMap::new();
    // How far memory is known to reach, and how far behind each offset.
    let (mut end_known, mut behind) = (0, BTreeMap::<Value, u32>::new());
    data.insts.retain(|inst| {
        match (inst.op, inst.result) {
            (Op::Const(word), Some(result)) => {
                words.insert(result, word);
            }
            (Op::Grow(offset, len), _) => {
                let end = end(words.get(&offset), len);
                let is_behind = behind.get(&offset).is_some_and(|known| len <= *known);
                if (is_behind || end.is_some_and(|end| end <= end_known)) && fuel.take() {
                    return false;
                }
                end_known = end_known.max(end.unwrap_or(0));
                let known = behind.entry(offset).or_insert(0);
                *known = (*known).max(len);
            }
            _ => {}
        }
        true
    });
}
