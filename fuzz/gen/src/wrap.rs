//! A deployed contract put into a case, with calldata that gets past its dispatcher.

use crate::Family;
use crate::draw::{Draw, read};
use crate::mutate::code::instructions;
use crate::sequence::transaction;
use crate::stage::{CONTRACTS, OTHER, SENDER, bare, contract, funded};
use api::{Block, Case, Revision, State, U256};
use arbitrary::Unstructured;
use spec::{limits, op};

/// Selectors that are looked at: more than contracts have functions.
const SELECTORS_MAX: usize = 256;
/// Gas for execution.
const GAS: u64 = 800_000;

/// A case that calls `code` one to three times. Selectors are what the code compares with PUSH4; arguments are
/// words, addresses and lengths. Code beyond what an account may hold is cut off.
pub fn wrap(code: &[u8], u: &mut Unstructured<'_>) -> Case {
    read(u, |d| wrapped(d, code))
}

fn wrapped(d: &mut Draw<'_>, code: &[u8]) -> Case {
    let code = &code[..code.len().min(limits::code(Revision::LATEST))];
    let selectors = selectors(code);
    if d.chance(80) {
        d.revision = d.pick(&Revision::ALL);
    }
    let mut called = contract(code.to_vec());
    for _ in 0..d.below(6) {
        let value = d.word();
        if !value.is_zero() {
            called.storage.insert(U256::from(d.below(12)), value);
        }
    }
    let accounts = State::from([(SENDER, funded()), (OTHER, funded()), (CONTRACTS[0], called)]);
    let block = Block { number: 300, base_fee: 7, timestamp: 1_700_000_000, ..Block::default() };
    let mut case = bare(Family::Call, d.revision, block, accounts);
    case.name = "wrap".to_owned();
    for nonce in 0..d.between(1, 3) {
        let data = calldata(d, &selectors);
        case.transactions.push(transaction(nonce.into(), Some(CONTRACTS[0]), data.into(), GAS, d.revision));
    }
    case
}

/// What follows PUSH4 in the code.
fn selectors(code: &[u8]) -> Vec<[u8; 4]> {
    let pushed = instructions(code).filter(|span| code[span.start] == op::PUSH4);
    pushed.filter_map(|span| code[span.start + 1..span.end].try_into().ok()).take(SELECTORS_MAX).collect()
}

fn calldata(d: &mut Draw<'_>, selectors: &[[u8; 4]]) -> Vec<u8> {
    let mut data = Vec::with_capacity(4 + 32 * 8);
    match selectors {
        [] => {}
        _ if d.chance(12) => data.extend_from_slice(&d.array::<4>()),
        _ => data.extend_from_slice(&d.pick(selectors)),
    }
    for _ in 0..d.below(8) {
        let word = match d.byte() {
            0..=79 => U256::from(d.below(256)),
            80..=119 => {
                let address = d.pick(&[SENDER, OTHER, CONTRACTS[0]]);
                U256::from_be_slice(address.as_slice())
            }
            120..=159 => U256::from(32 * d.below(8)),
            _ => d.word(),
        };
        data.extend_from_slice(&word.to_be_bytes::<32>());
    }
    let rest = d.below(4);
    data.extend_from_slice(d.slice(rest));
    data
}
