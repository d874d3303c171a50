//! Numbers that decide something: SplitMix64.
//!
//! Written here, so that what is drawn from a seed is the same on every platform and for every version of every library.

/// The odd increment of SplitMix64.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// The output function of SplitMix64: a bijection in which every bit of the input moves every bit of the output.
pub const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The first number of the stream that starts at a place: for what is drawn once.
pub const fn draw(place: u64) -> u64 {
    mix(place.wrapping_add(GAMMA))
}

/// A stream of numbers.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The stream that starts at a place. Places that differ by a few increments give shifted copies of one stream: mix them first.
    pub const fn new(place: u64) -> Dice {
        Dice(place)
    }

    /// The next number.
    pub const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        mix(self.0)
    }

    /// A number below `n`; 0 if `n` is. Not quite uniform.
    pub fn below(&mut self, n: usize) -> usize {
        self.roll().checked_rem(n as u64).unwrap_or(0) as usize
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }

    /// One of these, of which there is at least one.
    pub fn of<T: Copy, const N: usize>(&mut self, from: &[T; N]) -> T {
        const { assert!(N > 0) };
        from[self.below(N)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_splitmix64() {
        // The first outputs of the reference code for the seed 0.
        let mut dice = Dice::new(0);
        assert_eq!([dice.roll(), dice.roll()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
        assert_eq!(draw(0), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn nothing_is_picked_from_nothing() {
        assert_eq!((Dice::new(1).below(0), Dice::new(1).pick::<u8>(&[])), (0, None));
        assert!((0..100).all(|place| Dice::new(place).below(3) < 3));
    }
}
