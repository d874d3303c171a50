//! Bytes to assembly, exactly: what is printed assembles to the same bytes again.
//!
//! A byte that the revision does not define, and a push that the end of the code cuts short, become `DATA`.

use alloy_primitives::hex;
use spec::Revision;
use spec::table::{TABLE, row};
use std::fmt;

/// One line of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Offset of its first byte.
    pub pc: usize,
    /// Its first byte.
    pub opcode: u8,
    /// Name of the instruction, or `DATA`.
    pub name: &'static str,
    /// What follows the name: the immediate, or for `DATA` every byte of the line.
    pub immediate: &'a [u8],
    /// What a reader should know.
    pub note: Option<Note>,
}

/// Why a line is `DATA`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// No revision defines the byte.
    Undefined,
    /// A later revision defines it.
    Later(&'static str, Revision),
    /// The code ends within the immediate of this instruction; it reads zeros there.
    Truncated(&'static str),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Undefined => f.write_str("undefined"),
            Note::Later(name, since) => write!(f, "{name} from {since} on"),
            Note::Truncated(name) => write!(f, "{name}, cut short"),
        }
    }
}

/// The line as assembly, without its note.
impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        if self.immediate.is_empty() { Ok(()) } else { write!(f, " {}", hex::encode_prefixed(self.immediate)) }
    }
}

/// The lines of `code` as `revision` reads it.
pub fn disassemble(code: &[u8], revision: Revision) -> impl Iterator<Item = Line<'_>> {
    let mut pc = 0;
    std::iter::from_fn(move || {
        let line = line_at(code, pc, revision)?;
        pc += if line.name == "DATA" { line.immediate.len() } else { 1 + line.immediate.len() };
        Some(line)
    })
}

fn line_at(code: &[u8], pc: usize, revision: Revision) -> Option<Line<'_>> {
    let opcode = *code.get(pc)?;
    let data = |end, note| Line { pc, opcode, name: "DATA", immediate: &code[pc..end], note: Some(note) };
    let Some(row) = row(opcode, revision) else {
        let note = match &TABLE[usize::from(opcode)] {
            Some(later) => Note::Later(later.name, later.since()),
            None => Note::Undefined,
        };
        return Some(data(pc + 1, note));
    };
    let end = pc + 1 + usize::from(row.immediate);
    Some(match code.get(pc + 1..end) {
        Some(immediate) => Line { pc, opcode, name: row.name, immediate, note: None },
        None => data(code.len(), Note::Truncated(row.name)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asm::assemble;
    use proptest::prelude::*;

    #[test]
    fn lines_carry_place_and_note() {
        let lines: Vec<Line<'_>> = disassemble(&[0x60, 1, 0x5f, 0x0c, 0x61, 2], Revision::Paris).collect();
        let text: Vec<String> = lines.iter().map(Line::to_string).collect();
        assert_eq!(text, ["PUSH1 0x01", "DATA 0x5f", "DATA 0x0c", "DATA 0x6102"]);
        assert_eq!(lines.iter().map(|line| line.pc).collect::<Vec<_>>(), [0, 2, 3, 4]);
        let notes: Vec<String> = lines.iter().filter_map(|line| line.note).map(|note| note.to_string()).collect();
        assert_eq!(notes, ["PUSH0 from Shanghai on", "undefined", "PUSH2, cut short"]);
    }

    proptest! {
        #[test]
        fn what_is_printed_assembles_to_the_same_bytes(code: Vec<u8>, revision in 0..Revision::COUNT) {
            let text: Vec<String> =
                disassemble(&code, Revision::ALL[revision]).map(|line| line.to_string()).collect();
            prop_assert_eq!(assemble(&text.join("\n")), Ok(code.clone()));
            prop_assert_eq!(assemble(&text.join(" ")), Ok(code));
        }
    }
}
