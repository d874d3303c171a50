//! The fee market for blobs, as far as revm leaves it to its client: the excess that follows from the parent block
//! (EIP-4844, EIP-7918). The price of an excess is revm's own.

use api::case::BlobParent;
use api::{Case, Revision, Unsupported};
use revm::context_interface::block::BlobExcessGasAndPrice;
use spec::gas;
use spec::limits::{self, BlobSchedule};

/// Gas by which the execution cost of a blob is bounded from below (EIP-7918).
const BLOB_BASE_COST: u128 = 1 << 13;
/// Update fractions from here on, and prices from e to this power on, would leave the 128 bits in which revm adds up
/// the series: it holds terms of up to fraction² · power · e^power.
const FRACTION_MAX: u64 = 1 << 32;
/// See [`FRACTION_MAX`].
const POWER_MAX: u64 = 40;

/// The schedule in force: the block's own, else the revision's; none before Cancun.
pub(crate) fn schedule(case: &Case) -> Option<BlobSchedule> {
    limits::blobs(case.revision).map(|own| case.block.blob_schedule.unwrap_or(own))
}

/// Excess and price for the block; none before Cancun.
pub(crate) fn price(case: &Case) -> Result<Option<BlobExcessGasAndPrice>, Unsupported> {
    let Some(schedule) = schedule(case) else { return Ok(None) };
    let excess = match &case.block.blob_parent {
        None => case.block.excess_blob_gas,
        Some(parent) => excess(parent, schedule, case.revision)?,
    };
    price_of(excess, schedule).map(Some)
}

fn price_of(excess: u64, schedule: BlobSchedule) -> Result<BlobExcessGasAndPrice, Unsupported> {
    let fraction = schedule.update_fraction;
    if fraction == 0 || fraction >= FRACTION_MAX || excess / fraction >= POWER_MAX {
        let why = format!("revm computes blob fees in 128 bits; an excess of {excess} over {fraction} leaves them");
        return Err(Unsupported(why));
    }
    Ok(BlobExcessGasAndPrice::new(excess, fraction))
}

fn excess(parent: &BlobParent, schedule: BlobSchedule, revision: Revision) -> Result<u64, Unsupported> {
    let target = schedule.target.saturating_mul(gas::BLOB);
    let sum = parent.excess_blob_gas.saturating_add(parent.blob_gas_used);
    if sum < target {
        return Ok(0);
    }
    if revision.is(Revision::Osaka) && schedule.max > 0 {
        let price = price_of(parent.excess_blob_gas, schedule)?.blob_gasprice;
        if BLOB_BASE_COST * u128::from(parent.base_fee) > u128::from(gas::BLOB).saturating_mul(price) {
            let share = u128::from(parent.blob_gas_used) * u128::from(schedule.max.saturating_sub(schedule.target));
            let share = u64::try_from(share / u128::from(schedule.max)).unwrap_or(u64::MAX);
            return Ok(parent.excess_blob_gas.saturating_add(share));
        }
    }
    Ok(sum - target)
}
