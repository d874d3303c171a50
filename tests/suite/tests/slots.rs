//! What a slot holds from one transaction to the next: what the case begins with, until it is written or the account is removed.
//!
//! Engines of this repository share the state, so an engine that others wrote is asked too.

use api::{Account, Address, Case, Outcome, Revision, Transaction, U256};
use oracle::{Crew, Tolerances, judge};
use spec::op;
use suite::code::{push, word};
use suite::{CONTRACT, SENDER, call_case, receipt, with_gas};

const OTHER: Address = Address::repeat_byte(0x77);

/// An account with one wei, this code, and the slots 1 and 2.
fn account(code: Vec<u8>) -> Account {
    let storage = [(U256::from(1), U256::from(11)), (U256::from(2), U256::from(22))].into();
    Account { nonce: 1, balance: U256::ONE, code: code.into(), storage }
}

/// One transaction for each of these targets and values, with slots at both.
fn case(revision: Revision, code: Vec<u8>, other: Account, sent: &[(Address, u64)]) -> Case {
    let mut case = with_gas(call_case(revision, code, vec![]), 1_000_000);
    case.accounts.insert(OTHER, other);
    case.accounts.get_mut(&CONTRACT).expect("it is there").storage = account(vec![]).storage;
    let first = case.transactions[0].clone();
    let to = |(nonce, (to, value)): (usize, &(Address, u64))| Transaction {
        nonce: nonce as u64,
        to: Some(*to),
        value: api::Value::from(*value),
        ..first.clone()
    };
    case.transactions = sent.iter().enumerate().map(to).collect();
    case
}

/// Runs a case on the judge, a compiler and every peer, all of which must agree.
#[track_caller]
fn agreed(case: &Case) -> Outcome {
    let names: Vec<String> = ["interp", "template"].into_iter().chain(registry::peers()).map(str::to_owned).collect();
    let mut crew = Crew::new(&names, |name| registry::make(name).ok()).expect("the registry makes what it names");
    let verdict = judge(&mut crew, case, &Tolerances::none());
    assert!(verdict.is_unanimous() && verdict.n_outcomes() == names.len(), "{:?}", verdict.divergences);
    verdict.outcome().expect("the judge has one").clone()
}

fn slots(outcome: &Outcome, address: Address) -> Vec<(u64, u64)> {
    let state = outcome.state.known().expect("the judge knows the state");
    let slots = state.get(&address).into_iter().flat_map(|account| &account.storage);
    slots.map(|(key, value)| (key.to(), value.to())).collect()
}

/// Code that destroys its account in favour of the sender, unless it is sent value.
fn leaving() -> Vec<u8> {
    let leave = [push(word(SENDER)), vec![op::SELFDESTRUCT]].concat();
    [vec![op::CALLVALUE, op::PUSH1, 4 + leave.len() as u8, op::JUMPI], leave, vec![op::JUMPDEST, op::STOP]].concat()
}

/// Code that writes a number to a slot.
fn writing(slot: u64, value: u64) -> Vec<u8> {
    [push(U256::from(value)), push(U256::from(slot)), vec![op::SSTORE]].concat()
}

#[test]
fn a_removed_account_has_no_slots_when_it_comes_back() {
    for (revision, left) in
        [(Revision::Frontier, vec![]), (Revision::Shanghai, vec![]), (Revision::Cancun, vec![(1, 11), (2, 22)])]
    {
        let sent = [(OTHER, 0), (OTHER, 5)];
        let outcome = agreed(&case(revision, vec![], account(leaving()), &sent));
        assert_eq!(slots(&outcome, OTHER), left, "{revision}");
        let state = outcome.state.known().expect("it is known");
        assert_eq!(state[&OTHER].balance, U256::from(5), "{revision}");
    }
}

#[test]
fn an_address_whose_account_was_removed_can_be_created_at() {
    // The creator makes an account of the code that is copied from calldata: none, so it is empty but for its nonce.
    let create = [vec![op::PUSH0; 4], vec![op::CREATE2, op::STOP]].concat();
    let at = CONTRACT.create2(alloy_primitives::B256::ZERO, alloy_primitives::keccak256([]));
    for (revision, is_created) in [(Revision::Shanghai, true), (Revision::Cancun, false)] {
        let mut case = case(revision, create.clone(), account(vec![]), &[(at, 0), (CONTRACT, 0)]);
        case.accounts.insert(at, account(leaving()));
        let outcome = agreed(&case);
        let state = outcome.state.known().expect("it is known");
        assert_eq!(state[&at].code.is_empty(), is_created, "{revision}");
        assert_eq!(slots(&outcome, at).is_empty(), is_created, "{revision}");
    }
}

#[test]
fn a_slot_keeps_what_the_transaction_before_left() {
    // The first transaction clears slot 1 and reads slot 2; the second finds the originals that it left.
    let clear = [writing(1, 0), push(U256::from(2)), vec![op::SLOAD, op::POP, op::STOP]].concat();
    let restore = [writing(1, 11), writing(2, 22), vec![op::STOP]].concat();
    let code = |first: &[u8], second: &[u8]| {
        let head = vec![op::CALLVALUE, op::PUSH1, 4 + first.len() as u8, op::JUMPI];
        [head, first.to_vec(), vec![op::JUMPDEST], second.to_vec()].concat()
    };
    for revision in [Revision::Petersburg, Revision::Istanbul, Revision::LATEST] {
        let sent = [(CONTRACT, 0), (CONTRACT, 1)];
        let outcome = agreed(&case(revision, code(&clear, &restore), account(vec![]), &sent));
        assert_eq!(slots(&outcome, CONTRACT), [(1, 11), (2, 22)], "{revision}");
        assert!(receipt(&outcome).success);
        let outcome = agreed(&case(revision, code(&clear, &[op::STOP]), account(vec![]), &sent));
        assert_eq!(slots(&outcome, CONTRACT), [(2, 22)], "{revision}");
    }
}

#[test]
fn a_write_that_is_undone_leaves_what_was_there() {
    let code = [writing(1, 7), writing(3, 7), vec![op::PUSH1, 0, op::PUSH1, 0, op::REVERT]].concat();
    let outcome = agreed(&case(Revision::LATEST, code, account(vec![]), &[(CONTRACT, 0), (CONTRACT, 0)]));
    assert_eq!(slots(&outcome, CONTRACT), [(1, 11), (2, 22)]);
}

#[test]
fn a_slot_that_the_case_says_is_zero_is_none() {
    let read = [push(U256::from(3)), vec![op::SLOAD, op::STOP]].concat();
    let mut case = case(Revision::LATEST, read, account(vec![]), &[(CONTRACT, 0)]);
    for address in [CONTRACT, OTHER] {
        let account = case.accounts.get_mut(&address).expect("it is there");
        account.storage.extend([(U256::from(3), U256::ZERO), (U256::from(4), U256::ZERO)]);
    }
    let outcome = agreed(&case);
    for address in [CONTRACT, OTHER] {
        assert_eq!(slots(&outcome, address), [(1, 11), (2, 22)]);
    }
}
