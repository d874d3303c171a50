//! The sections behind the header: assembled once, used by name.

use super::SECTION;
use crate::asm;
use crate::error::{Error, Source, place};
use crate::hex::shorten;
use api::Bytes;
use std::cell::Cell;
use std::collections::BTreeMap;

/// The sections of a file by name.
pub(super) struct Sections<'s>(BTreeMap<&'s str, Section>);

struct Section {
    start: usize,
    bytes: Bytes,
    used: Cell<bool>,
}

impl<'s> Sections<'s> {
    /// Splits a file into its header and its sections.
    pub(super) fn split(source: Source<'s>, text: &'s str) -> Result<(&'s str, Sections<'s>), Error> {
        let (header, raw) = split(text);
        Ok((header, Sections(assemble(source, text, raw)?)))
    }

    /// The code of a section, which is used from now on.
    pub(super) fn code(&self, name: &str) -> Option<Bytes> {
        let section = self.0.get(name)?;
        section.used.set(true);
        Some(section.bytes.clone())
    }

    /// The names of all.
    pub(super) fn names(&self) -> Vec<&'s str> {
        self.0.keys().copied().collect()
    }

    /// A section that nobody used is an error.
    pub(super) fn check_used(&self, source: Source<'_>) -> Result<(), Error> {
        let unused = self.0.iter().filter(|(_, section)| !section.used.get());
        match unused.min_by_key(|(_, section)| section.start) {
            None => Ok(()),
            Some((name, section)) => Err(source
                .error(section.start, format!("section `{name}` is not used"))
                .hint("name it in an account's code or a transaction's data, or remove it")),
        }
    }
}

/// A section as it stands in the file: where its line begins, its name, and where its assembly begins.
struct Raw<'a> {
    start: usize,
    name: &'a str,
    code: &'a str,
}

/// The header and the sections behind it.
fn split(text: &str) -> (&str, Vec<Raw<'_>>) {
    let mut starts = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with(SECTION) {
            starts.push((offset, offset + line.len()));
        }
        offset += line.len();
    }
    let header = &text[..starts.first().map_or(text.len(), |(start, _)| *start)];
    let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([text.len()]);
    let sections = starts.iter().zip(ends).map(|(&(start, code), end)| Raw {
        start,
        name: text[start + SECTION.len()..code].trim(),
        code: &text[code..end],
    });
    (header, sections.collect())
}

fn assemble<'s>(source: Source<'s>, text: &str, raw: Vec<Raw<'s>>) -> Result<BTreeMap<&'s str, Section>, Error> {
    let mut sections = BTreeMap::new();
    let mut line_first = 1;
    let mut counted = 0;
    for Raw { start, name, code } in raw {
        if !is_section_name(name) {
            let what = format!("`{}` is no name for a section", shorten(name));
            return Err(source.error(start, what).hint("write === and a name of letters, digits, _ or -"));
        }
        line_first += place(&text.as_bytes()[counted..start], start - counted).0 - 1;
        counted = start;
        let bytes = asm::assemble(code).map_err(|error| Error {
            file: source.file.to_owned(),
            line: line_first + error.line,
            column: error.column,
            what: error.problem.to_string(),
            hint: Some(error.problem.hint()),
        })?;
        let section = Section { start, bytes: bytes.into(), used: Cell::new(false) };
        if sections.insert(name, section).is_some() {
            return Err(source.error(start, format!("section `{name}` stands twice")).hint("rename one of them"));
        }
    }
    Ok(sections)
}

fn is_section_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with("0x")
        && name.len() <= 64
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}
