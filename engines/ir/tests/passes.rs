//! File tests of passes: what each makes of a small program, beside the program.
//!
//! A file begins with lines of prose behind `#`, then names the passes, then gives a program as assembly or as the text of a form, and
//! behind `---` the form that comes out. `BLESS=1 cargo test -p una-ir --test passes` writes what comes out into the files.

#![allow(clippy::disallowed_methods, reason = "a test reads the files beside it, and whether to accept")]

use api::{Code, Revision};
use ir::{Fuel, Func, PASSES, build, parse, print, verify};
use spec::{op, table};
use std::path::{Path, PathBuf};

/// Bytes of assembly: names, each followed by its immediate if it has one.
fn assemble(text: &str) -> Result<Vec<u8>, String> {
    let mut words = text.split_whitespace();
    let mut code = Vec::new();
    while let Some(name) = words.next() {
        let row = table::row_by_name(name).ok_or_else(|| format!("there is no instruction `{name}`"))?;
        code.push(row.opcode);
        if row.immediate > 0 {
            let word = words.next().and_then(|word| word.strip_prefix("0x")).ok_or("an immediate is missing")?;
            let word = api::U256::from_str_radix(word, 16).map_err(|error| error.to_string())?;
            code.extend_from_slice(&word.to_be_bytes::<32>()[32 - usize::from(row.opcode - op::PUSH0)..]);
        }
    }
    Ok(code)
}

/// The program of a file after the passes that it names.
fn output(text: &str) -> Result<String, String> {
    let lines = text.lines().skip_while(|line| line.starts_with('#'));
    let mut lines = lines.take_while(|line| *line != "---");
    let names = lines.next().and_then(|line| line.strip_prefix("passes:")).ok_or("the line `passes:` is missing")?;
    let program: Vec<&str> = lines.collect();
    let program = program.join("\n");
    let mut func: Func = match program.trim_start().starts_with("func") {
        true => parse(&program)?,
        false => {
            build(&Code::new(assemble(&program)?.into()), Revision::Osaka).map_err(|refusal| refusal.to_string())?
        }
    };
    verify(&func)?;
    for name in names.split_whitespace() {
        let pass = PASSES.iter().find(|pass| pass.name == name).ok_or_else(|| format!("there is no pass `{name}`"))?;
        (pass.run)(&mut func, &mut Fuel::new(u64::MAX));
        verify(&func).map_err(|what| format!("after {name}: {what}\n{}", print(&func)))?;
    }
    Ok(print(&func))
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/passes");
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    files.sort();
    files
}

#[test]
fn passes_make_what_their_files_say() {
    let bless = std::env::var_os("BLESS").is_some();
    let files = files();
    assert!(files.len() >= PASSES.len(), "there are {} files", files.len());
    let mut wrong = Vec::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let found = output(&text).unwrap_or_else(|what| panic!("{name}: {what}"));
        let (input, expected) = text.split_once("---\n").unwrap_or((&text, ""));
        if found == expected {
            continue;
        }
        if bless {
            std::fs::write(&path, format!("{input}---\n{found}")).expect("it can be written");
        } else {
            wrong.push(format!("{name}: expected\n{expected}but it makes\n{found}"));
        }
    }
    let command = "to accept: BLESS=1 cargo test -p una-ir --test passes";
    assert!(wrong.is_empty(), "{}\n{command}", wrong.join("\n"));
}

/// Every pass has a file of its own, named after it.
#[test]
fn every_pass_has_a_file() {
    let files = files();
    let stems: Vec<_> = files.iter().filter_map(|path| path.file_stem()?.to_str()).collect();
    for pass in PASSES {
        assert!(stems.iter().any(|stem| stem.starts_with(pass.name)), "there is no file for {}", pass.name);
    }
}
