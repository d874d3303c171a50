//! An engine with a planted fault: XOR is OR.

use api::{Code, Engine, EngineId, Exit, Frame, Host, Vm};
use interp::Interp;
use spec::op;
use spec::table::TABLE;
use world::Machine;

/// The interpreter on code in which XOR is OR.
struct WrongXor(Interp);

pub(crate) fn canary() -> Box<dyn Engine> {
    let id = EngineId { name: "canary".into(), family: "planted".into(), ..EngineId::default() };
    Box::new(Machine::new(id, WrongXor(Interp::new())))
}

impl Vm for WrongXor {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        let mut bytes = code.bytes().to_vec();
        let mut pc = 0;
        while let Some(opcode) = bytes.get_mut(pc) {
            pc += 1 + TABLE[usize::from(*opcode)].as_ref().map_or(0, |row| usize::from(row.immediate));
            if *opcode == op::XOR {
                *opcode = op::OR;
            }
        }
        self.0.run(&Code::new(bytes.into()), frame, host)
    }
}
