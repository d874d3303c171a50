//! The section and the instruction after which two engines differ, for engines that report no steps.
//!
//! A section that goes wrong is cut: one of its instructions becomes a JUMPDEST, where every engine reports the whole frame, and all
//! before it stays as it is. The first cut at which the frames differ names the instruction before it. Where no point
//! shows that the engines part, all sections that were run are cut, in order: what went wrong was stored, or ended the frame.

use super::budget::Budget;
use api::{Address, Bytes, Case, Checkpoint, Flow, Frame, Observer, Revision, Watch};
use format::disasm;
use oracle::{Crew, Fork, localise};
use spec::op;
use std::collections::BTreeMap;

/// Instructions of a section that are cut at.
const CUTS_MAX: usize = 512;
/// Sections that are cut where no point says which.
const SECTIONS_MAX: usize = 256;

/// A section that was run: the account whose code it is, none in a create, and where it begins.
type Section = (Option<Address>, u32);

/// What cutting came to.
enum Cut {
    /// This instruction of the section.
    At(usize),
    /// None of them.
    Nowhere,
    /// There was no time to cut at all of them.
    Spent,
}

/// The section in which the engines of a crew part, and the instruction in it, as a line of text.
pub(super) fn instruction(crew: &mut Crew, case: &Case) -> Option<String> {
    // A quarter of the time: where cutting shows nothing, stopping comes next.
    let mut budget = Budget::of(crew, case, 4);
    match localise(crew, case, 0, 1) {
        Some(fork) => Some(parted(crew, case, &fork, &mut budget)),
        None => stored(crew, case, &mut budget),
    }
}

/// Where a point shows that they part.
fn parted(crew: &mut Crew, case: &Case, fork: &Fork, budget: &mut Budget) -> String {
    let Some((section, _)) = sections(crew, case, fork.common.map_or(0, |point| point.index)).pop() else {
        return "before the first section".to_owned();
    };
    let Some((code, address)) = section.0.and_then(|address| Some((code_at(case, address)?, address))) else {
        return format!("in the section at pc {:#x} of code that no account has", section.1);
    };
    let lines = lines(&code, case, section.1);
    let reported = fork.instruction.and_then(|found| lines.iter().position(|(pc, _)| *pc == found.pc as usize));
    let found = match reported.map_or_else(|| cut(crew, case, section, &lines, budget), Cut::At) {
        Cut::At(found) => found,
        // The last instruction is left.
        Cut::Nowhere => lines.len().saturating_sub(1),
        Cut::Spent => {
            let place = text(section, address, None);
            return format!("{place}; given up on the instruction: reduce the case first: unanimous reduce FILE");
        }
    };
    text(section, address, lines.get(found))
}

/// Where no point shows it.
fn stored(crew: &mut Crew, case: &Case, budget: &mut Budget) -> Option<String> {
    let mut sections = sections(crew, case, u64::MAX);
    sections.sort_by_key(|(_, first)| *first);
    sections.into_iter().take(SECTIONS_MAX).find_map(|(section, _)| {
        let address = section.0?;
        let code = code_at(case, address)?;
        let lines = lines(&code, case, section.1);
        let Cut::At(found) = cut(crew, case, section, &lines, budget) else { return None };
        Some(text(section, address, lines.get(found)))
    })
}

fn text(section: Section, address: Address, line: Option<&(usize, String)>) -> String {
    let instruction = line.map_or_else(String::new, |(pc, text)| format!(", at pc {pc:#x}: {text}"));
    format!("in the section at pc {:#x} of {address}{instruction}", section.1)
}

/// The code of an account that has one.
pub(super) fn code_at(case: &Case, address: Address) -> Option<Bytes> {
    Some(case.accounts.get(&address)?.code.clone()).filter(|code| !code.is_empty())
}

/// The instruction at a place of a code, as text.
pub(super) fn text_of(code: &[u8], revision: Revision, pc: u32) -> String {
    let line = disasm::disassemble(code, revision).find(|line| line.pc == pc as usize);
    // Behind the code stands the STOP that every code ends with.
    line.map_or_else(|| "STOP".to_owned(), |line| line.to_string())
}

/// Place and text of the instructions from a canonical point to the next. The instruction table says where that is: what compilers
/// know of code may be what is wrong.
fn lines(code: &Bytes, case: &Case, from: u32) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    for line in disasm::disassemble(code, case.revision).skip_while(|line| line.pc < from as usize).take(CUTS_MAX) {
        let opcode = code[line.pc];
        if opcode == op::JUMPDEST && !lines.is_empty() {
            break;
        }
        lines.push((line.pc, line.to_string()));
        if spec::table::row(opcode, case.revision).is_none_or(|row| row.ends_section) {
            break;
        }
    }
    lines
}

/// The instruction before the first cut at which the engines differ. A cut by which the section is no longer reached, as what led
/// there is cut away too, says nothing.
fn cut(crew: &mut Crew, case: &Case, (address, from): Section, lines: &[(usize, String)], budget: &mut Budget) -> Cut {
    let Some(address) = address else { return Cut::Nowhere };
    for (before, (pc, _)) in lines.iter().skip(1).enumerate() {
        if budget.take().is_none() {
            return Cut::Spent;
        }
        let mut shorter = case.clone();
        if let Some(account) = shorter.accounts.get_mut(&address) {
            let mut code = account.code.to_vec();
            code[*pc] = op::JUMPDEST;
            account.code = code.into();
        }
        let Some(fork) = localise(crew, &shorter, 0, 1) else { continue };
        let at = |point: Option<Checkpoint>, pc: usize| point.is_some_and(|point| point.pc as usize == pc);
        if at(fork.common, from as usize) && at(fork.left.or(fork.right), *pc) {
            return Cut::At(before);
        }
    }
    Cut::Nowhere
}

/// The sections that were run up to a point, by account and place, with the position of their first points; the section that
/// begins at that point is the last.
fn sections(crew: &mut Crew, case: &Case, until: u64) -> Vec<(Section, u64)> {
    let mut found = Running { until, firsts: BTreeMap::new(), last: None };
    crew.run(0, case, Watch { checkpoints: true, observer: Some(&mut found), ..Watch::default() });
    let last = found.last.and_then(|last| found.firsts.remove_entry(&last));
    found.firsts.into_iter().chain(last).collect()
}

struct Running {
    until: u64,
    firsts: BTreeMap<Section, u64>,
    last: Option<Section>,
}

impl Observer for Running {
    fn checkpoint(&mut self, point: &Checkpoint, frame: &Frame) -> Flow {
        let address = Some(frame.message.code_address).filter(|_| !frame.message.kind.is_create());
        let section = (address, point.pc);
        self.firsts.entry(section).or_insert(point.index);
        self.last = Some(section);
        if point.index < self.until { Flow::Continue } else { Flow::Stop }
    }
}
