//! What a campaign draws its cases from: the generator, mutants of cases that are already there, deployed contracts.
//!
//! Case *i* is a pure function of the seed, *i* and what the mix holds. One case in [`MUTANT_EVERY`] by index is a
//! mutant: a changed or crossed case, of the pool or of the generator. Cases of a pool were written to stand on the
//! edge of a rule, and beside an edge lies what no row of the generator makes; but most changes only make a case end
//! sooner, so they are few. With contracts, every case calls one of them, and three in four are changed: the rest
//! shows what the contract itself does.

use crate::draw::{Draw, read};
use crate::{Profile, crossover, from_seed, mutate, seed, wrap};
use api::{Bytes, Case, Revision};
use arbitrary::Unstructured;

/// One case in so many is a mutant, if there is a pool.
pub const MUTANT_EVERY: u64 = 8;
/// Keeps the decisions of mutants apart from those that made the cases.
const MUTANTS: u64 = 0x6d75_7461_6e74_7321;
/// Of 256 mutants, how many have two parents.
const CROSSED: u8 = 64;
/// Gas that a case of the pool may have in all its transactions and be drawn as often as others.
const FAST_GAS: u64 = 1_000_000;
/// Each time it has so much more, it is drawn a quarter as often: with the gas for pairings of curves or hundreds of
/// calls a mutant takes the time of fifty others.
const SLOW_GAS: u64 = 500_000;
/// Of 256 cases that call a contract, how many are changed.
const CHANGED: u8 = 192;

/// The name of mutants.
pub const MUTANT: &str = "mutant";
/// The name of cases that call a deployed contract.
pub const CONTRACT: &str = "contract";

/// What a campaign draws its cases from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mix {
    /// What is generated.
    pub profile: Profile,
    /// Every case is in this revision, whatever became of it.
    pub revision: Option<Revision>,
    /// Cases to make mutants of; without any there are no mutants.
    pub pool: Vec<Case>,
    /// Deployed contracts; if there are any, nothing else is drawn.
    pub contracts: Vec<Bytes>,
}

impl Mix {
    /// Case number `index` of the campaign `seed`.
    pub fn case(&self, seed: u64, index: u64) -> Case {
        let mut case = match (self.contracts.is_empty(), self.pool.is_empty()) {
            (false, _) => self.contract(seed, index),
            (true, false) if index % MUTANT_EVERY == MUTANT_EVERY - 1 => self.mutant(seed, index),
            _ => from_seed(seed, index, &self.profile),
        };
        case.revision = self.revision.unwrap_or(case.revision);
        case
    }

    fn mutant(&self, seed: u64, index: u64) -> Case {
        let bytes = seed::bytes(seed ^ MUTANTS, index);
        let mut u = Unstructured::new(&bytes);
        let (left, right) = read(&mut u, |d| {
            let left = self.parent(d, seed, index);
            let right = d.chance(CROSSED).then(|| self.parent(d, seed, index.wrapping_add(1)));
            (left, right)
        });
        let mut mutant = match right {
            Some(right) => crossover(left, &right, &mut u),
            None => mutate(left, &mut u),
        };
        mutant.name = MUTANT.to_owned();
        mutant
    }

    /// A case of the pool, or one of the generator.
    fn parent(&self, d: &mut Draw<'_>, seed: u64, index: u64) -> Case {
        let at = d.u32() as usize % self.pool.len().max(1);
        match self.pool.get(at).filter(|case| d.chance(128) && d.chance(share(case))) {
            Some(case) => case.clone(),
            None => from_seed(seed, index, &self.profile),
        }
    }

    fn contract(&self, seed: u64, index: u64) -> Case {
        let bytes = seed::bytes(seed ^ MUTANTS, index);
        let mut u = Unstructured::new(&bytes);
        let changed = read(&mut u, |d| d.chance(CHANGED));
        let at = (index % self.contracts.len().max(1) as u64) as usize;
        let code = self.contracts.get(at).map_or(&[][..], |code| code);
        let mut case = wrap(code, &mut u);
        if changed {
            case = mutate(case, &mut u);
        }
        case.name = CONTRACT.to_owned();
        case
    }
}

/// Of 256 times that a case of the pool is drawn, how often it is taken. Gas is the most that it can cost.
fn share(case: &Case) -> u8 {
    let gas = case.transactions.iter().fold(0u64, |sum, transaction| sum.saturating_add(transaction.gas_limit));
    let steps = gas.saturating_sub(FAST_GAS).div_ceil(SLOW_GAS).min(3) as u32;
    255 >> (2 * steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mix() -> Mix {
        Mix { pool: (0..20).map(|index| from_seed(9, index, &Profile::default())).collect(), ..Mix::default() }
    }

    #[test]
    fn a_case_is_a_function_of_what_is_given() {
        let mix = mix();
        let cases: Vec<Case> = (0..400).map(|index| mix.case(5, index)).collect();
        for (index, case) in cases.iter().enumerate().rev() {
            assert_eq!(mix.clone().case(5, index as u64), *case, "{index}");
        }
        let mutants = cases.iter().filter(|case| case.name == MUTANT).count();
        assert_eq!(mutants, 400 / MUTANT_EVERY as usize);
        // Without a pool the seed means what it means to the generator.
        let plain = Mix::default();
        assert!((0..50).all(|index| plain.case(5, index) == from_seed(5, index, &plain.profile)));
    }

    #[test]
    fn mutants_come_from_both_and_differ_from_their_parents() {
        let mix = mix();
        let (mut of_pool, mut of_generator, mut changed) = (0, 0, 0);
        for index in (0..4000).filter(|index| index % MUTANT_EVERY == MUTANT_EVERY - 1) {
            let mutant = mix.case(5, index);
            let codes: Vec<&Bytes> = mutant.accounts.values().map(|account| &account.code).collect();
            let like = |parent: &Case| {
                let mut own = parent.accounts.values().map(|account| &account.code).filter(|code| code.len() > 8);
                own.any(|code| codes.contains(&code))
            };
            let parent = from_seed(5, index, &mix.profile);
            of_pool += usize::from(mix.pool.iter().any(like));
            of_generator += usize::from(like(&parent));
            changed += usize::from(Case { name: MUTANT.into(), ..parent } != mutant);
        }
        assert!(of_pool > 60 && of_generator > 60, "{of_pool} and {of_generator} of 500");
        assert!(changed > 470, "{changed} of 500");
    }

    #[test]
    fn contracts_are_called_and_most_are_changed() {
        let code: Bytes = [&[0x63, 1, 2, 3, 4, 0x14], &[0x5b; 60][..]].concat().into();
        let mix = Mix { contracts: vec![code.clone()], revision: Some(Revision::Cancun), ..mix() };
        let cases: Vec<Case> = (0..400).map(|index| mix.case(5, index)).collect();
        assert!(cases.iter().all(|case| case.name == CONTRACT && case.revision == Revision::Cancun));
        let whole = |case: &&Case| case.accounts.values().any(|account| account.code == code);
        let (n_whole, n_selected) = (
            cases.iter().filter(whole).count(),
            cases
                .iter()
                .filter(|case| case.transactions.iter().any(|sent| sent.data.starts_with(&[1, 2, 3, 4])))
                .count(),
        );
        assert!((120..380).contains(&n_whole), "{n_whole} of 400");
        assert!(n_selected > 300, "{n_selected} of 400");
    }
}
