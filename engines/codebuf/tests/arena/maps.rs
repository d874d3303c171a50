//! What the system says of the mappings of this process.

use crate::function::returns;
use codebuf::Arena;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

struct Line {
    addresses: Range<usize>,
    rights: String,
}

#[expect(clippy::disallowed_methods, reason = "a test reads what the system says, an engine does not")]
fn lines() -> Vec<Line> {
    let text = std::fs::read_to_string("/proc/self/maps").unwrap();
    let line = |line: &str| {
        let (addresses, rest) = line.split_once(' ').unwrap();
        let (start, end) = addresses.split_once('-').unwrap();
        let [start, end] = [start, end].map(|address| usize::from_str_radix(address, 16).unwrap());
        Line { addresses: start..end, rights: rest[..4].to_owned() }
    };
    text.lines().map(line).collect()
}

#[track_caller]
fn never_both(lines: &[Line]) {
    for line in lines {
        assert!(!(line.rights.contains('w') && line.rights.contains('x')), "{:x?} {}", line.addresses, line.rights);
    }
}

fn rights_at(lines: &[Line], address: usize) -> &str {
    &lines.iter().find(|line| line.addresses.contains(&address)).expect("the address is mapped").rights
}

#[test]
fn guards_stand_around_what_runs_and_nothing_else_can_be_written() {
    let mut arena = Arena::new(1 << 16).unwrap();
    let entry = arena.publish(&returns(1)).unwrap().entry().addr().get();
    let lines = lines();
    never_both(&lines);
    let end = entry + arena.capacity();
    for (address, rights) in [(entry - 1, "---"), (entry, "r-x"), (end - 1, "r-x"), (end, "---")] {
        assert_eq!(&rights_at(&lines, address)[..3], rights, "{address:x}");
    }
}

#[test]
fn dropped_arenas_leave_no_mapping() {
    for _ in 0..2_000 {
        drop(Arena::new(1).unwrap());
    }
    // Arenas of other tests live meanwhile, but not hundreds.
    let count = lines().len();
    assert!(count < 1_000, "{count} mappings");
}

#[test]
fn no_mapping_is_writable_and_executable_while_code_is_published() {
    static DONE: AtomicBool = AtomicBool::new(false);
    let watch = std::thread::spawn(|| {
        let mut looks = 0;
        while !DONE.load(Ordering::Relaxed) || looks == 0 {
            never_both(&lines());
            looks += 1;
        }
    });
    let mut arena = Arena::new(1 << 18).unwrap();
    for number in 0..5_000 {
        let block = arena.publish(&returns(number)).unwrap();
        if number % 3 == 0 {
            arena.free(block);
        }
        if number % 1000 == 0 {
            arena.clear();
        }
    }
    DONE.store(true, Ordering::Relaxed);
    watch.join().unwrap();
}
