//! Keccak-256 written out flat, for processors that can negate and combine in one instruction (BMI1).
//!
//! The permutation's inner step is `b ^ (!c & d)`, five times a row. Compiled with BMI1 the negation is free, which takes a
//! third off the time of a hash; compiled without, this is no faster than the library's, which is then used.
//! What it computes is compared with the library's in tests.

/// Bytes taken in by one permutation.
const RATE: usize = 136;

/// The round constants of FIPS 202, 3.2.5.
const ROUNDS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];

/// The lanes, row by row.
type State = [u64; 25];

/// The hash of `data`.
#[inline(always)]
pub(crate) fn keccak256(data: &[u8]) -> [u8; 32] {
    let mut state = [0; 25];
    let mut blocks = data.chunks_exact(RATE);
    for block in &mut blocks {
        take_in(&mut state, block);
    }
    let rest = blocks.remainder();
    let mut last = [0; RATE];
    last[..rest.len()].copy_from_slice(rest);
    // Padding of the original Keccak: a one, zeros, a one.
    last[rest.len()] = 0x01;
    last[RATE - 1] |= if fault::planted!(RuntimeKeccakRound) && rest.len() == RATE - 1 { 0 } else { 0x80 };
    take_in(&mut state, &last);
    let mut hash = [0; 32];
    for (bytes, lane) in hash.chunks_exact_mut(8).zip(state) {
        bytes.copy_from_slice(&lane.to_le_bytes());
    }
    hash
}

#[inline(always)]
fn take_in(state: &mut State, block: &[u8]) {
    for (lane, bytes) in state.iter_mut().zip(block.as_chunks::<8>().0) {
        *lane ^= u64::from_le_bytes(*bytes);
    }
    let mut lanes = *state;
    for pair in ROUNDS.as_chunks::<2>().0 {
        lanes = round(round(lanes, pair[0]), pair[1]);
    }
    *state = lanes;
}

/// Theta, rho, pi, chi and iota at once.
#[inline(always)]
fn round(a: State, constant: u64) -> State {
    let column = |x: usize| a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    let c = [column(0), column(1), column(2), column(3), column(4)];
    let d = [
        c[4] ^ c[1].rotate_left(1),
        c[0] ^ c[2].rotate_left(1),
        c[1] ^ c[3].rotate_left(1),
        c[2] ^ c[4].rotate_left(1),
        c[3] ^ c[0].rotate_left(1),
    ];
    // The lane that comes to each place, and by how many bits it turns on the way.
    let moved = |from: usize, by: u32| (a[from] ^ d[from % 5]).rotate_left(by);
    let r0 = row([moved(0, 0), moved(6, 44), moved(12, 43), moved(18, 21), moved(24, 14)]);
    let r1 = row([moved(3, 28), moved(9, 20), moved(10, 3), moved(16, 45), moved(22, 61)]);
    let r2 = row([moved(1, 1), moved(7, 6), moved(13, 25), moved(19, 8), moved(20, 18)]);
    let r3 = row([moved(4, 27), moved(5, 36), moved(11, 10), moved(17, 15), moved(23, 56)]);
    let r4 = row([moved(2, 62), moved(8, 55), moved(14, 39), moved(15, 41), moved(21, 2)]);
    [
        r0[0] ^ constant,
        r0[1],
        r0[2],
        r0[3],
        r0[4],
        r1[0],
        r1[1],
        r1[2],
        r1[3],
        r1[4],
        r2[0],
        r2[1],
        r2[2],
        r2[3],
        r2[4],
        r3[0],
        r3[1],
        r3[2],
        r3[3],
        r3[4],
        r4[0],
        r4[1],
        r4[2],
        r4[3],
        r4[4],
    ]
}

#[inline(always)]
fn row(b: [u64; 5]) -> [u64; 5] {
    [b[0] ^ (!b[1] & b[2]), b[1] ^ (!b[2] & b[3]), b[2] ^ (!b[3] & b[4]), b[3] ^ (!b[4] & b[0]), b[4] ^ (!b[0] & b[1])]
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_length_hashes_as_the_library_does() {
        let data: Vec<u8> = (0..600u32).map(|i| (i * i % 251) as u8).collect();
        for len in 0..data.len() {
            assert_eq!(super::keccak256(&data[..len]), api::keccak256(&data[..len]).0, "{len}");
        }
    }
}
