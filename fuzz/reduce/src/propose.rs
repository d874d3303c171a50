//! Smaller cases, by kind. Each kind lists its proposals lazily and in a fixed order, the boldest first.

use crate::code::{narrower, plainer, shorter};
use api::{Account, Address, Block, Bytes, Case, Fee, Transaction, U256, Value};

type Proposals = Box<dyn Iterator<Item = Case>>;

/// The kinds, in the order in which a round goes through them.
pub(crate) const KINDS: [fn(&Case) -> Proposals; 9] = [
    fewer_transactions,
    fewer_accounts,
    shorter_codes,
    shorter_data,
    less_storage,
    plainer_transactions,
    plainer_accounts,
    plainer_codes,
    plainer_block,
];

/// Proposals that change one transaction.
fn each_transaction(case: &Case, change: impl Fn(&Transaction) -> Vec<Transaction> + 'static) -> Proposals {
    let case = case.clone();
    Box::new((0..case.transactions.len()).flat_map(move |i| {
        let with = |transaction| {
            let mut smaller = case.clone();
            smaller.transactions[i] = transaction;
            smaller
        };
        change(&case.transactions[i]).into_iter().map(with).collect::<Vec<_>>()
    }))
}

/// Proposals that change one account.
fn each_account<I: Iterator<Item = Account> + 'static>(
    case: &Case,
    change: impl Fn(&Address, &Account) -> I + 'static,
) -> Proposals {
    let case = case.clone();
    let addresses: Vec<Address> = case.accounts.keys().copied().collect();
    Box::new(addresses.into_iter().flat_map(move |address| {
        let case = case.clone();
        change(&address, &case.accounts[&address]).map(move |account| {
            let mut smaller = case.clone();
            smaller.accounts.insert(address, account);
            smaller
        })
    }))
}

fn fewer_transactions(case: &Case) -> Proposals {
    let case = case.clone();
    let n = if case.transactions.len() > 1 { case.transactions.len() } else { 0 };
    Box::new((0..n).rev().map(move |i| {
        let mut smaller = case.clone();
        let removed = smaller.transactions.remove(i);
        // The nonces behind it close up, or the rest would only be rejected.
        for later in smaller.transactions[i..].iter_mut().filter(|later| later.sender == removed.sender) {
            later.nonce = later.nonce.saturating_sub(1);
        }
        smaller
    }))
}

fn fewer_accounts(case: &Case) -> Proposals {
    let case = case.clone();
    let addresses: Vec<Address> = case.accounts.keys().copied().collect();
    Box::new(addresses.into_iter().map(move |address| {
        let mut smaller = case.clone();
        smaller.accounts.remove(&address);
        smaller
    }))
}

fn shorter_codes(case: &Case) -> Proposals {
    each_account(case, |_, account| {
        let account = account.clone();
        shorter(&account.code).map(move |code| Account { code: code.into(), ..account.clone() })
    })
}

fn plainer_codes(case: &Case) -> Proposals {
    each_account(case, |_, account| {
        let account = account.clone();
        let codes = narrower(&account.code).chain(plainer(&account.code));
        codes.map(move |code| Account { code: code.into(), ..account.clone() })
    })
}

/// Data that is initcode loses instructions; calldata loses its end.
fn shorter_data(case: &Case) -> Proposals {
    each_transaction(case, |transaction| {
        let data = &transaction.data;
        let with = |data: Vec<u8>| Transaction { data: data.into(), ..transaction.clone() };
        let halves = std::iter::successors(Some(data.len()), |n| (*n > 1).then_some(n / 2)).filter(|n| *n > 0);
        let ends: Vec<Transaction> = halves.map(|n| with(data[..data.len() - n].to_vec())).collect();
        match transaction.to {
            None => shorter(data).map(with).chain(ends.clone()).collect(),
            Some(_) => ends,
        }
    })
}

fn less_storage(case: &Case) -> Proposals {
    each_account(case, |_, account| {
        let account = account.clone();
        let keys: Vec<U256> = account.storage.keys().copied().collect();
        let all = (keys.len() > 1).then(|| Account { storage: Default::default(), ..account.clone() });
        let singly = keys.into_iter().map(move |key| {
            let mut smaller = account.clone();
            smaller.storage.remove(&key);
            smaller
        });
        all.into_iter().chain(singly)
    })
}

fn plainer_transactions(case: &Case) -> Proposals {
    each_transaction(case, |transaction| {
        let mut all = Vec::new();
        let mut propose = |change: &dyn Fn(&mut Transaction)| {
            let mut smaller = transaction.clone();
            change(&mut smaller);
            if smaller != *transaction {
                all.push(smaller);
            }
        };
        propose(&|transaction| transaction.authorizations = None);
        propose(&|transaction| transaction.blobs = None);
        propose(&|transaction| transaction.access_list = None);
        propose(&|transaction| transaction.access_list.iter_mut().for_each(Vec::clear));
        propose(&|transaction| {
            if let Some(authorizations) = &mut transaction.authorizations {
                authorizations.pop();
            }
        });
        propose(&|transaction| transaction.fee = Fee::Price(transaction.fee_max()));
        propose(&|transaction| transaction.fee = Fee::Price(transaction.fee_max().min(U256::from(10))));
        propose(&|transaction| transaction.value = Value::ZERO);
        propose(&|transaction| transaction.data = Bytes::from(vec![0; transaction.data.len()]));
        for gas_limit in [100_000, 1_000_000, transaction.gas_limit / 2, transaction.gas_limit.saturating_sub(1000)] {
            propose(&|transaction| transaction.gas_limit = transaction.gas_limit.min(gas_limit));
        }
        all
    })
}

fn plainer_accounts(case: &Case) -> Proposals {
    each_account(case, |_, account| {
        let plain = [
            Account { balance: U256::ZERO, ..account.clone() },
            Account { balance: U256::from(10).pow(U256::from(18)), ..account.clone() },
            Account { nonce: 0, ..account.clone() },
        ];
        let account = account.clone();
        // Only ever towards the plain form, so that a round cannot go in circles.
        plain.into_iter().filter(move |smaller| rank(smaller) < rank(&account))
    })
}

/// How far an account is from plain.
fn rank(account: &Account) -> (u8, u64) {
    let balance = match account.balance {
        balance if balance.is_zero() => 0,
        balance if balance == U256::from(10).pow(U256::from(18)) => 1,
        _ => 2,
    };
    (balance, account.nonce)
}

fn plainer_block(case: &Case) -> Proposals {
    let plain = Block::default();
    let blocks = [
        Block { gas_limit: case.block.gas_limit, base_fee: case.block.base_fee, ..plain.clone() },
        Block { hashes: plain.hashes.clone(), ..case.block.clone() },
        Block { number: plain.number, timestamp: plain.timestamp, ..case.block.clone() },
        Block { base_fee: 0, ..case.block.clone() },
        Block { blob_parent: None, blob_schedule: None, excess_blob_gas: 0, ..case.block.clone() },
    ];
    let case = case.clone();
    Box::new(blocks.into_iter().map(move |block| Case { block, ..case.clone() }))
}
