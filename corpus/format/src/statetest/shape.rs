//! The state-test shape as types, read and written by the same definitions.
//!
//! Nothing goes through a tree of JSON values: numbers and bytes are decoded where they stand, so that a wrong one
//! is reported at its place. Fields that the shape has and nobody here needs are skipped.

use crate::hex::{Full, Hex, shorten};
use crate::nearest::suggest;
use alloy_primitives::{Address, B256, Bytes, U256};
use api::{Account, Revision, State, Value};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

/// A value that stands as a hexadecimal string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Quoted<T>(pub(crate) T);

impl<'de, T: Hex> Deserialize<'de> for Quoted<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<T>(PhantomData<T>);
        impl<T: Hex> Visitor<'_> for Text<T> {
            type Value = Quoted<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a hexadecimal string")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Quoted<T>, E> {
                T::read(text).map(Quoted).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text(PhantomData))
    }
}

impl<T: Hex> Serialize for Quoted<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.write())
    }
}

/// A revision by the name state tests have for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fork(pub(crate) Revision);

impl<'de> Deserialize<'de> for Fork {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map(Fork).map_err(|_| {
            let names = Revision::ALL.map(Revision::fixture_name);
            D::Error::custom(format_args!("unknown fork `{}`, {}", shorten(&name), suggest(&name, &names)))
        })
    }
}

impl Serialize for Fork {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.fixture_name())
    }
}

/// A map that keeps the order of the file and refuses a key that stands twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entries<K, V>(pub(crate) Vec<(K, V)>);

impl<K, V> Default for Entries<K, V> {
    fn default() -> Self {
        Entries(Vec::new())
    }
}

impl<K, V> Entries<K, V> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de, K: Deserialize<'de> + Ord + Clone, V: Deserialize<'de>> Deserialize<'de> for Entries<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs<K, V>(PhantomData<(K, V)>);
        impl<'de, K: Deserialize<'de> + Ord + Clone, V: Deserialize<'de>> Visitor<'de> for Pairs<K, V> {
            type Value = Entries<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut seen = BTreeSet::new();
                let mut entries = Vec::new();
                while let Some(key) = map.next_key::<K>()? {
                    if !seen.insert(key.clone()) {
                        return Err(A::Error::custom("key stands twice"));
                    }
                    entries.push((key, map.next_value()?));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Pairs(PhantomData))
    }
}

impl<K: Serialize, V: Serialize> Serialize for Entries<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// Accounts by address. A slot that is zero is no slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Accounts(pub(crate) State);

#[derive(Deserialize, Serialize)]
struct AccountShape {
    nonce: Quoted<u64>,
    balance: Quoted<U256>,
    code: Quoted<Bytes>,
    storage: Entries<Quoted<U256>, Quoted<U256>>,
}

impl<'de> Deserialize<'de> for Accounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Entries::<Quoted<Address>, AccountShape>::deserialize(deserializer)?;
        let account = |shape: AccountShape| Account {
            nonce: shape.nonce.0,
            balance: shape.balance.0,
            code: shape.code.0,
            storage: shape.storage.0.into_iter().map(|(k, v)| (k.0, v.0)).filter(|(_, v)| !v.is_zero()).collect(),
        };
        Ok(Accounts(entries.0.into_iter().map(|(address, shape)| (address.0, account(shape))).collect()))
    }
}

impl Serialize for Accounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shape = |account: &Account| AccountShape {
            nonce: Quoted(account.nonce),
            balance: Quoted(account.balance),
            code: Quoted(account.code.clone()),
            storage: Entries(account.storage.iter().map(|(k, v)| (Quoted(*k), Quoted(*v))).collect()),
        };
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (address, account) in &self.0 {
            map.serialize_entry(&Quoted(*address), &shape(account))?;
        }
        map.end()
    }
}

/// A test. `transactions` is ours: several in place of one, which other clients refuse.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct TestShape {
    pub(crate) env: EnvShape,
    pub(crate) pre: Accounts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) transaction: Option<TransactionShape>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) transactions: Option<Vec<TransactionShape>>,
    pub(crate) post: Entries<Fork, Vec<PostShape>>,
    #[serde(default)]
    pub(crate) config: ConfigShape,
    #[serde(default, rename = "_info")]
    pub(crate) info: InfoShape,
}

/// The block. What is missing has the usual default.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnvShape {
    pub(crate) current_coinbase: Quoted<Address>,
    pub(crate) current_gas_limit: Quoted<u64>,
    pub(crate) current_number: Quoted<u64>,
    pub(crate) current_timestamp: Quoted<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) current_difficulty: Option<Quoted<U256>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) current_random: Option<Quoted<Full>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) current_base_fee: Option<Quoted<u64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) current_excess_blob_gas: Option<Quoted<u64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) parent_excess_blob_gas: Option<Quoted<u64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) parent_blob_gas_used: Option<Quoted<u64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) parent_base_fee: Option<Quoted<u64>>,
    #[serde(default, skip_serializing_if = "Entries::is_empty")]
    pub(crate) block_hashes: Entries<Quoted<u64>, Quoted<B256>>,
}

/// A transaction, or a family of them: `data`, `gasLimit` and `value` are chosen by index.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransactionShape {
    pub(crate) nonce: Quoted<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) gas_price: Option<Quoted<U256>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_fee_per_gas: Option<Quoted<U256>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_priority_fee_per_gas: Option<Quoted<U256>>,
    pub(crate) gas_limit: Vec<Quoted<u64>>,
    #[serde(default)]
    pub(crate) to: Quoted<Option<Address>>,
    pub(crate) value: Vec<Quoted<Value>>,
    pub(crate) data: Vec<Quoted<Bytes>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) access_lists: Option<Vec<Option<Vec<AccessShape>>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) blob_versioned_hashes: Option<Vec<Quoted<B256>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_fee_per_blob_gas: Option<Quoted<U256>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) authorization_list: Option<Vec<AuthorizationShape>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sender: Option<Quoted<Address>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secret_key: Option<Quoted<B256>>,
}

/// An account of an access list.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessShape {
    pub(crate) address: Quoted<Address>,
    pub(crate) storage_keys: Vec<Quoted<Full>>,
}

/// A signed authorisation. Parity goes by two names.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuthorizationShape {
    pub(crate) chain_id: Quoted<U256>,
    pub(crate) address: Quoted<Address>,
    pub(crate) nonce: Quoted<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) v: Option<Quoted<U256>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) y_parity: Option<Quoted<U256>>,
    pub(crate) r: Quoted<U256>,
    pub(crate) s: Quoted<U256>,
}

/// What comes out of one member of the family in one revision.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct PostShape {
    pub(crate) hash: Quoted<B256>,
    pub(crate) logs: Quoted<B256>,
    pub(crate) indexes: Index,
    #[serde(default, rename = "expectException", skip_serializing_if = "Option::is_none")]
    pub(crate) exception: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<Accounts>,
}

/// Which member of the family of transactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Index {
    /// Position in `data` and the access lists.
    pub data: u32,
    /// Position in `gasLimit`.
    pub gas: u32,
    /// Position in `value`.
    pub value: u32,
}

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "d{}g{}v{}", self.data, self.gas, self.value)
    }
}

/// Chain and blob schedules.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct ConfigShape {
    #[serde(default, alias = "chainId", skip_serializing_if = "Option::is_none")]
    pub(crate) chainid: Option<Quoted<u64>>,
    #[serde(default, rename = "blobSchedule", skip_serializing_if = "Entries::is_empty")]
    pub(crate) blob_schedule: Entries<String, ScheduleShape>,
}

/// Blobs per block.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScheduleShape {
    pub(crate) target: Quoted<u64>,
    pub(crate) max: Quoted<u64>,
    pub(crate) base_fee_update_fraction: Quoted<u64>,
}

/// Remarks, and what the shape has no place for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct InfoShape {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unanimous: Option<crate::json::Own>,
}
