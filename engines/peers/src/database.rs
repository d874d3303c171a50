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
    accounts: BTreeMap<Address, Entry>,
    hashes: BTreeMap<u64, B256>,
    /// EIP-161: touched accounts that are empty go.
    clears: bool,
}

#[derive(Debug, Default)]
struct Entry {
    info: AccountInfo,
    storage: BTreeMap<U256, U256>,
}

impl Database {
    /// The state that a case begins with. Code is analysed here.
    pub(crate) fn new(case: &Case) -> Database {
        let entry = |(address, account): (&Address, &Account)| {
            let code = bytecode(account, case.revision);
            let info = AccountInfo::default().with_balance(account.balance).with_nonce(account.nonce).with_code(code);
            (*address, Entry { info, storage: account.storage.clone() })
        };
        Database {
            accounts: case.accounts.iter().map(entry).collect(),
            hashes: case.block.hashes.clone(),
            clears: case.revision.is(Revision::Spurious),
        }
    }

    /// Takes over what a transaction changed.
    pub(crate) fn apply(&mut self, changes: EvmState) {
        for (address, changed) in changes.into_iter().collect::<BTreeMap<_, _>>() {
            if changed.is_touched() {
                self.apply_one(address, changed);
            }
        }
    }

    fn apply_one(&mut self, address: Address, changed: Changed) {
        if changed.is_selfdestructed() || (self.clears && changed.is_empty()) {
            self.accounts.remove(&address);
            return;
        }
        let entry = self.accounts.entry(address).or_default();
        if changed.is_created() {
            entry.storage.clear();
        }
        for (key, slot) in changed.storage.into_iter().collect::<BTreeMap<_, _>>() {
            match slot.present_value() {
                U256::ZERO => entry.storage.remove(&key),
                value => entry.storage.insert(key, value),
            };
        }
        entry.info = changed.info;
    }

    /// The accounts, without the slots that are zero.
    pub(crate) fn into_state(self) -> State {
        let account = |(address, entry): (Address, Entry)| {
            let code = entry.info.code.map(|code| code.original_bytes()).unwrap_or_default();
            let (nonce, balance) = (entry.info.nonce, entry.info.balance);
            (address, Account { nonce, balance, code, storage: entry.storage })
        };
        self.accounts.into_iter().map(account).collect()
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
        Ok(self.accounts.get(&address).map(|entry| entry.info.clone()))
    }

    fn code_by_hash(&mut self, hash: B256) -> Result<Bytecode, Infallible> {
        // revm asks only for code that an account came without, which is none: see `basic`.
        let code = self.accounts.values().filter(|entry| entry.info.code_hash == hash && hash != KECCAK_EMPTY);
        Ok(code.filter_map(|entry| entry.info.code.clone()).next().unwrap_or_default())
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, Infallible> {
        let slot = self.accounts.get(&address).and_then(|entry| entry.storage.get(&key));
        Ok(slot.copied().unwrap_or_default())
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, Infallible> {
        Ok(self.hashes.get(&number).copied().unwrap_or_else(|| keccak256(number.to_string())))
    }
}
