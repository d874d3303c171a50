//! What compiling a code takes, in numbers that are the same in every run: what is made, and memory.

use crate::counted::{Asked, counted};
use api::{Code, Revision};
use cranelift::{Options, Target};
use template::{Features, compile};

/// What compiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The template compiler for x86_64.
    Template,
    /// The same for aarch64.
    TemplateAarch64,
    /// The front end of the intermediate form and its passes.
    Form,
    /// All that and Cranelift.
    Cranelift,
}

/// What compiling a code took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Bytes of machine code; of a form its values and instructions.
    pub made: u64,
    /// Memory that was asked for.
    pub asked: Asked,
}

impl Subject {
    /// All of them.
    pub const ALL: [Subject; 4] = [Subject::Template, Subject::TemplateAarch64, Subject::Form, Subject::Cranelift];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Subject::Template => "template",
            Subject::TemplateAarch64 => "template-aarch64",
            Subject::Form => "form",
            Subject::Cranelift => "cranelift",
        }
    }

    /// Compiles a code for the latest revision. `None` if it is refused.
    pub fn work(self, code: &Code) -> Option<Work> {
        let (asked, made) = counted(|| self.made(code));
        Some(Work { made: made?, asked })
    }

    fn made(self, code: &Code) -> Option<u64> {
        let revision = Revision::Osaka;
        match self {
            Subject::Template if code.len() <= template::CODE_LEN_MAX => {
                let blob = compile::x86_64(code, revision, Features { bmi2: true }, false).ok()?;
                Some(blob.len() as u64)
            }
            Subject::TemplateAarch64 if code.len() <= template::CODE_LEN_MAX => {
                Some(compile::aarch64(code, revision, false).ok()?.len() as u64)
            }
            Subject::Template | Subject::TemplateAarch64 => None,
            Subject::Form => {
                let mut form = ir::build(code, revision).ok()?;
                let before = size(&form);
                ir::optimise(&mut form, &ir::Options::last());
                Some(before.max(size(&form)))
            }
            Subject::Cranelift => {
                let target: Target = "x86_64+bmi1+bmi2+lzcnt".parse().ok()?;
                Some(cranelift::compile(code, revision, target, &Options::default(), false).ok()?.len() as u64)
            }
        }
    }
}

fn size(form: &ir::Func) -> u64 {
    let insts: usize = form.blocks.iter().map(|block| 1 + block.params.len() + block.insts.len()).sum();
    (form.widths.len() + insts) as u64
}
