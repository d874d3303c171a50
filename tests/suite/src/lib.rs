//! What the tests of every engine have in common: small cases, and one place that knows the engines.

use api::{
    Account, Address, Block, Case, Checkpoint, Engine, Fee, Flow, Frame, Observer, Outcome, Receipt, Revision,
    Transaction, U256, Value, Watch,
};
use spec::op;
use std::collections::BTreeMap;
use std::path::PathBuf;

pub mod code;

/// The account that sends.
pub const SENDER: Address = Address::with_last_byte(0x5e);
/// The account that is called.
pub const CONTRACT: Address = Address::with_last_byte(0xc0);

/// Every canonical point that is reported.
#[derive(Default)]
pub struct Recorder(pub Vec<Checkpoint>);

impl Observer for Recorder {
    fn checkpoint(&mut self, checkpoint: &Checkpoint, _: &Frame) -> Flow {
        self.0.push(*checkpoint);
        Flow::Continue
    }
}

/// A case in which [`SENDER`] calls [`CONTRACT`] with this code and calldata.
pub fn call_case(revision: Revision, code: Vec<u8>, data: Vec<u8>) -> Case {
    let sender = Account { balance: U256::from(10).pow(U256::from(20)), ..Account::default() };
    let contract = Account { code: code.into(), nonce: 1, ..Account::default() };
    Case {
        name: "call".into(),
        revision,
        chain_id: 1,
        block: Block { gas_limit: u64::MAX, ..Block::default() },
        accounts: BTreeMap::from([(SENDER, sender), (CONTRACT, contract)]),
        transactions: vec![Transaction {
            sender: SENDER,
            nonce: 0,
            to: Some(CONTRACT),
            value: Value::ZERO,
            data: data.into(),
            gas_limit: 10_000_000,
            fee: Fee::Price(U256::from(10)),
            access_list: None,
            blobs: None,
            authorizations: None,
        }],
        gas_uncapped: true,
    }
}

/// The same with plenty of gas, which costs nothing.
pub fn with_gas(mut case: Case, gas_limit: u64) -> Case {
    case.transactions[0].gas_limit = gas_limit;
    case.transactions[0].fee = Fee::Price(U256::ZERO);
    case
}

/// Runs a case on one engine, everything recorded.
pub fn run(engine: &mut dyn Engine, case: &Case) -> Outcome {
    let name = engine.id().name;
    engine.run(case, Watch::exact()).unwrap_or_else(|error| panic!("{name}: {}: {error}", case.name))
}

/// The receipt of the first transaction.
pub fn receipt(outcome: &Outcome) -> &Receipt {
    outcome.transactions[0].receipt().expect("the transaction is valid")
}

/// Runs a case on every registered engine, requires one exact outcome, and returns it.
pub fn run_all(engines: &mut [Box<dyn Engine>], case: &Case) -> Outcome {
    let mut outcomes = engines.iter_mut().map(|engine| (engine.id().name, run(engine.as_mut(), case)));
    let (judge, first) = outcomes.next().expect("there is an engine");
    for (name, outcome) in outcomes {
        assert_eq!(outcome, first, "{name} and {judge} differ on {}", case.name);
    }
    first
}

/// Code that leaves one word on the stack and returns it.
pub fn returning(mut code: Vec<u8>) -> Vec<u8> {
    code.extend([op::PUSH1, 0, op::MSTORE, op::PUSH1, 32, op::PUSH1, 0, op::RETURN]);
    code
}

/// Where the official fixtures are; `None` if `UNANIMOUS_FIXTURES` is not set.
pub fn fixtures() -> Option<PathBuf> {
    std::env::var_os("UNANIMOUS_FIXTURES").map(PathBuf::from)
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folders of the corpus that hold cases.
pub const FOLDERS: [&str; 4] = ["ops", "eips", "found", "cost"];

/// Name, path and text of every case file in a folder of the corpus.
pub fn files(folder: &str) -> Vec<(String, PathBuf, String)> {
    let folder = repository().join("corpus").join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "evm"));
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_stem().expect("it has an ending").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        (name, path, text)
    };
    paths.into_iter().map(read).collect()
}
