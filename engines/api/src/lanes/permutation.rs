//! Keccak-f\[1600\] on eight states at once (FIPS 202, 3.2), in plain arithmetic on arrays that a compiler turns into vectors.

/// States side by side.
pub(crate) const LANES: usize = 8;

/// A word of each state.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
pub(crate) struct Words(pub(crate) [u64; LANES]);

/// Eight states, row by row.
pub(crate) type State = [Words; 25];

const ROUNDS: usize = 24;

/// What is added to the first word in each round: bits `2^j - 1` from a shift register (FIPS 202, 3.2.5).
const CONSTANTS: [u64; ROUNDS] = {
    let (mut constants, mut register) = ([0; ROUNDS], 1u8);
    let mut round = 0;
    while round < ROUNDS {
        let mut j = 0;
        while j < 7 {
            constants[round] |= ((register & 1) as u64) << ((1 << j) - 1);
            register = if register & 0x80 == 0 { register << 1 } else { (register << 1) ^ 0x71 };
            j += 1;
        }
        round += 1;
    }
    constants
};

/// Where the word at `x + 5y` goes, and by how much it is turned (FIPS 202, 3.2.2 and 3.2.3).
const MOVES: [(usize, u32); 25] = {
    let mut moves = [(0, 0); 25];
    let (mut x, mut y, mut t) = (1, 0, 0);
    while t < 24 {
        let to = (y, (2 * x + 3 * y) % 5);
        moves[x + 5 * y] = (to.0 + 5 * to.1, (t + 1) * (t + 2) / 2 % 64);
        (x, y) = to;
        t += 1;
    }
    moves
};

impl Words {
    #[inline(always)]
    fn map(self, of: impl Fn(usize, u64) -> u64) -> Words {
        let mut words = [0; LANES];
        for (lane, word) in words.iter_mut().enumerate() {
            *word = of(lane, self.0[lane]);
        }
        Words(words)
    }

    #[inline(always)]
    fn xor(self, other: Words) -> Words {
        self.map(|lane, word| word ^ other.0[lane])
    }

    #[inline(always)]
    fn turn(self, by: u32) -> Words {
        self.map(|_, word| word.rotate_left(by))
    }
}

/// The permutation, compiled for a processor with vectors of eight words.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
pub(crate) fn avx512(states: &mut State) {
    permute(states);
}

#[cfg_attr(not(any(test, target_arch = "x86_64")), expect(dead_code))]
#[inline(always)]
pub(crate) fn permute(states: &mut State) {
    let mut a = *states;
    for constant in CONSTANTS {
        let mut columns = [Words::default(); 5];
        for x in 0..5 {
            columns[x] = a[x].xor(a[x + 5]).xor(a[x + 10]).xor(a[x + 15]).xor(a[x + 20]);
        }
        let mut moved = [Words::default(); 25];
        for x in 0..5 {
            let parity = columns[(x + 4) % 5].xor(columns[(x + 1) % 5].turn(1));
            for from in (x..25).step_by(5) {
                let (to, by) = MOVES[from];
                moved[to] = a[from].xor(parity).turn(by);
            }
        }
        for row in (0..25).step_by(5) {
            for x in 0..5 {
                let (next, behind) = (moved[row + (x + 1) % 5], moved[row + (x + 2) % 5]);
                a[row + x] = moved[row + x].map(|lane, word| word ^ (!next.0[lane] & behind.0[lane]));
            }
        }
        a[0] = a[0].map(|_, word| word ^ constant);
    }
    *states = a;
}
