//! Outcomes as JSON. Numbers that may exceed 2^53 are hexadecimal strings; an unknown field is null.

use api::{Case, EngineId, Field, Outcome, Receipt, TxOutcome, U256, digest};
use format::Difference;
use serde_json::{Value, json};

/// One run of a case: what came of it, how that differs from what the file expects, and from the first engine.
pub(crate) fn run(
    case: &Case,
    engine: &EngineId,
    outcome: &Outcome,
    differences: &[Difference],
    unlike_first: &[oracle::Difference],
) -> Value {
    json!({
        "case": case.name,
        "revision": case.revision.name(),
        "engine": engine.to_string(),
        "transactions": outcome.transactions.iter().map(transaction).collect::<Vec<_>>(),
        "state": outcome.state.known().map(state),
        "stateRoot": outcome.state_root.known().map(ToString::to_string),
        "consensus": digest::consensus(outcome).ok().map(|digest| digest.to_string()),
        "exact": digest::exact(outcome).ok().map(|digest| digest.to_string()),
        "differences": differences.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "unlikeFirst": unlike_first.iter().map(unlike).collect::<Vec<_>>(),
    })
}

/// What the first engine has and this one has not.
pub(crate) fn unlike(difference: &oracle::Difference) -> String {
    let oracle::Difference { transaction, part, place, left, right } = difference;
    let transaction = transaction.map(|i| format!("transaction {i}: ")).unwrap_or_default();
    let space = if place.is_empty() { "" } else { " " };
    format!("{transaction}{}{space}{place}: the first has {left}, this has {right}", part.name())
}

fn transaction(transaction: &TxOutcome) -> Value {
    match transaction {
        TxOutcome::Rejected(why) => json!({ "rejected": why.name() }),
        TxOutcome::Executed(receipt) => executed(receipt),
    }
}

fn executed(receipt: &Receipt) -> Value {
    let logs = receipt.logs.iter().map(|log| {
        json!({
            "address": log.address.to_string(),
            "topics": log.topics.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "data": log.data.to_string(),
        })
    });
    json!({
        "success": receipt.success,
        "gasUsed": hex(receipt.gas_used),
        "output": receipt.output.to_string(),
        "created": receipt.created.map(|address| address.to_string()),
        "logs": logs.collect::<Vec<_>>(),
        "exact": match &receipt.exact {
            Field::Unknown => Value::Null,
            Field::Known(exact) => json!({
                "end": exact.end.to_string(),
                "gasLeft": hex(exact.gas_left),
                "refund": hex(exact.refund),
                "frames": exact.frames.iter().map(frame).collect::<Vec<_>>(),
                "warmAccounts": exact.warm_accounts.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "warmSlots": exact.warm_slots.iter().map(|(address, key)| json!([address.to_string(), word(key)])).collect::<Vec<_>>(),
                "transcript": exact.transcript.iter().map(ask).collect::<Vec<_>>(),
            }),
        },
    })
}

fn frame(frame: &api::FrameEnd) -> Value {
    json!({
        "frame": frame.frame,
        "depth": frame.depth,
        "code": frame.code_address.to_string(),
        "end": frame.end.to_string(),
        "gasLeft": hex(frame.gas_left),
        "refund": frame.refund,
    })
}

fn ask(ask: &api::Ask) -> Value {
    json!({
        "frame": ask.frame,
        "asked": ask.kind.name(),
        "subject": word(&ask.subject),
        "operand": word(&ask.operand),
        "answer": word(&ask.answer),
        "cold": ask.cold,
    })
}

fn state(state: &api::State) -> Value {
    let accounts = state.iter().map(|(address, account)| {
        let storage = account.storage.iter().map(|(key, value)| (word(key), Value::from(word(value))));
        let account = json!({
            "nonce": hex(account.nonce),
            "balance": word(&account.balance),
            "code": account.code.to_string(),
            "storage": storage.collect::<serde_json::Map<_, _>>(),
        });
        (address.to_string(), account)
    });
    Value::Object(accounts.collect())
}

fn hex(number: u64) -> String {
    format!("{number:#x}")
}

fn word(word: &U256) -> String {
    format!("{word:#x}")
}
