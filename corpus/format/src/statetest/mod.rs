//! Official state tests: many transactions, revisions and expected roots in one test.
//!
//! [`read`] decodes a file into typed [`Test`]s; a [`Case`] is built only when [`Test::case`] is asked for one of
//! the test's [`Post`]s. What the files leave to convention is settled here:
//!
//! * A missing base fee is 10; revisions before London ignore it. Missing difficulty, randomness and excess of blob
//!   gas are zero.
//! * The excess of blob gas is derived from the parent where only the parent's fields are given.
//! * `previousHash` is ignored: blocks that `blockHashes` does not list have keccak of their decimal number as hash,
//!   as the expected roots have it.
//! * A test without `sender` has its sender derived from `secretKey`.
//! * The blob schedule of `config` is kept where it is not the revision's own.

pub(crate) mod build;
pub mod exception;
pub(crate) mod shape;

use crate::error::{Error, Source, place};
use crate::hex::printable;
use crate::limits;
use api::{B256, Case, Revision, State};
pub use shape::Index;
use shape::{Entries, PostShape, TestShape};

/// A test of a file.
#[derive(Clone, Debug)]
pub struct Test {
    /// Its name.
    pub name: String,
    pub(crate) file: String,
    pub(crate) place: (u32, u32),
    pub(crate) shape: TestShape,
}

/// One expected result of a test.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a> {
    /// The rules in force.
    pub revision: Revision,
    /// Which of the transactions.
    pub index: Index,
    shape: &'a PostShape,
}

impl<'a> Post<'a> {
    /// Root of the state afterwards.
    pub fn state_root(&self) -> B256 {
        self.shape.hash.0
    }

    /// Keccak of the RLP list of the logs.
    pub fn logs_hash(&self) -> B256 {
        self.shape.logs.0
    }

    /// Why the transaction is to be refused, in the words of [`exception`].
    pub fn exception(&self) -> Option<&'a str> {
        self.shape.exception.as_deref()
    }

    /// The accounts afterwards, where the file lists them.
    pub fn state(&self) -> Option<&'a State> {
        self.shape.state.as_ref().map(|accounts| &accounts.0)
    }
}

impl Test {
    /// Every expected result, in the order of the file.
    pub fn posts(&self) -> impl Iterator<Item = Post<'_>> {
        self.shape
            .post
            .0
            .iter()
            .flat_map(|(fork, posts)| posts.iter().map(|shape| Post { revision: fork.0, index: shape.indexes, shape }))
    }

    /// The case that should lead to this result.
    pub fn case(&self, post: &Post<'_>) -> Result<Case, Error> {
        build::case(self, post.revision, post.index).map_err(|(what, hint)| self.error(what).hint(hint))
    }

    /// An error about the test as a whole.
    pub(crate) fn error(&self, what: impl Into<String>) -> Error {
        let (line, column) = self.place;
        Error { file: self.file.clone(), line, column, what: what.into(), hint: None }
    }
}

/// Reads the tests of a file.
pub fn read(bytes: &[u8], file_name: &str) -> Result<Vec<Test>, Error> {
    let source = Source { file: file_name, text: bytes };
    source.check_size(limits::STATE_TESTS)?;
    let entries: Entries<String, TestShape> =
        serde_json::from_slice(bytes).map_err(|error| json_error(source, &error))?;
    // Names stand in the order of the tests, so one pass over the text finds the places of all; it ends at a name that
    // is spelled in an unusual way.
    let mut place = (1, 1);
    let mut rest = Some(bytes);
    let tests = entries.0.into_iter().map(|(name, shape)| {
        if let Some(text) = rest {
            rest = find_key(text, &name).map(|at| {
                place = advance(place, &text[..at]);
                &text[at..]
            });
        }
        Test { name, file: file_name.to_owned(), place, shape }
    });
    Ok(tests.collect())
}

/// The place behind `text`, which begins at `start`.
fn advance(start: (u32, u32), text: &[u8]) -> (u32, u32) {
    let (line, column) = place(text, text.len());
    if line == 1 { (start.0, start.1 + column - 1) } else { (start.0 + line - 1, column) }
}

/// What a JSON error says, at its place.
pub(crate) fn json_error(source: Source<'_>, error: &serde_json::Error) -> Error {
    let text = error.to_string();
    let what = text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]);
    let hint = match error.classify() {
        serde_json::error::Category::Eof => "the file ends too early",
        serde_json::error::Category::Data => "compare with the state-test shape in corpus/README.md",
        _ => "the file is not JSON",
    };
    Error {
        file: source.file.to_owned(),
        line: (error.line() as u32).max(1),
        column: (error.column() as u32).max(1),
        what: printable(what, 300),
        hint: Some(hint.to_owned()),
    }
}

/// Offset of a key in JSON text, spelled as everybody does.
fn find_key(text: &[u8], key: &str) -> Option<usize> {
    let quoted = serde_json::Value::from(key).to_string();
    let mut from = 0;
    loop {
        let at = from + text[from..].iter().position(|byte| *byte == b'"')?;
        if text[at..].starts_with(quoted.as_bytes()) {
            return Some(at);
        }
        from = at + 1;
    }
}
