//! Inputs from inputs: a case is changed as a case, and stays one.

use alloy_primitives::keccak256;
use api::{Bytes, Case};
use arbitrary::Unstructured;
use format::binary;
use r#gen::{Profile, from_seed};

/// Of 16 mutations, how many begin with a new case.
const FRESH: u32 = 1;
/// How many leave the code of an account to the fuzzer, which knows its dictionary and what it compared.
const BYTES: u32 = 4;

/// The input with a few changes, at most `len_max` bytes; `None` if it grew beyond. What is no case becomes one. `bytes` changes a
/// code in the fuzzer's own way.
pub fn mutate(data: &[u8], len_max: usize, seed: u32, bytes: impl FnOnce(&mut Vec<u8>)) -> Option<Vec<u8>> {
    let entropy = entropy(seed);
    let mutant = match (read(data), seed % 16) {
        (Some(case), FRESH..16) if seed % 16 < FRESH + BYTES => code_changed(case, entropy[0], bytes),
        (Some(case), FRESH..16) => r#gen::mutate(case, &mut Unstructured::new(&entropy[1..])),
        _ => from_seed(seed.into(), data.len() as u64, &Profile::default()),
    };
    written(&mutant, len_max)
}

/// The left input with something of the right one; `None` if either is no case or the child is too long.
pub fn crossover(left: &[u8], right: &[u8], len_max: usize, seed: u32) -> Option<Vec<u8>> {
    let (left, right) = (read(left)?, read(right)?);
    written(&r#gen::crossover(left, &right, &mut Unstructured::new(&entropy(seed))), len_max)
}

fn read(data: &[u8]) -> Option<Case> {
    binary::read(data, "input").ok().map(|file| file.case)
}

fn written(case: &Case, len_max: usize) -> Option<Vec<u8>> {
    let bytes = binary::write(case);
    (bytes.len() <= len_max && !case.transactions.is_empty()).then_some(bytes)
}

/// The code of one account, changed as bytes.
fn code_changed(mut case: Case, choice: u8, bytes: impl FnOnce(&mut Vec<u8>)) -> Case {
    let mut with_code: Vec<&mut Bytes> = case.accounts.values_mut().map(|account| &mut account.code).collect();
    with_code.retain(|code| !code.is_empty());
    let n = with_code.len();
    if let Some(code) = with_code.get_mut(usize::from(choice) % n.max(1)) {
        let mut changed = code.to_vec();
        bytes(&mut changed);
        **code = changed.into();
    }
    case
}

/// Bytes for the mutators, all of them from the seed.
fn entropy(seed: u32) -> Vec<u8> {
    let block = |n: u8| keccak256([&seed.to_be_bytes()[..], &[n]].concat());
    (0..8).flat_map(|n| block(n).0).collect()
}
