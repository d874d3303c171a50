//! The fee market for blobs (EIP-4844, EIP-7691, EIP-7918).

use api::{Block, Revision, U256};
use spec::gas;
use spec::limits::{self, BlobSchedule};

/// Gas by which the execution cost of a blob is bounded from below (EIP-7918).
const BLOB_BASE_COST: u64 = 1 << 13;

/// The schedule in force: the block's own, else the revision's.
pub(crate) fn schedule(block: &Block, revision: Revision) -> Option<BlobSchedule> {
    limits::blobs(revision).map(|own| block.blob_schedule.unwrap_or(own))
}

/// The price of a unit of blob gas; zero before Cancun.
pub fn blob_base_fee(block: &Block, revision: Revision) -> U256 {
    let Some(schedule) = schedule(block, revision) else { return U256::ZERO };
    fake_exponential(excess_blob_gas(block, revision), schedule.update_fraction)
}

/// The excess of blob gas: given, or derived from the parent.
pub fn excess_blob_gas(block: &Block, revision: Revision) -> u64 {
    let (Some(parent), Some(schedule)) = (block.blob_parent, schedule(block, revision)) else {
        return block.excess_blob_gas;
    };
    let target = schedule.target.saturating_mul(gas::BLOB);
    let sum = parent.excess_blob_gas.saturating_add(parent.blob_gas_used);
    if sum < target {
        return 0;
    }
    let execution = U256::from(BLOB_BASE_COST) * U256::from(parent.base_fee);
    let blob = U256::from(gas::BLOB).saturating_mul(fake_exponential(parent.excess_blob_gas, schedule.update_fraction));
    if revision.is(Revision::Osaka) && !fault::planted!(WorldBlobExcess) && execution > blob && schedule.max > 0 {
        let share = u128::from(parent.blob_gas_used) * u128::from(schedule.max.saturating_sub(schedule.target));
        let share = u64::try_from(share / u128::from(schedule.max)).unwrap_or(u64::MAX);
        return parent.excess_blob_gas.saturating_add(share);
    }
    sum - target
}

/// EIP-4844's approximation of e^(numerator / denominator). An exponent so large that the sum leaves 256 bits
/// gives the largest word: no transaction can pay that.
fn fake_exponential(numerator: u64, denominator: u64) -> U256 {
    let (numerator, denominator) = (U256::from(numerator), U256::from(denominator.max(1)));
    let (mut output, mut term) = (U256::ZERO, denominator);
    let mut i = U256::from(1);
    while !term.is_zero() {
        let (Some(sum), Some(next)) = (output.checked_add(term), term.checked_mul(numerator)) else {
            return U256::MAX;
        };
        output = sum;
        term = next / (denominator * i);
        i += U256::from(1);
    }
    output / denominator
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::case::BlobParent;

    #[test]
    fn exponential_matches_the_examples() {
        // From the tests of EIP-4844's reference code: fake_exponential(1, n, d).
        for (n, d, expected) in [(0, 1, 1), (2, 1, 6), (4, 2, 6), (5, 2, 11), (50_000_000, 2_225_652, 5_709_098_764u64)]
        {
            assert_eq!(fake_exponential(n, d), U256::from(expected), "{n}/{d}");
        }
        assert_eq!(fake_exponential(u64::MAX, 1), U256::MAX);
    }

    #[test]
    fn osaka_bounds_the_fall_of_the_excess() {
        let parent = BlobParent { excess_blob_gas: 0, blob_gas_used: 9 * gas::BLOB, base_fee: 1_000_000_000 };
        let block = Block { blob_parent: Some(parent), ..Block::default() };
        assert_eq!(excess_blob_gas(&block, Revision::Prague), 3 * gas::BLOB);
        assert_eq!(excess_blob_gas(&block, Revision::Osaka), 9 * gas::BLOB * 3 / 9);
        let small = BlobParent { blob_gas_used: 6 * gas::BLOB, ..parent };
        let block = Block { blob_parent: Some(small), ..Block::default() };
        assert_eq!(excess_blob_gas(&block, Revision::Prague), 0);
        assert_eq!(excess_blob_gas(&block, Revision::Osaka), 2 * gas::BLOB);
    }
}
