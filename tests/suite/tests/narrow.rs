//! Words that a compiler knows or finds to be narrow, and branches that it takes for simpler ones, on operands where that shows: on every
//! engine of the registry, and the optimising compiler, as the codes are few.

use api::{Engine, Revision, U256};
use spec::op;
use std::collections::BTreeSet;
use suite::code::push;
use suite::{call_case, returning, run_all};

fn engines() -> Vec<Box<dyn Engine>> {
    let mut engines = registry::all();
    engines.push(registry::make("cranelift").expect("an engine"));
    engines
}

/// Pushes the word of calldata at an offset, cut to a byte.
fn byte_at(offset: u64) -> Vec<u8> {
    [push(U256::from(offset)), vec![op::CALLDATALOAD, op::PUSH1, 0xff, op::AND]].concat()
}

/// A byte shifted by a byte: every amount at which limbs and words end, and where a processor takes the amount modulo 64.
#[test]
fn narrow_words_are_shifted_by_any_amount() {
    let mut engines = engines();
    for opcode in [op::SHL, op::SHR, op::SAR] {
        let code = returning([byte_at(0), byte_at(32), vec![opcode, op::PUSH1, 0xff, op::AND]].concat());
        for by in [0, 1, 7, 8, 63, 64, 65, 68, 127, 128, 192, 255] {
            let data = [U256::from(0xa5).to_be_bytes::<32>(), U256::from(by).to_be_bytes::<32>()].concat();
            let outcome = run_all(&mut engines, &call_case(Revision::Osaka, code.clone(), data));
            let shifted = if opcode == op::SHL { 0xa5u64.checked_shl(by) } else { 0xa5u64.checked_shr(by) };
            let expect = U256::from(shifted.unwrap_or(0) & 0xff).to_be_bytes::<32>();
            assert_eq!(suite::receipt(&outcome).output, expect[..], "{by}");
        }
    }
}

/// A branch on a comparison with zero is one on the word itself only where no sign counts.
#[test]
fn branches_on_comparisons_with_zero() {
    let (mut engines, mut ends) = (engines(), BTreeSet::new());
    for opcode in [op::LT, op::GT, op::SLT, op::SGT] {
        for is_zero_first in [false, true] {
            let (word, zero) = (vec![op::PUSH0, op::CALLDATALOAD], vec![op::PUSH0]);
            let operands = if is_zero_first { [word, zero] } else { [zero, word] };
            let mut code = [operands.concat(), vec![opcode]].concat();
            let target = code.len() as u8 + 6;
            code.extend([op::PUSH1, target, op::JUMPI, op::PUSH0, op::PUSH0, op::REVERT, op::JUMPDEST]);
            for word in [U256::ZERO, U256::ONE, U256::ONE << 64, U256::ONE << 255, U256::MAX] {
                let case = call_case(Revision::Osaka, code.clone(), word.to_be_bytes::<32>().to_vec());
                ends.insert(suite::receipt(&run_all(&mut engines, &case)).success);
            }
        }
    }
    assert_eq!(ends.len(), 2, "some are taken and some are not");
}

/// Two limbs by one, with and without signs, which a compiler may do in registers; and by what carries a sign into more limbs. Of
/// operands the compiler knows nothing, or one of them, or that the dividend has two limbs.
#[test]
fn two_limbs_are_divided_by_one() {
    const LIMBS: [u64; 7] = [0, 1, 7, 10, (1 << 63) - 1, 1 << 63, u64::MAX];
    let mut engines = engines();
    let from = |offset: u64| [push(U256::from(offset)), vec![op::CALLDATALOAD]].concat();
    for is_signed in [false, true] {
        let opcode = if is_signed { op::SDIV } else { op::DIV };
        let above = |limb: u64| if is_signed && limb >> 63 == 1 { u64::MAX } else { 0 };
        let word = |low: u64, high: u64| U256::from_limbs([low, high, above(high), above(high)]);
        let divisors = LIMBS.map(|limb| word(limb, above(limb)));
        let dividends: Vec<U256> = LIMBS.iter().flat_map(|low| LIMBS.map(|high| word(*low, high))).collect();
        let mut codes: Vec<(Option<U256>, Option<U256>, Vec<u8>)> =
            vec![(None, None, [from(32), from(0), vec![opcode]].concat())];
        codes.extend(divisors.map(|known| (None, Some(known), [push(known), from(0), vec![opcode]].concat())));
        codes.extend(
            [dividends[1], dividends[33], dividends[47]]
                .map(|known| (Some(known), None, [from(32), push(known), vec![opcode]].concat())),
        );
        if !is_signed {
            let cut = [push(U256::MAX >> 128), vec![op::AND, opcode]].concat();
            codes.push((None, None, [from(32), from(0), cut].concat()));
        }
        for (dividend, divisor, code) in codes {
            let code = returning(code);
            let dividends = dividend.map_or(dividends.clone(), |known| vec![known]);
            for dividend in dividends {
                for divisor in divisor.map_or(divisors.to_vec(), |known| vec![known]) {
                    let data = [dividend.to_be_bytes::<32>(), divisor.to_be_bytes::<32>()].concat();
                    let outcome = run_all(&mut engines, &call_case(Revision::Osaka, code.clone(), data));
                    let expect = quotient(dividend, divisor, is_signed).to_be_bytes::<32>();
                    assert_eq!(suite::receipt(&outcome).output, expect[..], "{dividend:#x} by {divisor:#x}");
                }
            }
        }
    }
}

/// As the yellow paper has it.
fn quotient(dividend: U256, divisor: U256, is_signed: bool) -> U256 {
    let turn = |word: U256, turns: bool| if turns { word.wrapping_neg() } else { word };
    let [left, right] = [dividend, divisor].map(|word| is_signed && word.bit(255));
    let magnitude = turn(dividend, left).checked_div(turn(divisor, right)).unwrap_or(U256::ZERO);
    turn(magnitude, left != right)
}
