//! An account while a case runs, and what undoes each change to it.

use api::{Account, Address, Code, Revision, U256};
use std::collections::BTreeMap;

/// An account, there or not: accesses to absent accounts are remembered too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) exists: bool,
    pub(crate) nonce: u64,
    pub(crate) balance: U256,
    pub(crate) code: Code,
    /// Slots that were looked at.
    pub(crate) storage: BTreeMap<U256, Cell>,
    /// Whether all other slots are zero, whatever the case begins with: the account was removed.
    pub(crate) is_blank: bool,
    /// Accessed in this transaction (EIP-2929).
    pub(crate) warm: bool,
    /// Touched in this transaction: removed at its end if empty (EIP-161).
    pub(crate) touched: bool,
    /// Created in this transaction (EIP-6780).
    pub(crate) created: bool,
    /// Removed at the end of this transaction.
    pub(crate) destroyed: bool,
}

impl Entry {
    /// Empty in the sense of EIP-161, which an absent account is too.
    pub(crate) fn is_empty(&self) -> bool {
        self.nonce == 0 && self.balance.is_zero() && self.code.is_empty()
    }
}

/// A storage slot within a transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) original: U256,
    pub(crate) current: U256,
    pub(crate) warm: bool,
}

/// What undoes the changes so far, the last one last.
pub(crate) type Journal = Vec<Undo>;

/// What undoes one change.
#[derive(Debug)]
pub(crate) enum Undo {
    Appeared(Address),
    Balance(Address, U256),
    Nonce(Address, u64),
    Code(Address, Code),
    Warmed(Address),
    Touched(Address),
    Created(Address),
    Destroyed(Address),
    Slot(Address, U256, U256),
    SlotWarmed(Address, U256),
    Transient(Address, U256, U256),
}

/// An account that is about to change, found once for all that happens to it.
pub(crate) struct Open<'a> {
    pub(crate) address: Address,
    pub(crate) entry: &'a mut Entry,
    pub(crate) journal: &'a mut Journal,
    pub(crate) revision: Revision,
}

impl Open<'_> {
    pub(crate) fn touch(&mut self) {
        if !self.revision.is(Revision::Spurious) {
            self.appear();
        }
        if !std::mem::replace(&mut self.entry.touched, true) {
            self.journal.push(Undo::Touched(self.address));
        }
    }

    pub(crate) fn appear(&mut self) {
        if !std::mem::replace(&mut self.entry.exists, true) {
            self.journal.push(Undo::Appeared(self.address));
        }
    }

    pub(crate) fn set_balance(&mut self, balance: U256) {
        if !balance.is_zero() {
            self.appear();
        }
        let old = std::mem::replace(&mut self.entry.balance, balance);
        self.journal.push(Undo::Balance(self.address, old));
    }

    pub(crate) fn set_nonce(&mut self, nonce: u64) {
        self.appear();
        let old = std::mem::replace(&mut self.entry.nonce, nonce);
        self.journal.push(Undo::Nonce(self.address, old));
    }
}

/// An account as it was written down; its slots come when somebody looks at them.
pub(crate) fn entry_of(account: &Account) -> Entry {
    Entry {
        exists: true,
        nonce: account.nonce,
        balance: account.balance,
        code: if account.code.is_empty() { Code::default() } else { Code::new(account.code.clone()) },
        ..Entry::default()
    }
}

/// Most accounts that are looked at keep their code and most of their slots, so these are written only where they changed.
pub(crate) fn write_down(entry: &Entry, account: &mut Account) {
    (account.nonce, account.balance) = (entry.nonce, entry.balance);
    // Code that nobody set is the very bytes that were written down.
    if !std::ptr::eq(&account.code[..], &entry.code.bytes()[..]) {
        account.code = entry.code.bytes().clone();
    }
    if entry.is_blank {
        account.storage.clear();
    }
    for (key, cell) in &entry.storage {
        if account.storage.get(key).copied().unwrap_or_default() != cell.current {
            account.storage.insert(*key, cell.current);
        }
    }
}
