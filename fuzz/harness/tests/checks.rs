//! What fuzz targets check, for a second each on stable: every check over generated cases and their mutants, and the canary,
//! which must fail.

use api::Case;
use format::binary;
use r#gen::{Mix, Profile, from_seed};
use harness::{Bench, Check, Use, compile, crossover, dictionary, differential, formats, mutate, reduce, seeds};
use std::time::{Duration, Instant};

const LEN_MAX: usize = 4096;

/// Inputs as a fuzzer would make them: seeds, mutants of what came before, children of two.
fn inputs() -> impl Iterator<Item = Vec<u8>> {
    let mut pool: Vec<Vec<u8>> =
        (0..64).map(|index| binary::write(&from_seed(1, index, &Profile::default()))).collect();
    (0_u32..).map(move |seed| {
        let (left, right) = (seed as usize % 64, seed as usize * 7 % 64);
        let child = match seed % 4 {
            0 => crossover(&pool[left], &pool[right], LEN_MAX, seed),
            _ => mutate(&pool[left], LEN_MAX, seed, |code| code.reverse()),
        };
        if let Some(child) = child {
            pool[left] = child;
        }
        pool[left].clone()
    })
}

/// Runs a check for a second; how many inputs were of use, or what the first wrong one was.
fn smoke(mut check: impl FnMut(&[u8]) -> Check) -> Result<u64, String> {
    let began = Instant::now();
    let mut checked = 0;
    for (n, input) in inputs().enumerate() {
        checked += u64::from(check(&input)? == Use::Checked);
        if began.elapsed() >= Duration::from_secs(1) && n >= 20 {
            break;
        }
    }
    Ok(checked)
}

#[track_caller]
fn passes(check: impl FnMut(&[u8]) -> Check) {
    let checked = smoke(check).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(checked >= 10, "only {checked} inputs were of use");
}

#[test]
fn engines_agree() {
    let mut bench = Bench::new("interp,template").expect("both are engines");
    passes(|data| differential(&mut bench, data));
}

#[test]
fn compiling_is_a_function() {
    passes(compile);
}

#[test]
fn forms_keep_everything() {
    passes(formats);
}

#[test]
fn the_reducer_keeps_its_word() {
    passes(reduce);
}

/// As long as it takes: a canary that sings late sings too.
#[test]
fn the_canary_fails() {
    let mut bench = Bench::canary();
    let wrong = inputs().take(100_000).find_map(|data| differential(&mut bench, &data).err());
    let wrong = wrong.expect("the fault is found");
    assert!(wrong.starts_with("canary: "), "{wrong}");
}

#[test]
fn a_name_that_is_no_engine_is_named() {
    let says = |names: &str| Bench::new(names).err().expect("it is refused").to_string();
    assert!(says("interp,tempest").contains("unknown engine `tempest`; known are"), "{}", says("interp,tempest"));
    assert!(says("interp").contains("name two"), "{}", says("interp"));
    assert!(Bench::new("interp, revm").is_ok());
}

#[test]
fn what_is_no_case_is_rejected_and_becomes_one() {
    let mut bench = Bench::new("interp,template").expect("both are engines");
    for data in [&b""[..], b"\0una", b"name = \"x\""] {
        assert_eq!(differential(&mut bench, data), Ok(Use::Rejected));
        assert_eq!((compile(data), reduce(data)), (Ok(Use::Rejected), Ok(Use::Rejected)));
        let mutant = mutate(data, 1 << 16, 7, |_| ()).expect("a generated case is not that long");
        assert_eq!(differential(&mut bench, &mutant), Ok(Use::Checked));
    }
    let mut endless = from_seed(1, 1, &Profile::default());
    endless.transactions[0].gas_limit = u64::MAX;
    assert_eq!(differential(&mut bench, &binary::write(&endless)), Ok(Use::Rejected));
}

#[test]
fn a_mutant_is_a_function_of_its_seed_and_stays_within_bounds() {
    let data = binary::write(&from_seed(3, 3, &Profile::default()));
    let mutants =
        |len_max: usize| -> Vec<_> { (0..400).map(|seed| mutate(&data, len_max, seed, |code| code.push(0))).collect() };
    assert_eq!(mutants(1 << 16), mutants(1 << 16));
    let distinct: std::collections::BTreeSet<_> = mutants(1 << 16).into_iter().collect();
    assert!(distinct.len() > 250, "{} mutants of {} bytes", distinct.len(), data.len());
    let short = mutants(300);
    assert!(short.iter().flatten().all(|mutant| mutant.len() <= 300) && short.contains(&None));
}

/// What a campaign draws and what a fuzzer keeps are the same kind of file.
#[test]
fn corpora_are_interchangeable() {
    let seeds = seeds();
    let files: Vec<Vec<u8>> = seeds.iter().map(binary::write).collect();
    let pool: Vec<Case> = files.iter().filter_map(|file| Some(binary::read(file, "x").ok()?.case)).collect();
    assert_eq!(pool.len(), seeds.len());
    let mix = Mix { pool, ..Mix::default() };
    let mut bench = Bench::new("interp,template").expect("both are engines");
    let drawn: Vec<Check> =
        (0..100).map(|index| differential(&mut bench, &binary::write(&mix.case(1, index)))).collect();
    assert!(drawn.iter().all(Result::is_ok));
    assert!(dictionary().lines().count() > 200);
}
