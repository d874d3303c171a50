//! A small engine: it runs straight-line code of a few instructions and leaves everything else to the interpreter.
//!
//! A vm may leave only where a frame is complete, at a canonical point. So it runs ahead on a copy, from one point to the next,
//! and puts what came of it into the frame when it gets there. Where it meets what it does not know, or what would halt, nothing has been
//! changed and it leaves.

use api::{Code, End, Engine, EngineId, Exit, Frame, Host, U256, Vm};
use interp::Interp;
use spec::{limits, op};
use world::Machine;

/// Makes the engine.
pub(crate) fn engine() -> Box<dyn Engine> {
    let id = EngineId {
        name: "mine".into(),
        family: "example".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        ..EngineId::default()
    };
    Box::new(Machine::with_precise(id, Mine, Box::new(Interp::new())))
}

/// The vm. One with a cache or an arena keeps it here.
struct Mine;

impl Vm for Mine {
    fn run(&mut self, code: &Code, frame: &mut Frame, _: &mut dyn Host) -> Exit {
        // Who wants to see every point or step gets them from the interpreter.
        if frame.checkpoints || frame.steps {
            return Exit::Leave;
        }
        loop {
            let Some((ahead, way)) = run_ahead(code, frame) else { return Exit::Leave };
            frame.stack[..ahead.words.len()].copy_from_slice(&ahead.words);
            (frame.pc, frame.gas_left, frame.stack_len) = (ahead.pc, ahead.gas, ahead.words.len() as u32);
            if way == Way::Stops {
                return Exit::End(End::Stop);
            }
        }
    }
}

/// The frame as it will be at the next canonical point.
struct Ahead {
    pc: u32,
    gas: u64,
    words: Vec<U256>,
}

/// Why running ahead came to an end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Point,
    Stops,
}

/// Runs to the next canonical point; `None` where that cannot be reached.
fn run_ahead(code: &Code, frame: &Frame) -> Option<(Ahead, Way)> {
    let mut ahead = Ahead { pc: frame.pc, gas: frame.gas_left, words: frame.words().to_vec() };
    loop {
        // The padding behind the code is STOP.
        let opcode = code.padded()[ahead.pc as usize];
        let row = spec::table::row(opcode, frame.revision())?;
        if opcode == op::JUMPDEST && ahead.pc != frame.pc {
            return Some((ahead, Way::Point));
        }
        if opcode == op::STOP {
            return Some((ahead, Way::Stops));
        }
        let price = spec::table::PRICES[frame.revision().index()][usize::from(opcode)];
        ahead.gas = ahead.gas.checked_sub(price.into())?;
        step(&mut ahead.words, opcode, &code.padded()[ahead.pc as usize + 1..])?;
        ahead.pc += 1 + u32::from(row.immediate);
    }
}

/// Carries out one instruction; `None` if it is not known or would halt.
fn step(words: &mut Vec<U256>, opcode: u8, behind: &[u8]) -> Option<()> {
    let len = words.len();
    match opcode {
        op::JUMPDEST => {}
        op::POP => drop(words.pop()?),
        op::ADD => binary(words, U256::wrapping_add)?,
        op::MUL => binary(words, U256::wrapping_mul)?,
        op::SUB => binary(words, U256::wrapping_sub)?,
        op::AND => binary(words, |left, right| left & right)?,
        op::OR => binary(words, |left, right| left | right)?,
        op::XOR => binary(words, |left, right| left ^ right)?,
        op::PUSH0..=op::PUSH32 => words.push(U256::from_be_slice(&behind[..usize::from(opcode - op::PUSH0)])),
        op::DUP1..=op::DUP16 => words.push(*words.get(len.checked_sub(1 + usize::from(opcode - op::DUP1))?)?),
        op::SWAP1..=op::SWAP16 => {
            let other = len.checked_sub(2 + usize::from(opcode - op::SWAP1))?;
            words.swap(len - 1, other);
        }
        _ => return None,
    }
    (words.len() <= limits::STACK).then_some(())
}

fn binary(words: &mut Vec<U256>, apply: fn(U256, U256) -> U256) -> Option<()> {
    let (left, right) = (words.pop()?, words.pop()?);
    words.push(apply(left, right));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{Account, Address, Block, Case, Fee, Revision, Transaction};
    use oracle::{Crew, Tolerances, judge};

    fn crew() -> Crew {
        let make = |name: &str| if name == "mine" { Some(engine()) } else { registry::make(name).ok() };
        Crew::new(&["interp".into(), "mine".into()], make).expect("both are engines")
    }

    /// The whole contract: it agrees with the interpreter on whatever is generated.
    #[test]
    fn it_agrees_on_generated_cases() {
        let mut crew = crew();
        let mix = r#gen::Mix::default();
        for index in 0..3000 {
            let verdict = judge(&mut crew, &mix.case(1, index), &Tolerances::none());
            assert!(verdict.is_unanimous(), "case {index}: {:?}", verdict.divergences);
        }
    }

    /// And it does something: the interpreter, which is wrong here, is not asked.
    #[test]
    fn what_it_knows_it_runs_itself() {
        struct Never;
        impl Vm for Never {
            fn run(&mut self, _: &Code, _: &mut Frame, _: &mut dyn Host) -> Exit {
                panic!("left")
            }
        }
        let (sender, contract) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let code = vec![op::PUSH1, 3, op::PUSH1, 4, op::DUP2, op::SUB, op::JUMPDEST, op::MUL, op::POP, op::STOP];
        let rich = Account { balance: U256::from(u64::MAX), ..Account::default() };
        let called = Account { code: code.into(), ..Account::default() };
        let transaction = Transaction {
            sender,
            nonce: 0,
            to: Some(contract),
            value: api::Value::ZERO,
            data: Default::default(),
            gas_limit: 100_000,
            fee: Fee::Price(U256::ZERO),
            access_list: None,
            blobs: None,
            authorizations: None,
        };
        let case = Case {
            name: "own".into(),
            revision: Revision::LATEST,
            chain_id: 1,
            block: Block::default(),
            accounts: [(sender, rich), (contract, called)].into(),
            transactions: vec![transaction],
            gas_uncapped: false,
        };
        let mut alone = Machine::with_precise(EngineId::default(), Mine, Box::new(Never));
        let outcome = alone.run(&case, api::Watch::default()).expect("nothing else is asked");
        let receipt = outcome.transactions[0].receipt().expect("it is executed");
        assert!(receipt.success);
        assert_eq!(receipt.gas_used, 21_000 + 3 + 3 + 3 + 3 + 1 + 5 + 2);
    }
}
