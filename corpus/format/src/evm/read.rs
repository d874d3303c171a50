//! Reads the readable form: what is left out gets its default here.

use super::fields;
use super::header::{Field, Table};
use super::sections::Sections;
use super::{CHAIN_ID, GAS_LIMIT, SENDER, account_address, funded, next_nonce};
use crate::casefile::CaseFile;
use crate::error::{Error, Source};
use crate::hex::{Hex, printable, shorten};
use crate::limits;
use crate::nearest::suggest;
use api::{Account, Address, Block, Bytes, Case, Revision, State, Transaction};
use std::collections::BTreeMap;
use std::path::Path;
use toml::de::DeTable;

/// The fields of the header.
const HEADER: &[&str] =
    &["name", "about", "chain_id", "gas_uncapped", "fund_senders", "block", "account", "transaction", "expect"];
/// The fields of an account.
const ACCOUNT: &[&str] = &["address", "nonce", "balance", "code", "storage"];
/// The fields of a transaction.
const TRANSACTION: &[&str] = &[
    "sender",
    "nonce",
    "to",
    "value",
    "data",
    "gas_limit",
    "gas_price",
    "max_fee",
    "priority_fee",
    "access_list",
    "blobs",
    "authorizations",
];

/// Reads a case. Its name is that of the file unless the file gives another.
pub fn read(bytes: &[u8], file_name: &str) -> Result<CaseFile, Error> {
    let source = Source { file: file_name, text: bytes };
    source.check_size(limits::FILE)?;
    let text = std::str::from_utf8(bytes).map_err(|error| {
        source.error(error.valid_up_to(), "the file is not UTF-8").hint("write bytes as hexadecimal")
    })?;
    let (header, sections) = Sections::split(source, text)?;
    let reader = Reader { source, sections };
    let header = DeTable::parse(header).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        source.error(offset, printable(&error.message().replace('\n', ", "), 300)).hint("the header is TOML")
    })?;
    let top = Table::open(source, "the header", header.span(), header.get_ref(), HEADER)?;
    let file = reader.case_file(&top)?;
    reader.sections.check_used(source)?;
    Ok(file)
}

struct Reader<'s> {
    source: Source<'s>,
    sections: Sections<'s>,
}

impl<'s> Reader<'s> {
    fn case_file(&self, top: &Table<'_, '_>) -> Result<CaseFile, Error> {
        let name = match top.read::<String>("name")? {
            Some(name) => name,
            None => Path::new(self.source.file).file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        };
        let about = top.read("about")?.unwrap_or_default();
        let block = match top.get("block") {
            Some(block) => fields::block(&block)?,
            None => Block::default(),
        };
        let (mut accounts, callee) = self.accounts(top)?;
        let transactions = self.transactions(top, &mut accounts, callee)?;
        let expect = fields::expects(top, transactions.len())?;
        let case = Case {
            name: String::new(),
            revision: Revision::LATEST,
            chain_id: top.read("chain_id")?.unwrap_or(CHAIN_ID),
            block,
            accounts,
            transactions,
            gas_uncapped: top.read("gas_uncapped")?.unwrap_or(false),
        };
        Ok(CaseFile::new(name, about, case, expect))
    }

    /// The accounts, and the first of them with code.
    fn accounts(&self, top: &Table<'_, '_>) -> Result<(State, Option<Address>), Error> {
        let mut accounts = State::new();
        let mut callee = None;
        for (i, field) in top.list("account")?.iter().enumerate() {
            let table = field.table(ACCOUNT)?;
            let address = table.read("address")?.unwrap_or_else(|| account_address(i + 1));
            let account = Account {
                nonce: table.read("nonce")?.unwrap_or_default(),
                balance: table.read("balance")?.unwrap_or_default(),
                code: table.get("code").map_or(Ok(Bytes::new()), |code| self.code(&code))?,
                storage: table.get("storage").map_or(Ok(BTreeMap::new()), |storage| fields::storage(&storage))?,
            };
            if callee.is_none() && !account.code.is_empty() {
                callee = Some(address);
            }
            if accounts.insert(address, account).is_some() {
                let what = format!("account {} stands twice", address.write());
                return Err(table.error(what).hint("remove one of them or give it another address"));
            }
        }
        Ok((accounts, callee))
    }

    /// Code or data: hexadecimal, or the name of a section.
    fn code(&self, field: &Field<'_, '_>) -> Result<Bytes, Error> {
        let text: String = field.read()?;
        if text.is_empty() || text.starts_with("0x") {
            return fields::bytes(field);
        }
        self.sections.code(&text).ok_or_else(|| {
            let what = format!("there is no section `{}`", shorten(&text));
            field.error(what).hint(suggest(&text, &self.sections.names()))
        })
    }

    fn transactions(
        &self,
        top: &Table<'_, '_>,
        accounts: &mut State,
        callee: Option<Address>,
    ) -> Result<Vec<Transaction>, Error> {
        let fields = top.list("transaction")?;
        if fields.len() > limits::TRANSACTIONS {
            let what = format!("{} transactions, the limit is {}", fields.len(), limits::TRANSACTIONS);
            return Err(top.error(what).hint("split the case"));
        }
        let mut tables = fields.iter().map(|field| field.table(TRANSACTION)).collect::<Result<Vec<_>, _>>()?;
        let none = DeTable::new();
        if tables.is_empty() {
            tables.push(Table::open(self.source, "the default transaction", 0..0, &none, TRANSACTION)?);
        }
        if top.read("fund_senders")?.unwrap_or(true) {
            for table in &tables {
                accounts.entry(table.read("sender")?.unwrap_or(SENDER)).or_insert_with(funded);
            }
        }
        let mut transactions = Vec::with_capacity(tables.len());
        for table in &tables {
            let transaction = self.transaction(table, accounts, &transactions, callee)?;
            transactions.push(transaction);
        }
        Ok(transactions)
    }

    fn transaction(
        &self,
        table: &Table<'_, '_>,
        accounts: &State,
        earlier: &[Transaction],
        callee: Option<Address>,
    ) -> Result<Transaction, Error> {
        let sender = table.read("sender")?.unwrap_or(SENDER);
        let to = match (table.get("to"), callee) {
            (Some(to), _) => fields::callee(&to)?,
            (None, Some(callee)) => Some(callee),
            (None, None) => {
                let hint = "add an [[account]] with code, or a [[transaction]] that says `to`";
                return Err(table.error("there is no account with code to call").hint(hint));
            }
        };
        Ok(Transaction {
            sender,
            nonce: table.read("nonce")?.unwrap_or_else(|| next_nonce(accounts, earlier, sender)),
            to,
            value: table.read("value")?.unwrap_or_default(),
            data: table.get("data").map_or(Ok(Bytes::new()), |data| self.code(&data))?,
            gas_limit: table.read("gas_limit")?.unwrap_or(GAS_LIMIT),
            fee: fields::fee(table)?,
            access_list: table.get("access_list").map(|list| fields::access_list(&list)).transpose()?,
            blobs: table.get("blobs").map(|blobs| fields::blobs(&blobs)).transpose()?,
            authorizations: table.get("authorizations").map(|list| fields::authorizations(&list)).transpose()?,
        })
    }
}
