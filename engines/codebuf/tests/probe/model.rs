//! What the idioms must give, from single bits and 32-bit halves, so that no compiler turns the model into the idiom.

use crate::Word;

/// A word as eight halves, each in a `u64` that has room for carries.
fn halves(word: &Word) -> [u64; 8] {
    std::array::from_fn(|i| (word[i / 2] >> (32 * (i % 2))) & 0xffff_ffff)
}

fn word(halves: &[u64; 8]) -> Word {
    std::array::from_fn(|i| halves[2 * i] | halves[2 * i + 1] << 32)
}

/// The sum, and whether it carries out.
pub(crate) fn add(left: &Word, right: &Word) -> (Word, bool) {
    let (left, right) = (halves(left), halves(right));
    let mut sum = [0; 8];
    let mut carry = 0;
    for i in 0..8 {
        let half = left[i] + right[i] + carry;
        sum[i] = half & 0xffff_ffff;
        carry = half >> 32;
    }
    (word(&sum), carry != 0)
}

/// The difference, and whether it borrows.
pub(crate) fn sub(left: &Word, right: &Word) -> (Word, bool) {
    // left - right = left + !right + 1, which carries out unless it borrows.
    let inverse = right.map(|limb| !limb);
    let (sum, first) = add(left, &inverse);
    let (sum, second) = add(&sum, &[1, 0, 0, 0]);
    (sum, !(first || second))
}

/// The smaller word.
pub(crate) fn min(left: &Word, right: &Word) -> Word {
    if left.iter().rev().lt(right.iter().rev()) { *left } else { *right }
}

/// The sum, its carry, and the product of the lowest limbs.
pub(crate) fn mul(left: &Word, right: &Word) -> (Word, bool, [u64; 2]) {
    let (sum, carry) = add(left, right);
    let (x, y) = (halves(left), halves(right));
    let (low, middle, cross, high) = (x[0] * y[0], x[1] * y[0], x[0] * y[1], x[1] * y[1]);
    let second = (low >> 32) + (middle & 0xffff_ffff) + (cross & 0xffff_ffff);
    let product = [(low & 0xffff_ffff) | second << 32, high + (middle >> 32) + (cross >> 32) + (second >> 32)];
    (sum, carry, product)
}

/// Bits `amount` to `amount + 63` of the two limbs, for an amount of 0 to 64.
pub(crate) fn extract(low: u64, high: u64, amount: u64) -> u64 {
    let bit = |at: u64| if at < 64 { low >> at & 1 } else { high >> (at - 64) & 1 };
    (0..64).fold(0, |bits, i| bits | bit(amount + i) << i)
}

/// The bytes in the opposite order.
pub(crate) fn reverse(limb: u64) -> u64 {
    (0..8).fold(0, |bytes, i| bytes << 8 | (limb >> (8 * i) & 0xff))
}

/// How many bits above the highest set bit; 64 for zero.
pub(crate) fn leading_zeros(limb: u64) -> u64 {
    (0..64).rev().take_while(|bit| limb >> bit & 1 == 0).count() as u64
}
