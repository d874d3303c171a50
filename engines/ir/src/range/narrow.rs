//! What a branch says: on each way out, values are narrowed by the condition that must have held.

use super::Ranges;
use super::interval::{Interval, pure};
use crate::{BlockData, End, Op, Value};
use api::U256;
use spec::op;

/// How far a condition is followed through what it is made of.
const DEPTH_MAX: u32 = 4;

/// The intervals of the arguments on each edge; nothing for an edge that is never taken.
pub(super) fn ends(ranges: &Ranges, data: &BlockData) -> Vec<Option<Vec<Interval>>> {
    let mut ways: Vec<Option<bool>> = Vec::new();
    let mut asked = None;
    match &data.end {
        End::Go(to) => ways.extend(to.edge().map(|_| None)),
        End::If(condition, to, _) => {
            asked = Some(*condition);
            ways.extend(to.edge().map(|_| Some(true)));
            ways.push(Some(false));
        }
        _ => {}
    }
    let along = |(edge, way): (&crate::Edge, Option<bool>)| {
        let mut facts = Facts { ranges, known: Vec::new() };
        if let (Some(condition), Some(way)) = (asked, way) {
            facts.assume(condition, way, 0)?;
        }
        edge.args.iter().map(|arg| facts.arg(*arg)).collect()
    };
    data.edges().zip(ways).map(along).collect()
}

/// What is known on one way out, beside what is known in the block.
struct Facts<'a> {
    ranges: &'a Ranges,
    known: Vec<(Value, Interval)>,
}

impl Facts<'_> {
    fn get(&self, value: Value) -> Interval {
        let known = self.known.iter().find(|(known, _)| *known == value);
        known.map_or_else(|| self.ranges.get(value), |(_, interval)| *interval)
    }

    /// Narrows a value; nothing if that leaves no word, so that this way is never taken.
    fn meet(&mut self, value: Value, interval: Interval) -> Option<()> {
        let now = self.get(value).meet(interval)?;
        self.known.retain(|(known, _)| *known != value);
        self.known.push((value, now));
        Some(())
    }

    /// An argument: a value that was narrowed, or a function of such.
    fn arg(&self, value: Value) -> Option<Interval> {
        let own = self.get(value);
        match self.ranges.defs[value.0 as usize] {
            Some(Op::Pure(opcode, operands)) if !self.known.is_empty() => {
                let arity = crate::arity(opcode).unwrap_or(0);
                let of = |i: usize| if i < arity { self.get(operands[i]) } else { Interval::ALL };
                own.meet(pure(opcode, [of(0), of(1), of(2)]))
            }
            _ => Some(own),
        }
    }

    /// Takes a condition for true or for false.
    fn assume(&mut self, value: Value, holds: bool, depth: u32) -> Option<()> {
        let set = Interval { least: U256::ONE, most: U256::MAX };
        self.meet(value, if holds { set } else { Interval::one(U256::ZERO) })?;
        let Some(Op::Pure(opcode, [left, right, _])) = self.ranges.defs[value.0 as usize] else { return Some(()) };
        if depth >= DEPTH_MAX {
            return Some(());
        }
        match (opcode, holds) {
            (op::ISZERO, _) => self.assume(left, !holds, depth + 1),
            (op::LT, true) => self.less(left, right),
            (op::LT, false) => self.no_less(left, right),
            (op::GT, true) => self.less(right, left),
            (op::GT, false) => self.no_less(right, left),
            (op::EQ, true) | (op::SUB | op::XOR, false) => {
                self.meet(left, self.get(right))?;
                self.meet(right, self.get(left))
            }
            (op::EQ, false) | (op::SUB | op::XOR, true) => {
                self.differs(left, right)?;
                self.differs(right, left)
            }
            (op::OR, false) => {
                self.assume(left, false, depth + 1)?;
                self.assume(right, false, depth + 1)
            }
            (op::AND, true) => {
                self.assume(left, true, depth + 1)?;
                self.assume(right, true, depth + 1)
            }
            _ => Some(()),
        }
    }

    fn less(&mut self, left: Value, right: Value) -> Option<()> {
        let most = self.get(right).most.checked_sub(U256::ONE)?;
        self.meet(left, Interval::up_to(most))?;
        let least = self.get(left).least.checked_add(U256::ONE)?;
        self.meet(right, Interval { least, most: U256::MAX })
    }

    fn no_less(&mut self, left: Value, right: Value) -> Option<()> {
        self.meet(left, Interval { least: self.get(right).least, most: U256::MAX })?;
        self.meet(right, Interval::up_to(self.get(left).most))
    }

    /// A bound that is the very word a value is not moves by one.
    fn differs(&mut self, value: Value, other: Value) -> Option<()> {
        let Some(word) = self.get(other).word() else { return Some(()) };
        let Interval { mut least, mut most } = self.get(value);
        if least == word {
            least = least.checked_add(U256::ONE)?;
        }
        if most == word {
            most = most.checked_sub(U256::ONE)?;
        }
        self.meet(value, Interval { least, most })
    }
}
