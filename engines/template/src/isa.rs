//! What the walk asks of an architecture: limbs, carry chains, memory, heads and ends of sections.
//!
//! The walk deals in words of four limbs and decides where each limb is; a back end only encodes. Three rules make the
//! parts fit on every architecture:
//!
//! * **Flags.** [`Isa::chain`] continues the carry of the call before it, and the tests set a condition. `mov`, `store`,
//!   `store_limbs`, `advance` and `set` leave both alone, so that anything may be moved about in the middle of a chain or between a
//!   comparison and its branch. Everything else may destroy them.
//! * **Registers.** The walk hands out those of [`Isa::POOL`] and uses [`Isa::SPARE`] for one thing: to turn cycles of
//!   moves. All others belong to the back end, which may use them inside each method. Every operation but a call to a
//!   builtin keeps the registers of the pool, also where it leaves the straight path.
//! * **Aliasing.** A destination may be the same register as the left operand of the operation, never as another
//!   operand, unless a method says more.

use crate::buffer::{Label, Labels};
use runtime::Status;

/// A machine register, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reg(pub(crate) u8);

/// Where 64 bits of a word are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limb {
    /// Known.
    Imm(u64),
    /// In a register.
    Reg(Reg),
    /// On the stack in memory, so many limbs above the height at the head of the section.
    Stack(i32),
    /// In the context, at this offset.
    Context(i32),
}

/// A word, least significant limb first.
pub(crate) type Word = [Limb; 4];

/// A link of a carry chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// The first addition.
    Add,
    /// One that takes a carry.
    AddCarry,
    /// The first subtraction.
    Sub,
    /// One that takes a borrow.
    SubBorrow,
}

/// A bitwise operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bits {
    And,
    Or,
    Xor,
}

/// A shift of one limb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shift {
    Left,
    Right,
    /// To the right, with copies of the sign.
    Arithmetic,
}

/// What can be asked of the flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cond {
    /// After a test: all bits zero, or equal.
    Zero,
    NotZero,
    /// After a subtraction: it borrowed.
    Below,
    NotBelow,
    /// After a subtraction of signed words down to their highest limbs: it is negative.
    Less,
    NotLess,
}

impl Cond {
    /// The opposite.
    pub(crate) fn negated(self) -> Cond {
        match self {
            Cond::Zero => Cond::NotZero,
            Cond::NotZero => Cond::Zero,
            Cond::Below => Cond::NotBelow,
            Cond::NotBelow => Cond::Below,
            Cond::Less => Cond::NotLess,
            Cond::NotLess => Cond::Less,
        }
    }
}

/// An offset into memory or calldata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offset {
    /// Known, and small enough that nothing near it overflows 31 bits.
    Fixed(u32),
    /// Whatever the word holds.
    Word(Word),
}

/// What must hold at the head of a section. Need and growth together are at most a whole stack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Check {
    pub(crate) gas: u32,
    pub(crate) need: u16,
    pub(crate) growth: u16,
}

/// Code that could not be made: a branch out of range, or a label that was never bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unencodable(pub String);

/// An architecture, while it encodes one blob.
pub(crate) trait Isa: Sized {
    /// Registers for the walk to hand out.
    const POOL: &'static [Reg];
    /// One more, never handed out.
    const SPARE: Reg;
    /// Bytes from one of the places that [`Isa::failures`] makes to the next.
    const FAILURE_LEN: u32;
    /// Ways to encode branches, the shortest first. What one cannot encode is left to the next.
    const WAYS: u32;

    /// Begins a blob, with this way to encode branches. What was encoded before is gone.
    fn begin(&mut self, way: u32);
    /// The bytes of a blob that is finished.
    fn bytes(&self) -> &[u8];
    /// The same, for good.
    fn into_bytes(self) -> Vec<u8>;

    /// Bytes so far.
    fn len(&self) -> u32;
    /// A place to be bound.
    fn label(&mut self) -> Label;
    /// So many places to be bound.
    fn labels(&mut self, len: usize) -> Labels;
    /// Binds a place to here.
    fn bind(&mut self, label: Label);
    /// The entry from Rust: sets up the registers and goes to the entry in the context.
    fn prologue(&mut self);
    /// The places, one behind the other, to which the heads of sections go when a check fails. Each leaves with
    /// [`Status::FAILS`] and its own end in [`runtime::Context::failed_at`].
    fn failures(&mut self, labels: Labels);
    /// What is off the straight path.
    fn asides(&mut self);
    /// What sections share; then the blob is whole.
    fn finish(&mut self) -> Result<(), Unencodable>;

    /// Takes the gas of a section and checks gas and stack. At `fails` the gas has been taken.
    fn head(&mut self, check: Check, fails: Label);
    /// Tells the context about a canonical point and calls the builtin that reports it.
    fn checkpoint(&mut self, pc: u32);
    /// Moves the height to which [`Limb::Stack`] refers, by words.
    fn advance(&mut self, words: i32);
    /// Goes to a place.
    fn jump(&mut self, to: Label);
    /// Goes to a place if the condition holds.
    fn branch(&mut self, cond: Cond, to: Label);
    /// Goes to the JUMPDEST at the position in the register, or halts if there is none.
    fn jump_dynamic(&mut self, target: Reg);
    /// Leaves with this status.
    fn exit(&mut self, status: Status);
    /// Leaves with this status if the condition holds.
    fn exit_if(&mut self, cond: Cond, status: Status);
    /// Calls a builtin with this many words above the height at the head, and leaves if it says so. No register keeps
    /// its value but those of the back end. If `slow`, no short way is tried before.
    fn call(&mut self, builtin: u16, words: i32, slow: bool);
    /// Writes down the canonical point behind an instruction that suspends.
    fn resume_at(&mut self, pc: u32);

    /// Copies a limb.
    fn mov(&mut self, to: Reg, from: Limb);
    /// Copies a limb to the stack.
    fn store(&mut self, cell: i32, from: Limb);
    /// Copies a word to the stack, from this cell on. Limbs that lie there already stay.
    fn store_limbs(&mut self, cell: i32, word: &Word);
    /// One link of a chain; without a destination only its carry counts.
    fn chain(&mut self, link: Link, to: Option<Reg>, left: Limb, right: Limb);
    /// Compares two words by subtraction, from the limb `from` on; then `Below` or `Less` may be asked.
    fn compare(&mut self, left: &Word, right: &Word, from: usize);
    /// Whether all these limbs are zero.
    fn test_zero(&mut self, limbs: &[Limb]);
    /// Whether the pairs of limbs are equal.
    fn test_equal(&mut self, pairs: &[(Limb, Limb)]);
    /// One or zero, as the condition holds or not.
    fn set(&mut self, to: Reg, cond: Cond);
    /// A bitwise operation.
    fn bits(&mut self, op: Bits, to: Reg, left: Limb, right: Limb);
    /// All bits flipped.
    fn not(&mut self, to: Reg, from: Limb);
    /// A shift by 1 to 63.
    fn shift(&mut self, op: Shift, to: Reg, from: Limb, by: u32);
    /// The low limb of `high:low` shifted right by 1 to 63. The destination may be `high` or `low`.
    fn funnel(&mut self, to: Reg, high: Limb, low: Limb, by: u32);
    /// A shift of a word by an amount that is not known. A destination may be the limb of the word at its place.
    fn shift_by(&mut self, op: Shift, to: [Reg; 4], word: &Word, amount: &Word);
    /// The low word of a product. No destination is an operand.
    fn multiply(&mut self, to: [Reg; 4], left: &Word, right: &Word);
    /// What is left of the gas.
    fn gas_left(&mut self, to: Reg);

    /// Reads a word of memory, which grows if `checked` is false. No destination is part of the offset.
    fn load_word(&mut self, to: [Reg; 4], from: Offset, checked: bool);
    /// Writes a word of memory.
    fn store_word(&mut self, to: Offset, word: &Word, checked: bool);
    /// Writes a byte of memory, the lowest of the limb.
    fn store_byte(&mut self, to: Offset, low: Limb, checked: bool);
    /// Reads a word of calldata. No destination is part of the offset.
    fn load_input(&mut self, to: [Reg; 4], from: Offset);
}
