//! The rules that change execution: the checklist for `corpus/eips`.
//!
//! Each row says from which revision a rule holds and, where a later one took it back, until which.
//! `tests/suite` fails while a row has no case, or a case does not differ across the edge it is for.

use crate::Revision;
use crate::Revision::*;

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eip {
    /// Its number.
    pub number: u16,
    /// What it does, in a line.
    pub title: &'static str,
    /// The first revision with it.
    pub since: Revision,
    /// The first revision without it again.
    pub until: Option<Revision>,
}

impl Eip {
    /// Whether the rule holds in `revision`.
    pub const fn holds(&self, revision: Revision) -> bool {
        revision.is(self.since)
            && match self.until {
                Some(until) => !revision.is(until),
                None => true,
            }
    }
}

/// Every rule, by number.
pub const EIPS: &[Eip] = &[
    eip(2, "a creating transaction costs 53000; a create that cannot pay for its code fails", Homestead),
    eip(7, "DELEGATECALL", Homestead),
    eip(140, "REVERT", Byzantium),
    eip(145, "SHL, SHR, SAR", Constantinople),
    eip(150, "state access repriced; calls keep a 64th of the gas", Tangerine),
    eip(152, "BLAKE2F precompile", Istanbul),
    eip(158, "an empty account that is touched is removed", Spurious),
    eip(160, "EXP costs 50 a byte", Spurious),
    eip(161, "new accounts start with nonce 1; calls that move nothing create nothing", Spurious),
    eip(170, "deployed code is at most 24576 bytes", Spurious),
    eip(196, "bn254 addition and multiplication precompiles", Byzantium),
    eip(197, "bn254 pairing precompile", Byzantium),
    eip(198, "MODEXP precompile", Byzantium),
    eip(211, "RETURNDATASIZE, RETURNDATACOPY", Byzantium),
    eip(214, "STATICCALL", Byzantium),
    eip(684, "a create on an address with code or nonce fails", Frontier),
    eip(1014, "CREATE2", Constantinople),
    eip(1052, "EXTCODEHASH", Constantinople),
    eip(1108, "bn254 precompiles are cheaper", Istanbul),
    eip(1153, "transient storage", Cancun),
    Eip { number: 1283, title: "net gas metering for SSTORE", since: Constantinople, until: Some(Petersburg) },
    eip(1344, "CHAINID", Istanbul),
    eip(1559, "base fee, priority fee, type-2 transactions", London),
    eip(1884, "trie-dependent instructions cost more; SELFBALANCE", Istanbul),
    eip(2028, "calldata costs 16 a byte", Istanbul),
    eip(2200, "net gas metering for SSTORE with a sentry of 2300", Istanbul),
    eip(2537, "BLS12-381 precompiles", Prague),
    eip(2565, "MODEXP is cheaper", Berlin),
    eip(2681, "an account with nonce 2^64-1 creates nothing", Frontier),
    eip(2718, "typed transactions", Berlin),
    eip(2929, "cold accesses cost more", Berlin),
    eip(2930, "access lists", Berlin),
    eip(3198, "BASEFEE", London),
    eip(3529, "smaller refunds", London),
    eip(3541, "no new code starts with 0xef", London),
    eip(3607, "a sender has no code", Frontier),
    eip(3651, "the coinbase is warm", Shanghai),
    eip(3855, "PUSH0", Shanghai),
    eip(3860, "initcode is limited and metered", Shanghai),
    eip(4399, "PREVRANDAO in place of DIFFICULTY", Paris),
    eip(4844, "blob transactions, BLOBHASH, point evaluation", Cancun),
    eip(5656, "MCOPY", Cancun),
    eip(6780, "SELFDESTRUCT removes only what the same transaction created", Cancun),
    eip(7516, "BLOBBASEFEE", Cancun),
    eip(7594, "at most 6 blobs a transaction", Osaka),
    eip(7610, "a create on an address with storage fails", Frontier),
    eip(7623, "calldata-heavy transactions pay a floor", Prague),
    eip(7691, "more blobs, slower fee", Prague),
    eip(7702, "set code for an account", Prague),
    eip(7823, "MODEXP operands are at most 1024 bytes", Osaka),
    eip(7825, "a transaction's gas limit is at most 2^24", Osaka),
    eip(7883, "MODEXP costs more", Osaka),
    eip(7918, "the blob fee is bounded by what blobs cost to execute", Osaka),
    eip(7934, "a block is at most 8 MiB", Osaka),
    eip(7939, "CLZ", Osaka),
    eip(7951, "P256VERIFY precompile", Osaka),
];

const fn eip(number: u16, title: &'static str, since: Revision) -> Eip {
    Eip { number, title, since, until: None }
}

const _: () = {
    let mut i = 1;
    while i < EIPS.len() {
        assert!(EIPS[i - 1].number < EIPS[i].number, "rules ascend");
        i += 1;
    }
};
