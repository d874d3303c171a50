//! CALL, CALLCODE, DELEGATECALL, STATICCALL: what a call costs. What it does is the driver's business.

use super::{Next, address_of, refuse_static, with_stack};
use crate::gas::{Range, charge, expand, saturated};
use crate::ops::state::charge_cold;
use api::{AccountInfo, Address, CallKind, CallRequest, Exit, Frame, Halt, Host, Loaded, Request, Revision, U256};
use spec::{gas, limits};

pub(crate) fn call(frame: &mut Frame, host: &mut dyn Host) -> Next {
    any_call(frame, host, CallKind::Call)
}

pub(crate) fn callcode(frame: &mut Frame, host: &mut dyn Host) -> Next {
    any_call(frame, host, CallKind::CallCode)
}

pub(crate) fn delegatecall(frame: &mut Frame, host: &mut dyn Host) -> Next {
    any_call(frame, host, CallKind::DelegateCall)
}

pub(crate) fn staticcall(frame: &mut Frame, host: &mut dyn Host) -> Next {
    any_call(frame, host, CallKind::StaticCall)
}

/// The operands of a call.
struct Operands {
    gas: U256,
    target: Address,
    value: U256,
    input: [U256; 2],
    output: [U256; 2],
}

fn operands(frame: &mut Frame, kind: CallKind) -> Operands {
    let has_value = matches!(kind, CallKind::Call | CallKind::CallCode);
    with_stack(frame, |stack| Operands {
        gas: stack.pop(),
        target: address_of(stack.pop()),
        value: if has_value { stack.pop() } else { U256::ZERO },
        input: [stack.pop(), stack.pop()],
        output: [stack.pop(), stack.pop()],
    })
}

fn any_call(frame: &mut Frame, host: &mut dyn Host, kind: CallKind) -> Next {
    let operands = operands(frame, kind);
    let moves_value = !operands.value.is_zero();
    if kind == CallKind::Call && moves_value {
        refuse_static(frame)?;
    }
    let [input, output] = ranges(frame, &operands)?;
    if moves_value {
        charge(&mut frame.gas_left, gas::CALL_VALUE)?;
    }
    let loaded = host.account(operands.target);
    charge_cold(frame, loaded.cold)?;
    let code_address = follow_delegation(frame, host, operands.target, &loaded)?;
    if kind == CallKind::Call && brings_into_being(frame.revision(), &loaded.value, moves_value) {
        charge(&mut frame.gas_left, gas::NEW_ACCOUNT)?;
    }
    let given = gas_given(frame, &operands.gas)?;
    let is_given = moves_value || fault::planted!(InterpStaticStipend) && kind == CallKind::StaticCall;
    let stipend = if is_given { gas::CALL_STIPEND } else { 0 };
    frame.request = Some(Request::Call(CallRequest {
        kind,
        target: operands.target,
        code_address,
        value: if kind == CallKind::DelegateCall { frame.message.value } else { operands.value },
        // Only gas near 2^64 makes the sum saturate, and that much cannot be spent.
        gas: given.saturating_add(stipend),
        input_offset: input.offset,
        input_len: input.len,
        output_offset: output.offset,
        output_len: output.len,
    }));
    Ok(Some(Exit::Call))
}

/// Memory grows to hold both ranges; the price is that of the larger end.
fn ranges(frame: &mut Frame, operands: &Operands) -> Result<[Range; 2], crate::gas::Stop> {
    let [input, output] = [&operands.input, &operands.output];
    // Growing in two steps costs what growing at once does, but must not pay for the first step if the second fails:
    // that frame halts, and a halted frame has paid everything anyway.
    let input = expand(&mut frame.gas_left, &mut frame.memory, &input[0], &input[1])?;
    let output = expand(&mut frame.gas_left, &mut frame.memory, &output[0], &output[1])?;
    Ok([input, output])
}

/// EIP-7702: whose code runs. Looking at the delegation's target is an access of its own.
fn follow_delegation(
    frame: &mut Frame,
    host: &mut dyn Host,
    target: Address,
    loaded: &Loaded<AccountInfo>,
) -> Result<Address, Halt> {
    if !frame.revision().is(Revision::Prague) {
        return Ok(target);
    }
    let code = loaded.value.code.bytes();
    match code.strip_prefix(&[0xef, 0x01, 0x00]) {
        Some(delegate) if code.len() == limits::DELEGATION => {
            let delegate = Address::from_slice(delegate);
            let cold = host.account(delegate).cold || fault::planted!(InterpDelegateWarm);
            charge(&mut frame.gas_left, if cold { gas::DELEGATE_COLD } else { gas::DELEGATE_WARM })?;
            Ok(delegate)
        }
        _ => Ok(target),
    }
}

/// Before EIP-161 calling an absent account brought it into being; since then only value does.
fn brings_into_being(revision: Revision, target: &AccountInfo, moves_value: bool) -> bool {
    if revision.is(Revision::Spurious) {
        target.empty && (moves_value || fault::planted!(InterpCallNewAccount))
    } else {
        !target.exists
    }
}

/// Takes the gas for the callee. EIP-150: what is asked for is capped, where before it had to be there.
fn gas_given(frame: &mut Frame, asked: &U256) -> Result<u64, Halt> {
    let asked = saturated(asked);
    let given = match frame.revision().is(Revision::Tangerine) {
        true if fault::planted!(InterpCallGas64th) => asked.min(frame.gas_left - frame.gas_left.div_ceil(64)),
        true => asked.min(gas::all_but_64th(frame.gas_left)),
        false => asked,
    };
    charge(&mut frame.gas_left, given)?;
    Ok(given)
}
