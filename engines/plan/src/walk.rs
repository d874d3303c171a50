//! One walk from the first byte to the last, which decodes, cuts and sums up.

use crate::fact::{Fact, IMMEDIATES, facts};
use crate::{Ends, Op, Plan, Section};
use api::Code;
use spec::{Revision, op};

/// Plans a code in the place of an older plan.
pub(crate) fn plan(plan: &mut Plan, code: &Code, revision: Revision) {
    let facts = facts(revision);
    clear(plan, code.len(), revision);
    let mut walk = Walk { plan, sums: Sums::new(0, 0), is_open: false };
    let bytes = code.padded();
    // Dead code is decoded too: a PUSH in it hides a JUMPDEST behind it as any other does.
    let mut live = true;
    let mut pc = 0;
    while pc < code.len() {
        let opcode = bytes[pc];
        if opcode == op::JUMPDEST {
            walk.close(Ends::Falls);
            live |= !fault::planted!(PlanDeadLeader) || pc % 2 == 0;
        }
        if live {
            live = walk.take(pc, opcode, facts.get(opcode));
        }
        let immediate = IMMEDIATES[usize::from(opcode)];
        pc += 1 + usize::from(immediate) - usize::from(fault::planted!(PlanPush32) && immediate == 32);
    }
    if live {
        walk.take(pc, op::STOP, facts.get(op::STOP));
    }
}

/// Makes a plan that of nothing yet.
fn clear(plan: &mut Plan, code_len: usize, revision: Revision) {
    (plan.revision, plan.code_len) = (revision, code_len as u32);
    plan.ops.clear();
    plan.ops.reserve(code_len + 1);
    plan.sections.clear();
    plan.heads.clear();
    plan.heads.resize(code_len + 1, 0);
}

/// The plan so far and the section that is open, if one is.
struct Walk<'a> {
    plan: &'a mut Plan,
    sums: Sums,
    is_open: bool,
}

/// The section that is open: where it began, and its sums, wide enough not to saturate.
struct Sums {
    pc: usize,
    op: usize,
    gas: u64,
    need: i64,
    growth: i64,
    delta: i64,
}

impl Walk<'_> {
    /// Adds an instruction to the section that is open, or to a new one. True if control can reach what follows.
    #[inline(always)]
    fn take(&mut self, pc: usize, opcode: u8, fact: Fact) -> bool {
        if !self.is_open {
            (self.sums, self.is_open) = (Sums::new(pc, self.plan.ops.len()), true);
        }
        self.plan.ops.push(Op { pc: pc as u32, opcode, defined: fact.defined });
        self.sums.add(fact);
        if let Some(end) = fact.end.filter(|_| !(fault::planted!(PlanSstoreInside) && opcode == op::SSTORE))
            && !(fault::planted!(PlanGasInside) && opcode == op::GAS)
        {
            self.close(end);
        }
        !fact.terminator
    }

    /// Ends the section that is open, if there is one.
    #[inline]
    fn close(&mut self, end: Ends) {
        if std::mem::replace(&mut self.is_open, false) {
            self.plan.sections.push(self.sums.section(self.plan.ops.len(), end));
            self.plan.heads[self.sums.pc] = self.plan.sections.len() as u32;
        }
    }
}

impl Sums {
    fn new(pc: usize, op: usize) -> Sums {
        Sums { pc, op, gas: 0, need: 0, growth: 0, delta: 0 }
    }

    #[inline(always)]
    fn add(&mut self, fact: Fact) {
        self.gas += u64::from(fact.price) * u64::from(!(fault::planted!(PlanJumpdestGas) && fact.price == 1));
        let need = i64::from(fact.pops) - self.delta;
        self.need = if fault::planted!(PlanNeedLast) { need.max(0) } else { self.need.max(need) };
        self.delta += i64::from(fact.pushes) - i64::from(fact.pops);
        self.growth = if fault::planted!(PlanGrowthNet) { self.delta.max(0) } else { self.growth.max(self.delta) };
    }

    fn section(&self, ops_end: usize, end: Ends) -> Section {
        Section {
            pc: self.pc as u32,
            ops: self.op as u32..ops_end as u32,
            gas: self.gas,
            need: u16::try_from(self.need).unwrap_or(u16::MAX),
            growth: match fault::planted!(PlanGrowthClamp) {
                true => (self.growth as i16).max(0) as u16,
                false => u16::try_from(self.growth).unwrap_or(u16::MAX),
            },
            delta: self.delta.clamp(i16::MIN.into(), i16::MAX.into()) as i16,
            end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use op::*;

    fn plan_of(bytes: &[u8]) -> Plan {
        Plan::new(&Code::new(bytes.to_vec().into()), Revision::Osaka)
    }

    /// The sections as (pc, instructions, gas, need, growth, delta, end).
    #[track_caller]
    fn check(bytes: &[u8], expect: &[(u32, usize, u64, u16, u16, i16, Ends)]) {
        let plan = plan_of(bytes);
        let sections = plan.sections.iter();
        let found: Vec<_> = sections.map(|s| (s.pc, s.ops.len(), s.gas, s.need, s.growth, s.delta, s.end)).collect();
        assert_eq!(found, expect);
        for pc in 0..bytes.len() as u32 + 2 {
            let index = expect.iter().position(|section| section.0 == pc);
            assert_eq!(plan.section_at(pc), index.map(|index| index as u32), "{pc}");
        }
    }

    #[test]
    fn no_code_is_a_stop() {
        check(&[], &[(0, 1, 0, 0, 0, 0, Ends::Stops)]);
        check(&[STOP], &[(0, 1, 0, 0, 0, 0, Ends::Stops)]);
    }

    #[test]
    fn the_stop_behind_the_code_joins_an_open_section_only() {
        check(&[PUSH1, 1, POP], &[(0, 3, 5, 0, 1, 0, Ends::Stops)]);
        check(&[GAS], &[(0, 1, 2, 0, 1, 1, Ends::Falls), (1, 1, 0, 0, 0, 0, Ends::Stops)]);
        check(&[JUMPI], &[(0, 1, 10, 2, 0, -2, Ends::JumpI), (1, 1, 0, 0, 0, 0, Ends::Stops)]);
        // The immediate of a PUSH that is cut off is read from the padding, and the STOP stands behind it.
        check(&[PUSH32], &[(0, 2, 3, 0, 1, 1, Ends::Stops)]);
        assert_eq!(plan_of(&[PUSH32]).ops[1], Op { pc: 33, opcode: STOP, defined: true });
    }

    #[test]
    fn bounds_come_from_every_instruction() {
        // DUP2 finds two words, the stack peaks at three more, and POP ends one above.
        check(&[DUP2, DUP1, DUP1, POP, POP], &[(0, 6, 13, 2, 3, 1, Ends::Stops)]);
        check(&[PUSH0, PUSH0, SWAP2, POP, POP], &[(0, 6, 11, 1, 2, 0, Ends::Stops)]);
        check(&[POP, POP, PUSH0], &[(0, 4, 6, 2, 0, -1, Ends::Stops)]);
    }

    #[test]
    fn code_behind_a_terminator_is_dead_up_to_a_target() {
        let stops = (0, 1, 0, 0, 0, 0, Ends::Stops);
        check(&[STOP, PUSH1, JUMPDEST, ADD], &[stops]);
        check(&[INVALID, PUSH1, JUMPDEST, JUMPDEST], &[stops, (3, 2, 1, 0, 0, 0, Ends::Stops)]);
        check(&[JUMP, JUMPDEST], &[(0, 1, 8, 1, 0, -1, Ends::Jump), (1, 2, 1, 0, 0, 0, Ends::Stops)]);
        // An undefined byte takes nothing and ends the frame.
        check(&[POP, 0x0c, POP], &[(0, 2, 2, 1, 0, -1, Ends::Stops)]);
    }

    #[test]
    fn targets_begin_sections() {
        let falls = |pc| (pc, 1, 1, 0, 0, 0, Ends::Falls);
        check(&[JUMPDEST, JUMPDEST], &[falls(0), (1, 2, 1, 0, 0, 0, Ends::Stops)]);
        let plan = plan_of(&[PUSH1, JUMPDEST, JUMPDEST, STOP, PUSH1 + 1, JUMPDEST, JUMPDEST, JUMPDEST]);
        assert_eq!(plan.targets().collect::<Vec<_>>(), [2, 7]);
        let found: Vec<u64> = (0..20).filter(|pc| plan.is_target(*pc)).collect();
        assert_eq!(found, [2, 7]);
        assert!(!plan.is_target((1 << 32) + 2), "the upper half counts");
        assert!(!plan.is_target(u64::MAX));
    }

    #[test]
    fn the_revision_decides_what_is_defined() {
        let code = Code::new(vec![PUSH0, POP].into());
        let paris = Plan::new(&code, Revision::Paris);
        assert_eq!(paris.ops, [Op { pc: 0, opcode: PUSH0, defined: false }]);
        assert_eq!(paris.sections[0].end, Ends::Stops);
        assert_eq!(Plan::new(&code, Revision::Shanghai).ops.len(), 3);
    }

    #[test]
    fn bombs_stay_linear_and_saturate() {
        for len in [24 << 10, 48 << 10, 128 << 10] {
            let targets = plan_of(&vec![JUMPDEST; len]);
            assert_eq!((targets.sections.len(), targets.ops.len()), (len, len + 1));
            assert_eq!(targets.heads.len(), len + 1);
            let pushes = plan_of(&[PUSH1, 0].repeat(len / 2));
            assert_eq!((pushes.sections.len(), pushes.ops.len()), (1, len / 2 + 1));
            assert_eq!(pushes.sections[0].gas, 3 * len as u64 / 2);
            assert_eq!(usize::from(pushes.sections[0].growth), (len / 2).min(u16::MAX.into()));
            let pops = plan_of(&vec![POP; len]);
            assert_eq!(usize::from(pops.sections[0].need), len.min(u16::MAX.into()));
            assert_eq!(i64::from(pops.sections[0].delta), -(len as i64).min(1 << 15));
        }
    }
}
