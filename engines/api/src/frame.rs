//! The whole state of a call frame at a canonical point.
//!
//! A canonical point is a place fixed by the bytecode and the instruction table alone: the entry, every JUMPDEST,
//! and the place after each instruction that ends a section. There, and only there, a [`Frame`] is complete:
//! all live words are on the stack, the gas is exact, nothing is prepaid. Every engine can start and stop at any of
//! them, so suspending at a call, handing a frame to another engine and comparing checkpoints are one mechanism.
//!
//! The layout is `repr(C)` and its hot part is asserted, because compiled code addresses it.

use crate::{Address, B256, Bytes, Code, Memory, U256};
use spec::{Revision, limits};
use std::mem::offset_of;
use std::sync::Arc;

/// The words of a stack; only the first `stack_len` of a frame mean anything.
pub type Words = [U256; limits::STACK];

/// State of one call frame.
#[repr(C)]
#[derive(Debug)]
pub struct Frame {
    /// Gas not yet spent.
    pub gas_left: u64,
    /// Where to go on.
    pub pc: u32,
    /// Words on the stack.
    pub stack_len: u32,
    /// The words; the top of the stack is `stack[stack_len - 1]`.
    pub stack: Box<Words>,
    /// Where the output of RETURN or REVERT begins in memory.
    pub output_offset: u64,
    /// Its length.
    pub output_len: u64,
    /// Whether [`crate::Host::checkpoint`] is to be called at every canonical point.
    pub checkpoints: bool,
    /// Whether [`crate::Host::step`] is to be called for every instruction.
    pub steps: bool,
    /// Memory.
    pub memory: Memory,
    /// What the last call returned.
    pub return_data: Bytes,
    /// What the frame was asked.
    pub message: Message,
    /// What is constant in a transaction.
    pub env: Arc<Env>,
    /// What the frame asks of the driver when it suspends.
    pub request: Option<Request>,
    /// Position of the frame among all frames of the transaction, in order of entry.
    pub id: u32,
}

const _: () = {
    assert!(offset_of!(Frame, gas_left) == 0);
    assert!(offset_of!(Frame, pc) == 8);
    assert!(offset_of!(Frame, stack_len) == 12);
    assert!(offset_of!(Frame, stack) == 16);
    assert!(offset_of!(Frame, output_offset) == 24);
    assert!(offset_of!(Frame, output_len) == 32);
    assert!(offset_of!(Frame, checkpoints) == 40);
    assert!(offset_of!(Frame, steps) == 41);
    assert!(size_of::<Box<Words>>() == size_of::<usize>());
};

/// What a frame was asked to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// How it was asked.
    pub kind: CallKind,
    /// Zero for the frame of the transaction.
    pub depth: u32,
    /// Whether state changes are forbidden (EIP-214).
    pub is_static: bool,
    /// Gas given.
    pub gas: u64,
    /// Whose storage and balance it works on: ADDRESS.
    pub address: Address,
    /// Whose code it runs.
    pub code_address: Address,
    /// CALLER.
    pub caller: Address,
    /// CALLVALUE.
    pub value: U256,
    /// Calldata; empty in a create, whose code is the initcode.
    pub input: Bytes,
}

/// The kinds of calls and creates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum CallKind {
    /// CALL, and the call of a transaction.
    #[default]
    Call,
    /// CALLCODE.
    CallCode,
    /// DELEGATECALL.
    DelegateCall,
    /// STATICCALL.
    StaticCall,
    /// CREATE, and the create of a transaction.
    Create,
    /// CREATE2.
    Create2,
}

impl CallKind {
    /// Whether it deploys code.
    pub fn is_create(self) -> bool {
        matches!(self, CallKind::Create | CallKind::Create2)
    }

    /// The instruction that makes it.
    pub fn name(self) -> &'static str {
        match self {
            CallKind::Call => "CALL",
            CallKind::CallCode => "CALLCODE",
            CallKind::DelegateCall => "DELEGATECALL",
            CallKind::StaticCall => "STATICCALL",
            CallKind::Create => "CREATE",
            CallKind::Create2 => "CREATE2",
        }
    }
}

/// What is constant while a transaction runs, as words ready for the stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Env {
    /// The rules in force.
    pub revision: Revision,
    /// CHAINID.
    pub chain_id: U256,
    /// NUMBER.
    pub number: U256,
    /// TIMESTAMP.
    pub timestamp: U256,
    /// COINBASE.
    pub coinbase: U256,
    /// GASLIMIT.
    pub gas_limit: U256,
    /// DIFFICULTY or PREVRANDAO, whichever the revision has.
    pub prevrandao: U256,
    /// BASEFEE.
    pub base_fee: U256,
    /// BLOBBASEFEE.
    pub blob_base_fee: U256,
    /// ORIGIN.
    pub origin: U256,
    /// GASPRICE.
    pub gas_price: U256,
    /// BLOBHASH.
    pub blob_hashes: Vec<B256>,
}

/// Why a frame suspends. Charges are paid; the operands are off the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// A call of any kind.
    Call(CallRequest),
    /// A create of either kind.
    Create(CreateRequest),
}

/// A call that has been paid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRequest {
    /// Its kind.
    pub kind: CallKind,
    /// The operand: whose code is asked for.
    pub target: Address,
    /// The account whose code runs: the target, or what it delegates to.
    pub code_address: Address,
    /// Value moved, or for DELEGATECALL the value seen.
    pub value: U256,
    /// Gas for the callee, stipend included.
    pub gas: u64,
    /// Where the input begins in the caller's memory.
    pub input_offset: usize,
    /// Its length.
    pub input_len: usize,
    /// Where the output goes in the caller's memory.
    pub output_offset: usize,
    /// How much of it at most.
    pub output_len: usize,
}

/// A create that has been paid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateRequest {
    /// Value endowed.
    pub value: U256,
    /// Gas for the initcode.
    pub gas: u64,
    /// Where the initcode begins in the caller's memory.
    pub init_offset: usize,
    /// Its length.
    pub init_len: usize,
    /// The salt of CREATE2.
    pub salt: Option<U256>,
}

impl Frame {
    /// A frame at its entry.
    pub fn new(message: Message, env: Arc<Env>) -> Frame {
        let stack = vec![U256::ZERO; limits::STACK].into_boxed_slice().try_into().expect("the length is the constant");
        Frame {
            gas_left: message.gas,
            pc: 0,
            stack_len: 0,
            stack,
            output_offset: 0,
            output_len: 0,
            checkpoints: false,
            steps: false,
            memory: Memory::default(),
            return_data: Bytes::new(),
            message,
            env,
            request: None,
            id: 0,
        }
    }

    /// Makes a used frame a new one; stack and memory keep their allocations.
    pub fn reset(&mut self, message: Message, env: Arc<Env>, memory_limit: u64) {
        self.gas_left = message.gas;
        (self.pc, self.stack_len) = (0, 0);
        (self.output_offset, self.output_len) = (0, 0);
        self.memory.reset(memory_limit);
        self.return_data = Bytes::new();
        self.message = message;
        self.env = env;
        self.request = None;
    }

    /// The live words, bottom first.
    pub fn words(&self) -> &[U256] {
        &self.stack[..self.stack_len as usize]
    }

    /// The output of a frame that returned or reverted.
    pub fn output(&self) -> &[u8] {
        self.memory.slice(self.output_offset as usize, self.output_len as usize)
    }

    /// Pushes the answer to a request. The instruction popped at least as much.
    pub fn answer(&mut self, word: U256) {
        self.stack[self.stack_len as usize] = word;
        self.stack_len += 1;
    }

    /// The rules in force.
    #[inline]
    pub fn revision(&self) -> Revision {
        self.env.revision
    }

    /// The code behind the request of a create.
    pub fn init_code(&self, request: &CreateRequest) -> Code {
        Code::new(Bytes::copy_from_slice(self.memory.slice(request.init_offset, request.init_len)))
    }
}
