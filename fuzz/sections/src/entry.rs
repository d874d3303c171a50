//! The states in which sections begin.

use api::dice::Dice;
use api::{Address, B256, Bytes, CallKind, Env, Frame, Message, Revision, U256};
use plan::Section;
use spec::limits;
use std::sync::Arc;

/// Bytes that a memory may grow to.
const MEMORY_MAX: u64 = 1 << 18;

/// What is the same for every state.
pub(crate) struct Setting {
    env: Arc<Env>,
}

impl Setting {
    pub(crate) fn new(revision: Revision) -> Setting {
        let word = |n: u64| U256::from(n) << 64 | U256::from(!n);
        let env = Env {
            revision,
            chain_id: U256::ONE,
            number: U256::from(1_000),
            timestamp: U256::from(1_700_000_000_u64),
            coinbase: word(0xc0) >> 32,
            gas_limit: U256::from(30_000_000),
            prevrandao: word(0x7a) << 128,
            base_fee: U256::from(7),
            blob_base_fee: U256::from(3),
            origin: word(0x5e) >> 32,
            gas_price: U256::from(10),
            blob_hashes: vec![B256::repeat_byte(1), B256::repeat_byte(0xb2)],
        };
        Setting { env: Arc::new(env) }
    }

    /// A frame in a state.
    pub(crate) fn frame(&self, entry: &Entry) -> Frame {
        let mut frame = Frame::new(entry.message.clone(), self.env.clone());
        frame.reset(entry.message.clone(), self.env.clone(), MEMORY_MAX);
        (frame.pc, frame.gas_left, frame.checkpoints) = (entry.pc, entry.gas, true);
        frame.stack[..entry.stack.len()].copy_from_slice(&entry.stack);
        frame.stack_len = entry.stack.len() as u32;
        if frame.memory.grow(entry.memory.len() as u64).is_ok() {
            frame.memory.as_mut_slice().copy_from_slice(&entry.memory);
        }
        frame.return_data = entry.return_data.clone();
        frame
    }
}

/// A state.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) seed: u64,
    pub(crate) pc: u32,
    pub(crate) gas: u64,
    pub(crate) stack: Vec<U256>,
    pub(crate) memory: Vec<u8>,
    return_data: Bytes,
    message: Message,
}

impl Entry {
    /// One for a section: most let it run to its end, some fail its check by one.
    pub(crate) fn draw(dice: &mut Dice, section: &Section, targets: &[U256]) -> Entry {
        let n_words = height(dice, section);
        let n_bytes = 32 * dice.of(&[0, 0, 1, 2, 8, 33]);
        let (n_returned, n_input) = (dice.of(&[0, 1, 32, 95]), dice.of(&[0, 4, 31, 36, 164]));
        let message = Message {
            kind: CallKind::Call,
            depth: dice.below(3) as u32,
            is_static: dice.below(8) == 0,
            gas: 0,
            address: Address::repeat_byte(0xad),
            code_address: Address::repeat_byte(0xad),
            caller: Address::from_slice(&bytes(dice, 20)),
            value: word(dice, targets),
            input: bytes(dice, n_input).into(),
        };
        Entry {
            seed: dice.roll(),
            pc: section.pc,
            gas: gas(dice, section.gas),
            stack: (0..n_words).map(|_| word(dice, targets)).collect(),
            memory: bytes(dice, n_bytes),
            return_data: bytes(dice, n_returned).into(),
            message,
        }
    }
}

/// Words on the stack: few more than are needed, or nearly as many as fit.
fn height(dice: &mut Dice, section: &Section) -> u64 {
    let (need, growth) = (u64::from(section.need), u64::from(section.growth));
    let most = (limits::STACK as u64).saturating_sub(growth);
    let height = match dice.below(12) {
        0 => need.saturating_sub(1),
        1 => most,
        2 => most + 1,
        3 => need,
        _ => need + dice.below(4) as u64,
    };
    height.min(limits::STACK as u64)
}

/// Gas: around the price, enough for what depends on operands, or so much that a sign would show.
fn gas(dice: &mut Dice, price: u64) -> u64 {
    match dice.below(10) {
        0 => price.saturating_sub(1),
        1 => price,
        2 => price + 1 + dice.below(200) as u64,
        3 => dice.of(&[u64::MAX, 1 << 63, (1 << 63) - 1, 1 << 32, (1 << 32) - 1]),
        4 => price + dice.below(60_000) as u64,
        _ => price + 1_000_000,
    }
}

/// A word: small enough for an offset, a place to jump to, or with limbs at their corners.
fn word(dice: &mut Dice, targets: &[U256]) -> U256 {
    match dice.below(8) {
        0..3 => U256::from(dice.below(300)),
        3 if !targets.is_empty() => targets[dice.below(targets.len())],
        4 => U256::from(dice.roll() >> dice.below(64)),
        5 => U256::from(dice.roll()) << dice.below(200),
        _ => limbs(dice),
    }
}

/// A word whose limbs stand at corners or are random.
fn limbs(dice: &mut Dice) -> U256 {
    let corners = [0, 0, 1, u64::MAX, u64::MAX, 1 << 63, (1 << 63) - 1, 1 << 32];
    U256::from_limbs(std::array::from_fn(|_| match dice.below(3) {
        0 => dice.roll(),
        _ => dice.of(&corners),
    }))
}

fn bytes(dice: &mut Dice, len: usize) -> Vec<u8> {
    (0..len).map(|_| dice.roll() as u8).collect()
}
