//! Accounts and slots with a journal: every change is recorded with what undoes it.
//!
//! A snapshot is a length of the journal; undoing pops back to it. What belongs to a transaction alone (warm and
//! cold, originals, transient storage, the refund counter, what was created or destroyed) is reset by
//! [`World::end_transaction`].

use crate::precompile::is_precompile;
use api::{Account, Address, Code, Log, Revision, State, U256};
use std::collections::BTreeMap;

/// An account, there or not: accesses to absent accounts are remembered too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) exists: bool,
    pub(crate) nonce: u64,
    pub(crate) balance: U256,
    pub(crate) code: Code,
    pub(crate) storage: BTreeMap<U256, Cell>,
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

    /// Whether a create may not use the address (EIP-684, EIP-7610).
    pub(crate) fn is_taken(&self) -> bool {
        let asks_storage = !fault::planted!(WorldCollisionStorage);
        self.nonce != 0
            || !self.code.is_empty()
            || asks_storage && self.storage.values().any(|cell| !cell.current.is_zero())
    }
}

/// A storage slot within a transaction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) original: U256,
    pub(crate) current: U256,
    pub(crate) warm: bool,
}

/// What undoes one change.
#[derive(Debug)]
enum Undo {
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
pub(crate) struct World {
    pub(crate) revision: Revision,
    /// What the case begins with.
    base: State,
    /// What was looked at; an entry stands for the account even when that is gone.
    entries: BTreeMap<Address, Entry>,
    transient: BTreeMap<(Address, U256), U256>,
    journal: Vec<Undo>,
    pub(crate) logs: Vec<Log>,
    pub(crate) refund: i64,
}

impl World {
    /// The world that a case begins with.
    pub(crate) fn new(revision: Revision, base: State) -> World {
        World {
            revision,
            base,
            entries: BTreeMap::new(),
            transient: BTreeMap::new(),
            journal: Vec::new(),
            logs: Vec::new(),
            refund: 0,
        }
    }

    /// The accounts as they are written down.
    pub(crate) fn into_accounts(self) -> State {
        let mut accounts = self.base;
        for (address, entry) in &self.entries {
            match entry.exists {
                true => write_down(entry, accounts.entry(*address).or_default()),
                false => drop(accounts.remove(address)),
            }
        }
        // What the case says of accounts that nobody looked at is written down as the others are.
        accounts.values_mut().for_each(|account| account.storage.retain(|_, value| !value.is_zero()));
        accounts
    }

    /// An account, absent if nobody wrote it down.
    pub(crate) fn entry(&mut self, address: Address) -> &mut Entry {
        let base = &self.base;
        self.entries.entry(address).or_insert_with(|| base.get(&address).map(entry_of).unwrap_or_default())
    }

    /// Accounts that are warm.
    pub(crate) fn warm_accounts(&self) -> impl Iterator<Item = Address> {
        self.entries.iter().filter(|(_, entry)| entry.warm).map(|(address, _)| *address)
    }

    /// Slots that are warm.
    pub(crate) fn warm_slots(&self) -> impl Iterator<Item = (Address, U256)> {
        self.entries.iter().flat_map(|(address, entry)| {
            entry.storage.iter().filter(|(_, cell)| cell.warm).map(|(key, _)| (*address, *key))
        })
    }

    /// Transient slots that are not zero.
    pub(crate) fn transient(&self) -> BTreeMap<(Address, U256), U256> {
        self.transient.iter().filter(|(_, value)| !value.is_zero()).map(|(key, value)| (*key, *value)).collect()
    }

    /// Records an access; true if it was the first. Nothing is cold before Berlin, and precompiled contracts never
    /// are (EIP-2929): they are not recorded.
    pub(crate) fn warm(&mut self, address: Address) -> bool {
        if !self.revision.is(Revision::Berlin)
            || is_precompile(
                &address,
                if fault::planted!(WorldPrecompileWarm) { Revision::Osaka } else { self.revision },
            )
        {
            return false;
        }
        let entry = self.entry(address);
        let cold = !std::mem::replace(&mut entry.warm, true);
        if cold {
            self.journal.push(Undo::Warmed(address));
        }
        cold
    }

    /// Records an access to a slot and tells what it holds; true if it was the first.
    pub(crate) fn warm_slot(&mut self, address: Address, key: U256) -> (Cell, bool) {
        let metered = self.revision.is(Revision::Berlin);
        let cell = self.entry(address).storage.entry(key).or_default();
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
        let cell = self.entry(address).storage.entry(key).or_default();
        let old = std::mem::replace(&mut cell.current, value);
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
        if !self.revision.is(Revision::Spurious) {
            self.appear(address);
        }
        let entry = self.entry(address);
        if !std::mem::replace(&mut entry.touched, true) {
            self.journal.push(Undo::Touched(address));
        }
    }

    fn appear(&mut self, address: Address) {
        let entry = self.entry(address);
        if !std::mem::replace(&mut entry.exists, true) {
            self.journal.push(Undo::Appeared(address));
        }
    }

    /// Sets a balance; a balance that is not zero brings the account into being.
    pub(crate) fn set_balance(&mut self, address: Address, balance: U256) {
        if !balance.is_zero() {
            self.appear(address);
        }
        let old = std::mem::replace(&mut self.entry(address).balance, balance);
        self.journal.push(Undo::Balance(address, old));
    }

    /// Adds to a balance and touches the account. Supply never reaches 2^256 in a valid case; one that does saturates.
    pub(crate) fn add_balance(&mut self, address: Address, amount: U256) {
        self.touch(address);
        if !amount.is_zero() {
            let balance = self.entry(address).balance.saturating_add(amount);
            self.set_balance(address, balance);
        }
    }

    /// Moves value that is known to be there.
    pub(crate) fn transfer(&mut self, from: Address, to: Address, amount: U256) {
        self.touch(from);
        if !amount.is_zero() {
            let balance = self.entry(from).balance - amount;
            self.set_balance(from, balance);
        }
        self.add_balance(to, amount);
    }

    /// Sets a nonce and brings the account into being.
    pub(crate) fn set_nonce(&mut self, address: Address, nonce: u64) {
        self.appear(address);
        let old = std::mem::replace(&mut self.entry(address).nonce, nonce);
        self.journal.push(Undo::Nonce(address, old));
    }

    /// Sets the code.
    pub(crate) fn set_code(&mut self, address: Address, code: Code) {
        let old = std::mem::replace(&mut self.entry(address).code, code);
        self.journal.push(Undo::Code(address, old));
    }

    /// Brings a contract into being.
    pub(crate) fn create(&mut self, address: Address) {
        self.appear(address);
        let entry = self.entry(address);
        if !std::mem::replace(&mut entry.created, true) {
            self.journal.push(Undo::Created(address));
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
            Undo::Slot(address, key, old) => self.entry(address).storage.entry(key).or_default().current = old,
            Undo::SlotWarmed(address, key) => {
                self.entry(address).storage.entry(key).or_default().warm = fault::planted!(WorldSlotWarmKept)
            }
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
                let balance = if fault::planted!(WorldDestroyedBalance) { entry.balance } else { U256::ZERO };
                *entry = Entry { exists: !balance.is_zero(), balance, ..Entry::default() };
            }
            (entry.warm, entry.touched, entry.created) = (false, false, false);
            entry.storage.retain(|_, cell| {
                let original = if fault::planted!(WorldOriginalStale) { cell.original } else { cell.current };
                *cell = Cell { original, current: cell.current, warm: false };
                !cell.current.is_zero()
            });
        }
        if !fault::planted!(WorldTransientLives) {
            self.transient.clear();
        }
        self.journal.clear();
        self.refund = 0;
    }
}

fn entry_of(account: &Account) -> Entry {
    let slots = account.storage.iter().filter(|(_, value)| !value.is_zero());
    Entry {
        exists: true,
        nonce: account.nonce,
        balance: account.balance,
        code: if account.code.is_empty() { Code::default() } else { Code::new(account.code.clone()) },
        storage: slots.map(|(key, value)| (*key, Cell { original: *value, current: *value, warm: false })).collect(),
        ..Entry::default()
    }
}

/// Most accounts that are looked at keep their slots and code, so these are written only where they changed.
fn write_down(entry: &Entry, account: &mut Account) {
    (account.nonce, account.balance) = (entry.nonce, entry.balance);
    // Code that nobody set is the very bytes that were written down.
    if !std::ptr::eq(&account.code[..], &entry.code.bytes()[..]) {
        account.code = entry.code.bytes().clone();
    }
    let slots = entry.storage.iter().map(|(key, cell)| (key, &cell.current)).filter(|(_, value)| !value.is_zero());
    if !slots.clone().eq(&account.storage) {
        account.storage = slots.map(|(key, value)| (*key, *value)).collect();
    }
}
