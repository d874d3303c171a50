//! A world that stands still: its answers depend on the question and a seed alone, and what is asked is written down.

use api::{AccountInfo, Address, B256, Bytes, Code, Flow, Frame, Halt, Host, Loaded, Slot, U256, keccak256};
use std::fmt::Debug;

pub(crate) struct Still {
    seed: u64,
    pub(crate) asked: Vec<String>,
    /// Whether the canonical point at which the section begins was passed.
    passed: bool,
}

impl Still {
    pub(crate) fn new(seed: u64) -> Still {
        Still { seed, asked: Vec::new(), passed: false }
    }

    /// Writes a question down, and gives what decides about the answer.
    fn ask(&mut self, what: &dyn Debug) -> B256 {
        let question = format!("{what:?}");
        let answer = keccak256(format!("{} {question}", self.seed));
        self.asked.push(question);
        answer
    }

    fn told(&mut self, what: &dyn Debug) {
        self.asked.push(format!("{what:?}"));
    }
}

/// A word that is zero, small or long.
fn word(from: B256) -> U256 {
    match from[31] % 4 {
        0 => U256::ZERO,
        1 => U256::from(from[0]),
        _ => U256::from_be_bytes(from.0),
    }
}

fn is_cold(from: B256) -> bool {
    from[30] & 1 == 1
}

fn code(from: B256) -> Code {
    Code::new(Bytes::copy_from_slice(&from[..usize::from(from[29] % 33)]))
}

impl Host for Still {
    fn account(&mut self, address: Address) -> Loaded<AccountInfo> {
        let from = self.ask(&("account", address));
        let exists = !from[28].is_multiple_of(4);
        let (empty, balance) = (!exists || from[28] % 4 == 1, word(from));
        let info = match empty {
            true => AccountInfo { exists, empty, balance: U256::ZERO, code: Code::default() },
            false => AccountInfo { exists, empty, balance, code: code(from) },
        };
        Loaded { value: info, cold: is_cold(from) }
    }

    fn balance(&mut self, address: Address) -> Loaded<U256> {
        let from = self.ask(&("balance", address));
        Loaded { value: word(from), cold: is_cold(from) }
    }

    fn self_balance(&mut self, _: &Frame) -> U256 {
        word(self.ask(&"own balance"))
    }

    fn code_hash(&mut self, address: Address) -> Loaded<B256> {
        let from = self.ask(&("code hash", address));
        Loaded { value: from, cold: is_cold(from) }
    }

    fn code(&mut self, address: Address) -> Loaded<Code> {
        let from = self.ask(&("code", address));
        Loaded { value: code(from), cold: is_cold(from) }
    }

    fn block_hash(&mut self, number: u64) -> B256 {
        self.ask(&("block hash", number))
    }

    fn load(&mut self, _: &Frame, key: U256) -> Loaded<Slot> {
        let from = self.ask(&("load", key));
        let original = word(from);
        let current = if from[27] & 1 == 0 { original } else { word(keccak256(from)) };
        Loaded { value: Slot { original, current }, cold: is_cold(from) }
    }

    fn store(&mut self, _: &Frame, key: U256, value: U256, refund: i64) {
        self.told(&("store", key, value, refund));
    }

    fn load_transient(&mut self, _: &Frame, key: U256) -> U256 {
        word(self.ask(&("load transient", key)))
    }

    fn store_transient(&mut self, _: &Frame, key: U256, value: U256) {
        self.told(&("store transient", key, value));
    }

    fn log(&mut self, _: &Frame, topics: &[B256], data: Bytes) {
        self.told(&("log", topics, data));
    }

    fn destroy(&mut self, _: &Frame, beneficiary: Address) {
        self.told(&("destroy", beneficiary));
    }

    fn is_over_limit(&self) -> bool {
        false
    }

    fn checkpoint(&mut self, _: &Frame) -> Flow {
        if std::mem::replace(&mut self.passed, true) { Flow::Stop } else { Flow::Continue }
    }

    fn step(&mut self, _: &Frame, _: u8) {}

    fn stepped(&mut self, _: &Frame, _: u64, _: Option<Halt>) {}
}
