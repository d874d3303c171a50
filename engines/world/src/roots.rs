//! The state root.

use alloy_trie::{EMPTY_ROOT_HASH, KECCAK_EMPTY, TrieAccount, root};
use api::{Account, B256, State, keccak256};

/// Root of the trie of these accounts.
pub fn state_root(state: &State) -> B256 {
    root::state_root_unhashed(state.iter().map(|(address, account)| (*address, trie_account(account))))
}

fn trie_account(account: &Account) -> TrieAccount {
    let slots = account.storage.iter().map(|(key, value)| (B256::from(*key), *value));
    TrieAccount {
        nonce: account.nonce,
        balance: account.balance,
        storage_root: if account.storage.is_empty() { EMPTY_ROOT_HASH } else { root::storage_root_unhashed(slots) },
        code_hash: if account.code.is_empty() { KECCAK_EMPTY } else { keccak256(&account.code) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_accounts_have_the_root_of_the_empty_trie() {
        assert_eq!(state_root(&State::new()), EMPTY_ROOT_HASH);
    }
}
