//! Mutations of what surrounds the code: transactions, accounts, the block and the revision.

use crate::draw::Draw;
use crate::price;
use crate::stage::{ABSENT, CONTRACTS, GAS_MAX, OTHER, SENDER};
use api::{Address, Bytes, Case, Fee, Revision, Transaction, U256, Value};
use std::collections::BTreeMap;

/// Changes one transaction, or how many there are.
pub(super) fn change_transaction(d: &mut Draw<'_>, case: &mut Case) {
    let count = case.transactions.len();
    if count == 0 {
        return change_rules(d, case);
    }
    let at = d.below(count as u32) as usize;
    match d.byte() {
        byte @ 0..=35 => repeat(case, at, byte & 1 == 0),
        36..=47 if 1 < count => drop(case.transactions.remove(at)),
        48..=59 => {
            let other = d.below(count as u32) as usize;
            case.transactions.swap(at, other);
        }
        _ => change_field(d, &mut case.transactions[at]),
    }
}

/// Sends it again, with the nonce that is next or with the same one.
fn repeat(case: &mut Case, at: usize, next: bool) {
    let mut again = case.transactions[at].clone();
    let sent = case.transactions.iter().filter(|other| other.sender == again.sender).map(|other| other.nonce).max();
    if next {
        again.nonce = sent.unwrap_or_default().saturating_add(1);
    }
    case.transactions.push(again);
}

fn change_field(d: &mut Draw<'_>, transaction: &mut Transaction) {
    match d.byte() {
        0..=79 => transaction.gas_limit = gas(d, transaction),
        80..=144 => transaction.data = data(d, &transaction.data),
        145..=169 => transaction.value = Value::from(d.word()) >> (256 - d.pick(&[256u64, 1, 16, 64]) as usize),
        170..=184 => transaction.to = Some(d.pick(&[CONTRACTS[0], CONTRACTS[1], OTHER, SENDER, ABSENT])),
        185..=189 => transaction.to = None,
        190..=204 => {
            let mut list = transaction.access_list.take().unwrap_or_default();
            list.truncate(8);
            let keys = (0..d.below(3)).map(|_| U256::from(d.below(4))).collect();
            list.push((d.pick(&[CONTRACTS[0], CONTRACTS[1], ABSENT, OTHER]), keys));
            transaction.access_list = Some(list);
        }
        205..=209 => transaction.access_list = None,
        210..=219 => transaction.nonce = transaction.nonce.wrapping_add(d.pick(&[1, u64::MAX])),
        220..=234 => {
            let price = U256::from(d.pick(&[1000, 0, 6, 7, 8]));
            let priority = U256::from(d.pick(&[0, 1, 1000]));
            transaction.fee = if d.chance(128) { Fee::Price(price) } else { Fee::Market { max: price, priority } };
        }
        235..=244 => transaction.blobs = None,
        _ => transaction.authorizations = None,
    }
}

/// A limit near this one, near what the transaction itself costs, or somewhere between.
fn gas(d: &mut Draw<'_>, transaction: &Transaction) -> u64 {
    let limit = transaction.gas_limit;
    let least = price::intrinsic(transaction, d.revision);
    match d.byte() {
        0..=63 => limit.saturating_sub(1),
        64..=111 => limit.saturating_add(1),
        112..=143 => limit.saturating_sub(u64::from(d.byte())),
        144..=159 => limit.saturating_add(u64::from(d.byte())),
        160..=199 => least.saturating_add(u64::from(d.u16()) * 2),
        200..=223 => least.saturating_add(limit.saturating_sub(least) / 2),
        224..=231 => least.saturating_sub(1),
        232..=239 => least,
        _ => least.saturating_add(GAS_MAX),
    }
}

fn data(d: &mut Draw<'_>, data: &Bytes) -> Bytes {
    let mut data = data.to_vec();
    match d.byte() {
        0..=127 => {
            let at = 32 * d.below(data.len().div_ceil(32).clamp(1, 64) as u32) as usize;
            let word = d.word().to_be_bytes::<32>();
            data.truncate(data.len().max(at));
            let end = (at + 32).min(data.len());
            match data.get_mut(at..end) {
                Some(target) if !target.is_empty() => target.copy_from_slice(&word[..target.len()]),
                _ => data.extend_from_slice(&word),
            }
        }
        128..=175 if !data.is_empty() => {
            let at = d.below(data.len() as u32) as usize;
            data[at] = d.byte();
        }
        176..=199 => {
            data.pop();
        }
        200..=219 => data.push(d.byte()),
        220..=235 => data.extend_from_slice(&d.word().to_be_bytes::<32>()),
        _ => data.truncate(d.below(64) as usize),
    }
    data.into()
}

/// Changes storage, balance, nonce or presence of an account.
pub(super) fn change_account(d: &mut Draw<'_>, case: &mut Case) {
    let addresses: Vec<Address> = case.accounts.keys().copied().collect();
    if addresses.is_empty() {
        return;
    }
    let address = addresses[d.below(addresses.len() as u32) as usize];
    if d.chance(16) {
        case.accounts.remove(&address);
        return;
    }
    if d.chance(16) {
        case.accounts.entry(CONTRACTS[0].create(d.below(4).into())).or_default();
        return;
    }
    let Some(account) = case.accounts.get_mut(&address) else { return };
    match d.byte() {
        0..=139 => {
            let (key, value) = (U256::from(d.below(4)), d.word());
            if value.is_zero() {
                account.storage.remove(&key);
            } else {
                account.storage.insert(key, value);
            }
        }
        140..=199 => account.balance = d.word(),
        200..=215 => account.nonce = d.pick(&[0, 1, 2, u64::MAX, u64::MAX - 1]),
        216..=223 => account.storage = BTreeMap::new(),
        224..=231 => account.code = Bytes::new(),
        232..=243 => account.code = [&[0xef, 0x01, 0x00], d.pick(&CONTRACTS).as_slice()].concat().into(),
        _ => {
            let copy = account.clone();
            case.accounts.insert(d.pick(&CONTRACTS), copy);
        }
    }
}

/// Changes the revision or the block.
pub(super) fn change_rules(d: &mut Draw<'_>, case: &mut Case) {
    match d.byte() {
        0..=159 => {
            case.revision = d.pick(&Revision::ALL);
            d.revision = case.revision;
        }
        160..=179 => case.block.number = d.pick(&[0, 1, 255, 256, 257, 300, u64::MAX]),
        180..=199 => case.block.timestamp = d.u64(),
        200..=214 => case.block.coinbase = d.pick(&[SENDER, CONTRACTS[0], CONTRACTS[1], ABSENT]),
        215..=229 => case.block.base_fee = d.pick(&[0, 1, 7, 999, 1000, 1001]),
        230..=244 => case.block.prevrandao = d.word().into(),
        _ => case.block.excess_blob_gas = d.pick(&[0, 1 << 17, 10_000_000]),
    }
}

/// Takes an account of another case.
pub(super) fn adopt_account(d: &mut Draw<'_>, child: &mut Case, right: &Case) {
    let addresses: Vec<&Address> = right.accounts.keys().collect();
    if addresses.is_empty() {
        return;
    }
    let from = addresses[d.below(addresses.len() as u32) as usize];
    let to = if d.chance(60) { d.pick(&CONTRACTS) } else { *from };
    if let Some(account) = right.accounts.get(from) {
        child.accounts.insert(to, account.clone());
    }
}

/// Sends a transaction of another case too.
pub(super) fn adopt_transaction(d: &mut Draw<'_>, child: &mut Case, right: &Case) {
    if right.transactions.is_empty() {
        return;
    }
    let mut adopted = right.transactions[d.below(right.transactions.len() as u32) as usize].clone();
    let sent = child.transactions.iter().filter(|other| other.sender == adopted.sender).map(|other| other.nonce).max();
    adopted.nonce = sent.map_or(adopted.nonce, |nonce| nonce.saturating_add(1));
    child.transactions.push(adopted);
}
