//! CREATE, CREATE2 and SELFDESTRUCT: what they cost. What they do is the world's business.

use super::{Next, address_of, pop_word, refuse_static, with_stack};
use crate::gas::{charge, charge_words, grow_to, pay};
use api::{CreateRequest, End, Exit, Frame, Halt, Host, Request, Revision};
use spec::{gas, limits};

pub(crate) fn create(frame: &mut Frame, _: &mut dyn Host) -> Next {
    any_create(frame, false)
}

pub(crate) fn create2(frame: &mut Frame, _: &mut dyn Host) -> Next {
    any_create(frame, true)
}

fn any_create(frame: &mut Frame, salted: bool) -> Next {
    if !fault::planted!(InterpCreateStatic) {
        refuse_static(frame)?;
    }
    let (value, offset, len) = with_stack(frame, |stack| (stack.pop(), stack.pop(), stack.pop()));
    let salt = salted.then(|| pop_word(frame));
    let init = pay(&mut frame.gas_left, &frame.memory, &offset, &len)?;
    if frame.revision().is(Revision::Shanghai) {
        let len = if fault::planted!(InterpInitcodeWords) { init.len / 32 * 32 } else { init.len };
        charge_words(&mut frame.gas_left, len, gas::INITCODE_WORD)?;
    }
    if salted {
        // EIP-1014: the address is a hash over the initcode.
        charge_words(&mut frame.gas_left, init.len, gas::KECCAK_WORD)?;
    }
    if init.len > limits::initcode(frame.revision()) {
        return Err(Halt::InitcodeTooLarge.into());
    }
    grow_to(&mut frame.memory, init)?;
    let given = match frame.revision().is(Revision::Tangerine) {
        true => gas::all_but_64th(frame.gas_left),
        false => frame.gas_left,
    };
    charge(&mut frame.gas_left, given)?;
    frame.request =
        Some(Request::Create(CreateRequest { value, gas: given, init_offset: init.offset, init_len: init.len, salt }));
    Ok(Some(Exit::Create))
}

pub(crate) fn selfdestruct(frame: &mut Frame, host: &mut dyn Host) -> Next {
    refuse_static(frame)?;
    let beneficiary = address_of(pop_word(frame));
    let loaded = host.account(beneficiary);
    if loaded.cold {
        charge(&mut frame.gas_left, gas::COLD_BENEFICIARY)?;
    }
    let brings_into_being = match frame.revision() {
        later if later.is(Revision::Spurious) => loaded.value.empty && !host.self_balance(frame).is_zero(),
        Revision::Tangerine => !loaded.value.exists && !fault::planted!(InterpDestroyTangerine),
        _ => false,
    };
    if brings_into_being {
        charge(&mut frame.gas_left, gas::NEW_ACCOUNT)?;
    }
    host.destroy(frame, beneficiary);
    Ok(Some(Exit::End(End::SelfDestruct)))
}
