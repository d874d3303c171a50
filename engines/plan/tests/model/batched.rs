//! One section at a time: what compiled code does.

use crate::precise::{Observed, State, Stop, observed, precise};
use crate::program::Program;
use plan::{Ends, Plan, Section};
use spec::Halt;
use spec::limits::STACK;
use spec::table::row;

/// What happens where a head check fails.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OnFailure {
    /// Precise execution from the head.
    Replay,
    /// The head names the kind: the shortcut that is wrong.
    Report,
}

/// Runs to the end from the head of a section. Also whether a head check failed. `Err` says which promise of the plan
/// did not hold.
pub(crate) fn batched(
    program: &Program,
    plan: &Plan,
    entry: u32,
    mut state: State,
    on_failure: OnFailure,
) -> (Result<Observed, String>, bool) {
    for section in &plan.sections[entry as usize..] {
        state.pc = section.pc;
        if let Some(halt) = head(section, &state) {
            let observed = match on_failure {
                OnFailure::Replay => replay(program, plan, section, state),
                OnFailure::Report => Ok(observed(Stop::Halt(halt), 0, 0, state.trace)),
            };
            return (observed, true);
        }
        let height = state.height;
        match run(program, plan, section, &mut state) {
            Err(Broken(what)) => return (Err(what), false),
            Ok(Some(stop)) => return (Ok(observed(stop, state.gas, state.height, state.trace)), false),
            Ok(None) if !matches!(section.end, Ends::Falls | Ends::JumpI) => {
                return (Err(format!("control left the section at {} against its end", section.pc)), false);
            }
            Ok(None) if state.height as i64 - height as i64 != i64::from(section.delta) => {
                return (Err(format!("delta of the section at {}", section.pc)), false);
            }
            Ok(None) => {}
        }
    }
    (Err("control fell off the last section".to_owned()), false)
}

/// A promise of the plan that did not hold.
struct Broken(String);

/// Why the check at the head fails, if it does.
fn head(section: &Section, state: &State) -> Option<Halt> {
    if state.height < section.need.into() {
        Some(Halt::StackUnderflow)
    } else if state.height + usize::from(section.growth) > STACK {
        Some(Halt::StackOverflow)
    } else if state.gas < section.gas {
        Some(Halt::OutOfGas)
    } else {
        None
    }
}

/// Precise execution from a head whose check failed: the frame must halt inside that very section.
fn replay(program: &Program, plan: &Plan, section: &Section, state: State) -> Result<Observed, String> {
    let ended = precise(program, state);
    let last = plan.ops[section.ops.end as usize - 1].pc;
    if !ended.is_halt() || !(section.pc..=last).contains(&ended.pc) {
        return Err(format!("the section at {} was left, but does not halt", section.pc));
    }
    Ok(ended.observed())
}

/// Runs the instructions of a section whose check passed.
fn run(program: &Program, plan: &Plan, section: &Section, state: &mut State) -> Result<Option<Stop>, Broken> {
    let mut prepaid = section.gas;
    state.gas -= prepaid;
    for op in &plan.ops[section.ops.start as usize..section.ops.end as usize] {
        state.pc = op.pc;
        let Some(row) = row(op.opcode, program.revision).filter(|_| op.defined) else {
            return Ok(Some(Stop::Halt(Halt::Undefined)));
        };
        let broken = |what: &str| Broken(format!("{what} at {} behind a check that passed", op.pc));
        state.shift(row).map_err(|halt| broken(halt.name()))?;
        prepaid = prepaid.checked_sub(row.price(program.revision).into()).ok_or_else(|| broken("static gas"))?;
        if let Err(stop) = state.carry_out(program, row, prepaid) {
            return Ok(Some(stop));
        }
    }
    Ok(None)
}
