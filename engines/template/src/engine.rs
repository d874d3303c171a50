//! The vm: keeps blobs, runs frames in them, and turns the ways out into exits.

use crate::compile::{Blob, Compiler, HostIsa};
use crate::enter::enter;
use crate::{Features, compile};
use api::{Code, EngineId, Exit, Frame, Host, Published, Revision, Vm};
use codebuf::{Arena, Block, Cache};
use plan::Plan;
use runtime::{Context, Moduli, Status};

/// Bytes of machine code that are kept.
const ARENA: usize = 16 << 20;
/// Bytes of bytecode that are compiled; longer code is refused.
pub const CODE_LEN_MAX: usize = 64 << 10;

/// Machine code of a byte of bytecode, at most, and of a blob besides; `tests/shape.rs` looks for more.
const EXPANSION_MAX: usize = 150;
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

/// A blob that can run.
struct Compiled {
    blob: Blob,
    block: Block,
}

/// The template engine's vm.
pub struct Template {
    features: Features,
    compiler: Compiler<HostIsa>,
    arena: Option<Arena>,
    cache: Cache<Compiled>,
    moduli: Moduli,
    counts: Counts,
    /// What ran in compiled code with checkpoints.
    shares: Box<api::Counts>,
    /// So many of the codes that are kept were told of.
    told: usize,
}

impl Template {
    /// One that uses these features.
    pub fn new(features: Features) -> Template {
        Template {
            features,
            compiler: compile::host(features),
            arena: None,
            cache: Cache::default(),
            moduli: Moduli::default(),
            counts: Counts::default(),
            shares: Box::new([0; 256]),
            told: 0,
        }
    }

    /// The identity of an engine of this name.
    pub fn id(name: &str, features: Features) -> EngineId {
        EngineId {
            name: name.to_owned(),
            family: "unanimous".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            features: features.names(),
            options: Vec::new(),
        }
    }

    /// What came of the frames so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Makes what can run a code, or refuses it, and says where it is kept.
    fn make(&mut self, code: &Code, revision: Revision, checkpoints: bool) -> usize {
        if self.cache.is_full() {
            self.forget();
        }
        let compiled = self.compile(code, revision, checkpoints);
        match compiled {
            Some(_) => self.counts.compiled += 1,
            None => self.counts.refused += 1,
        }
        self.cache.keep(code, revision, checkpoints, compiled)
    }

    fn compile(&mut self, code: &Code, revision: Revision, checkpoints: bool) -> Option<Compiled> {
        let blob = self.compiler.compile(code, revision, checkpoints).ok()?;
        if self.arena.is_none() {
            self.arena = Arena::new(ARENA).ok();
        }
        let mut block = self.arena.as_mut()?.publish(self.compiler.bytes());
        if block.is_err() {
            self.forget();
            block = self.arena.as_mut()?.publish(self.compiler.bytes());
        }
        Some(Compiled { blob, block: block.ok()? })
    }

    /// Forgets all blobs at once: nobody can return into any of them.
    fn forget(&mut self) {
        self.cache.clear();
        self.told = 0;
        if let Some(arena) = &mut self.arena {
            arena.clear();
        }
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
        let index = match self.cache.find(code, revision, checkpoints) {
            Some(index) => index,
            None => self.make(code, revision, checkpoints),
        };
        let compiled = self.cache.get(index);
        let entered = compiled.and_then(|compiled| Some((compiled, compiled.blob.entry(frame.pc)?)));
        let (Some((compiled, entry)), Some(arena)) = (entered, self.arena.as_mut()) else {
            self.counts.left += 1;
            return Exit::Leave;
        };
        arena.adopt();
        self.counts.entered += 1;
        if fault::planted!(TemplateNondeterminism) && self.counts.entered.is_multiple_of(1000) {
            let _ = frame.memory.grow(1);
        }
        let (entries, bmi2) = (&compiled.blob.entries, self.features.bmi2);
        let mut context = Context::new(code, frame, host, &mut self.moduli, entries, entry, bmi2);
        let status = enter(&compiled.block, &mut context);
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
            let (head, gas) = compiled.blob.failed(context.failed_at).expect("a check failed at one of its places");
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
        let first = std::mem::replace(&mut self.told, self.cache.len());
        let published = |(code, revision, compiled): (&Code, _, &Compiled)| Published {
            address: compiled.block.entry().addr().get() as u64,
            len: compiled.block.len() as u64,
            code_hash: code.hash(),
            revision,
        };
        self.cache.since(first).map(published).collect()
    }
}
