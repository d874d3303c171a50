//! What is checked of a run before its time counts: success, gas used and output.

use api::{Bytes, Outcome, TxOutcome};
use format::workload::Row;

/// How a workload's transaction ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Whether it succeeded.
    pub success: bool,
    /// Gas of the whole transaction, refund deducted.
    pub gas_used: u64,
    /// What it returned.
    pub output: Bytes,
}

impl Ended {
    /// The end of an outcome's only transaction.
    pub fn of(outcome: &Outcome) -> Result<Ended, String> {
        match outcome.transactions.as_slice() {
            [TxOutcome::Executed(receipt)] => {
                Ok(Ended { success: receipt.success, gas_used: receipt.gas_used, output: receipt.output.clone() })
            }
            [TxOutcome::Rejected(why)] => Err(format!("the transaction was rejected: {why}")),
            others => Err(format!("one transaction expected, the outcome has {}", others.len())),
        }
    }
}

/// How it must end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Whether it succeeds.
    pub success: bool,
    /// Gas of the whole transaction.
    pub gas_used: u64,
    /// Gas of its first frame.
    pub frame_gas_used: u64,
    /// The first bytes of the output.
    pub output_prefix: Bytes,
    /// Bytes of the output.
    pub output_len: usize,
}

impl Expected {
    /// What the index says.
    pub fn of(row: Row) -> Expected {
        Expected {
            success: row.success,
            gas_used: row.tx_gas_used,
            frame_gas_used: row.frame_gas_used,
            output_prefix: row.output_prefix,
            output_len: row.output_len,
        }
    }

    /// Says what differs.
    pub fn check(&self, ended: &Ended) -> Result<(), String> {
        if ended.success != self.success {
            return Err(format!("success is {}, expected {}", ended.success, self.success));
        }
        if ended.gas_used != self.gas_used {
            return Err(format!("gas used is {}, expected {}", ended.gas_used, self.gas_used));
        }
        if ended.output.len() != self.output_len {
            return Err(format!("output has {} bytes, expected {}", ended.output.len(), self.output_len));
        }
        if !ended.output.starts_with(&self.output_prefix) {
            return Err(format!("output is {}, expected it to start with {}", ended.output, self.output_prefix));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_is_named() {
        let output = Bytes::from_static(&[1, 2, 3]);
        let expected = Expected {
            success: true,
            gas_used: 21000,
            frame_gas_used: 0,
            output_prefix: Bytes::from_static(&[1, 2]),
            output_len: 3,
        };
        let same = Ended { success: true, gas_used: 21000, output };
        assert_eq!(expected.check(&same), Ok(()));
        let differing = [
            (Ended { success: false, ..same.clone() }, "success"),
            (Ended { gas_used: 1, ..same.clone() }, "gas used"),
            (Ended { output: Bytes::from_static(&[1, 2]), ..same.clone() }, "bytes"),
            (Ended { output: Bytes::from_static(&[1, 3, 3]), ..same.clone() }, "start with"),
        ];
        for (ended, word) in differing {
            assert!(expected.check(&ended).unwrap_err().contains(word), "{ended:?}");
        }
    }

    #[test]
    fn an_outcome_without_a_receipt_has_no_end() {
        let rejected =
            Outcome { transactions: vec![TxOutcome::Rejected(api::Rejection::NonceMax)], ..Outcome::default() };
        assert!(Ended::of(&rejected).unwrap_err().contains("nonce is max"));
        assert!(Ended::of(&Outcome::default()).is_err());
    }
}
