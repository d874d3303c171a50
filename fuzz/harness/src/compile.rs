//! Compiling is a function: the same bytes whenever it is asked, for both architectures on either, with a way into every
//! section, and of bounded size.

use crate::{Check, Use, case};
use api::{Bytes, Case, Code, Revision};
use plan::Plan;
use template::compile::{aarch64, x86_64};
use template::{Blob, CODE_LEN_MAX, Features, Unencodable};

/// Machine code for a byte of bytecode, at most, and for a blob besides.
const EXPANSION_MAX: usize = 200;
const BLOB: usize = 4096;

/// Compiles everything that the case could run.
pub fn compile(data: &[u8]) -> Check {
    let Some(case) = case(data) else { return Ok(Use::Rejected) };
    for bytes in codes(&case).filter(|code| code.len() <= CODE_LEN_MAX) {
        let code = Code::new(bytes.clone());
        for checkpoints in [false, true] {
            for bmi2 in [false, true] {
                let features = Features { bmi2 };
                let make = || x86_64(&code, case.revision, features, checkpoints);
                check(&format!("x86_64, bmi2 {bmi2}, checkpoints {checkpoints}"), &code, case.revision, make)?;
            }
            let make = || aarch64(&code, case.revision, checkpoints);
            check(&format!("aarch64, checkpoints {checkpoints}"), &code, case.revision, make)?;
        }
    }
    Ok(Use::Checked)
}

fn codes(case: &Case) -> impl Iterator<Item = &Bytes> {
    let initcode = case.transactions.iter().filter(|sent| sent.to.is_none()).map(|sent| &sent.data);
    case.accounts.values().map(|account| &account.code).chain(initcode)
}

fn check(
    what: &str,
    code: &Code,
    revision: Revision,
    make: impl Fn() -> Result<Blob, Unencodable>,
) -> Result<(), String> {
    let blob = make();
    if make() != blob {
        return Err(format!("{what}: two compilations of {} differ", code.hash()));
    }
    // Code that is refused is interpreted.
    let Ok(blob) = blob else { return Ok(()) };
    if blob.len() > BLOB + EXPANSION_MAX * code.len() {
        return Err(format!("{what}: {} bytes of machine code for {} of bytecode", blob.len(), code.len()));
    }
    let plan = Plan::new(code, revision);
    let heads = plan.sections.iter().filter(|section| (section.pc as usize) < code.len());
    match heads.clone().find(|section| blob.entry(section.pc).is_none()) {
        Some(section) => Err(format!("{what}: no way into the section at {:#x} of {}", section.pc, code.hash())),
        None => Ok(()),
    }
}
