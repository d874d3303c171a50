//! Outcomes as 32 bytes: keccak over a canonical encoding that starts with its version.
//!
//! An integer is one byte that counts its significant bytes, then these, big-endian; every list begins with its length,
//! every choice with a tag. Most words are small, and hashing is what campaigns spend much of their time on. Maps are
//! ordered. No address of this machine, float or `usize` enters, so the digest is the same on every platform.

use crate::outcome::{Exact, Field, Outcome, Receipt, TxOutcome};
use crate::{Address, B256, Log, U256};
use alloy_primitives::keccak256;
use alloy_rlp::{Encodable, Header};

/// Version of the encoding; part of what is hashed.
pub const VERSION: u8 = 2;

/// An outcome that lacks what the level compares has no digest at that level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incomplete;

/// Digest of what consensus sees.
pub fn consensus(outcome: &Outcome) -> Result<B256, Incomplete> {
    digest(outcome, consensus_text)
}

/// Digest of everything.
pub fn exact(outcome: &Outcome) -> Result<B256, Incomplete> {
    digest(outcome, exact_text)
}

/// Writes behind `text` what [`consensus`] is the hash of, for whoever hashes many of them together.
pub fn consensus_text(outcome: &Outcome, text: &mut Vec<u8>) -> Result<(), Incomplete> {
    write(outcome, false, text)
}

/// Writes behind `text` what [`exact`] is the hash of.
pub fn exact_text(outcome: &Outcome, text: &mut Vec<u8>) -> Result<(), Incomplete> {
    write(outcome, true, text)
}

type Write = fn(&Outcome, &mut Vec<u8>) -> Result<(), Incomplete>;

fn digest(outcome: &Outcome, write: Write) -> Result<B256, Incomplete> {
    let mut text = Vec::with_capacity(2048);
    write(outcome, &mut text).map(|()| keccak256(text))
}

/// An outcome that is incomplete leaves the text as it was. The text is about as long as what the outcome holds, which the limits of the
/// world bound.
fn write(outcome: &Outcome, exact: bool, text: &mut Vec<u8>) -> Result<(), Incomplete> {
    let start = text.len();
    let mut encoder = Encoder::onto(std::mem::take(text), exact.into());
    let written = outcome_into(&mut encoder, outcome, exact);
    *text = encoder.text;
    if written.is_err() {
        text.truncate(start);
    }
    written
}

fn outcome_into(hash: &mut Encoder, outcome: &Outcome, exact: bool) -> Result<(), Incomplete> {
    hash.number(outcome.transactions.len() as u64);
    for transaction in &outcome.transactions {
        match transaction {
            TxOutcome::Rejected(rejection) => hash.tag(*rejection as u8),
            TxOutcome::Executed(receipt) => {
                hash.tag(0);
                receipt_into(hash, receipt);
                if exact {
                    exact_into(hash, receipt.exact.known().ok_or(Incomplete)?);
                }
            }
        }
    }
    let Field::Known(state) = &outcome.state else { return Err(Incomplete) };
    hash.number(state.len() as u64);
    for (address, account) in state {
        hash.address(address);
        hash.number(account.nonce * u64::from(!fault::planted!(DigestNonce)));
        hash.word(&account.balance);
        hash.bytes(&account.code);
        hash.number(account.storage.len() as u64);
        for (key, value) in &account.storage {
            hash.word(key);
            hash.word(value);
        }
    }
    Ok(())
}

fn receipt_into(hash: &mut Encoder, receipt: &Receipt) {
    hash.tag(receipt.success as u8);
    hash.number(receipt.gas_used);
    hash.bytes(&receipt.output);
    hash.number(receipt.logs.len() as u64);
    for log in &receipt.logs {
        hash.address(&log.address);
        hash.number(log.topics.len() as u64);
        log.topics.iter().for_each(|topic| hash.raw(topic.as_slice()));
        hash.bytes(&log.data);
    }
    hash.tag(receipt.created.is_some() as u8);
    hash.address(&receipt.created.unwrap_or_default());
}

fn exact_into(hash: &mut Encoder, exact: &Exact) {
    hash.tag(exact.end.code());
    hash.number(exact.gas_left);
    hash.number(exact.refund);
    hash.number(exact.frames.len() as u64);
    for frame in &exact.frames {
        hash.number(frame.frame.into());
        hash.number(frame.depth.into());
        hash.address(&frame.code_address);
        hash.tag(frame.end.code());
        hash.number(frame.gas_left);
        hash.number(frame.refund as u64);
    }
    hash.number(exact.warm_accounts.len() as u64);
    exact.warm_accounts.iter().for_each(|address| hash.address(address));
    hash.number(exact.warm_slots.len() as u64);
    for (address, key) in &exact.warm_slots {
        hash.address(address);
        hash.word(key);
    }
    hash.number(exact.transient.len() as u64);
    for ((address, key), value) in exact.transient.iter().filter(|_| !fault::planted!(DigestTransient)) {
        hash.address(address);
        hash.word(key);
        hash.word(value);
    }
    hash.number(exact.transcript.len() as u64);
    for ask in &exact.transcript {
        hash.number(ask.frame.into());
        hash.tag(ask.kind as u8);
        hash.word(&ask.subject);
        hash.word(&ask.operand);
        hash.word(&ask.answer);
        hash.tag(ask.cold as u8);
    }
}

/// Keccak of the RLP list of logs, as state tests give it.
pub fn logs_hash<'a>(logs: impl Iterator<Item = &'a Log>) -> B256 {
    let mut list = Vec::new();
    for log in logs {
        let (address, topics, data) = (&log.address, &log.topics, &log.data);
        let payload_length = address.length() + topics.length() + data.length();
        Header { list: true, payload_length }.encode(&mut list);
        address.encode(&mut list);
        topics.encode(&mut list);
        data.encode(&mut list);
    }
    let mut encoded = Vec::with_capacity(list.len() + 9);
    Header { list: true, payload_length: list.len() }.encode(&mut encoded);
    encoded.extend_from_slice(&list);
    keccak256(encoded)
}

/// Writes values down in their canonical form.
pub struct Encoder {
    text: Vec<u8>,
}

impl Encoder {
    /// A text that starts with the version and the level.
    pub fn new(level: u8) -> Encoder {
        Encoder::onto(Vec::with_capacity(2048), level)
    }

    /// The same, behind another text.
    fn onto(text: Vec<u8>, level: u8) -> Encoder {
        let mut encoder = Encoder { text };
        encoder.raw(&[VERSION, level]);
        encoder
    }

    /// Bytes of a length that follows from the place.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
    }

    /// The significant bytes of an integer, behind their number; they come first in `bytes`. All `N` are copied and
    /// the others dropped, which takes less time than to copy a number of bytes that is not known.
    fn significant<const N: usize>(&mut self, bytes: [u8; N], count: usize) {
        self.text.push(count as u8);
        let end = self.text.len() + count;
        self.raw(&bytes);
        self.text.truncate(end);
    }

    /// A choice.
    pub fn tag(&mut self, tag: u8) {
        self.raw(&[tag]);
    }

    /// A number or length.
    pub fn number(&mut self, number: u64) {
        let zeros = number.leading_zeros() & !7;
        self.significant(number.unbounded_shl(zeros).to_be_bytes(), 8 - zeros as usize / 8);
    }

    /// A word.
    pub fn word(&mut self, word: &U256) {
        let zeros = word.leading_zeros() & !7;
        self.significant((*word << zeros).to_be_bytes::<32>(), 32 - zeros / 8);
    }

    /// An address.
    pub fn address(&mut self, address: &Address) {
        self.raw(address.as_slice());
    }

    /// Bytes with their length before them.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.raw(bytes);
    }

    /// The hash of what was written.
    pub fn finish(self) -> B256 {
        keccak256(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::b256;

    #[test]
    fn values_are_written_in_their_significant_bytes() {
        let mut hash = Encoder::new(0);
        hash.number(0);
        hash.number(0x1234);
        hash.word(&U256::from(0xff));
        hash.word(&U256::MAX);
        let expected = [&[VERSION, 0, 0, 2, 0x12, 0x34, 1, 0xff, 32][..], &[0xff; 32]].concat();
        assert_eq!(hash.finish(), keccak256(expected));
    }

    #[test]
    fn every_number_of_significant_bytes() {
        for bits in 0..=256 {
            let word = if bits == 0 { U256::ZERO } else { U256::MAX >> (256 - bits) };
            let (bytes, count) = (word.to_be_bytes::<32>(), usize::div_ceil(bits, 8));
            let mut hash = Encoder::new(0);
            hash.word(&word);
            let mut expected = [&[VERSION, 0, count as u8][..], &bytes[32 - count..]].concat();
            if let Ok(number) = u64::try_from(word) {
                hash.number(number);
                expected.extend([&[count as u8][..], &bytes[32 - count..]].concat());
            }
            assert_eq!(hash.finish(), keccak256(expected), "{bits}");
        }
    }

    #[test]
    fn what_is_written_is_what_is_hashed() {
        let known =
            Outcome { transactions: Vec::new(), state: Field::Known(Default::default()), state_root: Field::Unknown };
        let unknown = Outcome { state: Field::Unknown, ..known.clone() };
        let mut text = vec![7];
        assert_eq!(exact_text(&unknown, &mut text), Err(Incomplete));
        assert_eq!(text, [7]);
        exact_text(&known, &mut text).unwrap();
        assert_eq!(exact(&known), Ok(keccak256(&text[1..])));
    }

    #[test]
    fn no_logs_have_the_well_known_hash() {
        let expected = b256!("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347");
        assert_eq!(logs_hash([].iter()), expected);
    }
}
