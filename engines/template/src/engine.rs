//! The vm: keeps blobs, runs frames in them, and turns the ways out into exits.

use crate::compile::Blob;
use crate::enter::enter;
use crate::{Features, compile};
use api::{B256, Code, EngineId, Exit, Frame, Host, Revision, Vm};
use codebuf::{Arena, Block};
use runtime::{Context, Moduli, Status};
use std::collections::HashMap;

/// Bytes of machine code that are kept.
const ARENA: usize = 16 << 20;
/// Bytes of bytecode that are compiled; longer code is refused.
const CODE_LEN_MAX: usize = 64 << 10;

/// All that decides what a blob is, features apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    hash: B256,
    revision: Revision,
    checkpoints: bool,
}

/// A blob that can run.
struct Compiled {
    blob: Blob,
    block: Block,
}

/// What came of the frames so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Codes compiled.
    pub compiled: u64,
    /// Codes refused.
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
    arena: Option<Arena>,
    /// `None` is a code that was refused.
    kept: HashMap<Key, Option<Compiled>>,
    moduli: Moduli,
    counts: Counts,
}

impl Template {
    /// One that uses these features.
    pub fn new(features: Features) -> Template {
        Template { features, arena: None, kept: HashMap::new(), moduli: Moduli::default(), counts: Counts::default() }
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

    /// Makes the code of a key be kept, or its refusal.
    fn keep(&mut self, key: Key, code: &Code) {
        let compiled = self.compile(key, code);
        match compiled {
            Some(_) => self.counts.compiled += 1,
            None => self.counts.refused += 1,
        }
        self.kept.insert(key, compiled);
    }

    fn compile(&mut self, key: Key, code: &Code) -> Option<Compiled> {
        if code.len() > CODE_LEN_MAX {
            return None;
        }
        let blob = compile::host(code, key.revision, self.features, key.checkpoints)?;
        if self.arena.is_none() {
            self.arena = Arena::new(ARENA).ok();
        }
        let arena = self.arena.as_mut()?;
        let block = match arena.publish(&blob.bytes) {
            Ok(block) => block,
            Err(_) => {
                // Everything goes at once: nobody can return into any of it.
                self.kept.clear();
                arena.clear();
                arena.publish(&blob.bytes).ok()?
            }
        };
        Some(Compiled { blob, block })
    }
}

impl Vm for Template {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        let key = Key { hash: code.hash(), revision: frame.revision(), checkpoints: frame.checkpoints };
        if !frame.steps && !self.kept.contains_key(&key) {
            self.keep(key, code);
        }
        let compiled = self.kept.get(&key).and_then(Option::as_ref).filter(|_| !frame.steps);
        let entered = compiled.and_then(|compiled| Some((compiled, compiled.blob.entry(frame.pc)?)));
        let (Some((compiled, entry)), Some(arena)) = (entered, self.arena.as_mut()) else {
            self.counts.left += 1;
            return Exit::Leave;
        };
        arena.adopt();
        self.counts.entered += 1;
        let entries = &compiled.blob.entries;
        let mut context = Context::new(code, frame, host, &mut self.moduli, entries, entry);
        let status = enter(&compiled.block, &mut context);
        if let Some(panic) = context.take_panic() {
            std::panic::resume_unwind(panic);
        }
        let mut pc = context.pc;
        if status == Status::FAILS {
            self.counts.failed += 1;
            let (head, gas) = compiled.blob.failed(context.failed_at).expect("a check failed at one of its places");
            context.gas = context.gas.wrapping_add(gas.into());
            pc = head;
        }
        context.settle(pc);
        status.exit().unwrap_or_else(|| panic!("compiled code left with {status:?}: an instruction has no builtin"))
    }
}
