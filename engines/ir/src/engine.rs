//! The vm: keeps forms by their code and runs frames in them.

use crate::run::run;
use crate::{Func, build};
use api::{Code, Counts, EngineId, Exit, Frame, Host, Revision, Vm};
use plan::Plan;
use runtime::{Context, Moduli, Status};
use spec::Halt;

/// Codes that are kept; then all are forgotten.
const CODES_MAX: usize = 64;
/// Bytes of their codes.
const CODE_BYTES_MAX: usize = 1 << 20;

/// A code, what it was built for, and its form; `None` if it was refused.
struct Kept {
    code: Code,
    revision: Revision,
    func: Option<Func>,
}

/// The vm that interprets forms.
pub struct Ir {
    kept: Vec<Kept>,
    moduli: Moduli,
    /// What ran in forms with checkpoints.
    shares: Box<Counts>,
}

impl Ir {
    /// One that keeps nothing yet.
    pub fn new() -> Ir {
        Ir { kept: Vec::new(), moduli: Moduli::default(), shares: Box::new([0; 256]) }
    }

    /// The identity of an engine of this name.
    pub fn id(name: &str) -> EngineId {
        EngineId {
            name: name.to_owned(),
            family: "unanimous".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            features: Vec::new(),
            options: Vec::new(),
        }
    }

    /// Where a code is kept, built now if it was not seen.
    fn find(&mut self, code: &Code, revision: Revision) -> usize {
        let is = |kept: &Kept| kept.revision == revision && (kept.code.is(code) || kept.code.bytes() == code.bytes());
        if let Some(index) = self.kept.iter().position(is) {
            return index;
        }
        let bytes: usize = self.kept.iter().map(|kept| kept.code.len()).sum();
        if self.kept.len() >= CODES_MAX || bytes + code.len() > CODE_BYTES_MAX {
            self.kept.clear();
        }
        let func = build(code, revision).ok();
        self.kept.push(Kept { code: code.clone(), revision, func });
        self.kept.len() - 1
    }
}

impl Default for Ir {
    fn default() -> Ir {
        Ir::new()
    }
}

impl Vm for Ir {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        if frame.steps {
            return Exit::Leave;
        }
        let (revision, checkpoints, pc) = (frame.revision(), frame.checkpoints, frame.pc);
        let index = self.find(code, revision);
        let func = self.kept[index].func.as_ref();
        let Some((func, entry)) = func.and_then(|func| Some((func, func.entry(pc)?))) else {
            return Exit::Leave;
        };
        let mut context = Context::new(code, frame, host, &mut self.moduli, &[], 0, false);
        let status = run(func, &mut context, entry, checkpoints);
        if let Some(panic) = context.take_panic() {
            std::panic::resume_unwind(panic);
        }
        if checkpoints {
            share(&mut self.shares, &Plan::new(code, revision), &context.take_reported(), status);
        }
        context.settle(context.pc);
        status.exit().unwrap_or_else(|| panic!("the form left with {status:?}: an instruction has no builtin"))
    }

    fn take_compiled(&mut self) -> Option<Counts> {
        Some(std::mem::replace(&mut *self.shares, [0; 256]))
    }
}

/// Counts the instructions of the sections that were entered, all but the last one passed.
fn share(counts: &mut Counts, plan: &Plan, entered: &[u32], status: Status) {
    let left_early = [Status::FAILS, Status::STOPPED, Status::OVER_LIMIT, Status::halt(Halt::OutOfGas)];
    let passed = entered.len().saturating_sub(usize::from(left_early.contains(&status)));
    for pc in &entered[..passed] {
        let Some(index) = plan.section_at(*pc) else { continue };
        let ops = plan.sections[index as usize].ops.clone();
        for op in &plan.ops[ops.start as usize..ops.end as usize] {
            counts[usize::from(op.opcode)] += 1;
        }
    }
}
