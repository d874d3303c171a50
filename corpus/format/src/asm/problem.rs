//! What can be wrong with assembly, and what to do about it.

use crate::limits;
use std::fmt;

/// Text that does not assemble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsmError {
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 1.
    pub column: u32,
    /// What is wrong there.
    pub problem: Problem,
}

/// What can be wrong with assembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No instruction has this name.
    UnknownName {
        /// The word as written.
        word: String,
        /// The name nearest to it.
        nearest: Option<&'static str>,
    },
    /// A number where an instruction is expected.
    StrayNumber(String),
    /// PUSH or DATA without what it pushes.
    MissingOperand(&'static str),
    /// An operand that is neither number nor label, or DATA that is no hexadecimal.
    BadOperand(String),
    /// The number has more bytes than the push.
    TooLarge {
        /// The instruction.
        name: &'static str,
        /// The number as written.
        number: String,
        /// Bytes it needs.
        bytes: usize,
    },
    /// A label that is no identifier.
    BadLabel(String),
    /// A label that is defined twice.
    DuplicateLabel(String),
    /// A label that is used and not defined.
    UndefinedLabel {
        /// The label.
        label: String,
        /// The label nearest to it.
        nearest: Option<String>,
    },
    /// The offset of the label does not fit in the push.
    LabelTooFar {
        /// The instruction.
        name: &'static str,
        /// The label.
        label: String,
        /// Where it is.
        offset: usize,
    },
    /// More bytes than [`limits::CODE`].
    TooLong,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::UnknownName { word, .. } => write!(f, "unknown instruction `{word}`"),
            Problem::StrayNumber(word) => write!(f, "number `{word}` without an instruction"),
            Problem::MissingOperand(name) => write!(f, "{name} lacks its operand"),
            Problem::BadOperand(why) => f.write_str(why),
            Problem::TooLarge { name, number, bytes } => {
                write!(f, "`{number}` has {bytes} bytes, too many for {name}")
            }
            Problem::BadLabel(label) => write!(f, "`{label}` is no name for a label"),
            Problem::DuplicateLabel(label) => write!(f, "label `{label}` is defined twice"),
            Problem::UndefinedLabel { label, .. } => write!(f, "label `{label}` is not defined"),
            Problem::LabelTooFar { name, label, offset } => {
                write!(f, "label `{label}` is at {offset}, too far for {name}")
            }
            Problem::TooLong => write!(f, "the code has more than {} bytes", limits::CODE),
        }
    }
}

impl Problem {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Problem::UnknownName { nearest: Some(name), .. } => format!("did you mean `{name}`?"),
            Problem::UnknownName { .. } => "names are in capitals; DATA writes other bytes".into(),
            Problem::StrayNumber(_) => "numbers follow PUSH, DATA or their like on the same line".into(),
            Problem::MissingOperand("DATA") => "write bytes after it on the same line, as in DATA 0x00".into(),
            Problem::MissingOperand(name) => format!("write a number or @label after {name} on the same line"),
            Problem::BadOperand(_) => "write a decimal, hexadecimal (0x) or @label".into(),
            Problem::TooLarge { bytes, .. } if *bytes <= 32 => format!("use PUSH{bytes}"),
            Problem::TooLarge { .. } => "a word has 32 bytes".into(),
            Problem::BadLabel(_) => "use up to 64 letters, digits and underscores, and no digit first".into(),
            Problem::DuplicateLabel(_) => "rename one of them".into(),
            Problem::UndefinedLabel { nearest: Some(label), .. } => format!("did you mean `{label}`?"),
            Problem::UndefinedLabel { label, .. } => format!("write `{label}:` where it should point"),
            Problem::LabelTooFar { .. } => "use a wider PUSH, or @label alone".into(),
            Problem::TooLong => "use less code".into(),
        }
    }
}

impl fmt::Display for AsmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}; {}", self.line, self.column, self.problem, self.problem.hint())
    }
}

impl std::error::Error for AsmError {}
