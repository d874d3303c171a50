//! A limit on time. Gas near 2^63 buys a loop that no one sees end, and an engine may hang.
//!
//! An engine that runs cannot be stopped from outside its thread. So every engine that the commands make notes when a
//! case began, and a thread of its own looks at the notes: when a run is overdue, it says which engine is busy with
//! what, and ends the process.

use crate::exit::Exit;
use crate::exit::Failure;
use crate::output::Output;
use crate::perf;
use api::{Case, Counts, Engine, EngineError, EngineId, Outcome, Published, Revision, Unsupported, Watch};
use campaign::Task;
use std::cell::Cell;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Notes of every thread that ever ran an engine.
static NOTES: Mutex<Vec<Arc<Mutex<Option<Run>>>>> = Mutex::new(Vec::new());

thread_local! {
    static NOTE: Arc<Mutex<Option<Run>>> = {
        let note = Arc::new(Mutex::new(None));
        lock(&NOTES).push(note.clone());
        note
    };
    static TASK: Cell<Option<Task>> = const { Cell::new(None) };
}

/// A run that has not ended.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    began: Instant,
    /// The engine.
    pub(crate) engine: String,
    /// Name of the case.
    pub(crate) case: String,
    /// The rules in force.
    pub(crate) revision: Revision,
    /// What it is for, in a campaign.
    pub(crate) task: Option<Task>,
}

/// A poisoned lock holds a note all the same.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Says what the engines of this thread run for.
pub(crate) fn task(task: Task) {
    TASK.set(Some(task));
}

/// An engine that notes when a run begins and ends.
pub(crate) struct Guarded {
    name: String,
    engine: Box<dyn Engine>,
}

impl Guarded {
    pub(crate) fn new(name: &str, engine: Box<dyn Engine>) -> Guarded {
        Guarded { name: name.to_owned(), engine }
    }
}

/// Takes the note away, after a panic too.
struct Ended;

impl Drop for Ended {
    fn drop(&mut self) {
        NOTE.with(|note| *lock(note) = None);
    }
}

impl Engine for Guarded {
    fn id(&self) -> EngineId {
        self.engine.id()
    }

    fn supports(&self, case: &Case) -> Result<(), Unsupported> {
        self.engine.supports(case)
    }

    fn run(&mut self, case: &Case, watch: Watch<'_>) -> Result<Outcome, EngineError> {
        let run = Run {
            began: Instant::now(),
            engine: self.name.clone(),
            case: case.name.clone(),
            revision: case.revision,
            task: TASK.get(),
        };
        NOTE.with(|note| *lock(note) = Some(run));
        let _ended = Ended;
        let result = self.engine.run(case, watch);
        perf::note(&self.name, self.engine.as_mut());
        result
    }

    fn take_compiled(&mut self) -> Option<Counts> {
        self.engine.take_compiled()
    }

    fn take_published(&mut self) -> Vec<Published> {
        self.engine.take_published()
    }
}

/// Ends the process when a run takes longer than `seconds`; 0 is no limit. `tell` makes of the overdue runs what is
/// said on standard error, and the exit code.
pub(crate) fn limit(seconds: u64, tell: impl Fn(&[Run]) -> Failure + Send + 'static) {
    if seconds == 0 {
        return;
    }
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(200));
            let overdue = overdue(Duration::from_secs(seconds));
            if overdue.is_empty() {
                continue;
            }
            // What was found before stands on the output.
            let failure = tell(&overdue);
            let _ = Output.flush();
            leave(failure.report());
        }
    });
}

/// Ends the process while engines run: they cannot be ended in another way.
pub(crate) fn leave(exit: Exit) -> ! {
    let _ = Output.flush();
    perf::write_now();
    #[allow(clippy::exit, reason = "a thread that runs an engine cannot be ended in another way")]
    std::process::exit(exit as i32)
}

/// Does something in the middle of a run that does not count as the engine's time.
pub(crate) fn outside<T>(work: impl FnOnce() -> T) -> T {
    let taken = NOTE.with(|note| lock(note).take());
    let began = Instant::now();
    let made = work();
    if let Some(run) = taken {
        let resumed = Run { began: run.began + began.elapsed(), ..run };
        NOTE.with(|note| *lock(note) = Some(resumed));
    }
    made
}

/// The limit of commands that run cases one by one: nothing is concluded about what they did not finish.
pub(crate) fn start(seconds: u64) {
    limit(seconds, move |overdue| {
        let busy = |run: &Run| format!("{} in {} on {}", run.case, run.revision, run.engine);
        let places: Vec<String> = overdue.iter().map(busy).collect();
        let message = format!(
            "error: {}: no end after {seconds} s; nothing is concluded; give it less gas, or --hang 0 to wait",
            places.join("; ")
        );
        Failure::new(Exit::Inconclusive, message)
    });
}

fn overdue(limit: Duration) -> Vec<Run> {
    let notes: Vec<_> = lock(&NOTES).iter().filter_map(|note| lock(note).clone()).collect();
    notes.into_iter().filter(|run| run.began.elapsed() >= limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use campaign::Stage;

    /// Looks at the notes while it runs.
    struct Looking;

    impl Engine for Looking {
        fn id(&self) -> EngineId {
            EngineId::default()
        }

        fn supports(&self, _: &Case) -> Result<(), Unsupported> {
            Ok(())
        }

        fn run(&mut self, case: &Case, _: Watch<'_>) -> Result<Outcome, EngineError> {
            let mine: Vec<Run> = overdue(Duration::ZERO).into_iter().filter(|run| run.engine == "looking").collect();
            assert_eq!(mine.len(), 1);
            assert_eq!((mine[0].case.as_str(), mine[0].task), ("x", Some(Task { index: 7, stage: Stage::Judge })));
            assert!(overdue(Duration::from_secs(3600)).is_empty());
            match case.chain_id {
                1 => Err(EngineError::Stopped),
                _ => panic!("planted"),
            }
        }
    }

    #[test]
    fn a_run_is_noted_while_it_lasts() {
        let revision = Revision::LATEST;
        let case = r#gen::from_seed(1, 1, &r#gen::Profile::default());
        let case = Case { name: "x".into(), chain_id: 1, revision, ..case };
        let mut engine = Guarded::new("looking", Box::new(Looking));
        task(Task { index: 7, stage: Stage::Judge });
        assert_eq!(engine.run(&case, Watch::default()), Err(EngineError::Stopped));
        let broken = Case { chain_id: 2, ..case };
        let crashed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| engine.run(&broken, Watch::default())));
        assert!(crashed.is_err());
        assert!(!overdue(Duration::ZERO).iter().any(|run| run.engine == "looking"));
    }
}
