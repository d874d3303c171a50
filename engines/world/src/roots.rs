//! State root and logs hash.

use alloy_rlp::{Encodable, Header};
use alloy_trie::{EMPTY_ROOT_HASH, KECCAK_EMPTY, TrieAccount, root};
use api::{Account, B256, Log, State, keccak256};

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

/// Keccak of the encoded list of logs, as state tests give it.
pub fn logs_hash(logs: &[Log]) -> B256 {
    let mut encoded = Vec::new();
    let payload_length = logs.iter().map(|log| list_len(log_payload(log))).sum();
    Header { list: true, payload_length }.encode(&mut encoded);
    for log in logs {
        Header { list: true, payload_length: log_payload(log) }.encode(&mut encoded);
        log.address.encode(&mut encoded);
        log.topics.encode(&mut encoded);
        log.data.encode(&mut encoded);
    }
    keccak256(encoded)
}

fn log_payload(log: &Log) -> usize {
    log.address.length() + log.topics.length() + log.data.length()
}

fn list_len(payload_length: usize) -> usize {
    Header { list: true, payload_length }.length() + payload_length
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::b256;

    #[test]
    fn nothing_has_the_well_known_hashes() {
        assert_eq!(logs_hash(&[]), b256!("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"));
        assert_eq!(state_root(&State::new()), EMPTY_ROOT_HASH);
    }
}
