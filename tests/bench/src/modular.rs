//! Loops of MULMOD and of ADDMOD with a modulus that is a constant of the program, as programs about elliptic curves have
//! them.
//!
//! A loop squares, or doubles, one word again and again, so its bits are as good as random. What it must return is reckoned
//! here by long division: an engine that is fast and wrong is noticed.

use crate::{Expected, Workload, baseline};
use api::{Account, Address, Block, Bytes, Case, Fee, Revision, Transaction, U256, Value};
use spec::op;
use std::collections::BTreeMap;

/// Rounds of a loop.
const ROUNDS: u32 = 5_000;
/// Instructions in a round.
const UNROLLED: u32 = 8;

/// Where a program stands and who calls it.
const CONTRACT: Address = Address::with_last_byte(0xc0);
const SENDER: Address = Address::with_last_byte(0x5e);

/// The moduli by name: what the curves secp256k1 and BN254 are defined over, and a prime just below a power of two.
pub fn moduli() -> [(&'static str, U256); 3] {
    let below = |distance: U256| U256::ZERO.wrapping_sub(distance);
    let bn254 =
        U256::from_limbs([0x3c20_8c16_d87c_fd47, 0x9781_6a91_6871_ca8d, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029]);
    [("secp256k1", below(U256::from((1u64 << 32) + 977))), ("bn254", bn254), ("2^256-189", below(U256::from(189)))]
}

/// The loops: both instructions with each modulus.
pub fn all() -> Result<Vec<Workload>, String> {
    let both = |(name, modulus)| {
        [("mulmod", op::MULMOD), ("addmod", op::ADDMOD)]
            .map(|(kind, opcode)| workload(format!("{kind} {name}"), opcode, modulus))
    };
    moduli().into_iter().flat_map(both).collect()
}

fn workload(name: String, opcode: u8, modulus: U256) -> Result<Workload, String> {
    // Below the modulus, with every limb in use.
    let first = modulus - modulus / U256::from(3);
    let case = case(name.clone(), program(opcode, modulus, first));
    let ended = baseline::ended(&baseline::prepare(&case)?.run()?);
    let apply = |word: U256, _| match opcode {
        op::MULMOD => word.mul_mod(word, modulus),
        _ => word.add_mod(word, modulus),
    };
    let last = (0..ROUNDS * UNROLLED).fold(first, apply);
    let expected = Expected {
        success: true,
        gas_used: ended.gas_used,
        frame_gas_used: ended.gas_used,
        output_prefix: Bytes::copy_from_slice(&last.to_be_bytes::<32>()),
        output_len: 32,
    };
    Ok(Workload { name, case, expected })
}

/// `[rounds, word]` on the stack; the word is replaced by what the instruction makes of it and itself.
fn program(opcode: u8, modulus: U256, first: U256) -> Vec<u8> {
    let word = |word: U256| [vec![op::PUSH32], word.to_be_bytes::<32>().to_vec()].concat();
    let mut code = [vec![op::PUSH4], ROUNDS.to_be_bytes().to_vec(), word(first)].concat();
    let start = code.len() as u8;
    code.push(op::JUMPDEST);
    for _ in 0..UNROLLED {
        code.extend(word(modulus));
        code.extend([op::SWAP1, op::DUP1, opcode]);
    }
    code.extend([op::SWAP1, op::PUSH1, 1, op::SWAP1, op::SUB, op::SWAP1]);
    code.extend([op::DUP2, op::PUSH1, start, op::JUMPI]);
    code.extend([op::PUSH0, op::MSTORE, op::PUSH1, 32, op::PUSH0, op::RETURN]);
    code
}

fn case(name: String, code: Vec<u8>) -> Case {
    let contract = Account { nonce: 1, code: code.into(), ..Account::default() };
    Case {
        name,
        revision: Revision::Osaka,
        chain_id: 1,
        block: Block { gas_limit: u64::MAX, ..Block::default() },
        accounts: BTreeMap::from([(SENDER, Account::default()), (CONTRACT, contract)]),
        transactions: vec![Transaction {
            sender: SENDER,
            nonce: 0,
            to: Some(CONTRACT),
            value: Value::ZERO,
            data: Bytes::new(),
            gas_limit: 100_000_000,
            fee: Fee::Price(U256::ZERO),
            access_list: None,
            blobs: None,
            authorizations: None,
        }],
        gas_uncapped: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ended, engines};
    use api::Watch;

    #[test]
    fn every_engine_ends_every_loop_as_long_division_says() {
        for workload in all().unwrap() {
            for mut engine in engines() {
                let ended = Ended::of(&engine.run(&workload.case, Watch::default()).unwrap()).unwrap();
                assert_eq!(workload.expected.check(&ended), Ok(()), "{} on {}", workload.name, engine.id().name);
            }
        }
    }
}
