//! A process that compiles one code after the other does not grow. The long version is
//! `cargo run --release -p una-bench --example resident`.

use bench::resident::{Resident, bytes};

/// More than the engine keeps before it forgets, so all that it ever holds was held once.
const FIRST: u64 = 2_000;
const MORE: u64 = 20_000;
/// A leak of a hundred bytes for each code is more.
const GROWTH_MAX: u64 = 2 << 20;

fn growth(leak: usize) -> u64 {
    let mut resident = Resident::new(registry::make("template").expect("the name is there"));
    resident.compile(FIRST).unwrap();
    let before = bytes().unwrap();
    let mut leaked = Vec::new();
    for codes in (FIRST..=FIRST + MORE).step_by(100) {
        resident.compile(codes).unwrap();
        leaked.push(vec![1u8; 100 * leak]);
    }
    drop(std::hint::black_box(resident));
    let after = bytes().unwrap();
    drop(std::hint::black_box(leaked));
    after.saturating_sub(before)
}

#[test]
fn memory_stays_flat_and_a_leak_is_seen() {
    let flat = growth(0);
    assert!(flat < GROWTH_MAX, "{flat} bytes more after {MORE} codes");
    let leaking = growth(200);
    assert!(leaking >= GROWTH_MAX, "a leak of 200 bytes for each code is only {leaking} bytes");
}
