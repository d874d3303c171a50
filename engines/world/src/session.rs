//! One transaction at work: the host that frames ask, and the record of what happened.

use crate::state::World;
use alloy_primitives::keccak256;
use api::digest::Encoder;
use api::outcome::FrameEnd;
use api::{
    AccountInfo, Address, Ask, AskKind, B256, Block, Bytes, Checkpoint, Code, Flow, Frame, Halt, Host, Loaded, Log,
    Observer, Revision, Slot, Step, Transcript, U256,
};
use spec::{gas, limits};

/// What is recorded of a transaction for the exact level.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) frames: Vec<FrameEnd>,
    pub(crate) transcript: Transcript,
}

impl Record {
    /// Nothing yet, with room for what most transactions ask, which is not more than allocators give out quickly.
    pub(crate) fn new() -> Record {
        Record { frames: Vec::with_capacity(4), transcript: Transcript::with_capacity(8) }
    }
}

/// Where the stream of checkpoints stands; it runs through all transactions of a case.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stream {
    pub(crate) index: u64,
    pub(crate) digest: B256,
    /// The last point reported: transaction, frame, pc and gas. Every section costs gas, so no point recurs.
    last: Option<(u32, u32, u32, u64)>,
}

/// The host of one transaction.
pub(crate) struct Session<'a, 'w> {
    pub(crate) world: &'a mut World<'w>,
    pub(crate) block: &'a Block,
    pub(crate) transaction: u32,
    pub(crate) record: Option<Record>,
    pub(crate) stream: &'a mut Stream,
    pub(crate) observer: Option<&'a mut dyn Observer>,
    /// The frame that runs now, by order of entry.
    pub(crate) frame: u32,
    /// Questions asked so far, recorded or not, so that the limit is met by every watch alike.
    pub(crate) asks: u64,
    /// Whether canonical points are reported to the observer; a frame may be made to report them for the driver alone.
    pub(crate) checkpoints: bool,
    /// Canonical points reported since the driver began to count.
    pub(crate) points: u32,
    /// Bytes logged and deployed so far, in frames that were undone too.
    pub(crate) kept_bytes: u64,
}

impl Session<'_, '_> {
    /// Adds a question to the transcript.
    pub(crate) fn ask(&mut self, kind: AskKind, subject: U256, operand: U256, answer: U256, cold: bool) {
        self.asks += 1;
        let frame = self.frame;
        if let Some(record) = &mut self.record {
            record.transcript.push(Ask { frame, kind, subject, operand, answer, cold });
        }
    }

    fn about(&mut self, kind: AskKind, address: Address, answer: U256, cold: bool) {
        self.ask(kind, word(address), U256::ZERO, answer, cold);
    }
}

/// The same observer for a shorter time.
pub(crate) fn lend<'s>(observer: &'s mut Option<&mut dyn Observer>) -> Option<&'s mut dyn Observer> {
    match observer {
        Some(observer) => Some(&mut **observer),
        None => None,
    }
}

/// An address as a word.
pub(crate) fn word(address: Address) -> U256 {
    U256::from_be_slice(address.as_slice())
}

impl Host for Session<'_, '_> {
    fn account(&mut self, address: Address) -> Loaded<AccountInfo> {
        let (entry, cold) = self.world.look(address);
        let value = AccountInfo {
            exists: entry.exists,
            empty: entry.is_empty(),
            balance: entry.balance,
            code: entry.code.clone(),
        };
        self.about(AskKind::Account, address, U256::from(value.exists as u8 + 2 * value.empty as u8), cold);
        Loaded { value, cold }
    }

    fn balance(&mut self, address: Address) -> Loaded<U256> {
        let (entry, cold) = self.world.look(address);
        let value = entry.balance;
        self.about(AskKind::Balance, address, value, cold);
        Loaded { value, cold }
    }

    fn self_balance(&mut self, frame: &Frame) -> U256 {
        let balance = self.world.entry(frame.message.address).balance;
        self.about(AskKind::SelfBalance, frame.message.address, balance, false);
        balance
    }

    fn code_hash(&mut self, address: Address) -> Loaded<B256> {
        let (entry, cold) = self.world.look(address);
        let is_nothing = entry.is_empty() && !(fault::planted!(WorldHashEmpty) && entry.exists);
        let value = if is_nothing { B256::ZERO } else { entry.code.hash() };
        self.about(AskKind::CodeHash, address, value.into(), cold);
        Loaded { value, cold }
    }

    fn code(&mut self, address: Address) -> Loaded<Code> {
        let (entry, cold) = self.world.look(address);
        let value = entry.code.clone();
        self.about(AskKind::Code, address, U256::from(value.len()), cold);
        Loaded { value, cold }
    }

    fn block_hash(&mut self, number: u64) -> B256 {
        // State tests answer with keccak of the number in decimal.
        let known = self.block.hashes.get(&number).copied();
        let hash = known.unwrap_or_else(|| keccak256(number.to_string()));
        self.ask(AskKind::BlockHash, U256::from(number), U256::ZERO, hash.into(), false);
        hash
    }

    fn load(&mut self, frame: &Frame, key: U256) -> Loaded<Slot> {
        let (cell, cold) = self.world.warm_slot(frame.message.address, key);
        self.ask(AskKind::Load, key, cell.original, cell.current, cold);
        Loaded { value: Slot { original: cell.original, current: cell.current }, cold }
    }

    fn store(&mut self, frame: &Frame, key: U256, value: U256, refund: i64) {
        self.world.set_slot(frame.message.address, key, value);
        self.world.refund += refund;
        self.ask(AskKind::Store, key, value, U256::from(refund.unsigned_abs()), refund < 0);
    }

    fn load_transient(&mut self, frame: &Frame, key: U256) -> U256 {
        let value = self.world.transient_slot(frame.message.address, key);
        self.ask(AskKind::LoadTransient, key, U256::ZERO, value, false);
        value
    }

    fn store_transient(&mut self, frame: &Frame, key: U256, value: U256) {
        self.world.set_transient(frame.message.address, key, value);
        self.ask(AskKind::StoreTransient, key, value, U256::ZERO, false);
    }

    fn log(&mut self, frame: &Frame, topics: &[B256], data: Bytes) {
        self.ask(AskKind::Log, word(frame.message.address), U256::from(topics.len()), U256::from(data.len()), false);
        self.kept_bytes += data.len() as u64;
        self.world.logs.push(Log { address: frame.message.address, topics: topics.to_vec(), data });
    }

    fn destroy(&mut self, frame: &Frame, beneficiary: Address) {
        let owner = frame.message.address;
        let entry = self.world.entry(owner);
        let (balance, created) = (entry.balance, entry.created);
        self.ask(AskKind::Destroy, word(owner), word(beneficiary), balance, created);
        // EIP-6780: only what this transaction created disappears; the rest merely gives its balance away.
        let disappears = created || fault::planted!(WorldDestroyCancun) || !self.world.revision.is(Revision::Cancun);
        if owner != beneficiary {
            self.world.transfer(owner, beneficiary, balance);
        } else if disappears && !fault::planted!(WorldDestroySelf) {
            self.world.touch(owner);
            self.world.set_balance(owner, U256::ZERO);
        }
        if disappears
            && (self.world.destroy(owner) || fault::planted!(WorldDestroyRefund))
            && !self.world.revision.is(Revision::London)
        {
            self.world.refund += gas::SELFDESTRUCT_REFUND;
        }
    }

    fn is_over_limit(&self) -> bool {
        self.asks > limits::ASKS || self.kept_bytes > limits::KEPT_BYTES
    }

    fn checkpoint(&mut self, frame: &Frame) -> Flow {
        self.points += 1;
        let Some(observer) = self.observer.as_mut().filter(|_| self.checkpoints) else { return Flow::Continue };
        // A vm that leaves at a point and the one that takes over there both report it.
        let point = Some((self.transaction, frame.id, frame.pc, frame.gas_left));
        if std::mem::replace(&mut self.stream.last, point) == point {
            return Flow::Continue;
        }
        let mut hash = Encoder::new(2);
        hash.raw(self.stream.digest.as_slice());
        for number in [self.transaction, frame.id, frame.message.depth, frame.pc, frame.stack_len] {
            hash.number(number.into());
        }
        hash.number(frame.gas_left);
        frame.words().iter().for_each(|word| hash.word(word));
        hash.bytes(frame.memory.as_slice());
        hash.bytes(&frame.return_data);
        hash.number(self.world.refund as u64);
        self.stream.digest = hash.finish();
        let checkpoint = Checkpoint {
            index: self.stream.index,
            transaction: self.transaction,
            frame: frame.id,
            depth: frame.message.depth,
            pc: frame.pc,
            gas_left: frame.gas_left,
            stack_len: frame.stack_len,
            memory_len: frame.memory.len() as u64,
            digest: self.stream.digest,
        };
        self.stream.index += 1;
        observer.checkpoint(&checkpoint, frame)
    }

    fn step(&mut self, frame: &Frame, opcode: u8) {
        let refund = self.world.refund;
        if let Some(observer) = &mut self.observer {
            observer.step(&Step { opcode, refund }, frame);
        }
    }

    fn stepped(&mut self, frame: &Frame, gas_cost: u64, halt: Option<Halt>) {
        if let Some(observer) = &mut self.observer {
            observer.stepped(frame, gas_cost, halt);
        }
    }
}
