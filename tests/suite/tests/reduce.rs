//! The reducer finds the needle: a fault planted in an engine, met deep inside a long program, is reduced to a few
//! instructions; the signature stays; the number of threads changes nothing.

use api::{Case, Code, Engine, EngineId, Exit, Frame, Host, Revision, U256, Vm};
use interp::Interp;
use oracle::{Crew, Signature, Tolerances, judge};
use reduce::{Budget, Crews, reduce, reduce_finding};
use spec::op;
use suite::{CONTRACT, call_case, code};
use world::Machine;

/// Code in which every XOR is an OR: a wrong instruction, but only where both operands share a bit.
struct OrForXor;

impl Vm for OrForXor {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        let mut bytes = code.bytes().to_vec();
        let mut pc = 0;
        while pc < bytes.len() {
            let opcode = bytes[pc];
            if opcode == op::XOR {
                bytes[pc] = op::OR;
            }
            pc += 1 + spec::table::TABLE[opcode as usize].map_or(0, |row| row.immediate as usize);
        }
        Interp::new().run(&Code::new(bytes.into()), frame, host)
    }
}

fn crew() -> Crew {
    let make = |name: &str| match name {
        "interp" => registry::make("interp").ok(),
        _ => Some(Box::new(Machine::new(EngineId::default(), OrForXor)) as Box<dyn Engine>),
    };
    Crew::new(&["interp".into(), "wrong".into()], make).expect("both names make engines")
}

/// A thousand instructions with jumps over data; in the middle an XOR of words that share a bit, whose result is stored.
fn haystack() -> Case {
    let noise = |n: u64| {
        let words = code::push_all(&[U256::from(n * 77), U256::from(n + 3)]);
        [words, vec![op::MUL, op::DUP1, op::AND, op::POP]].concat()
    };
    let mut program = Vec::new();
    for n in 0..160 {
        program.extend(noise(n));
        if n % 10 == 0 {
            // Jump over two bytes that are no instruction.
            let target = (program.len() + 6) as u16;
            program.extend([op::PUSH1 + 1, (target >> 8) as u8, target as u8, op::JUMP, 0x0c, 0x0c, op::JUMPDEST]);
        }
        if n == 80 {
            program.extend(code::push_all(&[U256::from(0x1234_5678u64), U256::from(0xff00_ffffu64)]));
            program.extend([op::XOR, op::PUSH1, 5, op::SSTORE]);
        }
    }
    let mut case = call_case(Revision::LATEST, program, vec![7; 100]);
    case.accounts.entry(CONTRACT).or_default().storage.insert(U256::from(99), U256::from(1));
    let first = case.transactions[0].clone();
    case.transactions.push(api::Transaction { nonce: 1, ..first });
    case
}

fn signature(crew: &mut Crew, case: &Case) -> Signature {
    let verdict = judge(crew, case, &Tolerances::none());
    verdict.divergences[0].signature.clone()
}

#[test]
fn a_needle_in_a_thousand_instructions() {
    let case = haystack();
    let mut crew = crew();
    let wanted = signature(&mut crew, &case);
    let crews = Crews::like(&crew);
    let in_threads = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("threads start");
        pool.install(|| reduce_finding(&crews, &case, &wanted, &Tolerances::none(), Budget::default()))
    };
    let reduced = in_threads(1);
    assert_eq!(in_threads(16), reduced);
    let mut crew = self::crew();
    assert_eq!(signature(&mut crew, &reduced.case), wanted);
    let code = &reduced.case.accounts[&CONTRACT].code;
    let instructions = format::disasm::disassemble(code, Revision::LATEST).count();
    assert!(instructions <= 12, "{instructions} instructions are left: {code}");
    assert!(reduced.complete);
    assert_eq!(reduced.case.transactions.len(), 1);
    assert!(reduced.case.transactions[0].data.is_empty());
    assert!(reduced.case.accounts[&CONTRACT].storage.is_empty());
}

#[test]
fn a_budget_ends_a_reduction_early_and_says_so() {
    let case = haystack();
    let reduced = reduce(&case, Budget { tries_max: 10 }, |_| false);
    assert_eq!((reduced.case, reduced.complete), (case.clone(), false));
    assert!((10..10 + 64).contains(&reduced.tries));
    let everything = reduce(&case, Budget::default(), |_| true);
    assert!(everything.complete && everything.case.accounts.is_empty());
}

#[test]
fn the_winner_is_the_first_and_not_the_quickest() {
    let mut case = call_case(Revision::LATEST, vec![op::STOP], Vec::new());
    let first = case.transactions[0].clone();
    case.transactions.push(api::Transaction { nonce: 1, ..first });
    // Either transaction can go.
    let in_threads = |n_threads: usize, slow: Option<&Case>| {
        let keeps = |smaller: &Case| {
            if slow == Some(smaller) {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            !smaller.transactions.is_empty()
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("threads start");
        pool.install(|| reduce(&case, Budget { tries_max: 1 }, keeps))
    };
    let reduced = in_threads(1, None);
    assert_eq!(reduced.case.transactions.len(), 1);
    // Threads that wake up late try the slow one last, with luck.
    (0..8).for_each(|_| assert_eq!(in_threads(16, Some(&reduced.case)), reduced));
}
