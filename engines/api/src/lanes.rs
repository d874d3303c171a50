//! Keccak-256 of many texts, eight side by side.
//!
//! A campaign hashes what every case came to, and no hash waits for another. Where a processor has vectors of eight words
//! (AVX-512), one permutation of eight states takes little more time than that of one, so each text has a lane of its own, and a
//! lane whose text has ended takes the next. Elsewhere the library hashes one text after the other. The hashes are the same.

mod permutation;

use alloy_primitives::{B256, keccak256};
use permutation::{LANES, State, Words};
use std::cmp::Reverse;

/// Bytes taken in by one permutation.
const RATE: usize = 136;

/// The hash of each text.
#[cfg_attr(target_arch = "x86_64", allow(unsafe_code, reason = "a function for a processor's features is called"))]
pub fn hashes(texts: &[&[u8]]) -> Vec<B256> {
    #[cfg(target_arch = "x86_64")]
    if texts.len() > 1 && std::arch::is_x86_feature_detected!("avx512f") {
        // SAFETY: this processor has the feature that the function is compiled for.
        return side_by_side(texts, |states| unsafe { permutation::avx512(states) });
    }
    texts.iter().map(keccak256).collect()
}

/// A text in its lane: which of them it is, and what was not taken in yet.
struct Reading<'t> {
    index: usize,
    rest: &'t [u8],
}

#[cfg_attr(not(any(test, target_arch = "x86_64")), expect(dead_code))]
fn side_by_side(texts: &[&[u8]], permute: impl Fn(&mut State)) -> Vec<B256> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    // The long ones first, so that the lanes end together.
    order.sort_by_key(|index| Reverse(texts[*index].len()));
    let mut waiting = order.into_iter().map(|index| Reading { index, rest: texts[index] });
    let mut lanes: [Option<Reading<'_>>; LANES] = std::array::from_fn(|_| waiting.next());
    let mut states = [Words::default(); 25];
    let mut hashes = vec![B256::ZERO; texts.len()];
    while lanes.iter().any(Option::is_some) {
        let mut ended = [None; LANES];
        for (lane, reading) in lanes.iter_mut().enumerate() {
            let Some(Reading { index, rest }) = reading else { continue };
            match rest.split_first_chunk::<RATE>() {
                Some((block, behind)) => {
                    take_in(&mut states, lane, block);
                    *rest = behind;
                }
                None => {
                    take_in(&mut states, lane, &last_block(rest));
                    ended[lane] = Some(*index);
                }
            }
        }
        permute(&mut states);
        for (lane, index) in ended.into_iter().enumerate() {
            let Some(index) = index else { continue };
            for (bytes, words) in hashes[index].chunks_exact_mut(8).zip(&states) {
                bytes.copy_from_slice(&words.0[lane].to_le_bytes());
            }
            states.iter_mut().for_each(|words| words.0[lane] = 0);
            lanes[lane] = waiting.next();
        }
    }
    hashes
}

fn take_in(states: &mut State, lane: usize, block: &[u8; RATE]) {
    let (words, _) = block.as_chunks::<8>();
    for (state, word) in states.iter_mut().zip(words) {
        state.0[lane] ^= u64::from_le_bytes(*word);
    }
}

/// What is left of a text, less than a block, with the padding of the original Keccak: a one, zeros, a one.
fn last_block(rest: &[u8]) -> [u8; RATE] {
    let mut block = [0; RATE];
    block[..rest.len()].copy_from_slice(rest);
    block[rest.len()] = 0x01;
    block[RATE - 1] |= if fault::planted!(LanesPadding) && rest.len() == RATE - 1 { 0 } else { 0x80 };
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of every length up to some blocks, and each of its own bytes.
    fn texts(lengths: impl Iterator<Item = usize>) -> Vec<Vec<u8>> {
        let byte = |seed: usize, i: usize| (seed.wrapping_mul(0x9e37_79b9) ^ i.wrapping_mul(0x85eb_ca6b)) as u8;
        lengths.enumerate().map(|(seed, len)| (0..len).map(|i| byte(seed, i)).collect()).collect()
    }

    fn check(texts: &[Vec<u8>]) {
        let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
        let expected: Vec<B256> = texts.iter().map(keccak256).collect();
        assert_eq!(hashes(&texts), expected);
        // Also where the processor has no such vectors.
        assert_eq!(side_by_side(&texts, permutation::permute), expected);
    }

    #[test]
    fn every_length_has_the_hash_of_the_library() {
        check(&texts(0..4 * RATE));
        check(&texts((0..4 * RATE).rev()));
    }

    #[test]
    fn any_number_of_texts_shares_the_lanes() {
        for count in 0..3 * LANES {
            check(&texts((0..count).map(|i| i * 61 % 700)));
        }
        check(&texts([5000, 0, 1, 136, 20_000, 3].into_iter()));
    }
}
