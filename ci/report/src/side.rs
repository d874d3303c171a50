//! Where two engines part, side by side: the section as a listing, the stacks, the gas.

use api::{Address, Case, Checkpoint, Revision};
use format::disasm;
use oracle::Fork;

/// Rows that are shown before and after the place concerned.
const CONTEXT: usize = 12;
/// Rows of a section that are shown, at most.
const SECTION_MAX: usize = 64;

/// What is shown of a fork.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideBySide {
    /// The listing around the section: place, text, and whether it is the instruction concerned.
    pub listing: Vec<(usize, String, bool)>,
    /// What is compared, on the judge, on the engine.
    pub rows: Vec<(String, String, String)>,
}

/// Lays out a fork of a case.
pub fn side_by_side(case: &Case, fork: &Fork) -> SideBySide {
    let mut rows = Vec::new();
    let mut row = |what: &str, show: &dyn Fn(&Checkpoint) -> String| {
        let side = |point: &Option<Checkpoint>| point.as_ref().map_or_else(|| "ended".to_owned(), show);
        rows.push((what.to_owned(), side(&fork.left), side(&fork.right)));
    };
    row("pc", &|point| format!("{:#x}", point.pc));
    row("depth", &|point| point.depth.to_string());
    row("gas left", &|point| point.gas_left.to_string());
    row("memory", &|point| format!("{} bytes", point.memory_len));
    row("stack", &|point| format!("{} words", point.stack_len));
    let [left, right] = &fork.stacks;
    for i in (0..left.len().max(right.len())).rev() {
        let word = |stack: &[api::U256]| stack.get(i).map_or_else(|| "-".to_owned(), |word| format!("{word:#x}"));
        if left.get(i) != right.get(i) || i + 4 >= left.len() {
            rows.push((format!("stack[{i}]"), word(left), word(right)));
        }
    }
    if fork.left.is_none() && fork.right.is_none() {
        // Both streams are the same: there is nothing to lay side by side.
        rows.clear();
    }
    SideBySide { listing: listing(case, fork), rows }
}

/// The code around the section that went wrong, if it is code of an account.
fn listing(case: &Case, fork: &Fork) -> Vec<(usize, String, bool)> {
    let Some(code) = code_of_first_frame(case, fork) else { return Vec::new() };
    let from = fork.common.map_or(0, |point| point.pc as usize);
    let concerned = fork.instruction.map(|instruction| instruction.pc as usize);
    let lines: Vec<_> = disasm::disassemble(&code, case.revision).collect();
    let at = lines.iter().position(|line| line.pc >= concerned.unwrap_or(from)).unwrap_or(0);
    let ends = |opcode: u8| spec::table::TABLE[usize::from(opcode)].as_ref().is_none_or(|row| row.ends_section);
    let section = lines[at.min(lines.len())..].iter().position(|line| ends(line.opcode)).map_or(0, |end| end + 1);
    let shown = &lines[at.saturating_sub(CONTEXT)..lines.len().min(at + section.clamp(CONTEXT, SECTION_MAX))];
    shown.iter().map(|line| (line.pc, line.to_string(), Some(line.pc) == concerned)).collect()
}

/// The code of the frame concerned, when it is the first frame of its transaction.
fn code_of_first_frame(case: &Case, fork: &Fork) -> Option<api::Bytes> {
    let point = fork.left.or(fork.right).or(fork.common)?;
    let first = fork.instruction.map_or(point.frame, |instruction| instruction.frame) == 0;
    let transaction = case.transactions.get(point.transaction as usize).filter(|_| first)?;
    match transaction.to {
        None => Some(transaction.data.clone()),
        Some(to) => {
            let code = &case.accounts.get(&to)?.code;
            match delegate(code, case.revision) {
                Some(target) => Some(case.accounts.get(&target)?.code.clone()),
                None => Some(code.clone()),
            }
        }
    }
}

/// EIP-7702: the account whose code runs in place of a designator.
fn delegate(code: &[u8], revision: Revision) -> Option<Address> {
    let target = code.strip_prefix(&[0xef, 0x01, 0x00]).filter(|target| target.len() == 20)?;
    revision.is(Revision::Prague).then(|| Address::from_slice(target))
}
