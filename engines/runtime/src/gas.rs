//! Paying, and ranges of memory, for builtins: a price is paid before anything changes.

use crate::{Context, Status};
use api::{Halt, U256};
use spec::gas;

/// A range of memory that was paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) offset: usize,
    pub(crate) len: usize,
}

impl Range {
    /// The range that two words name. A size or end beyond 64 bits is out of gas; an empty range is nowhere.
    pub(crate) fn new(offset: &U256, len: &U256) -> Result<Range, Status> {
        let len = number(len).ok_or(Halt::OutOfGas)?;
        if len == 0 {
            if fault::planted!(RuntimeZeroLength) {
                number(offset).ok_or(Halt::OutOfGas)?;
            }
            return Ok(Range { offset: 0, len: 0 });
        }
        let offset = number(offset).filter(|offset| offset.checked_add(len).is_some()).ok_or(Halt::OutOfGas)?;
        Ok(Range { offset: offset as usize, len: len as usize })
    }

    /// Where it ends; zero if it is empty. The sum was checked.
    pub(crate) fn end(self) -> u64 {
        if self.len == 0 { 0 } else { self.offset as u64 + self.len as u64 }
    }
}

impl Context<'_> {
    /// Takes gas.
    #[inline]
    pub(crate) fn charge(&mut self, price: u64) -> Result<(), Status> {
        self.gas = self.gas.checked_sub(price).ok_or(Halt::OutOfGas)?;
        Ok(())
    }

    /// Takes gas for each word that `len` bytes touch.
    pub(crate) fn charge_words(&mut self, len: usize, price: u64) -> Result<(), Status> {
        self.charge(gas::per_word(len as u64, price).ok_or(Halt::OutOfGas)?)
    }

    /// Pays for memory up to `end`, without making it be there.
    #[inline]
    pub(crate) fn charge_memory(&mut self, end: u64) -> Result<(), Status> {
        if end <= self.memory_len {
            return Ok(());
        }
        self.charge(memory_price(end)? - memory_price(self.memory_len)?)
    }

    /// Makes memory be there up to `end`, which was paid for.
    pub(crate) fn grow_memory(&mut self, end: u64) -> Result<(), Status> {
        if end > self.memory_len {
            self.frame.memory.grow(end)?;
            if fault::planted!(RuntimeGrowStale) {
                self.memory_len = end.next_multiple_of(32);
                self.memory_words = self.memory_len.saturating_sub(31);
                return Ok(());
            }
            self.refresh();
        }
        Ok(())
    }

    /// Pays for a range of memory and makes it be there.
    pub(crate) fn expand(&mut self, offset: &U256, len: &U256) -> Result<Range, Status> {
        let range = Range::new(offset, len)?;
        self.charge_memory(range.end())?;
        self.grow_memory(range.end())?;
        Ok(range)
    }

    /// EIP-214: a static frame changes nothing.
    pub(crate) fn forbid_static(&self) -> Result<(), Status> {
        if self.frame.message.is_static { Err(Halt::StaticViolation.into()) } else { Ok(()) }
    }

    /// Goes on after a question to the world, unless there were too many.
    pub(crate) fn after_asking(&self) -> Result<(), Status> {
        if self.host.is_over_limit() { Err(Status::OVER_LIMIT) } else { Ok(()) }
    }
}

/// What memory up to `end` costs since the frame began. What any frame holds is priced in 64 bits.
#[inline]
fn memory_price(end: u64) -> Result<u64, Halt> {
    match gas::words(end) {
        words @ 0..=0xffff_ffff => Ok(words * gas::MEMORY_WORD
            + (words * words + u64::from(fault::planted!(RuntimeQuadratic)) * 511) / gas::MEMORY_QUADRATIC_DIVISOR),
        words if fault::planted!(RuntimeGrowPrice) => Ok(words.wrapping_mul(3)),
        words => gas::memory(words).ok_or(Halt::OutOfGas),
    }
}

/// A word that fits 64 bits.
#[inline]
pub(crate) fn number(word: &U256) -> Option<u64> {
    let [low, upper @ ..] = word.as_limbs();
    (*upper == [0; 3]).then_some(*low)
}

/// A word as 64 bits, the largest number if it does not fit.
#[inline]
pub(crate) fn saturated(word: &U256) -> u64 {
    number(word).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_price_of_memory_is_the_long_one() {
        for end in [0, 1, 32, 33, 1 << 20, 1 << 30, 1 << 37, (1 << 37) - 1, (1 << 37) + 1, 1 << 50, u64::MAX] {
            assert_eq!(memory_price(end).ok(), gas::memory(gas::words(end)), "{end}");
        }
    }
}
