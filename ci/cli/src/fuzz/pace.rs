//! How far a campaign is: progress, the state on disk, when to stop, and what to do about an engine that hangs.

use crate::args::FuzzArgs;
use crate::diff;
use crate::exit::{Exit, Failure};
use crate::guard::{self, Run};
use crate::roster::Roster;
use api::Case;
use campaign::{Known, News, Plan, Progress, Stage, State, hang};
use r#gen::Mix;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// The file in the output folder from which a campaign goes on.
pub(crate) const STATE: &str = "state.json";
/// Seconds between two lines of progress in a pipe.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Set by Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Shows progress, saves the state, and says when to stop.
pub(super) struct Pace {
    plan: Plan,
    mix: Mix,
    roster: Roster,
    known: Known,
    out: Option<PathBuf>,
    bar: ProgressBar,
    is_terminal: bool,
    began: Instant,
    first: u64,
    /// One finding is enough.
    first_only: bool,
    deadline: Option<Instant>,
    last_line: Mutex<Instant>,
    /// As it was last saved.
    state: Mutex<State>,
    /// Divergences by signature, with the first case that was seen to show it.
    seen: Mutex<BTreeMap<String, u64>>,
    failure: Mutex<Option<Failure>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Pace {
    pub(super) fn new(args: &FuzzArgs, roster: Roster, plan: &Plan, mix: &Mix, known: &Known, start: &State) -> Pace {
        let began = Instant::now();
        let template = "{bar:30} {pos}/{len} cases, {per_sec}, {eta} left {msg}";
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Pace {
            plan: plan.clone(),
            mix: mix.clone(),
            roster,
            known: known.clone(),
            out: args.out.clone(),
            bar: ProgressBar::new(plan.range().end - plan.range().start).with_style(style),
            is_terminal: std::io::stderr().is_terminal(),
            began,
            first: start.next,
            first_only: args.first,
            deadline: args.time.and_then(|seconds| began.checked_add(Duration::from_secs(seconds))),
            last_line: Mutex::new(began),
            state: Mutex::new(start.clone()),
            seen: Mutex::new(BTreeMap::new()),
            failure: Mutex::new(None),
        }
    }

    /// Ends the campaign behind the cases under way at the first Ctrl-C. At the second, `end` is told where it stands,
    /// and the process exits with what it answers.
    pub(super) fn watch_interrupts(self: &Arc<Pace>, end: impl Fn(&Pace) -> Exit + Send + 'static) {
        let pace = self.clone();
        // A second handler is refused; then Ctrl-C ends the process as it does everywhere.
        let _ = ctrlc::set_handler(move || {
            if INTERRUPTED.swap(true, Ordering::Relaxed) {
                pace.bar.finish_and_clear();
                guard::leave(end(&pace));
            }
        });
    }

    /// The state as it was last saved.
    pub(super) fn saved(&self) -> State {
        lock(&self.state).clone()
    }

    /// Divergences that the state does not know: of cases behind the place where it stands.
    pub(super) fn ahead(&self, state: &State) -> BTreeMap<String, u64> {
        let seen = lock(&self.seen);
        let ahead = seen.iter().filter(|(signature, _)| !state.found.contains_key(*signature));
        ahead.map(|(signature, index)| (signature.clone(), *index)).collect()
    }

    /// Ends the display; the answer is what could not be written.
    pub(super) fn finish(&self) -> Option<Failure> {
        self.bar.finish_and_clear();
        lock(&self.failure).take()
    }

    pub(super) fn save(&self, state: &State) -> Result<(), Failure> {
        lock(&self.state).clone_from(state);
        let Some(folder) = &self.out else { return Ok(()) };
        save(folder, state, &self.plan)
    }

    fn line(&self, state: &State) {
        let mut last = lock(&self.last_line);
        if last.elapsed() < LINE_EVERY {
            return;
        }
        *last = Instant::now();
        let per_second = u128::from(state.next - self.first) * 1000 / self.began.elapsed().as_millis().max(1);
        let range = self.plan.range();
        let (next, all) = (state.next - range.start, range.end - range.start);
        let found = state.n_news(&self.known);
        // Nothing can be done about a standard error that is closed.
        let _ = writeln!(std::io::stderr(), "{next} of {all} cases, {per_second} a second, {found} findings");
    }

    /// Notes the cases on which engines hang, so that the campaign can go on behind them; what to tell.
    pub(super) fn hung(&self, overdue: &[Run], seconds: u64) -> Failure {
        let mut state = lock(&self.state).clone();
        let mut told = Vec::new();
        let kept_one = |state: &State, engine: &str| {
            let mut cases = state.hung.iter().filter(|((_, stage), _)| *stage == Stage::Judge);
            cases.any(|(_, hung)| hung.engine == engine)
        };
        for (run, task) in overdue.iter().filter_map(|run| Some((run, run.task?))) {
            told.push(format!("{} on case {}{}", run.engine, task.index, task.stage.about()));
            let kept = match task.stage != Stage::Judge || kept_one(&state, &run.engine) {
                true => "not kept: the case can be generated".to_owned(),
                false => self.keep(run, task.index, seconds).unwrap_or_else(|why| format!("not kept: {why}")),
            };
            state.note_hang(task, &run.engine, &kept);
        }
        // Threads that reduce a case together may hang together.
        told.sort();
        told.dedup();
        let told = told.join("; ");
        let next = match (&self.out, self.save(&state)) {
            (None, _) => "nothing is kept; with --out FOLDER it could go on behind this case".to_owned(),
            (Some(_), Err(failure)) => failure.message,
            (Some(folder), Ok(())) => {
                let path = folder.join(STATE);
                format!(
                    "what was found is kept and this is noted in {}: --resume counts it as a hang and goes on behind it",
                    path.display()
                )
            }
        };
        Failure::new(Exit::Internal, format_args!("error: no end after {seconds} s: {told}; {next}"))
    }

    /// Writes the evidence of a case on which an engine hangs.
    fn keep(&self, run: &Run, index: u64, seconds: u64) -> Result<String, String> {
        let Some(folder) = &self.out else { return Err("no --out".into()) };
        let case: Case = self.mix.case(self.plan.seed, index);
        let origin = format!("case {index} of seed {}, no end after {seconds} s", self.plan.seed);
        let judge = self.plan.engines.iter().find(|name| **name != run.engine).map_or("", String::as_str);
        let ids = self.roster.ids(&self.plan.engines);
        diff::keep(folder, &origin, &case, &case, &hang(judge, &run.engine), None, &ids)
            .map_err(|failure| failure.message)
    }
}

/// Writes the state of a campaign into its folder.
pub(super) fn save(folder: &Path, state: &State, plan: &Plan) -> Result<(), Failure> {
    let path = folder.join(STATE);
    let failed = |error: std::io::Error| {
        let message = format_args!("error: cannot write {}: {error}; choose another folder", path.display());
        Failure::new(Exit::BadInput, message)
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    // First beside it, so that an interruption leaves the old state or the new one, never half of either.
    let beside = folder.join("state.json.new");
    std::fs::write(&beside, state.write(plan)).map_err(failed)?;
    std::fs::rename(&beside, &path).map_err(failed)
}

impl Progress for Pace {
    fn go_on(&self, state: &State) -> bool {
        self.bar.set_position(state.next - self.plan.range().start);
        self.bar.set_message(format!("{} findings", state.n_news(&self.known)));
        if !self.is_terminal {
            self.line(state);
        }
        if let Err(failure) = self.save(state) {
            *lock(&self.failure) = Some(failure);
            return false;
        }
        !self.is_stopping()
    }

    fn is_stopping(&self) -> bool {
        let enough =
            || self.first_only && lock(&self.seen).keys().any(|seen| !matches!(self.known.news(seen), News::Open(_)));
        let late = || self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        INTERRUPTED.load(Ordering::Relaxed) || late() || enough()
    }

    fn seen(&self, signature: &str, index: u64) {
        lock(&self.seen).entry(signature.to_owned()).and_modify(|first| *first = index.min(*first)).or_insert(index);
    }
}
