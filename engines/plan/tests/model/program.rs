//! Random straight-line programs: bytes, and for every place what an instruction there would meet.

use crate::precise::{State, precise};
use api::Code;
use api::dice::Dice;
use spec::limits::STACK;
use spec::table::{ROWS, TABLE};
use spec::{Revision, Touches, op};

/// What an instruction meets. Drawn per place, so that it does not depend on how the program is run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Luck {
    /// Gas that depends on operands, paid before the host is asked.
    pub(crate) operands_gas: u64,
    /// Gas that depends on what the host answered.
    pub(crate) state_gas: u64,
    /// Whether the operation itself fails: a bad jump, data out of bounds, initcode too large.
    pub(crate) fails: bool,
    /// Whether a JUMPI is taken.
    pub(crate) taken: bool,
}

/// A program and what its instructions meet.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) revision: Revision,
    /// Whether state changes are forbidden.
    pub(crate) is_static: bool,
    pub(crate) code: Code,
    /// By pc, up to the STOP behind the longest immediate.
    pub(crate) luck: Vec<Luck>,
}

impl Program {
    pub(crate) fn new(dice: &mut Dice) -> Program {
        let revision = Revision::ALL[dice.below(Revision::COUNT)];
        let mut bytes = Vec::new();
        for _ in 0..dice.below(16) + 1 {
            let opcode = opcode(dice);
            bytes.push(opcode);
            let immediate = TABLE[opcode as usize].map_or(0, |row| row.immediate);
            bytes.extend((0..immediate).map(|_| op::JUMPDEST));
        }
        bytes.truncate(bytes.len() - (dice.below(8) == 0) as usize);
        let luck = (0..bytes.len() + Code::PADDING).map(|_| luck(dice)).collect();
        Program { revision, is_static: dice.below(8) == 0, code: Code::new(bytes.into()), luck }
    }

    /// A state in which to enter at `pc`: heights mostly near the limits, gas mostly near a charge.
    pub(crate) fn entry(&self, dice: &mut Dice, pc: u32) -> State {
        let near = dice.below(12);
        let height = match dice.below(8) {
            0..=3 => near,
            4 | 5 => STACK - near,
            _ => dice.below(STACK + 1),
        };
        let rich = precise(self, State::new(pc, height, u64::MAX));
        let gas = match (dice.below(4), rich.charges.len()) {
            (0, _) => u64::MAX,
            (1, _) | (_, 0) => dice.below((u64::MAX - rich.gas) as usize + 4) as u64,
            (_, charges) => {
                let charge = rich.charges[dice.below(charges)];
                (charge + dice.below(3) as u64).saturating_sub(1)
            }
        };
        State::new(pc, height, gas)
    }
}

/// A byte: mostly of the kinds whose order matters.
fn opcode(dice: &mut Dice) -> u8 {
    const STACK: [u8; 9] =
        [op::PUSH1, op::PUSH1, op::DUP1, op::DUP1 + 2, op::SWAP1, op::SWAP1 + 2, op::POP, op::ADD, op::ISZERO];
    const DYNAMIC: [u8; 6] = [op::EXP, op::KECCAK256, op::MLOAD, op::MSTORE, op::CALLDATACOPY, op::MCOPY];
    const HOST: [u8; 8] =
        [op::SLOAD, op::SSTORE, op::BALANCE, op::SELFBALANCE, op::TLOAD, op::LOG0, op::CREATE, op::STATICCALL];
    const CUT: [u8; 6] = [op::GAS, op::GAS, op::JUMPDEST, op::JUMPDEST, op::JUMPI, op::RETURNDATACOPY];
    let mut pick = |from: &[u8]| from[dice.roll() as usize % from.len()];
    match pick(&[0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5]) {
        0 => pick(&STACK),
        1 => pick(&DYNAMIC),
        2 => pick(&HOST),
        3 => pick(&CUT),
        4 => loop {
            let row = &ROWS[dice.below(ROWS.len())];
            if row.touches != Touches::Push {
                return row.opcode;
            }
        },
        _ => dice.roll() as u8,
    }
}

fn luck(dice: &mut Dice) -> Luck {
    let bits = dice.roll();
    let gas = |bits: u64| if bits & 1 == 0 { 0 } else { bits >> 1 & 7 };
    Luck { operands_gas: gas(bits), state_gas: gas(bits >> 8), fails: bits >> 16 & 15 == 0, taken: bits >> 20 & 3 == 0 }
}
