//! Both forms hold every case without loss, whatever is in it.

use alloy_primitives::{Address, B256, Bytes, U256, U512};
use api::case::{BlobParent, Blobs};
use api::{Account, Authorization, Block, Case, End, Fee, Halt, Rejection, Revision, State, Transaction};
use format::{CaseFile, Expect, TxExpect};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use spec::limits::BlobSchedule;

fn word() -> impl Strategy<Value = U256> {
    prop_oneof![
        (0u64..300).prop_map(U256::from),
        any::<u64>().prop_map(U256::from),
        any::<[u64; 4]>().prop_map(U256::from_limbs),
        Just(U256::from(format::evm::BALANCE)),
    ]
}

/// Few addresses, so that senders, callees and accounts meet; some are the ones that files leave out.
fn address() -> impl Strategy<Value = Address> {
    prop_oneof![
        (0u8..8).prop_map(Address::with_last_byte),
        Just(format::evm::SENDER),
        (1u8..4).prop_map(|n| {
            let mut address = Address::with_last_byte(n);
            address[..2].copy_from_slice(&[0xc0, 0xde]);
            address
        }),
        any::<[u8; 20]>().prop_map(Address::from),
    ]
}

fn hash() -> impl Strategy<Value = B256> {
    any::<[u8; 32]>().prop_map(B256::from)
}

fn bytes(len: usize) -> impl Strategy<Value = Bytes> {
    prop_oneof![
        Just(Bytes::new()),
        Just(Bytes::from_static(&[0x60, 1])),
        vec(any::<u8>(), 0..len).prop_map(Bytes::from)
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z_ ]{1,9}",
        vec(any::<char>(), 0..6).prop_map(String::from_iter),
        Just("\"=== '''\r\n\u{7f}\\".to_owned())
    ]
}

prop_compose! {
    fn account()(
        nonce in prop_oneof![Just(0), 1..3u64, any::<u64>()],
        balance in word(),
        code in bytes(70),
        storage in btree_map(word(), word(), 0..4),
    ) -> Account {
        Account { nonce, balance, code, storage }
    }
}

prop_compose! {
    fn schedule()(target: u64, max: u64, update_fraction: u64) -> BlobSchedule {
        BlobSchedule { target, max, update_fraction }
    }
}

prop_compose! {
    fn parent()(excess_blob_gas: u64, blob_gas_used: u64, base_fee: u64) -> BlobParent {
        BlobParent { excess_blob_gas, blob_gas_used, base_fee }
    }
}

fn block() -> impl Strategy<Value = Block> {
    let numbers = any::<(u64, u64, u64, u64, u64)>();
    let rest = (address(), word(), hash(), option::of(parent()), option::of(schedule()));
    let odd = (btree_map(any::<u64>(), hash(), 0..3), option::of(any::<u64>()));
    let changed = (numbers, rest, odd).prop_map(|(numbers, rest, (hashes, rlp_len))| {
        let (number, timestamp, gas_limit, base_fee, excess_blob_gas) = numbers;
        let (coinbase, difficulty, prevrandao, blob_parent, blob_schedule) = rest;
        Block {
            number,
            timestamp,
            coinbase,
            gas_limit,
            difficulty,
            prevrandao,
            base_fee,
            excess_blob_gas,
            blob_parent,
            blob_schedule,
            hashes,
            rlp_len,
        }
    });
    prop_oneof![Just(Block::default()), changed]
}

fn fee() -> impl Strategy<Value = Fee> {
    prop_oneof![
        Just(Fee::Price(U256::from(format::evm::GAS_PRICE))),
        word().prop_map(Fee::Price),
        (word(), word()).prop_map(|(max, priority)| Fee::Market { max, priority }),
    ]
}

prop_compose! {
    fn authorization()(
        chain_id in word(), address in address(), nonce: u64, y_parity in word(), r in word(), s in word(),
    ) -> Authorization {
        Authorization { chain_id, address, nonce, y_parity, r, s }
    }
}

/// Also beyond 256 bits, where it is to be rejected.
fn value() -> impl Strategy<Value = U512> {
    let wide = any::<[u64; 8]>().prop_map(U512::from_limbs);
    prop_oneof![word().prop_map(U512::from), Just(U512::from(1) << 256), wide]
}

fn blobs() -> impl Strategy<Value = Blobs> {
    (vec(hash(), 0..3), word()).prop_map(|(hashes, max_fee)| Blobs { hashes, max_fee })
}

prop_compose! {
    fn transaction()(
        sender in address(),
        nonce in prop_oneof![0..4u64, any::<u64>()],
        to in option::of(address()),
        value in value(),
        data in bytes(40),
        gas_limit in prop_oneof![Just(format::evm::GAS_LIMIT), any::<u64>()],
        fee in fee(),
        access_list in option::of(vec((address(), vec(word(), 0..3)), 0..3)),
        blobs in option::of(blobs()),
        authorizations in option::of(vec(authorization(), 0..3)),
    ) -> Transaction {
        Transaction { sender, nonce, to, value, data, gas_limit, fee, access_list, blobs, authorizations }
    }
}

fn outcome() -> impl Strategy<Value = TxExpect> {
    let ends = vec![
        End::Stop,
        End::Return,
        End::SelfDestruct,
        End::Revert,
        End::Halt(Halt::OutOfGas),
        End::Halt(Halt::CodeStartsWithEf),
    ];
    let executed = (prop::sample::select(ends), any::<u64>(), bytes(40))
        .prop_map(|(end, gas_used, output)| TxExpect::Executed { end: end.to_string(), gas_used, output });
    prop_oneof![executed, prop::sample::select(Rejection::ALL).prop_map(TxExpect::Rejected)]
}

fn expect(transactions: usize) -> impl Strategy<Value = Expect> {
    let outcomes = prop_oneof![Just(Vec::new()), vec(outcome(), transactions)];
    (outcomes, option::of(hash()), option::of(hash()), option::of(hash()), option::of(hash())).prop_map(
        |(transactions, state_root, logs_hash, consensus, exact)| Expect {
            revision: Revision::Frontier,
            transactions,
            state_root,
            logs_hash,
            consensus,
            exact,
        },
    )
}

fn case_file() -> impl Strategy<Value = CaseFile> {
    let revisions = prop::sample::subsequence(Revision::ALL.to_vec(), 0..4);
    let transactions = prop_oneof![3 => vec(transaction(), 1), 1 => vec(transaction(), 2..4)];
    (
        revisions,
        transactions,
        text(),
        text(),
        block(),
        btree_map(address(), account(), 0..4),
        any::<(u64, bool, bool, bool)>(),
    )
        .prop_flat_map(
            |(revisions, transactions, name, about, block, mut accounts, (chain_id, one, gas_uncapped, funded))| {
                let expects = vec(expect(transactions.len()), revisions.len());
                if funded {
                    fund(&mut accounts, &transactions);
                }
                let case = Case {
                    name: String::new(),
                    revision: Revision::Osaka,
                    chain_id: if one { 1 } else { chain_id },
                    block,
                    accounts,
                    transactions,
                    gas_uncapped,
                };
                expects.prop_map(move |mut expects| {
                    expects.iter_mut().zip(&revisions).for_each(|(expect, revision)| expect.revision = *revision);
                    CaseFile::new(name.clone(), about.clone(), case.clone(), expects)
                })
            },
        )
}

/// Adds the accounts that a file without them stands for.
fn fund(accounts: &mut State, transactions: &[Transaction]) {
    for transaction in transactions {
        accounts
            .entry(transaction.sender)
            .or_insert_with(|| Account { balance: U256::from(format::evm::BALANCE), ..Account::default() });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_readable_form_holds_every_case(file in case_file()) {
        let text = format::evm::write(&file);
        let read = format::evm::read(text.as_bytes(), "any.evm");
        prop_assert_eq!(read.as_ref(), Ok(&file), "{}", text);
        prop_assert_eq!(format::evm::write(&read.unwrap()), text);
    }

    #[test]
    fn json_holds_every_case(file in case_file()) {
        let json = format::json::write(&file);
        let read = format::load(json.as_bytes(), "any.json");
        prop_assert_eq!(read.as_ref(), Ok(&vec![file.clone()]), "{}", json);
        prop_assert_eq!(format::json::write(&read.unwrap()[0]), json);
    }

    #[test]
    fn other_clients_read_the_same_case(file in case_file()) {
        let json = format::json::write(&file);
        let tests = format::statetest::read(json.as_bytes(), "any.json").unwrap();
        for (post, (mut case, expect)) in tests[0].posts().zip(file.cases()) {
            prop_assert_eq!(post.state_root(), expect.state_root.unwrap_or_default());
            // What the shape has no place for is lost on them.
            case.gas_uncapped = false;
            case.block.rlp_len = None;
            if case.block.blob_parent.is_some() {
                case.block.excess_blob_gas = 0;
            }
            if case.transactions.len() == 1 {
                prop_assert_eq!(tests[0].case(&post), Ok(case));
            } else {
                prop_assert!(tests[0].case(&post).unwrap_err().what.contains("several transactions"));
            }
        }
    }

    #[test]
    fn blessing_changes_the_expectations_alone(file in case_file(), other in case_file()) {
        prop_assume!(file.case.transactions.len() == other.case.transactions.len());
        let text = format!("# A remark.\n{}", format::evm::write(&file));
        let blessed = format::evm::bless(&text, "any.evm", other.expect.clone()).unwrap();
        let CaseFile { name, about, case, .. } = file;
        let wanted = CaseFile::new(name, about, case, other.expect);
        prop_assert_eq!(format::evm::read(blessed.as_bytes(), "any.evm"), Ok(wanted));
        prop_assert!(blessed.starts_with("# A remark.\n"));
    }
}
