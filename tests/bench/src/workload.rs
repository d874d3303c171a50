//! Loads the workloads: one text file per case, and the table of how each must end.
//!
//! A case file has one record a line, numbers in hex: `name`, `spec REVISION`, `env NUMBER TIMESTAMP COINBASE
//! BASEFEE`, `acct ADDRESS BALANCE NONCE CODE|-`, `stor ADDRESS KEY VALUE`, `tx FROM TO VALUE GAS CALLDATA|-`.

use crate::Expected;
use api::{Account, Address, Block, Bytes, Case, Fee, State, Transaction, U256, Value};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The variable that names the folder above `workloads`.
pub const VARIABLE: &str = "UNANIMOUS_FIXTURES";

/// The workloads whose speeds are averaged: much execution, and nothing that an optimiser can solve away.
pub const HEAVY: [&str; 13] = [
    "rm_snailtracer",
    "snailtracer_eb",
    "sha1_divs.5311",
    "sha1_shifts.5311",
    "blake2b_huff.8415nulls",
    "blake2b_shifts",
    "weierstrudel.15",
    "structarray_alloc",
    "rm_fibonacci_calldata",
    "rm_factorial",
    "rm_hash_10k",
    "rm_erc20_transfer",
    "rm_curve_stableswap_2pool",
];

/// A program to run and how it must end.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its name in the index.
    pub name: String,
    /// The case.
    pub case: Case,
    /// How it must end.
    pub expected: Expected,
}

/// Where the workloads are, if anybody said so.
pub fn folder() -> Option<PathBuf> {
    let fixtures = std::env::var_os(VARIABLE).filter(|fixtures| !fixtures.is_empty())?;
    Some(Path::new(&fixtures).join("workloads"))
}

/// Every workload of the index, in its order.
pub fn all(folder: &Path) -> Result<Vec<Workload>, String> {
    let index = read(&folder.join("INDEX.tsv"))?;
    let mut lines = index.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    lines.map(|line| row(folder, &head, line)).collect()
}

/// The heavy workloads whose names contain `filter`, in the order of [`HEAVY`].
pub fn heavy(folder: &Path, filter: &str) -> Result<Vec<Workload>, String> {
    let mut all = all(folder)?;
    let mut found = Vec::new();
    for name in heavy_names(filter) {
        let at = all.iter().position(|workload| workload.name == name);
        let at = at.ok_or_else(|| format!("{}: the index has no workload `{name}`", folder.display()))?;
        found.push(all.swap_remove(at));
    }
    Ok(found)
}

/// The names of heavy workloads that contain `filter`.
pub fn heavy_names(filter: &str) -> Vec<&'static str> {
    HEAVY.into_iter().filter(|name| name.contains(filter)).collect()
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}; is {VARIABLE} right?", path.display()))
}

fn row(folder: &Path, head: &[&str], line: &str) -> Result<Workload, String> {
    let cells: Vec<&str> = line.split('\t').collect();
    let cell = |name: &str| {
        let at = head.iter().position(|column| *column == name);
        at.and_then(|at| cells.get(at).copied()).ok_or_else(|| format!("INDEX.tsv: no `{name}` in `{line}`"))
    };
    let name = cell("name")?;
    let path = folder.join(cell("case_file")?);
    let case = case(name, &read(&path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    let (output_prefix, output_len) = output(cell("output_prefix")?)?;
    let gas_used = cell("tx_gas_used")?;
    let expected = Expected {
        success: cell("status")? == "success",
        gas_used: gas_used.parse().map_err(|_| format!("INDEX.tsv: {name}: gas `{gas_used}` is no number"))?,
        output_prefix,
        output_len,
    };
    Ok(Workload { name: name.to_owned(), case, expected })
}

/// `-`, all of it in hex, or its start and then `..(LENGTH)`.
fn output(text: &str) -> Result<(Bytes, usize), String> {
    match text.split_once("..(") {
        Some((start, rest)) => {
            let len = rest.trim_end_matches(')');
            Ok((bytes(start)?, len.parse().map_err(|_| format!("output length `{len}` is no number"))?))
        }
        None => bytes(text).map(|all| (all.clone(), all.len())),
    }
}

fn case(name: &str, text: &str) -> Result<Case, String> {
    let mut case = Case {
        name: name.to_owned(),
        revision: api::Revision::LATEST,
        chain_id: 1,
        block: Block { gas_limit: u64::MAX, difficulty: U256::ZERO, ..Block::default() },
        accounts: State::new(),
        transactions: Vec::new(),
        gas_uncapped: true,
    };
    for (i, line) in text.lines().enumerate() {
        record(&mut case, line).map_err(|error| format!("line {}: {error}", i + 1))?;
    }
    Ok(case)
}

fn record(case: &mut Case, line: &str) -> Result<(), String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        [] | ["name", _] => {}
        ["spec", revision] => case.revision = revision.parse().map_err(|error| format!("{error}"))?,
        ["env", number, timestamp, coinbase, base_fee] => {
            case.block.number = small(number)?;
            case.block.timestamp = small(timestamp)?;
            case.block.coinbase = address(coinbase)?;
            case.block.base_fee = small(base_fee)?;
        }
        ["acct", at, balance, nonce, code] => {
            let account = Account {
                balance: word(balance)?,
                nonce: small(nonce)?,
                code: bytes(code)?,
                storage: Default::default(),
            };
            case.accounts.insert(address(at)?, account);
        }
        ["stor", at, key, value] => {
            let account = case.accounts.entry(address(at)?).or_default();
            account.storage.insert(word(key)?, word(value)?);
        }
        ["tx", from, to, value, gas, data] => case.transactions.push(Transaction {
            sender: address(from)?,
            nonce: 0,
            to: Some(address(to)?),
            value: Value::from(word(value)?),
            data: bytes(data)?,
            gas_limit: small(gas)?,
            // The base fee and nothing on top of it: the cheapest that is valid.
            fee: Fee::Price(U256::from(case.block.base_fee)),
            access_list: None,
            blobs: None,
            authorizations: None,
        }),
        [kind, ..] => return Err(format!("`{kind}` with {} fields is no record", words.len() - 1)),
    }
    Ok(())
}

fn word(text: &str) -> Result<U256, String> {
    U256::from_str_radix(text, 16).map_err(|_| format!("`{text}` is no 256-bit number in hex"))
}

fn small(text: &str) -> Result<u64, String> {
    u64::from_str_radix(text, 16).map_err(|_| format!("`{text}` is no 64-bit number in hex"))
}

fn address(text: &str) -> Result<Address, String> {
    Address::from_str(text).map_err(|_| format!("`{text}` is no address"))
}

fn bytes(text: &str) -> Result<Bytes, String> {
    let text = if text == "-" { "" } else { text };
    Bytes::from_str(text).map_err(|_| format!("`{text}` is no hex"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "name tiny\nspec london\nenv a 1 00000000000000000000000000000000000000cb 7\n\
        acct 1111111111111111111111111111111111111111 ff 0 -\n\
        acct cccccccccccccccccccccccccccccccccccccccc 0 1 6001\n\
        stor cccccccccccccccccccccccccccccccccccccccc 1 2\n\
        tx 1111111111111111111111111111111111111111 cccccccccccccccccccccccccccccccccccccccc 0 4000000000000000 abcd\n";

    #[test]
    fn a_case_is_read() {
        let case = case("tiny", TEXT).unwrap();
        assert_eq!(case.revision, api::Revision::London);
        assert_eq!((case.block.number, case.block.base_fee), (10, 7));
        let callee = &case.accounts[&Address::repeat_byte(0xcc)];
        assert_eq!((callee.nonce, callee.code.as_ref()), (1, [0x60, 1].as_slice()));
        assert_eq!(callee.storage[&U256::from(1)], U256::from(2));
        let transaction = &case.transactions[0];
        assert_eq!((transaction.gas_limit, transaction.fee), (1 << 62, Fee::Price(U256::from(7))));
    }

    #[test]
    fn a_bad_line_is_named() {
        for bad in ["tx 1 2", "env 1 1 zz 0", "acct cc 0 0 -", "spec Atlantis", "what 1"] {
            let error = case("bad", &format!("name bad\n{bad}\n")).unwrap_err();
            assert!(error.starts_with("line 2: "), "{error}");
        }
    }

    #[test]
    fn an_output_is_whole_or_has_its_length() {
        assert_eq!(output("-"), Ok((Bytes::new(), 0)));
        assert_eq!(output("abcd"), Ok((Bytes::from_static(&[0xab, 0xcd]), 2)));
        assert_eq!(output("abcd..(96)"), Ok((Bytes::from_static(&[0xab, 0xcd]), 96)));
        assert!(output("abcd..(x)").is_err());
    }
}
