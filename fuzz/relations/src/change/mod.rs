//! The changes themselves. Each says what it costs, and leaves the case alone where it cannot tell.

mod frame;
mod put;

pub(crate) use frame::{calldata, evict, wrap};
pub(crate) use put::{double, padding, pairs, split, stores};

use crate::Subject;
use crate::code::Item;
use api::{Bytes, Case, Revision};
use spec::limits;

/// A changed case, and what that changes in its outcome.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// What it is compared with, if not the case itself.
    pub(crate) base: Option<Case>,
    /// What runs between the two.
    pub(crate) between: Vec<Case>,
    pub(crate) case: Case,
    /// Gas that it uses more.
    pub(crate) gas: u64,
    pub(crate) forgets: Forgets,
}

/// What a relation says nothing of.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Forgets {
    /// The order in which the world was asked.
    pub(crate) order: bool,
    /// Everything but what consensus sees.
    pub(crate) exact: bool,
}

impl Change {
    fn new(case: Case, gas: u64) -> Change {
        Change { base: None, between: Vec::new(), case, gas, forgets: Forgets::default() }
    }
}

impl Subject {
    /// The case with this code in place of its own.
    fn with_code(&self, code: Vec<u8>) -> Option<Case> {
        if code.len() > limits::code(self.case.revision).min(1 << 16) {
            return None;
        }
        let mut case = self.case.clone();
        case.accounts.get_mut(&self.address)?.code = Bytes::from(code);
        Some(case)
    }

    /// The case with its code put together of these items, for so much gas more.
    fn rebuilt(&self, items: &[Item], gas: u64) -> Option<Change> {
        let case = self.with_code(self.pieces.assemble(items)?)?;
        Some(Change::new(self.raised(case, gas)?, gas))
    }

    /// A case with a gas limit that is higher by so much, if block and sender allow it.
    fn raised(&self, mut case: Case, by: u64) -> Option<Case> {
        let transaction = &mut case.transactions[0];
        transaction.gas_limit = transaction.gas_limit.checked_add(by)?;
        let capped = case.revision.is(Revision::Osaka) && !case.gas_uncapped && transaction.gas_limit > limits::TX_GAS;
        // That it can be paid for is seen by running it; here is asked what the rules say without a sum.
        let fits = !capped && transaction.gas_limit <= case.block.gas_limit;
        let balance = case.accounts.get(&transaction.sender)?.balance;
        let price = transaction.fee_max();
        let cost = price.checked_mul(api::U256::from(transaction.gas_limit))?;
        let blobs = transaction.carried_blobs().is_none();
        let cost = api::case::Value::from(cost).checked_add(transaction.value)?;
        (fits && blobs && cost <= api::case::Value::from(balance)).then_some(case)
    }
}
