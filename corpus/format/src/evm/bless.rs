//! Replaces the expectations of a file and leaves the rest of its text alone.

use super::{SECTION, read, write::write_expects};
use crate::casefile::{CaseFile, Expect};
use crate::error::{Error, Source};

/// The text of a case file with `expects` in place of its own expectations. Comments, labels and layout stay; the
/// `[[expect]]` tables must be the last of the header.
pub fn bless(text: &str, file_name: &str, expects: Vec<Expect>) -> Result<String, Error> {
    let CaseFile { name, about, case, .. } = read(text.as_bytes(), file_name)?;
    let wanted = CaseFile::new(name, about, case, expects);
    let sections = line_starting(text, SECTION).unwrap_or(text.len());
    let start = line_starting(&text[..sections], "[[expect]]").unwrap_or(sections);
    let mut blessed = text[..start].trim_end().to_owned();
    if !blessed.is_empty() {
        blessed.push_str("\n\n");
    }
    blessed.push_str(&write_expects(&wanted.expect));
    if sections < text.len() {
        blessed.push('\n');
        blessed.push_str(&text[sections..]);
    }
    // Whatever stood between the old expectations is gone; that must have been nothing.
    match read(blessed.as_bytes(), file_name) {
        Ok(found) if found == wanted => Ok(blessed),
        _ => Err(Source { file: file_name, text: text.as_bytes() }
            .error(start, "the expectations cannot be replaced here")
            .hint("move the [[expect]] tables to the end of the header")),
    }
}

/// Offset of the first line that begins so.
fn line_starting(text: &str, beginning: &str) -> Option<usize> {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with(beginning) {
            return Some(offset);
        }
        offset += line.len();
    }
    None
}
