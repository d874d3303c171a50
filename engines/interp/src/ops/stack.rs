//! POP, PUSH, DUP, SWAP, JUMPDEST.

use crate::stack::Stack;
use api::U256;

#[inline(always)]
pub(crate) fn pop(stack: &mut Stack<'_>) {
    stack.len -= 1;
}

#[inline(always)]
pub(crate) fn jumpdest(_: &mut Stack<'_>) {}

#[inline(always)]
pub(crate) fn push0(stack: &mut Stack<'_>) {
    stack.push(U256::ZERO);
}

/// The immediate is padded with zeros where the code ends, because the code is.
#[inline(always)]
pub(crate) fn push<const N: usize>(stack: &mut Stack<'_>, immediate: &[u8]) {
    let mut word = [0; 32];
    word[32 - N..].copy_from_slice(&immediate[..N]);
    stack.push(U256::from_be_bytes(word));
}

#[inline(always)]
pub(crate) fn dup<const N: usize>(stack: &mut Stack<'_>) {
    let word = *stack.peek(N - 1);
    stack.push(word);
}

#[inline(always)]
pub(crate) fn swap<const N: usize>(stack: &mut Stack<'_>) {
    stack.swap(N);
}
