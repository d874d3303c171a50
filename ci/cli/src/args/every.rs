//! How often an engine takes part in a campaign.

use std::str::FromStr;

/// An engine that takes part in one case of so many.
#[derive(Clone, Debug)]
pub(crate) struct Every {
    pub(crate) engine: String,
    pub(crate) count: u64,
}

impl From<(String, u64)> for Every {
    fn from((engine, count): (String, u64)) -> Every {
        Every { engine, count }
    }
}

impl FromStr for Every {
    type Err = String;

    fn from_str(text: &str) -> Result<Every, String> {
        // Names of engines with options hold `=` themselves.
        let (engine, count) = text.rsplit_once('=').ok_or("write ENGINE=N, such as cranelift=16")?;
        let count = count.parse().ok().filter(|count| *count > 0).ok_or("N is a number from 1")?;
        Ok(Every { engine: engine.to_owned(), count })
    }
}
