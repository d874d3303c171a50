//! The loop: fetch, check, charge, carry out.
//!
//! One arm per row of the instruction table. The program counter, the gas and the height of the stack are locals
//! here and are written back to the frame wherever a function is given the whole frame, and at the end.

use crate::gas::{Stop, charge};
use crate::jumps::{JumpCache, Targets};
use crate::ops::*;
use crate::stack::Stack;
use api::{Code, End, Exit, Flow, Frame, Halt, Host};
use spec::table::{PRICES, ROWS};
use spec::{Revision, Row, limits, op};

/// The row of a byte, at compile time.
const fn row(opcode: u8) -> Row {
    let mut i = 0;
    while ROWS[i].opcode != opcode {
        i += 1;
    }
    ROWS[i]
}

/// Runs a frame from the canonical point at which it stands.
pub(crate) fn run<const WATCHED: bool>(
    cache: &mut JumpCache,
    code: &Code,
    frame: &mut Frame,
    host: &mut dyn Host,
) -> Exit {
    let bytes = code.padded();
    let revision = frame.revision();
    let prices = &PRICES[revision.index()];
    let mut targets = Targets::new(cache, code);
    let mut pc = frame.pc as usize;
    let mut gas = frame.gas_left;
    let mut len = frame.stack_len as usize;
    let mut watched = Watched { at_point: true, gas_before: None };

    /// Writes the locals back to the frame.
    macro_rules! save {
        () => {
            (frame.pc, frame.gas_left, frame.stack_len) = (pc as u32, gas, len as u32)
        };
    }
    /// Gives a function the stack.
    macro_rules! with_stack {
        (|$stack:ident| $call:expr) => {{
            let mut $stack = Stack { words: &mut frame.stack, len };
            let result = $call;
            len = $stack.len;
            result
        }};
    }
    /// Gives a function the gas: a copy, so that the loop can keep its own in a register.
    macro_rules! with_gas {
        (|$left:ident| $call:expr) => {{
            let mut $left = gas;
            let result = $call;
            gas = $left;
            result
        }};
    }
    /// Goes on after an instruction that may have failed.
    macro_rules! go_on {
        ($result:expr) => {
            match $result {
                Ok(value) => value,
                Err(stop) => break stopped(stop.into()),
            }
        };
    }
    /// Carries out an instruction by what it touches.
    macro_rules! carry_out {
        (Stack, $row:ident, $($handler:tt)*) => {{
            with_stack!(|stack| $($handler)*(&mut stack));
            pc += 1;
        }};
        (Push, $row:ident, $($handler:tt)*) => {{
            with_stack!(|stack| $($handler)*(&mut stack, &bytes[pc + 1..]));
            pc += 1 + $row.immediate as usize;
        }};
        (Gas, $row:ident, $($handler:tt)*) => {{
            go_on!(with_gas!(|left| with_stack!(|stack| $($handler)*(&mut stack, &mut left, revision))));
            pc += 1;
        }};
        (Memory, $row:ident, $($handler:tt)*) => {{
            go_on!(with_gas!(|left| with_stack!(|stack| $($handler)*(&mut stack, &mut left, &mut frame.memory))));
            pc += 1;
        }};
        (Frame, $row:ident, $($handler:tt)*) => {{
            save!();
            let result = $($handler)*(frame, code);
            (gas, len) = (frame.gas_left, frame.stack_len as usize);
            go_on!(result);
            pc += 1;
        }};
        (Host, $row:ident, $($handler:tt)*) => {{
            save!();
            let result = $($handler)*(frame, host);
            (gas, len) = (frame.gas_left, frame.stack_len as usize);
            let next = go_on!(result);
            pc += 1;
            if let Some(exit) = next {
                break exit;
            }
            if host.is_over_limit() {
                break Exit::OverLimit;
            }
        }};
        (Jump, $row:ident, $($handler:tt)*) => {
            pc = go_on!(with_stack!(|stack| $($handler)*(&mut stack, &mut targets, pc)))
        };
        (End, $row:ident, $($handler:tt)*) => {{
            save!();
            let result = $($handler)*(frame);
            (gas, len) = (frame.gas_left, frame.stack_len as usize);
            break Exit::End(go_on!(result));
        }};
    }
    /// The arms, in the order of precedence: defined, underflow, overflow, static gas, then the instruction itself.
    macro_rules! dispatch {
        ($opcode:expr; $($code:literal $name:ident ($($handler:tt)*) $pops:literal $pushes:literal $imm:literal
            $touches:ident $ends:tt $prices:tt;)*) => {
            match $opcode {
                $($code => {
                    const ROW: Row = row($code);
                    if !matches!(ROW.since(), Revision::Frontier) && !revision.is(ROW.since()) {
                        break halted(Halt::Undefined);
                    }
                    if ROW.pops > 0 && len < ROW.pops as usize {
                        break halted(if fault::planted!(InterpUnderflowKind) { Halt::StackOverflow } else { Halt::StackUnderflow });
                    }
                    if ROW.growth() > 0 && len + ROW.growth() as usize > limits::STACK - usize::from(fault::planted!(InterpStackLimit)) {
                        break halted(Halt::StackOverflow);
                    }
                    let price = match ROW.constant_price() {
                        Some(price) => price,
                        None => prices[$code],
                    };
                    if price > 0 {
                        go_on!(charge(&mut gas, price as u64));
                    }
                    if WATCHED {
                        watched.at_point = ROW.ends_section;
                    }
                    carry_out!($touches, ROW, $($handler)*);
                })*
                _ => break halted(Halt::Undefined),
            }
        };
    }

    let exit = loop {
        let opcode = bytes[pc];
        if WATCHED {
            save!();
            if watched.before(frame, host, opcode) == Flow::Stop {
                break Exit::Stop;
            }
        }
        spec::for_each_op!(dispatch, opcode;);
    };
    save!();
    if WATCHED {
        watched.after(frame, host, exit);
    }
    exit
}

fn halted(halt: Halt) -> Exit {
    Exit::End(End::Halt(halt))
}

#[cold]
fn stopped(stop: Stop) -> Exit {
    match stop {
        Stop::Halt(halt) => halted(halt),
        Stop::OverLimit => Exit::OverLimit,
    }
}

/// What reporting needs to remember between instructions.
struct Watched {
    /// The frame stands at a canonical point even if no JUMPDEST is there.
    at_point: bool,
    /// Gas before the instruction whose cost is not yet reported.
    gas_before: Option<u64>,
}

impl Watched {
    /// Reports the end of the instruction before, the canonical point, and the instruction to come.
    fn before(&mut self, frame: &Frame, host: &mut dyn Host, opcode: u8) -> Flow {
        self.report(frame, host, None);
        if frame.checkpoints && (self.at_point || opcode == op::JUMPDEST) && host.checkpoint(frame) == Flow::Stop {
            return Flow::Stop;
        }
        if frame.steps {
            host.step(frame, opcode);
            self.gas_before = Some(frame.gas_left);
        }
        Flow::Continue
    }

    /// Reports the end of the last instruction.
    fn after(&mut self, frame: &Frame, host: &mut dyn Host, exit: Exit) {
        let halt = match exit {
            Exit::End(End::Halt(halt)) => Some(halt),
            _ => None,
        };
        self.report(frame, host, halt);
    }

    fn report(&mut self, frame: &Frame, host: &mut dyn Host, halt: Option<Halt>) {
        if let Some(before) = self.gas_before.take() {
            host.stepped(frame, before - frame.gas_left, halt);
        }
    }
}
