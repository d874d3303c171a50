//! Instructions that read or change the state of the world, calls and creates apart.

use super::{Next, address_of, pop_word, push_word, refuse_static, with_stack};
use crate::gas::{charge, charge_words, expand, saturated, small};
use api::{B256, Bytes, Frame, Halt, Host, Revision, U256};
use spec::{gas, limits};

/// Pays the surcharge for an account that was cold (EIP-2929).
pub(super) fn charge_cold(frame: &mut Frame, cold: bool) -> Result<(), Halt> {
    if cold { charge(&mut frame.gas_left, gas::COLD_ACCOUNT_EXTRA) } else { Ok(()) }
}

pub(crate) fn balance(frame: &mut Frame, host: &mut dyn Host) -> Next {
    let loaded = host.balance(address_of(pop_word(frame)));
    charge_cold(frame, loaded.cold)?;
    push_word(frame, loaded.value);
    Ok(None)
}

pub(crate) fn selfbalance(frame: &mut Frame, host: &mut dyn Host) -> Next {
    let balance = host.self_balance(frame);
    push_word(frame, balance);
    Ok(None)
}

pub(crate) fn extcodesize(frame: &mut Frame, host: &mut dyn Host) -> Next {
    let loaded = host.code(address_of(pop_word(frame)));
    charge_cold(frame, loaded.cold)?;
    push_word(frame, U256::from(loaded.value.len()));
    Ok(None)
}

pub(crate) fn extcodehash(frame: &mut Frame, host: &mut dyn Host) -> Next {
    let loaded = host.code_hash(address_of(pop_word(frame)));
    charge_cold(frame, loaded.cold)?;
    push_word(frame, loaded.value.into());
    Ok(None)
}

pub(crate) fn extcodecopy(frame: &mut Frame, host: &mut dyn Host) -> Next {
    let address = address_of(pop_word(frame));
    let (to, from, len) = with_stack(frame, |stack| (stack.pop(), stack.pop(), stack.pop()));
    let range = expand(&mut frame.gas_left, &mut frame.memory, &to, &len)?;
    charge_words(&mut frame.gas_left, range.len, gas::COPY_WORD)?;
    let loaded = host.code(address);
    charge_cold(frame, loaded.cold)?;
    frame.memory.fill_from(range.offset, range.len, loaded.value.bytes(), saturated(&from) as usize);
    Ok(None)
}

/// Only the last 256 blocks have a hash.
pub(crate) fn blockhash(frame: &mut Frame, host: &mut dyn Host) -> Next {
    let (wanted, current) = (pop_word(frame), saturated(&frame.env.number));
    let low = fault::planted!(InterpBlockhashWindow).then_some(wanted.as_limbs()[0]);
    let word = match small(&wanted).or(low) {
        Some(number) if number < current && current - number <= limits::BLOCK_HASHES => host.block_hash(number).into(),
        _ => U256::ZERO,
    };
    push_word(frame, word);
    Ok(None)
}

pub(crate) fn sload(frame: &mut Frame, host: &mut dyn Host) -> Next {
    let key = pop_word(frame);
    let loaded = host.load(frame, key);
    if loaded.cold {
        charge(&mut frame.gas_left, gas::COLD_SLOAD_EXTRA)?;
    }
    push_word(frame, loaded.value.current);
    Ok(None)
}

pub(crate) fn sstore(frame: &mut Frame, host: &mut dyn Host) -> Next {
    refuse_static(frame)?;
    let (key, value) = with_stack(frame, |stack| (stack.pop(), stack.pop()));
    // EIP-2200: what a stipend can pay for must not change storage.
    if frame.revision().is(Revision::Istanbul)
        && frame.gas_left <= gas::SSTORE_SENTRY - u64::from(fault::planted!(InterpSentry))
    {
        return Err(Halt::OutOfGas.into());
    }
    let loaded = host.load(frame, key);
    let price = gas::store(frame.revision(), &loaded.value.original, &loaded.value.current, &value);
    let surcharge = if loaded.cold { gas::COLD_SSTORE_EXTRA } else { 0 };
    charge(&mut frame.gas_left, price.gas + surcharge)?;
    host.store(frame, key, value, price.refund);
    Ok(None)
}

pub(crate) fn tload(frame: &mut Frame, host: &mut dyn Host) -> Next {
    let key = pop_word(frame);
    let value = host.load_transient(frame, key);
    push_word(frame, value);
    Ok(None)
}

pub(crate) fn tstore(frame: &mut Frame, host: &mut dyn Host) -> Next {
    if !fault::planted!(InterpTstoreStatic) {
        refuse_static(frame)?;
    }
    let (key, value) = with_stack(frame, |stack| (stack.pop(), stack.pop()));
    host.store_transient(frame, key, value);
    Ok(None)
}

pub(crate) fn log<const N: usize>(frame: &mut Frame, host: &mut dyn Host) -> Next {
    refuse_static(frame)?;
    let (offset, len) = with_stack(frame, |stack| (stack.pop(), stack.pop()));
    let topics: [B256; N] = std::array::from_fn(|_| B256::from(pop_word(frame)));
    let range = expand(&mut frame.gas_left, &mut frame.memory, &offset, &len)?;
    charge(&mut frame.gas_left, (range.len as u64).saturating_mul(gas::LOG_BYTE))?;
    let data = Bytes::copy_from_slice(frame.memory.slice(range.offset, range.len));
    host.log(frame, &topics, data);
    Ok(None)
}
