//! The engines that are compared, and what running one comes to.

use api::{Case, Counts, Engine, EngineError, Outcome, Watch};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Makes an engine by name.
type Make = Arc<dyn Fn(&str) -> Option<Box<dyn Engine>> + Send + Sync>;

/// Engines by name, the judge first. An engine that panicked is replaced by a fresh one.
pub struct Crew {
    make: Make,
    engines: Vec<(String, Box<dyn Engine>)>,
}

/// What running a case on one engine came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ran {
    /// An outcome.
    Outcome(Box<Outcome>),
    /// The engine cannot run it, and why.
    Unsupported(String),
    /// A resource limit was reached: nothing can be concluded.
    Limit(String),
    /// The engine broke.
    Crash(String),
    /// It was not its turn: it takes part in some of the cases only.
    Absent,
}

impl Ran {
    /// The outcome, if there is one.
    pub fn outcome(&self) -> Option<&Outcome> {
        match self {
            Ran::Outcome(outcome) => Some(outcome),
            _ => None,
        }
    }
}

impl Crew {
    /// The engines with these names; `Err` is the first name that makes none.
    pub fn new(
        names: &[String],
        make: impl Fn(&str) -> Option<Box<dyn Engine>> + Send + Sync + 'static,
    ) -> Result<Crew, String> {
        let make: Make = Arc::new(make);
        let engine = |name: &String| make(name).map(|engine| (name.clone(), engine)).ok_or_else(|| name.clone());
        let engines = names.iter().map(engine).collect::<Result<_, _>>()?;
        Ok(Crew { make, engines })
    }

    /// Another crew of the same engines, fresh.
    pub fn again(&self) -> Crew {
        let fresh = |(name, _): &(String, Box<dyn Engine>)| Some((name.clone(), (self.make)(name)?));
        Crew { make: self.make.clone(), engines: self.engines.iter().filter_map(fresh).collect() }
    }

    /// How many engines there are.
    pub fn len(&self) -> usize {
        self.engines.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.engines.is_empty()
    }

    /// The name of an engine.
    pub fn name(&self, i: usize) -> &str {
        &self.engines[i].0
    }

    /// The names of all, the judge first.
    pub fn names(&self) -> Vec<String> {
        self.engines.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Families: engines of one family agree for reasons that are no evidence.
    pub fn family(&self, i: usize) -> String {
        self.engines[i].1.id().family
    }

    /// What an engine ran in compiled code since this was last asked; see [`api::Vm::take_compiled`].
    pub fn take_compiled(&mut self, i: usize) -> Option<Counts> {
        self.engines[i].1.take_compiled()
    }

    /// Runs a case on one engine.
    pub fn run(&mut self, i: usize, case: &Case, watch: Watch<'_>) -> Ran {
        let (name, engine) = &mut self.engines[i];
        match catch_unwind(AssertUnwindSafe(|| engine.supports(case).map(|()| engine.run(case, watch)))) {
            Ok(Ok(Ok(outcome))) => Ran::Outcome(Box::new(outcome)),
            Ok(Err(why)) | Ok(Ok(Err(EngineError::Unsupported(why)))) => Ran::Unsupported(why.to_string()),
            Ok(Ok(Err(error @ (EngineError::Limit(_) | EngineError::Stopped)))) => Ran::Limit(error.to_string()),
            Ok(Ok(Err(error @ (EngineError::Crash(_) | EngineError::Internal(_))))) => Ran::Crash(error.to_string()),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
                let crash = Ran::Crash(format!("panicked: {text}"));
                // Whatever state the panic left behind must not reach the next case.
                if let Some(fresh) = (self.make)(name) {
                    *engine = fresh;
                }
                crash
            }
        }
    }
}
