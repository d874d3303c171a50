//! What precompiled contracts cost, so that they can be given exactly that, or one unit less.
//!
//! A guess, like all prices here: it decides nothing but how near a boundary a case is.

use api::{Revision, U256};
use spec::gas::words;

/// The price of an input; enormous where it cannot be paid.
pub(super) fn price(address: u16, input: &[u8], revision: Revision) -> u64 {
    let len = input.len() as u64;
    let istanbul = revision.is(Revision::Istanbul);
    match address {
        0x01 => 3000,
        0x02 => 60 + 12 * words(len),
        0x03 => 600 + 120 * words(len),
        0x04 => 15 + 3 * words(len),
        0x05 => modexp(input, revision),
        0x06 if istanbul => 150,
        0x06 => 500,
        0x07 if istanbul => 6000,
        0x07 => 40_000,
        0x08 if istanbul => 45_000 + 34_000 * (len / 192),
        0x08 => 100_000 + 80_000 * (len / 192),
        0x09 => input.first_chunk().map_or(0, |rounds| u64::from(u32::from_be_bytes(*rounds))),
        0x0a => 50_000,
        0x0b => 375,
        // The second of two terms costs a little less; more are not generated.
        0x0c if len / 160 == 2 => 2 * 12_000 * 949 / 1000,
        0x0c => 12_000 * (len / 160),
        0x0d => 600,
        0x0e => 22_500 * (len / 288),
        0x0f => 37_700 + 32_600 * (len / 384),
        0x10 => 5500,
        0x11 => 23_800,
        0x100 => 6900,
        _ => 0,
    }
}

/// EIP-198, repriced by EIP-2565 and EIP-7883.
fn modexp(input: &[u8], revision: Revision) -> u64 {
    let base_len = length(input, 0);
    let exponent_len = length(input, 32);
    let modulus_len = length(input, 64);
    let head = head(input, base_len, exponent_len);
    let factor = if revision.is(Revision::Osaka) { 16 } else { 8 };
    let bits = u128::from(head.bit_len().saturating_sub(1) as u64);
    let iterations = (u128::from(exponent_len.saturating_sub(32)) * factor + bits).max(1);
    let len = u128::from(base_len.max(modulus_len));
    let squared = len.div_ceil(8).pow(2);
    let (cost, floor) = if revision.is(Revision::Osaka) {
        (if len <= 32 { 16 } else { 2 * squared }.saturating_mul(iterations), 500)
    } else if revision.is(Revision::Berlin) {
        (squared.saturating_mul(iterations) / 3, 200)
    } else {
        (complexity(len).saturating_mul(iterations) / 20, 0)
    };
    u64::try_from(cost.max(floor)).unwrap_or(u64::MAX)
}

fn complexity(len: u128) -> u128 {
    match len {
        0..=64 => len * len,
        65..=1024 => len * len / 4 + 96 * len - 3072,
        _ => (len * len / 16 + 480 * len).saturating_sub(199_680),
    }
}

/// One of the lengths in front; what is longer than any input saturates.
fn length(input: &[u8], at: usize) -> u64 {
    u64::try_from(word(input, at)).unwrap_or(u64::MAX).min(1 << 40)
}

/// The first 32 bytes of the exponent.
fn head(input: &[u8], base_len: u64, exponent_len: u64) -> U256 {
    let word = word(input, usize::try_from(base_len).unwrap_or(usize::MAX).saturating_add(96));
    word >> (8 * (32 - exponent_len.min(32) as usize))
}

/// A word of the input, zeros behind its end.
fn word(input: &[u8], at: usize) -> U256 {
    let mut word = [0; 32];
    let rest = input.get(at..).unwrap_or_default();
    let n = rest.len().min(32);
    word[..n].copy_from_slice(&rest[..n]);
    U256::from_be_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modexp_matches_the_examples() {
        // From EIP-2565 and EIP-7883: 1-byte operands with exponent 5; 32-byte ones with a full exponent.
        let small = [&[0; 31][..], &[1], &[0; 31], &[1], &[0; 31], &[1, 3, 5, 7]].concat();
        assert_eq!(price(5, &small, Revision::Berlin), 200);
        assert_eq!(price(5, &small, Revision::Osaka), 500);
        let large = [&[0; 31][..], &[32], &[0; 31], &[32], &[0; 31], &[32], &[0xff; 96]].concat();
        assert_eq!(price(5, &large, Revision::Byzantium), 1024 * 255 / 20);
        assert_eq!(price(5, &large, Revision::Berlin), 16 * 255 / 3);
        assert_eq!(price(5, &large, Revision::Osaka), 16 * 255);
    }
}
