//! Assembly to bytes.
//!
//! Words are separated by white space, several instructions may stand on a line, and `;` or `#` begins a comment.
//!
//! | written | means |
//! |---|---|
//! | `ADD` | the instruction, by its name in the protocol, in any revision |
//! | `PUSH2 0x1234`, `PUSH1 18`, `PUSH4 1_000` | a push of that many bytes, filled with zeros on the left |
//! | `PUSH 1_000` | the shortest push of at least one byte that holds the number |
//! | `name:` | a label: the offset of what follows; it emits nothing, the JUMPDEST is written out |
//! | `PUSH2 @name` | a push of the label's offset |
//! | `@name`, `PUSH @name` | the same; in one text they all have the least width that holds every label they name |
//! | `DATA 0x0c0d` | these bytes as they are |
//!
//! An operand stands on the line of its instruction.

mod problem;

pub use problem::{AsmError, Problem};

use crate::hex;
use crate::limits;
use crate::nearest::nearest;
use alloy_primitives::U256;
use spec::table::{ROWS, Row, op, row_by_name};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Assembles `text`.
pub fn assemble(text: &str) -> Result<Vec<u8>, AsmError> {
    let mut assembler = Assembler::default();
    for (i, line) in text.lines().enumerate() {
        assembler.line(i as u32 + 1, line)?;
    }
    assembler.finish()
}

/// Bytes of a label.
const LABEL: usize = 64;

/// Whether `name` can be a label.
fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    name.len() <= LABEL
        && chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Rows by name: the search in the table is linear.
static NAMES: LazyLock<BTreeMap<&'static str, &'static Row>> =
    LazyLock::new(|| ROWS.iter().map(|row| (row.name, row)).collect());

/// A word and its place.
#[derive(Clone, Copy, Debug)]
struct Word<'a> {
    text: &'a str,
    line: u32,
    column: u32,
}

impl Word<'_> {
    fn error(&self, problem: Problem) -> AsmError {
        AsmError { line: self.line, column: self.column, problem }
    }
}

/// Where a label points. References without a width are not in the bytes yet: they are counted.
#[derive(Clone, Copy, Debug)]
struct Label {
    position: usize,
    open_before: usize,
}

impl Label {
    /// The offset when each open reference takes an opcode and `width` bytes.
    fn offset(&self, width: usize) -> usize {
        self.position + self.open_before * (1 + width)
    }
}

/// A use of a label. With a row, the bytes at `position` wait for the offset; without, the push is to be inserted.
#[derive(Clone, Copy, Debug)]
struct Reference<'a> {
    label: Word<'a>,
    position: usize,
    row: Option<&'static Row>,
}

#[derive(Debug, Default)]
struct Assembler<'a> {
    bytes: Vec<u8>,
    labels: BTreeMap<&'a str, Label>,
    references: Vec<Reference<'a>>,
    open: usize,
}

impl<'a> Assembler<'a> {
    fn line(&mut self, number: u32, line: &'a str) -> Result<(), AsmError> {
        let code = line.split([';', '#']).next().unwrap_or_default();
        let mut end = 0;
        let pieces = code.split_inclusive(char::is_whitespace).map(|piece| {
            end += piece.len();
            Word { text: piece.trim_end(), line: number, column: (end - piece.len()) as u32 + 1 }
        });
        let mut words = pieces.filter(|word| !word.text.is_empty());
        while let Some(word) = words.next() {
            self.word(word, &mut words)?;
            if self.bytes.len() > limits::CODE {
                return Err(word.error(Problem::TooLong));
            }
        }
        Ok(())
    }

    fn word(&mut self, word: Word<'a>, rest: &mut impl Iterator<Item = Word<'a>>) -> Result<(), AsmError> {
        if let Some(label) = word.text.strip_suffix(':') {
            return self.define(label, word);
        }
        if word.text.starts_with('@') {
            return self.refer(word, None);
        }
        match word.text {
            "DATA" => {
                let operand = rest.next().ok_or_else(|| word.error(Problem::MissingOperand("DATA")))?;
                let data = hex::bytes(&operand.text.replace('_', ""))
                    .map_err(|why| operand.error(Problem::BadOperand(why)))?;
                self.bytes.extend(data);
                Ok(())
            }
            "PUSH" => self.push(None, rest.next().ok_or_else(|| word.error(Problem::MissingOperand("PUSH")))?),
            name => {
                let row = NAMES.get(name).copied().or_else(|| row_by_name(name));
                let row = row.ok_or_else(|| word.error(unknown(name)))?;
                if row.immediate == 0 {
                    self.bytes.push(row.opcode);
                    return Ok(());
                }
                self.push(Some(row), rest.next().ok_or_else(|| word.error(Problem::MissingOperand(row.name)))?)
            }
        }
    }

    fn define(&mut self, name: &'a str, word: Word<'a>) -> Result<(), AsmError> {
        if !is_identifier(name) {
            return Err(word.error(Problem::BadLabel(hex::shorten(name))));
        }
        let label = Label { position: self.bytes.len(), open_before: self.open };
        match self.labels.insert(name, label) {
            None => Ok(()),
            Some(_) => Err(word.error(Problem::DuplicateLabel(name.to_owned()))),
        }
    }

    fn push(&mut self, row: Option<&'static Row>, operand: Word<'a>) -> Result<(), AsmError> {
        if operand.text.starts_with('@') {
            return self.refer(operand, row);
        }
        let name = row.map_or("PUSH", |row| row.name);
        if !operand.text.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(operand.error(Problem::MissingOperand(name)));
        }
        if operand.text == "0x" {
            return Err(operand.error(Problem::BadOperand("`0x` is not a number".into())));
        }
        let value: U256 = hex::number(operand.text).map_err(|why| operand.error(Problem::BadOperand(why)))?;
        let width = value.byte_len().max(1);
        let room = row.map_or(width, |row| row.immediate.into());
        if width > room {
            let number = hex::shorten(operand.text);
            return Err(operand.error(Problem::TooLarge { name, number, bytes: width }));
        }
        self.bytes.push(op::PUSH1 - 1 + room as u8);
        self.bytes.extend_from_slice(&value.to_be_bytes::<32>()[32 - room..]);
        Ok(())
    }

    fn refer(&mut self, word: Word<'a>, row: Option<&'static Row>) -> Result<(), AsmError> {
        let label = Word { text: &word.text[1..], ..word };
        if !is_identifier(label.text) {
            return Err(word.error(Problem::BadLabel(hex::shorten(label.text))));
        }
        match row {
            Some(row) => {
                self.bytes.push(row.opcode);
                self.references.push(Reference { label, position: self.bytes.len(), row: Some(row) });
                self.bytes.resize(self.bytes.len() + usize::from(row.immediate), 0);
            }
            None => {
                self.references.push(Reference { label, position: self.bytes.len(), row: None });
                self.open += 1;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<u8>, AsmError> {
        let mut targets = Vec::with_capacity(self.references.len());
        for reference in &self.references {
            targets.push(self.target(reference.label)?);
        }
        let fits = |width: usize| {
            let open = self.references.iter().zip(&targets).filter(|(reference, _)| reference.row.is_none());
            open.into_iter().all(|(_, target)| byte_len(target.offset(width)) <= width)
        };
        let width = (1..8).find(|width| fits(*width)).unwrap_or(8);
        let mut out = Vec::with_capacity(self.bytes.len() + self.open * (1 + width));
        let mut copied = 0;
        for (reference, target) in self.references.iter().zip(&targets) {
            out.extend_from_slice(&self.bytes[copied..reference.position]);
            copied = reference.position;
            let offset = target.offset(width);
            let room = match reference.row {
                Some(row) => {
                    copied += usize::from(row.immediate);
                    usize::from(row.immediate)
                }
                None => {
                    out.push(op::PUSH1 - 1 + width as u8);
                    width
                }
            };
            if byte_len(offset) > room {
                let name = reference.row.map_or("PUSH", |row| row.name);
                let label = reference.label.text.to_owned();
                return Err(reference.label.error(Problem::LabelTooFar { name, label, offset }));
            }
            out.extend_from_slice(&U256::from(offset).to_be_bytes::<32>()[32 - room..]);
        }
        out.extend_from_slice(&self.bytes[copied..]);
        match self.references.last() {
            Some(last) if out.len() > limits::CODE => Err(last.label.error(Problem::TooLong)),
            _ => Ok(out),
        }
    }

    fn target(&self, label: Word<'_>) -> Result<Label, AsmError> {
        self.labels.get(label.text).copied().ok_or_else(|| {
            let nearest = nearest(label.text, self.labels.keys().copied()).map(str::to_owned);
            label.error(Problem::UndefinedLabel { label: label.text.to_owned(), nearest })
        })
    }
}

/// Bytes that hold an offset; at least one.
fn byte_len(offset: usize) -> usize {
    U256::from(offset).byte_len().max(1)
}

fn unknown(word: &str) -> Problem {
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return Problem::StrayNumber(hex::shorten(word));
    }
    let names = ROWS.iter().map(|row| row.name).chain(["DATA", "PUSH", "DIFFICULTY", "SHA3"]);
    Problem::UnknownName { word: hex::shorten(word), nearest: nearest(word, names) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, hex: &str) {
        let bytes = assemble(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(alloy_primitives::hex::encode(bytes), hex, "{text}");
    }

    fn check_error(text: &str, message: &str) {
        assert_eq!(assemble(text).expect_err(text).to_string(), message);
    }

    #[test]
    fn instructions_and_numbers() {
        check("", "");
        check("PUSH1 0x01 PUSH1 2 ADD ; three\n# nothing\nSTOP", "600160020100");
        check("PUSH3 0x1_00 PUSH0 CLZ SHA3 DIFFICULTY", "620001005f1e2044");
        check("PUSH 0 PUSH 255 PUSH 256 PUSH 0x0001", "600060ff6101006001");
        check("DATA 0x DATA 0x0c_0d", "0c0d");
        check(&format!("PUSH32 0x{}", "ff".repeat(32)), &format!("7f{}", "ff".repeat(32)));
    }

    #[test]
    fn labels_take_the_least_common_width() {
        check("@end JUMP end: JUMPDEST", "6003565b");
        check("PUSH2 @end JUMP end: JUMPDEST", "610004565b");
        check("PUSH @a JUMP a: JUMPDEST @a", "6003565b6003");
        // Only the far label needs two bytes, but both pushes take them.
        let far = format!("@near @far near: DATA 0x{} far: JUMPDEST", "00".repeat(300));
        check(&far, &format!("6100066101 32{}5b", "00".repeat(300)).replace(' ', ""));
        // With one byte the label is at 255, which fits; one more byte and it does not.
        check(&format!("@x DATA 0x{} x:", "00".repeat(253)), &format!("60ff{}", "00".repeat(253)));
        check(&format!("@x DATA 0x{} x:", "00".repeat(254)), &format!("610101{}", "00".repeat(254)));
    }

    #[test]
    fn errors_name_place_and_remedy() {
        check_error("STOP\n  AD", "2:3: unknown instruction `AD`; did you mean `ADD`?");
        check_error(
            "FROBNICATE",
            "1:1: unknown instruction `FROBNICATE`; names are in capitals; DATA writes other bytes",
        );
        check_error(
            "ADD 5",
            "1:5: number `5` without an instruction; numbers follow PUSH, DATA or their like on the same line",
        );
        check_error("PUSH1", "1:1: PUSH1 lacks its operand; write a number or @label after PUSH1 on the same line");
        check_error("PUSH1 ADD", "1:7: PUSH1 lacks its operand; write a number or @label after PUSH1 on the same line");
        check_error("PUSH1 256", "1:7: `256` has 2 bytes, too many for PUSH1; use PUSH2");
        check_error("PUSH1 0xg", "1:7: `0xg` is not a number; write a decimal, hexadecimal (0x) or @label");
        check_error("DATA", "1:1: DATA lacks its operand; write bytes after it on the same line, as in DATA 0x00");
        check_error("DATA 0x0", "1:6: `0x0` has an odd number of digits; write a decimal, hexadecimal (0x) or @label");
        check_error("a: a:", "1:4: label `a` is defined twice; rename one of them");
        check_error("loop: @lop", "1:7: label `lop` is not defined; did you mean `loop`?");
        check_error("@x", "1:1: label `x` is not defined; write `x:` where it should point");
        check_error(
            "9: STOP",
            "1:1: `9` is no name for a label; use up to 64 letters, digits and underscores, and no digit first",
        );
        let far = format!("PUSH1 @x DATA 0x{} x:", "00".repeat(300));
        check_error(&far, "1:7: label `x` is at 302, too far for PUSH1; use a wider PUSH, or @label alone");
        let long = "DATA 0x".to_owned() + &"00".repeat(limits::CODE + 1);
        check_error(&long, "1:1: the code has more than 1048576 bytes; use less code");
    }
}
