//! Inputs: files, standard input, engine names; and errors that show the line they are about.

use crate::args::{CaseChoice, EngineList};
use crate::exit::{Exit, Failure};
use crate::output::shown;
use crate::roster::Roster;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use api::{Case, Engine};
use format::{CaseFile, Expect};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Bytes of an input; larger ones are refused before they are read whole.
const INPUT_MAX: u64 = 64 << 20;

/// Reads a file, or standard input for `-`.
pub(crate) fn read(name: &str) -> Result<Vec<u8>, Failure> {
    let result = match name {
        "-" => all_of(std::io::stdin()),
        path => std::fs::File::open(path).and_then(all_of),
    };
    match result {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(TooLarge)) => Err(bad(format!("error: {name}: {TooLarge}"))),
        Err(error) => {
            Err(bad(format!("error: cannot read {name}: {error}; give the path of a file, or - for standard input")))
        }
    }
}

/// Reads a file of many; the answer says why it cannot be read.
pub(crate) fn bounded(path: &Path) -> Result<Vec<u8>, String> {
    let result = std::fs::File::open(path).and_then(all_of);
    result.map_err(|error| format!("cannot be read: {error}"))?.map_err(|error| error.to_string())
}

/// An input beyond the bound.
struct TooLarge;

impl std::fmt::Display for TooLarge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "larger than {} MiB; split it into several files", INPUT_MAX >> 20)
    }
}

fn all_of(input: impl Read) -> std::io::Result<Result<Vec<u8>, TooLarge>> {
    let mut bytes = Vec::new();
    input.take(INPUT_MAX + 1).read_to_end(&mut bytes)?;
    Ok(if bytes.len() as u64 > INPUT_MAX { Err(TooLarge) } else { Ok(bytes) })
}

fn bad(message: String) -> Failure {
    Failure::new(Exit::BadInput, message)
}

/// The cases of a file in every revision that it is for, or in the one that was asked for.
pub(crate) fn cases(choice: &CaseChoice) -> Result<Vec<(Case, Expect)>, Failure> {
    let files = case_files(&choice.case)?;
    let all = files.iter().flat_map(|file| match choice.revision {
        None => file.cases().map(|(case, expect)| (case, expect.clone())).collect::<Vec<_>>(),
        Some(revision) => {
            let known = file.expect.iter().find(|expect| expect.revision == revision).cloned();
            let expect = known.unwrap_or(Expect { revision, ..Expect::default() });
            vec![(Case { revision, ..file.case.clone() }, expect)]
        }
    });
    Ok(all.collect())
}

/// The case files in a file.
pub(crate) fn case_files(name: &str) -> Result<Vec<CaseFile>, Failure> {
    case_files_of(name, &read(name)?)
}

/// The case files in these bytes of a file.
pub(crate) fn case_files_of(name: &str, bytes: &[u8]) -> Result<Vec<CaseFile>, Failure> {
    let title = if name == "-" { "standard input" } else { name };
    format::load(bytes, title).map_err(|error| show(&error, bytes))
}

/// An error with the line it is about.
pub(crate) fn show(error: &format::Error, bytes: &[u8]) -> Failure {
    let plain = || bad(format!("error: {error}"));
    let Ok(text) = std::str::from_utf8(bytes) else { return plain() };
    let at = floor(text, error.offset(bytes));
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    if end - start > 200 {
        return plain();
    }
    let to = text[at..end].find(char::is_whitespace).filter(|len| *len > 0).map_or(end, |len| at + len);
    let span = at - start..to - start;
    let snippet = Snippet::source(&text[start..end])
        .line_start(error.line as usize)
        .path(shown(&error.file))
        .annotation(AnnotationKind::Primary.span(span));
    let mut group = Level::ERROR.primary_title(shown(&error.what)).element(snippet);
    if let Some(hint) = &error.hint {
        group = group.element(Level::HELP.message(shown(hint)));
    }
    let report = [group];
    // The renderer shows what does not print in the line itself as pictures.
    Failure { exit: Exit::BadInput, message: Renderer::styled().render(&report) }
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The engines that were asked for, each once.
pub(crate) fn engines(list: &EngineList, roster: Roster) -> Result<Vec<Box<dyn Engine>>, Failure> {
    let mut names: Vec<String> = Vec::new();
    for name in roster.own(&list.engines) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.iter().map(|name| engine(name, roster)).collect()
}

/// The engine with this name.
pub(crate) fn engine(name: &str, roster: Roster) -> Result<Box<dyn Engine>, Failure> {
    roster.make(name).map_err(|unknown| Failure::new(Exit::BadInput, format_args!("error: {unknown}")))
}

/// Refuses reports that would overwrite one another.
pub(crate) fn apart(reports: &[(&str, Option<&Path>)]) -> Result<(), Failure> {
    let named: Vec<_> = reports.iter().filter_map(|(flag, path)| Some((*flag, (*path)?))).collect();
    for (at, (flag, path)) in named.iter().enumerate() {
        if let Some((other, _)) = named[..at].iter().find(|(_, other)| place(other) == place(path)) {
            let message = format!("error: {other} and {flag} both name {}; give each its own file", path.display());
            return Err(Failure::new(Exit::Usage, message));
        }
    }
    Ok(())
}

/// Where a file is or would be, whichever way it is named.
fn place(path: &Path) -> PathBuf {
    let folder = || Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?));
    let in_this = || Some(std::env::current_dir().ok()?.join(path));
    path.canonicalize().ok().or_else(folder).or_else(in_this).unwrap_or_else(|| path.to_owned())
}

/// Writes a report file.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    write_bytes(path, text.as_bytes())
}

/// Writes a file that is no text.
pub(crate) fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| {
        Failure::new(
            Exit::BadInput,
            format_args!("error: cannot write {}: {error}; choose another file", path.display()),
        )
    })
}
