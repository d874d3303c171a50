//! Numbers, texts and hashes as bytes.

use super::Unusable;
use api::{B256, keccak256};

/// Bytes that are written.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn number(&mut self, number: u32) {
        self.bytes(&number.to_le_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u32);
        self.bytes(text.as_bytes());
    }

    /// All of it, and its hash.
    pub(super) fn hashed(mut self) -> Vec<u8> {
        let hash = keccak256(&self.bytes);
        self.bytes(hash.as_slice());
        self.bytes
    }
}

/// Bytes that are read, from the front.
pub(super) struct Reader<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn bytes(&mut self, len: usize) -> Result<&'a [u8], Unusable> {
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or(Unusable::Len)?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(super) fn number(&mut self) -> Result<u32, Unusable> {
        let bytes = self.bytes(4)?.try_into().map_err(|_| Unusable::Len)?;
        Ok(u32::from_le_bytes(bytes))
    }

    pub(super) fn text(&mut self, name: &'static str) -> Result<String, Unusable> {
        let len = self.number()? as usize;
        String::from_utf8(self.bytes(len)?.to_vec()).map_err(|_| Unusable::Field(name))
    }

    pub(super) fn hash(&mut self) -> Result<B256, Unusable> {
        Ok(B256::from_slice(self.bytes(32)?))
    }
}
