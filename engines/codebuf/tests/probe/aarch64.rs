//! The idioms as they are emitted for aarch64.

use crate::Word;
use std::arch::asm;

/// Four limbs in a row, and the flag behind them.
macro_rules! chain {
    ($(#[$doc:meta])* $name:ident: $($step:literal),*) => {
        $(#[$doc])*
        pub(crate) fn $name(left: &Word, right: &Word) -> (Word, bool) {
            let [mut s0, mut s1, mut s2, mut s3] = *left;
            let carry: u64;
            // SAFETY: only registers and flags that the compiler was told of.
            unsafe {
                asm!(
                    $($step,)*
                    s0 = inout(reg) s0, s1 = inout(reg) s1, s2 = inout(reg) s2, s3 = inout(reg) s3,
                    r0 = in(reg) right[0], r1 = in(reg) right[1], r2 = in(reg) right[2], r3 = in(reg) right[3],
                    carry = out(reg) carry, options(pure, nomem, nostack),
                );
            }
            ([s0, s1, s2, s3], carry != 0)
        }
    };
}

chain! {
    /// `adds`, `adcs`, `adcs`, `adcs`.
    add: "adds {s0}, {s0}, {r0}", "adcs {s1}, {s1}, {r1}", "adcs {s2}, {s2}, {r2}", "adcs {s3}, {s3}, {r3}", "cset {carry}, cs"
}

chain! {
    /// `subs`, `sbcs`, `sbcs`, `sbcs`.
    sub: "subs {s0}, {s0}, {r0}", "sbcs {s1}, {s1}, {r1}", "sbcs {s2}, {s2}, {r2}", "sbcs {s3}, {s3}, {r3}", "cset {carry}, cc"
}

/// A comparison that keeps nothing but flags, then `csel`.
pub(crate) fn min(left: &Word, right: &Word) -> Word {
    let [mut s0, mut s1, mut s2, mut s3] = *left;
    // SAFETY: only registers and flags that the compiler was told of.
    unsafe {
        asm!(
            "cmp {s0}, {r0}", "sbcs xzr, {s1}, {r1}", "sbcs xzr, {s2}, {r2}", "sbcs xzr, {s3}, {r3}",
            "csel {s0}, {s0}, {r0}, lo", "csel {s1}, {s1}, {r1}, lo", "csel {s2}, {s2}, {r2}, lo", "csel {s3}, {s3}, {r3}, lo",
            s0 = inout(reg) s0, s1 = inout(reg) s1, s2 = inout(reg) s2, s3 = inout(reg) s3,
            r0 = in(reg) right[0], r1 = in(reg) right[1], r2 = in(reg) right[2], r3 = in(reg) right[3],
            options(pure, nomem, nostack),
        );
    }
    [s0, s1, s2, s3]
}

/// `mul` and `umulh` in the midst of a carry chain, which they leave alone.
pub(crate) fn mul(left: &Word, right: &Word) -> (Word, bool, [u64; 2]) {
    let [mut s0, mut s1, mut s2, mut s3] = *left;
    let (low, high, carry): (u64, u64, u64);
    // SAFETY: only registers and flags that the compiler was told of.
    unsafe {
        asm!(
            "adds {low}, {s0}, {r0}", "mov {carry}, {low}", "mul {low}, {s0}, {r0}", "umulh {high}, {s0}, {r0}", "mov {s0}, {carry}",
            "adcs {s1}, {s1}, {r1}", "adcs {s2}, {s2}, {r2}", "adcs {s3}, {s3}, {r3}", "cset {carry}, cs",
            s0 = inout(reg) s0, s1 = inout(reg) s1, s2 = inout(reg) s2, s3 = inout(reg) s3,
            r0 = in(reg) right[0], r1 = in(reg) right[1], r2 = in(reg) right[2], r3 = in(reg) right[3],
            low = out(reg) low, high = out(reg) high, carry = out(reg) carry, options(pure, nomem, nostack),
        );
    }
    ([s0, s1, s2, s3], carry != 0, [low, high])
}

/// `lsl` by a register.
pub(crate) fn shift_left(limb: u64, amount: u64) -> u64 {
    let shifted: u64;
    // SAFETY: only registers that the compiler was told of.
    unsafe {
        asm!("lsl {o}, {l}, {n}", l = in(reg) limb, n = in(reg) amount, o = out(reg) shifted, options(pure, nomem, nostack));
    }
    shifted
}

/// `lsr` by a register.
pub(crate) fn shift_right(limb: u64, amount: u64) -> u64 {
    let shifted: u64;
    // SAFETY: only registers that the compiler was told of.
    unsafe {
        asm!("lsr {o}, {l}, {n}", l = in(reg) limb, n = in(reg) amount, o = out(reg) shifted, options(pure, nomem, nostack));
    }
    shifted
}

/// Two limbs shifted right into one: the high limb moves by one and then by what is missing, so that zero needs no branch.
pub(crate) fn extract(low: u64, high: u64, amount: u64) -> u64 {
    let bits: u64;
    // SAFETY: only registers that the compiler was told of.
    unsafe {
        asm!(
            "lsr {o}, {l}, {n}", "lsl {h}, {h}, #1", "mvn {t}, {n}", "lsl {h}, {h}, {t}", "orr {o}, {o}, {h}",
            l = in(reg) low, h = inout(reg) high => _, n = in(reg) amount, t = out(reg) _, o = out(reg) bits,
            options(pure, nomem, nostack),
        );
    }
    bits
}

/// `extr` by 0, which is the low limb, after `lsl` and `lsr` by 0, which change nothing.
pub(crate) fn extract_zero(low: u64, high: u64) -> u64 {
    let bits: u64;
    // SAFETY: only registers that the compiler was told of.
    unsafe {
        asm!(
            "lsl {l}, {l}, #0", "lsr {l}, {l}, #0", "extr {o}, {h}, {l}, #0",
            l = inout(reg) low => _, h = in(reg) high, o = out(reg) bits, options(pure, nomem, nostack),
        );
    }
    bits
}

/// `rev`.
pub(crate) fn reverse(limb: u64) -> u64 {
    let reversed: u64;
    // SAFETY: only registers that the compiler was told of.
    unsafe {
        asm!("rev {o}, {l}", l = in(reg) limb, o = out(reg) reversed, options(pure, nomem, nostack));
    }
    reversed
}

/// `clz`.
pub(crate) fn leading_zeros(limb: u64) -> u64 {
    let zeros: u64;
    // SAFETY: only registers that the compiler was told of.
    unsafe {
        asm!("clz {o}, {l}", l = in(reg) limb, o = out(reg) zeros, options(pure, nomem, nostack));
    }
    zeros
}

/// `movz w0, VALUE` and `ret`.
pub(crate) fn returning(value: u16) -> Vec<u8> {
    [0x5280_0000 | u32::from(value) << 5, 0xd65f_03c0].into_iter().flat_map(u32::to_le_bytes).collect()
}

/// Tells the instruction cache that the line at `at` has changed.
pub(crate) fn publish(at: *const u8) {
    // SAFETY: maintenance of a line that is mapped and readable changes no memory.
    unsafe {
        asm!("dc cvau, {at}", "dsb ish", "ic ivau, {at}", "dsb ish", "isb", at = in(reg) at, options(nostack));
    }
}
