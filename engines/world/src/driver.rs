//! The call driver: the stack of suspended frames, and what an end means.
//!
//! A frame that calls or creates suspends. The driver enters the callee, runs it until it ends, and resumes the
//! caller with the answer. Frames live in a vector, so the native stack stays the same at depth 1024.

use crate::session::Session;
use api::outcome::FrameEnd;
use api::{Address, Bytes, Code, End, EngineError, Env, Exit, Frame, Halt, Host, Message, Request, U256, Vm};
use spec::limits;
use std::sync::Arc;

use crate::state::Snapshot;

/// The vm that runs frames, and the precise one that finishes those it leaves.
pub(crate) struct Vms<'a> {
    pub(crate) first: &'a mut (dyn Vm + 'static),
    pub(crate) precise: Option<&'a mut (dyn Vm + 'static)>,
}

/// Runs the frames of one transaction.
pub(crate) struct Driver<'a, 'w> {
    pub(crate) vms: Vms<'a>,
    pub(crate) session: Session<'a, 'w>,
    pub(crate) env: Arc<Env>,
    pub(crate) room: &'a mut Room,
    pub(crate) frames_entered: u32,
    pub(crate) checkpoints: bool,
    pub(crate) steps: bool,
}

/// Room that one transaction leaves for the next.
#[derive(Default)]
pub(crate) struct Room {
    /// Used frames, whose stacks and memories are used again.
    #[allow(clippy::vec_box, reason = "frames are long, and move between here and the stack")]
    frames: Vec<Box<Frame>>,
    /// Empty between transactions.
    stack: Vec<Live>,
}

/// A frame that has begun.
pub(crate) struct Live {
    pub(crate) frame: Box<Frame>,
    pub(crate) code: Code,
    pub(crate) snapshot: Snapshot,
    /// The vm left it: it is interpreted precisely until it ends.
    pub(crate) left: bool,
    /// The vm left it because a batched check failed: the section that begins here must halt.
    pub(crate) halts: bool,
}

/// A call or create that is over.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) end: End,
    pub(crate) gas_left: u64,
    pub(crate) output: Bytes,
    pub(crate) created: Option<Address>,
}

/// What entering a call or create comes to.
pub(crate) enum Entered {
    /// There is code to run.
    Frame(Live),
    /// It is over already.
    Done(Done),
}

impl Driver<'_, '_> {
    /// Runs whatever was entered to its end.
    pub(crate) fn run(&mut self, entered: Entered) -> Result<Done, EngineError> {
        let first = match entered {
            Entered::Done(done) => return Ok(done),
            Entered::Frame(live) => live,
        };
        let mut stack = std::mem::take(&mut self.room.stack);
        stack.push(first);
        loop {
            let live = stack.last_mut().expect("a frame runs until it is popped below");
            self.session.frame = live.frame.id;
            let entered = match self.step_vm(live)? {
                Exit::End(end) => {
                    let live = stack.pop().expect("it was the last");
                    Entered::Done(self.finish(live, end))
                }
                Exit::Call => self.begin_call(&live.frame)?,
                Exit::Create => self.begin_create(&live.frame)?,
                Exit::Leave if self.vms.precise.is_some() && !live.left => {
                    live.left = true;
                    continue;
                }
                Exit::Fails if self.vms.precise.is_some() && !live.left => {
                    live.left = true;
                    live.halts = cfg!(debug_assertions);
                    continue;
                }
                Exit::Leave | Exit::Fails => {
                    return Err(EngineError::Internal("a vm left a frame that no other vm takes".into()));
                }
                Exit::Stop => return Err(EngineError::Stopped),
                Exit::OverLimit => return Err(self.over_limit()),
            };
            if self.session.is_over_limit() {
                return Err(self.over_limit());
            }
            match (entered, stack.last_mut()) {
                (Entered::Frame(live), _) => stack.push(live),
                (Entered::Done(done), Some(caller)) => resume(&mut caller.frame, done),
                (Entered::Done(done), None) => {
                    self.room.stack = stack;
                    return Ok(done);
                }
            }
        }
    }

    /// Which limit was reached, in the same words for every engine.
    fn over_limit(&self) -> EngineError {
        EngineError::Limit(match self.session.is_over_limit() {
            true => {
                format!(
                    "a transaction may ask the world {} times and log and deploy {} bytes",
                    limits::ASKS,
                    limits::KEPT_BYTES
                )
            }
            false => format!("the frames of a case may hold {} bytes of memory together", limits::MEMORY),
        })
    }

    fn step_vm(&mut self, live: &mut Live) -> Result<Exit, EngineError> {
        if std::mem::take(&mut live.halts) {
            return self.step_failing(live);
        }
        let vm: &mut dyn Vm = match (&mut self.vms.precise, live.left) {
            (Some(precise), true) => *precise,
            _ => self.vms.first,
        };
        let exit = vm.run(&live.code, &mut live.frame, &mut self.session);
        let asks = matches!(exit, Exit::Call | Exit::Create);
        if asks && live.frame.request.is_none() {
            return Err(EngineError::Internal("a vm suspended a frame without a request".into()));
        }
        Ok(exit)
    }

    /// Runs a section whose batched check failed, and sees that it halts before the next canonical point: a check that
    /// fails where precise execution goes on is a defect of the engine.
    fn step_failing(&mut self, live: &mut Live) -> Result<Exit, EngineError> {
        let Some(precise) = &mut self.vms.precise else {
            return Err(EngineError::Internal("a frame was left without a vm that takes it".into()));
        };
        let pc = live.frame.pc;
        self.session.points = 0;
        live.frame.checkpoints = true;
        let exit = precise.run(&live.code, &mut live.frame, &mut self.session);
        match exit {
            Exit::End(End::Halt(_)) | Exit::Stop | Exit::OverLimit if self.session.points <= 1 => Ok(exit),
            exit => Err(EngineError::Internal(format!(
                "a batched check failed at pc {pc}, but the section there runs precisely and comes to {exit:?}"
            ))),
        }
    }

    /// A frame for this message, ready to run; memory is shared out among the live frames.
    pub(crate) fn frame(&mut self, message: Message, memory_limit: u64, id: u32) -> Box<Frame> {
        let mut frame = match self.room.frames.pop() {
            Some(used) => used,
            None => Box::new(Frame::new(Message::default(), self.env.clone())),
        };
        frame.reset(message, self.env.clone(), memory_limit);
        (frame.checkpoints, frame.steps, frame.id) = (self.checkpoints, self.steps, id);
        frame
    }

    /// Bytes that a callee may use: what its caller was given, less what the caller holds while it waits.
    pub(crate) fn memory_left(caller: &Frame, input_len: usize) -> u64 {
        let held = caller.memory.len() + caller.return_data.len() + input_len;
        caller.memory.limit().saturating_sub(held as u64)
    }

    /// The number of the next frame.
    pub(crate) fn next_id(&mut self) -> u32 {
        self.frames_entered += 1;
        self.frames_entered - 1
    }

    /// Applies the end of a frame to the world and puts the frame back.
    fn finish(&mut self, live: Live, end: End) -> Done {
        let Live { frame, snapshot, .. } = live;
        let output = match end {
            End::Return | End::Revert => Bytes::copy_from_slice(frame.output()),
            _ => Bytes::new(),
        };
        let done = match frame.message.kind.is_create() && end.is_success() {
            false
                if fault::planted!(WorldCodeSizeRevert)
                    && frame.message.kind.is_create()
                    && output.len() > limits::code(self.env.revision) =>
            {
                Done { end: End::Halt(Halt::OutOfGas), gas_left: 0, output: Bytes::new(), created: None }
            }
            true => self.deposit(&frame, end, output),
            false => Done { end, gas_left: frame.gas_left, output, created: None },
        };
        let done = self.settle(&frame.message, frame.id, snapshot, done);
        self.room.frames.push(frame);
        done
    }

    /// Undoes what a failed frame did, takes the gas of a halted one, and records the end.
    pub(crate) fn settle(&mut self, message: &Message, id: u32, snapshot: Snapshot, mut done: Done) -> Done {
        if !done.end.is_success() {
            self.session.world.revert(snapshot);
        }
        if let End::Halt(_) = done.end {
            done.gas_left *= u64::from(fault::planted!(WorldHaltGas));
            done.output = Bytes::new();
        }
        let refund = self.session.world.refund;
        if let Some(record) = &mut self.session.record {
            record.frames.push(FrameEnd {
                frame: id,
                depth: message.depth,
                code_address: message.code_address,
                end: done.end,
                gas_left: done.gas_left,
                refund,
            });
        }
        done
    }

    /// Pays for the code that a create returned and puts it in place. Tested in the order: prefix, size, gas.
    fn deposit(&mut self, frame: &Frame, end: End, output: Bytes) -> Done {
        use api::Revision::{Homestead, London};
        use spec::gas::CODE_DEPOSIT_BYTE;
        let address = frame.message.address;
        let revision = self.env.revision;
        let halted =
            |halt| Done { end: End::Halt(halt), gas_left: frame.gas_left, output: Bytes::new(), created: None };
        if revision.is(London) && !fault::planted!(WorldEfPrefix) && output.first() == Some(&0xef) {
            return halted(Halt::CodeStartsWithEf);
        }
        if output.len() > limits::code(revision) {
            return halted(Halt::CodeTooLarge);
        }
        let price = CODE_DEPOSIT_BYTE * output.len() as u64;
        let (code, gas_left) = match frame.gas_left.checked_sub(price) {
            Some(gas_left) => (output, gas_left),
            None if revision.is(Homestead) || fault::planted!(WorldDepositFrontier) => return halted(Halt::OutOfGas),
            // Before EIP-2 a contract that could not pay for its code came into being without it.
            None => (Bytes::new(), frame.gas_left),
        };
        self.session.kept_bytes = self.session.kept_bytes.saturating_add(code.len() as u64);
        // Beyond the limit the case ends before anything looks at the code.
        if !self.session.is_over_limit() {
            self.session.world.set_code(address, Code::new(code.clone()));
        }
        Done { end, gas_left, output: code, created: Some(address) }
    }
}

/// Resumes a caller with the answer to its request.
fn resume(caller: &mut Frame, done: Done) {
    caller.gas_left += done.gas_left;
    match caller.request.take() {
        Some(Request::Call(request)) => {
            if fault::planted!(WorldReturnZeroes) {
                caller.memory.slice_mut(request.output_offset, request.output_len).fill(0);
            }
            let n = done.output.len().min(request.output_len);
            caller.memory.slice_mut(request.output_offset, n).copy_from_slice(&done.output[..n]);
            caller.return_data = done.output;
            caller.answer(U256::from(done.end.is_success()));
        }
        _ => {
            // EIP-211: the return data of a create is empty unless it reverted.
            caller.return_data = if done.end == End::Revert && !fault::planted!(WorldRevertReturns)
                || fault::planted!(WorldCreateReturns)
            {
                done.output.clone()
            } else {
                Bytes::new()
            };
            caller.answer(done.created.map_or(U256::ZERO, crate::session::word));
        }
    }
}
