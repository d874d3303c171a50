//! The form: blocks of instructions over 256-bit values, plain data without pointers.
//!
//! **Blocks.** One [`Func`] is a whole bytecode in one revision. Its blocks are the sections of the plan, in order. A block can
//! be entered
//!
//! * *inside*, over an [`Edge`], which hands over an argument for each parameter, or
//! * *outside*, at its canonical point: the start, a resume after a call, a dynamic jump, another engine that hands over.
//!   Then all words are in stack memory and parameters are loaded from their slots.
//!
//! So a canonical point always has a predecessor that nobody knows, nothing dominates a block, and **values are used in the block
//! that defines them and nowhere else**. Whatever crosses an edge is an argument. What is known of parameters, that the stack
//! is so deep and that words are narrow, holds for inside edges only. An outside entry looks first: if the stack is not
//! as deep as the deepest parameter, or a word is not what its parameter says (its width, its bounds), the frame leaves with
//! [`runtime::Status::LEAVES`], before the head and unchanged, and another vm goes on.
//!
//! **Head.** A block begins with a checkpoint if those are asked for, then takes the gas and checks gas and stack. Where the
//! check fails, parameters that are [`Param::dirty`] are stored to their slots, and the frame leaves at the canonical
//! point with its gas and height as they were.
//!
//! **Stack.** Slots are numbered from the height at the block's entry: -1 is the top word at entry, 0 the first place above.
//! Only [`Op::Load`], [`Op::Store`] and [`Op::Builtin`] touch stack memory. The slot of a dirty parameter is stale until it is
//! stored. A slot that is stale or unwritten where a block ends is the slot of a dirty parameter of the next block, and where the
//! frame must be complete there is none: at a [`To::Dynamic`] and at a builtin that suspends.
//!
//! **Widths.** A value is less than 2 to the power of its width. A back end keeps nothing above that, and what an operation
//! yields above it is cut off, so a width that is wrong shows. An argument may be wider than its parameter: a branch may have
//! shown that it is not so large. It is cut off in the same way.

use crate::{Inst, Op, suspends};
use api::U256;
use spec::Revision;

/// A block, by its place in [`Func::blocks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block(pub u32);

/// A value, by its place in [`Func::widths`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(pub u32);

/// How many bits a value may have: a few steps that back ends treat differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names are the numbers of bits")]
pub enum Width {
    W1,
    W8,
    W16,
    W32,
    W64,
    W128,
    W160,
    W192,
    W256,
}

/// A whole bytecode in one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Func {
    /// The rules in force.
    pub revision: Revision,
    /// Bytes of bytecode.
    pub code_len: u32,
    /// The blocks, in order of their canonical points.
    pub blocks: Vec<BlockData>,
    /// The width of each value.
    pub widths: Vec<Width>,
}

/// One block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockData {
    /// Where it stands and what its head takes and checks.
    pub head: Head,
    /// Words that are handed over in values, in order of their slots, at most one for a slot.
    pub params: Vec<Param>,
    /// What it does, in order.
    pub insts: Vec<Inst>,
    /// How it is left.
    pub end: End,
    /// The height where it is left, counted from the height at entry.
    pub delta: i32,
}

/// The head of a block: gas and stack of all its instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The canonical point.
    pub pc: u32,
    /// Gas that is taken.
    pub gas: u32,
    /// Words that must be on the stack.
    pub need: u16,
    /// Words above the height at entry for which there must be room.
    pub growth: u16,
    /// Whether a dynamic jump may go here.
    pub target: bool,
}

/// A word that is handed to a block in a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// Where it lies on the stack; negative.
    pub slot: i32,
    /// The value.
    pub value: Value,
    /// Whether the slot may be stale on an inside entry.
    pub dirty: bool,
    /// The least and the largest it can be, if more is known than its width. Beyond 64 bits only if they are the same word.
    pub bounds: Option<(U256, U256)>,
}

/// How a block is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// In one way.
    Go(To),
    /// In the first way if any bit of the condition is set, else over the edge.
    If(Value, To, Edge),
    /// The frame ends with STOP.
    Stop,
    /// The frame halts at INVALID.
    Invalid,
    /// The frame halts at a byte that is not defined.
    Undefined,
    /// The frame runs out of gas: nothing buys what it asked for.
    OutOfGas,
    /// No frame passes the head: it always leaves there.
    Fails,
    /// The last instruction is a builtin that never goes on: it ends the frame or suspends it.
    Never,
}

/// Where control goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// Into a block.
    Edge(Edge),
    /// Nowhere: the frame halts with an invalid jump.
    Invalid,
    /// To the JUMPDEST at the position that the value names, by an outside entry, or the frame halts with an invalid jump.
    /// If the value is the position that is guessed, over the edge instead; both do the same.
    Dynamic(Value, Option<(u32, Edge)>),
}

/// An inside entry to a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The block.
    pub block: Block,
    /// A value for each of its parameters.
    pub args: Vec<Value>,
    /// Whether the stack is known to pass the head's check, so that only gas is checked.
    pub checked: bool,
}

impl Width {
    /// All of them, the narrowest first.
    pub const ALL: [Width; 9] =
        [Width::W1, Width::W8, Width::W16, Width::W32, Width::W64, Width::W128, Width::W160, Width::W192, Width::W256];

    /// The number of bits.
    pub const fn bits(self) -> usize {
        match self {
            Width::W1 => 1,
            Width::W8 => 8,
            Width::W16 => 16,
            Width::W32 => 32,
            Width::W64 => 64,
            Width::W128 => 128,
            Width::W160 => 160,
            Width::W192 => 192,
            Width::W256 => 256,
        }
    }

    /// The narrowest with at least so many bits.
    pub fn of(bits: usize) -> Width {
        Width::ALL.into_iter().find(|width| width.bits() >= bits).unwrap_or(Width::W256)
    }

    /// The largest word of this width.
    pub fn max_word(self) -> U256 {
        U256::MAX >> (256 - self.bits())
    }

    /// What is left of a word in this width.
    pub fn cut(self, word: U256) -> U256 {
        word & self.max_word()
    }
}

impl Func {
    /// A new value.
    pub fn value(&mut self, width: Width) -> Value {
        self.widths.push(width);
        Value(self.widths.len() as u32 - 1)
    }

    /// The width of a value.
    pub fn width(&self, value: Value) -> Width {
        self.widths[value.0 as usize]
    }

    /// A block.
    pub fn block(&self, block: Block) -> &BlockData {
        &self.blocks[block.0 as usize]
    }

    /// The blocks with their places.
    pub fn iter(&self) -> impl Iterator<Item = (Block, &BlockData)> {
        self.blocks.iter().enumerate().map(|(index, data)| (Block(index as u32), data))
    }

    /// The block at a canonical point.
    pub fn entry(&self, pc: u32) -> Option<Block> {
        self.blocks.binary_search_by_key(&pc, |block| block.head.pc).ok().map(|index| Block(index as u32))
    }
}

impl BlockData {
    /// The edges by which it is left.
    pub fn edges(&self) -> impl Iterator<Item = &Edge> {
        let (to, edge) = match &self.end {
            End::Go(to) => (Some(to), None),
            End::If(_, to, edge) => (Some(to), Some(edge)),
            _ => (None, None),
        };
        to.and_then(To::edge).into_iter().chain(edge)
    }

    /// The edges by which it is left, to be changed.
    pub fn edges_mut(&mut self) -> impl Iterator<Item = &mut Edge> {
        let (to, edge) = match &mut self.end {
            End::Go(to) => (Some(to), None),
            End::If(_, to, edge) => (Some(to), Some(edge)),
            _ => (None, None),
        };
        to.and_then(To::edge_mut).into_iter().chain(edge)
    }

    /// The values that its end uses, arguments too.
    pub fn end_operands(&self) -> Vec<Value> {
        let mut end = self.end.clone();
        let mut operands = Vec::new();
        end.map_operands(|value| {
            operands.push(value);
            value
        });
        operands
    }

    /// Whether the last instruction leaves the frame complete for whoever takes over: a dynamic jump, or a suspended frame.
    pub fn completes(&self) -> bool {
        let dynamic = |to: &To| matches!(to, To::Dynamic(..));
        match &self.end {
            End::Go(to) | End::If(_, to, _) => dynamic(to),
            End::Never => {
                matches!(self.insts.last().map(|inst| inst.op), Some(Op::Builtin { opcode, .. }) if suspends(opcode))
            }
            _ => false,
        }
    }
}

impl Param {
    /// The one word it can be, if there is only one.
    pub fn known(&self) -> Option<U256> {
        self.bounds.filter(|(least, most)| least == most).map(|(word, _)| word)
    }

    /// Whether a word that is found in the slot may enter from outside.
    pub fn admits(&self, width: Width, word: U256) -> bool {
        let is_between = |(least, most): (U256, U256)| least <= word && word <= most;
        word <= width.max_word() && self.bounds.is_none_or(is_between)
    }
}

impl To {
    /// Its edge, if it has one.
    pub fn edge(&self) -> Option<&Edge> {
        match self {
            To::Edge(edge) | To::Dynamic(_, Some((_, edge))) => Some(edge),
            To::Invalid | To::Dynamic(_, None) => None,
        }
    }

    /// Its edge, to be changed.
    pub fn edge_mut(&mut self) -> Option<&mut Edge> {
        match self {
            To::Edge(edge) | To::Dynamic(_, Some((_, edge))) => Some(edge),
            To::Invalid | To::Dynamic(_, None) => None,
        }
    }
}

impl End {
    /// Puts another value in the place of each that is used.
    pub fn map_operands(&mut self, mut map: impl FnMut(Value) -> Value) {
        let edge_args = |edge: &mut Edge, map: &mut dyn FnMut(Value) -> Value| {
            edge.args.iter_mut().for_each(|arg| *arg = map(*arg));
        };
        if let End::If(condition, ..) = self {
            *condition = map(*condition);
        }
        if let End::Go(to) | End::If(_, to, _) = self {
            if let To::Dynamic(target, _) = to {
                *target = map(*target);
            }
            if let Some(edge) = to.edge_mut() {
                edge_args(edge, &mut map);
            }
        }
        if let End::If(_, _, edge) = self {
            edge_args(edge, &mut map);
        }
    }
}
