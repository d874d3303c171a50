//! Cases on which an engine hangs. Whoever watches the clock ends the process and notes in the state what was being
//! done with which case; the resumed campaign does everything else but that.

use crate::run::Plan;
use crate::state::{Hung, State};
use oracle::{Divergence, Signature, Verdict};

macro_rules! stages {
    ($($(#[$doc:meta])* $name:ident $text:literal $about:literal;)*) => {
        /// What is being done with a case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Stage { $($(#[$doc])* $name,)* }

        impl Stage {
            const ALL: &[Stage] = &[$(Stage::$name),*];

            /// Its name in the state.
            pub const fn name(self) -> &'static str {
                match self { $(Stage::$name => $text),* }
            }

            /// What was going on, behind the number of the case; nothing if it was the case itself.
            pub const fn about(self) -> &'static str {
                match self { $(Stage::$name => $about),* }
            }
        }
    };
}

stages! {
    /// It is judged. Who hangs here is a finding, and the case is not run again.
    Judge "judge" "";
    /// Its instructions are counted. Without it they are not.
    Sample "sample" ", while its instructions were counted";
    /// A finding is run again. Without it there is no evidence.
    Check "check" ", when it was run again";
    /// A smaller case is tried. Without it the evidence is the case as it was.
    Reduce "reduce" ", while it was reduced";
    /// The place where engines part is looked for. Without it the evidence does not say where.
    Localise "localise" ", while the place was looked for";
}

impl Stage {
    /// The stage with this name.
    pub fn from_name(name: &str) -> Option<Stage> {
        Stage::ALL.iter().copied().find(|stage| stage.name() == name)
    }
}

/// What a thread of a campaign is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// The index of the case.
    pub index: u64,
    /// What is being done with it.
    pub stage: Stage,
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
    /// Notes that an engine hung: that is not tried again.
    pub fn note_hang(&mut self, task: Task, engine: &str, kept: &str) {
        let hung = Hung { engine: engine.to_owned(), kept: kept.to_owned() };
        self.hung.insert((task.index, task.stage), hung);
    }

    /// The engine that hung at this.
    pub fn hung_at(&self, index: u64, stage: Stage) -> Option<&Hung> {
        self.hung.get(&(index, stage))
    }
}

/// The verdict on a case that is not run because an engine hung on it.
pub(crate) fn verdict(plan: &Plan, hung: &Hung) -> Verdict {
    let judge = plan.engines.first().map_or("", String::as_str);
    Verdict { divergences: vec![hang(judge, &hung.engine)], ..Verdict::default() }
}
