//! Instructions: what they do, which values they use, and whether they define one.

use crate::Value;
use api::U256;
use spec::op;

/// One instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inst {
    /// What it does.
    pub op: Op,
    /// The value it defines; what it does says whether there is one.
    pub result: Option<Value>,
}

/// What an instruction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// A known word.
    Const(U256),
    /// A function of words alone, by its opcode; operands as popped, the top word first. See [`arity`].
    Pure(u8, [Value; 3]),
    /// A word that is constant while a block runs, by its opcode. See [`is_env`].
    Env(u8),
    /// Reads a slot of the stack.
    Load(i32),
    /// Writes a slot of the stack.
    Store(i32, Value),
    /// Makes memory reach so many bytes behind an offset. Halts out of gas, or ends over the limit of the harness.
    Grow(Value, u32),
    /// The word of memory at an offset; memory reaches behind it. The offset is less than 2^64.
    MemLoad(Value),
    /// Writes a word of memory at an offset; memory reaches behind it.
    MemStore(Value, Value),
    /// Writes the lowest byte of a value at an offset; memory reaches behind it.
    MemStore8(Value, Value),
    /// The word of calldata at an offset, with zeros behind its end.
    CallDataLoad(Value),
    /// Bytes of memory in use.
    Msize,
    /// Gas that is left; stands last in its block.
    Gas,
    /// Calls the builtin of an instruction. Its operands lie in the slots below `height`, in stack memory, and its answer
    /// replaces the deepest of them, in stack memory too. It may leave. If [`suspends`] holds, `pc + 1` is noted as the place
    /// to resume.
    Builtin {
        /// The instruction.
        opcode: u8,
        /// The height of the stack with its operands.
        height: i32,
        /// Where it stands.
        pc: u32,
    },
}

/// Operands of a function of words alone; `None` for what is none.
pub const fn arity(opcode: u8) -> Option<usize> {
    match opcode {
        op::ISZERO | op::NOT | op::CLZ => Some(1),
        op::ADD | op::MUL | op::SUB | op::DIV | op::SDIV | op::MOD | op::SMOD | op::SIGNEXTEND => Some(2),
        op::LT | op::GT | op::SLT | op::SGT | op::EQ | op::AND | op::OR | op::XOR => Some(2),
        op::BYTE | op::SHL | op::SHR | op::SAR => Some(2),
        op::ADDMOD | op::MULMOD => Some(3),
        _ => None,
    }
}

/// Whether an instruction pushes a word that is constant while a block runs.
pub const fn is_env(opcode: u8) -> bool {
    matches!(opcode, op::CALLDATASIZE | op::RETURNDATASIZE) || runtime::offset::constant(opcode).is_some()
}

/// Whether an instruction suspends the frame, so that it goes on at the place behind it.
pub const fn suspends(opcode: u8) -> bool {
    matches!(opcode, op::CREATE | op::CREATE2 | op::CALL | op::CALLCODE | op::DELEGATECALL | op::STATICCALL)
}

impl Op {
    /// The values it uses: the first so many of these.
    pub fn operands(&self) -> ([Value; 3], usize) {
        let none = Value(u32::MAX);
        match *self {
            Op::Pure(opcode, operands) => (operands, arity(opcode).unwrap_or(0)),
            Op::Store(_, value) | Op::Grow(value, _) | Op::MemLoad(value) | Op::CallDataLoad(value) => {
                ([value, none, none], 1)
            }
            Op::MemStore(offset, value) | Op::MemStore8(offset, value) => ([offset, value, none], 2),
            Op::Const(_) | Op::Env(_) | Op::Load(_) | Op::Msize | Op::Gas | Op::Builtin { .. } => ([none; 3], 0),
        }
    }

    /// Puts another value in the place of each that is used.
    pub fn map_operands(&mut self, mut map: impl FnMut(Value) -> Value) {
        match self {
            Op::Pure(opcode, operands) => {
                operands.iter_mut().take(arity(*opcode).unwrap_or(0)).for_each(|value| *value = map(*value));
            }
            Op::Store(_, value) | Op::Grow(value, _) | Op::MemLoad(value) | Op::CallDataLoad(value) => {
                *value = map(*value)
            }
            Op::MemStore(offset, value) | Op::MemStore8(offset, value) => {
                *offset = map(*offset);
                *value = map(*value);
            }
            Op::Const(_) | Op::Env(_) | Op::Load(_) | Op::Msize | Op::Gas | Op::Builtin { .. } => {}
        }
    }

    /// Whether it defines a value. What does, does nothing else: without a use of the value nobody can tell that it ran.
    pub fn defines(&self) -> bool {
        !matches!(self, Op::Store(..) | Op::Grow(..) | Op::MemStore(..) | Op::MemStore8(..) | Op::Builtin { .. })
    }
}
