//! The vm: keeps blobs, runs frames in them, and turns the ways out into exits.

use crate::enter::enter;
use crate::{Artifact, Blob, Compiler, Drawn, Features, Key, Options, Target};
use api::{Code, EngineId, Exit, Frame, Host, Published, Revision, Vm};
use codebuf::{Ready, Shelf};
use plan::Plan;
use runtime::{Context, Moduli, Status};

/// Bytes of machine code that are kept.
const ARENA: usize = 16 << 20;

/// What came of the frames so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Codes compiled.
    pub compiled: u64,
    /// Codes refused.
    pub refused: u64,
    /// Times that a frame was run in compiled code.
    pub entered: u64,
    /// Frames left to precise execution because their code is refused or their steps are watched, or because a word does
    /// not fit what compiled code expects.
    pub left: u64,
    /// Frames left because a check at the head of a section failed.
    pub failed: u64,
}

/// The vm of the optimising engine.
pub struct Cranelift {
    features: Features,
    options: Options,
    /// The seed, if options are drawn for each code.
    swarm: Option<u64>,
    /// Machine code that was made ahead of time.
    artifacts: Vec<Artifact>,
    /// Made when it is first needed; `None` behind that if there is no back end for this machine.
    compiler: Option<Option<Compiler>>,
    shelf: Shelf<Blob>,
    moduli: Moduli,
    counts: Counts,
    /// What ran in compiled code with checkpoints.
    shares: Box<api::Counts>,
}

impl Cranelift {
    /// One for the architecture that this runs on, which uses these of its features.
    pub fn new(features: Features, options: Options) -> Cranelift {
        Cranelift {
            features,
            options,
            swarm: None,
            artifacts: Vec::new(),
            compiler: None,
            shelf: Shelf::new(ARENA),
            moduli: Moduli::default(),
            counts: Counts::default(),
            shares: Box::new([0; 256]),
        }
    }

    /// The same, which runs what was made ahead of time where it fits.
    pub fn with_artifacts(mut self, artifacts: Vec<Artifact>) -> Cranelift {
        self.artifacts = artifacts;
        self
    }

    /// The same with options that are drawn for each code, which change nothing.
    pub fn with_swarm(self, seed: u64) -> Cranelift {
        Cranelift { swarm: Some(seed), ..self }
    }

    /// The identity of an engine with these options; its name says which differ from what they are by default.
    pub fn id(features: Features, options: &Options) -> EngineId {
        let names = options.to_string();
        let colon = if names.is_empty() { "" } else { ":" };
        EngineId {
            name: format!("cranelift{colon}{names}"),
            family: "unanimous".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            features: features.names(),
            options: options.names(),
        }
    }

    /// What came of the frames so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Makes what can run a code, or refuses it, and says where it is kept.
    fn make(&mut self, code: &Code, revision: Revision, checkpoints: bool) -> usize {
        let mut blob = self.compile(code, revision, checkpoints);
        let bytes = blob.as_mut().map(|blob| std::mem::take(&mut blob.bytes)).unwrap_or_default();
        let index = self.shelf.keep(code, revision, checkpoints, blob.map(|blob| (blob, &bytes[..])));
        match self.shelf.take_up(index) {
            Some(_) => self.counts.compiled += 1,
            None => self.counts.refused += 1,
        }
        index
    }

    fn compile(&mut self, code: &Code, revision: Revision, checkpoints: bool) -> Option<Blob> {
        if let Some(seed) = self.swarm {
            let Drawn { options, features } = Drawn::new(seed, code, self.features);
            return Compiler::new(Target::host(features)?, &options).ok()?.compile(code, revision, checkpoints).ok();
        }
        let target = Target::host(self.features)?;
        if let Some(blob) = self.made(code, revision, target, checkpoints) {
            return Some(blob);
        }
        let make = || Compiler::new(target, &self.options).ok();
        self.compiler.get_or_insert_with(make).as_mut()?.compile(code, revision, checkpoints).ok()
    }

    /// What was made of a code ahead of time.
    fn made(&self, code: &Code, revision: Revision, target: Target, checkpoints: bool) -> Option<Blob> {
        if self.artifacts.is_empty() {
            return None;
        }
        let wanted = Key::new(code, revision, target, &self.options, checkpoints);
        self.artifacts.iter().find_map(|artifact| artifact.blob(code, &wanted).ok())
    }
}

impl Vm for Cranelift {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        // Code that is too long is not even remembered.
        if frame.steps || code.len() > ir::CODE_LEN_MAX {
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
        let (entries, bmi2) = (&blob.entries, self.features.bmi2);
        let mut context = Context::new(code, frame, host, &mut self.moduli, entries, entry, bmi2);
        let status = enter(block, blob, &mut context);
        if let Some(panic) = context.take_panic() {
            std::panic::resume_unwind(panic);
        }
        if checkpoints {
            let passed = status.passed(context.take_reported());
            Plan::new(code, revision).count(&passed, &mut self.shares);
        }
        self.counts.failed += u64::from(status == Status::FAILS);
        self.counts.left += u64::from(status == Status::LEAVES);
        context.settle(context.pc);
        status.exit().unwrap_or_else(|| panic!("compiled code left with {status:?}: an instruction has no builtin"))
    }

    fn take_compiled(&mut self) -> Option<api::Counts> {
        Some(std::mem::replace(&mut *self.shares, [0; 256]))
    }

    fn take_published(&mut self) -> Vec<Published> {
        self.shelf.take_published()
    }
}
