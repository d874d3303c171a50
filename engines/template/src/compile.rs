//! A blob: the machine code of one bytecode, and where its sections begin.
//!
//! ```text
//! prologue │ sections, in order of their bytecode │ places of failed checks │ off the straight path │ shared
//! ```

use crate::aarch64::Aarch64;
use crate::chaos::{Chaos, Whim};
use crate::isa::{Isa, Unencodable};
use crate::settle::Settling;
use crate::walk::{Walk, check};
use crate::window::Window;
use crate::x86_64::X86_64;
use crate::{CODE_LEN_MAX, Features};
use api::{Code, Revision};
use plan::{Ends, Op, Plan, Section};
use runtime::Status;
use spec::{limits, op};
use std::ops::Range;

/// The machine code of one bytecode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// Position-independent bytes without addresses. The engine keeps them in its arena only.
    pub bytes: Vec<u8>,
    /// So many of them.
    len: u32,
    /// By position in the bytecode, see [`runtime::Context::entries`].
    pub entries: Vec<i32>,
    /// By section: its canonical point, and the gas that its head takes.
    heads: Vec<(u32, u32)>,
    /// Where the first place of a failed check is, and how far it is to the next.
    failures: (u32, u32),
    /// Where that begins which sections share.
    shared: u32,
}

/// Compiles for x86_64.
pub fn x86_64(code: &Code, revision: Revision, features: Features, checkpoints: bool) -> Result<Blob, Unencodable> {
    Compiler::new(X86_64::new(features)).whole(code, revision, checkpoints)
}

/// Compiles for aarch64. Branches that reach everywhere are for blobs that need them.
pub fn aarch64(code: &Code, revision: Revision, checkpoints: bool) -> Result<Blob, Unencodable> {
    Compiler::new(Aarch64::new()).whole(code, revision, checkpoints)
}

/// Compiles for x86_64 with choices that are drawn, and do nothing.
pub fn x86_64_chaos(code: &Code, revision: Revision, features: Features, seed: u64) -> Result<Blob, Unencodable> {
    Compiler::new(X86_64::new(features)).with_chaos(seed).whole(code, revision, false)
}

/// The same for aarch64.
pub fn aarch64_chaos(code: &Code, revision: Revision, seed: u64) -> Result<Blob, Unencodable> {
    Compiler::new(Aarch64::new()).with_chaos(seed).whole(code, revision, false)
}

/// The architecture that this runs on.
#[cfg(target_arch = "x86_64")]
pub(crate) type HostIsa = X86_64;
/// The architecture that this runs on.
#[cfg(target_arch = "aarch64")]
pub(crate) type HostIsa = Aarch64;

/// A compiler for the architecture that this runs on.
pub(crate) fn host(features: Features) -> Compiler<HostIsa> {
    #[cfg(target_arch = "x86_64")]
    return Compiler::new(X86_64::new(features));
    #[cfg(target_arch = "aarch64")]
    {
        let _ = features;
        Compiler::new(Aarch64::new())
    }
}

/// What settling the words of all sections may cost: for each instruction, the words that its section can hold.
const WORK_MAX: u64 = 1 << 21;

/// The most that settling can cost. Sections that no frame passes cost nothing.
fn work(plan: &Plan) -> u64 {
    // Mostly a look at the length is enough: a section that a frame passes holds no more words than a stack.
    let bound = plan.ops.len() as u64 * (1 + limits::STACK as u64);
    if bound <= WORK_MAX {
        return bound;
    }
    let words = |section: &Section| 1 + u64::from(section.need) + u64::from(section.growth);
    let passable = plan.sections.iter().filter(|section| check(section).is_some());
    passable.map(|section| section.ops.len() as u64 * words(section)).sum()
}

/// Compiles one code after the other. Nothing of one is left in the next but room: a campaign compiles every code that it
/// invents, and asking for memory would take as long as much of the rest.
pub(crate) struct Compiler<I> {
    isa: I,
    plan: Plan,
    window: Window,
    settling: Settling,
    /// The seed of what is drawn, if anything is.
    chaos: Option<u64>,
}

/// What encoding may cost, in instructions of the usual kind. All that fit the longest code are below it.
const EFFORT_MAX: u64 = 80_000;
const _: () = assert!((CODE_LEN_MAX as u64) < EFFORT_MAX);
/// The most that an instruction counts as.
const COST_MAX: u64 = 3;

/// What encoding costs. Where an offset is not known, a read of memory is encoded twice, on the straight path and off it, and
/// one of calldata is as long again.
fn effort(plan: &Plan) -> u64 {
    let bound = plan.ops.len() as u64 * COST_MAX;
    if bound <= EFFORT_MAX {
        return bound;
    }
    let passable = plan.sections.iter().filter(|section| check(section).is_some());
    let ops = passable.flat_map(|section| &plan.ops[section.ops.start as usize..section.ops.end as usize]);
    let cost = |op: &Op| match op.opcode {
        op::CALLDATALOAD => COST_MAX,
        op::MLOAD => 2,
        _ => 1,
    };
    ops.map(cost).sum()
}

impl<I: Isa> Compiler<I> {
    fn new(isa: I) -> Compiler<I> {
        Compiler { isa, plan: Plan::default(), window: Window::default(), settling: Settling::default(), chaos: None }
    }

    /// The same, with choices that are drawn.
    pub(crate) fn with_chaos(self, seed: u64) -> Compiler<I> {
        Compiler { chaos: Some(seed), ..self }
    }

    /// The blob of a code, with its bytes.
    fn whole(mut self, code: &Code, revision: Revision, checkpoints: bool) -> Result<Blob, Unencodable> {
        let mut blob = self.compile(code, revision, checkpoints)?;
        blob.bytes = self.isa.into_bytes();
        Ok(blob)
    }

    /// The blob of a code. Its bytes are in [`Compiler::bytes`] until the next code is compiled.
    pub(crate) fn compile(&mut self, code: &Code, revision: Revision, checkpoints: bool) -> Result<Blob, Unencodable> {
        self.plan.renew(code, revision);
        let work = work(&self.plan);
        if work > WORK_MAX {
            return Err(Unencodable(format!("bringing its words home may take {work} steps, more than {WORK_MAX}")));
        }
        let effort = effort(&self.plan);
        if effort > EFFORT_MAX {
            return Err(Unencodable(format!("its instructions count as {effort}, more than {EFFORT_MAX}")));
        }
        let chaos = self.chaos.map(|seed| Chaos::new(seed, code));
        let first = chaos.map_or(0, |chaos| chaos.way(I::WAYS));
        let mut made = self.attempt(code, checkpoints, first, chaos);
        for way in first + 1..I::WAYS {
            made = made.or_else(|_| self.attempt(code, checkpoints, way, chaos));
        }
        made
    }

    /// The machine code that was compiled last.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.isa.bytes()
    }

    fn attempt(&mut self, code: &Code, checkpoints: bool, way: u32, chaos: Option<Chaos>) -> Result<Blob, Unencodable> {
        let Compiler { isa, plan, window, settling, .. } = self;
        window.registers = chaos.map_or(0..I::POOL.len(), |chaos| chaos.registers(I::POOL.len()));
        isa.begin(way);
        let labels = isa.labels(plan.sections.len());
        let fails = isa.labels(plan.sections.len());
        let mut entries = vec![0; code.len() + 1];
        isa.prologue();
        let mut walk =
            Walk { isa: &mut *isa, code, plan, labels, window, settling, memory_end: 0, taken: 0, chaos, fresh: false };
        for (index, section) in plan.sections.iter().enumerate() {
            let is_target = plan.ops[section.ops.start as usize].opcode == op::JUMPDEST;
            let at = walk.isa.len() as i32;
            if let Some(entry) = entries.get_mut(section.pc as usize) {
                *entry = if is_target { at } else { -at };
            }
            walk.isa.bind(labels.at(index));
            if chaos.is_some_and(|chaos| chaos.has(Whim::Leave, section.pc)) {
                walk.isa.resume_at(section.pc);
                walk.isa.exit(Status::LEAVES);
            }
            if checkpoints {
                walk.isa.checkpoint(section.pc);
            }
            walk.section(index, fails.at(index));
            debug_assert!(matches!(section.end, Ends::Stops | Ends::Jump) || index + 1 < plan.sections.len());
        }
        let failures = (isa.len(), I::FAILURE_LEN);
        isa.failures(fails);
        isa.asides();
        let shared = isa.len();
        isa.finish()?;
        let taken = |section| check(section).map_or(0, |check| check.gas);
        let heads = plan.sections.iter().map(|section| (section.pc, taken(section))).collect();
        Ok(Blob { bytes: Vec::new(), len: isa.len(), entries, heads, failures, shared })
    }
}

impl Blob {
    /// The offset at which the section at a canonical point begins.
    pub fn entry(&self, pc: u32) -> Option<u32> {
        match self.entries.get(pc as usize) {
            None | Some(0) => None,
            Some(at) => Some(at.unsigned_abs()),
        }
    }

    /// Whose head check failed: its canonical point and the gas that the head had taken.
    pub(crate) fn failed(&self, failed_at: u32) -> Option<(u32, u32)> {
        let (first, len) = self.failures;
        let index = (failed_at.checked_sub(first)? / len).checked_sub(1)?;
        self.heads.get(index as usize).copied()
    }

    /// The parts that belong to no section, each with its name.
    pub fn outside(&self) -> [(&'static str, Range<usize>); 4] {
        let entered = self.heads.first().and_then(|(pc, _)| self.entry(*pc)).unwrap_or(self.failures.0);
        let asides = self.failures.0 + self.failures.1 * self.heads.len() as u32;
        let part = |from: u32, to: u32| from as usize..to as usize;
        [
            ("prologue", part(0, entered)),
            ("places of failed checks", part(self.failures.0, asides)),
            ("off the straight path", part(asides, self.shared)),
            ("shared", part(self.shared, self.len)),
        ]
    }

    /// Bytes of machine code before the first place of a failed check.
    pub fn sections_len(&self) -> usize {
        self.failures.0 as usize
    }

    /// Bytes of machine code.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}
