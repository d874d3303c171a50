//! Arithmetic, bitwise, comparison and shift instructions against another bignum, on operands where limbs and signs
//! change. Each is run with constant operands and with operands from calldata, on every engine.

use api::{Engine, Revision, U256};
use num_bigint::{BigInt, BigUint, Sign};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use suite::{call_case, code, receipt, returning, run_all};

/// An instruction: its name, its operands, and what it means in unbounded integers.
struct Row {
    name: &'static str,
    operands: usize,
    meaning: fn(&[BigUint]) -> BigInt,
}

fn modulus() -> BigInt {
    BigInt::from(1) << 256
}

fn unsigned(word: &BigUint) -> BigInt {
    BigInt::from(word.clone())
}

fn signed(word: &BigUint) -> BigInt {
    let value = unsigned(word);
    if value >= modulus() >> 1 { value - modulus() } else { value }
}

fn truth(holds: bool) -> BigInt {
    BigInt::from(holds as u8)
}

/// A shift amount or index, if it is below `limit`.
fn below(word: &BigUint, limit: u32) -> Option<u32> {
    u32::try_from(word).ok().filter(|n| *n < limit)
}

fn or_zero(divisor: &BigInt, result: impl FnOnce() -> BigInt) -> BigInt {
    if divisor.sign() == Sign::NoSign { BigInt::from(0) } else { result() }
}

fn sign_extend(x: &[BigUint]) -> BigInt {
    let Some(index) = below(&x[0], 31) else { return unsigned(&x[1]) };
    let width = BigInt::from(1) << (8 * (index + 1));
    let low = unsigned(&x[1]) % &width;
    if low >= &width >> 1 { low - width } else { low }
}

const ROWS: &[Row] = &[
    Row { name: "ADD", operands: 2, meaning: |x| unsigned(&x[0]) + unsigned(&x[1]) },
    Row { name: "MUL", operands: 2, meaning: |x| unsigned(&x[0]) * unsigned(&x[1]) },
    Row { name: "SUB", operands: 2, meaning: |x| unsigned(&x[0]) - unsigned(&x[1]) },
    Row { name: "DIV", operands: 2, meaning: |x| or_zero(&unsigned(&x[1]), || unsigned(&x[0]) / unsigned(&x[1])) },
    Row { name: "SDIV", operands: 2, meaning: |x| or_zero(&unsigned(&x[1]), || signed(&x[0]) / signed(&x[1])) },
    Row { name: "MOD", operands: 2, meaning: |x| or_zero(&unsigned(&x[1]), || unsigned(&x[0]) % unsigned(&x[1])) },
    Row { name: "SMOD", operands: 2, meaning: |x| or_zero(&unsigned(&x[1]), || signed(&x[0]) % signed(&x[1])) },
    Row {
        name: "ADDMOD",
        operands: 3,
        meaning: |x| or_zero(&unsigned(&x[2]), || (unsigned(&x[0]) + unsigned(&x[1])) % unsigned(&x[2])),
    },
    Row {
        name: "MULMOD",
        operands: 3,
        meaning: |x| or_zero(&unsigned(&x[2]), || (unsigned(&x[0]) * unsigned(&x[1])) % unsigned(&x[2])),
    },
    Row { name: "EXP", operands: 2, meaning: |x| unsigned(&x[0]).modpow(&unsigned(&x[1]), &modulus()) },
    Row { name: "SIGNEXTEND", operands: 2, meaning: sign_extend },
    Row { name: "LT", operands: 2, meaning: |x| truth(x[0] < x[1]) },
    Row { name: "GT", operands: 2, meaning: |x| truth(x[0] > x[1]) },
    Row { name: "SLT", operands: 2, meaning: |x| truth(signed(&x[0]) < signed(&x[1])) },
    Row { name: "SGT", operands: 2, meaning: |x| truth(signed(&x[0]) > signed(&x[1])) },
    Row { name: "EQ", operands: 2, meaning: |x| truth(x[0] == x[1]) },
    Row { name: "ISZERO", operands: 1, meaning: |x| truth(x[0] == BigUint::ZERO) },
    Row { name: "AND", operands: 2, meaning: |x| unsigned(&(&x[0] & &x[1])) },
    Row { name: "OR", operands: 2, meaning: |x| unsigned(&(&x[0] | &x[1])) },
    Row { name: "XOR", operands: 2, meaning: |x| unsigned(&(&x[0] ^ &x[1])) },
    Row { name: "NOT", operands: 1, meaning: |x| modulus() - 1 - unsigned(&x[0]) },
    Row {
        name: "BYTE",
        operands: 2,
        meaning: |x| {
            below(&x[0], 32).map_or(BigInt::from(0), |i| (unsigned(&x[1]) >> (8 * (31 - i))) & BigInt::from(255))
        },
    },
    Row { name: "SHL", operands: 2, meaning: |x| below(&x[0], 256).map_or(BigInt::from(0), |n| unsigned(&x[1]) << n) },
    Row { name: "SHR", operands: 2, meaning: |x| below(&x[0], 256).map_or(BigInt::from(0), |n| unsigned(&x[1]) >> n) },
    Row { name: "SAR", operands: 2, meaning: |x| signed(&x[1]) >> below(&x[0], 256).unwrap_or(256) },
    Row { name: "CLZ", operands: 1, meaning: |x| BigInt::from(256 - x[0].bits()) },
];

/// Words at whose limbs, bytes and signs something changes; now and then any word, or a small one.
fn corner() -> impl Strategy<Value = U256> {
    let limb = prop_oneof![Just(0), Just(1), Just(u64::MAX), Just(u64::MAX - 1), Just(1 << 63), any::<u64>()];
    let limbs = proptest::array::uniform4(limb).prop_map(U256::from_limbs);
    let power = (0..256usize, -1i8..=1).prop_map(|(bit, off)| {
        let power = U256::ONE << bit;
        if off < 0 { power - U256::ONE } else { power.wrapping_add(U256::from(off as u8)) }
    });
    let negative = (0..256usize).prop_map(|bit| (U256::ONE << bit).wrapping_neg());
    prop_oneof![3 => limbs, 3 => power, 1 => negative, 3 => (0u64..300).prop_map(U256::from)]
}

fn to_big(word: U256) -> BigUint {
    BigUint::from_bytes_be(&word.to_be_bytes::<32>())
}

fn expected(row: &Row, operands: &[U256]) -> U256 {
    let operands: Vec<BigUint> = operands.iter().copied().map(to_big).collect();
    let value = (row.meaning)(&operands);
    let reduced = ((value % modulus()) + modulus()) % modulus();
    U256::from_be_slice(&reduced.to_biguint().expect("it was made positive").to_bytes_be())
}

fn check(engines: &mut [Box<dyn Engine>], row: &Row, operands: &[U256]) {
    let opcode = spec::table::row_by_name(row.name).expect("the name is in the table").opcode;
    let constant = [code::push_all(operands), vec![opcode]].concat();
    let opaque = [code::load_all(row.operands), vec![opcode]].concat();
    let data = operands.iter().flat_map(|word| word.to_be_bytes::<32>()).collect();
    for (form, code, data) in [("constant", constant, vec![]), ("opaque", opaque, data)] {
        let case = call_case(Revision::LATEST, returning(code), data);
        let outcome = run_all(engines, &case);
        let output = U256::from_be_slice(&receipt(&outcome).output);
        assert_eq!(output, expected(row, operands), "{} of {form} {operands:x?}", row.name);
    }
}

#[test]
fn every_pure_instruction_is_listed() {
    let pure = spec::table::ROWS.iter().filter(|row| row.pushes == 1 && (0x01..=0x1e).contains(&row.opcode));
    let names: Vec<&str> = pure.map(|row| row.name).collect();
    assert_eq!(ROWS.iter().map(|row| row.name).collect::<Vec<_>>(), names);
    for row in ROWS {
        assert_eq!(spec::table::row_by_name(row.name).unwrap().pops as usize, row.operands, "{}", row.name);
    }
}

#[test]
fn instructions_mean_what_unbounded_integers_say() {
    let mut engines = registry::all();
    for row in ROWS {
        let mut runner =
            TestRunner::new(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() });
        let engines = std::cell::RefCell::new(&mut engines);
        let operands = proptest::collection::vec(corner(), row.operands);
        let result = runner.run(&operands, |operands| {
            check(&mut engines.borrow_mut(), row, &operands);
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("{}: {error}", row.name));
    }
}

/// Shifts were wrong at full and empty limbs in more than one compiler: all amounts, on edge words.
#[test]
fn every_shift_amount() {
    let mut engines = registry::all();
    let top = U256::ONE << 255;
    let words = [U256::ONE, U256::MAX, top, top - U256::ONE, U256::from_limbs([1, 1 << 63, u64::MAX, 1 << 62])];
    for row in ROWS.iter().filter(|row| ["SHL", "SHR", "SAR", "BYTE", "SIGNEXTEND"].contains(&row.name)) {
        let beyond = [U256::from(1u64 << 31), U256::from(1u64 << 32), U256::ONE << 64, U256::MAX];
        for amount in (0..=257).map(U256::from).chain(beyond) {
            for word in words {
                check(&mut engines, row, &[amount, word]);
            }
        }
    }
}
