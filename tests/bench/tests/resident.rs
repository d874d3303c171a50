//! A process that compiles one code after the other does not grow. The long version is
//! `cargo run --release -p una-bench --example resident`.

use bench::resident::{Resident, bytes};

/// Many times what the engine keeps before it forgets.
const CODES: u64 = 10_000;
/// A leak of two hundred bytes for each code is more.
const GROWTH_MAX: u64 = 2 << 20;

/// What the process grows by when it compiles the codes of the same cases again, and loses so many bytes for each.
fn growth(lost: usize) -> u64 {
    let mut resident = Resident::new(registry::make("template").expect("the name is there"));
    resident.compile(CODES).unwrap();
    resident.rewind();
    let before = bytes().unwrap();
    let mut leaked = Vec::new();
    for codes in (CODES..=2 * CODES).step_by(100) {
        resident.compile(codes).unwrap();
        leaked.push(vec![1u8; 100 * lost]);
    }
    let after = bytes().unwrap();
    drop(std::hint::black_box(leaked));
    after.saturating_sub(before)
}

#[test]
fn memory_stays_flat_and_a_leak_is_seen() {
    let flat = growth(0);
    assert!(flat < GROWTH_MAX, "{flat} bytes more after {CODES} codes");
    let leaking = growth(400);
    assert!(leaking >= GROWTH_MAX, "a leak of 400 bytes for each code is only {leaking} bytes");
}
