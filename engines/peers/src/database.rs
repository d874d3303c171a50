//! The state below revm: what a case begins with, and what each transaction makes of it.

use api::{Account, Address, B256, Case, Revision, State, U256, keccak256};
use revm::bytecode::Bytecode;
use revm::primitives::KECCAK_EMPTY;
use revm::state::{Account as Changed, AccountInfo, EvmState};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// Accounts and block hashes, as revm asks for them.
#[derive(Debug, Default)]
pub(crate) struct Database {
    accounts: State,
    hashes: BTreeMap<u64, B256>,
    revision: Revision,
}

impl Database {
    /// The state that a case begins with.
    pub(crate) fn new(case: &Case) -> Database {
        Database { accounts: case.accounts.clone(), hashes: case.block.hashes.clone(), revision: case.revision }
    }

    /// Takes over what a transaction changed.
    pub(crate) fn apply(&mut self, changes: EvmState) {
        // In the order of a hash map, which is no order; no account depends on another.
        changes.into_iter().filter(|(_, changed)| changed.is_touched()).for_each(|(address, changed)| {
            self.apply_one(address, changed);
        });
    }

    fn apply_one(&mut self, address: Address, changed: Changed) {
        // EIP-161: touched accounts that are empty go.
        let clears = self.revision.is(Revision::Spurious);
        if changed.is_selfdestructed() || (clears && changed.is_empty()) {
            self.accounts.remove(&address);
            return;
        }
        let entry = self.accounts.entry(address).or_default();
        if changed.is_created() {
            entry.storage.clear();
        }
        changed.storage.into_iter().for_each(|(key, slot)| {
            match slot.present_value() {
                U256::ZERO => entry.storage.remove(&key),
                value => entry.storage.insert(key, value),
            };
        });
        (entry.nonce, entry.balance) = (changed.info.nonce, changed.info.balance);
        if let Some(code) = changed.info.code {
            entry.code = code.original_bytes();
        }
    }

    /// The accounts, without the slots that are zero.
    pub(crate) fn into_state(mut self) -> State {
        self.accounts.values_mut().for_each(|account| account.storage.retain(|_, value| !value.is_zero()));
        self.accounts
    }
}

/// Code as revm holds it. Only EIP-7702 gives a meaning to the designator; before it, and where the rest of it is not
/// well formed, the bytes are code like any other.
fn bytecode(account: &Account, revision: Revision) -> Bytecode {
    let designator = revision.is(Revision::Prague).then(|| Bytecode::new_eip7702_raw(account.code.clone()).ok());
    designator.flatten().unwrap_or_else(|| Bytecode::new_legacy(account.code.clone()))
}

impl revm::Database for Database {
    type Error = Infallible;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        let info = |account: &Account| {
            let info = AccountInfo::default().with_balance(account.balance).with_nonce(account.nonce);
            match account.code.is_empty() {
                true => info,
                // Analysed and hashed here, so only where it is asked for.
                false => info.with_code(bytecode(account, self.revision)),
            }
        };
        Ok(self.accounts.get(&address).map(info))
    }

    fn code_by_hash(&mut self, hash: B256) -> Result<Bytecode, Infallible> {
        // revm asks only for code that an account came without, which is none: see `basic`.
        let mut coded =
            self.accounts.values().filter(|account| hash != KECCAK_EMPTY && keccak256(&account.code) == hash);
        Ok(coded.next().map(|account| bytecode(account, self.revision)).unwrap_or_default())
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, Infallible> {
        let slot = self.accounts.get(&address).and_then(|entry| entry.storage.get(&key));
        Ok(slot.copied().unwrap_or_default())
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, Infallible> {
        Ok(self.hashes.get(&number).copied().unwrap_or_else(|| keccak256(number.to_string())))
    }
}
