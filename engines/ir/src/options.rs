//! Which passes run, and how far: part of what an engine is.
//!
//! ```text
//! 3                          the first three passes
//! last                       all of them
//! last-range-pack            all but these
//! last+fuel:number=17        all, and that one makes its first 17 changes only
//! ```

use crate::pass::PASSES;
use std::fmt;
use std::str::FromStr;

/// Which passes run, and how far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// By pass: whether it runs.
    enabled: [bool; PASSES.len()],
    /// A pass, and how many changes it may make in one code.
    fuel: Option<(usize, u64)>,
}

impl Options {
    /// The first so many passes.
    pub fn first(count: usize) -> Options {
        Options { enabled: std::array::from_fn(|index| index < count), fuel: None }
    }

    /// All passes.
    pub fn last() -> Options {
        Options::first(PASSES.len())
    }

    /// Without the pass of this name.
    pub fn without(mut self, name: &str) -> Result<Options, String> {
        self.enabled[index_of(name)?] = false;
        Ok(self)
    }

    /// Whether a pass runs.
    pub fn is_enabled(&self, index: usize) -> bool {
        self.enabled[index]
    }

    /// How many changes a pass may make.
    pub fn fuel(&self, index: usize) -> u64 {
        match self.fuel {
            Some((limited, fuel)) if limited == index => fuel,
            _ => u64::MAX,
        }
    }

    /// The names of the passes that run, and the limit if there is one.
    pub fn names(&self) -> Vec<String> {
        let enabled = PASSES.iter().zip(self.enabled).filter(|(_, enabled)| *enabled);
        let mut names: Vec<String> = enabled.map(|(pass, _)| pass.name.to_owned()).collect();
        names.extend(self.fuel.map(|(index, fuel)| format!("fuel:{}={fuel}", PASSES[index].name)));
        names
    }
}

fn index_of(name: &str) -> Result<usize, String> {
    let known = || PASSES.iter().map(|pass| pass.name).collect::<Vec<_>>().join(", ");
    let index = PASSES.iter().position(|pass| pass.name == name);
    index.ok_or_else(|| format!("there is no pass `{name}`; known are: {}", known()))
}

impl FromStr for Options {
    type Err = String;

    fn from_str(text: &str) -> Result<Options, String> {
        let (passes, fuel) = match text.split_once('+') {
            Some((passes, fuel)) => (passes, Some(fuel)),
            None => (text, None),
        };
        let mut parts = passes.split('-');
        let mut options = match parts.next() {
            Some("last") => Options::last(),
            count => match count.and_then(|count| count.parse().ok()).filter(|count| *count <= PASSES.len()) {
                Some(count) => Options::first(count),
                None => {
                    return Err(format!("`{passes}` begins with neither `last` nor a number up to {}", PASSES.len()));
                }
            },
        };
        for name in parts {
            options = options.without(name)?;
        }
        if let Some(fuel) = fuel {
            let parts = fuel.strip_prefix("fuel:").and_then(|fuel| fuel.split_once('='));
            let (name, count) = parts.ok_or_else(|| format!("`{fuel}` is not `fuel:PASS=COUNT`"))?;
            let count = count.parse().map_err(|_| format!("`{count}` is no number of changes"))?;
            options.fuel = Some((index_of(name)?, count));
        }
        Ok(options)
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Passes that end the list need no naming.
        let count = self.enabled.iter().rposition(|enabled| *enabled).map_or(0, |last| last + 1);
        match count {
            count if count == PASSES.len() => f.write_str("last")?,
            count => write!(f, "{count}")?,
        }
        for (pass, _) in PASSES.iter().zip(self.enabled).take(count).filter(|(_, enabled)| !enabled) {
            write!(f, "-{}", pass.name)?;
        }
        match self.fuel {
            Some((index, fuel)) => write!(f, "+fuel:{}={fuel}", PASSES[index].name),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_written() {
        for text in ["0", "1", "last", "last-fold", "last+fuel:fold=17", "0+fuel:fold=0"] {
            assert_eq!(text.parse::<Options>().map(|options| options.to_string()).as_deref(), Ok(text));
        }
        let all = PASSES.len();
        assert_eq!(all.to_string().parse::<Options>(), Ok(Options::last()));
        let limited: Options = "last+fuel:fold=17".parse().unwrap();
        assert_eq!((limited.fuel(0), limited.fuel(1)), (17, u64::MAX));
        assert_eq!(limited.names().last().map(String::as_str), Some("fuel:fold=17"));
    }

    #[test]
    fn what_is_no_option_is_said() {
        let beyond = format!("{}", PASSES.len() + 1);
        for text in ["", "x", beyond.as_str(), "last-nothing", "last+", "last+fuel:fold", "last+fuel:fold=x", "last-"] {
            assert!(text.parse::<Options>().is_err(), "{text}");
        }
    }
}
