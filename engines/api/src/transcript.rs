//! The transcript: the ordered list of what frames asked of the world, with the answers.
//!
//! It shows differences that cancel out before the end of a transaction: an access that was skipped or made twice,
//! a request that was made in the wrong order, or by a frame that halted afterwards.

use crate::U256;

/// Everything that was asked, in order.
pub type Transcript = Vec<Ask>;

/// One question and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Which frame asked, in order of entry.
    pub frame: u32,
    /// What.
    pub kind: AskKind,
    /// About which account, slot, block or target.
    pub subject: U256,
    /// The other operand: a value stored, a value moved, gas given.
    pub operand: U256,
    /// The answer, as a word.
    pub answer: U256,
    /// Whether the access was cold.
    pub cold: bool,
}

macro_rules! kinds {
    ($($name:ident = $code:literal, $text:literal;)*) => {
        /// What was asked.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum AskKind {
            $(#[doc = concat!("`", $text, "`")] $name = $code,)*
        }

        impl AskKind {
            /// The name used in reports.
            pub fn name(self) -> &'static str {
                match self { $(AskKind::$name => $text),* }
            }
        }
    };
}

kinds! {
    Account = 1, "account";
    Balance = 2, "balance";
    SelfBalance = 3, "self balance";
    CodeHash = 4, "code hash";
    Code = 5, "code";
    BlockHash = 6, "block hash";
    Load = 7, "load";
    Store = 8, "store";
    LoadTransient = 9, "transient load";
    StoreTransient = 10, "transient store";
    Log = 11, "log";
    Destroy = 12, "destroy";
    Call = 13, "call";
    Create = 14, "create";
    Precompile = 15, "precompile";
}
