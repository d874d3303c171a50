//! One error for every form: which file, where in it, what is wrong, and what to do about it.

use std::fmt;

/// A file that cannot be read, and the place that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The name the caller gave the file.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 1.
    pub column: u32,
    /// What is wrong.
    pub what: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.what)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// The byte offset of the place in `text`, for tools that draw the line it stands in.
    pub fn offset(&self, text: &[u8]) -> usize {
        let start = match self.line {
            0 | 1 => 0,
            line => match newlines(text).nth(line as usize - 2) {
                Some(newline) => newline + 1,
                None => text.len(),
            },
        };
        text.len().min(start + (self.column as usize).saturating_sub(1))
    }

    /// The same error with this hint.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into());
        self
    }
}

/// A file while it is read: turns offsets into errors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) file: &'a str,
    pub(crate) text: &'a [u8],
}

impl Source<'_> {
    /// An error at a byte offset.
    pub(crate) fn error(&self, offset: usize, what: impl Into<String>) -> Error {
        let (line, column) = place(self.text, offset);
        Error { file: self.file.to_owned(), line, column, what: what.into(), hint: None }
    }

    /// Refuses a file beyond `limit` bytes.
    pub(crate) fn check_size(&self, limit: usize) -> Result<(), Error> {
        if self.text.len() <= limit {
            return Ok(());
        }
        let what = format!("the file has {} bytes, the limit is {limit}", self.text.len());
        Err(self.error(0, what).hint("split it into several files"))
    }
}

/// Line and column of an offset, both from 1.
pub(crate) fn place(text: &[u8], offset: usize) -> (u32, u32) {
    let before = &text[..offset.min(text.len())];
    let line = newlines(before).count() + 1;
    let column = before.len() - newlines(before).last().map_or(0, |newline| newline + 1) + 1;
    (line as u32, column as u32)
}

fn newlines(text: &[u8]) -> impl Iterator<Item = usize> {
    text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_and_places_are_inverse() {
        let text = b"one\ntwo\n\nfour";
        let source = Source { file: "f", text };
        for offset in 0..=text.len() {
            assert_eq!(source.error(offset, "x").offset(text), offset);
        }
        let error = source.error(9, "bad").hint("do better");
        assert_eq!(error.to_string(), "f:4:1: bad; do better");
        assert_eq!(Error { line: 99, ..error }.offset(text), text.len());
    }
}
