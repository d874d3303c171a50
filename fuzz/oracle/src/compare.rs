//! Every field in which two outcomes differ, among what both can report.
//!
//! The list is exhaustive and ordered: transactions first, in order, then the state; within a transaction what
//! consensus sees first. A field that one side does not know is no difference.

use api::outcome::{Exact, Field, Outcome, Receipt, TxOutcome};
use api::{Account, Log, State, U256};
use std::fmt::Debug;

/// At which level a field counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Every engine must agree on it.
    Consensus,
    /// Engines of this repository must agree on it.
    Exact,
}

macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident = $level:ident, $text:literal;)*) => {
        /// A part of an outcome that can differ.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Part { $($(#[$doc])* $name,)* }

        impl Part {
            /// Every part.
            pub const ALL: &[Part] = &[$(Part::$name),*];

            /// Its name in reports and tolerances.
            pub const fn name(self) -> &'static str {
                match self { $(Part::$name => $text),* }
            }

            /// The level at which it counts.
            pub const fn level(self) -> Level {
                match self { $(Part::$name => Level::$level),* }
            }

            /// The part with this name.
            pub fn from_name(name: &str) -> Option<Part> {
                Part::ALL.iter().copied().find(|part| part.name() == name)
            }
        }
    };
}

parts! {
    /// How many transactions have an outcome.
    Transactions = Consensus, "transactions";
    /// Executed or rejected.
    Rejection = Consensus, "rejection";
    /// Success or failure.
    Success = Consensus, "success";
    /// Gas paid for.
    GasUsed = Consensus, "gas used";
    /// What the first frame returned.
    Output = Consensus, "output";
    /// How many logs there are.
    LogCount = Consensus, "log count";
    /// Who logged.
    LogAddress = Consensus, "log address";
    /// A topic.
    LogTopic = Consensus, "log topic";
    /// Logged data.
    LogData = Consensus, "log data";
    /// The created address.
    Created = Consensus, "created";
    /// An account that is there or not.
    Existence = Consensus, "existence";
    /// A nonce.
    Nonce = Consensus, "nonce";
    /// A balance.
    Balance = Consensus, "balance";
    /// Code.
    Code = Consensus, "code";
    /// A storage slot.
    Slot = Consensus, "slot";
    /// The root of the state.
    StateRoot = Consensus, "state root";
    /// Why it was rejected.
    Reason = Exact, "reason of rejection";
    /// How the first frame ended.
    End = Exact, "end";
    /// Gas that the first frame left.
    GasLeft = Exact, "gas left";
    /// Refund granted.
    Refund = Exact, "refund";
    /// The ends of frames.
    Frames = Exact, "frames";
    /// Warm accounts.
    WarmAccounts = Exact, "warm accounts";
    /// Warm slots.
    WarmSlots = Exact, "warm slots";
    /// Transient storage.
    Transient = Exact, "transient storage";
    /// What was asked of the world.
    Transcript = Exact, "transcript";
    /// An outcome, or a resource limit in its place.
    Limit = Exact, "limit";
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The transaction it belongs to; none for the state afterwards.
    pub transaction: Option<u32>,
    /// What differs.
    pub part: Part,
    /// Where in it: an address and key, a position in a list.
    pub place: String,
    /// What the judge has.
    pub left: String,
    /// What the other has.
    pub right: String,
}

/// Lists the differences.
pub fn compare(left: &Outcome, right: &Outcome) -> Vec<Difference> {
    let mut found = Found { differences: Vec::new(), transaction: None };
    found.value(Part::Transactions, "", &left.transactions.len(), &right.transactions.len());
    for (i, pair) in left.transactions.iter().zip(&right.transactions).enumerate() {
        found.transaction = Some(i as u32);
        found.transaction(pair.0, pair.1);
    }
    found.transaction = None;
    if let (Field::Known(left), Field::Known(right)) = (&left.state, &right.state) {
        found.state(left, right);
    }
    found.known(Part::StateRoot, &left.state_root, &right.state_root);
    found.differences
}

struct Found {
    differences: Vec<Difference>,
    transaction: Option<u32>,
}

impl Found {
    fn value<T: PartialEq + Debug>(&mut self, part: Part, place: &str, left: &T, right: &T) {
        if left != right {
            let (left, right) = (format!("{left:?}"), format!("{right:?}"));
            self.differences.push(Difference { transaction: self.transaction, part, place: place.into(), left, right });
        }
    }

    fn known<T: PartialEq + Debug>(&mut self, part: Part, left: &Field<T>, right: &Field<T>) {
        if let (Field::Known(left), Field::Known(right)) = (left, right) {
            self.value(part, "", left, right);
        }
    }

    /// The first position at which two lists differ, or their lengths.
    fn list<T: PartialEq + Debug>(&mut self, part: Part, left: &[T], right: &[T]) {
        let at = left.iter().zip(right).position(|(left, right)| left != right);
        match at {
            Some(at) => self.value(part, &format!("at {at}"), &left[at], &right[at]),
            None => self.value(part, "length", &left.len(), &right.len()),
        }
    }

    fn transaction(&mut self, left: &TxOutcome, right: &TxOutcome) {
        match (left, right) {
            (TxOutcome::Executed(left), TxOutcome::Executed(right)) => self.receipt(left, right),
            (TxOutcome::Rejected(left), TxOutcome::Rejected(right)) => self.value(Part::Reason, "", left, right),
            _ if fault::planted!(OracleRejection) => {}
            (left, right) => self.value(Part::Rejection, "", &rejection(left), &rejection(right)),
        }
    }

    fn receipt(&mut self, left: &Receipt, right: &Receipt) {
        self.value(Part::Success, "", &left.success, &right.success);
        let near = fault::planted!(OracleGas) && left.gas_used.abs_diff(right.gas_used) <= 1;
        self.value(Part::GasUsed, "", &left.gas_used, if near { &left.gas_used } else { &right.gas_used });
        self.value(Part::Output, "", &left.output, &right.output);
        self.value(Part::LogCount, "", &left.logs.len(), &right.logs.len());
        for (i, (left, right)) in left.logs.iter().zip(&right.logs).enumerate() {
            self.log(i, left, right);
        }
        self.value(Part::Created, "", &left.created, &right.created);
        if let (Field::Known(left), Field::Known(right)) = (&left.exact, &right.exact) {
            self.exact(left, right);
        }
    }

    fn log(&mut self, i: usize, left: &Log, right: &Log) {
        let place = format!("log {i}");
        self.value(Part::LogAddress, &place, &left.address, &right.address);
        self.value(Part::LogTopic, &place, &left.topics, &right.topics);
        if fault::planted!(OracleLogs) {
            return;
        }
        self.value(Part::LogData, &place, &left.data, &right.data);
    }

    fn exact(&mut self, left: &Exact, right: &Exact) {
        if left.end != right.end {
            self.value(Part::End, "", &left.end.to_string(), &right.end.to_string());
        }
        self.value(Part::GasLeft, "", &left.gas_left, &right.gas_left);
        self.value(
            Part::Refund,
            "",
            &left.refund,
            if fault::planted!(OracleRefund) { &left.refund } else { &right.refund },
        );
        let n = if fault::planted!(OracleFrames) && left.frames.len() == right.frames.len() { 0 } else { usize::MAX };
        let some = [&left.frames, &right.frames].map(|frames| &frames[..frames.len().min(n)]);
        self.list(Part::Frames, some[0], some[1]);
        self.value(Part::WarmAccounts, "", &left.warm_accounts, &right.warm_accounts);
        self.value(Part::WarmSlots, "", &left.warm_slots, &right.warm_slots);
        self.value(Part::Transient, "", &left.transient, &right.transient);
        if fault::planted!(OracleTranscript) {
            return;
        }
        self.list(Part::Transcript, &left.transcript, &right.transcript);
    }

    fn state(&mut self, left: &State, right: &State) {
        if left == right {
            return;
        }
        let mut addresses: Vec<_> = left.keys().chain(right.keys()).collect();
        addresses.sort();
        addresses.dedup();
        for address in addresses {
            match (left.get(address), right.get(address)) {
                (Some(left), Some(right)) if left == right => {}
                (Some(left), Some(right)) => self.account(&address.to_string(), left, right),
                _ if fault::planted!(OracleExistence) => {}
                (left, right) => {
                    self.value(Part::Existence, &address.to_string(), &left.is_some(), &right.is_some());
                }
            }
        }
    }

    fn account(&mut self, place: &str, left: &Account, right: &Account) {
        self.value(Part::Nonce, place, &left.nonce, &right.nonce);
        self.value(Part::Balance, place, &left.balance, &right.balance);
        self.value(Part::Code, place, &left.code, &right.code);
        let mut keys: Vec<&U256> = left.storage.keys().chain(right.storage.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys.into_iter().filter(|_| !fault::planted!(OracleStorage)) {
            let value = |account: &Account| account.storage.get(key).copied().unwrap_or_default();
            self.value(Part::Slot, &format!("{place} slot {key:#x}"), &value(left), &value(right));
        }
    }
}

fn rejection(outcome: &TxOutcome) -> &'static str {
    match outcome {
        TxOutcome::Executed(_) => "executed",
        TxOutcome::Rejected(why) => why.name(),
    }
}
