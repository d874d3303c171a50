//! The generator is a function: the same seed gives the same cases, on every platform and in every build.
//!
//! The digest below is allowed to change: a case is stored as bytecode, so nothing depends on what a seed means. It
//! is here so that a change is meant. After one, run the test and write down the digest that it prints.

use api::digest::Encoder;
use api::{Account, Block, Case, Fee, Transaction};
use r#gen::{Profile, from_seed};

const CASES: u64 = 1000;
const GOLDEN: &str = "0x1883f330f35db209c74037cc44e560aba316e3d6f835a27d7f297b1a35f5549a";

#[test]
fn the_first_cases_are_the_golden_ones() {
    let mut encoder = Encoder::new(0);
    for index in 0..CASES {
        encode(&mut encoder, &from_seed(0, index, &Profile::default()));
    }
    assert_eq!(encoder.finish().to_string(), GOLDEN, "the generator changed; if that is meant, bless the new digest");
}

#[test]
fn a_case_depends_on_seed_and_index_alone() {
    let profile = Profile::default();
    let cases: Vec<Case> = (0..500).map(|index| from_seed(42, index, &profile)).collect();
    for (index, case) in cases.iter().enumerate().rev() {
        assert_eq!(from_seed(42, index as u64, &profile), *case);
    }
    assert!((0..500).any(|index| from_seed(43, index, &profile) != cases[index as usize]));
}

/// Every field of a case, in the encoding of outcomes: lengths before lists, tags before choices.
fn encode(hash: &mut Encoder, case: &Case) {
    hash.bytes(case.name.as_bytes());
    hash.tag(case.revision as u8);
    hash.number(case.chain_id);
    hash.tag(case.gas_uncapped.into());
    block(hash, &case.block);
    hash.number(case.accounts.len() as u64);
    for (address, found) in &case.accounts {
        hash.address(address);
        account(hash, found);
    }
    hash.number(case.transactions.len() as u64);
    case.transactions.iter().for_each(|found| transaction(hash, found));
}

fn block(hash: &mut Encoder, block: &Block) {
    hash.number(block.number);
    hash.number(block.timestamp);
    hash.address(&block.coinbase);
    hash.number(block.gas_limit);
    hash.word(&block.difficulty);
    hash.raw(block.prevrandao.as_slice());
    hash.number(block.base_fee);
    hash.number(block.excess_blob_gas);
    hash.tag(block.blob_parent.is_some().into());
    hash.tag(block.blob_schedule.is_some().into());
    hash.number(block.hashes.len() as u64);
    for (number, found) in &block.hashes {
        hash.number(*number);
        hash.raw(found.as_slice());
    }
    hash.tag(block.rlp_len.is_some().into());
    hash.number(block.rlp_len.unwrap_or_default());
}

fn account(hash: &mut Encoder, account: &Account) {
    hash.number(account.nonce);
    hash.word(&account.balance);
    hash.bytes(&account.code);
    hash.number(account.storage.len() as u64);
    for (key, value) in &account.storage {
        hash.word(key);
        hash.word(value);
    }
}

fn transaction(hash: &mut Encoder, transaction: &Transaction) {
    hash.address(&transaction.sender);
    hash.number(transaction.nonce);
    hash.tag(transaction.to.is_some().into());
    hash.address(&transaction.to.unwrap_or_default());
    hash.raw(&transaction.value.to_be_bytes::<64>());
    hash.bytes(&transaction.data);
    hash.number(transaction.gas_limit);
    match transaction.fee {
        Fee::Price(price) => hash.word(&price),
        Fee::Market { max, priority } => {
            hash.tag(1);
            hash.word(&max);
            hash.word(&priority);
        }
    }
    hash.tag(transaction.kind());
    for (address, keys) in transaction.access_list.iter().flatten() {
        hash.address(address);
        hash.number(keys.len() as u64);
        keys.iter().for_each(|key| hash.word(key));
    }
    if let Some(blobs) = &transaction.blobs {
        hash.number(blobs.hashes.len() as u64);
        blobs.hashes.iter().for_each(|found| hash.raw(found.as_slice()));
        hash.word(&blobs.max_fee);
    }
    for found in transaction.authorizations.iter().flatten() {
        hash.word(&found.chain_id);
        hash.address(&found.address);
        hash.number(found.nonce);
        [found.y_parity, found.r, found.s].iter().for_each(|word| hash.word(word));
    }
}
