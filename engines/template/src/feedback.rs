//! What a fuzzer learns of compilations beside coverage: which instruction met which kinds of operands, and what became of it.
//!
//! Counters lie in the section in which libFuzzer looks for them, and exist with the feature `feedback` alone; without it
//! everything here is empty. Nothing in the compiler reads them, so the code that is made is the same.

use crate::isa::{Limb, Word};

/// What is known of a word where it is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Class {
    /// There is none.
    Absent,
    /// Known, of 64 bits.
    Small,
    /// Known and wider.
    Wide,
    /// Only the lowest limb is not known to be zero.
    Number,
    /// On the stack in memory.
    Stack,
    /// In registers, or partly so.
    Registers,
    /// Never made: what follows took it over.
    Fused,
    /// Made by a builtin.
    Builtin,
}

/// The class of a word.
pub(crate) fn class(word: &Word) -> Class {
    let is_zero = |limb: &Limb| *limb == Limb::Imm(0);
    let is_known = |limb: &Limb| matches!(limb, Limb::Imm(_));
    match (word.iter().all(is_known), word[1..].iter().all(is_zero)) {
        (true, true) => Class::Small,
        (true, false) => Class::Wide,
        (false, true) => Class::Number,
        (false, false) if word.iter().any(|limb| matches!(limb, Limb::Stack(_))) => Class::Stack,
        (false, false) => Class::Registers,
    }
}

/// Counts an instruction with the classes of its first two operands.
pub(crate) fn operands(opcode: u8, first: Class, second: Class) {
    counters::count(usize::from(opcode) << 6 | (first as usize) << 3 | second as usize);
}

/// Counts what became of an instruction.
pub(crate) fn result(opcode: u8, result: Class) {
    counters::count(256 << 6 | usize::from(opcode) << 3 | result as usize);
}

/// Whether anybody counts.
pub(crate) const ON: bool = cfg!(feature = "feedback");

#[cfg(feature = "feedback")]
mod counters {
    use std::sync::atomic::{AtomicU8, Ordering};

    const LEN: usize = 256 * 64 + 256 * 8;

    // SAFETY: the section holds nothing but counters of one byte, and libFuzzer reads and clears it as such between runs.
    #[allow(unsafe_code, reason = "the name of a section is a promise to whoever looks there")]
    #[unsafe(link_section = "__libfuzzer_extra_counters")]
    static COUNTERS: [AtomicU8; LEN] = [const { AtomicU8::new(0) }; LEN];

    pub(super) fn count(at: usize) {
        let counter = &COUNTERS[at];
        // Threads may lose a count to each other, which only blurs what is blurred anyhow.
        counter.store(counter.load(Ordering::Relaxed).saturating_add(1), Ordering::Relaxed);
    }
}

#[cfg(not(feature = "feedback"))]
mod counters {
    pub(super) fn count(_: usize) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart() {
        let (zero, one, memory, context) = (Limb::Imm(0), Limb::Imm(1), Limb::Stack(4), Limb::Context(8));
        for (word, expected) in [
            ([one, zero, zero, zero], Class::Small),
            ([zero, zero, zero, one], Class::Wide),
            ([context, zero, zero, zero], Class::Number),
            ([memory, zero, zero, one], Class::Stack),
            ([context, context, context, context], Class::Registers),
        ] {
            assert_eq!(class(&word), expected);
        }
    }
}
