//! Artifacts are what runs: one that holds the machine code of another code, with its hashes made right, changes the outcome.

use alloy_primitives::keccak256;
use api::{Case, Code, Engine, Outcome, Revision, Watch, digest};
use cranelift::{Artifact, Compiler, Features, Options, Refused, Target};
use std::collections::BTreeMap;

/// What the code keeps, and what it does not.
const NUMBER: u8 = 0x44;
const OTHER: u8 = 0x45;

fn case() -> Case {
    let text = "
about = \"keeps a number\"
[[account]]
code = \"main\"
[[transaction]]
gas_limit = 100000
gas_price = 0
[[expect]]
revision = \"Osaka\"
=== main
    PUSH1 0x44 PUSH1 0 SSTORE
";
    let file = format::evm::read(text.as_bytes(), "ahead").expect("the case is good");
    file.cases().next().expect("one case").0
}

fn run(mut engine: Box<dyn Engine>) -> Outcome {
    engine.run(&case(), Watch::exact_with_roots()).expect("it ends")
}

fn code() -> Code {
    let codes = case().accounts.values().map(|account| Code::new(account.code.clone())).collect::<Vec<_>>();
    codes.into_iter().find(|code| !code.is_empty()).expect("a code")
}

fn made(code: &Code) -> Artifact {
    let target = Target::host(Features::host()).expect("a back end for this machine");
    Artifact::new(code, Revision::Osaka, target, &Options::default()).expect("it compiles")
}

/// Every code of the corpus on both architectures, with Cranelift's checks of CLIF and of the registers that it hands out.
#[test]
fn what_cranelift_makes_of_the_corpus_passes_its_own_checks() {
    let options: Options = "check=on".parse().expect("options");
    let targets = ["x86_64+bmi1+bmi2+lzcnt", "aarch64"].map(|target| target.parse::<Target>().expect("a target"));
    let mut compilers = targets.map(|target| Compiler::new(target, &options).expect("a back end"));
    let mut codes = BTreeMap::new();
    for (name, _, text) in suite::FOLDERS.into_iter().flat_map(suite::files) {
        let file = format::evm::read(text.as_bytes(), &name).expect("the case is good");
        for (case, _) in file.cases() {
            codes.extend(case.accounts.into_values().map(|account| (account.code, (name.clone(), case.revision))));
        }
    }
    let mut compiled = 0;
    for (code, (name, revision)) in codes.iter().filter(|(code, _)| !code.is_empty()) {
        for compiler in &mut compilers {
            match compiler.compile(&Code::new(code.clone()), *revision, false) {
                Err(Refused::Cranelift(why)) => panic!("{name} in {revision}: {why}"),
                made => compiled += u32::from(made.is_ok()),
            }
        }
    }
    assert!(compiled > 500, "{compiled}");
}

#[test]
fn an_artifact_gives_the_same_outcome() {
    let interpreted = run(registry::make("interp").expect("the reference"));
    for artifacts in [vec![], vec![made(&code())]] {
        assert_eq!(digest::exact(&run(registry::ahead(artifacts))), digest::exact(&interpreted));
    }
}

/// The artifact of a code that keeps another number, as if it were that of the code of the case.
#[test]
fn what_an_artifact_holds_is_what_runs() {
    let code = code();
    let other = code.bytes().iter().map(|byte| if *byte == NUMBER { OTHER } else { *byte }).collect::<Vec<u8>>();
    let other = Code::new(other.into());
    let mut bytes = made(&other).write();
    let found = bytes.windows(32).position(|part| part == other.hash().as_slice()).expect("the hash of the code");
    bytes[found..found + 32].copy_from_slice(code.hash().as_slice());
    let end = bytes.len() - 32;
    let hash = keccak256(&bytes[..end]);
    bytes[end..].copy_from_slice(hash.as_slice());
    let changed = Artifact::read(&bytes).expect("the hash is right");
    let [outcome, right] = [vec![changed], vec![made(&code)]].map(|artifacts| run(registry::ahead(artifacts)));
    assert_ne!(digest::exact(&outcome), digest::exact(&right));
}
