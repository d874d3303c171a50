//! Everything observable of running one case on one engine.
//!
//! Two levels: what consensus sees stands directly in [`Outcome`] and [`Receipt`]; what only engines of this project
//! must agree on stands in [`Exact`]. What an engine cannot report is [`Field::Unknown`], never zero.

use crate::{Address, B256, Bytes, State, Transcript, U256};
use spec::Halt;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A value that an engine may be unable to report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// It reported this.
    Known(T),
    /// It did not or cannot.
    #[default]
    Unknown,
}

impl<T> Field<T> {
    /// The value, if known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Field::Known(value) => Some(value),
            Field::Unknown => None,
        }
    }
}

/// The outcome of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// One entry per transaction.
    pub transactions: Vec<TxOutcome>,
    /// The accounts afterwards.
    pub state: Field<State>,
    /// Their root, when it was asked for.
    pub state_root: Field<B256>,
}

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TxOutcome {
    /// It was invalid and changed nothing.
    Rejected(Rejection),
    /// It was executed.
    Executed(Box<Receipt>),
}

impl TxOutcome {
    /// The receipt of an executed transaction.
    pub fn receipt(&self) -> Option<&Receipt> {
        match self {
            TxOutcome::Executed(receipt) => Some(receipt),
            TxOutcome::Rejected(_) => None,
        }
    }
}

/// An executed transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Whether it did what it was asked.
    pub success: bool,
    /// Gas paid for, refund deducted.
    pub gas_used: u64,
    /// What its first frame returned.
    pub output: Bytes,
    /// Logs in order.
    pub logs: Vec<Log>,
    /// The contract it created.
    pub created: Option<Address>,
    /// What only the exact level compares.
    pub exact: Field<Box<Exact>>,
}

/// What engines of this project agree on beyond consensus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exact {
    /// How the first frame ended.
    pub end: End,
    /// Gas its frame had left.
    pub gas_left: u64,
    /// Refund granted.
    pub refund: u64,
    /// Every frame, in the order in which they ended.
    pub frames: Vec<FrameEnd>,
    /// Accounts that were warm at the end; precompiled contracts, which always are, are left out.
    pub warm_accounts: BTreeSet<Address>,
    /// Slots that were warm at the end.
    pub warm_slots: BTreeSet<(Address, U256)>,
    /// Transient storage at the end.
    pub transient: BTreeMap<(Address, U256), U256>,
    /// What was asked of the world.
    pub transcript: Transcript,
}

/// How a frame ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// STOP, or code that ran out.
    Stop,
    /// RETURN.
    Return,
    /// SELFDESTRUCT.
    SelfDestruct,
    /// REVERT.
    Revert,
    /// Exceptionally.
    Halt(Halt),
}

impl End {
    /// Whether its changes stand.
    pub fn is_success(self) -> bool {
        matches!(self, End::Stop | End::Return | End::SelfDestruct)
    }

    /// One number for each end, for digests.
    pub fn code(self) -> u8 {
        match self {
            End::Stop => 0,
            End::Return => 1,
            End::SelfDestruct => 2,
            End::Revert => 3,
            End::Halt(halt) => 0x40 + halt as u8,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Stop => f.write_str("stop"),
            End::Return => f.write_str("return"),
            End::SelfDestruct => f.write_str("selfdestruct"),
            End::Revert => f.write_str("revert"),
            End::Halt(halt) => write!(f, "halt: {halt}"),
        }
    }
}

/// The end of one frame, precompiled contracts included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameEnd {
    /// Position among the frames, in order of entry.
    pub frame: u32,
    /// Its depth.
    pub depth: u32,
    /// Whose code ran.
    pub code_address: Address,
    /// How it ended.
    pub end: End,
    /// Gas it gave back; none after a halt.
    pub gas_left: u64,
    /// The refund counter of the transaction at that point.
    pub refund: i64,
}

/// One log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Who logged.
    pub address: Address,
    /// Up to four.
    pub topics: Vec<B256>,
    /// Any bytes.
    pub data: Bytes,
}

macro_rules! rejections {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        /// Why a transaction was not executed. Tested in this order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Rejection { $($(#[$doc])* $name = $code,)* }

        impl Rejection {
            /// Every reason.
            pub const ALL: &[Rejection] = &[$(Rejection::$name),*];

            /// The name used in files and reports.
            pub const fn name(self) -> &'static str {
                match self { $(Rejection::$name => $text),* }
            }
        }
    };
}

rejections! {
    /// The block that holds it is too long (EIP-7934).
    BlockTooLong = 1, "block too long";
    /// Its type does not exist yet (EIP-2718, 2930, 1559, 4844, 7702).
    TypeNotSupported = 2, "type not supported";
    /// A value beyond 256 bits has no encoding.
    ValueOverflow = 3, "value overflow";
    /// A blob transaction must have a callee (EIP-4844).
    BlobCreate = 4, "blob transaction creates";
    /// A blob transaction must carry blobs.
    BlobsMissing = 5, "no blobs";
    /// More blobs than a transaction or block may hold.
    BlobsTooMany = 6, "too many blobs";
    /// A blob hash with another version than 1.
    BlobVersion = 7, "blob version";
    /// The blob fee is above what is offered.
    BlobFeeTooLow = 8, "blob fee too low";
    /// A set-code transaction must have a callee (EIP-7702).
    SetCodeCreate = 9, "set-code transaction creates";
    /// A set-code transaction must carry authorisations.
    AuthorizationsMissing = 10, "no authorizations";
    /// The priority fee exceeds the fee (EIP-1559).
    PriorityAboveMax = 11, "priority fee above max fee";
    /// The fee is below the base fee.
    FeeBelowBase = 12, "fee below base fee";
    /// More gas than a transaction may have (EIP-7825).
    GasAboveCap = 13, "gas limit above cap";
    /// More gas than the block has left.
    GasAboveBlock = 14, "gas limit above block";
    /// Initcode above the limit (EIP-3860).
    InitcodeTooLarge = 15, "initcode too large";
    /// The gas limit does not pay for the transaction itself.
    IntrinsicGas = 16, "intrinsic gas too low";
    /// The gas limit does not pay the floor for calldata (EIP-7623).
    FloorGas = 17, "floor gas too low";
    /// The sender has code (EIP-3607).
    SenderNotEoa = 18, "sender has code";
    /// The nonce cannot grow any more (EIP-2681).
    NonceMax = 19, "nonce is max";
    /// The nonce was used already.
    NonceTooLow = 20, "nonce too low";
    /// A nonce is missing before it.
    NonceTooHigh = 21, "nonce too high";
    /// The sender cannot pay.
    InsufficientFunds = 22, "insufficient funds";
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Rejection {
    /// The reason with this name.
    pub fn from_name(name: &str) -> Option<Rejection> {
        Rejection::ALL.iter().copied().find(|rejection| rejection.name() == name)
    }
}
