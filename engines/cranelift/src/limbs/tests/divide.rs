//! Division of limbs, with and without signs.

use super::{Compiled, corners};
use crate::Opt;
use crate::limbs::{Emit, Limb, Word, ZERO};
use api::U256;

/// Whether words are small and divisors ordinary, and what is divided then.
#[test]
fn quotients_with_signs() {
    let signed = |limb: u64| U256::from(limb) | if limb >> 63 == 1 { U256::MAX << 64 } else { U256::ZERO };
    let is_small = |word: U256| word == signed(word.as_limbs()[0]);
    let is_double = |word: U256| {
        word.as_limbs()[2..].iter().all(|limb| *limb == ((word.as_limbs()[1].cast_signed()) >> 63).cast_unsigned())
    };
    let limbs: Vec<u64> = corners().into_iter().map(|word| word.as_limbs()[0]).collect();
    for (opt, rest) in [(Opt::None, false), (Opt::None, true), (Opt::Speed, false), (Opt::Speed, true)] {
        let asked = |emit: &mut Emit<'_>, [left, right]: [Word; 2]| {
            [emit.above_signed(&left, 1), emit.above_signed(&left, 2), emit.is_special(right.0[0])]
                .map(|limb| Word([limb, ZERO, ZERO, ZERO]))
                .into()
        };
        let asked = Compiled::new(opt, [4, 4], asked);
        for word in corners() {
            for divisor in &limbs {
                let found = asked.run([word, U256::from(*divisor)]).into_iter().map(|limb| limb.is_zero());
                let ordinary = !matches!(divisor.cast_signed(), 0 | -1);
                assert!(found.eq([is_small(word), is_double(word), ordinary]), "{word:#x} {divisor:#x} {opt:?}");
            }
        }
        let one =
            |emit: &mut Emit<'_>, [left, right]: [Word; 2]| vec![emit.quotient_signed(left.0[0], right.0[0], rest)];
        let compiled = Compiled::new(opt, [1, 1], one);
        for divisor in limbs.iter().filter(|limb| !matches!(limb.cast_signed(), 0 | -1)) {
            let by = Limb::Known(*divisor);
            let known = Compiled::new(opt, [1, 0], |emit, [left, _]| vec![emit.quotient_signed(left.0[0], by, rest)]);
            for limb in &limbs {
                let (left, right) = (limb.cast_signed(), divisor.cast_signed());
                let wanted = signed(if rest { left % right } else { left / right }.cast_unsigned());
                let operands = [U256::from(*limb), U256::from(*divisor)];
                assert_eq!(compiled.run(operands), [wanted], "{left} by {right} {opt:?} {rest}");
                if *divisor != 1 << 63 {
                    assert_eq!(known.run(operands), [wanted], "{left} by the known {right} {opt:?} {rest}");
                }
            }
        }
    }
}

#[test]
fn quotients() {
    for (opt, rest) in [(Opt::None, false), (Opt::None, true), (Opt::Speed, false), (Opt::Speed, true)] {
        let expect = |left: U256, right: U256| match (right.is_zero(), rest) {
            (true, _) => U256::ZERO,
            (_, false) => left / right,
            (_, true) => left % right,
        };
        let one = |emit: &mut Emit<'_>, [left, right]: [Word; 2]| vec![emit.quotient(left.0[0], right.0[0], rest)];
        let compiled = Compiled::new(opt, [1, 1], one);
        let limbs: Vec<U256> = corners().into_iter().filter(|word| word.bit_len() <= 64).collect();
        let all = |emit: &mut Emit<'_>, [left, _]: [Word; 2]| {
            let known = |right: &U256| emit.quotient(left.0[0], Limb::Known(right.as_limbs()[0]), rest);
            limbs.iter().map(known).collect()
        };
        let known = Compiled::new(opt, [1, 0], all);
        let powers = |emit: &mut Emit<'_>, [word, _]: [Word; 2]| {
            let power = |power| if rest { emit.mod_power(&word, power) } else { emit.div_power(&word, power) };
            (0..256).map(power).collect()
        };
        let powers = Compiled::new(opt, [4, 0], powers);
        for left in &limbs {
            for right in &limbs {
                assert_eq!(compiled.run([*left, *right]), [expect(*left, *right)], "{left} {right} {opt:?} {rest}");
            }
            let wanted: Vec<U256> = limbs.iter().map(|right| expect(*left, *right)).collect();
            assert_eq!(known.run([*left, U256::ZERO]), wanted, "{left} {opt:?} {rest}");
        }
        for word in corners() {
            let wanted: Vec<U256> = (0..256).map(|power| expect(word, U256::from(1) << power)).collect();
            assert_eq!(powers.run([word, U256::ZERO]), wanted, "{word:#x} {opt:?} {rest}");
        }
    }
}
