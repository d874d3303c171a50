//! A case: one world, one or more transactions, one revision.

use crate::{Address, B256, Bytes, U256};
use alloy_primitives::U512;
use spec::Revision;
use spec::limits::BlobSchedule;
use std::collections::BTreeMap;

/// Accounts by address. Ordered, so that whatever is derived from it is.
pub type State = BTreeMap<Address, Account>;

/// Everything an engine needs to produce an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// A name for people; it has no effect.
    pub name: String,
    /// The rules in force.
    pub revision: Revision,
    /// The answer of CHAINID, and what authorisations are checked against.
    pub chain_id: u64,
    /// The block that holds the transactions.
    pub block: Block,
    /// The state before.
    pub accounts: State,
    /// Executed in order, each on the state the one before left.
    pub transactions: Vec<Transaction>,
    /// Whether the EIP-7825 cap on gas is lifted, for benchmark programs.
    pub gas_uncapped: bool,
}

/// An account as it is written down. A slot that is zero is no slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Transactions sent or contracts created.
    pub nonce: u64,
    /// In wei.
    pub balance: U256,
    /// Runtime code.
    pub code: Bytes,
    /// Slots that are not zero.
    pub storage: BTreeMap<U256, U256>,
}

impl Account {
    /// Empty in the sense of EIP-161.
    pub fn is_empty(&self) -> bool {
        self.nonce == 0 && self.balance.is_zero() && self.code.is_empty()
    }
}

/// The surroundings of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// NUMBER.
    pub number: u64,
    /// TIMESTAMP.
    pub timestamp: u64,
    /// COINBASE, which receives the fees.
    pub coinbase: Address,
    /// GASLIMIT, which the transactions share.
    pub gas_limit: u64,
    /// DIFFICULTY, before Paris.
    pub difficulty: U256,
    /// PREVRANDAO, from Paris on.
    pub prevrandao: B256,
    /// BASEFEE, from London on.
    pub base_fee: u64,
    /// From which the blob fee follows, from Cancun on.
    pub excess_blob_gas: u64,
    /// The parent of the block, when the excess of blob gas is to be derived from it instead.
    pub blob_parent: Option<BlobParent>,
    /// Blobs per block, where it is not the revision's own.
    pub blob_schedule: Option<BlobSchedule>,
    /// Answers of BLOCKHASH. Blocks that are not listed have the hash that state tests give them: keccak of the
    /// number in decimal.
    pub hashes: BTreeMap<u64, B256>,
    /// Length of the encoded block, where a case is about it (EIP-7934).
    pub rlp_len: Option<u64>,
}

impl Default for Block {
    fn default() -> Self {
        Block {
            number: 1,
            timestamp: 1000,
            coinbase: Address::with_last_byte(0xcb),
            gas_limit: 30_000_000,
            difficulty: U256::from(0x20000),
            prevrandao: B256::ZERO,
            base_fee: 0,
            excess_blob_gas: 0,
            blob_parent: None,
            blob_schedule: None,
            hashes: BTreeMap::new(),
            rlp_len: None,
        }
    }
}

/// What the parent block contributes to the excess of blob gas (EIP-4844, EIP-7918).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlobParent {
    /// Its own excess.
    pub excess_blob_gas: u64,
    /// The blob gas it used.
    pub blob_gas_used: u64,
    /// Its base fee.
    pub base_fee: u64,
}

/// Wei moved by a transaction. Wider than the protocol's words, so that a value beyond them can be written down
/// and rejected.
pub type Value = U512;

/// One transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Who signed it.
    pub sender: Address,
    /// Its position among the sender's transactions.
    pub nonce: u64,
    /// The callee; `None` creates a contract.
    pub to: Option<Address>,
    /// In wei.
    pub value: Value,
    /// Calldata or initcode.
    pub data: Bytes,
    /// Gas bought.
    pub gas_limit: u64,
    /// What the sender pays for gas.
    pub fee: Fee,
    /// Warmed in advance (EIP-2930). `None` in a legacy transaction.
    pub access_list: Option<Vec<(Address, Vec<U256>)>>,
    /// Hashes of the blobs it carries and the fee offered for them (EIP-4844).
    pub blobs: Option<Blobs>,
    /// Accounts that take on code (EIP-7702).
    pub authorizations: Option<Vec<Authorization>>,
}

/// The price of gas in the two forms it can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fee {
    /// Legacy and access-list transactions.
    Price(U256),
    /// EIP-1559 and later types.
    Market {
        /// The most the sender pays for a unit of gas, base fee included.
        max: U256,
        /// The most of it that goes to the coinbase.
        priority: U256,
    },
}

/// The blob part of a transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blobs {
    /// Versioned hashes.
    pub hashes: Vec<B256>,
    /// The most the sender pays for a unit of blob gas.
    pub max_fee: U256,
}

/// One entry of an authorisation list, as signed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Authorization {
    /// Zero holds on every chain.
    pub chain_id: U256,
    /// Whose code the signer takes on.
    pub address: Address,
    /// The nonce that the signer must have.
    pub nonce: u64,
    /// Parity of the signature. Wide, so that an impossible one can be written down.
    pub y_parity: U256,
    /// Signature.
    pub r: U256,
    /// Signature.
    pub s: U256,
}

impl Transaction {
    /// The EIP-2718 type that its fields make it.
    pub fn kind(&self) -> u8 {
        match self {
            Transaction { authorizations: Some(_), .. } => 4,
            Transaction { blobs: Some(_), .. } => 3,
            Transaction { fee: Fee::Market { .. }, .. } => 2,
            Transaction { access_list: Some(_), .. } => 1,
            _ => 0,
        }
    }

    /// The blobs it carries. No type has both blobs and authorisations; where both are written down it is a set-code
    /// transaction, and the blobs are no part of it.
    pub fn carried_blobs(&self) -> Option<&Blobs> {
        self.blobs.as_ref().filter(|_| self.kind() == 3)
    }

    /// The most the sender can pay for a unit of gas.
    pub fn fee_max(&self) -> U256 {
        match self.fee {
            Fee::Price(price) => price,
            Fee::Market { max, .. } => max,
        }
    }

    /// What the sender pays for a unit of gas at this base fee.
    pub fn gas_price(&self, base_fee: U256) -> U256 {
        match self.fee {
            Fee::Price(price) => price,
            Fee::Market { max, priority } => max.min(base_fee.saturating_add(priority)),
        }
    }
}
