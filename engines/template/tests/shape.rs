//! The shape of machine code: the same bytes every time, every byte an instruction, no carry lost on the way.

mod support;

use api::{Code, Revision};
use spec::op;
use std::collections::BTreeSet;
use support::Asm;
use template::{Blob, EXPANSION_MAX, Features, compile};
use yaxpeax_arch::LengthedInstruction;
use yaxpeax_x86::long_mode::{InstDecoder, Instruction};

const FEATURES: [Features; 2] = [Features { bmi2: false }, Features { bmi2: true }];

/// Programs that reach every row of the table, in straight lines, in loops and cut off, by a fixed generator.
fn programs() -> Vec<Code> {
    let mut programs: Vec<Vec<u8>> = spec::table::ROWS.iter().map(|row| vec![row.opcode; 9]).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for len in (1..200).map(|i| i * 7) {
        let mut program = Vec::with_capacity(len);
        while program.len() < len {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let random = (state >> 33) as usize;
            // Constants, words from below and jump targets make sections that pass their checks and long windows.
            match random % 8 {
                0 => program.extend([op::PUSH1, (random >> 8) as u8]),
                1 => program.push(op::DUP1 + (random >> 8) as u8 % 16),
                2 => program.push(op::SWAP1 + (random >> 8) as u8 % 16),
                3 => program.extend([op::PUSH1, 0, op::CALLDATALOAD]),
                4 => program.extend([op::JUMPDEST, op::PUSH1, (random >> 8) as u8, op::JUMPI]),
                _ => program.push(spec::table::ROWS[(random >> 8) % spec::table::ROWS.len()].opcode),
            }
        }
        programs.push(program);
    }
    programs.into_iter().map(|program| Code::new(program.into())).collect()
}

fn blob(code: &Code, features: Features, checkpoints: bool) -> Blob {
    compile::x86_64(code, Revision::Osaka, features, checkpoints).unwrap()
}

fn instructions(bytes: &[u8]) -> Vec<(usize, Instruction)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let instruction = InstDecoder::default().decode_slice(&bytes[at..]);
        let instruction = instruction.unwrap_or_else(|error| panic!("{error} at {at} of {:x?}", &bytes[at..]));
        found.push((at, instruction));
        at += instruction.len().to_const() as usize;
    }
    assert_eq!(at, bytes.len(), "the last instruction is whole");
    found
}

#[test]
fn every_byte_decodes_and_every_entry_is_an_instruction() {
    for code in programs() {
        for features in FEATURES {
            for checkpoints in [false, true] {
                let blob = blob(&code, features, checkpoints);
                let starts: BTreeSet<usize> = instructions(&blob.bytes).into_iter().map(|(at, _)| at).collect();
                for pc in 0..=code.len() as u32 {
                    if let Some(entry) = blob.entry(pc) {
                        assert!(starts.contains(&(entry as usize)), "the entry for {pc} is inside an instruction");
                    }
                }
            }
        }
    }
}

#[test]
fn the_same_bytes_on_every_thread() {
    let all = || -> Vec<Blob> {
        let programs = programs();
        programs.iter().flat_map(|code| FEATURES.map(|features| blob(code, features, false))).collect()
    };
    let first = all();
    let threads: Vec<_> = (0..3).map(|_| std::thread::spawn(all)).collect();
    for thread in threads {
        assert!(thread.join().unwrap() == first, "another thread compiled other bytes");
    }
}

/// `mulx` and the shifts of BMI2 only where they were asked for.
#[test]
fn features_are_an_input() {
    let mut asm = Asm::default();
    asm.input(api::U256::MAX).byte(op::DUP1).byte(op::MUL).store(0);
    let code = Code::new(asm.code.into());
    let has_mulx =
        |features| instructions(&blob(&code, features, false).bytes).iter().any(|(_, i)| text(i).starts_with("mulx"));
    assert!(has_mulx(FEATURES[1]));
    for code in programs() {
        let used = instructions(&blob(&code, FEATURES[0], false).bytes);
        assert!(used.iter().all(|(_, instruction)| !text(instruction).starts_with("mulx")));
    }
}

fn text(instruction: &Instruction) -> String {
    instruction.to_string()
}

/// A carry is made right before it is used: between the two stand only moves, `mulx`, and instructions that pass it on.
#[test]
fn nothing_destroys_a_carry_that_is_used() {
    for code in programs() {
        for features in FEATURES {
            assert_eq!(broken_carry(&instructions(&blob(&code, features, true).bytes)), None);
        }
    }
}

/// The first instruction that uses a carry that no addition or subtraction made.
fn broken_carry(instructions: &[(usize, Instruction)]) -> Option<String> {
    let mut alive = false;
    for (at, instruction) in instructions {
        let text = text(instruction);
        match text.split_whitespace().next().unwrap_or_default() {
            "adc" | "sbb" | "setb" | "setae" if !alive => return Some(format!("{text} at {at:x}")),
            "adc" | "sbb" | "setb" | "setae" => {}
            "add" | "sub" | "cmp" => alive = true,
            "mov" | "movups" | "mulx" | "lea" | "push" | "pop" | "bswap" | "not" | "movzx" => {}
            "setz" | "setnz" | "setl" | "setge" => {}
            name if name.starts_with('j') => {}
            _ => alive = false,
        }
    }
    None
}

#[test]
fn a_destroyed_carry_is_seen() {
    // add rax, rcx; imul rax, rcx; adc rdx, 0
    let bytes = [0x48, 0x01, 0xc8, 0x48, 0x0f, 0xaf, 0xc1, 0x48, 0x83, 0xd2, 0x00];
    assert!(broken_carry(&instructions(&bytes)).unwrap().starts_with("adc"));
    assert_eq!(broken_carry(&instructions(&[bytes[..3].to_vec(), bytes[7..].to_vec()].concat())), None);
}

/// One small program, instruction by instruction: what a change of the walk or the back end changes is seen here.
#[test]
fn listing() {
    let code = [op::JUMPDEST, op::PUSH1, 1, op::SWAP1, op::SUB, op::DUP1, op::PUSH0, op::JUMPI];
    let blob = blob(&Code::new(code.to_vec().into()), FEATURES[1], false);
    let first = blob.entry(0).unwrap() as usize;
    let lines: Vec<String> = instructions(&blob.bytes)
        .into_iter()
        .filter(|(at, _)| *at >= first)
        .map(|(_, instruction)| text(&instruction))
        .collect();
    let end = lines.iter().position(|line| line.starts_with("jnz")).expect("a loop ends with a branch") + 1;
    let expect = include_str!("listing.txt");
    let found = lines[..end].join("\n") + "\n";
    assert!(found == expect, "the listing changed: expected\n{expect}found\n{found}");
}

/// What a blob has once it has only if something goes there.
#[test]
fn shared_code_is_there_if_it_is_used() {
    let has = |bytes: &[u8], start: &str| {
        let blob = blob(&Code::new(bytes.to_vec().into()), FEATURES[1], false);
        instructions(&blob.bytes).iter().any(|(_, i)| text(i).starts_with(start))
    };
    assert!(!has(&[op::CALLER, op::POP], "call qword"));
    assert!(has(&[op::EXP], "call qword"));
    assert!(has(&[op::SLOAD], "call qword"));
    assert!(has(&[op::MLOAD], "call qword"));
    assert!(!has(&[op::EXP], "div"));
    assert!(has(&[op::SMOD], "div"));
}

/// What stores two limbs of zeros reads a register that builtins may use.
#[test]
fn zero_is_made_again_behind_every_builtin() {
    for code in programs() {
        let all = instructions(&blob(&code, FEATURES[1], true).bytes);
        let texts: Vec<String> = all.iter().map(|(_, instruction)| text(instruction)).collect();
        for i in (0..texts.len()).filter(|i| texts[*i].starts_with("call qword")) {
            let behind = texts[i + 1..].iter().take_while(|text| !text.starts_with('j') && *text != "ret");
            assert!(behind.into_iter().any(|text| text == "xorps xmm0, xmm0"), "{:?}", &texts[i..]);
        }
        assert!(
            texts
                .iter()
                .all(|text| !text.contains("xmm0") || text.starts_with("movups xmmword") || text.starts_with("xorps"))
        );
    }
}

/// Code that makes much of little stays within a bound that is linear in its length, and fits the arena.
#[test]
fn bombs_stay_linear() {
    let deep = [vec![op::CALLDATASIZE; 900], [op::SWAP16, op::DIV, op::DUP16].repeat(400)].concat();
    let mut bombs = vec![deep];
    for pattern in [
        &[op::JUMPDEST][..],
        &[op::MLOAD],
        &[op::CALLDATALOAD],
        &[op::DUP1, op::MUL],
        &[op::DUP1, op::SHL],
        &[op::DUP1, op::DIV],
        &[op::JUMPI],
        &[op::DUP16, op::ADD],
        &[op::SWAP16],
        &[op::SWAP1, op::SWAP16, op::GAS],
        &[op::SLOAD],
        &[op::PC, op::MSTORE],
        // The worst that `cargo run --release -p una-bench --example worst` found.
        &[op::JUMPI, op::MUL, op::MUL, op::MUL, op::MUL, op::MUL, op::MUL, op::MUL],
        &[op::JUMPI, op::SAR, op::SAR, op::SAR, op::SAR, op::SAR, op::SAR, op::SAR],
        &[op::CALLDATALOAD, op::CALLDATALOAD, op::CALLDATALOAD, op::SAR, op::MUL, op::MUL, op::JUMPI],
        &[op::SAR, op::CREATE2, op::SLOAD, op::BLOCKHASH, op::JUMPI],
    ] {
        bombs.push(pattern.repeat(24 * 1024 / pattern.len()));
        // With a target between, so that windows stay small and heads pass.
        let with_target = [&[op::JUMPDEST][..], pattern].concat();
        bombs.push(with_target.repeat(32 * 1024 / with_target.len()));
    }
    for bomb in bombs {
        let len = bomb.len();
        let name = format!("{:x?}", &bomb[..4]);
        let code = Code::new(bomb.into());
        let aarch64 = compile::aarch64(&code, Revision::Osaka, true).unwrap();
        for blob in [blob(&code, FEATURES[1], true), aarch64] {
            assert!(blob.len() <= 2048 + EXPANSION_MAX * len, "{name}: {} bytes from {len}", blob.len());
        }
    }
}

/// What takes several times as long to encode as all else is compiled where there is less of it.
#[test]
fn the_longest_instructions_are_counted() {
    for (opcode, most) in [(op::CALLDATALOAD, 80_000 / 3), (op::MLOAD, 80_000 / 2), (op::NOT, 80_000)] {
        // The caller and the STOP behind the code count too.
        for (count, fits) in [(most - 2, true), (most + 1, false)] {
            let code = Code::new([vec![op::CALLER], vec![opcode; count]].concat().into());
            let blob = compile::x86_64(&code, Revision::Osaka, FEATURES[1], false);
            assert_eq!(blob.is_ok(), fits, "{count} of {opcode:#x}");
        }
    }
}

/// Instructions in the middle of a high stack cost as much as the stack is high: too much of it is refused, by the bytecode
/// alone, and less of it is compiled.
#[test]
fn code_that_takes_long_to_compile_is_refused() {
    let bomb = |words: usize, pairs: usize| {
        Code::new([vec![op::CALLER; words], [op::DUP1, op::BYTE].repeat(pairs)].concat().into())
    };
    let compiles = |code: &Code| {
        let aarch64 = template::compile::aarch64(code, Revision::Osaka, false).is_ok();
        assert_eq!(template::compile::x86_64(code, Revision::Osaka, Features::default(), false).is_ok(), aarch64);
        aarch64
    };
    assert!(!compiles(&bomb(1000, 30_000)));
    assert!(compiles(&bomb(1000, 500)));
    assert!(compiles(&bomb(10, 30_000)));
}
