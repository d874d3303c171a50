//! Reads benchmark programs: a case in one record a line, and an index with what comes out of each.
//!
//! | record | fields, hexadecimal without prefix |
//! |---|---|
//! | `name` | any words |
//! | `spec` | the revision |
//! | `env` | number, timestamp, coinbase, base fee |
//! | `acct` | address, balance, nonce, code or `-` |
//! | `stor` | address of an account before it, key, value |
//! | `tx` | sender, callee or `-`, value, gas limit, calldata or `-` |
//!
//! Gas limits reach 2^62, so the block holds any amount of gas and the cap of EIP-7825 is lifted. The transaction pays
//! the base fee and no more, and has the nonce of its sender's account.

use crate::error::{Error, Source};
use crate::hex::{Hex, shorten};
use crate::limits;
use alloy_primitives::{Address, Bytes, U256};
use api::{Account, Block, Case, Fee, Revision, State, Transaction, Value};
use std::collections::BTreeMap;

/// What comes out of a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// The file of the case, beside the index.
    pub case_file: String,
    /// The rules in force.
    pub revision: Revision,
    /// Whether it succeeds.
    pub success: bool,
    /// Gas of the whole transaction, refund deducted.
    pub tx_gas_used: u64,
    /// Gas of its first frame.
    pub frame_gas_used: u64,
    /// The first bytes of its output.
    pub output_prefix: Bytes,
    /// Bytes of its output.
    pub output_len: usize,
}

/// Reads a case.
pub fn read_case(bytes: &[u8], file_name: &str) -> Result<Case, Error> {
    let mut case = Case {
        name: String::new(),
        revision: Revision::LATEST,
        chain_id: 1,
        block: Block { gas_limit: u64::MAX, ..Block::default() },
        accounts: State::new(),
        transactions: Vec::new(),
        gas_uncapped: true,
    };
    let source = Source { file: file_name, text: bytes };
    for_each_line(source, |line| {
        let mut record = Record { source, rest: line };
        let Some(kind) = record.next() else { return Ok(()) };
        read_record(kind, &mut record, &mut case)?;
        record.finish()
    })?;
    if case.transactions.is_empty() {
        return Err(source.error(bytes.len(), "no transaction").hint("add a `tx` record"));
    }
    Ok(case)
}

fn read_record(kind: Word<'_>, record: &mut Record<'_>, case: &mut Case) -> Result<(), Error> {
    match kind.text {
        "name" => case.name = record.take_rest().to_owned(),
        "spec" => case.revision = record.word("a revision")?.revision(record.source)?,
        "env" => {
            case.block.number = record.number("the number of the block")?;
            case.block.timestamp = record.number("its timestamp")?;
            case.block.coinbase = record.address("its coinbase")?;
            case.block.base_fee = record.number("its base fee")?;
        }
        "acct" => {
            let address = record.address("an address")?;
            let balance = record.number("its balance")?;
            let nonce = record.number("its nonce")?;
            let code = record.bytes("its code")?;
            let account = Account { nonce, balance, code, storage: BTreeMap::new() };
            if case.accounts.insert(address, account).is_some() {
                return Err(record.source.error(kind.offset, "the account stands twice").hint("remove one of them"));
            }
        }
        "stor" => {
            let address = record.address("an address")?;
            let (key, value): (U256, U256) = (record.number("a key")?, record.number("its value")?);
            let Some(account) = case.accounts.get_mut(&address) else {
                return Err(record
                    .source
                    .error(kind.offset, "storage of an account that is not there")
                    .hint("add its `acct` first"));
            };
            if !value.is_zero() {
                account.storage.insert(key, value);
            }
        }
        "tx" => {
            let transaction = read_transaction(record, case)?;
            case.transactions.push(transaction);
        }
        other => {
            let what = format!("unknown record `{}`", shorten(other));
            return Err(record.source.error(kind.offset, what).hint("known are name, spec, env, acct, stor, tx"));
        }
    }
    Ok(())
}

fn read_transaction(record: &mut Record<'_>, case: &Case) -> Result<Transaction, Error> {
    let sender = record.address("the sender")?;
    let to = match record.peek_dash() {
        true => None,
        false => Some(record.address("the callee")?),
    };
    Ok(Transaction {
        sender,
        nonce: case.accounts.get(&sender).map_or(0, |account| account.nonce),
        to,
        value: record.number::<Value>("the value")?,
        gas_limit: record.number("the gas limit")?,
        data: record.bytes("the calldata")?,
        fee: Fee::Price(U256::from(case.block.base_fee)),
        access_list: None,
        blobs: None,
        authorizations: None,
    })
}

/// Reads the index: tab-separated columns, named in its first line.
pub fn read_index(bytes: &[u8], file_name: &str) -> Result<Vec<Row>, Error> {
    let source = Source { file: file_name, text: bytes };
    let mut columns: Option<Columns> = None;
    let mut rows = Vec::new();
    for_each_line(source, |line| {
        match &columns {
            None => columns = Some(Columns::find(source, line)?),
            Some(columns) => rows.push(columns.row(source, line)?),
        }
        Ok(())
    })?;
    Ok(rows)
}

/// Where the columns stand that are needed.
struct Columns([usize; 7]);

impl Columns {
    const NAMES: [&str; 7] = ["name", "case_file", "spec", "status", "tx_gas_used", "frame_gas_used", "output_prefix"];

    fn find(source: Source<'_>, line: Word<'_>) -> Result<Columns, Error> {
        let mut positions = [0; 7];
        for (position, name) in positions.iter_mut().zip(Columns::NAMES) {
            *position = line.text.split('\t').position(|column| column == name).ok_or_else(|| {
                source.error(line.offset, format!("no column `{name}`")).hint("name the columns in the first line")
            })?;
        }
        Ok(Columns(positions))
    }

    fn row(&self, source: Source<'_>, line: Word<'_>) -> Result<Row, Error> {
        let mut cells = Vec::new();
        let mut offset = line.offset;
        for text in line.text.split('\t') {
            cells.push(Word { text, offset });
            offset += text.len() + 1;
        }
        let mut wanted = [line; 7];
        for (cell, (position, name)) in wanted.iter_mut().zip(self.0.iter().zip(Columns::NAMES)) {
            *cell = *cells.get(*position).ok_or_else(|| {
                source.error(line.offset, format!("the row has no `{name}`")).hint("fill every column; - is empty")
            })?;
        }
        let [name, case_file, spec, status, tx_gas, frame_gas, output] = wanted;
        let (output_prefix, output_len) = read_output(source, output)?;
        Ok(Row {
            name: name.text.to_owned(),
            case_file: case_file.text.to_owned(),
            revision: spec.revision(source)?,
            success: status.text == "success",
            tx_gas_used: tx_gas.decimal(source)?,
            frame_gas_used: frame_gas.decimal(source)?,
            output_prefix,
            output_len,
        })
    }
}

/// `-`, all bytes, or the first bytes and `..(LENGTH)`.
fn read_output(source: Source<'_>, cell: Word<'_>) -> Result<(Bytes, usize), Error> {
    let (prefix, len) = match cell.text.strip_suffix(')').and_then(|text| text.split_once("..(")) {
        Some((prefix, len)) => (prefix, Some(Word { text: len, ..cell }.decimal(source)?)),
        None => (cell.text, None),
    };
    let bytes = Word { text: prefix, ..cell }.bytes(source)?;
    let len = len.map_or(bytes.len(), |len| len as usize);
    Ok((bytes, len))
}

/// Calls `read` with each line that holds something, without its end.
fn for_each_line<'a>(source: Source<'a>, mut read: impl FnMut(Word<'a>) -> Result<(), Error>) -> Result<(), Error> {
    source.check_size(limits::FILE)?;
    let mut offset = 0;
    let text = std::str::from_utf8(source.text)
        .map_err(|error| source.error(error.valid_up_to(), "the file is not UTF-8").hint("write plain text"))?;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        if !content.is_empty() {
            read(Word { text: content, offset })?;
        }
        offset += line.len();
    }
    Ok(())
}

/// A word of the file and where it begins.
#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    offset: usize,
}

impl Word<'_> {
    fn revision(&self, source: Source<'_>) -> Result<Revision, Error> {
        self.text.parse().map_err(|_| {
            let names = Revision::ALL.map(Revision::name);
            let what = format!("unknown revision `{}`", shorten(self.text));
            source.error(self.offset, what).hint(crate::nearest::suggest(self.text, &names))
        })
    }

    fn decimal(&self, source: Source<'_>) -> Result<u64, Error> {
        let what = || source.error(self.offset, format!("`{}` is not a number", shorten(self.text)));
        self.text.parse().map_err(|_| what().hint("write it in decimal"))
    }

    fn hexadecimal<T: Hex>(&self, source: Source<'_>) -> Result<T, Error> {
        let wrong = |what| source.error(self.offset, what).hint("write hexadecimal without a prefix");
        T::read(&format!("0x{}", self.text)).map_err(wrong)
    }

    fn bytes(&self, source: Source<'_>) -> Result<Bytes, Error> {
        if self.text == "-" { Ok(Bytes::new()) } else { self.hexadecimal(source) }
    }
}

/// The rest of a line.
struct Record<'a> {
    source: Source<'a>,
    rest: Word<'a>,
}

impl<'a> Record<'a> {
    fn next(&mut self) -> Option<Word<'a>> {
        let text = self.rest.text.trim_start();
        let start = self.rest.offset + self.rest.text.len() - text.len();
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        self.rest = Word { text: &text[end..], offset: start + end };
        (end > 0).then_some(Word { text: &text[..end], offset: start })
    }

    fn take_rest(&mut self) -> &'a str {
        let text = self.rest.text;
        self.rest = Word { text: "", offset: self.rest.offset + text.len() };
        text.trim()
    }

    /// Takes a word if it is the dash of an empty field.
    fn peek_dash(&mut self) -> bool {
        let before = self.rest;
        let dash = self.next().is_some_and(|word| word.text == "-");
        if !dash {
            self.rest = before;
        }
        dash
    }

    fn word(&mut self, what: &str) -> Result<Word<'a>, Error> {
        let end = self.rest.offset;
        self.next().ok_or_else(|| self.source.error(end, format!("{what} is missing")).hint("complete the record"))
    }

    fn number<T: Hex>(&mut self, what: &str) -> Result<T, Error> {
        self.word(what)?.hexadecimal(self.source)
    }

    fn address(&mut self, what: &str) -> Result<Address, Error> {
        self.word(what)?.hexadecimal(self.source)
    }

    fn bytes(&mut self, what: &str) -> Result<Bytes, Error> {
        self.word(what)?.bytes(self.source)
    }

    fn finish(&mut self) -> Result<(), Error> {
        match self.next() {
            None => Ok(()),
            Some(extra) => {
                let what = format!("`{}` is one field too many", shorten(extra.text));
                Err(self.source.error(extra.offset, what).hint("remove it"))
            }
        }
    }
}
