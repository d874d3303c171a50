//! Programs by hand, and a world that answers nothing.

#![allow(dead_code, reason = "each test uses a part")]

use api::host::{AccountInfo, Loaded, Slot};
use api::{Address, B256, Bytes, Code, End, Env, Exit, Flow, Frame, Host, Message, Revision, U256, Vm};
use spec::op;
use std::cell::RefCell;
use std::sync::Arc;
use template::{Features, Template};

/// Gas that is never short.
pub(crate) const GAS: u64 = 1 << 40;

/// A program and its calldata.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asm {
    pub(crate) code: Vec<u8>,
    pub(crate) data: Vec<u8>,
}

impl Asm {
    pub(crate) fn byte(&mut self, byte: u8) -> &mut Asm {
        self.code.push(byte);
        self
    }

    /// Pushes a constant.
    pub(crate) fn push(&mut self, word: U256) -> &mut Asm {
        let bytes = word.to_be_bytes_trimmed_vec();
        self.code.push(op::PUSH0 + bytes.len() as u8);
        self.code.extend(bytes);
        self
    }

    /// Pushes a word of calldata.
    pub(crate) fn input(&mut self, word: U256) -> &mut Asm {
        let at = self.data.len();
        self.data.extend(word.to_be_bytes::<32>());
        self.push(U256::from(at)).byte(op::CALLDATALOAD)
    }

    /// Takes the top word for the output.
    pub(crate) fn store(&mut self, index: usize) -> &mut Asm {
        self.push(U256::from(32 * index)).byte(op::MSTORE)
    }
}

/// A frame at its entry.
pub(crate) fn frame(data: &[u8], revision: Revision) -> Frame {
    let message = Message { gas: GAS, input: Bytes::copy_from_slice(data), ..Message::default() };
    Frame::new(message, Arc::new(Env { revision, ..Env::default() }))
}

thread_local! {
    /// One vm for each set of features: making one maps memory.
    static VMS: RefCell<[(Features, Template); 2]> =
        RefCell::new([Features { bmi2: false }, Features::host()].map(|features| (features, Template::new(features))));
}

/// Runs a program that stores words, with and without features, and reads the words.
pub(crate) fn run_both(asm: &Asm, words: usize) -> Vec<(Features, Vec<U256>)> {
    let mut code = asm.code.clone();
    code.push(op::STOP);
    let code = Code::new(code.into());
    let run = |(features, vm): &mut (Features, Template)| {
        let mut frame = frame(&asm.data, Revision::Osaka);
        let exit = vm.run(&code, &mut frame, &mut Nobody);
        assert_eq!(exit, Exit::End(End::Stop), "{:x?}", asm.code);
        let word = |i| U256::from_be_slice(frame.memory.slice(32 * i, 32));
        (*features, (0..words).map(word).collect())
    };
    VMS.with_borrow_mut(|vms| vms.iter_mut().map(run).collect())
}

/// A world that has nothing.
pub(crate) struct Nobody;

impl Host for Nobody {
    fn account(&mut self, _: Address) -> Loaded<AccountInfo> {
        let value = AccountInfo { exists: false, empty: true, balance: U256::ZERO, code: Code::default() };
        Loaded { value, cold: false }
    }
    fn balance(&mut self, _: Address) -> Loaded<U256> {
        Loaded { value: U256::ZERO, cold: false }
    }
    fn self_balance(&mut self, _: &Frame) -> U256 {
        U256::ZERO
    }
    fn code_hash(&mut self, _: Address) -> Loaded<B256> {
        Loaded { value: B256::ZERO, cold: false }
    }
    fn code(&mut self, _: Address) -> Loaded<Code> {
        Loaded { value: Code::default(), cold: false }
    }
    fn block_hash(&mut self, _: u64) -> B256 {
        B256::ZERO
    }
    fn load(&mut self, _: &Frame, _: U256) -> Loaded<Slot> {
        panic!("the world was asked for a slot")
    }
    fn store(&mut self, _: &Frame, _: U256, _: U256, _: i64) {}
    fn load_transient(&mut self, _: &Frame, key: U256) -> U256 {
        key
    }
    fn store_transient(&mut self, _: &Frame, _: U256, _: U256) {}
    fn log(&mut self, _: &Frame, _: &[B256], _: Bytes) {}
    fn destroy(&mut self, _: &Frame, _: Address) {}
    fn is_over_limit(&self) -> bool {
        false
    }
    fn checkpoint(&mut self, _: &Frame) -> Flow {
        Flow::Continue
    }
    fn step(&mut self, _: &Frame, _: u8) {}
    fn stepped(&mut self, _: &Frame, _: u64, _: Option<spec::Halt>) {}
}
