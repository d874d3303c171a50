//! Writes the readable form: everything in one order, nothing that equals its default.

use super::{CHAIN_ID, GAS_LIMIT, GAS_PRICE, SENDER, account_address, funded, next_nonce};
use crate::casefile::{CaseFile, Expect, TxExpect};
use crate::disasm::disassemble;
use crate::hex::Hex;
use crate::limits;
use alloy_primitives::Uint;
use api::case::Blobs;
use api::{Account, Address, Authorization, Block, Bytes, Case, Fee, Revision, Transaction};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write};

/// Writes a case that [`CaseFile::new`] put in form and that is within [`limits`]; [`super::read`] gives it back.
pub fn write(file: &CaseFile) -> String {
    let mut writer = Writer::default();
    writer.header(file);
    writer.accounts(&file.case);
    writer.transactions(&file.case);
    for expect in &file.expect {
        writer.expect(expect);
    }
    writer.sections();
    writer.out
}

/// The `[[expect]]` tables alone.
pub(super) fn write_expects(expects: &[Expect]) -> String {
    let mut writer = Writer::default();
    for expect in expects {
        writer.expect(expect);
    }
    writer.out
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Where each code stands among the sections.
    codes: BTreeMap<Bytes, usize>,
}

impl Writer {
    fn field(&mut self, name: &str, value: impl Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{name} = {value}");
    }

    /// A field that is left out when it equals its default.
    fn differing<T: PartialEq>(&mut self, name: &str, value: &T, default: &T, text: impl Fn(&T) -> String) {
        if value != default {
            self.field(name, text(value));
        }
    }

    /// A table, with an empty line before it unless it is the first thing in the file.
    fn table(&mut self, header: &str) {
        let gap = if self.out.is_empty() { "" } else { "\n" };
        let _ = writeln!(self.out, "{gap}{header}");
    }

    fn list(&mut self, name: &str, entries: impl Iterator<Item = String>) {
        let mut lines = String::new();
        entries.for_each(|entry| lines.extend(["    ", &entry, ",\n"]));
        if lines.is_empty() {
            self.field(name, "[]");
        } else {
            self.field(name, format_args!("[\n{lines}]"));
        }
    }

    fn header(&mut self, file: &CaseFile) {
        self.field("name", quote(&file.name));
        self.differing("about", &file.about, &String::new(), |about| quote(about));
        self.differing("chain_id", &file.case.chain_id, &CHAIN_ID, |id| number(*id));
        self.differing("gas_uncapped", &file.case.gas_uncapped, &false, bool::to_string);
        if !has_every_sender(&file.case) {
            self.field("fund_senders", false);
        }
        if file.case.block != Block::default() {
            self.block(&file.case.block);
        }
    }

    fn block(&mut self, block: &Block) {
        let default = Block::default();
        self.table("[block]");
        self.differing("number", &block.number, &default.number, |n| number(*n));
        self.differing("timestamp", &block.timestamp, &default.timestamp, |n| number(*n));
        self.differing("coinbase", &block.coinbase, &default.coinbase, hex);
        self.differing("gas_limit", &block.gas_limit, &default.gas_limit, |n| number(*n));
        self.differing("difficulty", &block.difficulty, &default.difficulty, word);
        self.differing("prevrandao", &block.prevrandao, &default.prevrandao, hex);
        self.differing("base_fee", &block.base_fee, &default.base_fee, |n| number(*n));
        self.differing("excess_blob_gas", &block.excess_blob_gas, &default.excess_blob_gas, |n| number(*n));
        if let Some(parent) = &block.blob_parent {
            let (excess, used) = (number(parent.excess_blob_gas), number(parent.blob_gas_used));
            let fee = number(parent.base_fee);
            self.field(
                "blob_parent",
                format!("{{ excess_blob_gas = {excess}, blob_gas_used = {used}, base_fee = {fee} }}"),
            );
        }
        if let Some(schedule) = &block.blob_schedule {
            let (target, max) = (number(schedule.target), number(schedule.max));
            let fraction = number(schedule.update_fraction);
            self.field("blob_schedule", format!("{{ target = {target}, max = {max}, update_fraction = {fraction} }}"));
        }
        if let Some(len) = block.rlp_len {
            self.field("rlp_len", number(len));
        }
        if !block.hashes.is_empty() {
            self.table("[block.hashes]");
            for (number, hash) in &block.hashes {
                self.field(&number.to_string(), hex(hash));
            }
        }
    }

    fn accounts(&mut self, case: &Case) {
        for (i, (address, account)) in listed(case).into_iter().enumerate() {
            self.table("[[account]]");
            self.differing("address", address, &account_address(i + 1), hex);
            self.differing("nonce", &account.nonce, &0, |n| number(*n));
            self.differing("balance", &account.balance, &Default::default(), word);
            self.code("code", &account.code);
            if !account.storage.is_empty() {
                self.table("[account.storage]");
                for (key, value) in &account.storage {
                    self.field(&format!("{key:#x}"), format_args!("\"{value:#x}\""));
                }
            }
        }
    }

    fn transactions(&mut self, case: &Case) {
        let callee =
            listed(case).into_iter().find(|(_, account)| !account.code.is_empty()).map(|(address, _)| *address);
        let before = self.out.len();
        for (i, transaction) in case.transactions.iter().enumerate() {
            self.table("[[transaction]]");
            let filled = self.out.len();
            self.transaction(case, &case.transactions[..i], transaction, callee);
            // One transaction that is all defaults is what a file without any has.
            if self.out.len() == filled && case.transactions.len() == 1 {
                self.out.truncate(before);
            }
        }
    }

    fn transaction(
        &mut self,
        case: &Case,
        earlier: &[Transaction],
        transaction: &Transaction,
        callee: Option<Address>,
    ) {
        let nonce = next_nonce(&case.accounts, earlier, transaction.sender);
        self.differing("sender", &transaction.sender, &SENDER, hex);
        self.differing("nonce", &transaction.nonce, &nonce, |n| number(*n));
        match transaction.to {
            Some(to) if Some(to) == callee => {}
            Some(to) => self.field("to", hex(&to)),
            None => self.field("to", "\"create\""),
        }
        self.differing("value", &transaction.value, &Default::default(), word);
        match transaction.to {
            Some(_) => self.differing("data", &transaction.data, &Bytes::new(), hex),
            None => self.code("data", &transaction.data),
        }
        self.differing("gas_limit", &transaction.gas_limit, &GAS_LIMIT, |n| number(*n));
        match transaction.fee {
            Fee::Price(price) => self.differing("gas_price", &price, &Uint::from(GAS_PRICE), word),
            Fee::Market { max, priority } => {
                self.field("max_fee", word(&max));
                self.differing("priority_fee", &priority, &Uint::ZERO, word);
            }
        }
        if let Some(list) = &transaction.access_list {
            self.list("access_list", list.iter().map(access));
        }
        if let Some(blobs) = &transaction.blobs {
            self.field("blobs", blob_table(blobs));
        }
        if let Some(list) = &transaction.authorizations {
            self.list("authorizations", list.iter().map(authorization));
        }
    }

    fn expect(&mut self, expect: &Expect) {
        self.table("[[expect]]");
        self.field("revision", quote(expect.revision.name()));
        if !expect.transactions.is_empty() {
            self.list("transactions", expect.transactions.iter().map(tx_expect));
        }
        let hashes = [
            ("state_root", expect.state_root),
            ("logs_hash", expect.logs_hash),
            ("consensus", expect.consensus),
            ("exact", expect.exact),
        ];
        for (name, hash) in hashes {
            if let Some(hash) = hash {
                self.field(name, hex(&hash));
            }
        }
    }

    /// A field that holds code: the name of a section, which equal codes share, or hexadecimal where a listing would
    /// be too long.
    fn code(&mut self, field: &str, code: &Bytes) {
        if code.is_empty() {
            return;
        }
        if code.len() > limits::LISTING {
            return self.field(field, hex(code));
        }
        let next = self.codes.len();
        let position = *self.codes.entry(code.clone()).or_insert(next);
        self.field(field, quote(&section_name(position)));
    }

    fn sections(&mut self) {
        let mut codes: Vec<(usize, Bytes)> =
            std::mem::take(&mut self.codes).into_iter().map(|(code, i)| (i, code)).collect();
        codes.sort();
        for (i, code) in codes {
            self.table(&format!("{} {}", super::SECTION, section_name(i)));
            for line in disassemble(&code, Revision::LATEST) {
                let _ = writeln!(self.out, "    {line}");
            }
        }
    }
}

/// Whether each sender is an account, so that none is to be funded.
fn has_every_sender(case: &Case) -> bool {
    case.transactions.iter().all(|transaction| case.accounts.contains_key(&transaction.sender))
}

/// The accounts that are written: all but the senders that funding would give back.
fn listed(case: &Case) -> Vec<(&Address, &Account)> {
    let senders: BTreeSet<Address> = match has_every_sender(case) {
        true => case.transactions.iter().map(|transaction| transaction.sender).collect(),
        false => BTreeSet::new(),
    };
    let funded = funded();
    case.accounts.iter().filter(|(address, account)| !(senders.contains(*address) && **account == funded)).collect()
}

fn section_name(position: usize) -> String {
    if position == 0 { "main".to_owned() } else { format!("code_{}", position + 1) }
}

fn access((address, keys): &(Address, Vec<alloy_primitives::U256>)) -> String {
    let keys: Vec<String> = keys.iter().map(|key| format!("\"{key:#x}\"")).collect();
    format!("{{ address = {}, keys = [{}] }}", hex(address), keys.join(", "))
}

fn blob_table(blobs: &Blobs) -> String {
    let hashes: Vec<String> = blobs.hashes.iter().map(hex).collect();
    format!("{{ hashes = [{}], max_fee = {} }}", hashes.join(", "), word(&blobs.max_fee))
}

fn authorization(signed: &Authorization) -> String {
    let Authorization { chain_id, address, nonce, y_parity, r, s } = signed;
    format!(
        "{{ chain_id = {}, address = {}, nonce = {}, y_parity = {}, r = \"{r:#x}\", s = \"{s:#x}\" }}",
        word(chain_id),
        hex(address),
        number(*nonce),
        word(y_parity)
    )
}

fn tx_expect(expect: &TxExpect) -> String {
    match expect {
        TxExpect::Executed { end, gas_used, output } => {
            let output = if output.is_empty() { String::new() } else { format!(", output = {}", hex(output)) };
            format!("{{ end = {}, gas_used = {}{output} }}", quote(end), number(*gas_used))
        }
        TxExpect::Rejected(rejection) => format!("{{ rejected = {} }}", quote(rejection.name())),
    }
}

fn hex<T: Hex>(value: &T) -> String {
    format!("\"{}\"", value.write())
}

fn number(number: u64) -> String {
    word(&Uint::<64, 1>::from(number))
}

/// A number: decimal as long as TOML has it, else a hexadecimal string.
fn word<const BITS: usize, const LIMBS: usize>(word: &Uint<BITS, LIMBS>) -> String {
    if word.bit_len() < 64 { word.to_string() } else { format!("\"{word:#x}\"") }
}

/// A TOML string.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            // A lone control character is not allowed in TOML.
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
