//! Operands: every instruction works on registers, so limbs that lie elsewhere are fetched first.
//!
//! Nothing here changes the flags. Numbers and places that an instruction cannot hold are made in the register that is to
//! be loaded, so that a load needs no register beside its own.

use super::Aarch64;
use crate::isa::{Limb, Reg, Word};
use dynasmrt::aarch64::encode_logical_immediate_64bit;
use dynasmrt::dynasm;

/// Fixes the architecture: without it the macro guesses the host's.
macro_rules! asm {
    ($self:ident $($t:tt)*) => {
        dynasm!($self.ops ; .arch aarch64 $($t)*)
    };
}
pub(super) use asm;

/// Registers that no limb is ever in.
pub(super) const X0: u8 = 0;
pub(super) const X1: u8 = 1;
pub(super) const X2: u8 = 2;
pub(super) const X15: u8 = 15;
pub(super) const X16: u8 = 16;
pub(super) const X17: u8 = 17;
/// Zero where it is read, nowhere where it is written.
pub(super) const ZR: u8 = 31;

/// The largest number that additions and comparisons hold.
const SMALL: u64 = (1 << 12) - 1;

/// The number, if additions and comparisons can hold it.
pub(super) fn small(limb: Limb) -> Option<u32> {
    match limb {
        Limb::Imm(value @ 0..=SMALL) => Some(value as u32),
        _ => None,
    }
}

/// The number, if bitwise operations can hold it.
pub(super) fn pattern(limb: Limb) -> Option<u64> {
    match limb {
        Limb::Imm(value) => encode_logical_immediate_64bit(value).map(|_| value),
        _ => None,
    }
}

impl Aarch64 {
    /// A known number, in quarters: from zeros or from ones, whichever leaves fewer to fill in.
    pub(super) fn mov_imm(&mut self, reg: u8, value: u64) {
        if encode_logical_immediate_64bit(value).is_some() {
            asm!(self ; orr XSP(reg), xzr, value);
            return;
        }
        let quarter = |i: u32| (value >> (16 * i)) as u32 & 0xffff;
        let count = |of: u32| (0..4).filter(|i| quarter(*i) == of).count();
        let background = if count(0xffff) > count(0) { 0xffff } else { 0 };
        let mut rest = (0..4).filter(|i| quarter(*i) != background);
        let first = rest.next().unwrap_or(0);
        match background {
            0 => asm!(self ; movz X(reg), quarter(first), lsl 16 * first),
            _ => asm!(self ; movn X(reg), !quarter(first) & 0xffff, lsl 16 * first),
        }
        for i in rest {
            asm!(self ; movk X(reg), quarter(i), lsl 16 * i);
        }
    }

    /// Copies a limb to a register.
    pub(super) fn load(&mut self, reg: u8, from: Limb) {
        match from {
            Limb::Imm(value) => self.mov_imm(reg, value),
            Limb::Reg(Reg(from)) if from == reg => {}
            Limb::Reg(Reg(from)) => asm!(self ; mov X(reg), X(from)),
            Limb::Context(offset) => asm!(self ; ldr X(reg), [x19, offset as u32]),
            Limb::Stack(cell) => match Place::new(cell) {
                Place::Above(bytes) => asm!(self ; ldr X(reg), [x20, bytes]),
                Place::Near(bytes) => asm!(self ; ldur X(reg), [x20, bytes]),
                Place::Far(bytes) => {
                    self.mov_imm(reg, bytes as u64);
                    asm!(self ; ldr X(reg), [x20, X(reg)]);
                }
            },
        }
    }

    /// The register of a limb, which is loaded into `scratch` if it is elsewhere.
    pub(super) fn in_reg(&mut self, limb: Limb, scratch: u8) -> u8 {
        match limb {
            Limb::Reg(Reg(reg)) => reg,
            Limb::Imm(0) => ZR,
            _ => {
                self.load(scratch, limb);
                scratch
            }
        }
    }

    /// Copies a limb to the stack, by way of `x16` and `x17`.
    pub(super) fn put(&mut self, cell: i32, from: Limb) {
        let reg = self.in_reg(from, X17);
        match Place::new(cell) {
            Place::Above(bytes) => asm!(self ; str X(reg), [x20, bytes]),
            Place::Near(bytes) => asm!(self ; stur X(reg), [x20, bytes]),
            Place::Far(bytes) => {
                self.mov_imm(X16, bytes as u64);
                asm!(self ; str X(reg), [x20, x16]);
            }
        }
    }

    /// Copies a word to the stack, from this cell on, two limbs at once where an instruction can name the place.
    pub(super) fn put_word(&mut self, cell: i32, word: &Word) {
        for (i, pair) in [(0, [word[0], word[1]]), (2, [word[2], word[3]])] {
            let at = cell + i;
            let is_there = [0, 1].map(|j| pair[j] == Limb::Stack(at + j as i32));
            if is_there == [false; 2] && (-64..64).contains(&at) {
                let (low, high) = (self.in_reg(pair[0], X16), self.in_reg(pair[1], X17));
                asm!(self ; stp X(low), X(high), [x20, 8 * at]);
                continue;
            }
            for j in (0..2).filter(|j| !is_there[*j]) {
                self.put(at + j as i32, pair[j]);
            }
        }
    }

    /// `to` becomes another register plus a number. The flags stay.
    pub(super) fn add_imm(&mut self, to: u8, from: u8, by: i32) {
        let (low, high) = (by.unsigned_abs() & 0xfff, by.unsigned_abs() >> 12);
        if high > 0xfff {
            self.mov_imm(X17, by as i64 as u64);
            asm!(self ; add X(to), X(from), x17);
            return;
        }
        let mut from = from;
        if high > 0 {
            match by < 0 {
                true => asm!(self ; sub XSP(to), XSP(from), high, lsl 12),
                false => asm!(self ; add XSP(to), XSP(from), high, lsl 12),
            }
            from = to;
        }
        if low > 0 || from != to {
            match by < 0 {
                true => asm!(self ; sub XSP(to), XSP(from), low),
                false => asm!(self ; add XSP(to), XSP(from), low),
            }
        }
    }
}

/// A limb of the stack, as instructions can name it.
enum Place {
    /// At most 32 KiB above the base.
    Above(u32),
    /// Some words below it.
    Near(i32),
    Far(i64),
}

impl Place {
    fn new(cell: i32) -> Place {
        match 8 * cell {
            bytes @ 0..=32760 => Place::Above(bytes as u32),
            bytes @ -256..0 => Place::Near(bytes),
            bytes => Place::Far(bytes.into()),
        }
    }
}
