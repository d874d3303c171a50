//! What targets share: engines from the environment, verdicts as libFuzzer wants them, cases mutated as cases.

#![allow(dead_code, unused_macros, unused_imports, reason = "not every target uses all of it")]

use harness::{Bench, Check, Use};
use libfuzzer_sys::{Corpus, fuzzer_mutate};

/// Names the engines that are compared.
const ENGINES: &str = "UNANIMOUS_ENGINES";

/// The bench that the environment asks for. A wrong name ends the process: it is no finding.
pub(crate) fn bench() -> Bench {
    let names = std::env::var(ENGINES).unwrap_or_else(|_| "interp,template".to_owned());
    Bench::new(&names).unwrap_or_else(|error| {
        eprintln!("error: {ENGINES}: {error}");
        std::process::exit(3)
    })
}

/// Whether libFuzzer should keep the input. What is wrong is a crash.
pub(crate) fn verdict(check: Check) -> Corpus {
    match check {
        Ok(Use::Checked) => Corpus::Keep,
        Ok(Use::Rejected) => Corpus::Reject,
        Err(wrong) => panic!("{wrong}\n`unanimous import` turns the artifact into evidence"),
    }
}

/// A mutant in place of the input; where there is none, the input stays.
pub(crate) fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let in_its_own_way = |code: &mut Vec<u8>| {
        let len = code.len();
        code.resize(len + 64, 0);
        let changed = fuzzer_mutate(code, len, len + 64);
        code.truncate(changed);
    };
    let mutant = harness::mutate(&data[..size], max_size, seed, in_its_own_way);
    mutant.map_or(size, |mutant| put(&mutant, data))
}

/// A child in `out`; where there is none, the left parent.
pub(crate) fn crossover(left: &[u8], right: &[u8], out: &mut [u8], seed: u32) -> usize {
    match harness::crossover(left, right, out.len(), seed) {
        Some(child) => put(&child, out),
        None => put(&left[..left.len().min(out.len())], out),
    }
}

fn put(bytes: &[u8], to: &mut [u8]) -> usize {
    to[..bytes.len()].copy_from_slice(bytes);
    bytes.len()
}

/// Makes libFuzzer change cases as cases.
macro_rules! cases {
    () => {
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            hooks::mutate(data, size, max_size, seed)
        });
        libfuzzer_sys::fuzz_crossover!(|left: &[u8], right: &[u8], out: &mut [u8], seed: u32| {
            hooks::crossover(left, right, out, seed)
        });
    };
}
pub(crate) use cases;

/// A target that uses one bench for input after input.
macro_rules! differential {
    ($bench:expr) => {
        thread_local!(static BENCH: std::cell::RefCell<harness::Bench> = std::cell::RefCell::new($bench));
        libfuzzer_sys::fuzz_target!(init: BENCH.with(|_| ()), |data: &[u8]| -> libfuzzer_sys::Corpus {
            BENCH.with_borrow_mut(|bench| hooks::verdict(harness::differential(bench, data)))
        });
    };
}
pub(crate) use differential;
