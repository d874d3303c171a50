//! The digests of what cases came to on the judge. What is to be hashed is gathered, and hashed side by side.

use alloy_primitives::B256;
use api::digest;
use oracle::{Ran, Verdict};
use std::ops::Range;

/// Bytes that wait at most, but for the last text: they stay in the processor's caches.
const WAITING_MAX: usize = 1 << 16;

/// A digest for each case, in the order in which they were pushed.
#[derive(Default)]
pub struct Leaves {
    digests: Vec<B256>,
    text: Vec<u8>,
    /// Which digests are still to come, and where in the text what they are the hash of is.
    waiting: Vec<(usize, Range<usize>)>,
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
        for ((index, _), digest) in self.waiting.iter().zip(lanes::hashes(&texts)) {
            self.digests[*index] = digest;
        }
        self.waiting.clear();
        self.text.clear();
    }
}
