//! Sessions at the command line: every command in README.md and in the `.md` files beside this one is run, and what it
//! prints and its exit code are what stands there.
//!
//! A session is a fenced block marked `console`. A line `$ command` is run by a shell; the lines after it are the
//! output, standard error last. `...` stands for any lines, `[..]` for anything within a line, and a line `? N` for
//! an exit code other than 0. A block marked `file NAME` is written before the sessions that follow it. Each `.md`
//! file runs in a folder of its own that sees the corpus; README.md runs in a copy of nothing but the corpus too. In
//! files that begin with `planted`, the command knows engines with planted faults.
//!
//! `BLESS=1` rewrites the expected output of sessions that differ.

mod bad_files;
mod document;
mod launcher;
mod matching;
mod planted;

use document::{Block, Document};
use launcher::LAUNCHER;
use libtest_mimic::{Arguments, Failed, Trial};
use matching::matches;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::LazyLock;

fn main() -> ExitCode {
    if let Some(code) = planted::command() {
        return code;
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    // Written before trials start programs: a file that is open for writing cannot be executed.
    LazyLock::force(&LAUNCHER);
    let faulty = planted::folder(Path::new(env!("CARGO_TARGET_TMPDIR"))).expect("the command can be linked");
    let mut files = vec![root.join("README.md")];
    let folder = root.join("tests/suite/sessions");
    for entry in fs::read_dir(&folder).expect("the folder of sessions can be read") {
        let path = entry.expect("its entries can be read").path();
        files.extend((path.extension() == Some("md".as_ref())).then_some(path));
    }
    files.sort();
    let mut trials: Vec<Trial> = files.into_iter().map(|path| trial(&root, &faulty, path)).collect();
    trials.extend(bad_files::trials());
    trials.push(Trial::test("sessions::readme_gives_the_test_command", move || readme_gives_the_test_command(&root)));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(root: &Path, faulty: &Path, path: PathBuf) -> Trial {
    let root = root.to_owned();
    let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
    let real = LAUNCHER.parent().expect("it lies in a folder");
    let commands = if name.starts_with("planted") { faulty } else { real }.to_owned();
    Trial::test(format!("sessions::{name}"), move || run_file(&root, &commands, &path))
}

fn run_file(root: &Path, commands: &Path, path: &Path) -> Result<(), Failed> {
    let mut document = Document::parse(&fs::read_to_string(path)?)?;
    let name = path.file_stem().ok_or("no name")?;
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sessions").join(name);
    let _ = fs::remove_dir_all(&place);
    copy(&root.join("corpus"), &place.join("corpus"))?;
    let mut wrong = Vec::new();
    let mut n_commands = 0;
    for block in &mut document.blocks {
        match block {
            Block::File { name, text } => fs::write(place.join(name), text)?,
            Block::Console { exchanges, .. } => {
                for exchange in exchanges {
                    if !is_ours(&exchange.command) {
                        continue;
                    }
                    n_commands += 1;
                    let (output, code) = shell(&exchange.command, commands, &place)?;
                    if !matches(&exchange.output, &output) || code != exchange.code {
                        let command = &exchange.command;
                        wrong.push(format!(
                            "$ {command}\nexpected (exit {}):\n{}\nfound (exit {code}):\n{output}",
                            exchange.code, exchange.output
                        ));
                        (exchange.output, exchange.code) = (output, code);
                    }
                }
            }
            Block::Prose(_) => {}
        }
    }
    if n_commands == 0 {
        return Err("the file has no session: nothing was tested".into());
    }
    if wrong.is_empty() {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, document.print())?;
        return Ok(());
    }
    Err(format!("{}\nto accept: BLESS=1 cargo test -p unanimous --test sessions", wrong.join("\n")).into())
}

/// Commands that build or test the project itself are not run from within its tests.
fn is_ours(command: &str) -> bool {
    !["git ", "cd ", "cargo test", "cargo install", "cargo bench", "cargo run --release -p", "."]
        .iter()
        .any(|start| command.starts_with(start))
}

/// Runs a command as a reader would, with the `unanimous` of a folder.
fn shell(command: &str, commands: &Path, place: &Path) -> Result<(String, i32), Failed> {
    let path = format!("{}:{}", commands.display(), std::env::var("PATH").unwrap_or_default());
    let command = command.replace("cargo run --release --", "unanimous");
    let output = Command::new("sh")
        .args(["-c", &command])
        .current_dir(place)
        .env("PATH", path)
        .env("COLUMNS", "100")
        .env_remove("BLESS")
        .output()?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    errors.split_inclusive('\n').filter(|line| !is_progress(line)).for_each(|line| text.push_str(line));
    Ok((text, output.status.code().unwrap_or(-1)))
}

/// A slow machine says how far it is, at times of its own.
fn is_progress(line: &str) -> bool {
    line.starts_with(|first: char| first.is_ascii_digit())
        && [" of ", " cases, ", " a second, "].iter().all(|part| line.contains(part))
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &target)?,
            false => drop(fs::copy(entry.path(), target)?),
        }
    }
    Ok(())
}

/// CI runs the very command that the README gives.
fn readme_gives_the_test_command(root: &Path) -> Result<(), Failed> {
    let script = fs::read_to_string(root.join("ci/test"))?;
    let command =
        script.lines().rev().find(|line| line.starts_with("cargo test")).ok_or("ci/test runs no cargo test")?;
    let readme = fs::read_to_string(root.join("README.md"))?;
    match readme.lines().any(|line| line.trim_start_matches("$ ") == command) {
        true => Ok(()),
        false => Err(format!("README.md does not give `{command}`, which ci/test runs").into()),
    }
}
