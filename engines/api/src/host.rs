//! What a frame may ask of the world.
//!
//! Questions about state are small and record the access; what they cost is the asking engine's business, from
//! the prices in `spec`. What a call, create or transaction *does* is decided in `world` alone: a frame only
//! describes the request and suspends.

use crate::{Address, B256, Bytes, Code, Flow, Frame, Log, U256};

/// An answer, and whether the question was the first of its kind in the transaction (EIP-2929).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded<T> {
    /// The answer.
    pub value: T,
    /// Whether the account or slot was cold. Never before Berlin.
    pub cold: bool,
}

/// What can be asked about an account.
#[derive(Clone, Debug)]
pub struct AccountInfo {
    /// Whether it is in the state at all.
    pub exists: bool,
    /// Empty in the sense of EIP-161, or not there.
    pub empty: bool,
    /// In wei.
    pub balance: U256,
    /// Its code.
    pub code: Code,
}

/// A storage slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its value when the transaction began.
    pub original: U256,
    /// Its value now.
    pub current: U256,
}

/// The world as a frame sees it.
pub trait Host {
    /// Looks at an account and records the access.
    fn account(&mut self, address: Address) -> Loaded<AccountInfo>;
    /// BALANCE: as [`Host::account`], without the code.
    fn balance(&mut self, address: Address) -> Loaded<U256>;
    /// SELFBALANCE: no access is recorded.
    fn self_balance(&mut self, frame: &Frame) -> U256;
    /// EXTCODEHASH: zero for an account that is empty or not there.
    fn code_hash(&mut self, address: Address) -> Loaded<B256>;
    /// EXTCODESIZE and EXTCODECOPY.
    fn code(&mut self, address: Address) -> Loaded<Code>;
    /// The hash of a block among the last 256, already checked to be one.
    fn block_hash(&mut self, number: u64) -> B256;
    /// Looks at a slot of the frame's account and records the access.
    fn load(&mut self, frame: &Frame, key: U256) -> Loaded<Slot>;
    /// Writes a slot that was looked at, and moves the refund counter. Everything has been paid.
    fn store(&mut self, frame: &Frame, key: U256, value: U256, refund: i64);
    /// TLOAD.
    fn load_transient(&mut self, frame: &Frame, key: U256) -> U256;
    /// TSTORE.
    fn store_transient(&mut self, frame: &Frame, key: U256, value: U256);
    /// LOG0 to LOG4. The data has been paid for.
    fn log(&mut self, frame: &Frame, topics: &[B256], data: Bytes);
    /// SELFDESTRUCT, paid for: moves the balance and marks the account.
    fn destroy(&mut self, frame: &Frame, beneficiary: Address);
    /// Whether a resource limit of the harness was reached: the frame then leaves with [`crate::Exit::OverLimit`]. To
    /// be asked after every other question.
    fn is_over_limit(&self) -> bool;
    /// A canonical point was reached; called when the frame asks for it.
    fn checkpoint(&mut self, frame: &Frame) -> Flow;
    /// An instruction is about to run; called when the frame asks for it.
    fn step(&mut self, frame: &Frame, opcode: u8);
    /// The instruction ran or failed; `gas_cost` is what it took, gas given to a callee included.
    fn stepped(&mut self, frame: &Frame, gas_cost: u64, halt: Option<spec::Halt>);
}

/// The log of a frame.
pub fn log_of(frame: &Frame, topics: &[B256], data: Bytes) -> Log {
    Log { address: frame.message.address, topics: topics.to_vec(), data }
}
