//! What `corpus/README.md` shows is what the crate reads and writes.

use api::{Rejection, Revision};
use format::{CaseFile, TxExpect};
use std::collections::BTreeSet;

const README: &str = include_str!("../../README.md");

/// The fenced blocks in a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

fn read(text: &str) -> CaseFile {
    let file = format::evm::read(text.as_bytes(), "corpus/ops/ADD.evm").unwrap_or_else(|error| panic!("{error}"));
    let written = format::evm::write(&file);
    assert_eq!(format::evm::read(written.as_bytes(), "any.evm").as_ref(), Ok(&file), "{written}");
    file
}

#[test]
fn the_short_example_means_what_the_defaults_say() {
    let file = read(blocks("evm")[0]);
    assert_eq!(file.name, "ADD");
    assert_eq!(
        file.expect.iter().map(|expect| expect.revision).collect::<Vec<_>>(),
        [Revision::Frontier, Revision::Osaka]
    );
    let [transaction] = file.case.transactions.as_slice() else { panic!() };
    assert_eq!(transaction.sender, format::evm::SENDER);
    let callee = alloy_primitives::address!("c0de000000000000000000000000000000000001");
    assert_eq!(transaction.to, Some(callee));
    assert_eq!((transaction.gas_limit, transaction.nonce, transaction.kind()), (1_000_000, 0, 0));
    assert_eq!(transaction.fee_max().to::<u64>(), 10);
    assert_eq!(file.case.accounts[&format::evm::SENDER].balance.to::<u64>(), 1_000_000_000_000_000_000);
    assert_eq!(file.case.accounts[&callee].code.len(), 39);
    assert_eq!(file.case.block, api::Block::default());
}

#[test]
fn the_long_example_holds_every_field() {
    let file = read(blocks("evm")[1]);
    assert_eq!((file.name.as_str(), file.case.chain_id, file.case.gas_uncapped), ("everything", 5, true));
    let kinds: Vec<u8> = file.case.transactions.iter().map(|transaction| transaction.kind()).collect();
    assert_eq!(kinds, [3, 4]);
    assert_eq!(file.expect[0].transactions[1], TxExpect::Rejected(Rejection::SetCodeCreate));
    // Every field that the canonical form has stands in the example.
    let fields = |text: &str| {
        let names = text.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.to_owned());
        names.filter(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')).collect::<BTreeSet<_>>()
    };
    assert!(fields(&format::evm::write(&file)).is_subset(&fields(blocks("evm")[1])));
}

#[test]
fn the_json_example_is_the_short_example() {
    let file = read(blocks("evm")[0]);
    assert_eq!(blocks("json")[0], format::json::write(&file));
    assert_eq!(format::load(blocks("json")[0].as_bytes(), "x.json"), Ok(vec![file]));
}

#[test]
fn the_limits_are_those_of_the_crate() {
    use format::limits::{CODE, FILE, LISTING, STATE_TESTS, TRANSACTIONS};
    assert_eq!([FILE, CODE, LISTING, TRANSACTIONS, STATE_TESTS], [8 << 20, 1 << 20, 64 << 10, 1024, 1 << 30]);
    for row in ["| 8 MiB |", "| 1 MiB |", "| 64 KiB |", "| 1,024 |", "| 1 GiB |"] {
        assert!(README.contains(row), "{row}");
    }
}
