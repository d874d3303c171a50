//! What machine code looks like, for both architectures on either host.

use api::{Code, Revision};
use cranelift::{Arch, Blob, Features, Options, Refused, Target, compile};
use spec::op;
use yaxpeax_arch::{Decoder, LengthedInstruction, U8Reader};

const X86_64: Target = Target { arch: Arch::x86_64, features: Features { bmi1: true, bmi2: true, lzcnt: true } };
const AARCH64: Target = Target { arch: Arch::aarch64, features: Features { bmi1: false, bmi2: false, lzcnt: false } };

fn compiled(bytes: &[u8], target: Target, options: &str, checkpoints: bool) -> Result<Blob, Refused> {
    let options: Options = options.parse().expect("options");
    compile(&Code::new(bytes.to_vec().into()), Revision::Osaka, target, &options, checkpoints)
}

/// Every instruction of the table that pops at most what is on the stack, each in a section of its own and all together.
fn everything() -> Vec<u8> {
    let mut bytes = Vec::new();
    for row in spec::table::TABLE.iter().flatten().filter(|row| row.is_defined(Revision::Osaka)) {
        bytes.push(op::JUMPDEST);
        (0..row.pops).for_each(|i| bytes.extend([op::PUSH1, 32 + i]));
        bytes.push(op::CALLDATASIZE);
        bytes.push(op::POP);
        bytes.push(row.opcode);
        bytes.extend(vec![0x5b; usize::from(row.immediate)]);
    }
    bytes
}

#[test]
fn code_for_aarch64_is_made_on_any_host() {
    for (options, checkpoints) in [("", false), ("opt=none", false), ("region=64", true), ("passes=0", false)] {
        let blob = compiled(&everything(), AARCH64, options, checkpoints).expect("it compiles");
        let decoder = yaxpeax_arm::armv8::a64::InstDecoder::default();
        for (i, region) in blob.regions.iter().enumerate() {
            // The way in stands first: up to the jump through the table everything is an instruction.
            let mut decoded = 0;
            for word in blob.bytes[*region as usize..].chunks(4) {
                match decoder.decode(&mut U8Reader::new(word)) {
                    Ok(instruction) if instruction.to_string().starts_with("br ") => break,
                    Ok(_) => decoded += 1,
                    Err(error) => panic!("region {i} with {options}: {error} after {decoded} instructions"),
                }
            }
            assert!(decoded > 8, "region {i} with {options}: {decoded} instructions");
        }
    }
}

#[test]
fn code_for_x86_64_uses_features_that_are_given_and_no_others() {
    let bytes = [
        op::PUSH0,
        op::CALLDATALOAD,
        op::PUSH1,
        32,
        op::CALLDATALOAD,
        op::DUP2,
        op::MUL,
        op::CLZ,
        op::PUSH0,
        op::SSTORE,
    ];
    let uses = |features: Features, name: &str| {
        let blob = compiled(&bytes, Target { arch: Arch::x86_64, features }, "", false).expect("it compiles");
        listing(&blob).iter().any(|line| line.starts_with(name))
    };
    let all = Features { bmi1: true, bmi2: true, lzcnt: true };
    for (name, without) in [("lzcnt", Features { lzcnt: false, ..all }), ("mulx", Features { bmi2: false, ..all })] {
        assert!(uses(all, name), "{name}");
        assert!(!uses(without, name), "{name}");
    }
}

/// The instructions of the regions up to what cannot be decoded.
fn listing(blob: &Blob) -> Vec<String> {
    let decoder = yaxpeax_x86::amd64::InstDecoder::default();
    let mut lines = Vec::new();
    let mut at = 0;
    while at < blob.len() {
        match decoder.decode_slice(&blob.bytes[at..]) {
            Ok(instruction) => {
                lines.push(instruction.to_string());
                at += instruction.len().to_const() as usize;
            }
            Err(_) => at += 1,
        }
    }
    lines
}

/// Blocks become regions of a bounded size, and a region alone is a region too.
#[test]
fn regions_are_cut_by_their_size() {
    let bytes = everything();
    let [one, few, many] =
        ["region=100000", "region=4000", "region=1"].map(|options| compiled(&bytes, X86_64, options, false).unwrap());
    assert_eq!(one.regions.len(), 1);
    assert!((2..30).contains(&few.regions.len()), "{}", few.regions.len());
    assert_eq!(many.regions.len(), many.entries.iter().filter(|entry| **entry != 0).count());
    for blob in [&one, &few, &many] {
        assert!(blob.regions.iter().all(|start| start.is_multiple_of(64)));
        assert_eq!(blob.entries.iter().filter(|entry| **entry != 0).count(), many.regions.len());
    }
}

/// What would take too long is refused, by a rule on the bytecode alone.
#[test]
fn too_much_is_refused() {
    let long = compiled(&vec![op::JUMPDEST; (64 << 10) + 1], X86_64, "", false);
    assert!(matches!(long, Err(Refused::Ir(_))), "{long:?}");
    let many = compiled(&vec![op::JUMPDEST; 64 << 10], X86_64, "", false);
    assert!(matches!(many, Err(Refused::Weight { .. })), "{:?}", many.map(|blob| blob.len()));
    let block = [[op::DUP1, op::MUL].repeat(12 << 10), vec![op::PUSH0, op::SSTORE]].concat();
    let block = compiled(&block, X86_64, "", false);
    let is_refused = matches!(block, Err(Refused::Weight { weight_max: cranelift::BLOCK_WEIGHT_MAX, .. }));
    assert!(is_refused, "{:?}", block.map(|blob| blob.len()));
}
