//! Pass `grow`: growth that an earlier one in the block covers.
//!
//! Memory never shrinks. Behind a growth to a known end, one to an end that is no larger finds memory there: it takes no gas,
//! halts nowhere and changes nothing, so it is left out. The same holds for a second growth behind the same offset that reaches
//! no further. What MSIZE sees in between is what it saw before. Nothing is known at the entry of a block: it may be an
//! entry from outside. Growth whose word nobody uses is an effect and stays.

use crate::pass::Fuel;
use crate::{Func, Op, Value};
use api::U256;
use std::collections::BTreeMap;

/// Runs the pass.
pub(crate) fn run(func: &mut Func, fuel: &mut Fuel) {
    for data in &mut func.blocks {
        let mut words: BTreeMap<Value, U256> = BTreeMap::new();
        // How far memory is known to reach, and how far behind each offset.
        let (mut end_known, mut behind) = (0, BTreeMap::<Value, u32>::new());
        data.insts.retain(|inst| {
            match (inst.op, inst.result) {
                (Op::Const(word), Some(result)) => {
                    words.insert(result, word);
                }
                (Op::Grow(offset, len), _) => {
                    let known = words.get(&offset).and_then(|word| u64::try_from(*word).ok());
                    let end = known.and_then(|offset| offset.checked_add(len.into()));
                    let is_covered = end.is_some_and(|end| end <= end_known)
                        || behind.get(&offset).is_some_and(|known| len <= *known);
                    if is_covered && fuel.take() {
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
}
