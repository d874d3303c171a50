//! Entering a call: depth and balance, value, precompiled contracts, code.

use crate::driver::{Done, Driver, Entered, Live};
use crate::precompile::{is_precompile, precompile};
use crate::session::word;
use api::{Address, AskKind, Bytes, CallKind, CallRequest, End, EngineError, Frame, Message, Request, Revision, U256};
use spec::limits;

impl Driver<'_, '_> {
    /// Enters the call that a suspended frame asks for.
    pub(crate) fn begin_call(&mut self, caller: &Frame) -> Result<Entered, EngineError> {
        let Some(Request::Call(request)) = &caller.request else {
            return Err(EngineError::Internal("a vm suspended for a call without one".into()));
        };
        let asked = U256::from(request.gas);
        self.session.ask(AskKind::Call, word(request.target), request.value, asked, false);
        let moves_value = matches!(request.kind, CallKind::Call)
            || request.kind == CallKind::CallCode && !fault::planted!(WorldCallcodeBalance);
        let balance = self.session.world.entry(caller.message.address).balance;
        if caller.message.depth >= limits::DEPTH + u32::from(fault::planted!(WorldDepth))
            || moves_value && balance < request.value
        {
            return Ok(Entered::Done(refused(request.gas)));
        }
        let message = message(caller, request);
        let memory_limit = Self::memory_left(caller, request.input_len);
        self.enter_call(message, request.target, memory_limit)
    }

    /// Enters a call. `target` is the address asked for, which differs from the message's when code is borrowed.
    pub(crate) fn enter_call(
        &mut self,
        message: Message,
        target: Address,
        memory_limit: u64,
    ) -> Result<Entered, EngineError> {
        let id = self.next_id();
        let revision = self.env.revision;
        let snapshot = self.session.world.snapshot();
        match message.kind {
            CallKind::Call => self.session.world.transfer(message.caller, message.address, message.value),
            CallKind::StaticCall if fault::planted!(WorldStaticTouch) => {}
            CallKind::StaticCall => self.session.world.touch(message.address),
            _ => {}
        }
        let snapshot = if fault::planted!(WorldValueKept) { self.session.world.snapshot() } else { snapshot };
        if is_precompile(&target, revision) {
            let done = self.run_precompile(&message, &target, revision)?;
            return Ok(Entered::Done(self.settle(&message, id, snapshot, done)));
        }
        let code = self.session.world.entry(message.code_address).code.clone();
        if code.is_empty() {
            let done = Done { end: End::Stop, gas_left: message.gas, output: Bytes::new(), created: None };
            return Ok(Entered::Done(self.settle(&message, id, snapshot, done)));
        }
        let frame = self.frame(message, memory_limit, id);
        Ok(Entered::Frame(Live { frame, code, snapshot, left: false, halts: false }))
    }

    fn run_precompile(&mut self, message: &Message, target: &Address, revision: Revision) -> Result<Done, EngineError> {
        let gas = message.gas;
        let done = precompile(target, revision, &message.input, gas).map_err(EngineError::Internal)?;
        self.session.ask(AskKind::Precompile, word(*target), U256::from(gas), U256::from(done.gas_used), false);
        Ok(match done.output {
            Ok(output) => Done { end: End::Return, gas_left: gas - done.gas_used, output, created: None },
            Err(halt) => Done { end: End::Halt(halt), gas_left: gas, output: Bytes::new(), created: None },
        })
    }
}

/// A call that never begins: the gas comes back, the return data is empty.
pub(crate) fn refused(gas: u64) -> Done {
    Done { end: End::Revert, gas_left: gas, output: Bytes::new(), created: None }
}

fn message(caller: &Frame, request: &CallRequest) -> Message {
    let from = &caller.message;
    let borrows = matches!(request.kind, CallKind::CallCode | CallKind::DelegateCall);
    let input = caller.memory.slice(request.input_offset, request.input_len);
    Message {
        kind: request.kind,
        depth: from.depth + 1,
        is_static: from.is_static && !fault::planted!(WorldStaticInherited) || request.kind == CallKind::StaticCall,
        gas: request.gas,
        address: if borrows { from.address } else { request.target },
        code_address: request.code_address,
        caller: if request.kind == CallKind::DelegateCall && !fault::planted!(WorldDelegateCaller) {
            from.caller
        } else {
            from.address
        },
        value: request.value,
        input: Bytes::copy_from_slice(input),
    }
}
