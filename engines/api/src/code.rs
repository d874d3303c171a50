//! Bytecode as engines hold it: the exact bytes, a copy padded with zeros, and the hash once somebody asks.
//!
//! There is no analysis here. Each engine makes its own, and keys what it keeps by [`Code::hash`], never by
//! address: the code behind an address can change.

use crate::{B256, Bytes, keccak256};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Shared, immutable bytecode.
#[derive(Clone)]
pub struct Code(Arc<Inner>);

struct Inner {
    bytes: Bytes,
    padded: Box<[u8]>,
    hash: OnceLock<B256>,
}

impl Code {
    /// Zeros behind the last byte of [`Code::padded`]: the immediate of a PUSH32 that stands last, and the STOP
    /// that every code ends with.
    pub const PADDING: usize = 33;

    /// Code with these bytes.
    pub fn new(bytes: Bytes) -> Code {
        let mut padded = Vec::with_capacity(bytes.len() + Code::PADDING);
        padded.extend_from_slice(&bytes);
        padded.resize(bytes.len() + Code::PADDING, 0);
        Code(Arc::new(Inner { bytes, padded: padded.into_boxed_slice(), hash: OnceLock::new() }))
    }

    /// Code whose hash is known already.
    pub fn with_hash(bytes: Bytes, hash: B256) -> Code {
        let code = Code::new(bytes);
        let _ = code.0.hash.set(hash);
        code
    }

    /// The exact bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.0.bytes
    }

    /// Whether both are the same shared bytes: equal, found out without looking at them.
    pub fn is(&self, other: &Code) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The bytes, then [`Code::PADDING`] zeros.
    pub fn padded(&self) -> &[u8] {
        &self.0.padded
    }

    /// Length of the exact bytes.
    pub fn len(&self) -> usize {
        self.0.bytes.len()
    }

    /// Whether there is no code.
    pub fn is_empty(&self) -> bool {
        self.0.bytes.is_empty()
    }

    /// Keccak-256 of the exact bytes.
    pub fn hash(&self) -> B256 {
        *self.0.hash.get_or_init(|| keccak256(&self.0.bytes))
    }
}

impl Default for Code {
    /// No code. Absent accounts have it too, so it is shared.
    fn default() -> Self {
        static EMPTY: OnceLock<Code> = OnceLock::new();
        EMPTY.get_or_init(|| Code::new(Bytes::new())).clone()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({} bytes)", self.len())
    }
}
