//! Paying: for an operation, for memory, for the words of a range.

use api::memory::OverLimit;
use api::{Halt, Memory, U256};
use spec::gas;

/// Why an instruction did not run to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The frame halts.
    Halt(Halt),
    /// Memory would exceed the resource limit of the harness.
    OverLimit,
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Stop {
        Stop::Halt(halt)
    }
}

impl From<OverLimit> for Stop {
    fn from(_: OverLimit) -> Stop {
        Stop::OverLimit
    }
}

/// A range of memory that has been paid for and is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) offset: usize,
    pub(crate) len: usize,
}

impl Range {
    /// The first byte behind it; zero if it is empty. It was checked to fit 64 bits.
    #[inline(always)]
    fn end(self) -> u64 {
        self.offset as u64 + self.len as u64
    }
}

/// Takes `price` from the gas left.
#[inline(always)]
pub(crate) fn charge(gas_left: &mut u64, price: u64) -> Result<(), Halt> {
    match gas_left.checked_sub(price) {
        Some(rest) => {
            *gas_left = rest;
            Ok(())
        }
        None => Err(Halt::OutOfGas),
    }
}

/// Whether no bit is set.
#[inline(always)]
pub(crate) fn is_zero(word: &U256) -> bool {
    let [l0, l1, l2, l3] = word.as_limbs();
    l0 | l1 | l2 | l3 == 0
}

/// A word that fits 64 bits.
#[inline(always)]
pub(crate) fn small(word: &U256) -> Option<u64> {
    let [low, l1, l2, l3] = word.as_limbs();
    (l1 | l2 | l3 == 0).then_some(*low)
}

/// A word as 64 bits, the largest number if it does not fit.
#[inline(always)]
pub(crate) fn saturated(word: &U256) -> u64 {
    small(word).unwrap_or(u64::MAX)
}

/// The range that two words name, if anything can buy it. An empty range is nowhere, whatever its offset.
#[inline(always)]
fn range(offset: &U256, len: &U256) -> Result<Range, Halt> {
    let len = small(len).ok_or(Halt::OutOfGas)?;
    if len == 0 {
        return Ok(Range { offset: 0, len: 0 });
    }
    let offset = small(offset).ok_or(Halt::OutOfGas)?;
    offset.checked_add(len).ok_or(Halt::OutOfGas)?;
    Ok(Range { offset: offset as usize, len: len as usize })
}

/// Pays for a range of memory that is not made to be there yet: for instructions that can still fail.
pub(crate) fn pay(gas_left: &mut u64, memory: &Memory, offset: &U256, len: &U256) -> Result<Range, Halt> {
    let range = range(offset, len)?;
    if range.end() > memory.len() as u64 {
        charge_growth(gas_left, memory, range.end())?;
    }
    Ok(range)
}

/// Makes a range be there that was paid for.
pub(crate) fn grow_to(memory: &mut Memory, range: Range) -> Result<(), OverLimit> {
    memory.grow(range.end())
}

/// Pays for a range of memory and makes it be there. An empty range costs nothing, wherever it is.
#[inline(always)]
pub(crate) fn expand(gas_left: &mut u64, memory: &mut Memory, offset: &U256, len: &U256) -> Result<Range, Stop> {
    let range = range(offset, len)?;
    if range.end() > memory.len() as u64 {
        grow(gas_left, memory, range.end())?;
    }
    Ok(range)
}

#[cold]
#[inline(never)]
fn grow(gas_left: &mut u64, memory: &mut Memory, end: u64) -> Result<(), Stop> {
    charge_growth(gas_left, memory, end)?;
    Ok(memory.grow(end)?)
}

fn charge_growth(gas_left: &mut u64, memory: &Memory, end: u64) -> Result<(), Halt> {
    let paid = gas::memory(gas::words(memory.len() as u64)).ok_or(Halt::OutOfGas)?;
    let price = gas::memory(gas::words(end)).ok_or(Halt::OutOfGas)?;
    charge(gas_left, price - paid)
}

/// Pays `price` for each word of a range.
#[inline(always)]
pub(crate) fn charge_words(gas_left: &mut u64, len: usize, price: u64) -> Result<(), Halt> {
    charge(gas_left, gas::per_word(len as u64, price).ok_or(Halt::OutOfGas)?)
}
