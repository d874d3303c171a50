//! Memory and hashing.

use crate::gas::{Stop, charge_words, expand};
use crate::stack::Stack;
use api::{Memory, U256, keccak256};
use spec::gas;

const WORD: U256 = U256::from_limbs([32, 0, 0, 0]);
const BYTE: U256 = U256::ONE;

#[inline(always)]
pub(crate) fn mload(stack: &mut Stack<'_>, gas_left: &mut u64, memory: &mut Memory) -> Result<(), Stop> {
    let top = stack.peek(0);
    if fault::planted!(InterpMloadGrowth) && *top == U256::from(memory.len()) {
        *top = U256::ZERO;
        return Ok(());
    }
    let range = expand(gas_left, memory, top, &WORD)?;
    let bytes: [u8; 32] = memory.slice(range.offset, 32).try_into().expect("the slice has this length");
    *top = U256::from_be_bytes(bytes);
    Ok(())
}

#[inline(always)]
pub(crate) fn mstore(stack: &mut Stack<'_>, gas_left: &mut u64, memory: &mut Memory) -> Result<(), Stop> {
    let (offset, word) = stack.take_two();
    let range = expand(gas_left, memory, offset, &WORD)?;
    memory.slice_mut(range.offset, 32).copy_from_slice(&word.to_be_bytes::<32>());
    Ok(())
}

pub(crate) fn mstore8(stack: &mut Stack<'_>, gas_left: &mut u64, memory: &mut Memory) -> Result<(), Stop> {
    let (offset, word) = (stack.pop(), stack.pop());
    let range = expand(gas_left, memory, &offset, &BYTE)?;
    memory.slice_mut(range.offset, 1)[0] = word.byte(0);
    Ok(())
}

pub(crate) fn msize(stack: &mut Stack<'_>, _: &mut u64, memory: &mut Memory) -> Result<(), Stop> {
    stack.push(U256::from(memory.len()));
    Ok(())
}

pub(crate) fn mcopy(stack: &mut Stack<'_>, gas_left: &mut u64, memory: &mut Memory) -> Result<(), Stop> {
    let (to, from, len) = (stack.pop(), stack.pop(), stack.pop());
    // EIP-5656: memory grows to the farther of the two ranges.
    let extent = if fault::planted!(InterpMcopyExtent) && from < U256::from(memory.len()) { to } else { to.max(from) };
    let farther = expand(gas_left, memory, &extent, &len)?;
    charge_words(gas_left, farther.len, gas::COPY_WORD)?;
    if farther.len > 0 {
        memory.copy_within(from.to(), to.to(), farther.len);
    }
    Ok(())
}

pub(crate) fn keccak(stack: &mut Stack<'_>, gas_left: &mut u64, memory: &mut Memory) -> Result<(), Stop> {
    let (offset, len) = (stack.pop(), *stack.peek(0));
    let range = expand(gas_left, memory, &offset, &len)?;
    let paid = if fault::planted!(InterpKeccakWords) { range.len / 32 * 32 } else { range.len };
    charge_words(gas_left, paid, gas::KECCAK_WORD)?;
    *stack.peek(0) = keccak256(memory.slice(range.offset, range.len)).into();
    Ok(())
}
