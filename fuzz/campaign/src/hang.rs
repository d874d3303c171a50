//! Cases on which an engine hangs. Whoever watches the clock ends the process and notes the case in the state; the
//! resumed campaign counts it as a crash called `hang` and goes on behind it.

use crate::run::Plan;
use crate::state::{Hung, State};
use oracle::{Divergence, Signature, Verdict};

/// What a thread of a campaign is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// The index of the case.
    pub index: u64,
    /// Whether it is being reduced: then what runs is a smaller case.
    pub reducing: bool,
}

/// The divergence of an engine that does not end.
pub fn hang(judge: &str, engine: &str) -> Divergence {
    Divergence {
        judge: judge.to_owned(),
        engine: engine.to_owned(),
        differences: Vec::new(),
        crash: Some("hang".to_owned()),
        signature: Signature { engine: engine.to_owned(), part: None, ends: "hang".to_owned() },
    }
}

impl State {
    /// Notes that an engine hung. A case is not run again, a reduction not tried again.
    pub fn note_hang(&mut self, task: Task, engine: &str, kept: &str) {
        let hung = Hung { engine: engine.to_owned(), reducing: task.reducing, kept: kept.to_owned() };
        self.hung.insert(task.index, hung);
    }

    /// The engine that hung on this case.
    pub fn hung_on(&self, index: u64) -> Option<&Hung> {
        self.hung.get(&index).filter(|hung| !hung.reducing)
    }
}

/// The verdict on a case that is not run because an engine hung on it.
pub(crate) fn verdict(plan: &Plan, hung: &Hung) -> Verdict {
    let judge = plan.engines.first().map_or("", String::as_str);
    Verdict { divergences: vec![hang(judge, &hung.engine)], ..Verdict::default() }
}
