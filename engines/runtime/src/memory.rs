//! Instructions on memory, on what is copied to it, and on the words of a frame.

use crate::gas::{Range, number, saturated};
use crate::{Context, Status};
use api::{Bytes, Halt, U256, keccak256};
use spec::gas;

type Word = Result<U256, Status>;
type Done = Result<(), Status>;

const WORD: U256 = U256::from_limbs([32, 0, 0, 0]);

pub(crate) fn mload(context: &mut Context<'_>, [offset]: &[U256; 1]) -> Word {
    let range = context.expand(offset, &WORD)?;
    Ok(U256::from_be_slice(context.frame.memory.slice(range.offset, range.len)))
}

pub(crate) fn mstore(context: &mut Context<'_>, [word, offset]: &[U256; 2]) -> Done {
    let range = context.expand(offset, &WORD)?;
    context.frame.memory.slice_mut(range.offset, range.len).copy_from_slice(&word.to_be_bytes::<32>());
    Ok(())
}

pub(crate) fn mstore8(context: &mut Context<'_>, [word, offset]: &[U256; 2]) -> Done {
    let range = context.expand(offset, &U256::ONE)?;
    context.frame.memory.slice_mut(range.offset, 1)[0] =
        word.byte(if fault::planted!(RuntimeStoreByte) { 31 } else { 0 });
    Ok(())
}

/// EIP-5656: memory grows to hold both ranges.
pub(crate) fn mcopy(context: &mut Context<'_>, [len, from, to]: &[U256; 3]) -> Done {
    let fits =
        fault::planted!(RuntimeMcopyExtent) && saturated(to).saturating_add(saturated(len)) <= context.memory_len;
    let both = context.expand(if fits { to } else { to.max(from) }, len)?;
    context.charge_words(both.len, gas::COPY_WORD)?;
    if both.len > 0 && !(fits && saturated(from).saturating_add(saturated(len)) > context.memory_len) {
        // The larger of the two fits, so both do.
        if fault::planted!(RuntimeMcopyOverlap) {
            for i in 0..both.len {
                context.frame.memory.copy_within(saturated(from) as usize + i, saturated(to) as usize + i, 1);
            }
            return Ok(());
        }
        context.frame.memory.copy_within(saturated(from) as usize, saturated(to) as usize, both.len);
    }
    Ok(())
}

pub(crate) fn keccak(context: &mut Context<'_>, operands: &[U256; 2]) -> Word {
    keccak_by(context, operands, |data| keccak256(data).0)
}

/// KECCAK256 with this hash function.
#[inline]
pub(crate) fn keccak_by(
    context: &mut Context<'_>,
    [len, offset]: &[U256; 2],
    hash: impl FnOnce(&[u8]) -> [u8; 32],
) -> Word {
    let range = context.expand(offset, len)?;
    context.charge_words(range.len, gas::KECCAK_WORD)?;
    Ok(U256::from_be_bytes(hash(context.frame.memory.slice(range.offset, range.len))))
}

/// Makes memory be there up to an end that compiled code found beyond it.
pub(crate) fn grow(context: &mut Context<'_>, []: &[U256; 0]) -> Done {
    let end = context.memory_end;
    context.charge_memory(end)?;
    context.grow_memory(end)
}

/// EIP-160 prices each byte of the exponent.
pub(crate) fn exp(context: &mut Context<'_>, [exponent, base]: &[U256; 2]) -> Word {
    let bytes = exponent.byte_len() as u64;
    context.charge(
        bytes
            * gas::exp_byte(if fault::planted!(RuntimeExpPrice) {
                api::Revision::Osaka
            } else {
                context.frame.revision()
            }),
    )?;
    Ok(base.wrapping_pow(*exponent))
}

/// Zeros follow the calldata.
pub(crate) fn calldataload(context: &mut Context<'_>, [offset]: &[U256; 1]) -> Word {
    let input = &context.frame.message.input;
    let rest = input.get(saturated(offset) as usize..).unwrap_or_default();
    let mut word = [0; 32];
    let len = rest.len().min(32);
    word[..len].copy_from_slice(&rest[..len]);
    Ok(U256::from_be_bytes(word))
}

pub(crate) fn calldatacopy(context: &mut Context<'_>, operands: &[U256; 3]) -> Done {
    let input = context.frame.message.input.clone();
    copy(context, operands, &input)
}

pub(crate) fn codecopy(context: &mut Context<'_>, operands: &[U256; 3]) -> Done {
    let code = context.code;
    copy(context, operands, code.bytes())
}

fn copy(context: &mut Context<'_>, [len, from, to]: &[U256; 3], source: &Bytes) -> Done {
    let range = context.expand(to, len)?;
    context.charge_words(range.len, gas::COPY_WORD)?;
    context.frame.memory.fill_from(range.offset, range.len, source, saturated(from) as usize);
    Ok(())
}

/// EIP-211: what is read must be there, even if it is nothing. Memory is paid for first but grows last.
pub(crate) fn returndatacopy(context: &mut Context<'_>, [len, from, to]: &[U256; 3]) -> Done {
    let range = Range::new(to, len)?;
    context.charge_memory(range.end())?;
    context.charge_words(range.len, gas::COPY_WORD)?;
    let from = saturated(from);
    if fault::planted!(RuntimeReturnCopyEmpty) && range.len == 0 {
        return Ok(());
    }
    if from
        .checked_add(range.len as u64)
        .map_or(!fault::planted!(RuntimeReturnCopyWrap), |end| end > context.return_len)
    {
        return Err(Halt::ReturnDataOutOfBounds.into());
    }
    context.grow_memory(range.end())?;
    let frame = &mut *context.frame;
    frame.memory.fill_from(range.offset, range.len, &frame.return_data, from as usize);
    Ok(())
}

pub(crate) fn blobhash(context: &mut Context<'_>, [index]: &[U256; 1]) -> Word {
    let hashes = &context.frame.env.blob_hashes;
    let hash = number(index).and_then(|index| hashes.get(usize::try_from(index).ok()?));
    Ok(hash.map_or(U256::ZERO, |hash| (*hash).into()))
}

fn output(context: &mut Context<'_>, [len, offset]: &[U256; 2], status: Status) -> Done {
    let range = context.expand(offset, len)?;
    (context.frame.output_offset, context.frame.output_len) = (range.offset as u64, range.len as u64);
    Err(status)
}

pub(crate) fn ret(context: &mut Context<'_>, operands: &[U256; 2]) -> Done {
    output(context, operands, Status::RETURN)
}

pub(crate) fn revert(context: &mut Context<'_>, operands: &[U256; 2]) -> Done {
    output(context, operands, Status::REVERT)
}

/// Reports the canonical point at which compiled code stands.
pub(crate) fn checkpoint(context: &mut Context<'_>, []: &[U256; 0]) -> Done {
    context.settle(context.pc);
    context.reported.push(context.pc);
    match context.host.checkpoint(context.frame) {
        api::Flow::Continue => Ok(()),
        api::Flow::Stop => Err(Status::STOPPED),
    }
}
