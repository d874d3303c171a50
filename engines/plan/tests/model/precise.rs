//! One instruction at a time, from the instruction table alone.

use crate::program::Program;
use spec::limits::STACK;
use spec::table::row;
use spec::{Halt, Row, Touches, op};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Halt(Halt),
    /// A terminator, with its byte.
    End(u8),
    /// A jump that was taken.
    Jumped,
}

/// A frame in the middle of its run.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) pc: u32,
    pub(crate) height: usize,
    pub(crate) gas: u64,
    /// Where gas was seen, and how much.
    pub(crate) trace: Vec<(u32, u64)>,
}

impl State {
    pub(crate) fn new(pc: u32, height: usize, gas: u64) -> State {
        State { pc, height, gas, trace: Vec::new() }
    }

    fn charge(&mut self, gas: u64) -> Result<(), Stop> {
        self.gas = self.gas.checked_sub(gas).ok_or(Stop::Halt(Halt::OutOfGas))?;
        Ok(())
    }

    /// Moves the stack as `row` does.
    pub(crate) fn shift(&mut self, row: &Row) -> Result<(), Halt> {
        let rest = self.height.checked_sub(row.pops.into()).ok_or(Halt::StackUnderflow)?;
        let height = rest + usize::from(row.pushes);
        if height > STACK {
            return Err(Halt::StackOverflow);
        }
        self.height = height;
        Ok(())
    }

    /// What an instruction does after the checks that every instruction has. `prepaid` is gas that was taken for later
    /// instructions: none in a precise run.
    pub(crate) fn carry_out(&mut self, program: &Program, row: &Row, prepaid: u64) -> Result<(), Stop> {
        let luck = program.luck[self.pc as usize];
        let asks = row.touches == Touches::Host;
        if asks && program.is_static && changes_state(row.opcode) {
            return Err(Stop::Halt(Halt::StaticViolation));
        }
        if has_operands_gas(row) {
            self.charge(luck.operands_gas)?;
        }
        if asks || row.opcode == op::GAS {
            self.trace.push((self.pc, self.gas + prepaid));
        }
        if asks {
            self.charge(luck.state_gas)?;
        }
        self.fail_or_leave(row, luck.fails, luck.taken)
    }

    fn fail_or_leave(&self, row: &Row, fails: bool, taken: bool) -> Result<(), Stop> {
        match row.opcode {
            op::INVALID => Err(Stop::Halt(Halt::Invalid)),
            op::RETURNDATACOPY if fails => Err(Stop::Halt(Halt::ReturnDataOutOfBounds)),
            op::CREATE | op::CREATE2 if fails => Err(Stop::Halt(Halt::InitcodeTooLarge)),
            op::JUMPI if !taken => Ok(()),
            op::JUMP | op::JUMPI if fails => Err(Stop::Halt(Halt::InvalidJump)),
            op::JUMP | op::JUMPI => Err(Stop::Jumped),
            _ if row.is_terminator() => Err(Stop::End(row.opcode)),
            _ => Ok(()),
        }
    }
}

fn changes_state(opcode: u8) -> bool {
    matches!(opcode, op::SSTORE | op::TSTORE | op::LOG0..=op::LOG4 | op::CREATE | op::CREATE2 | op::SELFDESTRUCT)
}

/// Whether gas may depend on operands; more instructions than in the protocol, which makes the test stricter.
fn has_operands_gas(row: &Row) -> bool {
    match row.touches {
        Touches::Gas => row.opcode != op::GAS,
        Touches::Memory | Touches::Host | Touches::End => true,
        Touches::Frame => row.pops > 1,
        Touches::Stack | Touches::Push | Touches::Jump => false,
    }
}

/// A run that ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) stop: Stop,
    pub(crate) pc: u32,
    pub(crate) height: usize,
    pub(crate) gas: u64,
    pub(crate) trace: Vec<(u32, u64)>,
    /// Gas that had been spent after each instruction.
    pub(crate) charges: Vec<u64>,
}

/// What can be seen of a run: a halt takes gas and stack with it.
pub(crate) type Observed = (Stop, Option<(u64, usize)>, Vec<(u32, u64)>);

impl Ended {
    pub(crate) fn is_halt(&self) -> bool {
        matches!(self.stop, Stop::Halt(_))
    }

    pub(crate) fn observed(&self) -> Observed {
        observed(self.stop, self.gas, self.height, self.trace.clone())
    }
}

pub(crate) fn observed(stop: Stop, gas: u64, height: usize, trace: Vec<(u32, u64)>) -> Observed {
    (stop, (!matches!(stop, Stop::Halt(_))).then_some((gas, height)), trace)
}

/// Runs to the end.
pub(crate) fn precise(program: &Program, mut state: State) -> Ended {
    let gas_before = state.gas;
    let mut charges = Vec::new();
    let stop = loop {
        let gas = state.gas;
        if let Err(stop) = step(program, &mut state) {
            break stop;
        }
        if gas != state.gas {
            charges.push(gas_before - state.gas);
        }
    };
    Ended { stop, pc: state.pc, height: state.height, gas: state.gas, trace: state.trace, charges }
}

fn step(program: &Program, state: &mut State) -> Result<(), Stop> {
    let opcode = program.code.padded()[state.pc as usize];
    let row = row(opcode, program.revision).ok_or(Stop::Halt(Halt::Undefined))?;
    state.shift(row).map_err(Stop::Halt)?;
    state.charge(row.price(program.revision).into())?;
    state.carry_out(program, row, 0)?;
    state.pc += 1 + u32::from(row.immediate);
    Ok(())
}
