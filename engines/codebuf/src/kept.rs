//! What engines make of codes, by what decides it: the bytes of the code, the revision, the variant.
//!
//! Codes are equal when their bytes are; they are found by a digest that is cheap and need not be strong, because a keccak
//! over a contract often costs more than running it. Whoever asks for the same shared code again is answered without a
//! look at its bytes.

use api::{Code, Revision};

/// Codes that are kept, refused ones too; then all are forgotten. Cases need few, and a campaign never sees the codes of
/// its cases again: what is kept for long only drives out of the processor's caches what is used.
const CODES_MAX: usize = 1 << 9;
/// Places to find them at: twice as many, so that few are tried.
const PLACES: usize = 2 * CODES_MAX;
/// Bytes of bytecode that are kept.
const CODE_BYTES_MAX: usize = 4 << 20;
/// Shared codes that are recognised.
const RECENT: usize = 8;

/// All that decides what is made, features and options apart.
struct Key {
    code: Code,
    revision: Revision,
    checkpoints: bool,
}

impl Key {
    fn is(&self, code: &Code, revision: Revision, checkpoints: bool) -> bool {
        self.code.is(code) && (self.revision, self.checkpoints) == (revision, checkpoints)
    }

    fn equals(&self, code: &Code, revision: Revision, checkpoints: bool) -> bool {
        let revision = if fault::planted!(TemplateCacheRevision) { self.revision } else { revision };
        (self.revision, self.checkpoints) == (revision, checkpoints)
            && (self.code.bytes() == code.bytes()
                || fault::planted!(TemplateCacheLength) && self.code.len() == code.len())
    }

    fn digest(code: &Code, revision: Revision, checkpoints: bool) -> u64 {
        let revision = if fault::planted!(TemplateCacheRevision) { Revision::Frontier } else { revision };
        digest(code.bytes(), revision as u64 + 16 * u64::from(checkpoints))
    }
}

/// A word for each eight bytes, multiplied and folded.
fn digest(bytes: &[u8], besides: u64) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let bytes = if fault::planted!(TemplateCacheLength) { &bytes[..bytes.len().min(4)] } else { bytes };
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let words = words.iter().chain([&last]).map(|word| u64::from_le_bytes(*word));
    words.fold(bytes.len() as u64 + (besides << 32), |digest, word| {
        ((digest ^ word).wrapping_mul(FACTOR)).rotate_left(29)
    })
}

/// What came of a code.
struct Kept<T> {
    digest: u64,
    key: Key,
    /// `None` if the code was refused.
    compiled: Option<T>,
}

/// What was made, by what decides it.
pub(crate) struct Cache<T> {
    /// One more than the index of what is kept, or 0, at the place that its digest names or at the next that was free.
    places: Vec<u16>,
    kept: Vec<Kept<T>>,
    /// Bytes of their codes.
    code_bytes: usize,
    recent: Vec<(Key, usize)>,
    /// Which of the recent ones is replaced next.
    next: usize,
}

impl<T> Default for Cache<T> {
    fn default() -> Cache<T> {
        Cache { places: Vec::new(), kept: Vec::new(), code_bytes: 0, recent: Vec::new(), next: 0 }
    }
}

impl<T> Cache<T> {
    /// Where a code is kept, if it was seen.
    pub(crate) fn find(&mut self, code: &Code, revision: Revision, checkpoints: bool) -> Option<usize> {
        if let Some((_, index)) = self.recent.iter().find(|(key, _)| key.is(code, revision, checkpoints)) {
            return Some(*index);
        }
        if self.is_empty() {
            return None;
        }
        let digest = Key::digest(code, revision, checkpoints);
        let mut place = digest as usize % PLACES;
        while let Some(index) = usize::from(self.places[place]).checked_sub(1) {
            let kept = &self.kept[index];
            if kept.digest == digest && kept.key.equals(code, revision, checkpoints) {
                self.remember(Key { code: code.clone(), revision, checkpoints }, index);
                return Some(index);
            }
            place = (place + 1) % PLACES;
        }
        None
    }

    fn remember(&mut self, key: Key, index: usize) {
        match self.recent.get_mut(self.next) {
            Some(place) => *place = (key, index),
            None => self.recent.push((key, index)),
        }
        self.next = (self.next + 1) % RECENT;
    }

    /// What is kept there.
    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.kept[index].compiled.as_ref()
    }

    /// Keeps what came of a code that was not found, and says where. There must be room.
    pub(crate) fn keep(&mut self, code: &Code, revision: Revision, checkpoints: bool, compiled: Option<T>) -> usize {
        self.places.resize(PLACES, 0);
        let digest = Key::digest(code, revision, checkpoints);
        let mut place = digest as usize % PLACES;
        while self.places[place] > 0 {
            place = (place + 1) % PLACES;
        }
        let index = self.kept.len();
        self.places[place] = index as u16 + 1;
        self.code_bytes += code.len();
        self.kept.push(Kept { digest, key: Key { code: code.clone(), revision, checkpoints }, compiled });
        index
    }

    /// What can run of the codes kept behind the first so many.
    pub(crate) fn since(&self, first: usize) -> impl Iterator<Item = (&Code, Revision, &T)> {
        let rest = self.kept.iter().skip(first);
        rest.filter_map(|kept| Some((&kept.key.code, kept.key.revision, kept.compiled.as_ref()?)))
    }

    /// How many codes are kept.
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether nothing is kept.
    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whether there is no room for one more.
    pub(crate) fn is_full(&self) -> bool {
        self.kept.len() >= CODES_MAX || self.code_bytes >= CODE_BYTES_MAX
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.places.fill(0);
        self.kept.clear();
        self.code_bytes = 0;
        self.recent.clear();
        self.next = 0;
    }
}
