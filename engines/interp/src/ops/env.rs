//! What surrounds a frame: the message, the code, the return data, the block. All constant while it runs.

use super::{pop_word, push_word, with_stack, word_of};
use crate::gas::{Stop, charge_words, expand, grow_to, pay, saturated, small};
use crate::stack::Stack;
use api::{Code, Frame, Halt, Revision, U256};
use spec::gas;

type Done = Result<(), Stop>;

/// Instructions that push one word read from the frame.
macro_rules! pushes {
    ($($name:ident = |$frame:ident, $code:ident| $word:expr;)*) => {
        $(pub(crate) fn $name($frame: &mut Frame, $code: &Code) -> Done {
            let word = $word;
            push_word($frame, word);
            Ok(())
        })*
    };
}

pushes! {
    address = |frame, _code| word_of(frame.message.address);
    caller = |frame, _code| word_of(frame.message.caller);
    callvalue = |frame, _code| frame.message.value;
    calldatasize = |frame, _code| U256::from(frame.message.input.len());
    codesize = |frame, code| U256::from(code.len());
    returndatasize = |frame, _code| U256::from(frame.return_data.len());
    origin = |frame, _code| frame.env.origin;
    gasprice = |frame, _code| frame.env.gas_price;
    coinbase = |frame, _code| frame.env.coinbase;
    timestamp = |frame, _code| frame.env.timestamp;
    number = |frame, _code| frame.env.number;
    prevrandao = |frame, _code| frame.env.prevrandao;
    gaslimit = |frame, _code| frame.env.gas_limit;
    chainid = |frame, _code| frame.env.chain_id;
    basefee = |frame, _code| frame.env.base_fee;
    blobbasefee = |frame, _code| frame.env.blob_base_fee;
}

pub(crate) fn blobhash(frame: &mut Frame, _: &Code) -> Done {
    let index = pop_word(frame);
    let hash = small(&index).and_then(|index| frame.env.blob_hashes.get(index as usize));
    let word = hash.map_or(U256::ZERO, |hash| (*hash).into());
    push_word(frame, word);
    Ok(())
}

/// What remains, its own price already paid.
pub(crate) fn gas(stack: &mut Stack<'_>, gas_left: &mut u64, _: Revision) -> Done {
    stack.push(U256::from(*gas_left));
    Ok(())
}

/// Bytes beyond the end of the calldata are zero.
pub(crate) fn calldataload(frame: &mut Frame, _: &Code) -> Done {
    let start = saturated(&pop_word(frame)) as usize;
    let rest = frame.message.input.get(start..).unwrap_or_default();
    let n = if fault::planted!(InterpCalldataloadTail) && rest.len() < 32 { 0 } else { rest.len().min(32) };
    let mut word = [0; 32];
    word[..n].copy_from_slice(&rest[..n]);
    push_word(frame, U256::from_be_bytes(word));
    Ok(())
}

pub(crate) fn calldatacopy(frame: &mut Frame, _: &Code) -> Done {
    let input = frame.message.input.clone();
    copy(frame, &input)
}

pub(crate) fn codecopy(frame: &mut Frame, code: &Code) -> Done {
    copy(frame, code.bytes())
}

/// Copies a range of `source` to memory, with zeros behind its end.
pub(super) fn copy(frame: &mut Frame, source: &[u8]) -> Done {
    let (to, from, len) = with_stack(frame, |stack| (stack.pop(), stack.pop(), stack.pop()));
    let range = expand(&mut frame.gas_left, &mut frame.memory, &to, &len)?;
    charge_words(&mut frame.gas_left, range.len, gas::COPY_WORD)?;
    frame.memory.fill_from(range.offset, range.len, source, saturated(&from) as usize);
    Ok(())
}

/// EIP-211: reading beyond the end of the return data halts, even to copy nothing.
pub(crate) fn returndatacopy(frame: &mut Frame, _: &Code) -> Done {
    let (to, from, len) = with_stack(frame, |stack| (stack.pop(), stack.pop(), stack.pop()));
    let range = pay(&mut frame.gas_left, &frame.memory, &to, &len)?;
    charge_words(&mut frame.gas_left, range.len, gas::COPY_WORD)?;
    let wraps = fault::planted!(InterpReturnCopyWrap);
    let end = saturated(&from)
        .checked_add(range.len as u64)
        .or(wraps.then_some(0))
        .filter(|end| *end <= frame.return_data.len() as u64);
    end.or((fault::planted!(InterpReturnCopyEmpty) && range.len == 0).then_some(0))
        .ok_or(Halt::ReturnDataOutOfBounds)?;
    grow_to(&mut frame.memory, range)?;
    frame.memory.fill_from(range.offset, range.len, &frame.return_data, saturated(&from) as usize);
    Ok(())
}
