//! Outcomes for people.

use alloy_primitives::hex;
use api::{Account, Case, Field, Outcome, Receipt, State, TxOutcome};
use std::io::{self, Write};

/// Bytes of output or log data that are shown.
const BYTES_SHOWN: usize = 256;

/// Writes what came of a case: its transactions, and what changed in the state.
pub(crate) fn outcome(out: &mut dyn Write, case: &Case, outcome: &Outcome) -> io::Result<()> {
    for (i, transaction) in outcome.transactions.iter().enumerate() {
        match transaction {
            TxOutcome::Rejected(why) => writeln!(out, "  transaction {i}: rejected: {why}")?,
            TxOutcome::Executed(receipt) => executed(out, i, receipt)?,
        }
    }
    if let Field::Known(after) = &outcome.state {
        state(out, &case.accounts, after)?;
    }
    if let Field::Known(root) = &outcome.state_root {
        writeln!(out, "  state root {root}")?;
    }
    Ok(())
}

fn executed(out: &mut dyn Write, i: usize, receipt: &Receipt) -> io::Result<()> {
    write!(out, "  transaction {i}: ")?;
    match &receipt.exact {
        Field::Known(exact) => {
            let frames = exact.frames.len();
            let s = if frames == 1 { "" } else { "s" };
            writeln!(out, "{}, gas {}, refund {}, {frames} frame{s}", exact.end, receipt.gas_used, exact.refund)?;
        }
        Field::Unknown => {
            let end = if receipt.success { "success" } else { "failure" };
            writeln!(out, "{end}, gas {}", receipt.gas_used)?;
        }
    }
    if let Some(created) = receipt.created {
        writeln!(out, "    created {created}")?;
    }
    if !receipt.output.is_empty() {
        writeln!(out, "    output  {}", bytes(&receipt.output))?;
    }
    for log in &receipt.logs {
        writeln!(out, "    log     {} data {}", log.address, bytes(&log.data))?;
        for topic in &log.topics {
            writeln!(out, "      topic {topic}")?;
        }
    }
    Ok(())
}

fn bytes(bytes: &[u8]) -> String {
    let shown = hex::encode_prefixed(&bytes[..bytes.len().min(BYTES_SHOWN)]);
    if bytes.len() > BYTES_SHOWN { format!("{shown}… ({} bytes)", bytes.len()) } else { shown }
}

/// Accounts that differ, and in what.
fn state(out: &mut dyn Write, before: &State, after: &State) -> io::Result<()> {
    let absent = Account::default();
    let mut addresses: Vec<_> = before.keys().chain(after.keys()).collect();
    addresses.sort();
    addresses.dedup();
    for address in addresses {
        let (old, new) = (before.get(address), after.get(address));
        if old == new {
            continue;
        }
        let note = match (old, new) {
            (None, _) => " appears",
            (_, None) => " disappears",
            _ => "",
        };
        writeln!(out, "  account {address}{note}")?;
        changes(out, old.unwrap_or(&absent), new.unwrap_or(&absent))?;
    }
    Ok(())
}

fn changes(out: &mut dyn Write, old: &Account, new: &Account) -> io::Result<()> {
    if old.nonce != new.nonce {
        writeln!(out, "    nonce   {} -> {}", old.nonce, new.nonce)?;
    }
    if old.balance != new.balance {
        writeln!(out, "    balance {} -> {}", old.balance, new.balance)?;
    }
    if old.code != new.code {
        writeln!(out, "    code    {} bytes -> {} bytes", old.code.len(), new.code.len())?;
    }
    let mut keys: Vec<_> = old.storage.keys().chain(new.storage.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let (old, new) = (old.storage.get(key).copied(), new.storage.get(key).copied());
        if old != new {
            let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
            writeln!(out, "    slot    {key:#x}: {old:#x} -> {new:#x}")?;
        }
    }
    Ok(())
}
