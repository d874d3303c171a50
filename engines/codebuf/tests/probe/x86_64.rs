//! The idioms as they are emitted for x86_64.

use crate::Word;
use std::arch::asm;

/// Four limbs in a row, and the flag behind them.
macro_rules! chain {
    ($(#[$doc:meta])* $name:ident: $($step:literal),*) => {
        $(#[$doc])*
        pub(crate) fn $name(left: &Word, right: &Word) -> (Word, bool) {
            let [mut s0, mut s1, mut s2, mut s3] = *left;
            let carry: u8;
            // SAFETY: only registers and flags that the compiler was told of.
            unsafe {
                asm!(
                    $($step,)*
                    s0 = inout(reg) s0, s1 = inout(reg) s1, s2 = inout(reg) s2, s3 = inout(reg) s3,
                    r0 = in(reg) right[0], r1 = in(reg) right[1], r2 = in(reg) right[2], r3 = in(reg) right[3],
                    carry = out(reg_byte) carry, options(pure, nomem, nostack),
                );
            }
            ([s0, s1, s2, s3], carry != 0)
        }
    };
}

chain! {
    /// `add`, `adc`, `adc`, `adc`.
    add: "add {s0}, {r0}", "adc {s1}, {r1}", "adc {s2}, {r2}", "adc {s3}, {r3}", "setc {carry}"
}

chain! {
    /// `sub`, `sbb`, `sbb`, `sbb`.
    sub: "sub {s0}, {r0}", "sbb {s1}, {r1}", "sbb {s2}, {r2}", "sbb {s3}, {r3}", "setc {carry}"
}

/// A comparison that keeps nothing but flags, then `cmov`.
pub(crate) fn min(left: &Word, right: &Word) -> Word {
    let [mut s0, mut s1, mut s2, mut s3] = *left;
    // SAFETY: only registers and flags that the compiler was told of.
    unsafe {
        asm!(
            "cmp {s0}, {r0}",
            "mov {t}, {s1}", "sbb {t}, {r1}", "mov {t}, {s2}", "sbb {t}, {r2}", "mov {t}, {s3}", "sbb {t}, {r3}",
            "cmovae {s0}, {r0}", "cmovae {s1}, {r1}", "cmovae {s2}, {r2}", "cmovae {s3}, {r3}",
            s0 = inout(reg) s0, s1 = inout(reg) s1, s2 = inout(reg) s2, s3 = inout(reg) s3,
            r0 = in(reg) right[0], r1 = in(reg) right[1], r2 = in(reg) right[2], r3 = in(reg) right[3],
            t = out(reg) _, options(pure, nomem, nostack),
        );
    }
    [s0, s1, s2, s3]
}

/// `mul` beside a carry chain: it takes the carry with it, so the chain comes first.
pub(crate) fn mul(left: &Word, right: &Word) -> (Word, bool, [u64; 2]) {
    let (sum, carry) = add(left, right);
    let (low, high): (u64, u64);
    // SAFETY: only registers and flags that the compiler was told of.
    unsafe {
        asm!("mul {r}", r = in(reg) right[0], inout("rax") left[0] => low, out("rdx") high, options(pure, nomem, nostack));
    }
    (sum, carry, [low, high])
}

/// `shl` by `cl`.
pub(crate) fn shift_left(limb: u64, amount: u64) -> u64 {
    let mut shifted = limb;
    // SAFETY: only registers and flags that the compiler was told of.
    unsafe {
        asm!("shl {o}, cl", o = inout(reg) shifted, in("rcx") amount, options(pure, nomem, nostack));
    }
    shifted
}

/// `shr` by `cl`.
pub(crate) fn shift_right(limb: u64, amount: u64) -> u64 {
    let mut shifted = limb;
    // SAFETY: only registers and flags that the compiler was told of.
    unsafe {
        asm!("shr {o}, cl", o = inout(reg) shifted, in("rcx") amount, options(pure, nomem, nostack));
    }
    shifted
}

/// `shrd` by `cl`.
pub(crate) fn extract(low: u64, high: u64, amount: u64) -> u64 {
    let mut bits = low;
    // SAFETY: only registers and flags that the compiler was told of.
    unsafe {
        asm!("shrd {o}, {h}, cl", o = inout(reg) bits, h = in(reg) high, in("rcx") amount, options(pure, nomem, nostack));
    }
    bits
}

/// `shrd` by 0, which changes nothing.
pub(crate) fn extract_zero(low: u64, high: u64) -> u64 {
    let mut bits = low;
    // SAFETY: only registers and flags that the compiler was told of.
    unsafe {
        asm!("shrd {o}, {h}, 0", o = inout(reg) bits, h = in(reg) high, options(pure, nomem, nostack));
    }
    bits
}

/// `bswap`.
pub(crate) fn reverse(limb: u64) -> u64 {
    let mut reversed = limb;
    // SAFETY: only registers that the compiler was told of.
    unsafe {
        asm!("bswap {o}", o = inout(reg) reversed, options(pure, nomem, nostack));
    }
    reversed
}

/// `bsr`, which says nothing about zero.
pub(crate) fn leading_zeros(limb: u64) -> u64 {
    let highest: u64;
    // SAFETY: only registers and flags that the compiler was told of.
    unsafe {
        asm!(
            "mov {o}, 127", "bsr {t}, {l}", "cmovnz {o}, {t}", "xor {o}, 63",
            l = in(reg) limb, t = out(reg) _, o = out(reg) highest, options(pure, nomem, nostack),
        );
    }
    highest
}

/// `mov eax, VALUE` and `ret`.
pub(crate) fn returning(value: u16) -> Vec<u8> {
    let [low, high] = value.to_le_bytes();
    vec![0xb8, low, high, 0, 0, 0xc3]
}

/// Nothing: the processor watches for changed code by itself.
pub(crate) fn publish(_: *const u8) {}
