//! What decides machine code besides bytecode, revision and target. Part of the identity of an engine and of an artifact.

use std::fmt;
use std::str::FromStr;

/// How much Cranelift optimises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Opt {
    /// As little as it can.
    None,
    /// For speed.
    #[default]
    Speed,
}

/// How Cranelift hands out registers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Regalloc {
    /// By live ranges, with second thoughts.
    #[default]
    Backtracking,
    /// In one pass over the code.
    SinglePass,
}

/// What decides machine code besides bytecode, revision and target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How much Cranelift optimises.
    pub opt: Opt,
    /// How Cranelift hands out registers.
    pub regalloc: Regalloc,
    /// About how many instructions of CLIF a region may have.
    pub region: u32,
    /// Whether Cranelift checks its own work: CLIF before it is compiled, and registers after they were handed out. It
    /// does the former anyway where assertions are on.
    pub check: bool,
    /// Which passes make the IR what it is.
    pub passes: ir::Options,
}

/// Larger regions take longer to compile for each instruction; going from one to another costs more than a dozen instructions.
const REGION: u32 = 8_000;

impl Default for Options {
    fn default() -> Options {
        Options {
            opt: Opt::default(),
            regalloc: Regalloc::default(),
            region: REGION,
            check: false,
            passes: ir::Options::last(),
        }
    }
}

/// `opt=none:region=64:passes=last-range`: what is not named is as by default. The passes stand last, as they may hold
/// what separates options.
impl FromStr for Options {
    type Err = BadOption;

    fn from_str(text: &str) -> Result<Options, BadOption> {
        let mut options = Options::default();
        let mut rest = text;
        while !rest.is_empty() {
            let end = if rest.starts_with("passes=") { None } else { rest.find(':') };
            let (option, behind) = end.map_or((rest, ""), |end| (&rest[..end], &rest[end + 1..]));
            options.set(option)?;
            rest = behind;
        }
        Ok(options)
    }
}

impl Options {
    fn set(&mut self, option: &str) -> Result<(), BadOption> {
        let bad = |known: &str| BadOption { option: option.to_owned(), known: known.to_owned() };
        let (name, value) = option.split_once('=').ok_or_else(|| bad(KNOWN))?;
        match (name, value) {
            ("opt", "none") => self.opt = Opt::None,
            ("opt", "speed") => self.opt = Opt::Speed,
            ("opt", _) => return Err(bad("opt=none, opt=speed")),
            ("regalloc", "backtracking") => self.regalloc = Regalloc::Backtracking,
            ("regalloc", "single_pass") => self.regalloc = Regalloc::SinglePass,
            ("regalloc", _) => return Err(bad("regalloc=backtracking, regalloc=single_pass")),
            ("region", value) => match value.parse() {
                Ok(region) if (1..=100_000).contains(&region) => self.region = region,
                _ => return Err(bad("region=1 to region=100000")),
            },
            ("check", "on") => self.check = true,
            ("check", "off") => self.check = false,
            ("check", _) => return Err(bad("check=on, check=off")),
            ("passes", value) => self.passes = value.parse().map_err(|why: String| bad(&why))?,
            _ => return Err(bad(KNOWN)),
        }
        Ok(())
    }

    /// Those that differ from what they are by default, as `name=value`.
    pub fn names(&self) -> Vec<String> {
        let default = Options::default();
        let mut names = Vec::new();
        if self.opt != default.opt {
            names.push("opt=none".to_owned());
        }
        if self.regalloc != default.regalloc {
            names.push("regalloc=single_pass".to_owned());
        }
        if self.region != default.region {
            names.push(format!("region={}", self.region));
        }
        if self.check {
            names.push("check=on".to_owned());
        }
        if self.passes != default.passes {
            names.push(format!("passes={}", self.passes));
        }
        names
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(":"))
    }
}

const KNOWN: &str = "opt, regalloc, region, check, passes, each followed by `=` and a value";

/// An option that means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadOption {
    /// The option.
    pub option: String,
    /// What would mean something.
    pub known: String,
}

impl fmt::Display for BadOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown option `{}`; known are: {}", self.option, self.known)
    }
}

impl std::error::Error for BadOption {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_back_by_their_names() {
        let texts = [
            "",
            "opt=none",
            "check=on",
            "regalloc=single_pass:region=64",
            "opt=none:region=1:passes=last-range+fuel:number=17",
        ];
        for text in texts {
            assert_eq!(text.parse::<Options>().map(|options| options.to_string()).as_deref(), Ok(text));
        }
        assert_eq!("opt=speed:region=8000:check=off:passes=last".parse(), Ok(Options::default()));
    }

    #[test]
    fn what_means_nothing_is_refused_by_name() {
        for text in [
            "fast",
            "opt",
            "opt=",
            "opt=fast",
            "region=0",
            "region=-1",
            "region=1e9",
            "check=yes",
            "pass=1",
            "passes=x",
            "opt=none: region=1",
        ] {
            let refused = text.parse::<Options>().map_err(|bad| bad.to_string());
            assert!(refused.is_err_and(|message| message.starts_with("unknown option `")), "{text}");
        }
    }
}
