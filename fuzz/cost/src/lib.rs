//! What compilers make of a code, counted, and how much of it they may.
//!
//! A client that compiles what anybody deploys is stopped by code of which a compiler makes too much. What is made is a function of
//! the code, so it is counted here and the same on every machine; what was found to be the worst is kept in `corpus/cost`, with bounds.

#![forbid(unsafe_code)]

use api::{Code, Revision};
use cranelift::{Options, Target};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use template::{Features, compile};

/// What compiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compiler {
    /// The template compiler for x86_64.
    Template,
    /// The same for aarch64.
    TemplateAarch64,
    /// The front end of the intermediate form and its passes.
    Form,
    /// All that and Cranelift.
    Cranelift,
}

impl Compiler {
    /// All of them.
    pub const ALL: [Compiler; 4] = [Compiler::Template, Compiler::TemplateAarch64, Compiler::Form, Compiler::Cranelift];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Compiler::Template => "template",
            Compiler::TemplateAarch64 => "template-aarch64",
            Compiler::Form => "form",
            Compiler::Cranelift => "cranelift",
        }
    }

    /// Bytes of machine code that it makes of a code for the latest revision; of a form the values and instructions, at the most.
    /// `None` if the code is refused.
    pub fn made(self, code: &Code) -> Option<u64> {
        let revision = Revision::Osaka;
        match self {
            Compiler::Template if code.len() <= template::CODE_LEN_MAX => {
                let blob = compile::x86_64(code, revision, Features { bmi2: true }, false).ok()?;
                Some(blob.len() as u64)
            }
            Compiler::TemplateAarch64 if code.len() <= template::CODE_LEN_MAX => {
                Some(compile::aarch64(code, revision, false).ok()?.len() as u64)
            }
            Compiler::Template | Compiler::TemplateAarch64 => None,
            Compiler::Form => {
                let mut form = ir::build(code, revision).ok()?;
                let before = size(&form);
                ir::optimise(&mut form, &ir::Options::last());
                Some(before.max(size(&form)))
            }
            Compiler::Cranelift => {
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

/// How much may be made of a code, by the name of the compiler: what stands beside a case of `corpus/cost`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Bounds(BTreeMap<String, u64>);

impl Bounds {
    /// Reads the text of a file.
    pub fn read(text: &str) -> Result<Bounds, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// What is made of this code today, and an eighth more; nothing for compilers that refuse it.
    pub fn around(code: &Code) -> Bounds {
        let bound = |compiler: Compiler| Some((compiler.name().to_owned(), compiler.made(code)? * 9 / 8));
        Bounds(Compiler::ALL.into_iter().filter_map(bound).collect())
    }

    /// What of a code goes beyond its bounds, and how much each compiler makes.
    pub fn check(&self, code: &Code) -> (Vec<String>, [Option<u64>; 4]) {
        let made = Compiler::ALL.map(|compiler| compiler.made(code));
        let complaint = |(compiler, made): (Compiler, Option<u64>)| {
            let (name, made) = (compiler.name(), made?);
            match self.0.get(name) {
                Some(most) if made <= *most => None,
                Some(most) => Some(format!("{name} makes {made}, which is more than {most}")),
                None => Some(format!("{name} makes {made}, and no bound is recorded; bless it")),
            }
        };
        (Compiler::ALL.into_iter().zip(made).filter_map(complaint).collect(), made)
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, most)| writeln!(f, "{name} = {most}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> Code {
        Code::new([0x36, 0x36, 0x01, 0x00].repeat(50).into())
    }

    #[test]
    fn bounds_are_read_as_they_are_written() {
        let bounds = Bounds::around(&code());
        assert_eq!(Bounds::read(&bounds.to_string()), Ok(bounds.clone()));
        assert_eq!(bounds.0.len(), 4);
        assert!(Bounds::read("template = -1").is_err());
    }

    #[test]
    fn what_goes_beyond_a_bound_is_named() {
        let bounds = Bounds::around(&code());
        assert_eq!(bounds.check(&code()).0, Vec::<String>::new());
        let made = bounds.check(&code()).1[0].unwrap_or_default();
        let mut less = bounds.clone();
        less.0.insert("template".into(), made - 1);
        less.0.remove("form");
        let (complaints, _) = less.check(&code());
        assert_eq!(complaints[0], format!("template makes {made}, which is more than {}", made - 1));
        assert!(complaints[1].starts_with("form makes ") && complaints[1].ends_with("bless it"), "{complaints:?}");
        assert_eq!(complaints.len(), 2);
    }

    #[test]
    fn what_is_refused_is_within_any_bound() {
        let long = Code::new(vec![0x5b; template::CODE_LEN_MAX + 1].into());
        assert_eq!(Compiler::Template.made(&long), None);
    }
}
