//! Blocks of the IR to one function of CLIF: a region.
//!
//! ```text
//! extern "C" fn(context) -> status
//!
//! entry ─► dispatch ─► stub of the block ─► checks ─► instructions ─► the next block's checks …
//!              ▲                                                   └► dispatch, or GOTO: another region's dispatch
//!              └── dynamic jumps
//! ```
//!
//! What nearly every block asks of the context is kept in the native frame, where an address needs no register: it is read again wherever
//! memory may have moved. The gas that is left and the place of the stack go from block to block in registers, as do words that are parameters.
//! Whatever leaves writes both to the context. A region that goes on in another one writes the entry there and returns
//! [`runtime::Status::GOTO`]; a loop in Rust calls the other, so the native stack never grows.

mod block;
mod flow;
mod frame;
mod inst;
mod memory;
mod pure;

use crate::limbs::{Emit, Word};
use crate::regions::{Place, Regions};
use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{
    self as clif, AbiParam, BlockArg, InstBuilder, MemFlagsData, SigRef, Signature, StackSlotData, StackSlotKind, Value,
};
use cranelift_codegen::isa::CallConv;
use ir::{Block, Func};
use runtime::offset;

/// What all regions of a bytecode share.
pub(crate) struct Shared<'a> {
    pub(crate) func: &'a Func,
    pub(crate) regions: &'a Regions,
    pub(crate) checkpoints: bool,
}

/// A region while it is built.
struct Region<'a> {
    emit: Emit<'a>,
    func: &'a Func,
    regions: &'a Regions,
    /// Which one it is.
    index: u32,
    checkpoints: bool,
    /// The context.
    context: Value,
    /// Fields of the context that are kept in the frame: see [`KEPT`].
    kept: clif::StackSlot,
    /// What all builtins look like.
    builtin: SigRef,
    /// And the divisions with operands in registers.
    narrow: SigRef,
    common: frame::Common,
    /// What there is of each block in this region, in order of their ordinals.
    places: Vec<block::Places>,
    /// The words of the values of the block at hand, and of blocks before, which nobody asks for.
    words: &'a mut Vec<Word>,
    /// The gas that is left, and the place of the stack at the height of the block's entry.
    gas: Value,
    sp: Value,
    /// Where a failed check of the block at hand goes, if one was asked for.
    failure: Option<clif::Block>,
    /// Edges that need a block of their own, to be filled.
    pending: Vec<(clif::Block, flow::Pending)>,
}

/// Builds the region of this index.
pub(crate) fn region(
    shared: &Shared<'_>,
    index: u32,
    call_conv: CallConv,
    words: &mut Vec<Word>,
    function: &mut clif::Function,
) {
    let mut signature = Signature::new(call_conv);
    signature.params.push(AbiParam::new(I64));
    signature.returns.push(AbiParam::new(I32));
    function.signature = signature.clone();
    signature.params.push(AbiParam::new(I64));
    let builtin = function.import_signature(signature);
    let mut signature = Signature::new(call_conv);
    signature.params.resize(3, AbiParam::new(I64));
    signature.returns.resize(2, AbiParam::new(I64));
    let narrow = function.import_signature(signature);
    let entry = function.dfg.make_block();
    let kept =
        function.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, 8 * KEPT.len() as u32, 3));
    let context = function.dfg.append_block_param(entry, I64);
    let mut emit = Emit { at: FuncCursor::new(function) };
    let common = frame::Common::new(&mut emit);
    let mut region = Region {
        emit,
        func: shared.func,
        regions: shared.regions,
        index,
        checkpoints: shared.checkpoints,
        context,
        kept,
        builtin,
        narrow,
        common,
        places: Vec::new(),
        words,
        gas: context,
        sp: context,
        failure: None,
        pending: Vec::new(),
    };
    region.prepare();
    region.entry(entry);
    for ordinal in 0..region.places.len() {
        region.stub(ordinal);
        region.block(ordinal);
    }
    region.ways_out();
}

/// Fields that nearly every block reads. An address in the frame needs no register, and the place of the context rarely has one.
const KEPT: [i32; 4] = [offset::STACK, offset::MEMORY, offset::MEMORY_LEN, offset::MEMORY_WORDS];
/// Those that a builtin may change.
const KEPT_MEMORY: [i32; 3] = [offset::MEMORY, offset::MEMORY_LEN, offset::MEMORY_WORDS];

impl Region<'_> {
    /// Whether and where a block is in this region.
    fn local(&self, block: Block) -> Result<usize, Place> {
        let place = self.regions.place(block);
        if place.region == self.index { Ok(place.ordinal as usize) } else { Err(place) }
    }

    fn new_block(&mut self) -> clif::Block {
        self.emit.at.func.dfg.make_block()
    }

    /// One in which this block goes on: as rarely entered as it.
    fn next_block(&mut self) -> clif::Block {
        let is_cold = self.emit.at.current_block().is_some_and(|block| self.emit.at.func.layout.is_cold(block));
        if is_cold { self.cold_block() } else { self.new_block() }
    }

    /// One that is hardly ever entered.
    fn cold_block(&mut self) -> clif::Block {
        let block = self.new_block();
        self.emit.at.func.layout.set_cold(block);
        block
    }

    fn param(&mut self, block: clif::Block, ty: clif::Type) -> Value {
        self.emit.at.func.dfg.append_block_param(block, ty)
    }

    /// Goes on at the end of a block that is not placed yet.
    fn begin(&mut self, block: clif::Block) {
        self.emit.at.func.layout.append_block(block);
        self.emit.at.goto_bottom(block);
    }

    fn jump(&mut self, to: clif::Block, args: &[Value]) {
        let args = block_args(args);
        self.emit.at.ins().jump(to, &args);
    }

    fn branch(&mut self, cond: Value, then: (clif::Block, &[Value]), other: (clif::Block, &[Value])) {
        let (then_args, other_args) = (block_args(then.1), block_args(other.1));
        self.emit.at.ins().brif(cond, then.0, &then_args, other.0, &other_args);
    }

    /// Reads from the context.
    fn context_load(&mut self, at: i32) -> Value {
        self.emit.at.ins().load(I64, MemFlagsData::trusted(), self.context, at)
    }

    /// Keeps what the context says now.
    fn keep(&mut self, fields: &[i32]) {
        for (i, at) in KEPT.into_iter().enumerate().filter(|(_, at)| fields.contains(at)) {
            let value = self.context_load(at);
            self.emit.at.ins().stack_store(I64, value, self.kept, 8 * i as i32);
        }
    }

    /// What is kept of the context.
    fn kept(&mut self, at: i32) -> Value {
        let i = KEPT.into_iter().position(|kept| kept == at).expect("the field is kept");
        self.emit.at.ins().stack_load(I64, I64, self.kept, 8 * i as i32)
    }

    /// Writes to the context.
    fn context_store(&mut self, at: i32, value: Value) {
        self.emit.at.ins().store(MemFlagsData::trusted(), value, self.context, at);
    }

    fn context_store_u32(&mut self, at: i32, number: u32) {
        let number = self.emit.at.ins().iconst(I32, i64::from(number));
        self.context_store(at, number);
    }

    /// Calls a builtin with this end of the stack, and gives its status. The gas is in the context before and after.
    fn call_builtin(&mut self, entry: u16, end: Value) -> Value {
        let table = self.context_load(offset::BUILTINS);
        let callee = self.emit.at.ins().load(I64, MemFlagsData::trusted(), table, 8 * i32::from(entry));
        let call = self.emit.at.ins().call_indirect(self.builtin, callee, &[self.context, end]);
        self.emit.at.func.dfg.first_result(call)
    }
}

fn block_args(values: &[Value]) -> Vec<BlockArg> {
    values.iter().map(|value| BlockArg::Value(*value)).collect()
}
