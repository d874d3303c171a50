//! The host of one run: it lets the frame pass its first canonical point and stops it behind the sections that it may run.

use api::{AccountInfo, Address, B256, Bytes, Code, Exit, Flow, Frame, Halt, Host, Loaded, Slot, U256};

/// A host that stops a frame at a canonical point. All else is asked of the host behind it.
pub struct Section<'a> {
    host: &'a mut dyn Host,
    /// Whether points are reported to the host behind.
    reports: bool,
    /// Points that may still be passed; the next one after them stops.
    points: u64,
    /// The host behind stopped the frame itself.
    stopped: bool,
}

impl Section<'_> {
    /// A host that lets a frame run so many sections. Points are reported to the host behind it, if it wants them.
    pub fn new(host: &mut dyn Host, reports: bool, sections: u64) -> Section<'_> {
        Section { host, reports, points: sections, stopped: false }
    }

    /// How a run ended, if that is for whoever runs the frame; `None` if it only ended here.
    pub(crate) fn hops(&self, exit: Exit) -> Option<Exit> {
        if exit == Exit::Stop && !self.stopped { None } else { Some(exit) }
    }
}

macro_rules! pass_on {
    ($($name:ident($($arg:ident: $type:ty),*) $(-> $answer:ty)?;)*) => {
        $(fn $name(&mut self, $($arg: $type),*) $(-> $answer)? { self.host.$name($($arg),*) })*
    };
}

impl Host for Section<'_> {
    pass_on! {
        account(address: Address) -> Loaded<AccountInfo>;
        balance(address: Address) -> Loaded<U256>;
        self_balance(frame: &Frame) -> U256;
        code_hash(address: Address) -> Loaded<B256>;
        code(address: Address) -> Loaded<Code>;
        block_hash(number: u64) -> B256;
        load(frame: &Frame, key: U256) -> Loaded<Slot>;
        store(frame: &Frame, key: U256, value: U256, refund: i64);
        load_transient(frame: &Frame, key: U256) -> U256;
        store_transient(frame: &Frame, key: U256, value: U256);
        log(frame: &Frame, topics: &[B256], data: Bytes);
        destroy(frame: &Frame, beneficiary: Address);
        step(frame: &Frame, opcode: u8);
        stepped(frame: &Frame, gas_cost: u64, halt: Option<Halt>);
    }

    fn is_over_limit(&self) -> bool {
        self.host.is_over_limit()
    }

    /// The point where the frame stops is reported by whoever goes on from it.
    fn checkpoint(&mut self, frame: &Frame) -> Flow {
        if self.points == 0 {
            return Flow::Stop;
        }
        self.points -= 1;
        if !self.reports {
            return Flow::Continue;
        }
        let flow = self.host.checkpoint(frame);
        self.stopped |= flow == Flow::Stop;
        flow
    }
}
