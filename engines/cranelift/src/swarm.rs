//! A swarm: options that are drawn for each code, so that one campaign goes through machine code of many kinds.
//!
//! What is drawn is a function of (seed, hash of the code) and of nothing else, and whatever is drawn must make code that does the
//! same.

use crate::{Features, Opt, Options, Regalloc};
use api::Code;
use api::dice::{Dice, draw};

/// Sizes of regions: a block each, a few blocks, about a contract, all in one.
const REGIONS: [u32; 5] = [1, 64, 1_000, 8_000, 100_000];

/// What a code is compiled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The options.
    pub options: Options,
    /// What of the processor is used: all that is offered, or nothing that another may lack.
    pub features: Features,
}

impl Drawn {
    /// The draw of a code, where these features are offered.
    pub fn new(seed: u64, code: &Code, offered: Features) -> Drawn {
        let hash = code.hash();
        let hash = u64::from_be_bytes(std::array::from_fn(|i| hash[i]));
        let mut dice = Dice::new(draw(draw(seed) ^ hash));
        let options = Options {
            opt: dice.of(&[Opt::None, Opt::Speed, Opt::Speed]),
            regalloc: dice.of(&[Regalloc::Backtracking, Regalloc::Backtracking, Regalloc::SinglePass]),
            region: dice.of(&REGIONS),
            check: false,
            passes: passes(&mut dice),
        };
        Drawn { options, features: dice.of(&[offered, offered, Features::default()]) }
    }
}

/// All passes, the first few, or some: each by itself runs or does not.
fn passes(dice: &mut Dice) -> ir::Options {
    let all = ir::PASSES.len();
    match dice.below(4) {
        0 => ir::Options::last(),
        1 => ir::Options::first(dice.below(all + 1)),
        _ => ir::PASSES
            .iter()
            .filter(|_| dice.below(2) == 0)
            .fold(ir::Options::last(), |options, pass| options.without(pass.name).expect("it is the name of a pass")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn draws_depend_on_seed_and_code_alone_and_differ() {
        let offered = Features::host();
        let code = |n: u8| Code::new(vec![n; 3].into());
        let drawn = |seed, n| Drawn::new(seed, &code(n), offered);
        assert_eq!(drawn(7, 1), drawn(7, 1));
        let names: BTreeSet<String> = (0..200).map(|n| drawn(7, n).options.to_string()).collect();
        assert!(names.len() > 100, "{} kinds for 200 codes", names.len());
        assert!((0..200).any(|n| drawn(7, n) != drawn(8, n)));
        // Everything is drawn, and each name makes the same options again.
        for part in ["opt=none", "regalloc=single_pass", "region=1:", "region=100000", "passes=0", "passes=last-"] {
            assert!(names.iter().any(|name| name.contains(part)), "{part}");
        }
        assert!(names.iter().all(|name| name.parse::<Options>().is_ok_and(|options| options.to_string() == *name)));
    }
}
