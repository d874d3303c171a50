//! What compilers make of a code, counted, and how much of it they may.
//!
//! A client that compiles what anybody deploys is stopped by code of which a compiler makes too much. What is made is a function of
//! the code, so it is counted here and the same on every machine; what was found to be the worst is kept in `corpus/cost`, with bounds.

#![forbid(unsafe_code)]

use api::{Code, Revision, State};
use cranelift::{Options, Target};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use template::{Features, compile};

/// The rules that code is compiled for.
const REVISION: Revision = Revision::Osaka;

/// What compiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compiler {
    /// The template compiler for x86_64.
    Template,
    /// The same for aarch64.
    TemplateAarch64,
    /// The front end of the intermediate form and its passes.
    Form,
    /// All that and Cranelift, for x86_64.
    Cranelift,
    /// The same for aarch64.
    CraneliftAarch64,
}

impl Compiler {
    /// All of them.
    pub const ALL: [Compiler; 5] = [
        Compiler::Template,
        Compiler::TemplateAarch64,
        Compiler::Form,
        Compiler::Cranelift,
        Compiler::CraneliftAarch64,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Compiler::Template => "template",
            Compiler::TemplateAarch64 => "template-aarch64",
            Compiler::Form => "form",
            Compiler::Cranelift => "cranelift",
            Compiler::CraneliftAarch64 => "cranelift-aarch64",
        }
    }

    /// Bytes of machine code that it makes of a code for the latest revision; of a form the values and instructions, at the most.
    /// `None` if the code is refused.
    pub fn made(self, code: &Code) -> Option<u64> {
        let revision = REVISION;
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
            Compiler::Cranelift => optimised(code, "x86_64+bmi1+bmi2+lzcnt"),
            Compiler::CraneliftAarch64 => optimised(code, "aarch64"),
        }
    }
}

fn optimised(code: &Code, target: &str) -> Option<u64> {
    let target: Target = target.parse().ok()?;
    Some(cranelift::compile(code, REVISION, target, &Options::default(), false).ok()?.len() as u64)
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
        let bounds: Bounds = toml::from_str(text).map_err(|error| error.to_string())?;
        match bounds.0.keys().find(|name| Compiler::ALL.iter().all(|compiler| compiler.name() != **name)) {
            Some(name) => Err(format!("`{name}` compiles nothing")),
            None => Ok(bounds),
        }
    }

    /// What is made of this code today, and an eighth more; nothing for compilers that refuse it.
    pub fn around(code: &Code) -> Bounds {
        let bound = |compiler: Compiler| Some((compiler.name().to_owned(), compiler.made(code)? * 9 / 8));
        Bounds(Compiler::ALL.into_iter().filter_map(bound).collect())
    }

    /// What of a code goes beyond its bounds, or is refused though it has one.
    pub fn check(&self, code: &Code) -> Vec<String> {
        let complaint = |compiler: Compiler| {
            let name = compiler.name();
            match (compiler.made(code), self.0.get(name)) {
                (None, None) => None,
                (Some(made), Some(most)) if made <= *most => None,
                (Some(made), Some(most)) => Some(format!("{name} makes {made}, which is more than {most}")),
                (Some(made), None) => Some(format!("{name} makes {made}, and no bound is recorded")),
                (None, Some(_)) => Some(format!("{name} refuses it, and a bound is recorded")),
            }
        };
        Compiler::ALL.into_iter().filter_map(complaint).collect()
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, most)| writeln!(f, "{name} = {most}"))
    }
}

/// The code of a case that has bounds, by its accounts: there is one.
pub fn code_of(accounts: &State) -> Result<Code, String> {
    let mut codes = accounts.values().filter(|account| !account.code.is_empty());
    match (codes.next(), codes.next()) {
        (Some(account), None) => Ok(Code::new(account.code.clone())),
        _ => Err("bounds are those of one code, so one account must have code".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{Account, Address};

    fn code() -> Code {
        Code::new([0x36, 0x36, 0x01, 0x00].repeat(50).into())
    }

    #[test]
    fn bounds_are_read_as_they_are_written() {
        let bounds = Bounds::around(&code());
        assert_eq!(Bounds::read(&bounds.to_string()), Ok(bounds.clone()));
        assert_eq!(bounds.0.len(), Compiler::ALL.len());
        assert!(Bounds::read("template = -1").is_err());
        assert!(Bounds::read("templat = 1").is_err_and(|error| error.starts_with("`templat` compiles nothing")));
    }

    #[test]
    fn what_goes_beyond_a_bound_is_named() {
        let bounds = Bounds::around(&code());
        assert_eq!(bounds.check(&code()), Vec::<String>::new());
        let made = Compiler::Template.made(&code()).unwrap_or_default();
        let mut less = bounds.clone();
        less.0.insert("template".into(), made - 1);
        less.0.remove("form");
        let complaints = less.check(&code());
        assert_eq!(complaints[0], format!("template makes {made}, which is more than {}", made - 1));
        assert!(complaints[1].starts_with("form makes ") && complaints[1].ends_with("recorded"), "{complaints:?}");
        assert_eq!(complaints.len(), 2);
    }

    #[test]
    fn what_is_refused_has_no_bound() {
        let long = Code::new(vec![0x5b; template::CODE_LEN_MAX + 1].into());
        let template = |most| Bounds(BTreeMap::from([("template".to_owned(), most)]));
        let complaints = template(1 << 40).check(&long);
        assert_eq!(complaints[0], "template refuses it, and a bound is recorded");
    }

    #[test]
    fn a_case_with_bounds_has_one_code() {
        let mut accounts = State::new();
        assert!(code_of(&accounts).is_err());
        let with = |code: &[u8]| Account { code: code.to_vec().into(), ..Account::default() };
        accounts.insert(Address::with_last_byte(1), with(&[1]));
        assert_eq!(code_of(&accounts).map(|code| code.len()), Ok(1));
        accounts.insert(Address::with_last_byte(2), with(&[2]));
        assert!(code_of(&accounts).is_err());
    }
}
