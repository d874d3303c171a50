//! From a program to a case: accounts with asymmetric addresses, a block, and the transactions.
//!
//! Every case has the same cast, so that programs can name accounts that mean something.

use crate::draw::Draw;
use crate::sequence::{self, Plan};
use crate::{Family, Feature};
use alloy_primitives::address;
use api::{Account, Address, B256, Block, Bytes, Case, Revision, State, U256};
use std::collections::BTreeMap;

/// The account that sends; the one whose key the state-test form of a case carries.
pub(crate) const SENDER: Address = address!("a94f5374fce5edbc8e2a8697c15331677e6ebf0b");
/// An account with a balance and nothing else; it signs authorisations.
pub(crate) const OTHER: Address = address!("e6b3367318c5e11a6eed3cd0d850ec06a02e9b90");
/// The contracts; no byte of their addresses repeats another's place.
pub(crate) const CONTRACTS: [Address; 4] = [
    address!("a10b2c3d4e5f60718293a4b5c6d7e8f90a1b2c31"),
    address!("b2f0e1d2c3b4a5968778695a4b3c2d1e0f1a2b32"),
    address!("c30807060504030201f0e1d2c3b4a59687786953"),
    address!("d4112233445566778899aabbccddeeff00102034"),
];
/// An account that is there but empty, where the revision allows that.
pub(crate) const EMPTY: Address = address!("e500000000000000000000000000000000000e0e");
/// An account that delegates to the second contract (EIP-7702).
pub(crate) const DELEGATED: Address = address!("f6de1e9a7ed0000000000000000000000000f606");
/// An account that is not there.
pub(crate) const ABSENT: Address = address!("0ab5e27000000000000000000000000000abcdef");
/// Who receives the fees.
pub(crate) const COINBASE: Address = address!("c01ba5e000000000000000000000000000c01bae");

/// The chain that authorisations are signed for.
const CHAIN_ID: u64 = 1;
/// Gas beyond which a case is only made where the program ends by itself.
pub(crate) const GAS_MAX: u64 = 1_000_000;

/// What a family makes.
pub(crate) struct Draft {
    /// Code of the contracts, in their order; the first is called.
    pub(crate) codes: Vec<Vec<u8>>,
    /// The callee, where it is not the first contract.
    pub(crate) to: Option<Address>,
    /// Calldata; `None` leaves it to the stage.
    pub(crate) data: Option<Vec<u8>>,
    /// Gas for execution; `None` leaves it to the stage.
    pub(crate) gas: Option<u64>,
    /// Further accounts.
    pub(crate) accounts: Vec<(Address, Account)>,
    /// Which transactions there are.
    pub(crate) plan: Plan,
}

impl Draft {
    /// One contract that is called once.
    pub(crate) fn of(code: Vec<u8>) -> Draft {
        Draft::of_all(vec![code])
    }

    /// Several contracts, of which the first is called once.
    pub(crate) fn of_all(codes: Vec<Vec<u8>>) -> Draft {
        Draft { codes, to: None, data: None, gas: None, accounts: Vec::new(), plan: Plan::Any }
    }
}

/// Puts a draft on stage.
pub(crate) fn stage(d: &mut Draw<'_>, family: Family, mut draft: Draft) -> Case {
    let data = draft.data.take().unwrap_or_else(|| calldata(d));
    let block = block(d, draft.gas.unwrap_or_default());
    let accounts = accounts(d, &mut draft);
    let mut case = bare(family, d.revision, block, accounts);
    case.gas_uncapped = draft.gas.is_some_and(|gas| spec::limits::TX_GAS < gas);
    sequence::fill(d, &mut case, &draft, data.into());
    case
}

/// A case without transactions.
pub(crate) fn bare(family: Family, revision: Revision, block: Block, accounts: State) -> Case {
    Case {
        name: family.name().to_owned(),
        revision,
        chain_id: CHAIN_ID,
        block,
        accounts,
        transactions: Vec::new(),
        gas_uncapped: false,
    }
}

/// A contract that has been there for a while.
pub(crate) fn contract(code: impl Into<Bytes>) -> Account {
    Account { nonce: 1, balance: U256::from(1000), code: code.into(), storage: BTreeMap::new() }
}

/// An account that can pay.
pub(crate) fn funded() -> Account {
    Account { balance: U256::from(1) << 100, ..Account::default() }
}

fn accounts(d: &mut Draw<'_>, draft: &mut Draft) -> State {
    let mut accounts = State::new();
    accounts.insert(SENDER, funded());
    for (address, code) in CONTRACTS.into_iter().zip(draft.codes.drain(..)) {
        let mut account = contract(code);
        for key in 0..d.below(4) {
            let value = d.word();
            if !value.is_zero() {
                account.storage.insert(U256::from(key), value);
            }
        }
        accounts.insert(address, account);
    }
    if d.chance(64) {
        accounts.insert(OTHER, funded());
    }
    if d.chance(32) {
        accounts.insert(EMPTY, Account::default());
    }
    if d.has(Feature::Delegated) && d.since(Revision::Prague) {
        let target = d.pick(&[CONTRACTS[1], CONTRACTS[0], DELEGATED, ABSENT, Address::with_last_byte(4)]);
        let code = [&[0xef, 0x01, 0x00], target.as_slice()].concat();
        accounts.insert(DELEGATED, Account { code: code.into(), ..contract(Bytes::new()) });
    }
    accounts.extend(draft.accounts.drain(..));
    accounts
}

/// Words that programs load, and an end that is no whole word.
fn calldata(d: &mut Draw<'_>) -> Vec<u8> {
    let words = d.between(1, 5);
    let mut data = Vec::with_capacity(32 * words as usize + 8);
    for _ in 0..words {
        data.extend_from_slice(&d.word().to_be_bytes::<32>());
    }
    let rest = d.below(8);
    data.extend_from_slice(d.slice(rest));
    data
}

fn block(d: &mut Draw<'_>, gas: u64) -> Block {
    let mut block = Block { number: 300, coinbase: COINBASE, base_fee: 7, ..Block::default() };
    block.gas_limit = block.gas_limit.max(gas.saturating_mul(2));
    if d.has(Feature::Surroundings) {
        block.number = d.pick(&[300, 0, 1, 255, 256, 257, 1 << 32, u64::MAX]);
        block.timestamp = d.pick(&[1000, 0, 1 << 32, u64::MAX]);
        block.coinbase = d.pick(&[COINBASE, SENDER, CONTRACTS[0], CONTRACTS[1], EMPTY]);
        block.difficulty = d.word();
        block.prevrandao = B256::from(d.word());
        block.base_fee = d.pick(&[7, 0, 1, 1000]);
        block.excess_blob_gas = d.pick(&[0, 1 << 17, 10_000_000, 20_000_000]);
        if d.chance(64) {
            block.hashes.insert(block.number.saturating_sub(1), B256::from(d.word()));
        }
    }
    block
}
