//! Jumps and ends.

use super::with_stack;
use crate::gas::{Stop, expand, is_zero, small};
use crate::jumps::Targets;
use crate::stack::Stack;
use api::{End, Frame, Halt, U256};

#[inline(always)]
pub(crate) fn jump(stack: &mut Stack<'_>, targets: &mut Targets<'_>, _: usize) -> Result<usize, Halt> {
    let target = stack.pop();
    land(&target, targets)
}

/// The target is looked at only if the jump is taken. Any bit of the condition takes it.
#[inline(always)]
pub(crate) fn jumpi(stack: &mut Stack<'_>, targets: &mut Targets<'_>, pc: usize) -> Result<usize, Halt> {
    let (target, condition) = stack.take_two();
    if fault::planted!(InterpJumpiTarget) && small(target).is_none() {
        return Err(Halt::InvalidJump);
    }
    if is_zero(condition) { Ok(pc + 1) } else { land(target, targets) }
}

#[inline(always)]
fn land(target: &U256, targets: &mut Targets<'_>) -> Result<usize, Halt> {
    let low = fault::planted!(InterpJumpUpper).then_some(target.as_limbs()[0]);
    match small(target).or(low) {
        Some(pc) if targets.contains(pc as usize) => Ok(pc as usize),
        _ => Err(Halt::InvalidJump),
    }
}

pub(crate) fn stop(_: &mut Frame) -> Result<End, Stop> {
    Ok(End::Stop)
}

pub(crate) fn ret(frame: &mut Frame) -> Result<End, Stop> {
    output(frame, End::Return)
}

pub(crate) fn revert(frame: &mut Frame) -> Result<End, Stop> {
    output(frame, End::Revert)
}

pub(crate) fn invalid(_: &mut Frame) -> Result<End, Stop> {
    Err(Halt::Invalid.into())
}

fn output(frame: &mut Frame, end: End) -> Result<End, Stop> {
    let (offset, len) = with_stack(frame, |stack| (stack.pop(), stack.pop()));
    let range = expand(&mut frame.gas_left, &mut frame.memory, &offset, &len)?;
    (frame.output_offset, frame.output_len) = (range.offset as u64, range.len as u64);
    Ok(end)
}

/// PC, which stands here because it is about flow.
pub(crate) fn pc(frame: &mut Frame, _: &api::Code) -> Result<(), Stop> {
    super::push_word(frame, U256::from(frame.pc));
    Ok(())
}
