//! Rust files: how long they are, how they begin, what is not left in them.

use crate::code::{code, lines_with};
use crate::tree::{File, files};
use crate::{clean, red};

const LINES_MAX: usize = 400;
/// Even with a reason.
const LINES_EVER: usize = 600;

/// Files that may be longer than [`LINES_MAX`], and why.
const LONG: &[(&str, &str)] = &[];

/// What is left behind by somebody who meant to come back. Split, so that this file has none.
const MACROS: [&str; 2] = [concat!("to", "do!"), concat!("unimple", "mented!")];
const WORDS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
const IGNORE: &str = concat!("#[ig", "nore");

fn lengths(files: &[File], long: &[(&str, &str)]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let lines = file.text.lines().count();
        let excused = long.iter().any(|(path, _)| *path == file.path);
        let lines_max = if excused { LINES_EVER } else { LINES_MAX };
        if lines > lines_max {
            complaints.push(format!("{}: {lines} lines, at most {lines_max}: split it by idea", file.path));
        }
        if excused && lines <= LINES_MAX {
            complaints.push(format!("{}: {lines} lines need no exception: remove its row", file.path));
        }
    }
    for (path, _) in long {
        if !files.is_empty() && !files.iter().any(|file| file.path == *path) {
            complaints.push(format!("{path}: has an exception but is no file: remove its row"));
        }
    }
    complaints
}

fn headers(files: &[File]) -> Vec<String> {
    let bare = files.iter().filter(|file| file.is_rust() && !file.text.starts_with("//!"));
    bare.map(|file| format!("{}: does not begin with `//!`: say its idea first", file.path)).collect()
}

fn leftovers(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let code = code(&file.text);
        let in_code =
            MACROS.iter().chain([&IGNORE]).filter(|marker| code.contains(**marker)).map(|marker| (0, *marker));
        let words =
            WORDS.iter().flat_map(|word| lines_with(&file.text, word).into_iter().map(move |line| (line, *word)));
        complaints.extend(in_code.chain(words).map(|(line, marker)| match line {
            0 => format!("{}: `{marker}` is left in it: finish it or take it out", file.path),
            line => format!("{}:{line}: `{marker}` is left in it: finish it or take it out", file.path),
        }));
    }
    complaints
}

#[test]
fn rust_files_are_short_introduced_and_finished() {
    let files = files("Rust files");
    clean(&[lengths(&files, LONG), headers(&files), leftovers(&files)].concat());
}

#[test]
fn a_long_file_is_seen() {
    let long = [File::new("a/src/b.rs", &"//!\n".repeat(401))];
    red(&lengths(&long, &[]), &["a/src/b.rs", "401"]);
    clean(&lengths(&long, &[("a/src/b.rs", "a table")]));
    red(&lengths(&[File::new("a/src/b.rs", &"//!\n".repeat(601))], &[("a/src/b.rs", "a table")]), &["601", "600"]);
    red(&lengths(&[File::new("a/src/b.rs", "//!\n")], &[("a/src/b.rs", "a table")]), &["no exception"]);
    red(&lengths(&[File::new("a/src/b.rs", "//!\n")], &[("gone.rs", "a table")]), &["gone.rs", "no file"]);
}

#[test]
fn a_file_without_a_header_is_seen() {
    red(&headers(&[File::new("a/src/lib.rs", "// An idea.\n"), File::new("a/b.md", "#")]), &["a/src/lib.rs"]);
}

#[test]
fn what_is_left_over_is_seen() {
    for marker in [MACROS[0], MACROS[1], IGNORE] {
        red(&leftovers(&[File::new("a.rs", &format!("fn f() {{ {marker}() }}"))]), &["a.rs", marker]);
        clean(&leftovers(&[File::new("a.rs", &format!("// {marker}\nconst A: &str = \"{marker}\";"))]));
    }
    for word in WORDS {
        red(&leftovers(&[File::new("a.rs", &format!("fn f() {{}}\n// {word}: later\n"))]), &["a.rs:2", word]);
        clean(&leftovers(&[File::new("a.rs", &format!("// {word}L\n"))]));
    }
}
