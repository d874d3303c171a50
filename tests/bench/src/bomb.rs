//! Bytecode that takes a compiler long, or makes much machine code of little: what somebody would deploy who wants to stop
//! a client that compiles.
//!
//! Compile time is bounded by the length of the code and by the limits of the compiler, which are integer functions of the
//! bytecode. Each shape here is one at which some compiler took seconds.

use crate::workload;
use api::Code;
use spec::op;
use std::path::Path;

/// Bytes of a contract, at most, from Spurious Dragon on; twice that of its initcode from Shanghai on; and more than any
/// limit allows.
pub const LENS: [usize; 4] = [24 << 10, 48 << 10, 64 << 10, 128 << 10];

/// What a bomb begins with and then repeats.
struct Shape {
    name: &'static str,
    first: &'static [u8],
    times: usize,
    repeated: &'static [u8],
}

const fn shape(name: &'static str, (first, times): (&'static [u8], usize), repeated: &'static [u8]) -> Shape {
    Shape { name, first, times, repeated }
}

const SHIFTED_LOADS: &[u8] =
    &[op::CALLDATALOAD, op::CALLDATALOAD, op::CALLDATALOAD, op::SAR, op::MUL, op::MUL, op::JUMPI];
const LOADED_BRANCHES: &[u8] = &[op::CALLDATALOAD, op::JUMPI, op::CALLDATALOAD, op::CALLDATALOAD, op::CALLDATALOAD];
const EXCHANGED_BRANCHES: &[u8] = &[op::SWAP12, op::JUMPI, op::JUMPI, op::BLOCKHASH, op::JUMPI];
const DEEP_QUESTIONS: &[u8] = &[op::DUP16, op::TSTORE, op::GAS, op::EXTCODESIZE, op::GAS, op::GAS];
const QUESTIONS_AND_BRANCHES: &[u8] =
    &[op::SELFBALANCE, op::JUMPI, op::SWAP9, op::TSTORE, op::SELFBALANCE, op::SELFBALANCE, op::JUMPI];

const SHAPES: &[Shape] = &[
    shape("targets", (&[], 0), &[op::JUMPDEST]),
    shape("loads of loads", (&[op::CALLER], 1), &[op::MLOAD]),
    shape("stores", (&[], 0), &[op::JUMPDEST, op::CALLDATASIZE, op::MSIZE, op::MSTORE]),
    shape("calldata", (&[op::CALLER], 1), &[op::CALLDATALOAD]),
    shape("quotients", (&[op::CALLER], 1), &[op::DUP1, op::DIV]),
    shape("products", (&[op::CALLER], 1), &[op::DUP1, op::MUL]),
    shape("modular products", (&[op::CALLER], 1), &[op::DUP1, op::DUP1, op::MULMOD]),
    shape("modular sums", (&[op::CALLER], 1), &[op::DUP1, op::DUP1, op::ADDMOD]),
    shape("shifts", (&[op::CALLER], 1), &[op::DUP1, op::SHL]),
    shape("sums of deep words", (&[op::CALLER], 16), &[op::DUP16, op::ADD]),
    shape("exchanges", (&[op::CALLER], 17), &[op::SWAP16, op::SWAP1]),
    shape("exchanges that are seen", (&[op::CALLER], 17), &[op::SWAP16, op::SWAP1, op::GAS, op::POP]),
    shape("jumps", (&[], 0), &[op::JUMPDEST, op::CALLDATASIZE, op::JUMP]),
    shape("branches", (&[], 0), &[op::JUMPDEST, op::CALLDATASIZE, op::DUP1, op::JUMPI]),
    shape("branches in a row", (&[], 0), &[op::PC, op::PC, op::JUMPI]),
    shape("constants", (&[], 0), &[op::PUSH1, op::PUSH1, op::POP]),
    shape("questions", (&[op::CALLER], 1), &[op::SLOAD]),
    shape("bytes of a high stack", (&[op::CALLER], 1000), &[op::DUP1, op::BYTE]),
    shape("quotients on a high stack", (&[op::CALLER], 60), &[op::SWAP16, op::DIV, op::DUP16]),
    // What `examples/worst` found.
    shape(
        "products from memory",
        (&[], 0),
        &[op::JUMPI, op::MUL, op::MUL, op::MUL, op::MUL, op::MUL, op::MUL, op::MUL],
    ),
    shape("shifts from memory", (&[], 0), &[op::JUMPI, op::SAR, op::SAR, op::SAR, op::SAR, op::SAR, op::SAR, op::SAR]),
    shape("loads of calldata that are shifted", (&[op::CALLER], 1), SHIFTED_LOADS),
    shape("branches on what calldata says", (&[], 0), LOADED_BRANCHES),
    shape("calls and branches", (&[op::CALLER], 60), &[op::MLOAD, op::CALL, op::CALL, op::JUMPI, op::CALL]),
    shape("questions behind shifts", (&[op::CALLER], 1), &[op::SAR, op::CREATE2, op::SLOAD, op::BLOCKHASH, op::JUMPI]),
    shape("branches in a row, exchanged", (&[op::CALLER], 17), EXCHANGED_BRANCHES),
    shape("questions of deep words", (&[], 0), DEEP_QUESTIONS),
    shape("loads that are dropped", (&[], 0), &[op::MLOAD, op::POP]),
    shape("creates and logs", (&[], 0), &[op::CREATE, op::LOG0, op::LOG0]),
    shape("questions and branches", (&[], 0), QUESTIONS_AND_BRANCHES),
    shape("quotients on a higher stack", (&[op::CALLER], 900), &[op::SWAP16, op::DIV, op::DUP16]),
];

/// Every bomb of a length, by name.
pub fn of_len(len: usize) -> impl Iterator<Item = (String, Code)> {
    let code = move |shape: &Shape| {
        let mut bytes = shape.first.repeat(shape.times);
        bytes.extend(shape.repeated.iter().cycle().take(len.saturating_sub(bytes.len())));
        (format!("{}, {} KB", shape.name, len >> 10), Code::new(bytes.into()))
    };
    SHAPES.iter().map(code)
}

/// The highest stack on which so many instructions are still compiled is what takes longest: bombs on both sides of that
/// limit.
pub fn at_the_limit() -> impl Iterator<Item = (String, Code)> {
    let code = |words: usize| {
        let bytes = [vec![op::CALLER; words], [op::DUP1, op::DIV].repeat((900 << 10) / words)].concat();
        (format!("quotients above {words} words"), Code::new(bytes.into()))
    };
    [30, 60, 120, 250, 500, 900].into_iter().map(code)
}

/// The codes of workloads that are bombs.
pub fn workloads(folder: &Path) -> Result<Vec<(String, Code)>, String> {
    let mut all = workload::all(folder)?;
    all.retain(|workload| workload.name.starts_with("bomb_"));
    let codes = all.into_iter().flat_map(|workload| {
        let accounts = workload.case.accounts.into_values().filter(|account| !account.code.is_empty());
        accounts.map(|account| (workload.name.clone(), Code::new(account.code))).collect::<Vec<_>>()
    });
    Ok(codes.collect())
}
