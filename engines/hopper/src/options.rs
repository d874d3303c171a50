//! How a hopper hops, as it is written behind its name: `seed=7:among=template+cranelift`.

use std::fmt;
use std::str::FromStr;

/// The seed, and who takes part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What the choice is drawn from.
    pub seed: u64,
    /// The vms that run when they are chosen; all if nothing is said, none of them as `nobody`. The sections of the others are run precisely, and the choice
    /// stays as it is, so that what one vm has to do with a divergence can be asked.
    pub among: Option<Vec<String>>,
}

impl Options {
    /// Whether a vm runs when it is chosen.
    pub fn takes(&self, vm: &str) -> bool {
        self.among.as_ref().is_none_or(|among| among.iter().any(|name| name == vm))
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed={}", self.seed)?;
        match &self.among {
            Some(among) if among.is_empty() => f.write_str(":among=nobody"),
            Some(among) => write!(f, ":among={}", among.join("+")),
            None => Ok(()),
        }
    }
}

impl FromStr for Options {
    type Err = String;

    fn from_str(text: &str) -> Result<Options, String> {
        let (mut given, mut among) = (None, None);
        for option in text.split(':') {
            let known = match option.split_once('=') {
                Some(("seed", seed)) if given.is_none() => {
                    given = seed.parse().ok();
                    given.is_some()
                }
                Some(("among", "nobody")) if among.is_none() => {
                    among = Some(Vec::new());
                    true
                }
                Some(("among", names)) if among.is_none() => {
                    let names: Vec<String> = names.split('+').map(str::to_owned).collect();
                    let is_list =
                        names.iter().enumerate().all(|(at, name)| !name.is_empty() && !names[..at].contains(name));
                    among = Some(names);
                    is_list
                }
                _ => false,
            };
            if !known {
                return Err(format!("unknown option `{option}`; known are, each once: seed=NUMBER, among=VM+VM"));
            }
        }
        Ok(Options { seed: given.unwrap_or_default(), among })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_as_they_are_written() {
        for text in ["seed=7", "seed=0:among=template", "seed=9:among=ir@3+template", "seed=1:among=nobody"] {
            assert_eq!(text.parse::<Options>().map(|options| options.to_string()).as_deref(), Ok(text));
        }
        let options = "among=template".parse::<Options>();
        assert_eq!(options, Ok(Options { seed: 0, among: Some(vec!["template".into()]) }));
        assert!(options.is_ok_and(|options| options.takes("template") && !options.takes("cranelift")));
        assert!(Options::default().takes("cranelift"));
        for text in ["", "seed", "seed=x", "among=", "hops=3", "seed=1:", "seed=1:seed=2", "among=a+a", "among=a+"] {
            assert!(text.parse::<Options>().is_err_and(|error| error.contains("known are")), "{text}");
        }
    }
}
