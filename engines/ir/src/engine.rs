//! The vm: keeps forms by their code and runs frames in them.

use crate::run::run;
use crate::{Func, Options, build, optimise};
use api::{Code, Counts, EngineId, Exit, Frame, Host, Revision, Vm};
use plan::Plan;
use runtime::{Context, Moduli};

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

/// What makes the form of a code; nothing for code that is refused.
type Make = Box<dyn Fn(&Code, Revision) -> Option<Func> + Send>;

/// The vm that interprets forms.
pub struct Ir {
    make: Make,
    kept: Vec<Kept>,
    moduli: Moduli,
    /// What ran in forms with checkpoints.
    shares: Box<Counts>,
}

impl Ir {
    /// One that runs what these passes make.
    pub fn new(options: Options) -> Ir {
        Ir::with(move |code, revision| {
            let mut func = build(code, revision).ok()?;
            optimise(&mut func, &options);
            Some(func)
        })
    }

    /// One that runs whatever forms this makes: tests put faults into them.
    pub fn with(make: impl Fn(&Code, Revision) -> Option<Func> + Send + 'static) -> Ir {
        Ir { make: Box::new(make), kept: Vec::new(), moduli: Moduli::default(), shares: Box::new([0; 256]) }
    }

    /// The identity of an engine of this name.
    pub fn id(name: &str, options: &Options) -> EngineId {
        EngineId {
            name: name.to_owned(),
            family: "unanimous".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            features: Vec::new(),
            options: options.names(),
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
        let func = (self.make)(code, revision);
        self.kept.push(Kept { code: code.clone(), revision, func });
        self.kept.len() - 1
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
            let passed = status.passed(context.take_reported());
            Plan::new(code, revision).count(&passed, &mut self.shares);
        }
        context.settle(context.pc);
        status.exit().unwrap_or_else(|| panic!("the form left with {status:?}: an instruction has no builtin"))
    }

    fn take_compiled(&mut self) -> Option<Counts> {
        Some(std::mem::replace(&mut *self.shares, [0; 256]))
    }
}
