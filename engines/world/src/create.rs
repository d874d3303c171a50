//! Entering a create: nonce, address, collision, endowment.

use crate::call::refused;
use crate::driver::{Done, Driver, Entered, Live};
use crate::session::word;
use api::{
    Address, AskKind, B256, Bytes, CallKind, Code, End, EngineError, Frame, Halt, Message, Request, Revision, U256,
};
use spec::limits;

impl Driver<'_, '_> {
    /// Enters the create that a suspended frame asks for.
    pub(crate) fn begin_create(&mut self, caller: &Frame) -> Result<Entered, EngineError> {
        let Some(Request::Create(request)) = &caller.request else {
            return Err(EngineError::Internal("a vm suspended for a create without one".into()));
        };
        let creator = caller.message.address;
        let entry = self.session.world.entry(creator);
        let (nonce, balance) = (entry.nonce, entry.balance);
        if fault::planted!(WorldCreateDepth) && caller.message.depth >= limits::DEPTH && nonce < limits::NONCE {
            self.session.world.set_nonce(creator, nonce + 1);
        }
        self.session.ask(AskKind::Create, word(creator), request.value, U256::from(request.gas), false);
        if caller.message.depth >= limits::DEPTH
            || balance < request.value
            || nonce == limits::NONCE && !fault::planted!(WorldNonceMax)
        {
            return Ok(Entered::Done(refused(request.gas)));
        }
        let code = caller.init_code(request);
        self.session.world.set_nonce(creator, nonce.saturating_add(1));
        let address = match request.salt {
            None => creator.create(nonce),
            Some(salt) => creator.create2(B256::from(salt), code.hash()),
        };
        let message = Message {
            kind: if request.salt.is_some() { CallKind::Create2 } else { CallKind::Create },
            depth: caller.message.depth + 1,
            is_static: false,
            gas: request.gas,
            address,
            code_address: address,
            caller: creator,
            value: request.value,
            input: Bytes::new(),
        };
        let memory_limit = Self::memory_left(caller, request.init_len);
        Ok(self.enter_create(message, code, memory_limit))
    }

    /// Enters a create at the message's address. That the address is warm now outlives a failure (EIP-2929).
    pub(crate) fn enter_create(&mut self, message: Message, code: Code, memory_limit: u64) -> Entered {
        let id = self.next_id();
        let address: Address = message.address;
        let before = self.session.world.snapshot();
        self.session.world.warm(address);
        let after = self.session.world.snapshot();
        let snapshot = if fault::planted!(WorldCreateWarm) { before } else { after };
        if self.session.world.is_taken(address) {
            let end = End::Halt(Halt::Collision);
            let done = Done { end, gas_left: message.gas, output: Bytes::new(), created: None };
            return Entered::Done(self.settle(&message, id, snapshot, done));
        }
        self.session.world.create(address);
        self.session.world.transfer(message.caller, address, message.value);
        if self.env.revision.is(Revision::Spurious) || fault::planted!(WorldCreateNonce) {
            self.session.world.set_nonce(address, 1);
        }
        let frame = self.frame(message, memory_limit, id);
        Entered::Frame(Live { frame, code, snapshot, left: false, halts: false })
    }
}
