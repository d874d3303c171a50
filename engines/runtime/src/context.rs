//! The context: all that compiled code knows of the frame it runs, and all that builtins know of compiled code.
//!
//! One lives on the native stack while a vm runs a frame. Its first part has a fixed layout and is addressed by compiled
//! code; what lies in memory that can move (the memory of the frame) is written here by whatever moves it and read from here at
//! each use. The optimising compiler keeps copies instead, and reads them again where a function is entered, behind the growth of memory
//! and behind every instruction that is a builtin. Functions of words, with operands in memory or in registers, CALLDATALOAD and the report of a canonical point move no memory.
//! The rest belongs to the builtins.

use crate::modular::Moduli;
use crate::narrow::{NARROWS, Narrows};
use crate::table::{Builtin, builtins};
use api::{Address, Code, Frame, Host, U256};
use std::any::Any;
use std::mem::offset_of;

/// What compiled code is given.
#[repr(C)]
pub struct Context<'a> {
    /// Gas not yet spent, while Rust code runs; compiled code may hold it elsewhere.
    pub gas: u64,
    /// Where the next word would be pushed, when compiled code is left.
    pub sp: *mut U256,
    /// The bottom of the stack.
    pub stack: *mut U256,
    /// The memory of the frame.
    pub memory: *mut u8,
    /// Its length.
    pub memory_len: u64,
    /// Offsets below this one are followed by a whole word of memory.
    pub memory_words: u64,
    /// The table of builtins.
    pub builtins: *const Builtin,
    /// Offset in machine code by bytecode position: positive at a JUMPDEST, negative where code can only be entered from
    /// outside, zero elsewhere.
    pub entries: *const i32,
    /// Entries in that table.
    pub entries_len: u64,
    /// The calldata.
    pub input: *const u8,
    /// Its length.
    pub input_len: u64,
    /// Offsets below this one are followed by a whole word of calldata.
    pub input_words: u64,
    /// Length of the return data.
    pub return_len: u64,
    /// Offset in machine code where to begin.
    pub entry: u32,
    /// The canonical point at which compiled code was left, where the status names one.
    pub pc: u32,
    /// Offset in machine code behind the head check that failed.
    pub failed_at: u32,
    /// Nothing.
    pub padding: u32,
    /// Where memory shall reach, for the builtin that grows it.
    pub memory_end: u64,
    /// Operands and answer of a builtin that is called with live registers: the last operand's place is the answer's.
    pub words: [U256; 3],
    /// Divisions with operands in registers.
    pub narrows: Narrows,
    /// Words that are constant while compiled code runs.
    pub constants: Constants,

    pub(crate) frame: &'a mut Frame,
    pub(crate) host: &'a mut (dyn Host + 'a),
    pub(crate) code: &'a Code,
    pub(crate) moduli: &'a mut Moduli,
    pub(crate) panic: Option<Box<dyn Any + Send>>,
    /// Canonical points that were reported, in order.
    pub(crate) reported: Vec<u32>,
}

/// Words that are constant while compiled code runs, ready to be operands.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the names are those of the instructions")]
pub struct Constants {
    pub address: U256,
    pub caller: U256,
    pub callvalue: U256,
    pub origin: U256,
    pub gasprice: U256,
    pub coinbase: U256,
    pub timestamp: U256,
    pub number: U256,
    pub prevrandao: U256,
    pub gaslimit: U256,
    pub chainid: U256,
    pub basefee: U256,
    pub blobbasefee: U256,
}

/// Offsets that compiled code uses.
#[allow(missing_docs, reason = "each is the offset of the field of that name")]
pub mod offset {
    use super::*;

    macro_rules! offsets {
        ($($name:ident $field:ident $at:literal;)*) => {
            $(
                pub const $name: i32 = $at;
                const _: () = assert!(offset_of!(Context<'static>, $field) == $at);
            )*
            /// Each of these, by its name: part of what machine code made ahead of time relies on.
            pub const ALL: &[(&str, i32)] = &[$((stringify!($name), $at),)*];
        };
    }
    offsets! {
        GAS gas 0;
        SP sp 8;
        STACK stack 16;
        MEMORY memory 24;
        MEMORY_LEN memory_len 32;
        MEMORY_WORDS memory_words 40;
        BUILTINS builtins 48;
        ENTRIES entries 56;
        ENTRIES_LEN entries_len 64;
        INPUT input 72;
        INPUT_LEN input_len 80;
        INPUT_WORDS input_words 88;
        RETURN_LEN return_len 96;
        ENTRY entry 104;
        PC pc 108;
        FAILED_AT failed_at 112;
        MEMORY_END memory_end 120;
        WORDS words 128;
        NARROWS narrows 224;
        CONSTANTS constants 240;
    }

    /// The offset of the division with operands in registers, for DIV and SDIV.
    pub const fn narrow(opcode: u8) -> Option<i32> {
        match opcode {
            spec::op::DIV => Some(NARROWS + offset_of!(Narrows, div) as i32),
            spec::op::SDIV => Some(NARROWS + offset_of!(Narrows, sdiv) as i32),
            _ => None,
        }
    }

    /// The offset of the constant word that an instruction pushes.
    pub const fn constant(opcode: u8) -> Option<i32> {
        use spec::op;
        let field = match opcode {
            op::ADDRESS => offset_of!(Constants, address),
            op::CALLER => offset_of!(Constants, caller),
            op::CALLVALUE => offset_of!(Constants, callvalue),
            op::ORIGIN => offset_of!(Constants, origin),
            op::GASPRICE => offset_of!(Constants, gasprice),
            op::COINBASE => offset_of!(Constants, coinbase),
            op::TIMESTAMP => offset_of!(Constants, timestamp),
            op::NUMBER => offset_of!(Constants, number),
            op::PREVRANDAO => offset_of!(Constants, prevrandao),
            op::GASLIMIT => offset_of!(Constants, gaslimit),
            op::CHAINID => offset_of!(Constants, chainid),
            op::BASEFEE => offset_of!(Constants, basefee),
            op::BLOBBASEFEE => offset_of!(Constants, blobbasefee),
            _ => return None,
        };
        Some(CONSTANTS + field as i32)
    }
}

impl<'a> Context<'a> {
    /// A context for running `frame` from where it stands, in machine code with this table of entries. With `bmi2`, builtins
    /// may use it.
    pub fn new(
        code: &'a Code,
        frame: &'a mut Frame,
        host: &'a mut (dyn Host + 'a),
        moduli: &'a mut Moduli,
        entries: &'a [i32],
        entry: u32,
        bmi2: bool,
    ) -> Context<'a> {
        let (message, env) = (&frame.message, &frame.env);
        let constants = Constants {
            address: word_of(message.address),
            caller: word_of(message.caller),
            callvalue: message.value,
            origin: env.origin,
            gasprice: env.gas_price,
            coinbase: env.coinbase,
            timestamp: env.timestamp,
            number: env.number,
            prevrandao: env.prevrandao,
            gaslimit: env.gas_limit,
            chainid: env.chain_id,
            basefee: env.base_fee,
            blobbasefee: env.blob_base_fee,
        };
        let (input, input_len) = (message.input.as_ptr(), message.input.len() as u64);
        let stack = frame.stack.as_mut_ptr();
        let height = frame.words().len();
        let mut context = Context {
            gas: frame.gas_left,
            sp: stack.wrapping_add(height),
            stack,
            memory: std::ptr::null_mut(),
            memory_len: 0,
            memory_words: 0,
            builtins: builtins(bmi2).as_ptr(),
            entries: entries.as_ptr(),
            entries_len: entries.len() as u64,
            input,
            input_len,
            input_words: input_len.saturating_sub(31),
            return_len: frame.return_data.len() as u64,
            entry,
            pc: frame.pc,
            failed_at: 0,
            padding: 0,
            memory_end: 0,
            words: [U256::ZERO; 3],
            narrows: NARROWS,
            constants,
            frame,
            host,
            code,
            moduli,
            panic: None,
            reported: Vec::new(),
        };
        context.refresh();
        context
    }

    /// Writes down where memory is and how long it is. Whatever may have grown it calls this, and is a builtin behind which compiled code
    /// reads that again.
    pub(crate) fn refresh(&mut self) {
        self.memory = self.frame.memory.as_mut_slice().as_mut_ptr();
        self.memory_len = self.frame.memory.len() as u64;
        self.memory_words = self.memory_len.saturating_sub(31);
    }

    /// Writes the gas, the height of the stack and the place to the frame.
    pub fn settle(&mut self, pc: u32) {
        let height = (self.sp as usize).wrapping_sub(self.stack as usize) / size_of::<U256>();
        self.frame.gas_left = self.gas;
        self.frame.stack_len = height as u32;
        self.frame.pc = pc;
    }

    /// The canonical points that compiled code reported.
    pub fn take_reported(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.reported)
    }

    /// The panic of a builtin, to be resumed now that no compiled code is on the native stack.
    pub fn take_panic(&mut self) -> Option<Box<dyn Any + Send>> {
        self.panic.take()
    }
}

/// An address as a word.
pub(crate) fn word_of(address: Address) -> U256 {
    U256::from_be_slice(address.as_slice())
}

/// The low 160 bits of a word.
pub(crate) fn address_of(word: &U256) -> Address {
    let bytes = word.to_be_bytes::<32>();
    let mut address = Address::from_slice(&bytes[12..]);
    address[0] |= bytes[11] * u8::from(fault::planted!(RuntimeAddress));
    address
}
