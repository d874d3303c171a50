//! `disasm --native`: bytecode and the machine code that the template compiler makes of it, side by side.
//!
//! A section is compiled as a whole: what stands in a line belongs together with the section, not with its neighbour.

mod machine;

use crate::code::listed;
use crate::exit::{Exit, Failure};
use alloy_primitives::keccak256;
use api::{Code, Revision};
use clap::ValueEnum;
use format::disasm::{Line, disassemble};
use machine::{Undecodable, instructions};
use plan::{Plan, Section};
use std::io::Write;
use std::ops::Range;
use template::{Blob, CODE_LEN_MAX, Features, compile};

/// Longest left column. A longer line stands alone.
const LEFT_MAX: usize = 40;

/// An architecture that there is a back end for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Isa {
    #[value(name = "x86_64")]
    X86_64,
    #[value(name = "aarch64")]
    Aarch64,
}

/// What machine code for x86_64 may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FeatureSet {
    /// Multiplication and shifts that leave the flags alone
    Bmi2,
    /// Nothing that a processor may lack
    None,
}

/// A part of the listing: what it is, its bytecode and its machine code.
struct Part {
    about: String,
    left: Vec<String>,
    right: Range<usize>,
}

/// Lists bytecode and machine code.
pub(crate) fn disasm(
    bytes: &[u8],
    isa: Isa,
    features: Option<FeatureSet>,
    revision: Revision,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    if bytes.len() > CODE_LEN_MAX {
        let message = format_args!(
            "error: the code has {} bytes and the template compiler refuses more than {CODE_LEN_MAX}; it is interpreted",
            bytes.len()
        );
        return Err(Failure::new(Exit::Inconclusive, message));
    }
    let code = Code::new(bytes.to_vec().into());
    let (blob, target) = compiled(&code, isa, features, revision)?;
    let plan = Plan::new(&code, revision);
    let parts = parts(&code, &plan, &blob);
    let width = parts.iter().flat_map(|part| &part.left).map(|line| line.chars().count());
    let width = width.filter(|len| *len <= LEFT_MAX).max().unwrap_or(0);
    for part in &parts {
        let right = instructions(isa, &blob.bytes, part.right.clone()).map_err(undecodable)?;
        writeln!(out, "{}", part.about)?;
        let mut right = right.iter();
        for left in &part.left {
            let beside = if left.chars().count() > width { None } else { right.next() };
            match beside {
                Some(line) => writeln!(out, "{left:<width$} | {:>5x}  {}", line.at, line.text)?,
                None => writeln!(out, "{left}")?,
            }
        }
        for line in right {
            writeln!(out, "{:<width$} | {:>5x}  {}", "", line.at, line.text)?;
        }
    }
    let (len, n_sections, hash) = (bytes.len(), plan.sections.len(), keccak256(bytes));
    let s = if n_sections == 1 { "" } else { "s" };
    write!(out, "{len} bytes, {n_sections} section{s}, {revision}, keccak {hash}; ")?;
    writeln!(
        out,
        "{} bytes for {target}, {} in sections",
        blob.len(),
        blob.sections_len() - blob.outside()[0].1.len()
    )?;
    Ok(Exit::Ok)
}

/// The machine code, and what it is for.
fn compiled(
    code: &Code,
    isa: Isa,
    features: Option<FeatureSet>,
    revision: Revision,
) -> Result<(Blob, &'static str), Failure> {
    let (blob, target) = match (isa, features) {
        (Isa::X86_64, None | Some(FeatureSet::Bmi2)) => {
            (compile::x86_64(code, revision, Features { bmi2: true }, false), "x86_64 with bmi2")
        }
        (Isa::X86_64, Some(FeatureSet::None)) => {
            (compile::x86_64(code, revision, Features::default(), false), "x86_64 without features")
        }
        (Isa::Aarch64, None) => (compile::aarch64(code, revision, false), "aarch64"),
        (Isa::Aarch64, Some(_)) => {
            let message = "error: code for aarch64 has no features to choose; leave --features out";
            return Err(Failure::new(Exit::Usage, message));
        }
    };
    let broke = |why: template::Unencodable| {
        let message = format_args!("error: no machine code for {target}: {}; this is a fault of the compiler", why.0);
        Failure::new(Exit::Internal, message)
    };
    Ok((blob.map_err(broke)?, target))
}

fn undecodable(bad: Undecodable) -> Failure {
    let message = format_args!(
        "error: no instruction at {:#x} of the machine code: {}; this is a fault of the compiler or of the disassembler",
        bad.at, bad.why
    );
    Failure::new(Exit::Internal, message)
}

/// Sections in order, with the dead code between them, and then what belongs to none.
fn parts(code: &Code, plan: &Plan, blob: &Blob) -> Vec<Part> {
    let mut lines = disassemble(code.bytes(), plan.revision).peekable();
    let mut parts = Vec::new();
    let entry = |section: &Section| blob.entry(section.pc).map(|at| at as usize);
    for (index, section) in plan.sections.iter().enumerate() {
        let head = section.pc as usize;
        parts.extend(dead(std::iter::from_fn(|| lines.next_if(|line| line.pc < head)).collect()));
        let last =
            plan.ops[section.ops.start as usize..section.ops.end as usize].last().map_or(head, |op| op.pc as usize);
        let mut left: Vec<String> =
            std::iter::from_fn(|| lines.next_if(|line| line.pc <= last)).map(|line| listed(&line)).collect();
        if last >= code.len() {
            left.push(format!("{last:>6x}  STOP  ; behind the code"));
        }
        let end = plan.sections.get(index + 1).and_then(entry).unwrap_or_else(|| blob.sections_len());
        let Section { pc, gas, need, growth, .. } = section;
        let about = format!("canonical point {pc:#x}: static gas {gas}, need {need}, growth {growth}");
        parts.push(Part { about, left, right: entry(section).unwrap_or(end)..end });
    }
    parts.extend(dead(lines.collect()));
    let outside = blob.outside().into_iter().filter(|(_, range)| !range.is_empty());
    parts.extend(outside.map(|(name, right)| Part { about: name.to_owned(), left: Vec::new(), right }));
    parts
}

/// Lines that no section holds.
fn dead(lines: Vec<Line<'_>>) -> Option<Part> {
    let left: Vec<String> = lines.iter().map(listed).collect();
    (!left.is_empty()).then(|| Part { about: "dead code, not compiled".to_owned(), left, right: 0..0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use spec::op;
    use std::collections::BTreeSet;

    /// A loop, calls, a jump that nobody knows, dead code, and a push that is cut short.
    const PROGRAM: &[u8] = &[
        op::PUSH0,
        op::JUMPDEST,
        op::PUSH1,
        1,
        op::ADD,
        op::DUP1,
        op::PUSH0,
        op::MSTORE,
        op::DUP1,
        op::PUSH1,
        1,
        op::JUMPI,
        op::DUP1,
        op::DUP1,
        op::MUL,
        op::DUP1,
        op::SSTORE,
        op::PUSH0,
        op::CALLDATALOAD,
        op::JUMP,
        op::ADD,
        op::JUMPDEST,
        op::PUSH2,
        7,
    ];

    fn listing(isa: Isa, features: Option<FeatureSet>) -> String {
        let mut out = Vec::new();
        let exit = disasm(PROGRAM, isa, features, Revision::LATEST, &mut out);
        assert_eq!(exit.map_err(|failure| failure.message), Ok(Exit::Ok));
        String::from_utf8(out).expect("the listing is text")
    }

    /// Every byte of the blob and of the code is listed once, and every branch goes to an instruction.
    #[test]
    fn nothing_is_lost() {
        let targets = [(Isa::X86_64, None), (Isa::X86_64, Some(FeatureSet::None)), (Isa::Aarch64, None)];
        for (isa, features) in targets {
            let code = Code::new(PROGRAM.to_vec().into());
            let blob = compiled(&code, isa, features, Revision::LATEST).map_err(|failure| failure.message).unwrap().0;
            let all = instructions(isa, &blob.bytes, 0..blob.len()).unwrap();
            let text = listing(isa, features);
            let mut left: Vec<&str> = text.lines().map(|line| line.split('|').next().unwrap().trim()).collect();
            left.retain(|line| line.starts_with(|c: char| c.is_ascii_hexdigit()) && line.contains("  "));
            let bytecode: Vec<String> =
                disassemble(PROGRAM, Revision::LATEST).map(|line| listed(&line).trim().to_owned()).collect();
            left.retain(|line| !line.ends_with("behind the code"));
            assert_eq!(left, bytecode);
            let right: BTreeSet<String> =
                text.lines().filter_map(|line| Some(line.split_once(" | ")?.1.to_owned())).collect();
            let expected = all.iter().map(|line| format!("{:>5x}  {}", line.at, line.text));
            assert_eq!(right, expected.collect());
            let starts: BTreeSet<usize> = all.iter().map(|line| line.at).collect();
            let branches =
                all.iter().filter(|line| ["j", "b.", "b ", "bl ", "call 0x"].iter().any(|b| line.text.starts_with(b)));
            let places: Vec<usize> =
                branches.filter_map(|line| usize::from_str_radix(line.text.rsplit_once("0x")?.1, 16).ok()).collect();
            assert!(places.len() > 8, "{text}");
            assert!(places.iter().all(|place| starts.contains(place)), "{text}");
        }
    }
}
