//! The form as text, which [`crate::parse()`] reads back.
//!
//! ```text
//! func osaka len 12
//! block 0 pc 0x0 gas 9 need 0 growth 2 delta 1
//!   param -2 v0:64 from 0x1 to 0x80 dirty
//!   v1 = const 0x2a
//!   v2:64 = AND v0 v1
//!   store 0 v2
//!   if v2 1(v2) checked else dynamic v1 guess 0x8 2()
//! ```
//!
//! A value is followed by its width where it is defined, unless that is the width of a word. An edge is a block with its
//! arguments; `checked` behind it says that the stack is known to pass.

use crate::{BlockData, Edge, End, Func, Inst, Op, To, Value, Width, arity};
use std::fmt::{self, Write};

/// The text of a form.
pub fn print(func: &Func) -> String {
    let mut text = String::new();
    let done = write(&mut text, func);
    debug_assert!(done.is_ok(), "a string takes whatever is written");
    text
}

fn write(out: &mut String, func: &Func) -> fmt::Result {
    writeln!(out, "func {} len {}", func.revision, func.code_len)?;
    for (block, data) in func.iter() {
        let head = &data.head;
        write!(out, "block {} pc {:#x} gas {} need {}", block.0, head.pc, head.gas, head.need)?;
        write!(out, " growth {} delta {}", head.growth, data.delta)?;
        writeln!(out, "{}", if head.target { " target" } else { "" })?;
        body(out, func, data)?;
    }
    Ok(())
}

fn body(out: &mut String, func: &Func, data: &BlockData) -> fmt::Result {
    for param in &data.params {
        write!(out, "  param {} ", param.slot)?;
        defined(out, func, param.value)?;
        if let Some((least, most)) = param.bounds {
            write!(out, " from {least:#x} to {most:#x}")?;
        }
        writeln!(out, "{}", if param.dirty { " dirty" } else { "" })?;
    }
    for inst in &data.insts {
        out.push_str("  ");
        self::inst(out, func, inst)?;
        out.push('\n');
    }
    out.push_str("  ");
    end(out, &data.end)?;
    out.push('\n');
    Ok(())
}

fn defined(out: &mut String, func: &Func, value: Value) -> fmt::Result {
    match func.width(value) {
        Width::W256 => write!(out, "v{}", value.0),
        width => write!(out, "v{}:{}", value.0, width.bits()),
    }
}

fn inst(out: &mut String, func: &Func, inst: &Inst) -> fmt::Result {
    if let Some(result) = inst.result {
        defined(out, func, result)?;
        out.push_str(" = ");
    }
    match inst.op {
        Op::Const(word) => write!(out, "const {word:#x}"),
        Op::Pure(opcode, operands) => {
            out.push_str(name(opcode));
            operands[..arity(opcode).unwrap_or(0)].iter().try_for_each(|value| write!(out, " v{}", value.0))
        }
        Op::Env(opcode) => write!(out, "{}", name(opcode)),
        Op::Load(slot) => write!(out, "load {slot}"),
        Op::Store(slot, value) => write!(out, "store {slot} v{}", value.0),
        Op::Grow(offset, len) => write!(out, "grow v{} {len}", offset.0),
        Op::MemLoad(offset) => write!(out, "mload v{}", offset.0),
        Op::MemStore(offset, value) => write!(out, "mstore v{} v{}", offset.0, value.0),
        Op::MemStore8(offset, value) => write!(out, "mstore8 v{} v{}", offset.0, value.0),
        Op::CallDataLoad(offset) => write!(out, "calldataload v{}", offset.0),
        Op::Msize => write!(out, "msize"),
        Op::Gas => write!(out, "gas"),
        Op::Builtin { opcode, height, pc } => write!(out, "builtin {} height {height} pc {pc:#x}", name(opcode)),
    }
}

fn name(opcode: u8) -> &'static str {
    spec::table::TABLE[usize::from(opcode)].as_ref().map_or("?", |row| row.name)
}

/// The words that stand for ends without operands.
pub(crate) const ENDS: [(&str, End); 6] = [
    ("stop", End::Stop),
    ("invalid", End::Invalid),
    ("undefined", End::Undefined),
    ("outofgas", End::OutOfGas),
    ("fails", End::Fails),
    ("never", End::Never),
];

fn end(out: &mut String, end: &End) -> fmt::Result {
    match end {
        End::Go(to) => {
            out.push_str("go ");
            self::to(out, to)
        }
        End::If(condition, to, edge) => {
            write!(out, "if v{} ", condition.0)?;
            self::to(out, to)?;
            out.push_str(" else ");
            self::edge(out, edge)
        }
        end => {
            let word = ENDS.iter().find(|(_, known)| known == end);
            out.push_str(word.map_or("?", |(word, _)| word));
            Ok(())
        }
    }
}

fn to(out: &mut String, to: &To) -> fmt::Result {
    match to {
        To::Edge(edge) => self::edge(out, edge),
        To::Invalid => write!(out, "nowhere"),
        To::Dynamic(target, guess) => {
            write!(out, "dynamic v{}", target.0)?;
            let Some((pc, edge)) = guess else { return Ok(()) };
            write!(out, " guess {pc:#x} ")?;
            self::edge(out, edge)
        }
    }
}

fn edge(out: &mut String, edge: &Edge) -> fmt::Result {
    let args: Vec<String> = edge.args.iter().map(|arg| format!("v{}", arg.0)).collect();
    write!(out, "{}({}){}", edge.block.0, args.join(","), if edge.checked { " checked" } else { "" })
}
