//! Findings that are known. A kept case has a small TOML file beside it with its signatures and whether the fault is
//! open or fixed.
//!
//! A divergence with an open signature is counted under the name of its case and is no news. One with a fixed
//! signature has returned, and that is as red as a new one. Where both are listed for a signature, open explains what
//! is seen.

use std::collections::BTreeMap;
use std::fmt;

/// Signatures that are known, each with the name of its case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    rows: BTreeMap<String, (Status, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Open,
    Fixed,
}

/// What is known of a divergence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News<'a> {
    /// Nothing.
    New,
    /// The fault is open, under the name of this case.
    Open(&'a str),
    /// The fault was fixed, under the name of this case, and is there again.
    Returned(&'a str),
}

/// What is wrong with a file of signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadKnown(pub String);

impl fmt::Display for BadKnown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; write status = \"open\" or \"fixed\", and signatures = [\"engine: part: ends\"]", self.0)
    }
}

impl std::error::Error for BadKnown {}

impl Known {
    /// Adds the signatures in the file of a case.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), BadKnown> {
        let bad = |what: &str| BadKnown(what.to_owned());
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| bad(error.message()))?;
        if let Some(key) = table.keys().find(|key| !["status", "signatures"].contains(&key.as_str())) {
            return Err(BadKnown(format!("unknown field `{key}`")));
        }
        let status = match table.get("status").and_then(|status| status.as_str()) {
            Some("open") => Status::Open,
            Some("fixed") => Status::Fixed,
            _ => return Err(bad("it has no status")),
        };
        let list = table.get("signatures").and_then(|list| list.as_array());
        let signatures: Option<Vec<&str>> = list.and_then(|list| list.iter().map(|item| item.as_str()).collect());
        let signatures = signatures.filter(|list| !list.is_empty()).ok_or_else(|| bad("it has no signatures"))?;
        for signature in signatures {
            let row = (status, name.to_owned());
            let entry = self.rows.entry(signature.to_owned()).or_insert_with(|| row.clone());
            *entry = row.min(entry.clone());
        }
        Ok(())
    }

    /// What is known of a divergence with this signature.
    pub fn news(&self, signature: &str) -> News<'_> {
        match self.rows.get(signature) {
            None => News::New,
            Some((Status::Open, name)) => News::Open(name),
            Some((Status::Fixed, name)) if fault::planted!(CampaignKnown) => News::Open(name),
            Some((Status::Fixed, name)) => News::Returned(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_explains_and_fixed_returns() {
        let mut known = Known::default();
        known.add("old", "status = \"fixed\"\nsignatures = [\"x: end: a\", \"x: end: b\"]").expect("it is right");
        known.add("young", "status = \"open\"\nsignatures = [\"x: end: b\"]").expect("it is right");
        known.add("third", "status = \"fixed\"\nsignatures = [\"x: end: b\"]").expect("it is right");
        assert_eq!(known.news("x: end: a"), News::Returned("old"));
        assert_eq!(known.news("x: end: b"), News::Open("young"));
        assert_eq!(known.news("y: end: a"), News::New);
    }

    #[test]
    fn a_file_that_says_less_is_refused() {
        for (text, says) in [
            ("", "no status"),
            ("status = \"shut\"\nsignatures = [\"x\"]", "no status"),
            ("status = \"open\"", "no signatures"),
            ("status = \"open\"\nsignatures = []", "no signatures"),
            ("status = \"open\"\nsignatures = [7]", "no signatures"),
            ("status = \"open\"\nsignatures = [\"x\"]\nsince = 1", "`since`"),
            ("status =", "write status"),
        ] {
            let error = Known::default().add("x", text).expect_err(text).to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
