//! Chaos is a function of seed and code: it makes other machine code from them, and the same each time.

use api::{Code, Revision};
use spec::op::*;
use std::collections::BTreeSet;
use template::compile::{Blob, aarch64, aarch64_chaos, x86_64, x86_64_chaos};
use template::{Features, Unencodable};

type Make = fn(&Code, Option<u64>) -> Result<Blob, Unencodable>;

const MAKES: [Make; 2] = [
    |code, seed| match seed {
        Some(seed) => x86_64_chaos(code, Revision::Osaka, Features { bmi2: true }, seed),
        None => x86_64(code, Revision::Osaka, Features { bmi2: true }, false),
    },
    |code, seed| match seed {
        Some(seed) => aarch64_chaos(code, Revision::Osaka, seed),
        None => aarch64(code, Revision::Osaka, false),
    },
];

fn code() -> Code {
    let inputs = [PUSH0, CALLDATALOAD, PUSH1, 32, CALLDATALOAD, PUSH1, 64, CALLDATALOAD];
    let words = [DUP2, DUP2, ADD, DUP3, DUP3, MUL, DUP2, SUB, SWAP3, DIV, LT, ISZERO, PUSH1, 40, JUMPI];
    let rest = [PUSH1, 9, SHL, PUSH0, MSTORE, JUMPDEST, PUSH0, MLOAD, PUSH1, 32, MSTORE, STOP];
    let code = [&inputs[..], &words, &[STOP; 17], &[JUMPDEST], &rest].concat();
    Code::new(code.into())
}

#[test]
fn the_same_seed_makes_the_same_code_and_others_make_others() {
    let code = code();
    for make in MAKES {
        let bytes = |seed| make(&code, seed).expect("it can be encoded").bytes;
        let all: BTreeSet<Vec<u8>> = (0..32).map(|seed| bytes(Some(seed))).collect();
        assert!(all.len() > 24, "{} kinds of code from 32 seeds", all.len());
        assert!(!all.contains(&bytes(None)));
        assert_eq!(bytes(Some(3)), bytes(Some(3)));
    }
}

/// Words that go home make code longer, builtins make it shorter.
#[test]
fn code_becomes_longer_and_shorter() {
    let code = code();
    for make in MAKES {
        let len = |seed| make(&code, seed).map(|blob| blob.sections_len()).expect("it can be encoded");
        let count = |is: fn(&usize, &usize) -> bool| (0..32).filter(|seed| is(&len(Some(*seed)), &len(None))).count();
        let (longer, shorter) = (count(usize::gt), count(usize::lt));
        assert!(longer > 8 && shorter > 4, "{longer} of 32 seeds make more code and {shorter} less");
    }
}
