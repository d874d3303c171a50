//! The digests of what cases came to on the judge. What is to be hashed is gathered, and hashed side by side.

use alloy_primitives::B256;
use api::digest;
use oracle::{Ran, Verdict};
use std::ops::Range;

/// So many bytes do not wait longer: they stay in the processor's caches, unless the last text is a long one.
const WAITING_MAX: usize = 1 << 16;

/// A digest for each case, in the order in which they were pushed.
pub struct Leaves {
    digests: Vec<B256>,
    text: Vec<u8>,
    /// Which digests are still to come, and where in the text what they are the hash of is.
    waiting: Vec<(usize, Range<usize>)>,
}

impl Default for Leaves {
    /// None yet, with room for the text that waits.
    fn default() -> Leaves {
        Leaves { digests: Vec::new(), text: Vec::with_capacity(2 * WAITING_MAX), waiting: Vec::new() }
    }
}

impl Leaves {
    /// Takes what a case came to.
    pub fn push(&mut self, verdict: &Verdict) {
        self.digests.push(B256::with_last_byte(match (verdict.outcome(), verdict.runs.first()) {
            (Some(_), _) => 0,
            (_, Some((_, Ran::Limit(_)))) => 1,
            (_, Some((_, Ran::Unsupported(_)))) => 2,
            _ => 3,
        }));
        let Some(outcome) = verdict.outcome().filter(|_| !fault::planted!(CampaignLeaf)) else { return };
        let start = self.text.len();
        let written = digest::exact_text(outcome, &mut self.text);
        if written.or_else(|_| digest::consensus_text(outcome, &mut self.text)).is_ok() {
            self.waiting.push((self.digests.len() - 1, start..self.text.len()));
        }
        if self.text.len() >= WAITING_MAX {
            self.hash();
        }
    }

    /// The digests of all that were pushed.
    pub fn finish(mut self) -> Vec<B256> {
        self.hash();
        self.digests
    }

    fn hash(&mut self) {
        let texts: Vec<&[u8]> = self.waiting.iter().map(|(_, range)| &self.text[range.clone()]).collect();
        for ((index, _), digest) in self.waiting.iter().zip(api::lanes::hashes(&texts)) {
            self.digests[*index] = digest;
        }
        self.waiting.clear();
        self.text.clear();
        // A long text was long once.
        self.text.shrink_to(2 * WAITING_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{Account, Address, Field, Outcome, Receipt, State, TxOutcome};

    /// With a receipt, of which nobody knows the exact level.
    fn of_consensus(output: Vec<u8>) -> Outcome {
        let (gas_used, exact) = (21_000, Field::Unknown);
        let receipt =
            Receipt { success: true, gas_used, output: output.into(), logs: Vec::new(), created: None, exact };
        let transactions = vec![TxOutcome::Executed(Box::new(receipt))];
        Outcome { transactions, state: Field::Known(State::new()), state_root: Field::Unknown }
    }

    fn exact(code: Vec<u8>) -> Outcome {
        let account = Account { code: code.into(), ..Account::default() };
        let state = Field::Known(State::from([(Address::ZERO, account)]));
        Outcome { transactions: Vec::new(), state, state_root: Field::Unknown }
    }

    fn verdict(ran: Option<Ran>) -> Verdict {
        let runs = ran.into_iter().map(|ran| ("engine".to_owned(), ran)).collect();
        Verdict { runs, divergences: Vec::new(), tolerated: 0 }
    }

    #[test]
    fn each_leaf_is_the_digest_of_its_case() {
        let nothing = Outcome { transactions: Vec::new(), state: Field::Unknown, state_root: Field::Unknown };
        let mut verdicts = Vec::new();
        for len in [0, 1, 100, 40_000, 3, 40_000, 300_000, 5] {
            let outcomes = [exact(vec![7; len]), of_consensus(vec![7; len]), nothing.clone()];
            verdicts.extend(outcomes.map(|outcome| verdict(Some(Ran::Outcome(Box::new(outcome))))));
            verdicts.push(verdict(None));
            verdicts.push(verdict(Some(Ran::Limit("memory".into()))));
            verdicts.push(verdict(Some(Ran::Unsupported("a fork".into()))));
        }
        let mut leaves = Leaves::default();
        verdicts.iter().for_each(|verdict| leaves.push(verdict));
        let expected = verdicts.iter().map(|verdict| match (verdict.outcome(), verdict.runs.first()) {
            (Some(outcome), _) => digest::exact(outcome).or_else(|_| digest::consensus(outcome)).unwrap_or_default(),
            (_, Some((_, Ran::Limit(_)))) => B256::with_last_byte(1),
            (_, Some((_, Ran::Unsupported(_)))) => B256::with_last_byte(2),
            _ => B256::with_last_byte(3),
        });
        assert_eq!(leaves.finish(), expected.collect::<Vec<_>>());
    }
}
