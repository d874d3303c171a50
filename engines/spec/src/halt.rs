//! How a frame can end exceptionally, and in which order an engine looks for the reasons.
//!
//! Consensus only sees that a frame halted. Engines of this project also agree on the kind, so the order in
//! which the reasons are tested is fixed here, once, for all of them:
//!
//! 1. the opcode is undefined in this revision ([`Halt::Undefined`]);
//! 2. the stack holds fewer words than it pops ([`Halt::StackUnderflow`]);
//! 3. the stack would exceed 1024 words ([`Halt::StackOverflow`]);
//! 4. the static price exceeds the gas left ([`Halt::OutOfGas`]);
//! 5. it changes state in a static frame ([`Halt::StaticViolation`]);
//! 6. dynamic gas that needs no state: memory growth, words, the EIP-2200 sentry ([`Halt::OutOfGas`]);
//! 7. the state is accessed (and the access recorded);
//! 8. gas that depends on what was found there ([`Halt::OutOfGas`]);
//! 9. the operation's own failure: a bad jump, data out of bounds, initcode too large, the INVALID instruction.
//!
//! A size or offset that overflows counts as out of gas.

use core::fmt;

macro_rules! halts {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        /// Why a frame ended exceptionally: all its gas is gone and its changes are undone.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Halt {
            $($(#[$doc])* $name = $code,)*
        }

        impl Halt {
            /// Every kind, in the order of precedence.
            pub const ALL: &[Halt] = &[$(Halt::$name),*];

            /// The name used in files and reports.
            pub const fn name(self) -> &'static str {
                match self { $(Halt::$name => $text),* }
            }
        }
    };
}

halts! {
    /// The byte is no instruction of this revision.
    Undefined = 1, "undefined instruction";
    /// Fewer words on the stack than the instruction pops.
    StackUnderflow = 2, "stack underflow";
    /// More than 1024 words on the stack.
    StackOverflow = 3, "stack overflow";
    /// Gas ran out, or a size was beyond anything gas can buy.
    OutOfGas = 4, "out of gas";
    /// A state change in a static frame (EIP-214).
    StaticViolation = 5, "static violation";
    /// The target of a jump is not a JUMPDEST.
    InvalidJump = 6, "invalid jump";
    /// RETURNDATACOPY beyond the end of the return data (EIP-211).
    ReturnDataOutOfBounds = 7, "return data out of bounds";
    /// Initcode above the limit in CREATE or CREATE2 (EIP-3860).
    InitcodeTooLarge = 8, "initcode too large";
    /// The designated INVALID instruction (EIP-141).
    Invalid = 9, "invalid instruction";
    /// The address of a create is taken (EIP-684, EIP-7610).
    Collision = 10, "address collision";
    /// Deployed code above the limit (EIP-170).
    CodeTooLarge = 11, "code too large";
    /// Deployed code begins with 0xEF (EIP-3541).
    CodeStartsWithEf = 12, "code starts with 0xef";
    /// A precompiled contract refused its input.
    Precompile = 13, "precompile failure";
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Halt {
    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Halt> {
        Halt::ALL.iter().copied().find(|halt| halt.name() == name)
    }

    /// The kind with this code, as stored in digests and frames.
    pub fn from_code(code: u8) -> Option<Halt> {
        Halt::ALL.iter().copied().find(|halt| *halt as u8 == code)
    }
}
