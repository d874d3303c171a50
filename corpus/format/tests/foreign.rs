//! State tests from elsewhere: families of transactions, many revisions, and the conventions for what is missing.

use alloy_primitives::U256;
use api::{Fee, Rejection, Revision};
use format::TxExpect;
use format::statetest;

const TEST: &str = r#"{
  "family": {
    "env": {
      "currentCoinbase": "0x2adc25665018aa1fe0e6bc666dac8fc2697ff9ba", "currentGasLimit": "0x7fffffffffffffff",
      "currentNumber": "0x01", "currentTimestamp": "0x03e8", "currentDifficulty": "0x020000",
      "parentExcessBlobGas": "0x01", "parentBlobGasUsed": "0x020000", "parentBaseFee": "0x07",
      "previousHash": "0x5e20a0453cecd065ea59c37ac63e079ee08998b6045136a8ce6635c7912ec0b6"
    },
    "pre": {
      "0x1000000000000000000000000000000000000000": {
        "nonce": "0x", "balance": "0x00", "code": "0x6001", "storage": { "0x01": "0x00", "0x02": "0x03" }
      }
    },
    "transaction": {
      "nonce": "0x00", "maxFeePerGas": "0x14", "maxPriorityFeePerGas": "0x01", "to": "",
      "gasLimit": ["0x0186a0", "0x7fb16fc1d1ce0000"], "data": ["0x", "0x00"],
      "value": ["0x00", "0x:bigint 0x10000000000000000000000000000000000000000000000000000000000000000"],
      "accessLists": [[{ "address": "0x1000000000000000000000000000000000000000", "storageKeys": ["0x01"] }], null],
      "secretKey": "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8"
    },
    "post": {
      "EIP158": [
        { "hash": "0x01", "logs": "0x02", "indexes": { "data": 0, "gas": 0, "value": 0 } }
      ],
      "Osaka": [
        { "hash": "0x01", "logs": "0x02", "indexes": { "data": 0, "gas": 0, "value": 0 } },
        { "hash": "0x03", "logs": "0x02", "indexes": { "data": 1, "gas": 1, "value": 1 },
          "expectException": "TR_RLP_WRONGVALUE",
          "state": { "0x1000000000000000000000000000000000000000":
            { "nonce": "0x00", "balance": "0x00", "code": "0x", "storage": {} } } }
      ],
      "Cancun": [
        { "hash": "0x01", "logs": "0x02", "indexes": { "data": 0, "gas": 0, "value": 0 } }
      ]
    },
    "config": {
      "chainid": "0x01",
      "blobSchedule": {
        "Cancun": { "target": "0x03", "max": "0x06", "baseFeeUpdateFraction": "0x32f0ed" },
        "BPO1": { "target": "0x0a", "max": "0x0f", "baseFeeUpdateFraction": "0x7f5a51" },
        "Osaka": { "target": "0x0a", "max": "0x0f", "baseFeeUpdateFraction": "0x7f5a51" }
      }
    }
  }
}"#;

/// The test with whole hashes.
fn text() -> String {
    ["01", "02", "03"].iter().fold(TEST.to_owned(), |text, byte| {
        let hash = format!("\"0x{}\"", byte.repeat(32));
        let short = format!("\"0x{byte}\"");
        text.replace(&format!("\"hash\": {short}"), &format!("\"hash\": {hash}"))
            .replace(&format!("\"logs\": {short}"), &format!("\"logs\": {hash}"))
    })
}

#[test]
fn what_is_missing_has_the_usual_default() {
    let tests = statetest::read(text().as_bytes(), "t.json").unwrap();
    let posts: Vec<_> = tests[0].posts().collect();
    let revisions: Vec<Revision> = posts.iter().map(|post| post.revision).collect();
    assert_eq!(revisions, [Revision::Spurious, Revision::Osaka, Revision::Osaka, Revision::Cancun]);
    let case = tests[0].case(&posts[1]).unwrap();
    assert_eq!((case.block.base_fee, case.block.excess_blob_gas), (10, 0));
    assert_eq!(case.block.blob_parent.unwrap().blob_gas_used, 0x20000);
    assert_eq!(case.block.blob_schedule.unwrap().max, 15);
    assert!(case.block.hashes.is_empty(), "previousHash is no answer of BLOCKHASH");
    let account = case.accounts.values().next().unwrap();
    assert_eq!(account.storage.iter().next(), Some((&U256::from(2), &U256::from(3))));
    let transaction = &case.transactions[0];
    assert_eq!((transaction.sender, transaction.to), (format::evm::SENDER, None));
    assert_eq!(transaction.fee, Fee::Market { max: U256::from(20), priority: U256::from(1) });
    assert_eq!(transaction.access_list.as_ref().unwrap().len(), 1);

    let wide = tests[0].case(&posts[2]).unwrap();
    assert_eq!(wide.transactions[0].value, api::Value::from(1) << 256);
    assert_eq!(wide.transactions[0].gas_limit, 9_201_258_391_933_943_808);
    assert_eq!(wide.transactions[0].access_list, None);
    assert!(statetest::exception::matches(posts[2].exception().unwrap(), Rejection::ValueOverflow));
    assert_eq!(posts[2].state().unwrap().len(), 1);
    assert_eq!(tests[0].case(&posts[3]).unwrap().block.blob_schedule, None, "Cancun has its own");
}

#[test]
fn a_family_becomes_a_case_for_each_transaction_and_block() {
    let files = format::load(text().as_bytes(), "t.json").unwrap();
    let summary: Vec<String> = files
        .iter()
        .map(|file| {
            let revisions: Vec<&str> = file.expect.iter().map(|expect| expect.revision.name()).collect();
            format!("{}: {}", file.name, revisions.join(" "))
        })
        .collect();
    // Osaka has another blob schedule here, so its block is another.
    let expected = ["family/d0g0v0: Spurious Cancun", "family/d0g0v0/2: Osaka", "family/d1g1v1: Osaka"];
    assert_eq!(summary, expected);
    assert_eq!(files[2].expect[0].transactions, [TxExpect::Rejected(Rejection::ValueOverflow)]);
    assert_eq!(files[0].expect[0].transactions, []);
    assert_eq!(files[0].expect[0].logs_hash.unwrap()[0], 2);
}
