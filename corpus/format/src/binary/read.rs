//! Reads the compact form, and nothing that is not the one form of its case.

use super::{MAGIC, VERSION};
use crate::error::{Error, Source};
use crate::{CaseFile, limits};
use alloy_primitives::Uint;
use api::case::{BlobParent, Blobs};
use api::{Account, Address, Authorization, B256, Block, Bytes, Case, Fee, Revision, Transaction, U256};
use spec::limits::BlobSchedule;
use std::collections::BTreeMap;

/// The case in a file of the compact form. It has the name of the file, and nothing is expected of it.
pub fn read(bytes: &[u8], file_name: &str) -> Result<CaseFile, Error> {
    let source = Source { file: file_name, text: bytes };
    source.check_size(limits::FILE)?;
    let mut reader = Reader { bytes, at: 0 };
    let case = reader.case().map_err(|what| {
        let error = source.error(reader.at, format!("byte {}: {}", reader.at, what.0));
        if what.1.is_empty() { error } else { error.hint(what.1) }
    })?;
    let stem = file_name.rsplit('/').next().unwrap_or_default();
    let name = stem.strip_suffix(".case").unwrap_or(stem).to_owned();
    Ok(CaseFile::new(name, String::new(), case, Vec::new()))
}

/// What is wrong, and what to do about it.
struct Wrong(String, &'static str);

fn wrong<T>(what: &str) -> Result<T, Wrong> {
    Err(Wrong(what.to_owned(), ""))
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn case(&mut self) -> Result<Case, Wrong> {
        if !self.bytes.starts_with(&MAGIC) {
            return Err(Wrong("this is no case in the compact form".into(), "convert it from .evm or .json"));
        }
        self.at = MAGIC.len();
        match self.bytes.get(self.at) {
            Some(&VERSION) => self.at += 1,
            Some(other) => return Err(Wrong(format!("version {other} of the compact form is not known"), "1 is")),
            None => return wrong("the file ends too early"),
        }
        let revision = self.tag(Revision::COUNT as u8)?;
        let case = Case {
            name: String::new(),
            revision: Revision::ALL[usize::from(revision)],
            chain_id: self.number()?,
            gas_uncapped: self.tag(2)? == 1,
            block: self.block()?,
            accounts: self.map(Reader::address, Reader::account)?,
            transactions: self.list(limits::TRANSACTIONS, Reader::transaction)?,
        };
        match (case.transactions.is_empty(), self.at == self.bytes.len()) {
            (true, _) => wrong("there is no transaction"),
            (false, false) => wrong("the case ends before the file does"),
            (false, true) => Ok(case),
        }
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], Wrong> {
        let taken = self.bytes.get(self.at..).and_then(|rest| rest.get(..len));
        self.at += taken.map_or(0, <[u8]>::len);
        taken.ok_or_else(|| Wrong("the file ends too early".into(), ""))
    }

    /// One of so many choices.
    fn tag(&mut self, n: u8) -> Result<u8, Wrong> {
        match self.bytes.get(self.at) {
            Some(tag) if *tag < n => {
                self.at += 1;
                Ok(*tag)
            }
            Some(tag) => wrong(&format!("{tag} is no choice here, of {n}")),
            None => wrong("the file ends too early"),
        }
    }

    fn number(&mut self) -> Result<u64, Wrong> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            let group = u64::from(byte & 0x7f);
            if group.leading_zeros() < shift || (byte == 0 && shift > 0) {
                return wrong("a number is longer than it must be");
            }
            number |= group << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        wrong("a number is longer than it must be")
    }

    fn word<const BITS: usize, const LIMBS: usize>(&mut self) -> Result<Uint<BITS, LIMBS>, Wrong> {
        let len = self.tag((BITS / 8 + 1) as u8)?;
        let bytes = self.take(len.into())?;
        match (bytes.first(), Uint::try_from_be_slice(bytes)) {
            (Some(0), _) | (_, None) => wrong("a word is longer than it must be"),
            (_, Some(word)) => Ok(word),
        }
    }

    fn blob(&mut self) -> Result<Bytes, Wrong> {
        match self.number()? {
            len if len > limits::CODE as u64 => {
                wrong(&format!("{len} bytes of code or data, the limit is {}", limits::CODE))
            }
            len => Ok(Bytes::copy_from_slice(self.take(len as usize)?)),
        }
    }

    fn address(&mut self) -> Result<Address, Wrong> {
        Ok(Address::from_slice(self.take(20)?))
    }

    fn hash(&mut self) -> Result<B256, Wrong> {
        Ok(B256::from_slice(self.take(32)?))
    }

    fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Wrong>) -> Result<Option<T>, Wrong> {
        Ok(if self.tag(2)? == 1 { Some(read(self)?) } else { None })
    }

    fn list<T>(&mut self, max: usize, read: impl Fn(&mut Self) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
        let len = self.number()?;
        // Every item has a byte at least, so what is reserved is no more than what is there.
        if len > max as u64 || len > (self.bytes.len() - self.at) as u64 {
            return wrong(&format!("a list of {len} is too long"));
        }
        (0..len).map(|_| read(self)).collect()
    }

    fn map<K: Ord, V>(
        &mut self,
        key: impl Fn(&mut Self) -> Result<K, Wrong>,
        value: impl Fn(&mut Self) -> Result<V, Wrong>,
    ) -> Result<BTreeMap<K, V>, Wrong> {
        let entries = self.list(usize::MAX, |reader| Ok((key(reader)?, value(reader)?)))?;
        match entries.is_sorted_by(|left, right| left.0 < right.0) {
            true => Ok(entries.into_iter().collect()),
            false => wrong("the keys of a map do not ascend"),
        }
    }

    fn block(&mut self) -> Result<Block, Wrong> {
        Ok(Block {
            number: self.number()?,
            timestamp: self.number()?,
            coinbase: self.address()?,
            gas_limit: self.number()?,
            difficulty: self.word()?,
            prevrandao: self.hash()?,
            base_fee: self.number()?,
            excess_blob_gas: self.number()?,
            blob_parent: self.option(|r| {
                let (excess_blob_gas, blob_gas_used) = (r.number()?, r.number()?);
                Ok(BlobParent { excess_blob_gas, blob_gas_used, base_fee: r.number()? })
            })?,
            blob_schedule: self
                .option(|r| Ok(BlobSchedule { target: r.number()?, max: r.number()?, update_fraction: r.number()? }))?,
            hashes: self.map(Reader::number, Reader::hash)?,
            rlp_len: self.option(Reader::number)?,
        })
    }

    fn account(&mut self) -> Result<Account, Wrong> {
        let (nonce, balance, code) = (self.number()?, self.word()?, self.blob()?);
        let storage: BTreeMap<U256, U256> = self.map(Reader::word, Reader::word)?;
        match storage.values().any(U256::is_zero) {
            true => wrong("a slot is zero, which is no slot"),
            false => Ok(Account { nonce, balance, code, storage }),
        }
    }

    fn transaction(&mut self) -> Result<Transaction, Wrong> {
        Ok(Transaction {
            sender: self.address()?,
            nonce: self.number()?,
            to: self.option(Reader::address)?,
            value: self.word()?,
            data: self.blob()?,
            gas_limit: self.number()?,
            fee: match self.tag(2)? {
                0 => Fee::Price(self.word()?),
                _ => Fee::Market { max: self.word()?, priority: self.word()? },
            },
            access_list: self
                .option(|r| r.list(usize::MAX, |r| Ok((r.address()?, r.list(usize::MAX, Reader::word)?))))?,
            blobs: self.option(|r| Ok(Blobs { hashes: r.list(usize::MAX, Reader::hash)?, max_fee: r.word()? }))?,
            authorizations: self.option(|r| r.list(usize::MAX, Reader::authorization))?,
        })
    }

    fn authorization(&mut self) -> Result<Authorization, Wrong> {
        Ok(Authorization {
            chain_id: self.word()?,
            address: self.address()?,
            nonce: self.number()?,
            y_parity: self.word()?,
            r: self.word()?,
            s: self.word()?,
        })
    }
}
