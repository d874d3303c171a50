//! What the campaign of the gate tells on its way: nothing is kept, and the first divergence may be its end.

use campaign::{Evidence, Keeper, Progress, State};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The gate keeps no evidence: the case can be generated again.
pub(super) struct Nowhere;

impl Keeper for Nowhere {
    fn keep(&self, _: &Evidence) -> Result<String, String> {
        Err("the gate keeps nothing".into())
    }
}

/// What a campaign has seen, which may be its end.
pub(super) struct Seen {
    /// Whether the first divergence is the end.
    is_end: bool,
    /// Divergences, each with a case. With such an end they may lie behind the place where the state stands.
    signatures: Mutex<BTreeMap<String, u64>>,
}

impl Seen {
    pub(super) fn new(is_end: bool) -> Seen {
        Seen { is_end, signatures: Mutex::default() }
    }

    pub(super) fn into_signatures(self) -> BTreeMap<String, u64> {
        self.signatures.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn signatures(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.signatures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Seen {
    fn go_on(&self, _: &State) -> bool {
        !self.is_stopping()
    }

    fn is_stopping(&self) -> bool {
        self.is_end && !self.signatures().is_empty()
    }

    // A campaign that goes to its end has all in its state.
    fn seen(&self, signature: &str, index: u64) {
        if self.is_end {
            self.signatures()
                .entry(signature.to_owned())
                .and_modify(|first| *first = index.min(*first))
                .or_insert(index);
        }
    }
}
