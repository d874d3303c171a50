//! Sizes, depths and caps, each with the rule it comes from.

use crate::Revision;

/// Words on the stack of one frame.
pub const STACK: usize = 1024;
/// Depth of a frame; the frame of the transaction has depth 0, so 1025 frames can be live.
pub const DEPTH: u32 = 1024;
/// How far back BLOCKHASH reaches.
pub const BLOCK_HASHES: u64 = 256;
/// Nonces stay below this (EIP-2681).
pub const NONCE: u64 = u64::MAX;
/// Gas limit of a transaction from Osaka on (EIP-7825).
pub const TX_GAS: u64 = 1 << 24;
/// Bytes of an encoded block from Osaka on: 10 MiB less a margin of 2 MiB (EIP-7934).
pub const BLOCK_RLP: u64 = 8 << 20;
/// Blobs of one transaction from Osaka on (EIP-7594).
pub const TX_BLOBS: usize = 6;
/// Bytes of a delegation designator: 0xef0100 and an address (EIP-7702).
pub const DELEGATION: usize = 23;

/// The resource limit of the harness: bytes of memory that the live frames of a case may hold together.
///
/// No protocol rule sets it: gas does. But gas near 2^63 buys terabytes, so every engine refuses the
/// same growth with the same resource error before anything is allocated. A gigabyte of memory costs
/// 2.2e12 gas, fifty thousand times what a block holds.
pub const MEMORY: u64 = 1 << 30;

/// The resource limit of the harness: questions that the frames of a transaction may ask of the world.
///
/// A block's gas buys some hundred thousand. What is remembered of each (journal, transcript, ends of frames) is thus
/// bounded too.
pub const ASKS: u64 = 1 << 22;

/// The resource limit of the harness: bytes that a transaction may log and deploy together. A block's gas buys a few
/// million.
pub const KEPT_BYTES: u64 = 1 << 28;

/// Bytes of deployed code (EIP-170).
pub const fn code(revision: Revision) -> usize {
    if revision.is(Revision::Spurious) { 24576 } else { usize::MAX }
}

/// Bytes of initcode (EIP-3860).
pub const fn initcode(revision: Revision) -> usize {
    if revision.is(Revision::Shanghai) { 49152 } else { usize::MAX }
}

/// How many blobs a block may hold and how its fee reacts (EIP-4844, EIP-7691, EIP-7892).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobSchedule {
    /// Blobs at which the fee stays where it is.
    pub target: u64,
    /// Blobs that fit in a block.
    pub max: u64,
    /// Divisor in the exponent of the fee.
    pub update_fraction: u64,
}

/// The blob schedule of a revision; none before Cancun.
pub const fn blobs(revision: Revision) -> Option<BlobSchedule> {
    if revision.is(Revision::Prague) {
        Some(BlobSchedule { target: 6, max: 9, update_fraction: 5_007_716 })
    } else if revision.is(Revision::Cancun) {
        Some(BlobSchedule { target: 3, max: 6, update_fraction: 3_338_477 })
    } else {
        None
    }
}
