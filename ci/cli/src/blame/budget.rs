//! How many times a case may be tried in a search for what is to blame.
//!
//! A try compiles all code of the case anew and spends its gas on each engine, so it is these two that are counted: a search gives
//! up after as many tries on any machine.

use api::{Case, Watch};
use oracle::{Crew, Ran};

/// What all tries together may cost. About a minute.
const MAX: u64 = 1 << 26;
/// What a byte of code costs, of which machine code is made.
const BYTE: u64 = 64;
/// Gas that costs one.
const GAS: u64 = 8;

/// What is left for tries of a case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    of_try: u64,
    all: u64,
    left: u64,
}

impl Budget {
    /// The budget of a search that may cost one of so many parts of what all may cost.
    pub(super) fn of(crew: &mut Crew, case: &Case, parts: u64) -> Budget {
        let creates = case.transactions.iter().filter(|transaction| transaction.to.is_none());
        let codes = case.accounts.values().map(|account| account.code.len());
        let bytes: usize = codes.chain(creates.map(|transaction| transaction.data.len())).sum();
        let gas: u64 = match crew.run(0, case, Watch::default()) {
            Ran::Outcome(outcome) => {
                outcome.transactions.iter().filter_map(|ran| ran.receipt()).map(|ran| ran.gas_used).sum()
            }
            _ => 0,
        };
        let all = MAX / parts;
        Budget { of_try: bytes as u64 * BYTE + gas / GAS, all, left: all }
    }

    /// Takes one more try, if there is one.
    pub(super) fn take(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(self.of_try)?;
        Some(())
    }

    /// How many were taken, if there is no other.
    pub(super) fn spent(&self) -> Option<u64> {
        (self.left < self.of_try).then(|| (self.all - self.left) / self.of_try.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_taken_until_they_are_spent() {
        let mut budget = Budget { of_try: 30, all: 100, left: 100 };
        assert_eq!(budget.spent(), None);
        assert_eq!((0..9).filter_map(|_| budget.take()).count(), 3);
        assert_eq!(budget.spent(), Some(3));
        let mut free = Budget { of_try: 0, all: 100, left: 100 };
        assert_eq!((free.take(), free.spent()), (Some(()), None));
    }
}
