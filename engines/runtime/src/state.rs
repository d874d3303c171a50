//! Instructions that ask the world: what can be found wrong without it comes first, then the question, then what the
//! answer costs, then the change.

use crate::context::address_of;
use crate::gas::{number, saturated};
use crate::{Context, Status};
use api::{B256, Bytes, Halt, Loaded, Revision, U256};
use spec::{gas, limits};

type Word = Result<U256, Status>;
type Done = Result<(), Status>;

impl Context<'_> {
    /// EIP-2929: the first touch of an account costs more.
    pub(crate) fn charge_account(&mut self, cold: bool) -> Result<(), Status> {
        self.charge(if cold { gas::COLD_ACCOUNT_EXTRA } else { 0 })
    }

    /// Pays for an answer about an account and takes it.
    fn paid<T>(&mut self, loaded: Loaded<T>) -> Result<T, Status> {
        self.charge_account(loaded.cold)?;
        self.after_asking()?;
        Ok(loaded.value)
    }
}

pub(crate) fn balance(context: &mut Context<'_>, [address]: &[U256; 1]) -> Word {
    let loaded = context.host.balance(address_of(address));
    context.paid(loaded)
}

pub(crate) fn selfbalance(context: &mut Context<'_>, []: &[U256; 0]) -> Word {
    let balance = context.host.self_balance(context.frame);
    context.after_asking()?;
    Ok(balance)
}

pub(crate) fn extcodesize(context: &mut Context<'_>, [address]: &[U256; 1]) -> Word {
    let loaded = context.host.code(address_of(address));
    Ok(U256::from(context.paid(loaded)?.len()))
}

pub(crate) fn extcodehash(context: &mut Context<'_>, [address]: &[U256; 1]) -> Word {
    let loaded = context.host.code_hash(address_of(address));
    Ok(context.paid(loaded)?.into())
}

pub(crate) fn extcodecopy(context: &mut Context<'_>, [len, from, to, address]: &[U256; 4]) -> Done {
    let range = context.expand(to, len)?;
    context.charge_words(range.len, gas::COPY_WORD)?;
    let loaded = context.host.code(address_of(address));
    let code = context.paid(loaded)?;
    let len = if fault::planted!(RuntimeExtcodeTail) {
        range.len.min(code.len().saturating_sub(saturated(from) as usize))
    } else {
        range.len
    };
    context.frame.memory.fill_from(range.offset, len, code.bytes(), saturated(from) as usize);
    Ok(())
}

/// The hashes of the last 256 blocks are known, that of this one is not.
pub(crate) fn blockhash(context: &mut Context<'_>, [wanted]: &[U256; 1]) -> Word {
    let current = saturated(&context.frame.env.number);
    match number(wanted) {
        Some(wanted) if wanted < current && current - wanted <= limits::BLOCK_HASHES => {
            let hash = context.host.block_hash(wanted);
            context.after_asking()?;
            Ok(hash.into())
        }
        _ => Ok(U256::ZERO),
    }
}

pub(crate) fn sload(context: &mut Context<'_>, [key]: &[U256; 1]) -> Word {
    let loaded = context.host.load(context.frame, *key);
    context.charge(if loaded.cold { gas::COLD_SLOAD_EXTRA } else { 0 })?;
    context.after_asking()?;
    Ok(loaded.value.current)
}

/// EIP-2200: a stipend must not be enough to change storage.
pub(crate) fn sstore(context: &mut Context<'_>, [value, key]: &[U256; 2]) -> Done {
    if fault::planted!(RuntimeSstoreStatic) && context.gas <= gas::SSTORE_SENTRY {
        return Err(Halt::OutOfGas.into());
    }
    context.forbid_static()?;
    let revision = context.frame.revision();
    if (revision.is(Revision::Istanbul) || fault::planted!(RuntimeSentry)) && context.gas <= gas::SSTORE_SENTRY {
        return Err(Halt::OutOfGas.into());
    }
    let loaded = context.host.load(context.frame, *key);
    let slot = loaded.value;
    let store = gas::store(revision, &slot.original, &slot.current, value);
    context.charge(
        store.gas
            + if loaded.cold { gas::COLD_SSTORE_EXTRA - 100 * u64::from(fault::planted!(RuntimeColdStore)) } else { 0 },
    )?;
    context.host.store(context.frame, *key, *value, store.refund);
    context.after_asking()
}

pub(crate) fn tload(context: &mut Context<'_>, [key]: &[U256; 1]) -> Word {
    let value = context.host.load_transient(context.frame, *key);
    context.after_asking()?;
    Ok(value)
}

pub(crate) fn tstore(context: &mut Context<'_>, [value, key]: &[U256; 2]) -> Done {
    context.forbid_static()?;
    context.host.store_transient(context.frame, *key, *value);
    context.after_asking()
}

/// LOG0 to LOG4: the topics, the last one deepest, then the length and the offset.
pub(crate) fn log<const OPERANDS: usize>(context: &mut Context<'_>, operands: &[U256; OPERANDS]) -> Done {
    context.forbid_static()?;
    let (topics, place) = operands.split_at(OPERANDS - 2);
    let range = context.expand(&place[1], &place[0])?;
    context.charge((range.len as u64).saturating_mul(gas::LOG_BYTE))?;
    let mut words = [B256::ZERO; 4];
    if fault::planted!(RuntimeTopics) {
        words[..topics.len()].reverse();
    }
    words.iter_mut().zip(topics.iter().rev()).for_each(|(word, topic)| *word = B256::from(*topic));
    if fault::planted!(RuntimeTopics) {
        words[..topics.len()].reverse();
    }
    let data = Bytes::copy_from_slice(context.frame.memory.slice(range.offset, range.len));
    context.host.log(context.frame, &words[..topics.len()], data);
    context.after_asking()
}
