//! ADDMOD and MULMOD.
//!
//! A product of two words has 512 bits, and dividing that by a word costs far more than multiplying. But programs that
//! multiply modulo something do it with few moduli. For each of the last ones used, Barrett's constant `floor(2^512 / m)` is
//! kept, and a reduction is then two multiplications and at most three subtractions:
//!
//! with `b = 2^64`, `x < b^8` and `b^3 < m < b^4`, let `q = floor(floor(x / b^3) * floor(b^8 / m) / b^5)`. Then
//! `floor(x / m) - 2 <= q <= floor(x / m)` (Handbook of Applied Cryptography, 14.42). The six partial products below the third
//! column add up to less than `4 * b^4`, so without them `q` is at most one less. Then `x - q * m < 4 * m`, of which five
//! limbs are enough.
//!
//! What is kept decides how long a reduction takes and nothing else.

use api::U256;

/// Moduli whose constants are kept.
const KEPT: usize = 4;

/// The moduli up to this one, `2^192`, have no constant of five limbs.
const SMALL: U256 = U256::from_limbs([0, 0, 0, 1]);

/// A modulus of four limbs and its constant.
#[derive(Clone, Copy, Debug)]
struct Barrett {
    modulus: [u64; 4],
    constant: [u64; 5],
}

/// The moduli used last.
#[derive(Clone, Debug, Default)]
pub struct Moduli {
    kept: [Option<Barrett>; KEPT],
    next: usize,
}

impl Moduli {
    #[inline]
    fn get(&mut self, modulus: &[u64; 4]) -> Barrett {
        match self
            .kept
            .iter()
            .flatten()
            .find(|kept| kept.modulus == *modulus || fault::planted!(RuntimeModuliKey) && kept.modulus[0] == modulus[0])
        {
            Some(kept) => *kept,
            None => self.keep(*modulus),
        }
    }

    #[cold]
    fn keep(&mut self, modulus: [u64; 4]) -> Barrett {
        let made = Barrett { modulus, constant: constant(&modulus) };
        self.kept[self.next] = Some(made);
        self.next = (self.next + 1) % KEPT;
        made
    }

    #[inline]
    /// `left * right` modulo `modulus`, of the whole product.
    pub fn mulmod(&mut self, left: &U256, right: &U256, modulus: &U256) -> U256 {
        if *modulus <= SMALL {
            return left.mul_mod(*right, *modulus);
        }
        let product: [u64; 8] = product(left.as_limbs(), right.as_limbs());
        U256::from_limbs(self.get(modulus.as_limbs()).reduce(&product))
    }
}

/// See [`Moduli::mulmod`].
#[inline]
pub(crate) fn mulmod(moduli: &mut Moduli, [modulus, right, left]: &[U256; 3]) -> U256 {
    moduli.mulmod(left, right, modulus)
}

/// `left + right` modulo `modulus`, of the whole sum. Whether a sum reaches the modulus is as good as random, so both answers are
/// reckoned, and no branch is taken.
#[inline(always)]
pub(crate) fn addmod([modulus, right, left]: &[U256; 3]) -> U256 {
    if !(left.overflowing_sub(*modulus).1 & right.overflowing_sub(*modulus).1) {
        return wide_addmod(left, right, modulus);
    }
    let (sum, carried) = left.overflowing_add(*right);
    let (less, borrows) = sum.overflowing_sub(*modulus);
    let reaches = carried & !fault::planted!(RuntimeAddmodCut) | !borrows;
    U256::from_limbs(std::array::from_fn(|i| {
        std::hint::select_unpredictable(reaches, less.as_limbs()[i], sum.as_limbs()[i])
    }))
}

#[cold]
fn wide_addmod(left: &U256, right: &U256, modulus: &U256) -> U256 {
    left.add_mod(*right, *modulus)
}

impl Barrett {
    #[inline]
    fn reduce(&self, x: &[u64; 8]) -> [u64; 4] {
        let quotient = high_product(&[x[3], x[4], x[5], x[6], x[7]], &self.constant);
        let [m0, m1, m2, m3] = self.modulus;
        let modulus = [m0, m1, m2, m3, 0];
        let mut rest = difference(&[x[0], x[1], x[2], x[3], x[4]], &low_product(&quotient, &modulus)).0;
        loop {
            let (less, borrows) = difference(&rest, &modulus);
            if borrows {
                return [rest[0], rest[1], rest[2], rest[3]];
            }
            if fault::planted!(RuntimeBarrettStep) {
                return [rest[0], rest[1], rest[2], rest[3]];
            }
            rest = less;
        }
    }
}

/// `floor(2^512 / m)` for a modulus above `2^192`: less than `2^320`.
fn constant(modulus: &[u64; 4]) -> [u64; 5] {
    // Schoolbook division, a bit at a time: it is done once for a modulus.
    let modulus = [modulus[0], modulus[1], modulus[2], modulus[3], 0];
    let (mut quotient, mut rest) = ([0; 5], [0; 5]);
    for bit in (0..=512u32).rev() {
        double(&mut rest, u64::from(bit == 512));
        double(&mut quotient, 0);
        let (less, borrows) = difference(&rest, &modulus);
        if !borrows {
            rest = less;
            quotient[0] |= 1;
        }
    }
    quotient
}

fn double<const N: usize>(word: &mut [u64; N], low: u64) {
    let mut carry = low;
    for limb in word {
        (*limb, carry) = (*limb << 1 | carry, *limb >> 63);
    }
}

/// The difference, and whether it borrows.
#[inline(always)]
fn difference(left: &[u64; 5], right: &[u64; 5]) -> ([u64; 5], bool) {
    let (d0, borrow) = left[0].borrowing_sub(right[0], false);
    let (d1, borrow) = left[1].borrowing_sub(right[1], borrow);
    let (d2, borrow) = left[2].borrowing_sub(right[2], borrow);
    let (d3, borrow) = left[3].borrowing_sub(right[3], borrow);
    let (d4, borrow) = left[4].borrowing_sub(right[4], borrow);
    ([d0, d1, d2, d3, d4], borrow)
}

/// The whole product; `W` is twice `N`. Indexed, so that it is unrolled.
#[inline(always)]
fn product<const N: usize, const W: usize>(left: &[u64; N], right: &[u64; N]) -> [u64; W] {
    let mut product = [0; W];
    let mut i = 0;
    while i < N {
        let (mut j, mut carry) = (0, 0);
        while j < N {
            (product[i + j], carry) = left[i].carrying_mul_add(right[j], product[i + j], carry);
            j += 1;
        }
        product[i + N] = carry;
        i += 1;
    }
    product
}

/// The limbs of a product from the sixth on, or one less: what the lowest three columns carry is left out.
#[inline(always)]
fn high_product(left: &[u64; 5], right: &[u64; 5]) -> [u64; 5] {
    let mut product = [0; 10];
    let mut i = 0;
    while i < 5 {
        let (mut j, mut carry) = (3_usize.saturating_sub(i), 0);
        while j < 5 {
            (product[i + j], carry) = left[i].carrying_mul_add(right[j], product[i + j], carry);
            j += 1;
        }
        product[i + 5] = carry;
        i += 1;
    }
    [product[5], product[6], product[7], product[8], product[9]]
}

/// The product without what does not fit.
#[inline(always)]
fn low_product<const N: usize>(left: &[u64; N], right: &[u64; N]) -> [u64; N] {
    let mut product = [0; N];
    let mut i = 0;
    while i < N {
        let (mut j, mut carry) = (0, 0);
        while j < N - i {
            (product[i + j], carry) = left[i].carrying_mul_add(right[j], product[i + j], carry);
            j += 1;
        }
        i += 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Limbs that are often at a corner.
    fn limb() -> impl Strategy<Value = u64> {
        prop_oneof![Just(0), Just(1), Just(u64::MAX), Just(1 << 63), any::<u64>()]
    }

    fn word() -> impl Strategy<Value = U256> {
        [limb(), limb(), limb(), limb()].prop_map(U256::from_limbs)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn modular_arithmetic_is_that_of_long_division(left in word(), right in word(), modulus in word()) {
            let mut moduli = Moduli::default();
            for modulus in [modulus, U256::MAX, SMALL, SMALL + U256::ONE, modulus] {
                prop_assert_eq!(moduli.mulmod(&left, &right, &modulus), left.mul_mod(right, modulus));
                prop_assert_eq!(addmod(&[modulus, right, left]), left.add_mod(right, modulus));
            }
        }
    }

    #[test]
    fn moduli_that_were_pushed_out_come_back() {
        let mut moduli = Moduli::default();
        let word = U256::MAX - U256::from(12345);
        for modulus in (0..3 * KEPT as u64).map(|i| U256::MAX - U256::from(i % 6 * 7)) {
            assert_eq!(moduli.mulmod(&word, &word, &modulus), word.mul_mod(word, modulus));
        }
    }
}
