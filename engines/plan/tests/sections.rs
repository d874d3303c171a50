//! Do the sections of a plan cover what can run, and begin where a precise walk finds canonical points?
//!
//! The walk here is another one than the plan's: from every place where control can begin, instruction by instruction
//! until it ends. It finds bounds by trying heights.

use api::Code;
use plan::{Ends, Plan, Section};
use proptest::prelude::*;
use spec::table::row;
use spec::{Revision, Row, op};
use std::collections::BTreeSet;

/// What control can reach, found one instruction at a time.
#[derive(Debug, Default, PartialEq, Eq)]
struct Walked {
    /// Every instruction.
    ops: BTreeSet<u32>,
    /// Entry, targets, and places behind instructions that end a section.
    points: BTreeSet<u32>,
}

fn targets(bytes: &[u8]) -> Vec<u32> {
    let mut targets = Vec::new();
    let mut data = 0;
    for (pc, byte) in bytes.iter().enumerate() {
        match byte {
            _ if data > 0 => data -= 1,
            &op::JUMPDEST => targets.push(pc as u32),
            op::PUSH1..=op::PUSH32 => data = byte - op::PUSH1 + 1,
            _ => {}
        }
    }
    targets
}

fn walked(code: &Code, revision: Revision) -> Walked {
    let mut walked = Walked::default();
    for begin in std::iter::once(0).chain(targets(code.bytes())) {
        let (mut pc, mut at_point) = (begin, true);
        loop {
            let opcode = code.padded()[pc as usize];
            if at_point || opcode == op::JUMPDEST {
                walked.points.insert(pc);
            }
            let is_new = walked.ops.insert(pc);
            let Some(row) = row(opcode, revision).filter(|row| is_new && !row.is_terminator()) else { break };
            at_point = row.ends_section;
            pc += 1 + u32::from(row.immediate);
        }
    }
    walked
}

/// Rows of the defined instructions of a section.
fn rows<'a>(plan: &'a Plan, section: &Section) -> impl Iterator<Item = &'static Row> + use<'a> {
    let ops = &plan.ops[section.ops.start as usize..section.ops.end as usize];
    ops.iter().filter_map(|op| row(op.opcode, plan.revision))
}

/// The heights that a run from `height` passes through; `None` if it underflows.
fn heights(plan: &Plan, section: &Section, height: u64) -> Option<Vec<u64>> {
    let mut heights = vec![height];
    for row in rows(plan, section) {
        let rest = heights[heights.len() - 1].checked_sub(row.pops.into())?;
        heights.push(rest + u64::from(row.pushes));
    }
    Some(heights)
}

fn check(bytes: Vec<u8>, revision: Revision) -> Result<(), TestCaseError> {
    let code = Code::new(bytes.into());
    let plan = Plan::new(&code, revision);
    let walked = walked(&code, revision);
    prop_assert_eq!(&walked.ops, &plan.ops.iter().map(|op| op.pc).collect::<BTreeSet<_>>());
    prop_assert_eq!(&walked.points, &plan.sections.iter().map(|section| section.pc).collect::<BTreeSet<_>>());
    prop_assert_eq!(targets(code.bytes()), plan.targets().collect::<Vec<_>>());
    prop_assert!(plan.ops.is_sorted_by_key(|op| op.pc));
    for op in &plan.ops {
        prop_assert_eq!(op.opcode, code.padded()[op.pc as usize]);
        prop_assert_eq!(op.defined, row(op.opcode, revision).is_some());
    }
    let mut end = 0;
    for (index, section) in plan.sections.iter().enumerate() {
        prop_assert_eq!(section.ops.start, end, "sections tile the instructions");
        end = section.ops.end;
        prop_assert!(section.ops.start < end);
        prop_assert_eq!(plan.ops[section.ops.start as usize].pc, section.pc);
        prop_assert_eq!(plan.section_at(section.pc), Some(index as u32));
        sums_hold(&plan, section)?;
        end_holds(&plan, index)?;
    }
    prop_assert_eq!(end as usize, plan.ops.len());
    for pc in 0..code.len() as u32 + 40 {
        prop_assert_eq!(plan.section_at(pc).is_some(), walked.points.contains(&pc), "{}", pc);
        prop_assert_eq!(plan.is_target(pc.into()), targets(code.bytes()).contains(&pc), "{}", pc);
    }
    Ok(())
}

fn sums_hold(plan: &Plan, section: &Section) -> Result<(), TestCaseError> {
    prop_assert_eq!(rows(plan, section).map(|row| u64::from(row.price(plan.revision))).sum::<u64>(), section.gas);
    let need = u64::from(section.need);
    let Some(heights_at_need) = heights(plan, section, need) else {
        return Err(TestCaseError::fail(format!("underflow with {need} words at {}", section.pc)));
    };
    prop_assert!(need == 0 || heights(plan, section, need - 1).is_none(), "less than {} would do", need);
    prop_assert_eq!(heights_at_need.iter().max().unwrap() - need, u64::from(section.growth));
    prop_assert_eq!(heights_at_need[heights_at_need.len() - 1] as i64 - need as i64, i64::from(section.delta));
    Ok(())
}

fn end_holds(plan: &Plan, index: usize) -> Result<(), TestCaseError> {
    let section = &plan.sections[index];
    let last = plan.ops[section.ops.end as usize - 1];
    let expected = match row(last.opcode, plan.revision) {
        Some(row) if row.opcode == op::JUMP => Ends::Jump,
        Some(row) if row.opcode == op::JUMPI => Ends::JumpI,
        Some(row) if !row.is_terminator() => Ends::Falls,
        _ => Ends::Stops,
    };
    prop_assert_eq!(section.end, expected);
    if matches!(section.end, Ends::Falls | Ends::JumpI) {
        let behind = last.pc + 1 + u32::from(row(last.opcode, plan.revision).map_or(0, |row| row.immediate));
        prop_assert_eq!(plan.section_at(behind), Some(index as u32 + 1));
    }
    Ok(())
}

/// Any byte, or one of those that decide where sections begin and end.
fn byte() -> impl Strategy<Value = u8> {
    let cuts =
        vec![op::JUMPDEST, op::JUMPDEST, op::GAS, op::SLOAD, op::STOP, op::JUMP, op::JUMPI, op::PUSH1, op::PUSH1 + 2];
    prop_oneof![any::<u8>(), proptest::sample::select(cuts), Just(op::ADD), Just(op::DUP1)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn sections_are_what_a_precise_walk_finds(bytes in prop::collection::vec(byte(), 0..120)) {
        for revision in Revision::ALL {
            check(bytes.clone(), revision)?;
        }
    }
}

#[test]
fn every_pair_of_bytes_is_planned() {
    for first in 0..=255 {
        for second in 0..=255 {
            for revision in [Revision::Frontier, Revision::LATEST] {
                check(vec![first, second], revision).unwrap();
            }
        }
    }
}
