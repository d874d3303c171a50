//! Revisions: the named sets of protocol rules, in the order in which they came into force.
//!
//! Only revisions that change execution are listed. Those that merely moved the difficulty bomb are accepted
//! as other names of the revision whose rules they kept.

use core::fmt;
use core::str::FromStr;

/// The protocol rules in force. Ordered: a later revision compares greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Revision {
    /// July 2015.
    #[default]
    Frontier,
    /// March 2016.
    Homestead,
    /// EIP-150, October 2016. State tests call it `EIP150`.
    Tangerine,
    /// EIP-155, 158, 160, 161, 170, November 2016. State tests call it `EIP158`.
    Spurious,
    /// October 2017.
    Byzantium,
    /// With EIP-1283; never active on the main network in this form.
    Constantinople,
    /// Constantinople without EIP-1283, February 2019. State tests call it `ConstantinopleFix`.
    Petersburg,
    /// December 2019.
    Istanbul,
    /// April 2021.
    Berlin,
    /// August 2021.
    London,
    /// September 2022, the merge.
    Paris,
    /// April 2023.
    Shanghai,
    /// March 2024.
    Cancun,
    /// May 2025.
    Prague,
    /// December 2025.
    Osaka,
}

/// Name and the other names under which a revision is accepted, lower case.
const NAMES: [(Revision, &str, &[&str]); Revision::COUNT] = {
    use Revision::*;
    [
        (Frontier, "Frontier", &[]),
        (Homestead, "Homestead", &["dao"]),
        (Tangerine, "Tangerine", &["eip150", "tangerinewhistle"]),
        (Spurious, "Spurious", &["eip158", "spuriousdragon"]),
        (Byzantium, "Byzantium", &[]),
        (Constantinople, "Constantinople", &[]),
        (Petersburg, "Petersburg", &["constantinoplefix"]),
        (Istanbul, "Istanbul", &["muirglacier"]),
        (Berlin, "Berlin", &[]),
        (London, "London", &["arrowglacier", "grayglacier"]),
        (Paris, "Paris", &["merge"]),
        (Shanghai, "Shanghai", &[]),
        (Cancun, "Cancun", &[]),
        (Prague, "Prague", &[]),
        (Osaka, "Osaka", &[]),
    ]
};

impl Revision {
    /// How many revisions there are.
    pub const COUNT: usize = 15;
    /// The newest revision.
    pub const LATEST: Revision = Revision::Osaka;
    /// Every revision, oldest first.
    pub const ALL: [Revision; Revision::COUNT] = {
        let mut all = [Revision::Frontier; Revision::COUNT];
        let mut i = 0;
        while i < Revision::COUNT {
            all[i] = NAMES[i].0;
            assert!(all[i] as usize == i, "NAMES lists the revisions in order");
            i += 1;
        }
        all
    };

    /// The name used in this project.
    pub const fn name(self) -> &'static str {
        NAMES[self as usize].1
    }

    /// The name used in official state tests.
    pub const fn fixture_name(self) -> &'static str {
        match self {
            Revision::Tangerine => "EIP150",
            Revision::Spurious => "EIP158",
            Revision::Petersburg => "ConstantinopleFix",
            other => other.name(),
        }
    }

    /// Position in [`Revision::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// True from `since` on. `const`, unlike the comparison operators.
    pub const fn is(self, since: Revision) -> bool {
        since as u8 <= self as u8
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRevision(pub String);

impl fmt::Display for UnknownRevision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown revision `{}`; known are", self.0)?;
        for (i, (_, name, _)) in NAMES.iter().enumerate() {
            write!(f, "{} {name}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownRevision {}

impl FromStr for Revision {
    type Err = UnknownRevision;

    fn from_str(text: &str) -> Result<Self, UnknownRevision> {
        let wanted = text.to_ascii_lowercase();
        NAMES
            .iter()
            .find(|(_, name, others)| name.eq_ignore_ascii_case(&wanted) || others.contains(&wanted.as_str()))
            .map(|(revision, ..)| *revision)
            .ok_or_else(|| UnknownRevision(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_parses_to_its_revision() {
        for (revision, name, others) in NAMES {
            for text in [name, revision.fixture_name()].iter().chain(others) {
                assert_eq!(text.parse(), Ok(revision));
                assert_eq!(text.to_ascii_uppercase().parse(), Ok(revision));
            }
        }
        assert!("Atlantis".parse::<Revision>().is_err());
    }
}
