//! A bit that flips in the stream of checkpoints is named: the point, and the section before it. Nothing else in the
//! outcome shows it, and no instruction is blamed for it.

use api::{
    Case, Checkpoint, Engine, EngineError, EngineId, Flow, Frame, Observer, Outcome, Revision, Step, U256, Unsupported,
    Watch,
};
use interp::Interp;
use oracle::{Crew, Fork, Tolerances, judge, localise};
use spec::op;
use suite::{call_case, code};
use world::Machine;

/// Changes one checkpoint on its way to the observer.
struct Tampering {
    engine: Machine<Interp>,
    at: u64,
    change: fn(&mut Checkpoint),
}

struct Tampered<'a> {
    inner: &'a mut dyn Observer,
    at: u64,
    change: fn(&mut Checkpoint),
}

impl Observer for Tampered<'_> {
    fn checkpoint(&mut self, checkpoint: &Checkpoint, frame: &Frame) -> Flow {
        let mut point = *checkpoint;
        if point.index == self.at {
            (self.change)(&mut point);
        }
        self.inner.checkpoint(&point, frame)
    }

    fn step(&mut self, step: &Step, frame: &Frame) {
        self.inner.step(step, frame);
    }

    fn stepped(&mut self, frame: &Frame, gas_cost: u64, halt: Option<api::Halt>) {
        self.inner.stepped(frame, gas_cost, halt);
    }
}

impl Engine for Tampering {
    fn id(&self) -> EngineId {
        EngineId { name: "tampering".into(), family: "planted".into(), ..EngineId::default() }
    }

    fn supports(&self, case: &Case) -> Result<(), Unsupported> {
        self.engine.supports(case)
    }

    fn run(&mut self, case: &Case, watch: Watch<'_>) -> Result<Outcome, EngineError> {
        let Watch { exact, roots, checkpoints, steps, observer } = watch;
        let Some(inner) = observer else {
            return self.engine.run(case, Watch { exact, roots, checkpoints, steps, observer: None });
        };
        let mut tampered = Tampered { inner, at: self.at, change: self.change };
        self.engine.run(case, Watch { exact, roots, checkpoints, steps, observer: Some(&mut tampered) })
    }
}

/// Five sections: the entry, then JUMPDESTs with an addition before each.
fn case() -> Case {
    let section = [code::push_all(&[U256::from(3), U256::from(4)]), vec![op::ADD, op::JUMPDEST]].concat();
    call_case(Revision::LATEST, section.repeat(4), vec![])
}

fn fork(at: u64, change: fn(&mut Checkpoint)) -> Option<Fork> {
    let make = move |name: &str| -> Option<Box<dyn Engine>> {
        let engine = Machine::new(Interp::id(), Interp::new());
        Some(if name == "tampering" { Box::new(Tampering { engine, at, change }) } else { Box::new(engine) })
    };
    let mut crew = Crew::new(&["interp".into(), "tampering".into()], make).expect("both names make engines");
    assert!(judge(&mut crew, &case(), &Tolerances::none()).is_unanimous(), "the outcome does not show it");
    localise(&mut crew, &case(), 0, 1)
}

#[test]
fn a_flipped_bit_in_a_checkpoint_is_named() {
    let changes: [fn(&mut Checkpoint); 6] = [
        |point| point.digest.0[17] ^= 1,
        |point| point.gas_left ^= 1,
        |point| point.stack_len ^= 1,
        |point| point.memory_len ^= 1,
        |point| point.pc ^= 1,
        |point| point.depth ^= 1,
    ];
    for (which, change) in changes.into_iter().enumerate() {
        for at in 0..5 {
            let fork = fork(at, change).unwrap_or_else(|| panic!("change {which} at {at} was not seen"));
            let index = |point: Option<Checkpoint>| point.map(|point| point.index);
            assert_eq!(index(fork.common), at.checked_sub(1), "change {which}");
            assert_eq!((index(fork.left), index(fork.right)), (Some(at), Some(at)), "change {which}");
            assert_ne!(fork.left, fork.right);
            assert_eq!(fork.stacks[0], fork.stacks[1], "the stack is right");
            assert_eq!(fork.instruction, None, "every step is right");
        }
    }
    assert_eq!(fork(0, |_| ()), None);
}
