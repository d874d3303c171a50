//! The one table of what compiled code may call on the stack: an entry per opcode, then a few that are no instruction. (`narrow` has
//! two functions beside it, with operands in registers.)
//!
//! An entry takes its operands from the top of a stack in memory, leaves its answer in their place, and says in a register
//! whether to go on. How many words it takes and leaves is checked against the instruction table when this compiles.
//! Nothing unwinds into compiled code: a panic is kept in the context and answered as [`Status::PANICKED`]. Functions of words
//! alone are not wrapped, so none of them may panic: a test gives each of them every combination of words at corners, where
//! the checks of the development profile would. [`is_pure`] tells which they are.

#![allow(unsafe_code, reason = "operands and answers lie on a stack that only a pointer names")]

use crate::words::{operands, write};
use crate::{Context, Moduli, Status, arith, call, memory, modular, quick, state};
use api::U256;
use spec::table::TABLE;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// An entry of the table. `sp` is where the next word would be pushed.
///
/// # Safety
/// The words that the entry takes lie below `sp`, and those it leaves fit in their place or above it. Compiled code
/// shows this at the head of each section.
pub type Builtin = unsafe extern "C" fn(context: &mut Context<'_>, sp: *mut U256) -> u32;

/// Grows memory to the end in the context.
pub const GROW: u16 = 256;
/// Reports the canonical point in the context.
pub const CHECKPOINT: u16 = 257;
/// Entries in the table.
pub const COUNT: usize = 258;

/// The table, or the one with the entries that use BMI1 and BMI2, if that is asked for and the processor has them.
/// They answer the same.
pub fn builtins(bmi2: bool) -> &'static [Builtin; COUNT] {
    #[cfg(target_arch = "x86_64")]
    if bmi2 && bmi::is_there() {
        return &bmi::BUILTINS;
    }
    let _ = bmi2;
    &BUILTINS
}

/// Entries for which the compiler may use more instructions: those that are nothing but arithmetic on limbs.
#[cfg(target_arch = "x86_64")]
mod bmi {
    use super::*;
    use spec::op;

    pub(super) static BUILTINS: [Builtin; COUNT] = {
        let mut table = super::BUILTINS;
        table[op::MULMOD as usize] = mulmod;
        table[op::KECCAK256 as usize] = keccak;
        table
    };

    /// Whether the processor has what these entries need.
    pub(super) fn is_there() -> bool {
        std::arch::is_x86_feature_detected!("bmi1") && std::arch::is_x86_feature_detected!("bmi2")
    }

    #[target_feature(enable = "bmi1,bmi2")]
    unsafe extern "C" fn mulmod(context: &mut Context<'_>, sp: *mut U256) -> u32 {
        let moduli = &mut *context.moduli;
        // SAFETY: what the type asks of the caller.
        unsafe { reckon(sp, |operands| modular::mulmod(moduli, operands)) }
    }

    #[target_feature(enable = "bmi1,bmi2")]
    unsafe extern "C" fn keccak(context: &mut Context<'_>, sp: *mut U256) -> u32 {
        // SAFETY: what the type asks of the caller.
        unsafe { carry_out(context, sp, |context, operands| memory::keccak_by(context, operands, hash)) }
    }

    /// The closure above is called through the guard against panics, which would not take the features along.
    fn hash(data: &[u8]) -> [u8; 32] {
        #[target_feature(enable = "bmi1,bmi2")]
        fn with_features(data: &[u8]) -> [u8; 32] {
            crate::keccak::keccak256(data)
        }
        // SAFETY: the table that holds the entry which calls this is given out only where the features are there.
        unsafe { with_features(data) }
    }
}

/// What a builtin leaves in place of its operands.
trait Answer {
    /// Words.
    const WORDS: usize;
    /// The word, if there is one.
    fn word(self) -> Option<U256>;
}

impl Answer for () {
    const WORDS: usize = 0;
    fn word(self) -> Option<U256> {
        None
    }
}

impl Answer for U256 {
    const WORDS: usize = 1;
    fn word(self) -> Option<U256> {
        Some(self)
    }
}

/// Runs a body on its operands, as they lie on the stack.
///
/// # Safety
/// As for [`Builtin`].
#[inline(always)]
unsafe fn carry_out<'a, const POPS: usize, A: Answer>(
    context: &mut Context<'a>,
    sp: *mut U256,
    body: impl FnOnce(&mut Context<'a>, &[U256; POPS]) -> Result<A, Status>,
) -> u32 {
    let base = sp.wrapping_sub(POPS);
    if !fault::planted!(RuntimeDestroyStack) {
        context.sp = base;
    }
    // SAFETY: the caller vouches for `POPS` words below `sp`.
    let operands = unsafe { operands(base) };
    match catch_unwind(AssertUnwindSafe(|| body(context, &operands))) {
        Ok(Ok(answer)) => {
            if let Some(word) = answer.word() {
                // SAFETY: the caller vouches for the place of the answer, and the operands were copied.
                unsafe { write(base, &word) };
            }
            Status::GO_ON.0
        }
        Ok(Err(status)) => status.0,
        Err(panic) => {
            context.panic = Some(panic);
            Status::PANICKED.0
        }
    }
}

/// Runs a function of words alone.
///
/// # Safety
/// As for [`Builtin`].
#[inline(always)]
pub(crate) unsafe fn reckon<const POPS: usize>(sp: *mut U256, body: impl FnOnce(&[U256; POPS]) -> U256) -> u32 {
    let base = sp.wrapping_sub(POPS);
    // SAFETY: the caller vouches for `POPS` words below `sp`.
    let operands = unsafe { operands(base) };
    let word = body(&operands);
    // SAFETY: and for the place of the answer; the operands are not used any more.
    unsafe { write(base, &word) };
    Status::GO_ON.0
}

/// Words that a body takes and leaves, for the check against the instruction table.
const fn effect<const POPS: usize, A: Answer>(_: &fn(&mut Context<'_>, &[U256; POPS]) -> Result<A, Status>) -> [u8; 2] {
    [POPS as u8, A::WORDS as u8]
}

unsafe extern "C" fn missing(_: &mut Context<'_>, _: *mut U256) -> u32 {
    Status::MISSING.0
}

macro_rules! table {
    ($($kind:ident $entry:tt $body:path;)*) => {
        static BUILTINS: [Builtin; COUNT] = {
            let mut table: [Builtin; COUNT] = [missing; COUNT];
            $(table[index!($entry) as usize] = {
                unsafe extern "C" fn entry(context: &mut Context<'_>, sp: *mut U256) -> u32 {
                    // SAFETY: what the type asks of the caller.
                    unsafe { run!($kind context, sp, $body) }
                }
                entry
            };)*
            quick::put(&mut table);
            table
        };

        /// Whether an entry is a function of words alone: it takes no gas and always goes on.
        pub const fn is_pure(entry: u16) -> bool {
            $(if index!($entry) as u16 == entry {
                return kind!($kind);
            })*
            false
        }

        /// The answer of a function of words alone; operands as popped, the top word first. `None` for what is none.
        pub fn calculate(opcode: u8, operands: &[U256; 3], moduli: &mut Moduli) -> Option<U256> {
            let entry = u16::from(opcode);
            $(if index!($entry) as u16 == entry {
                return answer!($kind operands, moduli, $body);
            })*
            None
        }

        const _: () = {
            $(check!($kind $entry $body);)*
        };
    };
}
macro_rules! index {
    ((extra $entry:ident)) => {
        $entry
    };
    ($entry:ident) => {
        spec::op::$entry
    };
}
macro_rules! kind {
    (pure) => {
        true
    };
    (kept) => {
        true
    };
    (full) => {
        false
    };
}
macro_rules! answer {
    (pure $operands:ident, $moduli:ident, $body:path) => {
        Some(of_popped($operands, $body))
    };
    (kept $operands:ident, $moduli:ident, $body:path) => {
        Some(of_popped($operands, |operands| $body($moduli, operands)))
    };
    (full $operands:ident, $moduli:ident, $body:path) => {
        None
    };
}
macro_rules! run {
    (pure $context:ident, $sp:ident, $body:path) => {{
        let _ = $context;
        reckon($sp, |operands| $body(operands))
    }};
    (kept $context:ident, $sp:ident, $body:path) => {{
        let moduli = &mut *$context.moduli;
        reckon($sp, |operands| $body(moduli, operands))
    }};
    (full $context:ident, $sp:ident, $body:path) => {
        carry_out($context, $sp, $body)
    };
}
macro_rules! check {
    (pure $entry:ident $body:path) => {
        assert!(TABLE[spec::op::$entry as usize].unwrap().pops as usize == pops(&($body as fn(&_) -> _)));
    };
    (kept $entry:ident $body:path) => {};
    (full (extra $entry:ident) $body:path) => {};
    (full $entry:ident $body:path) => {
        let row = TABLE[spec::op::$entry as usize].unwrap();
        let [pops, pushes] = effect(&($body as fn(&mut Context<'_>, &_) -> _));
        assert!(row.pops == pops && (row.pushes == pushes || row.is_terminator()));
    };
}

/// Turns operands round: bodies want them as they lie on the stack.
fn of_popped<const POPS: usize>(popped: &[U256; 3], body: impl FnOnce(&[U256; POPS]) -> U256) -> U256 {
    body(&std::array::from_fn(|i| popped[POPS - 1 - i]))
}

const fn pops<const POPS: usize>(_: &fn(&[U256; POPS]) -> U256) -> usize {
    POPS
}

table! {
    pure ADD arith::add;
    pure MUL arith::mul;
    pure SUB arith::sub;
    pure DIV arith::div;
    pure SDIV arith::sdiv;
    pure MOD arith::rem;
    pure SMOD arith::smod;
    pure ADDMOD modular::addmod;
    kept MULMOD modular::mulmod;
    full EXP memory::exp;
    pure SIGNEXTEND arith::signextend;
    pure LT arith::lt;
    pure GT arith::gt;
    pure SLT arith::slt;
    pure SGT arith::sgt;
    pure EQ arith::eq;
    pure ISZERO arith::iszero;
    pure AND arith::and;
    pure OR arith::or;
    pure XOR arith::xor;
    pure NOT arith::not;
    pure BYTE arith::byte;
    pure SHL arith::shl;
    pure SHR arith::shr;
    pure SAR arith::sar;
    pure CLZ arith::clz;
    full KECCAK256 memory::keccak;
    full BALANCE state::balance;
    full CALLDATALOAD memory::calldataload;
    full CALLDATACOPY memory::calldatacopy;
    full CODECOPY memory::codecopy;
    full EXTCODESIZE state::extcodesize;
    full EXTCODECOPY state::extcodecopy;
    full RETURNDATACOPY memory::returndatacopy;
    full EXTCODEHASH state::extcodehash;
    full BLOCKHASH state::blockhash;
    full SELFBALANCE state::selfbalance;
    full BLOBHASH memory::blobhash;
    full MLOAD memory::mload;
    full MSTORE memory::mstore;
    full MSTORE8 memory::mstore8;
    full SLOAD state::sload;
    full SSTORE state::sstore;
    full TLOAD state::tload;
    full TSTORE state::tstore;
    full MCOPY memory::mcopy;
    full LOG0 state::log::<2>;
    full LOG1 state::log::<3>;
    full LOG2 state::log::<4>;
    full LOG3 state::log::<5>;
    full LOG4 state::log::<6>;
    full CREATE call::create;
    full CALL call::call;
    full CALLCODE call::callcode;
    full RETURN memory::ret;
    full DELEGATECALL call::delegatecall;
    full CREATE2 call::create2;
    full STATICCALL call::staticcall;
    full REVERT memory::revert;
    full SELFDESTRUCT call::selfdestruct;
    full (extra GROW) memory::grow;
    full (extra CHECKPOINT) memory::checkpoint;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modular::Moduli;

    /// Words at whose limbs, bits and signs something changes, and numbers at which amounts and indices end.
    fn corners() -> Vec<U256> {
        let powers = [8, 63, 64, 65, 127, 128, 129, 191, 192, 193, 248, 254, 255].map(|bit| U256::ONE << bit);
        let amounts = [0u64, 2, 3, 30, 31, 32, 33, 255, 257].map(U256::from);
        let around =
            |word: U256| [word.wrapping_sub(U256::ONE), word, word.wrapping_add(U256::ONE), word.wrapping_neg()];
        let mixed = [[u64::MAX, 0, u64::MAX, 0], [0, u64::MAX, 0, 1 << 63], [1, 0, 0, 1]].map(U256::from_limbs);
        let mut all: Vec<U256> = powers.into_iter().flat_map(around).chain(amounts).chain(mixed).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Whether something answers, and does not panic.
    fn answers(run: impl FnOnce() -> Option<U256>) -> bool {
        catch_unwind(AssertUnwindSafe(run)).is_ok_and(|word| word.is_some())
    }

    #[test]
    fn functions_of_words_alone_never_panic() {
        let (corners, mut moduli) = (corners(), Moduli::default());
        let mut entries = 0;
        for entry in (0..COUNT as u16).filter(|entry| is_pure(*entry)) {
            entries += 1;
            let pops = usize::from(TABLE[usize::from(entry)].unwrap().pops);
            // Digits of a number to the base of the corners; the modulus is the slowest.
            for number in 0..corners.len().pow(pops as u32) {
                let digit = |i: usize| corners[number / corners.len().pow((pops - 1 - i) as u32) % corners.len()];
                let words = std::array::from_fn(|i| if i < pops { digit(i) } else { U256::ZERO });
                assert!(answers(|| calculate(entry as u8, &words, &mut moduli)), "entry {entry:#x} on {words:x?}");
            }
        }
        assert_eq!(entries, 25);
        assert!(!is_pure(spec::op::EXP.into()) && calculate(spec::op::EXP, &[U256::ZERO; 3], &mut moduli).is_none());
    }

    #[test]
    fn a_panic_is_seen() {
        assert!(!answers(|| None) && !answers(|| panic!("an operand is missing")));
    }
}
