//! Code made to cost much: what comes out stays linear in the code, and right.

use api::{Code, Revision};
use ir::{CODE_LEN_MAX, Options, build, optimise, verify};
use spec::op;

/// Units that are repeated until the code is full.
fn units() -> Vec<Vec<u8>> {
    let hub = |body: &[u8]| [&[op::JUMPDEST], body, &[op::PUSH0, op::JUMPI]].concat();
    vec![
        vec![op::JUMPDEST],
        vec![op::MLOAD],
        vec![op::DUP1 + 15, op::ADD],
        vec![op::DUP1, op::MUL],
        vec![op::SWAP1 + 15, op::POP, op::CALLER],
        vec![op::ISZERO],
        vec![op::SLOAD],
        vec![op::JUMPDEST, op::JUMP],
        vec![op::JUMPDEST, op::DUP1 + 1, op::DUP1 + 1, op::JUMPI],
        vec![op::MSIZE, op::POP, op::PUSH0, op::MLOAD, op::PUSH1, 32, op::MLOAD, op::POP, op::POP],
        hub(&[op::CALLER]),
        hub(&[op::DUP1 + 15, op::CALLER, op::ADD]),
        hub(&[op::SWAP1 + 7, op::CALLER, op::ADD, op::DUP1]),
    ]
}

#[test]
fn what_comes_out_is_linear() {
    for unit in units() {
        for len in [CODE_LEN_MAX / 8, CODE_LEN_MAX] {
            let code = Code::new(unit.repeat(len / unit.len()).into());
            let mut func = build(&code, Revision::Osaka).expect("it is not too long");
            let built: usize = func.blocks.iter().map(|data| data.insts.len()).sum();
            assert!(built <= 4 * len, "{unit:x?}: {built} instructions of {len} bytes");
            optimise(&mut func, &Options::last());
            assert_eq!(verify(&func), Ok(()), "{unit:x?}");
            let args: usize = func.blocks.iter().flat_map(|data| data.edges()).map(|edge| edge.args.len()).sum();
            let insts: usize = func.blocks.iter().map(|data| data.insts.len()).sum();
            assert!(insts + args <= 12 * len, "{unit:x?}: {insts} instructions and {args} arguments of {len} bytes");
        }
    }
}

#[test]
fn longer_code_is_refused() {
    let code = Code::new(vec![op::JUMPDEST; CODE_LEN_MAX + 1].into());
    let refusal = build(&code, Revision::Osaka).map(|_| ()).map_err(|refusal| refusal.to_string());
    assert_eq!(refusal, Err(format!("the code has {} bytes, more than {CODE_LEN_MAX}", CODE_LEN_MAX + 1)));
}
