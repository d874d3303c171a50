//! Whether the right place is blamed: what `unanimous diff --blame` says of the first case on which engines were seen to differ. It
//! names an instruction, and of the optimising engine a stage: a pass, or what comes behind them.

use fault::Fault;
use std::process::Command;

/// Seed and index in a failure that says how its case is generated.
pub(crate) fn case_of(failure: &str) -> Option<(String, String)> {
    let (_, words) = failure.split_once("unanimous generate --seed ")?;
    let (seed, rest) = words.split_once(' ')?;
    let index: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!index.is_empty()).then(|| (seed.to_owned(), index))
}

/// The instruction and the stage that are named for a generated case. Empty if none is.
pub(crate) fn blamed(command: &[String], planted: &[&Fault], engines: &str, seed: &str, index: &str) -> String {
    let name = format!("unanimous-zoo-{}-{}-{seed}-{index}.evm", std::process::id(), fault::names(planted));
    let file = std::env::temp_dir().join(name);
    let Some((program, first)) = command.split_first() else { return String::new() };
    let process = || {
        let mut process = Command::new(program);
        process.args(first).env_remove(fault::VARIABLE);
        process
    };
    let case = process().args(["generate", "--seed", seed, index]).output();
    let Ok(case) = case else { return String::new() };
    if std::fs::write(&file, case.stdout).is_err() {
        return String::new();
    }
    let mut diff = process();
    diff.args(["diff", "--blame", "--hang", "60", "--engines", engines]).arg(&file);
    if !planted.is_empty() {
        diff.env(fault::VARIABLE, fault::names(planted));
    }
    let said = diff.output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    // A file in the folder of temporary files that stays is no harm.
    let _ = std::fs::remove_file(&file);
    let said = said.unwrap_or_default();
    [named(&said), stage(&said)].join(" ").trim().to_owned()
}

/// Stages, by how blame begins the line that names them.
const STAGES: [(&str, &str); 7] = [
    ("the front end", "front"),
    ("a canonical point", "point"),
    ("the lowering", "lowering"),
    ("where a region goes on", "region"),
    ("an edge inside a region", "region"),
    ("Cranelift's optimiser", "optimiser"),
    ("Cranelift's register allocator", "registers"),
];

/// The stage that the first blame names.
fn stage(said: &str) -> String {
    let mut lines = said.lines().skip_while(|line| !line.starts_with("blame for ")).map(str::trim_start);
    let name = |line: &str| match line.strip_prefix("pass `").and_then(|rest| rest.split_once('`')) {
        Some((pass, _)) => Some(format!("pass:{pass}")),
        None => STAGES.iter().find(|(text, _)| line.starts_with(text)).map(|(_, stage)| (*stage).to_owned()),
    };
    lines.find_map(name).unwrap_or_default()
}

/// The instruction that the first blame names, or the transaction.
fn named(said: &str) -> String {
    let (_, first) = said.split_once("blame for ").unwrap_or_default();
    let first = first.split_once("\nblame for ").map_or(first, |(first, _)| first);
    let mut lines = first.lines();
    if lines.clone().any(|line| line.ends_with("the transaction itself")) {
        return fault::TRANSACTION.to_owned();
    }
    let line = lines.find(|line| line.contains(", at pc 0x"));
    let text = line.and_then(|line| line.rsplit_once(", at pc 0x")?.1.split_once(": "));
    text.and_then(|(_, text)| text.split_whitespace().next()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instruction_of_the_first_blame_is_named() {
        let said = "x: gas: stop / stop\n  they part in the section after pc 0x2; at its end:\n        0  PUSH1 0x01\n\
                    blame for template, asked of interp and each of:\n    WRONG template\n  the template compiler\n";
        let itself = "blame for revm\n  before the first instruction they differ: the transaction itself\n";
        assert_eq!(named(itself), "TRANSACTION");
        let cut = "  in the section at pc 0x2 of 0xC0, at pc 0x7: MUL\n";
        let stop = "  with what ran before it they agree, behind it they differ: 0xC0, at pc 0x7: LOG2\n";
        let pushed = "  in the section at pc 0x2 of 0xC0, at pc 0x0: PUSH1 0x07\n";
        assert_eq!(named(&format!("{said}{cut}{stop}")), "MUL");
        assert_eq!(named(&format!("{said}{stop}")), "LOG2");
        assert_eq!(named(&format!("{said}{pushed}")), "PUSH1");
        assert_eq!(named(said), "");
        assert_eq!(named(cut), "", "without a blame nothing is blamed");
    }

    #[test]
    fn the_stage_of_the_first_blame_is_named() {
        let before = "x: gas: stop / stop\nblame for ir@last, asked of interp and each of:\n    WRONG ir@last\n";
        for (line, expected) in [
            ("  pass `dead`, its change 3: leaves out what nobody reads\n", "pass:dead"),
            ("  the lowering, of what is right when it is interpreted: pass `fold`\n", "lowering"),
            ("  where a region goes on in another one: right with all in one region\n", "region"),
            ("  Cranelift's optimiser, or what it may take for granted: right with opt=none\n", "optimiser"),
            ("  the template compiler\n", ""),
        ] {
            assert_eq!(stage(&format!("{before}{line}  in the section at pc 0x0, at pc 0x1: ADD\n")), expected);
        }
        assert_eq!(stage("  pass `dead`\n"), "", "without a blame nothing is blamed");
    }

    #[test]
    fn the_case_stands_in_the_failure() {
        let failure = "campaign: x: gas: stop / stop: 3 times, the first is `unanimous generate --seed 1 40`";
        assert_eq!(case_of(failure), Some(("1".to_owned(), "40".to_owned())));
        assert_eq!(case_of("matrix 7, ADD in Osaka"), None);
    }
}
