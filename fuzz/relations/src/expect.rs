//! What the outcome of a changed case must be, made from the outcome of the case as it was.

use crate::Subject;
use crate::change::Change;
use api::outcome::{Field, Outcome};
use api::{Ask, Revision, TxOutcome, U256};

/// What is expected and what was found, both without what the relation says nothing of.
pub(crate) fn both(subject: &Subject, change: &Change, before: Outcome, after: Outcome) -> (Outcome, Outcome) {
    let (mut expected, mut found) = (before, after);
    if let Some(TxOutcome::Executed(receipt)) = expected.transactions.first_mut() {
        receipt.gas_used += change.gas;
    }
    pay(subject, change, &mut expected);
    recode(subject, change, &mut expected);
    for outcome in [&mut expected, &mut found] {
        // The root follows from the state, which is compared.
        outcome.state_root = Field::Unknown;
        for transaction in &mut outcome.transactions {
            let TxOutcome::Executed(receipt) = transaction else { continue };
            match &mut receipt.exact {
                exact if change.forgets.exact => *exact = Field::Unknown,
                Field::Known(exact) if change.forgets.order => exact.transcript.sort_by_key(key),
                _ => {}
            }
        }
    }
    (expected, found)
}

fn key(ask: &Ask) -> (u32, u8, U256, U256, U256, bool) {
    (ask.frame, ask.kind as u8, ask.subject, ask.operand, ask.answer, ask.cold)
}

/// Who pays for what the change costs, and who gets it.
fn pay(subject: &Subject, change: &Change, outcome: &mut Outcome) {
    let (case, transaction) = (&subject.case, &subject.case.transactions[0]);
    let base_fee = if case.revision.is(Revision::London) { U256::from(case.block.base_fee) } else { U256::ZERO };
    let price = transaction.gas_price(base_fee);
    let more = U256::from(change.gas);
    let Field::Known(state) = &mut outcome.state else { return };
    if let Some(sender) = state.get_mut(&transaction.sender) {
        sender.balance = sender.balance.wrapping_sub(price * more);
    }
    if let Some(coinbase) = state.get_mut(&case.block.coinbase) {
        coinbase.balance = coinbase.balance.wrapping_add((price - base_fee) * more);
    }
}

/// The code that was changed is still changed afterwards.
fn recode(subject: &Subject, change: &Change, outcome: &mut Outcome) {
    let base = change.base.as_ref().unwrap_or(&subject.case);
    let Field::Known(state) = &mut outcome.state else { return };
    for (address, account) in &change.case.accounts {
        match base.accounts.get(address) {
            None => drop(state.insert(*address, account.clone())),
            Some(old) if old.code != account.code => {
                if let Some(left) = state.get_mut(address) {
                    left.code = account.code.clone();
                }
            }
            Some(_) => {}
        }
    }
}
