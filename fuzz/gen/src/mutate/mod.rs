//! Mutations of rendered cases, aware of their structure: instructions stay whole, words become corners, accounts and
//! transactions keep their shape. Jump targets may break; that is a case too.
//!
//! A changed program may not end by itself any more, so whatever was changed, no transaction keeps more gas than a
//! loop may use up, and nothing grows beyond a bound.

pub(crate) mod code;
mod world;

use crate::draw::{Draw, read};
use crate::stage::GAS_MAX;
use api::{Address, Bytes, Case};
use arbitrary::Unstructured;

/// Bytes of one code or calldata.
const CODE_MAX: usize = 70_000;
/// Transactions of a case.
const TRANSACTIONS_MAX: usize = 6;
/// Accounts of a case.
const ACCOUNTS_MAX: usize = 24;
/// Slots of an account.
const SLOTS_MAX: usize = 64;

/// The case with one to four changes.
pub fn mutate(mut mutant: Case, u: &mut Unstructured<'_>) -> Case {
    read(u, |d| {
        d.revision = mutant.revision;
        for _ in 0..d.between(1, 4) {
            match d.byte() {
                0..=149 => change_code(d, &mut mutant),
                150..=209 => world::change_transaction(d, &mut mutant),
                210..=239 => world::change_account(d, &mut mutant),
                _ => world::change_rules(d, &mut mutant),
            }
        }
        bound(&mut mutant);
        mutant
    })
}

/// The case with something of the right one: a run of instructions, an account, a transaction.
pub fn crossover(mut child: Case, right: &Case, u: &mut Unstructured<'_>) -> Case {
    read(u, |d| {
        d.revision = child.revision;
        match d.byte() {
            0..=159 => splice(d, &mut child, right),
            160..=199 => world::adopt_account(d, &mut child, right),
            200..=229 => world::adopt_transaction(d, &mut child, right),
            _ => child.revision = right.revision,
        }
        bound(&mut child);
        child
    })
}

/// Where a program is held.
enum Place {
    Account(Address),
    Initcode(usize),
}

/// Everything that is run, in order.
fn places(case: &Case) -> Vec<Place> {
    let accounts = case.accounts.iter().filter(|(_, account)| !account.code.is_empty());
    let creates = case.transactions.iter().enumerate().filter(|(_, transaction)| transaction.to.is_none());
    accounts.map(|(address, _)| Place::Account(*address)).chain(creates.map(|(at, _)| Place::Initcode(at))).collect()
}

fn program(case: &Case, place: &Place) -> Bytes {
    match place {
        Place::Account(address) => case.accounts.get(address).map(|account| account.code.clone()),
        Place::Initcode(at) => case.transactions.get(*at).map(|transaction| transaction.data.clone()),
    }
    .unwrap_or_default()
}

fn set_program(case: &mut Case, place: &Place, code: Vec<u8>) {
    match place {
        Place::Account(address) => {
            if let Some(account) = case.accounts.get_mut(address) {
                account.code = code.into();
            }
        }
        Place::Initcode(at) => {
            if let Some(transaction) = case.transactions.get_mut(*at) {
                transaction.data = code.into();
            }
        }
    }
}

fn change_code(d: &mut Draw<'_>, case: &mut Case) {
    let places = places(case);
    if places.is_empty() {
        return world::change_transaction(d, case);
    }
    let place = &places[d.below(places.len() as u32) as usize];
    let code = code::change(d, &program(case, place));
    set_program(case, place, code);
}

fn splice(d: &mut Draw<'_>, child: &mut Case, right: &Case) {
    let (here, there) = (places(child), places(right));
    if here.is_empty() || there.is_empty() {
        return world::adopt_account(d, child, right);
    }
    let to = &here[d.below(here.len() as u32) as usize];
    let from = &there[d.below(there.len() as u32) as usize];
    let code = code::splice(d, &program(child, to), &program(right, from));
    set_program(child, to, code);
}

/// Cuts everything down to its bound.
fn bound(case: &mut Case) {
    case.transactions.truncate(TRANSACTIONS_MAX);
    while ACCOUNTS_MAX < case.accounts.len() {
        case.accounts.pop_last();
    }
    for account in case.accounts.values_mut() {
        account.code = account.code.slice(..account.code.len().min(CODE_MAX));
        while SLOTS_MAX < account.storage.len() {
            account.storage.pop_last();
        }
    }
    for transaction in &mut case.transactions {
        transaction.data = transaction.data.slice(..transaction.data.len().min(CODE_MAX));
        // More than the block has is rejected; only what would run is too much.
        if 2 * GAS_MAX < transaction.gas_limit && transaction.gas_limit <= case.block.gas_limit {
            transaction.gas_limit = GAS_MAX;
        }
    }
}
