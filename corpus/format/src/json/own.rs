//! What a case file knows and the state-test shape has no place for.

use crate::casefile::{Expect, TxExpect, TxParts};
use crate::statetest::shape::{Fork, Quoted, ScheduleShape};
use api::{B256, Bytes};
use serde::{Deserialize, Serialize};

/// The object at `_info.unanimous`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Own {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) about: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) gas_uncapped: bool,
    /// Only beside the fields of the parent, which take its place in `env`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) excess_blob_gas: Option<Quoted<u64>>,
    /// Given even where it is the revision's own: a case says so once for all revisions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) blob_schedule: Option<ScheduleShape>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rlp_len: Option<Quoted<u64>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) expect: Vec<OwnExpect>,
}

/// What is expected in a revision beyond its `post`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnExpect {
    pub(crate) revision: Fork,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) transactions: Vec<OwnTx>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) consensus: Option<Quoted<B256>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) exact: Option<Quoted<B256>>,
}

/// What becomes of a transaction.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnTx {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gas_used: Option<Quoted<u64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output: Option<Quoted<Bytes>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rejected: Option<String>,
}

impl OwnExpect {
    /// The part of an expectation that is written here; none if there is nothing to write.
    pub(crate) fn of(expect: &Expect) -> Option<OwnExpect> {
        if expect.transactions.is_empty() && expect.consensus.is_none() && expect.exact.is_none() {
            return None;
        }
        Some(OwnExpect {
            revision: Fork(expect.revision),
            transactions: expect.transactions.iter().map(OwnTx::of).collect(),
            consensus: expect.consensus.map(Quoted),
            exact: expect.exact.map(Quoted),
        })
    }
}

impl OwnTx {
    fn of(expect: &TxExpect) -> OwnTx {
        match expect {
            TxExpect::Executed { end, gas_used, output } => OwnTx {
                end: Some(end.clone()),
                gas_used: Some(Quoted(*gas_used)),
                output: Some(Quoted(output.clone())).filter(|output| !output.0.is_empty()),
                rejected: None,
            },
            TxExpect::Rejected(rejection) => OwnTx { rejected: Some(rejection.name().to_owned()), ..OwnTx::default() },
        }
    }

    /// The expectation, or what is wrong and what to do.
    pub(crate) fn expect(&self) -> Result<TxExpect, (String, String)> {
        let parts = TxParts {
            end: self.end.clone(),
            gas_used: self.gas_used.map(|gas| gas.0),
            output: self.output.clone().map(|output| output.0),
            rejected: self.rejected.clone(),
        };
        parts.build()
    }
}
