//! ADDMOD and MULMOD.
//!
//! A product of two words has 512 bits, and dividing that by a word costs far more than multiplying. But programs that
//! multiply modulo something do it with few moduli. For each of the last ones used, Barrett's constant `floor(2^512 / m)` is
//! kept, and a reduction is then two multiplications and at most two subtractions:
//!
//! with `b = 2^64`, `x < b^8` and `b^3 < m < b^4`, let `q = floor(floor(x / b^3) * floor(b^8 / m) / b^5)`. Then
//! `floor(x / m) - 2 <= q <= floor(x / m)`, so `x - q * m < 3 * m`, which needs one bit or two more than four limbs: five
//! limbs of it are enough (Handbook of Applied Cryptography, 14.42).
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
        match self.kept.iter().flatten().find(|kept| kept.modulus == *modulus) {
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

    /// `left * right` modulo `modulus`, of the whole product.
    pub fn mulmod(&mut self, left: &U256, right: &U256, modulus: &U256) -> U256 {
        if *modulus <= SMALL {
            return left.mul_mod(*right, *modulus);
        }
        let product: [u64; 8] = product(left.as_limbs(), right.as_limbs());
        U256::from_limbs(self.get(modulus.as_limbs()).reduce(&product))
    }
}

/// `left + right` modulo `modulus`, of the whole sum.
pub(crate) fn addmod([left, right, modulus]: [U256; 3]) -> U256 {
    if left >= modulus || right >= modulus {
        return left.add_mod(right, modulus);
    }
    let (sum, carried) = left.overflowing_add(right);
    if carried || sum >= modulus { sum.wrapping_sub(modulus) } else { sum }
}

impl Barrett {
    #[inline]
    fn reduce(&self, x: &[u64; 8]) -> [u64; 4] {
        let high: [u64; 5] = [x[3], x[4], x[5], x[6], x[7]];
        let scaled: [u64; 10] = product(&high, &self.constant);
        let quotient: [u64; 5] = [scaled[5], scaled[6], scaled[7], scaled[8], scaled[9]];
        let modulus = [self.modulus[0], self.modulus[1], self.modulus[2], self.modulus[3], 0];
        let mut rest = [x[0], x[1], x[2], x[3], x[4]];
        subtract(&mut rest, &low_product(&quotient, &modulus));
        while !is_below(&rest, &modulus) {
            subtract(&mut rest, &modulus);
        }
        [rest[0], rest[1], rest[2], rest[3]]
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
        if !is_below(&rest, &modulus) {
            subtract(&mut rest, &modulus);
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

#[inline]
fn is_below<const N: usize>(left: &[u64; N], right: &[u64; N]) -> bool {
    let mut borrow = false;
    for (left, right) in left.iter().zip(right) {
        (_, borrow) = left.borrowing_sub(*right, borrow);
    }
    borrow
}

#[inline]
fn subtract<const N: usize>(left: &mut [u64; N], right: &[u64; N]) {
    let mut borrow = false;
    for (left, right) in left.iter_mut().zip(right) {
        (*left, borrow) = left.borrowing_sub(*right, borrow);
    }
}

/// The whole product; `W` is twice `N`.
#[inline]
fn product<const N: usize, const W: usize>(left: &[u64; N], right: &[u64; N]) -> [u64; W] {
    let mut product = [0; W];
    for (i, left) in left.iter().enumerate() {
        let mut carry = 0;
        for (j, right) in right.iter().enumerate() {
            (product[i + j], carry) = left.carrying_mul_add(*right, product[i + j], carry);
        }
        product[i + N] = carry;
    }
    product
}

/// The product without what does not fit.
#[inline]
fn low_product<const N: usize>(left: &[u64; N], right: &[u64; N]) -> [u64; N] {
    let mut product = [0; N];
    for (i, left) in left.iter().enumerate() {
        let mut carry = 0;
        for (j, right) in right[..N - i].iter().enumerate() {
            (product[i + j], carry) = left.carrying_mul_add(*right, product[i + j], carry);
        }
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
                prop_assert_eq!(addmod([left, right, modulus]), left.add_mod(right, modulus));
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
