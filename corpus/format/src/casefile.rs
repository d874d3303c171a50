//! A case as it is kept: the case itself, and what is known to come out of it in each revision.

use crate::hex::shorten;
use crate::nearest::suggest;
use alloy_primitives::B256;
use api::{Bytes, Case, End, Halt, Rejection, Revision};

/// A case with its expectations. [`CaseFile::new`] puts one into the form in which files hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFile {
    /// The name of the case; `case.name` repeats it.
    pub name: String,
    /// What it is about, in a line.
    pub about: String,
    /// The case, in the revision of the first expectation.
    pub case: Case,
    /// One for each revision it is for, oldest first.
    pub expect: Vec<Expect>,
}

/// What comes out of a case in one revision. Everything but the revision may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expect {
    /// The rules in force.
    pub revision: Revision,
    /// One entry per transaction, or none at all where they are unknown.
    pub transactions: Vec<TxExpect>,
    /// Root of the state afterwards.
    pub state_root: Option<B256>,
    /// Keccak of the RLP list of all logs.
    pub logs_hash: Option<B256>,
    /// Digest of what consensus sees: [`api::digest::consensus`].
    pub consensus: Option<B256>,
    /// Digest of everything: [`api::digest::exact`].
    pub exact: Option<B256>,
}

/// What becomes of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TxExpect {
    /// It is executed.
    Executed {
        /// How its first frame ends, as [`api::End`] prints it.
        end: String,
        /// Gas paid for.
        gas_used: u64,
        /// What its first frame returns.
        output: Bytes,
    },
    /// It is refused.
    Rejected(Rejection),
}

impl CaseFile {
    /// Puts a case into the form of files: expectations ascend by revision and there is at least one, the case has
    /// the name and the revision of the first, a slot that is zero is no slot, a hash that is zero is unknown. It must
    /// have a transaction.
    pub fn new(name: String, about: String, mut case: Case, mut expect: Vec<Expect>) -> CaseFile {
        if expect.is_empty() {
            expect.push(Expect { revision: case.revision, ..Expect::default() });
        }
        expect.sort_by_key(|expect| expect.revision);
        for expect in &mut expect {
            for hash in [&mut expect.state_root, &mut expect.logs_hash, &mut expect.consensus, &mut expect.exact] {
                *hash = hash.filter(|hash| !hash.is_zero());
            }
        }
        for account in case.accounts.values_mut() {
            account.storage.retain(|_, value| !value.is_zero());
        }
        case.name.clone_from(&name);
        case.revision = expect[0].revision;
        CaseFile { name, about, case, expect }
    }

    /// The case in each revision it is for, with what is expected there.
    pub fn cases(&self) -> impl Iterator<Item = (Case, &Expect)> {
        self.expect.iter().map(|expect| (Case { revision: expect.revision, ..self.case.clone() }, expect))
    }
}

/// Every way a frame can end.
pub(crate) fn ends() -> impl Iterator<Item = End> {
    let halts = Halt::ALL.iter().map(|halt| End::Halt(*halt));
    [End::Stop, End::Return, End::SelfDestruct, End::Revert].into_iter().chain(halts)
}

/// What a file says of a transaction, from the fields of either form.
pub(crate) struct TxParts {
    pub(crate) end: Option<String>,
    pub(crate) gas_used: Option<u64>,
    pub(crate) output: Option<Bytes>,
    pub(crate) rejected: Option<String>,
}

impl TxParts {
    /// The expectation, or what is wrong and what to do.
    pub(crate) fn build(self) -> Result<TxExpect, (String, String)> {
        match self {
            TxParts { end: Some(end), gas_used: Some(gas_used), output, rejected: None } => {
                check_end(&end)?;
                Ok(TxExpect::Executed { end, gas_used, output: output.unwrap_or_default() })
            }
            TxParts { end: None, gas_used: None, output: None, rejected: Some(reason) } => {
                let names: Vec<&str> = Rejection::ALL.iter().map(|rejection| rejection.name()).collect();
                Rejection::from_name(&reason)
                    .map(TxExpect::Rejected)
                    .ok_or_else(|| (format!("unknown rejection `{}`", shorten(&reason)), suggest(&reason, &names)))
            }
            _ => Err((
                "a transaction is either executed or rejected".into(),
                "give end and gas_used, or rejected alone".into(),
            )),
        }
    }
}

fn check_end(end: &str) -> Result<(), (String, String)> {
    let names: Vec<String> = ends().map(|end| end.to_string()).collect();
    if names.iter().any(|name| name == end) {
        return Ok(());
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Err((format!("unknown end `{}`", shorten(end)), suggest(end, &names)))
}
