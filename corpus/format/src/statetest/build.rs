//! Turns the state-test shape into a case.

use super::Test;
use super::shape::{AuthorizationShape, ConfigShape, EnvShape, Index, TransactionShape};
use alloy_primitives::{B256, U256, keccak256};
use api::case::{BlobParent, Blobs};
use api::{Address, Authorization, Block, Case, Fee, Revision, Transaction};
use k256::elliptic_curve::sec1::ToEncodedPoint;
use spec::limits::{BlobSchedule, blobs};

/// What is wrong and what to do.
type Wrong = (String, String);

/// Accounts and their slots, as a transaction lists them.
type AccessList = Vec<(Address, Vec<U256>)>;

/// Base fee where a test gives none, as every client has it.
const BASE_FEE: u64 = 10;
/// Chain where a test names none.
const CHAIN_ID: u64 = 1;

/// The case of a test in a revision, for one member of its family of transactions.
pub(super) fn case(test: &Test, revision: Revision, index: Index) -> Result<Case, Wrong> {
    let shape = match (&test.shape.transaction, &test.shape.transactions) {
        (Some(shape), None) => shape,
        (None, Some(_)) => {
            return Err(("several transactions in one test".into(), "read it as a case of this project".into()));
        }
        _ => return Err(("the test has no `transaction`".into(), "give it one".into())),
    };
    Ok(Case {
        name: test.name.clone(),
        revision,
        chain_id: test.shape.config.chainid.map_or(CHAIN_ID, |id| id.0),
        block: block(&test.shape.env, &test.shape.config, revision),
        accounts: test.shape.pre.0.clone(),
        transactions: vec![transaction(shape, index)?],
        gas_uncapped: false,
    })
}

/// The block in a revision.
pub(crate) fn block(env: &EnvShape, config: &ConfigShape, revision: Revision) -> Block {
    Block {
        number: env.current_number.0,
        timestamp: env.current_timestamp.0,
        coinbase: env.current_coinbase.0,
        gas_limit: env.current_gas_limit.0,
        difficulty: env.current_difficulty.map_or(U256::ZERO, |difficulty| difficulty.0),
        prevrandao: env.current_random.map_or(B256::ZERO, |random| random.0.0.into()),
        base_fee: env.current_base_fee.map_or(BASE_FEE, |fee| fee.0),
        excess_blob_gas: env.current_excess_blob_gas.map_or(0, |excess| excess.0),
        blob_parent: blob_parent(env),
        blob_schedule: blob_schedule(config, revision),
        hashes: env.block_hashes.0.iter().map(|(number, hash)| (number.0, hash.0)).collect(),
        rlp_len: None,
    }
}

fn blob_parent(env: &EnvShape) -> Option<BlobParent> {
    if env.current_excess_blob_gas.is_some() {
        return None;
    }
    let (excess, used) = (env.parent_excess_blob_gas?, env.parent_blob_gas_used?);
    let base_fee = env.parent_base_fee.map_or(0, |fee| fee.0);
    Some(BlobParent { excess_blob_gas: excess.0, blob_gas_used: used.0, base_fee })
}

fn blob_schedule(config: &ConfigShape, revision: Revision) -> Option<BlobSchedule> {
    let (_, shape) = config.blob_schedule.0.iter().find(|(name, _)| name.parse() == Ok(revision))?;
    let update_fraction = shape.base_fee_update_fraction.0;
    let schedule = BlobSchedule { target: shape.target.0, max: shape.max.0, update_fraction };
    (blobs(revision) != Some(schedule)).then_some(schedule)
}

/// One member of a family of transactions.
pub(crate) fn transaction(shape: &TransactionShape, index: Index) -> Result<Transaction, Wrong> {
    Ok(Transaction {
        sender: sender(shape)?,
        nonce: shape.nonce.0,
        to: shape.to.0,
        value: pick(&shape.value, index.value, "value")?.0,
        data: pick(&shape.data, index.data, "data")?.0.clone(),
        gas_limit: pick(&shape.gas_limit, index.gas, "gasLimit")?.0,
        fee: fee(shape)?,
        access_list: access_list(shape, index)?,
        blobs: blobs_of(shape),
        authorizations: shape
            .authorization_list
            .as_ref()
            .map(|list| list.iter().map(authorization).collect())
            .transpose()?,
    })
}

/// Either field makes it a blob transaction, so that one without hashes is refused for that.
fn blobs_of(shape: &TransactionShape) -> Option<Blobs> {
    if shape.blob_versioned_hashes.is_none() && shape.max_fee_per_blob_gas.is_none() {
        return None;
    }
    Some(Blobs {
        hashes: shape.blob_versioned_hashes.iter().flatten().map(|hash| hash.0).collect(),
        max_fee: shape.max_fee_per_blob_gas.map_or(U256::ZERO, |fee| fee.0),
    })
}

fn pick<'a, T>(list: &'a [T], index: u32, name: &str) -> Result<&'a T, Wrong> {
    list.get(index as usize).ok_or_else(|| {
        let what = format!("index {index} of `{name}`, which has {} entries", list.len());
        (what, "correct `indexes` or add the entry".into())
    })
}

/// A null in place of a list makes the transaction a legacy one.
fn access_list(shape: &TransactionShape, index: Index) -> Result<Option<AccessList>, Wrong> {
    let Some(lists) = &shape.access_lists else { return Ok(None) };
    let list = pick(lists, index.data, "accessLists")?.as_ref();
    let entries = |list: &Vec<super::shape::AccessShape>| {
        list.iter().map(|entry| (entry.address.0, entry.storage_keys.iter().map(|key| key.0.0).collect())).collect()
    };
    Ok(list.map(entries))
}

fn fee(shape: &TransactionShape) -> Result<Fee, Wrong> {
    match (shape.gas_price, shape.max_fee_per_gas, shape.max_priority_fee_per_gas) {
        (Some(price), None, None) => Ok(Fee::Price(price.0)),
        (None, Some(max), priority) => {
            Ok(Fee::Market { max: max.0, priority: priority.map_or(U256::ZERO, |fee| fee.0) })
        }
        (None, None, _) => Err(("the transaction names no fee".into(), "give gasPrice or maxFeePerGas".into())),
        (Some(_), ..) => Err(("the transaction names two kinds of fee".into(), "give gasPrice or maxFeePerGas".into())),
    }
}

fn authorization(shape: &AuthorizationShape) -> Result<Authorization, Wrong> {
    let parity = shape.y_parity.or(shape.v);
    let parity =
        parity.ok_or_else(|| ("an authorization without parity".to_owned(), "give yParity or v".to_owned()))?;
    Ok(Authorization {
        chain_id: shape.chain_id.0,
        address: shape.address.0,
        nonce: shape.nonce.0,
        y_parity: parity.0,
        r: shape.r.0,
        s: shape.s.0,
    })
}

fn sender(shape: &TransactionShape) -> Result<Address, Wrong> {
    match (shape.sender, shape.secret_key) {
        (Some(sender), _) => Ok(sender.0),
        (None, Some(key)) => address_of(&key.0)
            .ok_or_else(|| ("`secretKey` is no key of secp256k1".into(), "give `sender` instead".into())),
        (None, None) => Err(("the transaction names no sender".into(), "give `sender` or `secretKey`".into())),
    }
}

/// The address of a secret key.
fn address_of(key: &B256) -> Option<Address> {
    let key = k256::SecretKey::from_slice(key.as_slice()).ok()?;
    let point = key.public_key().to_encoded_point(false);
    Some(Address::from_slice(&keccak256(&point.as_bytes()[1..])[12..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::b256;

    #[test]
    fn the_default_sender_is_the_address_of_the_key_that_json_gives() {
        let key = b256!("45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8");
        assert_eq!(address_of(&key), Some(crate::evm::SENDER));
        assert_eq!(address_of(&B256::ZERO), None);
    }
}
