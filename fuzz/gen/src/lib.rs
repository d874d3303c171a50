//! Generators and structure-aware mutators of cases.
//!
//! One generator serves fuzzers, property tests and campaigns. It reads bytes and makes a [`Case`] of them, whatever
//! they are; when they run out, the rest reads as zero, and zero is always the plain choice. Three ways lead to it:
//!
//! * [`Generated`] implements [`Arbitrary`], for fuzzers and property tests;
//! * [`case`] does the same under a [`Profile`], the weights as data;
//! * [`from_seed`] is a pure function of (seed, index), the same on every platform; [`Mix`] adds mutants and deployed
//!   contracts to it, for campaigns.
//!
//! A case holds rendered bytecode. The decisions that led to it are stored nowhere, so a corpus outlives every change
//! made here; a change of the generator may change what a seed means.
//!
//! [`single`] is not random: it enumerates every instruction with corner operands. [`mutate`], [`crossover`] and
//! [`wrap`] start from what is already there: a case, two cases, a deployed contract.
//!
//! Nothing here reads a clock, the environment, files or randomness of its own. `gen` is a keyword of the 2024
//! edition: crates of it write `r#gen::case`.

mod draw;
mod family;
pub mod mix;
mod mutate;
mod observe;
mod operand;
mod price;
mod profile;
mod program;
mod seed;
mod sequence;
mod signed;
pub mod single;
mod stage;
mod words;
mod wrap;

pub use mix::Mix;
pub use mutate::{crossover, mutate};
pub use profile::{FAMILIES, FEATURES, Family, FamilyRow, Feature, FeatureRow, Profile};
pub use words::CORNERS;
pub use wrap::wrap;

use api::Case;
use arbitrary::{Arbitrary, Unstructured};
use draw::Draw;

/// A case of the default mix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated(pub Case);

impl<'a> Arbitrary<'a> for Generated {
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Generated> {
        case(u, &Profile::default()).map(Generated)
    }
}

/// A case from as many of the bytes as it takes. Any bytes will do, none at all too.
pub fn case(u: &mut Unstructured<'_>, profile: &Profile) -> arbitrary::Result<Case> {
    Ok(draw::read(u, |draw| family::case(draw, profile)))
}

/// Case number `index` of the campaign `seed`.
pub fn from_seed(seed: u64, index: u64, profile: &Profile) -> Case {
    family::case(&mut Draw::new(&seed::bytes(seed, index)), profile)
}
