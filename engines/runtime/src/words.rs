//! Operands and answers on the stack of compiled code, limb by limb.
//!
//! Compiled code has just written the operands, most of them limb by limb, and a function that gives back a word has just written that. A
//! processor hands such a store to a load of the same limb, but a load of several waits until all are in the cache. So limbs are
//! read and written one by one, and volatile access keeps the compiler from joining them.

#![allow(unsafe_code, reason = "operands and answers lie on a stack that only a pointer names")]

use api::U256;

/// Copies the operands that lie at a place.
///
/// # Safety
/// There are as many words.
#[inline(always)]
pub(crate) unsafe fn operands<const POPS: usize>(base: *const U256) -> [U256; POPS] {
    let limb = |word: usize, limb: usize| {
        let at = base.wrapping_add(word).cast::<u64>().wrapping_add(limb);
        // SAFETY: the caller vouches for `POPS` words, which nobody else knows.
        unsafe { at.read_volatile() }
    };
    std::array::from_fn(|i| U256::from_limbs(std::array::from_fn(|j| limb(i, j))))
}

/// Writes an answer.
///
/// # Safety
/// There is room for a word.
#[inline(always)]
pub(crate) unsafe fn write(base: *mut U256, word: &U256) {
    for (i, limb) in word.as_limbs().iter().enumerate() {
        let at = base.cast::<u64>().wrapping_add(i);
        // SAFETY: the caller vouches for the word, which nobody else knows.
        unsafe { at.write_volatile(*limb) };
    }
}
