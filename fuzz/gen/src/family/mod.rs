//! The families of programs. Each is a function from decisions to a [`Draft`]; what surrounds the program is decided
//! before it, from bytes of its own.

mod arith;
mod call;
mod create;
mod flow;
mod limits;
mod memory;
mod precompile;
mod prices;
mod raw;
mod soup;
mod storage;
mod vectors;

use crate::draw::Draw;
use crate::sequence::Plan;
use crate::stage::{Draft, stage};
use crate::{FAMILIES, FEATURES, Family, Profile, single};
use api::{Case, Revision};

/// Bytes for what surrounds the program.
const AROUND_LEN: usize = 160;

/// A case: what holds for all of it first, then the program, then the rest.
pub(crate) fn case(d: &mut Draw<'_>, profile: &Profile) -> Case {
    let mut around = d.fork(AROUND_LEN);
    around.revision = Revision::ALL[around.weighted(&profile.revisions)];
    let family = FAMILIES[around.weighted(&profile.families)].family;
    let mut features = 0;
    for (row, share) in FEATURES.iter().zip(&profile.features) {
        features |= u32::from(around.chance(*share)) << row.feature as u32;
    }
    around.set_features(features);
    d.set_features(features);
    d.revision = around.revision;
    if family == Family::Single {
        return single::any(d.u32(), d.revision);
    }
    let draft = draft(family, d);
    stage(&mut around, family, draft)
}

fn draft(family: Family, d: &mut Draw<'_>) -> Draft {
    match family {
        Family::Raw | Family::Single => raw::draft(d),
        Family::Soup => soup::draft(d),
        Family::Flow => flow::draft(d),
        Family::Arith => arith::draft(d),
        Family::Memory => memory::draft(d),
        Family::Storage => storage::draft(d),
        Family::Call => call::draft(d),
        Family::Create => create::draft(d),
        Family::Precompile => precompile::draft(d),
        Family::Gas => Draft { plan: Plan::Tight, ..any(d) },
        Family::Limits => limits::draft(d),
        Family::Transactions => Draft { plan: Plan::Several, ..any(d) },
    }
}

/// A program of a family whose programs are useful under other circumstances too.
fn any(d: &mut Draw<'_>) -> Draft {
    match d.below(6) {
        0 => storage::draft(d),
        1 => call::draft(d),
        2 => memory::draft(d),
        3 => create::draft(d),
        4 => arith::draft(d),
        _ => soup::draft(d),
    }
}
