//! The mix as data: how often each family, feature and revision is drawn, and why.
//!
//! The shares follow what it took to see real bugs of engines and compilers: of 207 that were studied, so many needed
//! what stands in brackets in the reasons below. Comparing return data on the newest revision alone misses a third.

use api::Revision;

macro_rules! families {
    ($($name:ident $text:literal $weight:literal $reason:literal;)*) => {
        /// What the programs of a case are about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Family { $(#[doc = $reason] $name,)* }

        /// Every family, with its weight in the default mix and the reason.
        pub const FAMILIES: &[FamilyRow] =
            &[$(FamilyRow { family: Family::$name, name: $text, weight: $weight, reason: $reason }),*];
    };
}

families! {
    Raw          "raw"          8  "any bytes: undefined instructions, code end or truncated immediate (9)";
    Soup         "soup"        32  "any two instructions beside each other; gas only (38)";
    Flow         "flow"        22  "special control-flow shape (21)";
    Arith        "arith"       34  "operands of 2^31 and up (26)";
    Memory       "memory"      27  "offsets and lengths of 2^31 and up, zero, wrapping (26); gas of growth (38)";
    Storage      "storage"     18  "a child frame that reverts (15); prices of writes (38)";
    Call         "call"        22  "a child frame that reverts (15) and RETURNDATA looked at after a call (14)";
    Create       "create"      12  "initcode, collisions, destruction: a child frame of another kind (15)";
    Precompile   "precompile"  12  "precompile boundary input (27), but slow, and the same library in most engines";
    Gas          "gas"         18  "gas within a few units of the limit (15)";
    Limits       "limits"       4  "stack near 1024, depth near 1024, very long blocks (21), each a hundred times as slow";
    Transactions "transactions" 9  "two transactions or one instance reused (15), a case for each";
    Single       "single"      12  "one instruction alone: error kind only (15)";
}

/// A family in the default mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FamilyRow {
    /// Which.
    pub family: Family,
    /// The name that its cases carry.
    pub name: &'static str,
    /// Its weight among the families.
    pub weight: u16,
    /// Why it has that weight.
    pub reason: &'static str,
}

impl Family {
    /// How many there are.
    pub const COUNT: usize = FAMILIES.len();

    /// The name that its cases carry.
    pub const fn name(self) -> &'static str {
        FAMILIES[self as usize].name
    }

    /// The family with this name.
    pub fn from_name(name: &str) -> Option<Family> {
        FAMILIES.iter().find(|row| row.name == name).map(|row| row.family)
    }
}

macro_rules! features {
    ($($name:ident $share:literal $reason:literal;)*) => {
        /// What a case may contain beside what its family is about. A random subset is on in each case, so that
        /// features do not drown one another.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Feature { $(#[doc = $reason] $name,)* }

        /// Every feature, with its share in the default mix and the reason.
        pub const FEATURES: &[FeatureRow] =
            &[$(FeatureRow { feature: Feature::$name, share: $share, reason: $reason }),*];
    };
}

features! {
    Opaque      200 "operands that no compiler knows: folding and the real code path both run";
    Huge        150 "operands of 2^31 and up (26)";
    Faults       20 "underflow, undefined instructions, bad jumps: error kind only (15)";
    Tight        18 "gas within a few units of the limit (15)";
    Sequence     19 "two transactions or one instance reused (15)";
    Typed        72 "access lists, fee markets, blobs, delegations: warm and cold prices (38)";
    Rejected     14 "a transaction that must change nothing";
    Reverts     110 "a child frame that reverts (15)";
    ReturnData  190 "RETURNDATA looked at after a call (14)";
    CodeEnd      24 "code end or truncated immediate (9)";
    GasReads     80 "GAS inside and between blocks (38)";
    Logs        110 "logs, which show order and what was undone";
    Transient   140 "transient storage, undone with its frame";
    Value       100 "value that moves, with its stipend (38)";
    Dynamic     128 "jump targets that are computed (21)";
    Delegated    40 "accounts that run the code of others (EIP-7702)";
    Surroundings 64 "block fields at their corners";
    Effects     170 "results that are written to storage";
}

/// A feature in the default mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeatureRow {
    /// Which.
    pub feature: Feature,
    /// In how many of 256 cases it is on.
    pub share: u8,
    /// Why it has that share.
    pub reason: &'static str,
}

impl Feature {
    /// How many there are.
    pub const COUNT: usize = FEATURES.len();
}

/// Weights of the revisions: three fifths on the newest three, the rest on the older ones (16), where a change of
/// the rules made the neighbours differ a little more.
const REVISIONS: [u16; Revision::COUNT] = [3, 3, 3, 3, 4, 3, 3, 4, 4, 4, 3, 3, 9, 13, 38];

/// What is drawn how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Weights by position in [`FAMILIES`].
    pub families: [u16; Family::COUNT],
    /// Shares of 256 by position in [`FEATURES`]; 255 means nearly always.
    pub features: [u8; Feature::COUNT],
    /// Weights by position in [`Revision::ALL`].
    pub revisions: [u16; Revision::COUNT],
}

/// The mix of the tables.
impl Default for Profile {
    fn default() -> Profile {
        Profile {
            families: std::array::from_fn(|i| FAMILIES[i].weight),
            features: std::array::from_fn(|i| FEATURES[i].share),
            revisions: REVISIONS,
        }
    }
}

impl Profile {
    /// The same, with cases of one family only.
    pub fn only(mut self, family: Family) -> Profile {
        self.families = std::array::from_fn(|i| u16::from(i == family as usize));
        self
    }

    /// The same, under one revision only.
    pub fn at(mut self, revision: Revision) -> Profile {
        self.revisions = std::array::from_fn(|i| u16::from(i == revision.index()));
        self
    }

    /// The same, with another share of a feature: 0 switches it off.
    pub fn with(mut self, feature: Feature, share: u8) -> Profile {
        self.features[feature as usize] = share;
        self
    }
}

const _: () = assert!(Feature::COUNT <= 32, "the features of a case fit one u32");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_at_their_positions() {
        assert!(FAMILIES.iter().enumerate().all(|(i, row)| row.family as usize == i && !row.reason.is_empty()));
        assert!(FEATURES.iter().enumerate().all(|(i, row)| row.feature as usize == i && !row.reason.is_empty()));
        assert!(FAMILIES.iter().all(|row| Family::from_name(row.name) == Some(row.family)));
    }

    #[test]
    fn older_revisions_have_two_fifths() {
        let total: u16 = REVISIONS.iter().sum();
        let older: u16 = REVISIONS[..Revision::Cancun.index()].iter().sum();
        assert_eq!((older, total), (40, 100));
    }
}
