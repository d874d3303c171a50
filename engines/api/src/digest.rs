//! Outcomes as 32 bytes: keccak over a canonical encoding that starts with its version.
//!
//! An integer is one byte that counts its significant bytes, then these, big-endian; every list begins with its length,
//! every choice with a tag. Most words are small, and hashing is what campaigns spend much of their time on. Maps are
//! ordered. No address of this machine, float or `usize` enters, so the digest is the same on every platform.

use crate::outcome::{Exact, Field, Outcome, Receipt, TxOutcome};
use crate::{Address, B256, Log, U256};
use alloy_primitives::{Keccak256, keccak256};
use alloy_rlp::{Encodable, Header};

/// Version of the encoding; part of what is hashed.
pub const VERSION: u8 = 2;

/// An outcome that lacks what the level compares has no digest at that level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incomplete;

/// Digest of what consensus sees.
pub fn consensus(outcome: &Outcome) -> Result<B256, Incomplete> {
    let mut hash = Encoder::new(0);
    outcome_into(&mut hash, outcome, false)?;
    Ok(hash.finish())
}

/// Digest of everything.
pub fn exact(outcome: &Outcome) -> Result<B256, Incomplete> {
    let mut hash = Encoder::new(1);
    outcome_into(&mut hash, outcome, true)?;
    Ok(hash.finish())
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

/// Feeds values to the hash in their canonical form.
pub struct Encoder {
    hash: Keccak256,
    /// What the hash has not taken yet: it takes few long pieces sooner than many short ones.
    pending: [u8; Encoder::PENDING_MAX],
    pending_len: usize,
}

impl Encoder {
    /// Bytes that wait at most: whole blocks of the hash.
    const PENDING_MAX: usize = 8 * 136;

    /// A hash that starts with the version and the level.
    pub fn new(level: u8) -> Encoder {
        let mut encoder = Encoder { hash: Keccak256::new(), pending: [0; Encoder::PENDING_MAX], pending_len: 0 };
        encoder.raw(&[VERSION, level]);
        encoder
    }

    /// Bytes of a length that follows from the place.
    pub fn raw(&mut self, bytes: &[u8]) {
        match self.room(bytes.len()) {
            Some(room) => {
                room[..bytes.len()].copy_from_slice(bytes);
                self.pending_len += bytes.len();
            }
            None => self.hash.update(bytes),
        }
    }

    /// Room for so many bytes behind what waits, which is taken by the hash if there is too much of it; `None` if they
    /// are more than ever wait.
    fn room(&mut self, len: usize) -> Option<&mut [u8]> {
        if self.pending_len + len > Encoder::PENDING_MAX {
            self.hash.update(&self.pending[..self.pending_len]);
            self.pending_len = 0;
        }
        self.pending[self.pending_len..].get_mut(..len)
    }

    /// The significant bytes of an integer of `N` bytes, behind their number. All `N` are copied, which takes less time
    /// than to copy a number of bytes that is not known.
    fn significant<const N: usize>(&mut self, bytes: [u8; N], from: usize) {
        let Some(room) = self.room(2 * N + 1) else { return };
        room[0] = (N - from) as u8;
        room[1..=N].copy_from_slice(&bytes);
        room.copy_within(1 + from..1 + from + N, 1);
        self.pending_len += 1 + N - from;
    }

    /// A choice.
    pub fn tag(&mut self, tag: u8) {
        self.raw(&[tag]);
    }

    /// A number or length.
    pub fn number(&mut self, number: u64) {
        self.significant(number.to_be_bytes(), number.leading_zeros() as usize / 8);
    }

    /// A word.
    pub fn word(&mut self, word: &U256) {
        self.significant(word.to_be_bytes::<32>(), word.leading_zeros() / 8);
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

    /// The 32 bytes.
    pub fn finish(mut self) -> B256 {
        self.hash.update(&self.pending[..self.pending_len]);
        self.hash.finalize()
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
    fn long_and_short_pieces_make_one_text() {
        let pieces = [3, 1080, 10, 5000, 0, 1088, 1, 1087];
        let mut hash = Encoder::new(0);
        pieces.iter().for_each(|len| hash.raw(&vec![7; *len]));
        let expected = [vec![VERSION, 0], vec![7; pieces.iter().sum()]].concat();
        assert_eq!(hash.finish(), keccak256(expected));
    }

    #[test]
    fn no_logs_have_the_well_known_hash() {
        let expected = b256!("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347");
        assert_eq!(logs_hash([].iter()), expected);
    }
}
