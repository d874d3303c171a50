//! Compiling is a function: the same bytes whenever it is asked, for both architectures on either, and of bounded size.
//!
//! The template compiler takes each code in all its ways and has a way into every section. The intermediate form is built and checked, and
//! the optimising compiler, which takes a thousand times as long, makes each code of ordinary size in one way, which its
//! hash draws.

use crate::{Check, Use, case};
use api::{Bytes, Case, Code, Revision};
use cranelift::{Arch, Features as CraneliftFeatures, Options, Target};
use plan::Plan;
use template::compile::{aarch64, x86_64};
use template::{Blob, CODE_LEN_MAX, Features, Unencodable};

/// Machine code for a byte of bytecode, at most, and for a blob besides.
const EXPANSION_MAX: usize = 200;
const BLOB: usize = 4096;
/// The same for the optimising compiler, by about four times what the worst code that is known takes.
const OPTIMISED_EXPANSION_MAX: usize = 1024;
const OPTIMISED_BLOB: usize = 1 << 14;
/// Bytes of bytecode that it is given at most.
const OPTIMISED_LEN_MAX: usize = 512;

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
        form(&code, case.revision)?;
        if code.len() <= OPTIMISED_LEN_MAX {
            optimised(&code, case.revision)?;
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

/// The intermediate form, as it is built and behind all passes.
fn form(code: &Code, revision: Revision) -> Result<(), String> {
    let make = || ir::build(code, revision).ok();
    let Some(mut form) = make() else { return Ok(()) };
    if make().as_ref() != Some(&form) {
        return Err(format!("two intermediate forms of {} differ", code.hash()));
    }
    let check = |form: &ir::Func, behind: &str| {
        ir::verify(form).map_err(|why| format!("the intermediate form of {} behind {behind}: {why}", code.hash()))
    };
    check(&form, "no pass")?;
    ir::optimise(&mut form, &ir::Options::last());
    check(&form, "all passes")
}

/// The optimising compiler, for the architecture, the features and the variant that the hash of the code draws.
fn optimised(code: &Code, revision: Revision) -> Result<(), String> {
    let drawn = code.hash()[31];
    let (arch, checkpoints) = (Arch::ALL[usize::from(drawn & 1)], drawn & 2 != 0);
    let has = arch == Arch::x86_64 && drawn & 4 != 0;
    let target = Target { arch, features: CraneliftFeatures { bmi1: has, bmi2: has, lzcnt: has } };
    let options = Options::default();
    let make =
        || cranelift::compile(code, revision, target, &options, checkpoints).map_err(|refused| refused.to_string());
    let (blob, again) = (make(), make());
    let what = format!("optimised for {target}, checkpoints {checkpoints}");
    if blob != again {
        return Err(format!("{what}: two compilations of {} differ", code.hash()));
    }
    // Code that is refused is interpreted.
    match blob {
        Ok(blob) if blob.bytes.len() > OPTIMISED_BLOB + OPTIMISED_EXPANSION_MAX * code.len() => {
            Err(format!("{what}: {} bytes of machine code for {} of bytecode", blob.bytes.len(), code.len()))
        }
        _ => Ok(()),
    }
}
