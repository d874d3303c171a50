//! Writes the compact form.

use super::{MAGIC, VERSION};
use alloy_primitives::Uint;
use api::{Account, Address, Authorization, B256, Block, Case, Fee, Transaction, U256};

/// The case in the compact form. Slots that are zero are left out.
pub fn write(case: &Case) -> Vec<u8> {
    let mut w = Writer(MAGIC.to_vec());
    w.0.extend([VERSION, case.revision as u8]);
    w.number(case.chain_id);
    w.0.push(case.gas_uncapped.into());
    w.block(&case.block);
    w.number(case.accounts.len() as u64);
    for (address, account) in &case.accounts {
        w.address(address);
        w.account(account);
    }
    w.number(case.transactions.len() as u64);
    case.transactions.iter().for_each(|transaction| w.transaction(transaction));
    w.0
}

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn word<const BITS: usize, const LIMBS: usize>(&mut self, word: &Uint<BITS, LIMBS>) {
        let bytes = word.to_be_bytes_trimmed_vec();
        self.0.push(bytes.len() as u8);
        self.0.extend(bytes);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn address(&mut self, address: &Address) {
        self.0.extend_from_slice(address.as_slice());
    }

    fn hash(&mut self, hash: &B256) {
        self.0.extend_from_slice(hash.as_slice());
    }

    fn option<T>(&mut self, value: Option<&T>, write: impl FnOnce(&mut Writer, &T)) {
        self.0.push(value.is_some().into());
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn list<T>(&mut self, list: &[T], write: impl Fn(&mut Writer, &T)) {
        self.number(list.len() as u64);
        list.iter().for_each(|item| write(self, item));
    }

    fn block(&mut self, block: &Block) {
        self.number(block.number);
        self.number(block.timestamp);
        self.address(&block.coinbase);
        self.number(block.gas_limit);
        self.word(&block.difficulty);
        self.hash(&block.prevrandao);
        self.number(block.base_fee);
        self.number(block.excess_blob_gas);
        self.option(block.blob_parent.as_ref(), |w, parent| {
            [parent.excess_blob_gas, parent.blob_gas_used, parent.base_fee].into_iter().for_each(|n| w.number(n));
        });
        self.option(block.blob_schedule.as_ref(), |w, schedule| {
            [schedule.target, schedule.max, schedule.update_fraction].into_iter().for_each(|n| w.number(n));
        });
        self.number(block.hashes.len() as u64);
        for (number, hash) in &block.hashes {
            self.number(*number);
            self.hash(hash);
        }
        self.option(block.rlp_len.as_ref(), |w, len| w.number(*len));
    }

    fn account(&mut self, account: &Account) {
        self.number(account.nonce);
        self.word(&account.balance);
        self.bytes(&account.code);
        let slots: Vec<(&U256, &U256)> = account.storage.iter().filter(|(_, value)| !value.is_zero()).collect();
        self.list(&slots, |w, (key, value)| {
            w.word(*key);
            w.word(*value);
        });
    }

    fn transaction(&mut self, transaction: &Transaction) {
        self.address(&transaction.sender);
        self.number(transaction.nonce);
        self.option(transaction.to.as_ref(), Writer::address);
        self.word(&transaction.value);
        self.bytes(&transaction.data);
        self.number(transaction.gas_limit);
        match &transaction.fee {
            Fee::Price(price) => {
                self.0.push(0);
                self.word(price);
            }
            Fee::Market { max, priority } => {
                self.0.push(1);
                self.word(max);
                self.word(priority);
            }
        }
        self.option(transaction.access_list.as_ref(), |w, list| {
            w.list(list, |w, (address, keys)| {
                w.address(address);
                w.list(keys, Writer::word);
            });
        });
        self.option(transaction.blobs.as_ref(), |w, blobs| {
            w.list(&blobs.hashes, Writer::hash);
            w.word(&blobs.max_fee);
        });
        self.option(transaction.authorizations.as_ref(), |w, list| w.list(list, Writer::authorization));
    }

    fn authorization(&mut self, signed: &Authorization) {
        self.word(&signed.chain_id);
        self.address(&signed.address);
        self.number(signed.nonce);
        self.word(&signed.y_parity);
        self.word(&signed.r);
        self.word(&signed.s);
    }
}
