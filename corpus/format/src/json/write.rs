//! Writes a case file as a state test.

use super::own::{Own, OwnExpect};
use crate::casefile::{CaseFile, Expect, TxExpect};
use crate::evm::SENDER;
use crate::hex::Full;
use crate::statetest::exception;
use crate::statetest::shape::{
    AccessShape, Accounts, AuthorizationShape, ConfigShape, Entries, EnvShape, Fork, Index, InfoShape, PostShape,
    Quoted, ScheduleShape, TestShape, TransactionShape,
};
use alloy_primitives::{B256, b256};
use api::{Block, Fee, Transaction};
use spec::limits::BlobSchedule;

/// The secret key of [`SENDER`], for clients that sign.
const SECRET_KEY: B256 = b256!("45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8");

/// Writes a case that [`CaseFile::new`] put in form; [`super::read`] gives it back.
pub fn write(file: &CaseFile) -> String {
    let tests = Entries(vec![(file.name.as_str(), test(file))]);
    // Writing strings and maps with string keys to memory cannot fail.
    let mut text = serde_json::to_string_pretty(&tests).unwrap_or_default();
    text.push('\n');
    text
}

fn test(file: &CaseFile) -> TestShape {
    let case = &file.case;
    let (transaction, transactions) = match case.transactions.as_slice() {
        [one] => (Some(transaction_shape(one)), None),
        several => (None, Some(several.iter().map(transaction_shape).collect())),
    };
    TestShape {
        env: env(&case.block),
        pre: Accounts(case.accounts.clone()),
        transaction,
        transactions,
        post: Entries(file.expect.iter().map(|expect| (Fork(expect.revision), vec![post(file, expect)])).collect()),
        config: config(file),
        info: InfoShape { unanimous: Some(own(file)) },
    }
}

fn own(file: &CaseFile) -> Own {
    let block = &file.case.block;
    Own {
        about: file.about.clone(),
        gas_uncapped: file.case.gas_uncapped,
        excess_blob_gas: block.blob_parent.map(|_| Quoted(block.excess_blob_gas)),
        blob_schedule: block.blob_schedule.map(schedule),
        rlp_len: block.rlp_len.map(Quoted),
        expect: file.expect.iter().filter_map(OwnExpect::of).collect(),
    }
}

fn env(block: &Block) -> EnvShape {
    let parent = block.blob_parent;
    EnvShape {
        current_coinbase: Quoted(block.coinbase),
        current_gas_limit: Quoted(block.gas_limit),
        current_number: Quoted(block.number),
        current_timestamp: Quoted(block.timestamp),
        current_difficulty: Some(Quoted(block.difficulty)),
        current_random: Some(Quoted(Full(block.prevrandao.into()))),
        current_base_fee: Some(Quoted(block.base_fee)),
        current_excess_blob_gas: parent.is_none().then_some(Quoted(block.excess_blob_gas)),
        parent_excess_blob_gas: parent.map(|parent| Quoted(parent.excess_blob_gas)),
        parent_blob_gas_used: parent.map(|parent| Quoted(parent.blob_gas_used)),
        parent_base_fee: parent.map(|parent| Quoted(parent.base_fee)),
        block_hashes: Entries(block.hashes.iter().map(|(number, hash)| (Quoted(*number), Quoted(*hash))).collect()),
    }
}

fn config(file: &CaseFile) -> ConfigShape {
    let schedules =
        file.case.block.blob_schedule.iter().flat_map(|own| {
            file.expect.iter().map(|expect| (expect.revision.fixture_name().to_owned(), schedule(*own)))
        });
    ConfigShape { chainid: Some(Quoted(file.case.chain_id)), blob_schedule: Entries(schedules.collect()) }
}

fn schedule(schedule: BlobSchedule) -> ScheduleShape {
    ScheduleShape {
        target: Quoted(schedule.target),
        max: Quoted(schedule.max),
        base_fee_update_fraction: Quoted(schedule.update_fraction),
    }
}

fn transaction_shape(transaction: &Transaction) -> TransactionShape {
    let (gas_price, max, priority) = match transaction.fee {
        Fee::Price(price) => (Some(Quoted(price)), None, None),
        Fee::Market { max, priority } => (None, Some(Quoted(max)), Some(Quoted(priority))),
    };
    let access = |(address, keys): &(api::Address, Vec<api::U256>)| AccessShape {
        address: Quoted(*address),
        storage_keys: keys.iter().map(|key| Quoted(Full(*key))).collect(),
    };
    let authorization = |signed: &api::Authorization| AuthorizationShape {
        chain_id: Quoted(signed.chain_id),
        address: Quoted(signed.address),
        nonce: Quoted(signed.nonce),
        v: Some(Quoted(signed.y_parity)),
        y_parity: Some(Quoted(signed.y_parity)),
        r: Quoted(signed.r),
        s: Quoted(signed.s),
    };
    let blobs = transaction.blobs.as_ref();
    TransactionShape {
        nonce: Quoted(transaction.nonce),
        gas_price,
        max_fee_per_gas: max,
        max_priority_fee_per_gas: priority,
        gas_limit: vec![Quoted(transaction.gas_limit)],
        to: Quoted(transaction.to),
        value: vec![Quoted(transaction.value)],
        data: vec![Quoted(transaction.data.clone())],
        access_lists: transaction.access_list.as_ref().map(|list| vec![Some(list.iter().map(access).collect())]),
        blob_versioned_hashes: blobs.map(|blobs| blobs.hashes.iter().copied().map(Quoted).collect()),
        max_fee_per_blob_gas: blobs.map(|blobs| Quoted(blobs.max_fee)),
        authorization_list: transaction.authorizations.as_ref().map(|list| list.iter().map(authorization).collect()),
        sender: Some(Quoted(transaction.sender)),
        secret_key: (transaction.sender == SENDER).then_some(Quoted(SECRET_KEY)),
    }
}

fn post(file: &CaseFile, expect: &Expect) -> PostShape {
    // The shape has one exception per post, so only a case of one transaction can name it.
    let exception = match (file.case.transactions.as_slice(), expect.transactions.as_slice()) {
        ([transaction], [TxExpect::Rejected(rejection)]) => Some(exception::name(*rejection, transaction.kind())),
        _ => None,
    };
    PostShape {
        hash: Quoted(expect.state_root.unwrap_or_default()),
        logs: Quoted(expect.logs_hash.unwrap_or_default()),
        indexes: Index::default(),
        exception,
        state: None,
    }
}
