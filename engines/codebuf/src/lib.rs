//! Executable memory: an arena into which finished code is published and from which it is freed.
//!
//! ```text
//! Arena::new ──► publish(code) ──► Block ──► call its entry (unsafe, by the owner) ──► free(block)
//! ```
//!
//! **Never writable and executable.** No mapping is ever both. On x86_64 the same memory is mapped twice, once to write and
//! once to run (`dual`); on aarch64, and where an emulator does not notice what is written through the other mapping, one
//! mapping is switched between the two (`single`). A guard page stands before and behind every mapping, and what holds no
//! code holds instructions that trap.
//!
//! **One owner.** An arena belongs to one engine instance, and `Vm::run` takes `&mut self`, so one thread at a time
//! publishes, runs and frees. That is why freeing needs no reference counts: native code is left by *returning*, also
//! when a frame suspends at a call, so no native return address outlives `Vm::run`. Whoever holds `&mut Arena` outside of
//! native code thus knows that no frame, of whatever depth, can return into any block. A suspended frame holds a canonical
//! point, and the engine finds or makes the code for it when it resumes.
//!
//! **What is kept.** A [`Shelf`] holds what an engine made of each code, found by the bytes of the code, and the arena with it.
//!
//! **Other threads.** An engine may move to another thread between two runs. [`Arena::adopt`] makes that thread drop what
//! it may have fetched before.

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
compile_error!("codebuf knows x86_64 and aarch64 on Linux: add the mapping and the cache maintenance of this target");

mod cache;
#[cfg(target_arch = "x86_64")]
mod dual;
mod kept;
mod memory;
mod region;
mod shelf;
mod single;
mod space;

use memory::Memory;
pub use shelf::{Ready, Shelf};
use space::Space;
use std::error::Error;
use std::fmt;
use std::io;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where a block begins: a line of the caches, so that maintenance for one block touches no other.
const ALIGN: usize = 64;

/// Memory for code, owned by one engine instance.
#[derive(Debug)]
pub struct Arena {
    memory: Memory,
    space: Space,
    /// Marks the blocks that are live here: another number after each [`Arena::clear`].
    owner: u64,
    /// The thread that published or adopted last.
    thread: usize,
}

/// Published code. It is freed by its arena or with it.
#[derive(Debug)]
pub struct Block {
    entry: NonNull<u8>,
    len: usize,
    owner: u64,
    offset: usize,
}

/// There is no room for the code: free blocks, clear the arena, or do without compiled code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full {
    /// Bytes that were to be published.
    pub len: usize,
}

impl Arena {
    /// An arena for `capacity` bytes, rounded up to whole pages. All of it is touched here, so that publishing never
    /// waits for a page.
    pub fn new(capacity: usize) -> io::Result<Arena> {
        let memory = Memory::new(capacity)?;
        Ok(Arena { space: Space::new(memory.len()), memory, owner: next_owner(), thread: cache::thread() })
    }

    /// Bytes that blocks can occupy together.
    pub fn capacity(&self) -> usize {
        self.memory.len()
    }

    /// Copies finished code into the arena. It must run at any address: nothing is relocated.
    pub fn publish(&mut self, code: &[u8]) -> Result<Block, Full> {
        let full = Full { len: code.len() };
        let range = self.space.take(slot_len(code.len()).ok_or(full)?).ok_or(full)?;
        self.memory.write(range.clone(), |bytes| bytes[..code.len()].copy_from_slice(code));
        self.refetch(cache::thread());
        Ok(Block { entry: self.memory.entry(range.start), len: code.len(), owner: self.owner, offset: range.start })
    }

    /// Gives a block back; traps take its place. A block of another arena, or from before a [`Arena::clear`], is
    /// dropped and nothing else happens.
    pub fn free(&mut self, block: Block) {
        if block.owner != self.owner {
            return;
        }
        if let Some(len) = slot_len(block.len) {
            let range = block.offset..block.offset + len;
            self.memory.write(range.clone(), |bytes| bytes.fill(cache::TRAP));
            self.space.give(range);
        }
    }

    /// Frees every block.
    pub fn clear(&mut self) {
        let used = self.space.used_end();
        if used > 0 {
            self.memory.write(0..used, |bytes| bytes.fill(cache::TRAP));
        }
        self.space = Space::new(self.memory.len());
        self.owner = next_owner();
    }

    /// Makes this thread see what another thread published. Call it where a run begins; it costs a comparison unless
    /// the arena has moved.
    pub fn adopt(&mut self) {
        let here = cache::thread();
        if self.thread != here {
            self.refetch(here);
        }
    }

    fn refetch(&mut self, here: usize) {
        cache::refetch();
        self.thread = here;
    }
}

impl Block {
    /// The first instruction. It may be called while the block is not freed and the arena lives, with the signature
    /// that its code was made for.
    pub fn entry(&self) -> NonNull<u8> {
        self.entry
    }

    /// Bytes of code.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no code was published.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

// SAFETY: a block is an address and its length. Nothing here reads through the address; a caller who runs it vouches,
// in unsafe code of its own, that the arena lives and that this thread owns it.
unsafe impl Send for Block {}
// SAFETY: as above; there is nothing to change through a shared reference.
unsafe impl Sync for Block {}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no room for {} bytes of code: free blocks, or interpret this code", self.len)
    }
}

impl Error for Full {}

/// Bytes that a block of `len` bytes occupies: whole lines, at least one. `None` beyond the address space.
fn slot_len(len: usize) -> Option<usize> {
    len.max(1).checked_next_multiple_of(ALIGN)
}

/// A number that no arena had before.
fn next_owner() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
