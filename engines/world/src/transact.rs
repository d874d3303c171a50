//! One transaction from its validation to the end of its accounting.

use crate::authorization::{Signers, apply, delegate};
use crate::blob::blob_base_fee;
use crate::driver::{Done, Driver, Entered, Room, Vms};
use crate::intrinsic::Dues;
use crate::session::{Record, Session, Stream, lend, word};
use crate::state::World;
use crate::validate::validate;
use api::outcome::{Exact, Field};
use api::{
    Bytes, CallKind, Case, Code, EngineError, Env, Message, Observer, Receipt, Revision, Transaction, TxOutcome, U256,
};
use spec::{gas, limits};
use std::sync::Arc;

/// What the transactions of a case have in common.
pub(crate) struct Context<'a> {
    pub(crate) case: &'a Case,
    pub(crate) world: World<'a>,
    pub(crate) stream: Stream,
    pub(crate) signers: &'a mut Signers,
    pub(crate) gas_used: u64,
    pub(crate) blobs_used: u64,
}

/// What to record, and for whom.
pub(crate) struct Recording<'a> {
    pub(crate) exact: bool,
    pub(crate) checkpoints: bool,
    pub(crate) steps: bool,
    pub(crate) observer: Option<&'a mut dyn Observer>,
}

/// Executes the transaction at `index`, or says why it is rejected.
pub(crate) fn transact(
    context: &mut Context<'_>,
    index: usize,
    vms: Vms<'_>,
    room: &mut Room,
    mut recording: Recording<'_>,
) -> Result<TxOutcome, EngineError> {
    let case = context.case;
    let transaction = &case.transactions[index];
    let dues = match validate(case, transaction, &mut context.world, context.gas_used, context.blobs_used) {
        Ok(dues) => dues,
        Err(rejection) => return Ok(TxOutcome::Rejected(rejection)),
    };
    let env = Arc::new(env(case, transaction));
    buy_gas(&mut context.world, case, transaction, env.gas_price);
    warm_up(&mut context.world, case, transaction);
    let authorizations = transaction.authorizations.as_deref().unwrap_or_default();
    apply(&mut context.world, context.signers, case.chain_id, authorizations);

    let mut driver = Driver {
        vms,
        session: Session {
            world: &mut context.world,
            block: &case.block,
            transaction: index as u32,
            record: recording.exact.then(Record::new),
            stream: &mut context.stream,
            observer: lend(&mut recording.observer),
            frame: 0,
            asks: 0,
            checkpoints: recording.checkpoints,
            points: 0,
            kept_bytes: 0,
        },
        env: env.clone(),
        room,
        frames_entered: 0,
        checkpoints: recording.checkpoints,
        steps: recording.steps,
    };
    let entered = enter(&mut driver, transaction, case.revision, &dues)?;
    let done = driver.run(entered)?;
    let record = driver.session.record.take();

    let bill = bill(&context.world, transaction, case.revision, done.gas_left, &dues);
    pay_back(&mut context.world, case, transaction, env.gas_price, bill.gas_used);
    let exact = record.map(|record| exact(&context.world, record, &done, bill.refund));
    let logs = std::mem::take(&mut context.world.logs);
    context.world.end_transaction();
    context.gas_used = context.gas_used.saturating_add(bill.gas_used);
    context.blobs_used += transaction.carried_blobs().map_or(0, |blobs| blobs.hashes.len() as u64);
    Ok(TxOutcome::Executed(Box::new(Receipt {
        success: done.end.is_success(),
        gas_used: bill.gas_used,
        output: done.output,
        logs,
        created: done.created,
        exact: exact.map_or(Field::Unknown, |exact| Field::Known(Box::new(exact))),
    })))
}

fn env(case: &Case, transaction: &Transaction) -> Env {
    let block = &case.block;
    let base_fee = if case.revision.is(Revision::London) { U256::from(block.base_fee) } else { U256::ZERO };
    let merged = case.revision.is(Revision::Paris) && !fault::planted!(WorldPrevrandao);
    Env {
        revision: case.revision,
        chain_id: U256::from(case.chain_id),
        number: U256::from(block.number),
        timestamp: U256::from(block.timestamp),
        coinbase: word(block.coinbase),
        gas_limit: U256::from(block.gas_limit),
        prevrandao: if merged { block.prevrandao.into() } else { block.difficulty },
        base_fee,
        blob_base_fee: blob_base_fee(block, case.revision),
        origin: word(transaction.sender),
        gas_price: transaction.gas_price(base_fee),
        blob_hashes: transaction.carried_blobs().map(|blobs| blobs.hashes.clone()).unwrap_or_default(),
    }
}

/// Takes the price of all gas and of the blobs, and uses up the nonce. That the sender can pay was checked.
fn buy_gas(world: &mut World<'_>, case: &Case, transaction: &Transaction, price: U256) {
    let blobs = transaction.carried_blobs().map_or(0, |blobs| blobs.hashes.len() as u64) * gas::BLOB;
    let cost = price * U256::from(transaction.gas_limit)
        + U256::from(blobs)
            * if blobs == 0 || fault::planted!(WorldBlobFee) {
                U256::ZERO
            } else {
                blob_base_fee(&case.block, case.revision)
            };
    world.charge(transaction.sender, cost, transaction.nonce + 1);
}

/// EIP-2929, EIP-2930, EIP-3651: what is warm from the start.
fn warm_up(world: &mut World<'_>, case: &Case, transaction: &Transaction) {
    if !case.revision.is(Revision::Berlin) {
        return;
    }
    world.warm(transaction.sender);
    if let Some(to) = transaction.to {
        world.warm(to);
    }
    if case.revision.is(Revision::Shanghai) || fault::planted!(WorldCoinbaseWarm) {
        world.warm(case.block.coinbase);
    }
    for (address, keys) in transaction.access_list.iter().flatten() {
        world.warm(*address);
        for key in keys.iter().filter(|_| !fault::planted!(WorldListSlots)) {
            world.warm_slot(*address, *key);
        }
    }
}

fn enter(
    driver: &mut Driver<'_, '_>,
    transaction: &Transaction,
    revision: Revision,
    dues: &Dues,
) -> Result<Entered, EngineError> {
    let gas = transaction.gas_limit - dues.intrinsic;
    let address = transaction.to.unwrap_or_else(|| transaction.sender.create(transaction.nonce));
    let mut message = Message {
        kind: CallKind::Call,
        depth: 0,
        is_static: false,
        gas,
        address,
        code_address: address,
        caller: transaction.sender,
        value: transaction.value.to(),
        input: transaction.data.clone(),
    };
    if transaction.to.is_none() {
        (message.kind, message.input) = (CallKind::Create, Bytes::new());
        return Ok(driver.enter_create(message, Code::new(transaction.data.clone()), limits::MEMORY));
    }
    if revision.is(Revision::Prague)
        && let Some(target) = delegate(&driver.session.world.entry(address).code)
    {
        driver.session.world.warm(target);
        message.code_address = target;
    }
    driver.enter_call(message, address, limits::MEMORY)
}

/// What a transaction pays for.
struct Bill {
    gas_used: u64,
    refund: u64,
}

fn bill(world: &World<'_>, transaction: &Transaction, revision: Revision, gas_left: u64, dues: &Dues) -> Bill {
    let spent = transaction.gas_limit - gas_left;
    // The counter of a whole transaction never goes below zero: every slot gives back only what it was granted.
    let refund = (world.refund.max(0) as u64).min(
        spent / gas::refund_divisor(if fault::planted!(WorldRefundDivisor) { Revision::Berlin } else { revision }),
    );
    Bill { gas_used: (spent - refund).max(dues.floor), refund }
}

fn pay_back(world: &mut World<'_>, case: &Case, transaction: &Transaction, price: U256, gas_used: u64) {
    let rest = U256::from(transaction.gas_limit - gas_used) * price;
    world.add_balance(transaction.sender, rest);
    let burnt = if case.revision.is(Revision::London) && !fault::planted!(WorldBaseFee) {
        U256::from(case.block.base_fee)
    } else {
        U256::ZERO
    };
    world.add_balance(case.block.coinbase, U256::from(gas_used) * (price - burnt));
}

fn exact(world: &World<'_>, record: Record, done: &Done, refund: u64) -> Exact {
    Exact {
        end: done.end,
        gas_left: done.gas_left,
        refund,
        frames: record.frames,
        warm_accounts: world.warm_accounts(),
        warm_slots: world.warm_slots(),
        transient: world.transient(),
        transcript: record.transcript,
    }
}
