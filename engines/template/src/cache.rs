//! Blobs by what decides them: the bytes of the code, the revision, the variant.
//!
//! Codes are equal when their bytes are; they are found by a digest that is cheap and need not be strong, because a keccak
//! over a contract often costs more than running it. Whoever asks for the same shared code again is answered without a
//! look at its bytes.

use crate::compile::Blob;
use api::{Bytes, Code, Revision};
use codebuf::Block;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

/// Shared codes that are recognised.
const RECENT: usize = 8;

/// All that decides what a blob is, features apart.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    bytes: Bytes,
    revision: Revision,
    checkpoints: bool,
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(digest(&self.bytes));
        (self.revision, self.checkpoints).hash(state);
    }
}

/// A word for each eight bytes, multiplied and folded.
fn digest(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let words = words.iter().chain([&last]).map(|word| u64::from_le_bytes(*word));
    words.fold(bytes.len() as u64, |digest, word| ((digest ^ word).wrapping_mul(FACTOR)).rotate_left(29))
}

/// A blob that can run.
pub(crate) struct Compiled {
    pub(crate) blob: Blob,
    pub(crate) block: Block,
    /// The code that it was made of.
    pub(crate) bytes: Bytes,
    pub(crate) revision: Revision,
}

/// A shared code that was asked for.
struct Recent {
    code: Code,
    revision: Revision,
    checkpoints: bool,
    index: usize,
}

/// Blobs by what decides them. A code that was refused has none.
#[derive(Default)]
pub(crate) struct Cache {
    indices: HashMap<Key, usize>,
    kept: Vec<Option<Compiled>>,
    recent: Vec<Recent>,
    /// Which of the recent ones is replaced next.
    next: usize,
}

impl Cache {
    /// Where a code is kept, if it was seen.
    pub(crate) fn find(&mut self, code: &Code, revision: Revision, checkpoints: bool) -> Option<usize> {
        let same =
            |recent: &&Recent| recent.code.is(code) && (recent.revision, recent.checkpoints) == (revision, checkpoints);
        if let Some(recent) = self.recent.iter().find(same) {
            return Some(recent.index);
        }
        let index = *self.indices.get(&Key { bytes: code.bytes().clone(), revision, checkpoints })?;
        self.remember(Recent { code: code.clone(), revision, checkpoints, index });
        Some(index)
    }

    fn remember(&mut self, recent: Recent) {
        match self.recent.get_mut(self.next) {
            Some(place) => *place = recent,
            None => self.recent.push(recent),
        }
        self.next = (self.next + 1) % RECENT;
    }

    /// What is kept there.
    pub(crate) fn get(&self, index: usize) -> Option<&Compiled> {
        self.kept[index].as_ref()
    }

    /// Keeps what came of a code, and says where.
    pub(crate) fn keep(
        &mut self,
        code: &Code,
        revision: Revision,
        checkpoints: bool,
        compiled: Option<Compiled>,
    ) -> usize {
        let index = self.kept.len();
        self.kept.push(compiled);
        self.indices.insert(Key { bytes: code.bytes().clone(), revision, checkpoints }, index);
        index
    }

    /// What can run of the codes kept behind the first so many.
    pub(crate) fn since(&self, first: usize) -> impl Iterator<Item = &Compiled> {
        self.kept.iter().skip(first).flatten()
    }

    /// How many codes are kept.
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Cache::default();
    }
}
