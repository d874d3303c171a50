//! Whether the right place is blamed: what `unanimous diff` says of the first case on which engines were seen to differ.
//!
//! Compiled code reports no steps, so for its faults the answer is a section; where both engines report steps it is an
//! instruction, which is marked.

use fault::Fault;
use std::path::Path;
use std::process::Command;

/// Seed and index in a failure that says how its case is generated.
pub(crate) fn case_of(failure: &str) -> Option<(String, String)> {
    let (_, words) = failure.split_once("unanimous generate --seed ")?;
    let (seed, rest) = words.split_once(' ')?;
    let index: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!index.is_empty()).then(|| (seed.to_owned(), index))
}

/// The instructions that are named for a generated case, separated by spaces: one that is marked, else those of the section.
/// Empty if nothing is named.
pub(crate) fn blamed(command: &Path, fault: Option<&Fault>, engines: &str, seed: &str, index: &str) -> String {
    let name =
        format!("unanimous-zoo-{}-{}-{seed}-{index}.evm", std::process::id(), fault.map_or("", |fault| fault.name));
    let file = std::env::temp_dir().join(name);
    let case = Command::new(command).args(["generate", "--seed", seed, index]).env_remove(fault::VARIABLE).output();
    let Ok(case) = case else { return String::new() };
    if std::fs::write(&file, case.stdout).is_err() {
        return String::new();
    }
    let mut diff = Command::new(command);
    diff.args(["diff", "--hang", "20", "--engines", engines]).arg(&file).env_remove(fault::VARIABLE);
    if let Some(fault) = fault {
        diff.env(fault::VARIABLE, fault.name);
    }
    let said = diff.output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    // A file in the folder of temporary files that stays is no harm.
    let _ = std::fs::remove_file(&file);
    named(&said.unwrap_or_default())
}

/// What the first listing names.
fn named(said: &str) -> String {
    let mut lines = said.lines().skip_while(|line| !line.contains("they part in") && !line.contains("a step does"));
    let Some(from) = lines.next() else { return String::new() };
    let from = from.split_once("pc 0x").and_then(|(_, pc)| u64::from_str_radix(pc.split([';', ':']).next()?, 16).ok());
    // Of several divergences the first counts.
    let listed = lines.map(row).skip_while(Option::is_none).take_while(Option::is_some);
    let rows: Vec<(bool, u64, &str)> = listed.flatten().collect();
    if let Some((.., name)) = rows.iter().find(|(marked, ..)| *marked) {
        return (*name).to_owned();
    }
    let from = from.unwrap_or(0);
    let mut section = Vec::new();
    for (_, _, name) in rows.into_iter().filter(|(_, pc, _)| *pc >= from) {
        // The first may be a target itself.
        if name == "JUMPDEST" && !section.is_empty() {
            break;
        }
        section.push(name);
        if ends_section(name) {
            break;
        }
    }
    section.join(" ")
}

fn ends_section(name: &str) -> bool {
    spec::table::ROWS.iter().any(|row| row.name == name && row.ends_section)
}

/// A row of a listing: whether it is marked, its place, its instruction.
fn row(line: &str) -> Option<(bool, u64, &str)> {
    let rest = line.strip_prefix("  ")?;
    let (marked, rest) = match rest.strip_prefix("> ") {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix("  ")?),
    };
    let mut words = rest.split_whitespace();
    let pc = u64::from_str_radix(words.next()?, 16).ok()?;
    let name = words.next()?;
    (name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()) && words.next() != Some("bytes"))
        .then_some((marked, pc, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marked_instruction_is_named_and_else_the_section() {
        let said = "x: gas: stop / stop\n  they part in the section after pc 0x2; at its end:\n    stack 1 2\n        \
                    0  PUSH1 0x01\n        2  JUMPDEST\n        3  MUL\n        4  SLOAD\n        5  ADD\n";
        assert_eq!(named(said), "JUMPDEST MUL SLOAD");
        assert_eq!(named(&format!("{said}y: gas\n{}", said.replace("  3  MUL", "  3  DIV"))), "JUMPDEST MUL SLOAD");
        let marked = said.replace("        3  MUL", "  >     3  MUL");
        assert_eq!(named(&marked), "MUL");
        assert_eq!(named("where they part is not known"), "");
    }

    #[test]
    fn the_case_stands_in_the_failure() {
        let failure = "campaign: x: gas: stop / stop: 3 times, the first is `unanimous generate --seed 1 40`";
        assert_eq!(case_of(failure), Some(("1".to_owned(), "40".to_owned())));
        assert_eq!(case_of("matrix 7, ADD in Osaka"), None);
    }
}
