//! What one change of a pass does to the text of forms, block by block.

use crate::roster::Kin;
use api::{Case, Code};
use ir::Options;

/// Lines of a block around those that differ.
const CONTEXT: usize = 1;

/// The blocks of all code of a case that differ between two lists of passes, with the lines before and after.
pub(super) fn lines(kin: Kin, case: &Case, right: &Options, wrong: &Options) -> Vec<String> {
    let mut lines = Vec::new();
    for (address, account) in case.accounts.iter().filter(|(_, account)| !account.code.is_empty()) {
        let code = Code::new(account.code.clone());
        let text = |options: &Options| (kin.form)(&code, case.revision, options).map(|func| ir::print(&func));
        let (Some(right), Some(wrong)) = (text(right), text(wrong)) else { continue };
        let changed = changed(&right, &wrong);
        if !changed.is_empty() {
            lines.push(format!("in the code of {address}:"));
            lines.extend(changed.into_iter().map(|line| format!("  {line}")));
        }
    }
    lines
}

/// The blocks that differ, as their first lines, and what is taken out and put in.
fn changed(before: &str, after: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let (before, after) = (blocks(before), blocks(after));
    for (before, after) in before.iter().zip(&after).filter(|(before, after)| before != after) {
        lines.push(before.first().map_or_else(String::new, |head| (*head).to_owned()));
        lines.extend(difference(before, after));
    }
    lines
}

/// The lines of each block.
fn blocks(text: &str) -> Vec<Vec<&str>> {
    let mut blocks: Vec<Vec<&str>> = Vec::new();
    for line in text.lines() {
        if line.starts_with("block ") || blocks.is_empty() {
            blocks.push(Vec::new());
        }
        blocks.last_mut().into_iter().for_each(|block| block.push(line));
    }
    blocks
}

/// The lines between those at both ends that are the same, with a few of these around.
fn difference(before: &[&str], after: &[&str]) -> Vec<String> {
    let same = |(left, right): &(&&str, &&str)| left == right;
    let head = before.iter().zip(after).take_while(same).count();
    let rest = before.len().min(after.len()) - head;
    let tail = before.iter().rev().zip(after.iter().rev()).take(rest).take_while(same).count();
    let marked = |mark: &str, lines: &[&str]| -> Vec<String> {
        lines.iter().map(|line| format!("{mark} {}", line.trim_start())).collect()
    };
    let (from, to) = (before.len() - tail, before.len().min(before.len() - tail + CONTEXT));
    [
        // The first line of a block stands above already.
        marked(" ", &before[head.saturating_sub(CONTEXT).max(1).min(head)..head]),
        marked("-", &before[head..from]),
        marked("+", &after[head..after.len() - tail]),
        marked(" ", &before[from..to]),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_shown_with_its_block() {
        let before = "func Osaka len 9\nblock 0 pc 0x0\n  a\n  b\n  c\nblock 1 pc 0x4\n  x\n";
        let after = "func Osaka len 9\nblock 0 pc 0x0\n  a\n  B\n  c\nblock 1 pc 0x4\n  x\n";
        assert_eq!(changed(before, after), ["block 0 pc 0x0", "  a", "- b", "+ B", "  c"]);
        assert_eq!(changed(before, before), Vec::<String>::new());
        let without = "func Osaka len 9\nblock 0 pc 0x0\n  a\n  b\nblock 1 pc 0x4\n  x\n";
        assert_eq!(changed(before, without), ["block 0 pc 0x0", "  b", "- c"]);
        assert_eq!(changed(without, before), ["block 0 pc 0x0", "  b", "+ c"]);
    }
}
