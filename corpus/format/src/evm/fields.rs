//! The parts of the header, each from its own table to its own type.

use super::GAS_PRICE;
use super::header::{Field, Table};
use crate::casefile::{Expect, TxExpect, TxParts};
use crate::error::Error;
use crate::hex::{self, Hex, shorten};
use crate::limits;
use crate::nearest::suggest;
use api::case::{BlobParent, Blobs};
use api::{Address, Authorization, B256, Block, Bytes, Fee, Revision, U256};
use spec::limits::BlobSchedule;
use std::collections::BTreeMap;

/// The fields of a block.
const BLOCK: &[&str] = &[
    "number",
    "timestamp",
    "coinbase",
    "gas_limit",
    "difficulty",
    "prevrandao",
    "base_fee",
    "excess_blob_gas",
    "blob_parent",
    "blob_schedule",
    "hashes",
    "rlp_len",
];

/// The block, which is the default one but for what is given.
pub(super) fn block(field: &Field<'_, '_>) -> Result<Block, Error> {
    let table = field.table(BLOCK)?;
    let default = Block::default();
    Ok(Block {
        number: table.read("number")?.unwrap_or(default.number),
        timestamp: table.read("timestamp")?.unwrap_or(default.timestamp),
        coinbase: table.read("coinbase")?.unwrap_or(default.coinbase),
        gas_limit: table.read("gas_limit")?.unwrap_or(default.gas_limit),
        difficulty: table.read("difficulty")?.unwrap_or(default.difficulty),
        prevrandao: table.read("prevrandao")?.unwrap_or(default.prevrandao),
        base_fee: table.read("base_fee")?.unwrap_or(default.base_fee),
        excess_blob_gas: table.read("excess_blob_gas")?.unwrap_or(default.excess_blob_gas),
        blob_parent: table.get("blob_parent").map(|parent| blob_parent(&parent)).transpose()?,
        blob_schedule: table.get("blob_schedule").map(|schedule| blob_schedule(&schedule)).transpose()?,
        hashes: table.get("hashes").map_or(Ok(BTreeMap::new()), |hashes| map(&hashes))?,
        rlp_len: table.read("rlp_len")?,
    })
}

fn blob_parent(field: &Field<'_, '_>) -> Result<BlobParent, Error> {
    let table = field.table(&["excess_blob_gas", "blob_gas_used", "base_fee"])?;
    Ok(BlobParent {
        excess_blob_gas: table.need("excess_blob_gas")?.read()?,
        blob_gas_used: table.need("blob_gas_used")?.read()?,
        base_fee: table.need("base_fee")?.read()?,
    })
}

fn blob_schedule(field: &Field<'_, '_>) -> Result<BlobSchedule, Error> {
    let table = field.table(&["target", "max", "update_fraction"])?;
    Ok(BlobSchedule {
        target: table.need("target")?.read()?,
        max: table.need("max")?.read()?,
        update_fraction: table.need("update_fraction")?.read()?,
    })
}

/// Slots by key. A slot that is zero is no slot.
pub(super) fn storage(field: &Field<'_, '_>) -> Result<BTreeMap<U256, U256>, Error> {
    map(field)
}

/// A table from numbers to values. One key in two spellings is an error.
fn map<K: Key, V: super::header::Scalar>(field: &Field<'_, '_>) -> Result<BTreeMap<K, V>, Error> {
    let mut map = BTreeMap::new();
    for (text, span, value) in field.map()?.entries() {
        let key = K::read(text).map_err(|why| field.error_at(span.start, why).hint("write a number as key"))?;
        if map.insert(key, value.read()?).is_some() {
            let what = format!("key `{}` stands twice", shorten(text));
            return Err(field.error_at(span.start, what).hint("remove one of them"));
        }
    }
    Ok(map)
}

/// A number as the key of a table.
trait Key: Ord + Sized {
    fn read(text: &str) -> Result<Self, String>;
}

impl Key for u64 {
    fn read(text: &str) -> Result<u64, String> {
        Hex::read(text)
    }
}

impl Key for U256 {
    fn read(text: &str) -> Result<U256, String> {
        hex::number(text)
    }
}

/// Bytes within the limit.
pub(super) fn bytes(field: &Field<'_, '_>) -> Result<Bytes, Error> {
    let bytes: Bytes = field.read()?;
    if bytes.len() <= limits::CODE {
        return Ok(bytes);
    }
    Err(field.error(format!("{} bytes, the limit is {}", bytes.len(), limits::CODE)).hint("use less"))
}

/// The callee of a transaction, none for `create`.
pub(super) fn callee(field: &Field<'_, '_>) -> Result<Option<Address>, Error> {
    if field.read::<String>()? == "create" {
        return Ok(None);
    }
    field.read().map(Some).map_err(|error| error.hint("write an address or create, as a string"))
}

/// What a transaction pays, from the fields that are there.
pub(super) fn fee(table: &Table<'_, '_>) -> Result<Fee, Error> {
    let (price, max, priority) = (table.read("gas_price")?, table.read("max_fee")?, table.read("priority_fee")?);
    match (price, max, priority) {
        (price, None, None) => Ok(Fee::Price(price.unwrap_or(U256::from(GAS_PRICE)))),
        (None, Some(max), priority) => Ok(Fee::Market { max, priority: priority.unwrap_or_default() }),
        (Some(_), ..) => Err(table.error("both gas_price and max_fee or priority_fee").hint("give one form of fee")),
        (None, None, Some(_)) => Err(table.error("priority_fee without max_fee").hint("give max_fee too")),
    }
}

/// Accounts and their slots.
pub(super) fn access_list(field: &Field<'_, '_>) -> Result<Vec<(Address, Vec<U256>)>, Error> {
    let entry = |field: &Field<'_, '_>| {
        let table = field.table(&["address", "keys"])?;
        let keys = table.list("keys")?.iter().map(Field::read).collect::<Result<_, _>>()?;
        Ok((table.need("address")?.read()?, keys))
    };
    field.list()?.iter().map(entry).collect()
}

/// The blobs of a transaction.
pub(super) fn blobs(field: &Field<'_, '_>) -> Result<Blobs, Error> {
    let table = field.table(&["hashes", "max_fee"])?;
    let hashes = table.list("hashes")?.iter().map(Field::read).collect::<Result<_, _>>()?;
    Ok(Blobs { hashes, max_fee: table.need("max_fee")?.read()? })
}

/// Signed authorisations.
pub(super) fn authorizations(field: &Field<'_, '_>) -> Result<Vec<Authorization>, Error> {
    let entry = |field: &Field<'_, '_>| {
        let table = field.table(&["chain_id", "address", "nonce", "y_parity", "r", "s"])?;
        Ok(Authorization {
            chain_id: table.need("chain_id")?.read()?,
            address: table.need("address")?.read()?,
            nonce: table.need("nonce")?.read()?,
            y_parity: table.need("y_parity")?.read()?,
            r: table.need("r")?.read()?,
            s: table.need("s")?.read()?,
        })
    };
    field.list()?.iter().map(entry).collect()
}

/// The expectations for a case of so many transactions.
pub(super) fn expects(top: &Table<'_, '_>, transactions: usize) -> Result<Vec<Expect>, Error> {
    let mut expects: Vec<Expect> = Vec::new();
    for field in top.list("expect")? {
        let table = field.table(&["revision", "transactions", "state_root", "logs_hash", "consensus", "exact"])?;
        let expect = Expect {
            revision: revision(&table.need("revision")?)?,
            transactions: table.list("transactions")?.iter().map(tx_expect).collect::<Result<_, _>>()?,
            state_root: table.read::<B256>("state_root")?,
            logs_hash: table.read("logs_hash")?,
            consensus: table.read("consensus")?,
            exact: table.read("exact")?,
        };
        if !expect.transactions.is_empty() && expect.transactions.len() != transactions {
            let what = format!("{} transactions expected, the case has {transactions}", expect.transactions.len());
            return Err(table.error(what).hint("expect something of each, or of none"));
        }
        if expects.iter().any(|earlier| earlier.revision == expect.revision) {
            return Err(table.error(format!("{} stands twice", expect.revision)).hint("remove one of them"));
        }
        expects.push(expect);
    }
    Ok(expects)
}

fn revision(field: &Field<'_, '_>) -> Result<Revision, Error> {
    let text: String = field.read()?;
    text.parse().map_err(|_| {
        let names = Revision::ALL.map(Revision::name);
        field.error(format!("unknown revision `{}`", shorten(&text))).hint(suggest(&text, &names))
    })
}

fn tx_expect(field: &Field<'_, '_>) -> Result<TxExpect, Error> {
    let table = field.table(&["end", "gas_used", "output", "rejected"])?;
    let parts = TxParts {
        end: table.read("end")?,
        gas_used: table.read("gas_used")?,
        output: table.get("output").map(|output| bytes(&output)).transpose()?,
        rejected: table.read("rejected")?,
    };
    parts.build().map_err(|(what, hint)| table.error(what).hint(hint))
}
