//! Accounts and slots with a journal: every change is recorded with what undoes it.
//!
//! A snapshot is a length of the journal; undoing pops back to it. What belongs to a transaction alone (warm and
//! cold, originals, transient storage, the refund counter, what was created or destroyed) is reset by
//! [`World::end_transaction`].

use crate::entry::{Cell, Entry, Journal, Open, Undo, entry_of, write_down};
use crate::precompile::is_precompile;
use api::{Address, Code, Log, Revision, State, U256};
use std::collections::btree_map::Entry as Place;
use std::collections::{BTreeMap, BTreeSet};

/// Changes for which a journal keeps room from one case to the next.
const JOURNAL_KEPT: usize = 1 << 10;

/// A point to which the world can be taken back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Snapshot {
    journal: usize,
    logs: usize,
    refund: i64,
}

/// RIPEMD-160, whose touch survives a revert: the state of the main network has it so since block 2,675,119.
const RIPEMD: Address = Address::with_last_byte(3);

/// The state of a case while it runs.
#[derive(Debug)]
pub(crate) struct World<'a> {
    pub(crate) revision: Revision,
    /// What the case begins with.
    base: &'a State,
    /// What was looked at; an entry stands for the account even when that is gone.
    entries: BTreeMap<Address, Entry>,
    transient: BTreeMap<(Address, U256), U256>,
    journal: Journal,
    pub(crate) logs: Vec<Log>,
    pub(crate) refund: i64,
}

impl<'a> World<'a> {
    /// The world that a case begins with. The journal has room from another world.
    pub(crate) fn new(revision: Revision, base: &'a State, journal: Journal) -> World<'a> {
        World {
            revision,
            base,
            entries: BTreeMap::new(),
            transient: BTreeMap::new(),
            journal,
            logs: Vec::new(),
            refund: 0,
        }
    }

    /// The accounts as they are written down, and the journal, empty. What room a case of many changes needed is not kept.
    pub(crate) fn into_accounts(mut self) -> (State, Journal) {
        self.journal.clear();
        self.journal.shrink_to(JOURNAL_KEPT);
        let mut accounts = self.base.clone();
        for (address, entry) in &self.entries {
            match entry.exists {
                true => write_down(entry, accounts.entry(*address).or_default()),
                false => drop(accounts.remove(address)),
            }
        }
        // What the case says of accounts that nobody looked at is written down as the others are.
        for account in accounts.values_mut().filter(|account| account.storage.values().any(U256::is_zero)) {
            account.storage.retain(|_, value| !value.is_zero());
        }
        (accounts, self.journal)
    }

    /// An account, absent if nobody wrote it down.
    pub(crate) fn entry(&mut self, address: Address) -> &mut Entry {
        self.open(address).entry
    }

    /// An account, to be changed.
    fn open(&mut self, address: Address) -> Open<'_> {
        let base = self.base;
        let entry = self.entries.entry(address).or_insert_with(|| base.get(&address).map(entry_of).unwrap_or_default());
        Open { address, entry, journal: &mut self.journal, revision: self.revision }
    }

    /// A slot of an account.
    fn cell(&mut self, address: Address, key: U256) -> &mut Cell {
        let base = self.base;
        let entry = self.entry(address);
        match entry.storage.entry(key) {
            Place::Occupied(cell) => cell.into_mut(),
            Place::Vacant(place) => {
                let account = base.get(&address).filter(|_| !entry.is_blank);
                let value = account.and_then(|account| account.storage.get(&key)).copied().unwrap_or_default();
                place.insert(Cell { original: value, current: value, warm: false })
            }
        }
    }

    /// Whether a create may not use an address (EIP-684, EIP-7610).
    pub(crate) fn is_taken(&mut self, address: Address) -> bool {
        let base = self.base;
        let entry = self.entry(address);
        let asks_storage = !fault::planted!(WorldCollisionStorage);
        let mut slots = base.get(&address).filter(|_| !entry.is_blank).into_iter().flat_map(|account| &account.storage);
        let is_there = |(key, value): (_, &U256)| !value.is_zero() && !entry.storage.contains_key(key);
        entry.nonce != 0
            || !entry.code.is_empty()
            || asks_storage && (entry.storage.values().any(|cell| !cell.current.is_zero()) || slots.any(is_there))
    }

    /// Accounts that are warm.
    pub(crate) fn warm_accounts(&self) -> BTreeSet<Address> {
        // There are few and they come in order: collecting would sort them again.
        let mut warm = BTreeSet::new();
        for (address, _) in self.entries.iter().filter(|(_, entry)| entry.warm) {
            warm.insert(*address);
        }
        warm
    }

    /// Slots that are warm.
    pub(crate) fn warm_slots(&self) -> BTreeSet<(Address, U256)> {
        let mut warm = BTreeSet::new();
        for (address, entry) in &self.entries {
            for (key, _) in entry.storage.iter().filter(|(_, cell)| cell.warm) {
                warm.insert((*address, *key));
            }
        }
        warm
    }

    /// Transient slots that are not zero.
    pub(crate) fn transient(&self) -> BTreeMap<(Address, U256), U256> {
        self.transient.iter().filter(|(_, value)| !value.is_zero()).map(|(key, value)| (*key, *value)).collect()
    }

    /// Records an access; true if it was the first.
    pub(crate) fn warm(&mut self, address: Address) -> bool {
        self.can_be_cold(&address) && self.look(address).1
    }

    /// The same, and the account.
    pub(crate) fn look(&mut self, address: Address) -> (&Entry, bool) {
        let can_be_cold = self.can_be_cold(&address);
        let Open { entry, journal, .. } = self.open(address);
        let cold = can_be_cold && !std::mem::replace(&mut entry.warm, true);
        if cold {
            journal.push(Undo::Warmed(address));
        }
        (entry, cold)
    }

    /// Nothing is cold before Berlin, and precompiled contracts never are (EIP-2929): they are not recorded.
    fn can_be_cold(&self, address: &Address) -> bool {
        let revision = if fault::planted!(WorldPrecompileWarm) { Revision::Osaka } else { self.revision };
        self.revision.is(Revision::Berlin) && !is_precompile(address, revision)
    }

    /// Records an access to a slot and tells what it holds; true if it was the first.
    pub(crate) fn warm_slot(&mut self, address: Address, key: U256) -> (Cell, bool) {
        let metered = self.revision.is(Revision::Berlin);
        let cell = self.cell(address, key);
        let cold = metered && !cell.warm;
        cell.warm |= cold;
        let seen = *cell;
        if cold {
            self.journal.push(Undo::SlotWarmed(address, key));
        }
        (seen, cold)
    }

    /// Writes a slot.
    pub(crate) fn set_slot(&mut self, address: Address, key: U256, value: U256) {
        let old = std::mem::replace(&mut self.cell(address, key).current, value);
        self.journal.push(Undo::Slot(address, key, old));
    }

    /// Reads a transient slot.
    pub(crate) fn transient_slot(&self, address: Address, key: U256) -> U256 {
        self.transient.get(&(address, key)).copied().unwrap_or_default()
    }

    /// Writes a transient slot.
    pub(crate) fn set_transient(&mut self, address: Address, key: U256, value: U256) {
        let old = self.transient.insert((address, key), value).unwrap_or_default();
        self.journal.push(Undo::Transient(address, key, old));
    }

    /// Marks an account for removal if it is empty at the end (EIP-161), and before that rule brings it into being.
    pub(crate) fn touch(&mut self, address: Address) {
        self.open(address).touch();
    }

    /// Sets a balance; a balance that is not zero brings the account into being.
    pub(crate) fn set_balance(&mut self, address: Address, balance: U256) {
        self.open(address).set_balance(balance);
    }

    /// Adds to a balance and touches the account. Supply never reaches 2^256 in a valid case; one that does saturates.
    pub(crate) fn add_balance(&mut self, address: Address, amount: U256) {
        let mut account = self.open(address);
        account.touch();
        if !amount.is_zero() {
            account.set_balance(account.entry.balance.saturating_add(amount));
        }
    }

    /// Moves value that is known to be there.
    pub(crate) fn transfer(&mut self, from: Address, to: Address, amount: U256) {
        let mut account = self.open(from);
        account.touch();
        if !amount.is_zero() {
            account.set_balance(account.entry.balance - amount);
        }
        self.add_balance(to, amount);
    }

    /// Takes what a sender pays in advance, and uses up its nonce.
    pub(crate) fn charge(&mut self, sender: Address, cost: U256, nonce: u64) {
        let mut account = self.open(sender);
        account.touch();
        account.set_balance(account.entry.balance - cost);
        account.set_nonce(nonce);
    }

    /// Sets a nonce and brings the account into being.
    pub(crate) fn set_nonce(&mut self, address: Address, nonce: u64) {
        self.open(address).set_nonce(nonce);
    }

    /// Sets the code.
    pub(crate) fn set_code(&mut self, address: Address, code: Code) {
        let old = std::mem::replace(&mut self.entry(address).code, code);
        self.journal.push(Undo::Code(address, old));
    }

    /// Brings a contract into being.
    pub(crate) fn create(&mut self, address: Address) {
        let mut account = self.open(address);
        account.appear();
        if !std::mem::replace(&mut account.entry.created, true) {
            account.journal.push(Undo::Created(address));
        }
    }

    /// Marks an account for removal at the end of the transaction; false if it was marked already.
    pub(crate) fn destroy(&mut self, address: Address) -> bool {
        let entry = self.entry(address);
        let first = !std::mem::replace(&mut entry.destroyed, true);
        if first {
            self.journal.push(Undo::Destroyed(address));
        }
        first
    }

    /// Where the world stands.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot { journal: self.journal.len(), logs: self.logs.len(), refund: self.refund }
    }

    /// Takes the world back.
    pub(crate) fn revert(&mut self, to: Snapshot) {
        let to = if fault::planted!(WorldLogsCleared) { Snapshot { logs: 0, ..to } } else { to };
        if !fault::planted!(WorldLogsKept) {
            self.logs.truncate(to.logs);
        }
        if !fault::planted!(WorldRefundKept) {
            self.refund = to.refund;
        }
        while to.journal < self.journal.len()
            && let Some(undo) = self.journal.pop()
        {
            self.undo(undo);
        }
    }

    fn undo(&mut self, undo: Undo) {
        match undo {
            Undo::Appeared(address) => self.entry(address).exists = false,
            Undo::Balance(address, old) => self.entry(address).balance = old,
            Undo::Nonce(..) if fault::planted!(WorldNonceKept) => {}
            Undo::Nonce(address, old) => self.entry(address).nonce = old,
            Undo::Code(address, old) => self.entry(address).code = old,
            Undo::Warmed(address) => self.entry(address).warm = fault::planted!(WorldWarmKept),
            Undo::Touched(RIPEMD) => {}
            Undo::Touched(address) => self.entry(address).touched = false,
            Undo::Created(address) => self.entry(address).created = false,
            Undo::Destroyed(address) => self.entry(address).destroyed = false,
            Undo::Slot(address, key, old) => self.cell(address, key).current = old,
            Undo::SlotWarmed(address, key) => self.cell(address, key).warm = fault::planted!(WorldSlotWarmKept),
            Undo::Transient(..) if fault::planted!(WorldTransientKept) => {}
            Undo::Transient(address, key, old) => drop(self.transient.insert((address, key), old)),
        }
    }

    /// Removes what was destroyed and, from Spurious Dragon on, what is touched and empty; then forgets what
    /// belongs to the transaction alone.
    pub(crate) fn end_transaction(&mut self) {
        let clears = self.revision.is(Revision::Spurious);
        for entry in self.entries.values_mut() {
            let removed =
                entry.destroyed || clears && entry.touched && entry.is_empty() && !fault::planted!(WorldTouchEmpty);
            if removed || !entry.exists {
                let is_blank = !fault::planted!(WorldSlotsReturn);
                let balance = if fault::planted!(WorldDestroyedBalance) { entry.balance } else { U256::ZERO };
                *entry = Entry { exists: !balance.is_zero(), balance, is_blank, ..Entry::default() };
            }
            (entry.warm, entry.touched, entry.created) = (false, false, false);
            for cell in entry.storage.values_mut() {
                let original = if fault::planted!(WorldOriginalStale) { cell.original } else { cell.current };
                *cell = Cell { original, current: cell.current, warm: false };
            }
        }
        if !fault::planted!(WorldTransientLives) {
            self.transient.clear();
        }
        self.journal.clear();
        self.refund = 0;
    }
}
