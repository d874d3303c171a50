//! Known answers: instructions in compiled code against the same in ruint, at the corners of limbs.
//!
//! Every operand comes from calldata and as a constant in turn, so that both the general sequence and what is made of
//! known limbs run; and operands are used twice, so that both replaced and kept registers occur.

mod support;

use api::{Bytes, Code, End, Exit, Revision, U256, Vm};
use spec::op;
use support::{Asm, Nobody, frame, run_both};
use template::{Features, Template};

/// Words whose limbs are at corners.
fn corners() -> Vec<U256> {
    let limbs = [0, 1, u64::MAX, 1 << 63, 0x0123_4567_89ab_cdef];
    let mut words = Vec::new();
    for low in limbs {
        for high in limbs {
            words.push(U256::from_limbs([low, high, low, high]));
            words.push(U256::from_limbs([low, 0, 0, high]));
            words.push(U256::from_limbs([low, u64::MAX, high, 0]));
        }
    }
    let minus = |value: U256| value.wrapping_neg();
    words.extend([minus(U256::from(2)), minus(U256::from(1_000_000)), minus(U256::ONE << 64), U256::ONE << 255]);
    words.sort();
    words.dedup();
    words
}

fn few() -> Vec<U256> {
    corners().into_iter().step_by(5).collect()
}

/// Runs `opcode` on operands, top first, in every mixture of constants and calldata.
#[track_caller]
fn check(opcode: u8, operands: &[U256], expect: U256) {
    for mixture in 0..1 << operands.len() {
        let mut asm = Asm::default();
        for (i, operand) in operands.iter().enumerate().rev() {
            if mixture >> i & 1 == 1 {
                asm.push(*operand)
            } else {
                asm.input(*operand)
            };
        }
        // Once on copies, once on the words themselves.
        let dup = op::DUP1 + operands.len() as u8 - 1;
        operands.iter().for_each(|_| {
            asm.byte(dup);
        });
        asm.byte(opcode).store(0).byte(opcode).store(1);
        for (features, words) in run_both(&asm, 2) {
            let named = spec::table::TABLE[usize::from(opcode)].unwrap().name;
            assert_eq!(words, [expect, expect], "{named} {operands:x?}, mixture {mixture}, {features:?}");
        }
    }
}

fn check_two(opcode: u8, expect: impl Fn(U256, U256) -> U256) {
    for left in corners() {
        for right in few() {
            check(opcode, &[left, right], expect(left, right));
        }
    }
}

#[test]
fn sums_differences_and_products() {
    check_two(op::ADD, U256::wrapping_add);
    check_two(op::SUB, U256::wrapping_sub);
    check_two(op::MUL, U256::wrapping_mul);
}

#[test]
fn quotients_and_rests() {
    check_two(op::DIV, |left, right| left.checked_div(right).unwrap_or_default());
    check_two(op::MOD, |left, right| left.checked_rem(right).unwrap_or_default());
    for power in 0..256 {
        let divisor = U256::ONE << power;
        for left in few() {
            check(op::DIV, &[left, divisor], left / divisor);
            check(op::MOD, &[left, divisor], left % divisor);
            check(op::MUL, &[left, divisor], left.wrapping_mul(divisor));
            check(op::ADDMOD, &[left, U256::MAX, divisor], left.add_mod(U256::MAX, divisor));
            check(op::MULMOD, &[left, U256::MAX, divisor], left.mul_mod(U256::MAX, divisor));
        }
    }
}

/// Quotient and rest of signed words, as magnitudes and signs.
fn signed(left: U256, right: U256) -> (U256, U256) {
    let magnitude = |word: U256| if word.bit(255) { word.wrapping_neg() } else { word };
    let with_sign = |word: U256, negative: bool| if negative { word.wrapping_neg() } else { word };
    let quotient = magnitude(left).checked_div(magnitude(right)).unwrap_or_default();
    let rest = magnitude(left).checked_rem(magnitude(right)).unwrap_or_default();
    (with_sign(quotient, left.bit(255) != right.bit(255)), with_sign(rest, left.bit(255)))
}

#[test]
fn signed_quotients_and_rests() {
    check_two(op::SDIV, |left, right| signed(left, right).0);
    check_two(op::SMOD, |left, right| signed(left, right).1);
    for right in [1i64, -1, 3, -3, 1 << 62, i64::MIN] {
        let right = U256::from(right.unsigned_abs());
        for right in [right, right.wrapping_neg()] {
            for left in corners() {
                check(op::SDIV, &[left, right], signed(left, right).0);
                check(op::SMOD, &[left, right], signed(left, right).1);
            }
        }
    }
}

#[test]
fn modular_arithmetic() {
    for left in few() {
        for right in few() {
            for modulus in few() {
                check(op::ADDMOD, &[left, right, modulus], left.add_mod(right, modulus));
                check(op::MULMOD, &[left, right, modulus], left.mul_mod(right, modulus));
            }
        }
    }
}

#[test]
fn bits() {
    check_two(op::AND, |left, right| left & right);
    check_two(op::OR, |left, right| left | right);
    check_two(op::XOR, |left, right| left ^ right);
    for word in corners() {
        check(op::NOT, &[word], !word);
        check(op::ISZERO, &[word], U256::from(word.is_zero()));
    }
}

#[test]
fn comparisons() {
    let bias = U256::ONE << 255;
    check_two(op::LT, |left, right| U256::from(left < right));
    check_two(op::GT, |left, right| U256::from(left > right));
    check_two(op::SLT, |left, right| U256::from(left ^ bias < right ^ bias));
    check_two(op::SGT, |left, right| U256::from(left ^ bias > right ^ bias));
    check_two(op::EQ, |left, right| U256::from(left == right));
    for word in corners() {
        check(op::EQ, &[word, word], U256::ONE);
    }
}

#[test]
fn shifts_by_every_amount() {
    for amount in (0..=257).map(U256::from).chain([U256::MAX, U256::from(1u64 << 32), U256::ONE << 64]) {
        let by = if amount < U256::from(256) { amount.to::<usize>() } else { 256 };
        for word in few() {
            check(op::SHL, &[amount, word], if by < 256 { word << by } else { U256::ZERO });
            check(op::SHR, &[amount, word], if by < 256 { word >> by } else { U256::ZERO });
            check(op::SAR, &[amount, word], word.arithmetic_shr(by.min(255)));
        }
    }
}

#[test]
fn bytes_and_signs() {
    for index in (0..=33).map(U256::from).chain([U256::MAX, U256::ONE << 64]) {
        for word in corners() {
            let byte = if index < U256::from(32) { word.byte(31 - index.to::<usize>()) } else { 0 };
            check(op::BYTE, &[index, word], U256::from(byte));
            let extended = match index < U256::from(31) {
                true => {
                    let up = 248 - 8 * index.to::<usize>();
                    (word << up).arithmetic_shr(up)
                }
                false => word,
            };
            check(op::SIGNEXTEND, &[index, word], extended);
        }
    }
}

/// Words that are narrow are carried with limbs that are known to be zero.
#[test]
fn narrow_words() {
    for value in [0, 1, 0xff, u64::MAX, 1 << 63] {
        for by in [0, 1, 32, 63, 64, 65, 128, 160, 192, 200, 255] {
            let mut asm = Asm::default();
            asm.input(U256::from(value)).push(U256::from(u64::MAX)).byte(op::AND);
            asm.byte(op::DUP1).push(U256::from(by)).byte(op::SHL).store(0);
            asm.byte(op::DUP1).push(U256::ONE << by).byte(op::MUL).store(1);
            asm.byte(op::DUP1).push(U256::ONE << by).byte(op::SUB).store(2);
            asm.byte(op::DUP1).byte(op::DUP1).byte(op::MUL).store(3);
            asm.byte(op::DUP1)
                .push(U256::from(by))
                .byte(op::SHL)
                .byte(op::DUP1)
                .push(U256::from(by))
                .byte(op::SHR)
                .store(4);
            asm.byte(op::POP).push(U256::from(by)).byte(op::SHL).store(5);
            let word = U256::from(value);
            let shifted = word << by;
            let expect = [
                shifted,
                shifted,
                U256::wrapping_sub(U256::ONE << by, word),
                word.wrapping_mul(word),
                shifted >> by,
                shifted,
            ];
            for (features, words) in run_both(&asm, 6) {
                assert_eq!(words, expect, "{value:x} by {by}, {features:?}");
            }
        }
    }
}

/// A word that ends behind the calldata ends with zeros, whatever lies behind it in memory.
#[test]
fn what_lies_behind_calldata_is_not_read() {
    let mut vm = Template::new(Features::host());
    let behind = Bytes::from(vec![0xff; 160]);
    for (len, at) in (0..70).flat_map(|len| (0..=len as u8 + 1).map(move |at| (len, at))) {
        let code = Code::new(vec![op::PUSH1, at, op::CALLDATALOAD, op::PUSH0, op::MSTORE, op::STOP].into());
        let mut frame = frame(&[], Revision::Osaka);
        frame.message.input = behind.slice(..len);
        assert_eq!(vm.run(&code, &mut frame, &mut Nobody), Exit::End(End::Stop));
        let there = len.saturating_sub(at.into()).min(32);
        let expected: Vec<u8> = (0..32).map(|i| if i < there { 0xff } else { 0 }).collect();
        assert_eq!(frame.memory.slice(0, 32), expected, "{len} bytes, word at {at}");
    }
}
