//! What an engine that compiles keeps: what it made of each code, and the arena in which the machine code lies.
//!
//! When either is full, both are forgotten at once: nobody can return into any block between two runs.

use crate::kept::Cache;
use crate::{Arena, Block};
use api::{Code, Published, Revision};

/// What was made of a code, ready to run.
#[derive(Debug)]
pub struct Ready<T> {
    /// What the engine needs to know of it.
    pub made: T,
    /// Its machine code.
    pub block: Block,
}

/// Codes that were compiled or refused.
pub struct Shelf<T> {
    capacity: usize,
    /// Made when it is first needed.
    arena: Option<Arena>,
    cache: Cache<Ready<T>>,
    /// So many of the codes that are kept were told of.
    told: usize,
}

impl<T> Shelf<T> {
    /// One with room for so many bytes of machine code.
    pub fn new(capacity: usize) -> Shelf<T> {
        Shelf { capacity, arena: None, cache: Cache::default(), told: 0 }
    }

    /// Where a code is kept, if it was seen.
    pub fn find(&mut self, code: &Code, revision: Revision, checkpoints: bool) -> Option<usize> {
        self.cache.find(code, revision, checkpoints)
    }

    /// Keeps what was made of a code that was not found, with its machine code, and says where; `None` is a refusal.
    pub fn keep(&mut self, code: &Code, revision: Revision, checkpoints: bool, made: Option<(T, &[u8])>) -> usize {
        if self.cache.is_full() {
            self.forget();
        }
        let ready = made.and_then(|(made, bytes)| Some(Ready { made, block: self.publish(bytes)? }));
        self.cache.keep(code, revision, checkpoints, ready)
    }

    /// What is kept there, for this thread to run; `None` if it was refused.
    pub fn take_up(&mut self, index: usize) -> Option<&Ready<T>> {
        self.arena.as_mut()?.adopt();
        self.cache.get(index)
    }

    /// Machine code that was not told of yet.
    pub fn take_published(&mut self) -> Vec<Published> {
        let first = std::mem::replace(&mut self.told, self.cache.len());
        let published = |(code, revision, ready): (&Code, _, &Ready<T>)| Published {
            address: ready.block.entry().addr().get() as u64,
            len: ready.block.len() as u64,
            code_hash: code.hash(),
            revision,
        };
        self.cache.since(first).map(published).collect()
    }

    fn publish(&mut self, bytes: &[u8]) -> Option<Block> {
        if self.arena.is_none() {
            self.arena = Arena::new(self.capacity).ok();
        }
        if let Ok(block) = self.arena.as_mut()?.publish(bytes) {
            return Some(block);
        }
        self.forget();
        self.arena.as_mut()?.publish(bytes).ok()
    }

    fn forget(&mut self) {
        self.cache.clear();
        self.told = 0;
        if let Some(arena) = &mut self.arena {
            arena.clear();
        }
    }
}
