//! Holds an outcome against what a case file expects of it. What the file leaves open or the engine cannot report is
//! no difference.

use crate::casefile::{CaseFile, Expect, TxExpect, ends};
use alloy_primitives::B256;
use api::{Outcome, Receipt, TxOutcome, digest};
use std::fmt;

/// One thing that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Position of the transaction it belongs to; none for what belongs to the whole case.
    pub transaction: Option<u32>,
    /// What differs.
    pub what: What,
    /// What the file says.
    pub expected: String,
    /// What came out.
    pub found: String,
}

/// What can differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// How many transactions there are.
    Transactions,
    /// Whether one was executed or why not, and how its first frame ended.
    End,
    /// Gas paid for.
    GasUsed,
    /// What the first frame returned.
    Output,
    /// Root of the state.
    StateRoot,
    /// Hash of the logs.
    LogsHash,
    /// Digest of what consensus sees.
    Consensus,
    /// Digest of everything.
    Exact,
}

impl What {
    /// The name of the field in case files.
    pub const fn name(self) -> &'static str {
        match self {
            What::Transactions => "transactions",
            What::End => "end",
            What::GasUsed => "gas_used",
            What::Output => "output",
            What::StateRoot => "state_root",
            What::LogsHash => "logs_hash",
            What::Consensus => "consensus",
            What::Exact => "exact",
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(transaction) = self.transaction {
            write!(f, "transaction {transaction}: ")?;
        }
        write!(f, "{}: expected {}, found {}", self.what.name(), self.expected, self.found)
    }
}

impl CaseFile {
    /// Every difference between `expect` and `outcome`.
    pub fn check(expect: &Expect, outcome: &Outcome) -> Vec<Difference> {
        let mut differences = Differences::default();
        differences.transactions(expect, outcome);
        let root = expect.state_root.filter(|_| !fault::planted!(FormatHash));
        differences.hash(What::StateRoot, root, || outcome.state_root.known().copied());
        differences.hash(What::LogsHash, expect.logs_hash, || Some(logs_hash(outcome)));
        differences.hash(What::Consensus, expect.consensus, || digest::consensus(outcome).ok());
        differences.hash(What::Exact, expect.exact, || digest::exact(outcome).ok());
        differences.found
    }
}

/// Keccak of the RLP list of all logs of an outcome.
pub fn logs_hash(outcome: &Outcome) -> B256 {
    let logs = outcome.transactions.iter().filter_map(TxOutcome::receipt).flat_map(|receipt| &receipt.logs);
    digest::logs_hash(logs)
}

#[derive(Default)]
struct Differences {
    found: Vec<Difference>,
}

impl Differences {
    fn compare<T: PartialEq + ToString>(&mut self, transaction: Option<u32>, what: What, expected: &T, found: &T) {
        if expected != found && !(fault::planted!(FormatCheck) && what == What::End) {
            let (expected, found) = (expected.to_string(), found.to_string());
            self.found.push(Difference { transaction, what, expected, found });
        }
    }

    fn hash(&mut self, what: What, expected: Option<B256>, found: impl FnOnce() -> Option<B256>) {
        if let Some(expected) = expected
            && let Some(found) = found()
        {
            self.compare(None, what, &expected, &found);
        }
    }

    fn transactions(&mut self, expect: &Expect, outcome: &Outcome) {
        if expect.transactions.is_empty() {
            return;
        }
        self.compare(None, What::Transactions, &expect.transactions.len(), &outcome.transactions.len());
        for (i, (expected, found)) in expect.transactions.iter().zip(&outcome.transactions).enumerate() {
            self.transaction(Some(i as u32), expected, found);
        }
    }

    fn transaction(&mut self, at: Option<u32>, expected: &TxExpect, found: &TxOutcome) {
        match (expected, found) {
            (TxExpect::Executed { end, gas_used, output }, TxOutcome::Executed(receipt)) => {
                self.end(at, end, receipt);
                self.compare(at, What::GasUsed, gas_used, &receipt.gas_used);
                self.compare(at, What::Output, output, &receipt.output);
            }
            _ => self.compare(at, What::End, &expected_end(expected), &found_end(found)),
        }
    }

    /// An engine that does not tell its ends still tells success from failure.
    fn end(&mut self, at: Option<u32>, expected: &str, receipt: &Receipt) {
        match receipt.exact.known() {
            Some(exact) => self.compare(at, What::End, &expected.to_owned(), &exact.end.to_string()),
            None => {
                let success = ends().any(|end| end.is_success() && end.to_string() == expected);
                if success != receipt.success {
                    self.compare(at, What::End, &expected.to_owned(), &success_text(receipt.success).to_owned());
                }
            }
        }
    }
}

fn expected_end(expected: &TxExpect) -> String {
    match expected {
        TxExpect::Executed { end, .. } => end.clone(),
        TxExpect::Rejected(rejection) => format!("rejected: {rejection}"),
    }
}

fn found_end(found: &TxOutcome) -> String {
    match found {
        TxOutcome::Rejected(rejection) => format!("rejected: {rejection}"),
        TxOutcome::Executed(receipt) => match receipt.exact.known() {
            Some(exact) => exact.end.to_string(),
            None => success_text(receipt.success).to_owned(),
        },
    }
}

fn success_text(success: bool) -> &'static str {
    if success { "success" } else { "failure" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::b256;
    use api::{Bytes, Field, Rejection, Revision, State};

    fn receipt(success: bool) -> TxOutcome {
        let output = Bytes::from_static(&[1]);
        TxOutcome::Executed(Box::new(Receipt {
            success,
            gas_used: 21006,
            output,
            logs: Vec::new(),
            created: None,
            exact: Field::Unknown,
        }))
    }

    fn check(expect: &Expect, outcome: &Outcome, lines: &[&str]) {
        let found: Vec<String> = CaseFile::check(expect, outcome).iter().map(Difference::to_string).collect();
        assert_eq!(found, lines);
    }

    #[test]
    fn differences_say_what_was_expected_and_found() {
        let executed =
            |end: &str, gas_used| TxExpect::Executed { end: end.into(), gas_used, output: Bytes::from_static(&[1]) };
        let outcome = Outcome {
            transactions: vec![receipt(true)],
            state: Field::Known(State::new()),
            state_root: Field::Unknown,
        };
        let expect = |transactions| Expect { revision: Revision::Osaka, transactions, ..Expect::default() };
        check(&expect(vec![]), &outcome, &[]);
        check(&expect(vec![executed("return", 21006)]), &outcome, &[]);
        check(
            &expect(vec![executed("revert", 21000)]),
            &outcome,
            &[
                "transaction 0: end: expected revert, found success",
                "transaction 0: gas_used: expected 21000, found 21006",
            ],
        );
        check(
            &expect(vec![TxExpect::Rejected(Rejection::NonceTooLow)]),
            &outcome,
            &["transaction 0: end: expected rejected: nonce too low, found success"],
        );
        check(&expect(vec![executed("stop", 21006); 2]), &outcome, &["transactions: expected 2, found 1"]);
        // A root that the engine does not know is no difference; a digest that it has is one.
        let mut roots = expect(vec![]);
        roots.state_root = Some(B256::repeat_byte(1));
        roots.exact = Some(B256::repeat_byte(1));
        check(&roots, &outcome, &[]);
        let rooted = Outcome { state_root: Field::Known(B256::repeat_byte(2)), ..outcome.clone() };
        assert_eq!(CaseFile::check(&roots, &rooted)[0].what, What::StateRoot);
        roots.logs_hash = Some(B256::repeat_byte(1));
        assert_eq!(CaseFile::check(&roots, &outcome)[0].what, What::LogsHash);
    }

    #[test]
    fn the_hash_of_no_logs_is_that_of_an_empty_list() {
        let empty = b256!("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347");
        assert_eq!(logs_hash(&Outcome::default()), empty);
    }
}
