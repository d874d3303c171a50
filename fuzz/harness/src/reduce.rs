//! The reducer keeps what it is told to keep, never makes a case larger, ends, and finds nothing more to do to what it reduced.
//!
//! The property is one that needs no engine: some code has an instruction that the input has.

use crate::{Check, Use, case};
use api::Case;
use format::binary::write;
use reduce::{Budget, reduce as shrink};
use spec::table::TABLE;

/// Proposals of one reduction.
const TRIES: u64 = 300;

/// Reduces the case while an instruction of it stays.
pub fn reduce(data: &[u8]) -> Check {
    let Some(case) = case(data) else { return Ok(Use::Rejected) };
    let Some(wanted) = opcodes(&case).last() else { return Ok(Use::Rejected) };
    let keeps = |case: &Case| opcodes(case).any(|opcode| opcode == wanted);
    let budget = Budget { tries_max: TRIES };
    let reduced = shrink(&case, budget, keeps);
    if !keeps(&reduced.case) {
        return Err(format!("the reduced case lost {wanted:#04x}, which it had to keep"));
    }
    let (before, after) = (write(&case).len(), write(&reduced.case).len());
    if after > before {
        return Err(format!("the reduced case is larger: {after} bytes where it had {before}"));
    }
    let again = shrink(&reduced.case, budget, keeps);
    if reduced.complete && again.case != reduced.case {
        return Err("the reduced case could be reduced again".to_owned());
    }
    Ok(Use::Checked)
}

/// The instructions of every account, data behind them included.
fn opcodes(case: &Case) -> impl Iterator<Item = u8> {
    case.accounts.values().flat_map(|account| {
        let code = &account.code;
        let mut pc = 0;
        std::iter::from_fn(move || {
            let opcode = *code.get(pc)?;
            pc += 1 + TABLE[usize::from(opcode)].as_ref().map_or(0, |row| usize::from(row.immediate));
            Some(opcode)
        })
    })
}
