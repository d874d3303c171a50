//! Precompiled contracts at the boundaries of their input: accepted inputs, the same with a byte changed or of another
//! length, and gas at exactly the price or a unit beside it.

use crate::draw::Draw;
use crate::family::prices::price;
use crate::family::vectors::{VECTORS, Vector};
use crate::program::Program;
use crate::stage::Draft;
use crate::{CORNERS, Feature};
use api::{Address, Revision, U256};
use spec::op;

/// Gas for the program beside the calls.
const GAS: u64 = 120_000;
/// Gas for a call at most: it bounds how long an accepted input can run.
const GAS_MAX: u64 = 300_000;

pub(super) fn draft(d: &mut Draw<'_>) -> Draft {
    let vector = choose(d);
    let input = input(d, vector);
    let address = Address::left_padding_from(&vector.address.to_be_bytes());
    let cost = price(vector.address, &input, d.revision);
    if d.chance(16) {
        // The transaction itself calls the contract.
        let gas = edge(d, cost).unwrap_or(GAS);
        return Draft {
            to: Some(address),
            data: Some(input),
            gas: Some(gas.min(GAS_MAX)),
            ..Draft::of_all(Vec::new())
        };
    }
    let mut p = Program::new(d.revision);
    p.op(op::CALLDATASIZE);
    p.push_number(0);
    p.push_number(0);
    p.op(op::CALLDATACOPY);
    let calls = if 20_000 < cost { 1 } else { d.between(1, 2) };
    let shown = 0x400;
    for i in 0..calls {
        let gas = edge(d, cost);
        call(d, &mut p, address, gas, cost);
        p.store_at(shown + 64 * i);
        if d.since(Revision::Byzantium) && d.has(Feature::ReturnData) {
            look(d, &mut p, shown + 64 * i + 32);
        }
    }
    // The output may lie anywhere below, so all of it is shown.
    p.push_number(shown);
    p.push_number(0);
    p.op(op::KECCAK256);
    p.store_at(0);
    let ending = d.ending();
    d.finish(&mut p, shown + 128, ending);
    let gas = GAS + cost.min(GAS_MAX) * u64::from(calls) * 65 / 64;
    Draft { data: Some(input), gas: Some(gas), ..Draft::of(p.finish()) }
}

/// A contract that the revision has; now and then one that it does not have yet.
fn choose(d: &mut Draw<'_>) -> &'static Vector {
    let early = d.chance(8);
    let mut weights = [0; VECTORS.len()];
    for (weight, vector) in weights.iter_mut().zip(VECTORS) {
        *weight = if early || d.since(vector.since) { vector.weight } else { 0 };
    }
    &VECTORS[d.weighted(&weights)]
}

fn input(d: &mut Draw<'_>, vector: &Vector) -> Vec<u8> {
    let mut input = match vector.address {
        0x05 => modexp(d),
        0x09 => blake(d, vector),
        0x02..=0x04 => {
            let len = d.below(200) as usize;
            vector.parts.concat()[..].iter().copied().cycle().take(len).collect()
        }
        _ => vector.parts.concat(),
    };
    match d.byte() {
        0..=119 => {}
        120..=179 if !input.is_empty() => {
            let at = d.below(input.len() as u32) as usize;
            input[at] ^= d.pick(&[1, 0x80, 0xff, 2, 0x10]);
        }
        180..=199 => {
            // A word becomes a corner: a coordinate beyond the modulus, a scalar of zero.
            let words = input.len() as u32 / 32;
            let at = 32 * d.below(words.max(1)) as usize;
            let word = d.word().to_be_bytes::<32>();
            if let Some(target) = input.get_mut(at..at + 32) {
                target.copy_from_slice(&word);
            }
        }
        200..=229 => {
            let len = match d.below(5) {
                0 => input.len().saturating_sub(1),
                1 => input.len() + 1,
                2 => input.len() / 2,
                3 => input.len() + 32,
                _ => d.below(64) as usize,
            };
            input.resize(len, 0);
        }
        230..=239 if input.len() < 400 => input.extend_from_within(..),
        _ => {}
    }
    input
}

/// Lengths at the limits, over few bytes.
fn modexp(d: &mut Draw<'_>) -> Vec<u8> {
    const LENS: [u32; 12] = [0, 1, 1, 2, 31, 32, 33, 8, 16, 64, 1024, 1025];
    let mut input = Vec::with_capacity(256);
    for _ in 0..3 {
        let len = match d.byte() {
            0..=15 if d.has(Feature::Huge) => CORNERS[d.below(CORNERS.len() as u32) as usize],
            16..=199 => U256::from(LENS[d.below(8) as usize]),
            _ => U256::from(d.pick(&LENS)),
        };
        input.extend_from_slice(&len.to_be_bytes::<32>());
    }
    for _ in 0..d.below(4) {
        input.extend_from_slice(&d.word().to_be_bytes::<32>());
    }
    let rest = d.below(40);
    input.extend_from_slice(d.slice(rest));
    input
}

/// Rounds around the ten after which the constants repeat, and more than any gas pays.
fn blake(d: &mut Draw<'_>, vector: &Vector) -> Vec<u8> {
    let mut input = vector.parts.concat();
    let rounds: u32 = d.pick(&[12, 0, 1, 9, 10, 11, 13, 25, 1000, 1 << 12, u32::MAX]);
    input[..4].copy_from_slice(&rounds.to_be_bytes());
    if d.chance(100) {
        let at = d.between(4, input.len() as u32 - 9) as usize;
        input[at..at + 8].copy_from_slice(&d.array::<8>());
    }
    if d.chance(40) {
        input[212] = d.below(3) as u8;
    }
    input
}

/// Exactly the price, a unit beside it, nothing, or plenty.
fn edge(d: &mut Draw<'_>, cost: u64) -> Option<u64> {
    match d.byte() {
        0..=35 => Some(cost),
        36..=59 => Some(cost.saturating_sub(1)),
        60..=79 => Some(cost.saturating_add(1)),
        80..=87 => Some(0),
        88..=95 => Some(u64::from(d.u16())),
        _ => None,
    }
}

fn call(d: &mut Draw<'_>, p: &mut Program, address: Address, gas: Option<u64>, cost: u64) {
    let kind = match d.byte() {
        0..=127 => op::STATICCALL,
        128..=199 => op::CALL,
        200..=229 => op::DELEGATECALL,
        _ => op::CALLCODE,
    };
    let kind = if d.has_op(kind) { kind } else { op::CALL };
    p.push_number(d.pick(&[32, 64, 96, 0, 33, 256]));
    p.push_number(d.pick(&[0x200, 0, 2, 8, 0x180]));
    p.op(op::CALLDATASIZE);
    p.push_number(if d.chance(16) { 1 } else { 0 });
    if matches!(kind, op::CALL | op::CALLCODE) {
        d.push_value(p);
    }
    p.push_address(address);
    p.push(U256::from(gas.unwrap_or(cost.saturating_add(5000)).min(GAS_MAX)));
    p.op(kind);
}

/// Return data after the memory it may have come from was overwritten.
fn look(d: &mut Draw<'_>, p: &mut Program, at: u32) {
    if d.chance(100) {
        p.op(op::CALLDATASIZE);
        p.store_at(0);
    }
    p.op(op::RETURNDATASIZE);
    p.store_at(at);
    p.op(op::RETURNDATASIZE);
    p.push_number(0);
    p.push_number(0x280);
    p.op(op::RETURNDATACOPY);
}
