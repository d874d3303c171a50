//! Artifacts: read as they were written, and refused for anything else, with the reason.

use api::{Code, Revision};
use cranelift::{Arch, Artifact, Compiler, Features, Key, Options, Target, Unusable, object};
use spec::op;
use std::thread;

const X86_64: Target = Target { arch: Arch::x86_64, features: Features { bmi1: false, bmi2: true, lzcnt: false } };
const AARCH64: Target = Target { arch: Arch::aarch64, features: Features { bmi1: false, bmi2: false, lzcnt: false } };

/// A loop with arithmetic, memory, calldata, and a jump that is not known.
fn code() -> Code {
    let bytes = [
        op::PUSH1,
        200,
        op::JUMPDEST,
        op::DUP1,
        op::PUSH0,
        op::MSTORE,
        op::PUSH0,
        op::CALLDATALOAD,
        op::MUL,
        op::PUSH1,
        7,
        op::SWAP1,
        op::DIV,
        op::PUSH1,
        3,
        op::SHR,
        op::DUP1,
        op::PUSH1,
        2,
        op::JUMPI,
        op::PUSH0,
        op::MLOAD,
        op::JUMP,
        op::JUMPDEST,
        op::PUSH0,
        op::SLOAD,
        op::PUSH1,
        32,
        op::PUSH0,
        op::RETURN,
    ];
    Code::new(bytes.to_vec().into())
}

fn wanted(code: &Code) -> Key {
    Key::new(code, Revision::Osaka, X86_64, &Options::default(), false)
}

fn artifact() -> Artifact {
    Artifact::new(&code(), Revision::Osaka, X86_64, &Options::default()).expect("it compiles")
}

#[test]
fn what_is_written_is_read() {
    let (code, artifact) = (code(), artifact());
    let read = Artifact::read(&artifact.write()).expect("it is whole");
    assert_eq!(read, artifact);
    let blob = read.blob(&code, &wanted(&code)).expect("it was made for this");
    let compiled = Compiler::new(X86_64, &Options::default()).unwrap().compile(&code, Revision::Osaka, false);
    assert_eq!(Ok(blob), compiled);
    let more = Target { features: Features { bmi1: true, bmi2: true, lzcnt: true }, ..X86_64 };
    let key = Key::new(&code, Revision::Osaka, more, &Options::default(), false);
    assert!(read.blob(&code, &key).is_ok(), "a processor that has more runs it too");
}

#[test]
fn all_that_was_cut_off_or_changed_is_refused() {
    let bytes = artifact().write();
    for len in 0..bytes.len() {
        let refused = Artifact::read(&bytes[..len]).expect_err("cut off");
        assert!(matches!(refused, Unusable::Len | Unusable::Hash), "{len}: {refused}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(Artifact::read(&longer).is_err());
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        let refused = Artifact::read(&changed).expect_err("changed");
        match at {
            0..8 => assert_eq!(refused, Unusable::Magic),
            8..12 => assert!(matches!(refused, Unusable::Version(_)), "{refused}"),
            _ => assert!(matches!(refused, Unusable::Len | Unusable::Hash), "{at}: {refused}"),
        }
    }
}

#[test]
fn an_artifact_for_something_else_is_refused_by_name() {
    let (code, artifact) = (code(), artifact());
    let other = Code::new(vec![op::STOP].into());
    let key = |code: &Code, revision, target, options: &str, checkpoints| {
        Key::new(code, revision, target, &options.parse().expect("options"), checkpoints)
    };
    let rows = [
        ("code hash", key(&other, Revision::Osaka, X86_64, "", false)),
        ("revision", key(&code, Revision::Prague, X86_64, "", false)),
        ("architecture", key(&code, Revision::Osaka, AARCH64, "", false)),
        ("set of features", key(&code, Revision::Osaka, Target { features: Features::default(), ..X86_64 }, "", false)),
        ("options", key(&code, Revision::Osaka, X86_64, "opt=none", false)),
        ("report of canonical points", key(&code, Revision::Osaka, X86_64, "", true)),
        ("maker", Key { maker: "0.0.1".into(), ..wanted(&code) }),
        ("layout", Key { abi: code.hash(), ..wanted(&code) }),
    ];
    for (name, key) in rows {
        let refused = artifact.blob(&code, &key).expect_err(name);
        assert!(matches!(refused, Unusable::Key(field, ..) if field == name), "{name}: {refused}");
    }
}

#[test]
fn every_build_gives_the_same_bytes() {
    for (target, options) in
        [(X86_64, ""), (X86_64, "opt=none:region=64"), (AARCH64, ""), (AARCH64, "regalloc=single_pass")]
    {
        let build = move || Artifact::new(&code(), Revision::Osaka, target, &options.parse().unwrap()).unwrap().write();
        let first = build();
        let threads: Vec<_> = (0..4).map(|_| thread::spawn(build)).collect();
        for thread in threads {
            assert!(thread.join().unwrap() == first, "{target:?} {options}");
        }
    }
}

/// Cranelift's own writer of object files puts the same bytes into `.text`, and no relocations beside it.
#[test]
fn the_text_of_an_object_file_is_that_of_the_blob() {
    for (target, options) in [(X86_64, ""), (X86_64, "region=1"), (AARCH64, ""), (AARCH64, "region=1:opt=none")] {
        let options: Options = options.parse().unwrap();
        let blob = cranelift::compile(&code(), Revision::Osaka, target, &options, false).unwrap();
        let elf = object(&code(), Revision::Osaka, target, &options).unwrap();
        assert_eq!(&elf[..4], b"\x7fELF");
        assert!(elf.windows(blob.len()).any(|part| part == blob.bytes), "{target:?} {options}");
        let has = |name: &[u8]| elf.windows(name.len()).any(|part| part == name);
        assert!(!has(b".rela.text") && !has(b".rel.text"), "{target:?} {options}");
    }
}
