//! One function per instruction, named in its row of the table.

mod arith;
mod bits;
mod call;
mod create;
mod env;
mod flow;
mod memory;
mod stack;
mod state;

pub(crate) use arith::*;
pub(crate) use bits::*;
pub(crate) use call::{call, callcode, delegatecall, staticcall};
pub(crate) use create::{create, create2, selfdestruct};
pub(crate) use env::*;
pub(crate) use flow::*;
pub(crate) use memory::*;
pub(crate) use stack::*;
pub(crate) use state::*;

use crate::gas::Stop;
use crate::stack::Stack;
use api::{Address, Exit, Frame, Halt, U256};

/// What a host instruction comes to: go on, or leave the loop.
pub(crate) type Next = Result<Option<Exit>, Stop>;

/// The stack of a frame that holds its own height.
fn with_stack<T>(frame: &mut Frame, run: impl FnOnce(&mut Stack<'_>) -> T) -> T {
    let mut stack = Stack { words: &mut frame.stack, len: frame.stack_len as usize };
    let result = run(&mut stack);
    frame.stack_len = stack.len as u32;
    result
}

fn pop_word(frame: &mut Frame) -> U256 {
    with_stack(frame, |stack| stack.pop())
}

fn push_word(frame: &mut Frame, word: U256) {
    with_stack(frame, |stack| stack.push(word));
}

/// The low 160 bits of a word.
fn address_of(word: U256) -> Address {
    Address::from_slice(&word.to_be_bytes::<32>()[12..])
}

fn word_of(address: Address) -> U256 {
    U256::from_be_slice(address.as_slice())
}

/// EIP-214: no changes of state in a static frame.
fn refuse_static(frame: &Frame) -> Result<(), Halt> {
    if frame.message.is_static { Err(Halt::StaticViolation) } else { Ok(()) }
}
