//! What ran in compiled code, instruction by instruction, for the ledgers of campaigns.
//!
//! Compiled code with checkpoints reports every section that it enters. A section that was left before its end counts for
//! nothing, so the share is never said to be larger than it is.

use api::{Code, Counts, Revision};
use plan::Plan;
use runtime::Status;
use spec::Halt;

/// Adds the sections that were entered, by their canonical points, and all but the last one passed.
pub(crate) fn add(counts: &mut Counts, code: &Code, revision: Revision, entered: &[u32], status: Status) {
    let plan = Plan::new(code, revision);
    let left_early = [Status::FAILS, Status::STOPPED, Status::OVER_LIMIT, Status::halt(Halt::OutOfGas)];
    let passed = entered.len().saturating_sub(usize::from(left_early.contains(&status)));
    for pc in &entered[..passed] {
        let Some(index) = plan.section_at(*pc) else { continue };
        let section = &plan.sections[index as usize];
        for op in &plan.ops[section.ops.start as usize..section.ops.end as usize] {
            counts[op.opcode as usize] += 1;
        }
    }
}
