//! The vm: keeps blobs, runs frames in them, and turns the ways out into exits.

use crate::compile::{Blob, Compiler, HostIsa};
use crate::enter::enter;
use crate::{Features, compile};
use api::{Code, EngineId, Exit, Frame, Host, Published, Revision, Vm};
use codebuf::{Ready, Shelf};
use plan::Plan;
use runtime::{Context, Moduli, Status};

/// Bytes of machine code that are kept.
const ARENA: usize = 16 << 20;
/// Bytes of bytecode that are compiled; longer code is refused.
pub const CODE_LEN_MAX: usize = 64 << 10;

/// Machine code of a byte of bytecode, at most; a blob has 2048 bytes besides. `tests/shape.rs` and the search of `tests/bench` look for
/// more.
pub const EXPANSION_MAX: usize = 240;
/// So the longest code that is accepted always fits.
const _: () = assert!(2048 + EXPANSION_MAX * CODE_LEN_MAX <= ARENA);

/// What came of the frames so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Codes compiled.
    pub compiled: u64,
    /// Times that a code was refused; one that is too long is refused again whenever it is asked for.
    pub refused: u64,
    /// Times that a frame was run in compiled code.
    pub entered: u64,
    /// Frames left to precise execution because their code is refused or their steps are watched.
    pub left: u64,
    /// Frames left because a check at the head of a section failed.
    pub failed: u64,
}

/// The template engine's vm.
pub struct Template {
    features: Features,
    compiler: Compiler<HostIsa>,
    shelf: Shelf<Blob>,
    moduli: Moduli,
    counts: Counts,
    /// What ran in compiled code with checkpoints.
    shares: Box<api::Counts>,
}

impl Template {
    /// One that uses these features.
    pub fn new(features: Features) -> Template {
        Template {
            features,
            compiler: compile::host(features),
            shelf: Shelf::new(ARENA),
            moduli: Moduli::default(),
            counts: Counts::default(),
            shares: Box::new([0; 256]),
        }
    }

    /// The same, with choices that are drawn from a seed, the code and the place in it, and change nothing.
    pub fn with_chaos(self, seed: u64) -> Template {
        Template { compiler: self.compiler.with_chaos(seed), ..self }
    }

    /// The identity of an engine of this name.
    pub fn id(name: &str, features: Features, chaos: Option<u64>) -> EngineId {
        EngineId {
            name: name.to_owned(),
            family: "unanimous".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            features: features.names(),
            options: chaos.map(|seed| format!("chaos={seed}")).into_iter().collect(),
        }
    }

    /// What came of the frames so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Makes what can run a code, or refuses it, and says where it is kept.
    fn make(&mut self, code: &Code, revision: Revision, checkpoints: bool) -> usize {
        let blob = self.compiler.compile(code, revision, checkpoints).ok();
        let made = blob.map(|blob| (blob, self.compiler.bytes()));
        let index = self.shelf.keep(code, revision, checkpoints, made);
        match self.shelf.take_up(index) {
            Some(_) => self.counts.compiled += 1,
            None => self.counts.refused += 1,
        }
        index
    }
}

impl Vm for Template {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        // Code that is too long is not even remembered.
        if frame.steps || code.len() > CODE_LEN_MAX || fault::planted!(TemplateRefuses) && code.len() > 64 {
            self.counts.refused += u64::from(!frame.steps);
            self.counts.left += 1;
            return Exit::Leave;
        }
        let (revision, checkpoints) = (frame.revision(), frame.checkpoints);
        let index = match self.shelf.find(code, revision, checkpoints) {
            Some(index) => index,
            None => self.make(code, revision, checkpoints),
        };
        let ready = self.shelf.take_up(index);
        let Some((Ready { made: blob, block }, entry)) =
            ready.and_then(|ready| Some((ready, ready.made.entry(frame.pc)?)))
        else {
            self.counts.left += 1;
            return Exit::Leave;
        };
        self.counts.entered += 1;
        if fault::planted!(TemplateNondeterminism) && self.counts.entered.is_multiple_of(1000) {
            let _ = frame.memory.grow(1);
        }
        let (entries, bmi2) = (&blob.entries, self.features.bmi2);
        let mut context = Context::new(code, frame, host, &mut self.moduli, entries, entry, bmi2);
        let status = enter(block, &mut context);
        if let Some(panic) = context.take_panic() {
            std::panic::resume_unwind(panic);
        }
        if checkpoints {
            let passed = status.passed(context.take_reported());
            Plan::new(code, revision).count(&passed, &mut self.shares);
        }
        let mut pc = context.pc;
        if status == Status::FAILS {
            self.counts.failed += 1;
            let (head, gas) = blob.failed(context.failed_at).expect("a check failed at one of its places");
            context.gas = context.gas.wrapping_add(u64::from(gas) * u64::from(!fault::planted!(TemplateHeadGas)));
            pc = head;
        }
        context.settle(pc);
        if fault::planted!(TemplateHeadKind) && status == Status::FAILS {
            return Exit::End(api::End::Halt(spec::Halt::OutOfGas));
        }
        status.exit().unwrap_or_else(|| panic!("compiled code left with {status:?}: an instruction has no builtin"))
    }

    fn take_compiled(&mut self) -> Option<api::Counts> {
        Some(std::mem::replace(&mut *self.shares, [0; 256]))
    }

    fn take_published(&mut self) -> Vec<Published> {
        self.shelf.take_published()
    }
}
