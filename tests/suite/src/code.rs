//! Small pieces of bytecode.

use api::{Address, U256};
use spec::op;

/// The shortest PUSH of a word that every revision has.
pub fn push(word: U256) -> Vec<u8> {
    let bytes = word.to_be_bytes::<32>();
    let n = word.byte_len().max(1);
    let mut code = vec![op::PUSH1 + n as u8 - 1];
    code.extend(&bytes[32 - n..]);
    code
}

/// PUSHes of several words; the first ends on top.
pub fn push_all(words: &[U256]) -> Vec<u8> {
    words.iter().rev().flat_map(|word| push(*word)).collect()
}

/// CALLDATALOADs of `n` words; the first of the calldata ends on top.
pub fn load_all(n: usize) -> Vec<u8> {
    let load = |i: usize| [push(U256::from(32 * i)), vec![op::CALLDATALOAD]].concat();
    (0..n).rev().flat_map(load).collect()
}

/// An address as a word.
pub fn word(address: Address) -> U256 {
    U256::from_be_slice(address.as_slice())
}
