//! Memory that the calling thread asks for, counted: work that is the same in every run.

#![allow(unsafe_code, reason = "an allocator is called by contract")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// What was asked for while some work was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Times that memory was asked for.
    pub times: u64,
    /// Bytes that were held at once, at most, beyond those held before.
    pub peak: u64,
}

#[derive(Clone, Copy)]
struct Tally {
    times: u64,
    held: i64,
    peak: i64,
}

thread_local! {
    static TALLY: Cell<Tally> = const { Cell::new(Tally { times: 0, held: 0, peak: 0 }) };
}

/// The allocator of the system, counted: for `#[global_allocator]`.
#[derive(Debug)]
pub struct Counting;

fn note(asked: usize, freed: usize) {
    // Nothing is counted while a thread ends.
    let _ = TALLY.try_with(|tally| {
        let Tally { times, held, peak } = tally.get();
        let held = held + asked as i64 - freed as i64;
        tally.set(Tally { times: times + u64::from(asked > 0), held, peak: peak.max(held) });
    });
}

// SAFETY: every method hands on to the allocator of the system what it was given, and answers what that answers; counting asks
// for no memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 0);
        // SAFETY: what the trait asks of the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        note(0, layout.size());
        // SAFETY: what the trait asks of the caller.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, len: usize) -> *mut u8 {
        note(len, layout.size());
        // SAFETY: what the trait asks of the caller.
        unsafe { System.realloc(place, layout, len) }
    }
}

/// Does some work and says what it asked for. Nothing is counted unless [`Counting`] is the allocator.
pub fn counted<T>(work: impl FnOnce() -> T) -> (Asked, T) {
    let before = TALLY.with(|tally| {
        let now = tally.get();
        tally.set(Tally { peak: now.held, ..now });
        now
    });
    let made = work();
    let after = TALLY.with(Cell::get);
    let asked = Asked { times: after.times - before.times, peak: (after.peak - before.held).unsigned_abs() };
    (asked, made)
}
