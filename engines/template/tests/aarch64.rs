//! Machine code for aarch64, which is the same on every host: a listing that people have read, and what must hold for
//! whatever is emitted.
//!
//! `BLESS=1` rewrites the listing.

#![allow(clippy::disallowed_methods, reason = "a test may read the file beside it")]

use api::{Code, Revision};
use spec::op;
use std::fmt::Write;
use std::path::PathBuf;
use template::compile::{Blob, aarch64};
use yaxpeax_arch::{Decoder, U8Reader};
use yaxpeax_arm::armv8::a64::InstDecoder;

fn blob(bytes: &[u8], checkpoints: bool) -> Blob {
    aarch64(&Code::new(bytes.to_vec().into()), Revision::Osaka, checkpoints).expect("every branch reaches")
}

/// Offset and text of every instruction. Fails where there is none.
fn listing(blob: &Blob) -> Vec<(usize, String)> {
    assert_eq!(blob.len() % 4, 0);
    let decode = |(i, bytes): (usize, &[u8])| match InstDecoder::default().decode(&mut U8Reader::new(bytes)) {
        Ok(instruction) => (4 * i, instruction.to_string()),
        Err(error) => panic!("no instruction at {:#x}: {bytes:x?}: {error}", 4 * i),
    };
    blob.bytes.chunks(4).enumerate().map(decode).collect()
}

/// A program for each kind of section, small enough to be read.
fn programs() -> Vec<(&'static str, Vec<u8>)> {
    let two = |rest: &[u8]| [&[op::PUSH0, op::CALLDATALOAD, op::PUSH1, 32, op::CALLDATALOAD], rest].concat();
    let one = |rest: &[u8]| [&[op::PUSH0, op::CALLDATALOAD], rest].concat();
    vec![
        ("sum", two(&[op::ADD, op::PUSH0, op::MSTORE])),
        ("difference of what lies on the stack", vec![op::JUMPDEST, op::SUB]),
        ("product", two(&[op::MUL, op::PUSH0, op::MSTORE])),
        ("product by a small number", one(&[op::PUSH1, 7, op::MUL, op::PUSH0, op::MSTORE])),
        ("signed comparison and branch", two(&[op::SLT, op::PUSH1, 9, op::JUMPI, op::JUMPDEST])),
        ("equality as a word", two(&[op::EQ, op::PUSH0, op::MSTORE])),
        ("shift over limbs", one(&[op::PUSH1, 100, op::SHR, op::PUSH0, op::MSTORE])),
        ("shift by an unknown amount", two(&[op::SHL, op::PUSH0, op::MSTORE])),
        ("signed shift by an unknown amount", two(&[op::SAR, op::PUSH0, op::MSTORE])),
        ("signed quotient, with what is shared", two(&[op::SDIV, op::PUSH0, op::MSTORE])),
        ("mask", one(&[op::PUSH4, 0xff, 0xff, 0, 0, op::AND, op::PUSH0, op::MSTORE])),
        ("unknown offsets", two(&[op::MSTORE, op::PUSH0, op::MLOAD, op::MSTORE8])),
        ("jump to where the stack says", vec![op::JUMPDEST, op::JUMP]),
        ("exchange", vec![op::SWAP1, op::PUSH0, op::POP, op::PUSH1, 1, op::SSTORE]),
        ("builtin between registers", two(&[op::DUP2, op::DUP2, op::EXP, op::ADD, op::GAS])),
    ]
}

#[test]
fn the_listing_is_the_one_that_was_read() {
    let mut text = String::new();
    for (name, bytes) in programs() {
        let blob = blob(&bytes, false);
        // The way in and what is shared differ in places only, and are shown where something of it is new.
        let entry = blob.entry(0).unwrap() as usize;
        let shown = if text.is_empty() || name.ends_with("with what is shared") {
            0..blob.len()
        } else {
            entry..blob.sections_len()
        };
        writeln!(text, "{name}: {}", hex(&bytes)).unwrap();
        for (at, line) in listing(&blob).iter().filter(|(at, _)| shown.contains(at)) {
            writeln!(text, "  {at:4x}  {line}").unwrap();
        }
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/aarch64.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let read = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = text.lines().zip(read.lines()).find(|(found, expected)| found != expected);
    assert!(text == read, "{differs:?}\nto accept: BLESS=1 cargo test -p una-template --test aarch64");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Two thousand pseudo-random bytes.
fn random(seed: u64) -> Vec<u8> {
    let mut state = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    (0..2000).map(|_| next()).collect()
}

#[test]
fn every_instruction_is_one() {
    for seed in 0..64 {
        for checkpoints in [false, true] {
            for (at, line) in listing(&blob(&random(seed), checkpoints)) {
                let mut words = line.split(|c: char| !c.is_alphanumeric());
                assert!(!words.any(|word| ["x18", "w18"].contains(&word)), "{at:#x}: {line}: a register of the system");
            }
        }
    }
}

#[test]
fn code_is_the_same_on_every_thread() {
    let all = || (0..16).map(|seed| blob(&random(seed), false)).collect::<Vec<_>>();
    let here = all();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(all)).collect();
        for thread in threads {
            assert!(thread.join().unwrap() == here);
        }
    });
}

/// A conditional branch reaches 1 MiB, so what ends beyond is encoded with branches that reach further.
#[test]
fn far_branches_reach() {
    let product = [op::DUP2, op::DUP2, op::MUL, op::POP];
    let body = |times: usize| [&[op::JUMPDEST][..], &product.repeat(times)].concat();
    let (near, far) = (blob(&body(4000), false), blob(&body(16000), false));
    assert!(near.len() < 1 << 20 && far.len() > 1 << 20, "{} and {} bytes", near.len(), far.len());
    let first = |blob: &Blob| listing(blob).into_iter().find(|(_, line)| line.starts_with("b.")).unwrap().1;
    assert_eq!((&first(&near)[..4], &first(&far)[..4]), ("b.lo", "b.hs"), "{} and {}", first(&near), first(&far));
}
