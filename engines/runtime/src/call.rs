//! Calls, creates and SELFDESTRUCT: what they cost. What they do is decided where the request goes.

use crate::context::address_of;
use crate::gas::{Range, saturated};
use crate::{Context, Status};
use api::{AccountInfo, Address, CallKind, CallRequest, Code, CreateRequest, Halt, Loaded, Request, Revision, U256};
use spec::{gas, limits};

type Done = Result<U256, Status>;

pub(crate) fn call(context: &mut Context<'_>, operands: &[U256; 7]) -> Done {
    let [ranges @ .., value, to, gas] = operands;
    any_call(context, CallKind::Call, gas, to, value, ranges)
}

pub(crate) fn callcode(context: &mut Context<'_>, operands: &[U256; 7]) -> Done {
    let [ranges @ .., value, to, gas] = operands;
    any_call(context, CallKind::CallCode, gas, to, value, ranges)
}

pub(crate) fn delegatecall(context: &mut Context<'_>, operands: &[U256; 6]) -> Done {
    let [ranges @ .., to, gas] = operands;
    any_call(context, CallKind::DelegateCall, gas, to, &U256::ZERO, ranges)
}

pub(crate) fn staticcall(context: &mut Context<'_>, operands: &[U256; 6]) -> Done {
    let [ranges @ .., to, gas] = operands;
    any_call(context, CallKind::StaticCall, gas, to, &U256::ZERO, ranges)
}

fn any_call(
    context: &mut Context<'_>,
    kind: CallKind,
    asked: &U256,
    to: &U256,
    value: &U256,
    [output_len, output_offset, input_len, input_offset]: &[U256; 4],
) -> Done {
    let moves_value = !value.is_zero();
    if kind == CallKind::Call && moves_value {
        context.forbid_static()?;
    }
    let before = context.gas;
    let input = context.expand(input_offset, input_len)?;
    let output = context.expand(output_offset, output_len)?;
    context.charge(if moves_value { gas::CALL_VALUE } else { 0 })?;

    let target = address_of(to);
    let loaded = context.host.account(target);
    context.charge_account(loaded.cold)?;
    let code_address =
        delegate_of(context, &loaded).transpose()?.filter(|_| !fault::planted!(RuntimeDelegateCode)).unwrap_or(target);
    if kind == CallKind::Call && is_brought_into_being(context.frame.revision(), &loaded.value, moves_value) {
        context.charge(gas::NEW_ACCOUNT)?;
    }
    let more = if fault::planted!(RuntimeCallMemory) { (before - context.gas) / 64 } else { 0 };
    let given = given(context, &asked.saturating_sub(U256::from(more)))?;
    let stipend = if moves_value { gas::CALL_STIPEND } else { 0 };
    if fault::planted!(RuntimeStipend) {
        context.charge(stipend)?;
    }
    context.frame.request = Some(Request::Call(CallRequest {
        kind,
        target,
        code_address,
        value: if kind == CallKind::DelegateCall { context.frame.message.value } else { *value },
        // The sum is above 64 bits only for gas that nobody can have.
        gas: given.saturating_add(stipend),
        input_offset: input.offset,
        input_len: input.len,
        output_offset: output.offset,
        output_len: output.len,
    }));
    Err(Status::CALL)
}

/// EIP-7702: the account whose code runs instead, which is looked at too and paid for.
fn delegate_of(context: &mut Context<'_>, loaded: &Loaded<AccountInfo>) -> Option<Result<Address, Status>> {
    let delegate = context.frame.revision().is(Revision::Prague).then(|| designated(&loaded.value.code)).flatten()?;
    let cold = context.host.account(delegate).cold;
    let price = if cold { gas::DELEGATE_COLD } else { gas::DELEGATE_WARM };
    Some(context.charge(price).map(|()| delegate))
}

/// The address in a delegation designator.
fn designated(code: &Code) -> Option<Address> {
    let address = code.bytes().strip_prefix(&[0xef, 0x01, 0x00])?;
    (code.len() == limits::DELEGATION).then(|| Address::from_slice(address))
}

/// EIP-161: only value brings an account into being; before, any call did.
fn is_brought_into_being(revision: Revision, target: &AccountInfo, moves_value: bool) -> bool {
    match revision.is(Revision::Spurious) {
        true => moves_value && target.empty,
        false => !target.exists,
    }
}

/// EIP-150: a callee gets at most all but a 64th; before, it got what was asked for or the frame halted.
fn given(context: &mut Context<'_>, asked: &U256) -> Result<u64, Status> {
    let mut given = saturated(asked);
    if context.frame.revision().is(Revision::Tangerine) {
        given = given.min(gas::all_but_64th(context.gas));
    }
    context.charge(given)?;
    Ok(given)
}

pub(crate) fn create(context: &mut Context<'_>, [len, offset, value]: &[U256; 3]) -> Done {
    any_create(context, value, offset, len, None)
}

pub(crate) fn create2(context: &mut Context<'_>, [salt, len, offset, value]: &[U256; 4]) -> Done {
    any_create(context, value, offset, len, Some(*salt))
}

fn any_create(context: &mut Context<'_>, value: &U256, offset: &U256, len: &U256, salt: Option<U256>) -> Done {
    context.forbid_static()?;
    let revision = context.frame.revision();
    let init = Range::new(offset, len)?;
    context.charge_memory(init.end())?;
    if revision.is(Revision::Shanghai) {
        context.charge_words(init.len, gas::INITCODE_WORD)?;
    }
    if salt.is_some() {
        context.charge_words(init.len, gas::KECCAK_WORD)?;
    }
    if init.len + usize::from(fault::planted!(RuntimeInitcodeLimit)) > limits::initcode(revision) {
        return Err(Halt::InitcodeTooLarge.into());
    }
    context.grow_memory(init.end())?;
    let given = if revision.is(Revision::Tangerine) { gas::all_but_64th(context.gas) } else { context.gas };
    context.charge(given)?;
    let request = CreateRequest { value: *value, gas: given, init_offset: init.offset, init_len: init.len, salt };
    context.frame.request = Some(Request::Create(request));
    Err(Status::CREATE)
}

pub(crate) fn selfdestruct(context: &mut Context<'_>, [beneficiary]: &[U256; 1]) -> Result<(), Status> {
    context.forbid_static()?;
    let beneficiary = address_of(beneficiary);
    let loaded = context.host.account(beneficiary);
    context.charge(if loaded.cold { gas::COLD_BENEFICIARY } else { 0 })?;
    let revision = context.frame.revision();
    let is_new = if revision.is(Revision::Spurious) {
        loaded.value.empty && !context.host.self_balance(context.frame).is_zero()
    } else {
        revision.is(Revision::Tangerine) && !loaded.value.exists
    };
    context.charge(if is_new { gas::NEW_ACCOUNT } else { 0 })?;
    context.host.destroy(context.frame, beneficiary);
    Err(Status::SELFDESTRUCT)
}
