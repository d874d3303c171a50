//! Creates: initcode that deploys, reverts, halts, stores or destroys itself, addresses that are taken, code that may
//! not be deployed; then the new account is looked at and called. Destruction of contracts that were there before.

use crate::Feature;
use crate::draw::Draw;
use crate::family::call::{Call, call};
use crate::family::soup::soup;
use crate::program::Program;
use crate::stage::{CONTRACTS, Draft, contract};
use api::{Account, Revision, U256};
use spec::{limits, op};
use std::collections::BTreeMap;

/// Gas for a program that creates a few times.
const GAS: u64 = 450_000;

pub(super) fn draft(d: &mut Draw<'_>) -> Draft {
    let mut p = Program::new(d.revision);
    let rounds = d.between(1, 4);
    let mut init = initcode(d);
    for round in 0..rounds {
        match d.byte() {
            0..=159 => {
                if d.chance(110) {
                    init = initcode(d);
                }
                create(d, &mut p, &init);
            }
            _ => {
                let out = 32 * d.below(4);
                call(d, &mut p, Call { target: CONTRACTS[1], gas: 50_000, out });
            }
        }
        p.store_at(0x300 + 32 * round);
        if d.chance(60) {
            look(d, &mut p, CONTRACTS[1]);
            p.store_at(0x3a0);
        }
    }
    let len = 32 * rounds + 0x300;
    let ending = d.ending();
    d.finish(&mut p, len, ending);
    cast(d, p.finish())
}

/// The creator, a contract that destroys itself, and sometimes somebody at the address that comes next.
fn cast(d: &mut Draw<'_>, code: Vec<u8>) -> Draft {
    let destroyer = destroyer(d);
    let mut draft = Draft::of_all(vec![code, destroyer]);
    draft.gas = Some(GAS);
    if d.chance(16) {
        let first = CONTRACTS[0].create(1);
        let slot = BTreeMap::from([(U256::ONE, U256::ONE)]);
        let taken = match d.below(4) {
            0 => contract(vec![op::STOP]),
            1 => Account { nonce: 1, ..Account::default() },
            2 => Account { storage: slot, ..Account::default() },
            _ => Account { balance: U256::from(5), ..Account::default() },
        };
        draft.accounts.push((first, taken));
    } else if d.chance(8) {
        // EIP-2681: a creator whose nonce cannot grow.
        let code = std::mem::take(&mut draft.codes[0]);
        draft.accounts.push((CONTRACTS[0], Account { nonce: limits::NONCE, ..contract(code) }));
    }
    draft
}

/// Creates once; leaves one word that depends on what became of it.
fn create(d: &mut Draw<'_>, p: &mut Program, init: &[u8]) {
    let len = init.len() as u32;
    p.copy_data(0, init);
    let salted = d.has_op(op::CREATE2) && d.chance(110);
    if salted {
        // Few salts, so that one is used twice.
        p.push_number(d.below(2));
    }
    match d.byte() {
        0..=231 => p.push_number(len),
        232..=251 if d.has(Feature::Faults) => p.push_number(limits::initcode(Revision::LATEST) as u32 + 1),
        _ => p.push_number(len + 33),
    }
    p.push_number(0);
    d.push_value(p);
    p.op(if salted { op::CREATE2 } else { op::CREATE });
    if d.since(Revision::Byzantium) && d.has(Feature::ReturnData) {
        p.op(op::RETURNDATASIZE);
        p.store_at(0x280);
    }
    for _ in 0..d.below(4) {
        p.op(op::DUP1);
        match d.byte() {
            0..=63 => p.op(op::EXTCODESIZE),
            64..=127 => p.op(op::BALANCE),
            128..=175 if d.has_op(op::EXTCODEHASH) => p.op(op::EXTCODEHASH),
            _ => {
                (0..5).for_each(|_| p.push_number(0));
                p.op(op::DUP1 + 5);
                p.push_number(20_000);
                p.op(op::CALL);
                p.ops(&[op::SWAP1, op::POP]);
            }
        }
        p.op(op::XOR);
    }
}

/// Looks at an account.
fn look(d: &mut Draw<'_>, p: &mut Program, address: api::Address) {
    p.push_address(address);
    let opcode = d.pick(&[op::BALANCE, op::EXTCODESIZE, op::EXTCODEHASH]);
    p.op(if d.has_op(opcode) { opcode } else { op::BALANCE });
}

/// Code that destroys itself, with or without its balance going somewhere else.
fn destroyer(d: &mut Draw<'_>) -> Vec<u8> {
    let mut p = Program::new(d.revision);
    let len = d.below(3);
    soup(d, &mut p, len);
    if d.chance(128) {
        p.op(op::ADDRESS)
    } else {
        d.push_account(&mut p)
    }
    p.op(op::SELFDESTRUCT);
    p.finish()
}

/// Initcode with an effect and one of the ends that initcode can have.
fn initcode(d: &mut Draw<'_>) -> Vec<u8> {
    let mut p = Program::new(d.revision);
    for _ in 0..d.below(3) {
        p.push_number(d.between(1, 9));
        p.push_number(d.below(2));
        p.op(if d.has(Feature::Transient) && d.has_op(op::TSTORE) { op::TSTORE } else { op::SSTORE });
    }
    match d.byte() {
        0..=99 => {
            let runtime = runtime(d);
            p.copy_data(0, &runtime);
            give(&mut p, op::RETURN, runtime.len() as u32);
        }
        100..=129 => give(&mut p, op::RETURN, 0),
        130..=169 if d.since(Revision::Byzantium) => {
            d.push_word(&mut p);
            p.store_at(0);
            give(&mut p, op::REVERT, 32);
        }
        170..=184 => {
            p.push_number(0xef);
            p.push_number(0);
            p.op(op::MSTORE8);
            let len = d.between(1, 23);
            give(&mut p, op::RETURN, len);
        }
        185..=194 => give(&mut p, op::RETURN, limits::code(Revision::LATEST) as u32 + d.below(2)),
        195..=219 => {
            if d.chance(128) {
                p.op(op::ADDRESS)
            } else {
                d.push_account(&mut p)
            }
            p.op(op::SELFDESTRUCT);
        }
        220..=229 => p.op(op::INVALID),
        230..=239 => {
            let len = d.below(8);
            soup(d, &mut p, len);
        }
        _ => p.op(op::STOP),
    }
    p.finish()
}

fn give(p: &mut Program, end: u8, len: u32) {
    p.push_number(len);
    p.push_number(0);
    p.op(end);
}

/// A few instructions that answer a call.
fn runtime(d: &mut Draw<'_>) -> Vec<u8> {
    let mut p = Program::new(d.revision);
    let len = d.below(6);
    soup(d, &mut p, len);
    let ending = d.child_ending();
    d.finish(&mut p, 0, ending);
    p.finish()
}
