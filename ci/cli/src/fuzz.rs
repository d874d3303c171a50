//! `fuzz`: a seeded campaign.

use crate::args::{FuzzArgs, GenerateArgs};
use crate::crew::{crew, tolerances};
use crate::diff;
use crate::exit::{Exit, Failure};
use crate::source;
use api::{Case, Revision};
use campaign::{Campaign, Evidence, Keeper, Limits, Plan, Progress, State};
use r#gen::{Family, Profile};
use indicatif::{ProgressBar, ProgressStyle};
use oracle::Tolerances;
use reduce::Crews;
use serde_json::json;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The file in the output folder from which a campaign goes on.
const STATE: &str = "state.json";
/// Seconds between two lines of progress in a pipe.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Runs a campaign.
pub(crate) fn fuzz(args: &FuzzArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let crew = crew(&args.engines)?;
    let tolerances = tolerances()?;
    let profile = profile(args.family.as_deref(), args.revision)?;
    let named = |what: Option<&str>| what.unwrap_or("all").to_owned();
    let about =
        format!("family {}, revision {}", named(args.family.as_deref()), named(args.revision.map(|r| r.name())));
    let plan = Plan { seed: args.seed, cases: args.cases, engines: crew.names(), profile: about };
    let start = match (&args.out, args.resume) {
        (Some(folder), true) => resume(folder, &plan)?,
        _ => State::default(),
    };
    let folder = Folder { path: args.out.clone(), crew: Mutex::new(crew.again()), seed: args.seed };
    let watch = Watchdog::start(args.hang);
    let make = |index: u64| r#gen::from_seed(args.seed, index, &profile);
    let pace = Pace::new(args, &plan, start.next);
    let campaign = Campaign {
        plan: &plan,
        source: &make,
        crews: Crews::like(&crew),
        tolerances: &tolerances,
        limits: Limits::default(),
        keeper: &folder,
        alive: &|index| watch.began(index),
    };
    // A folder that cannot be written is noticed before anything is found.
    pace.save(&start)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.jobs.map_or(0, usize::from))
        .build()
        .map_err(|error| Failure::new(Exit::Internal, format_args!("error: cannot start threads: {error}")))?;
    let state = pool.install(|| campaign.run(start, &pace));
    pace.finish();
    let exit = report(args, &plan, &state, &tolerances, out)?;
    // What was found is reported even where it could not be written.
    match pace.failure.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()) {
        Some(failure) => Err(failure),
        None => Ok(exit),
    }
}

/// Prints one case of a campaign.
pub(crate) fn generate(args: &GenerateArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let profile = profile(args.family.as_deref(), args.revision)?;
    let case = r#gen::from_seed(args.seed, args.index, &profile);
    let about = format!("case {} of seed {}", args.index, args.seed);
    let name = format!("{}-{}", args.seed, args.index);
    let expect = format::Expect { revision: case.revision, ..format::Expect::default() };
    out.write_all(format::evm::write(&format::CaseFile::new(name, about, case, vec![expect])).as_bytes())?;
    Ok(Exit::Ok)
}

fn profile(family: Option<&str>, revision: Option<Revision>) -> Result<Profile, Failure> {
    let mut profile = Profile::default();
    if let Some(name) = family {
        let Some(family) = Family::from_name(name) else {
            let known: Vec<&str> = r#gen::FAMILIES.iter().map(|row| row.family.name()).collect();
            let message = format_args!("error: unknown family `{name}`; known are {}", known.join(", "));
            return Err(Failure::new(Exit::BadInput, message));
        };
        profile = profile.only(family);
    }
    if let Some(revision) = revision {
        profile = profile.at(revision);
    }
    Ok(profile)
}

fn resume(folder: &Path, plan: &Plan) -> Result<State, Failure> {
    let path = folder.join(STATE);
    let bytes = source::read(&path.display().to_string())?;
    State::read(&String::from_utf8_lossy(&bytes), plan)
        .map_err(|bad| Failure::new(Exit::BadInput, format_args!("error: {}: {bad}", path.display())))
}

/// Keeps findings below the output folder.
struct Folder {
    path: Option<PathBuf>,
    crew: Mutex<oracle::Crew>,
    seed: u64,
}

impl Keeper for Folder {
    fn keep(&self, evidence: &Evidence) -> Result<String, String> {
        let Some(folder) = &self.path else { return Err("no --out".into()) };
        let mut crew = self.crew.lock().map_err(|_| "the engines crashed")?;
        let fork = diff::fork(&mut crew, &evidence.reduced, &evidence.divergence);
        let origin = format!("case {} of seed {}", evidence.index, self.seed);
        let (original, reduced): (&Case, &Case) = (&evidence.original, &evidence.reduced);
        diff::keep(folder, &origin, original, reduced, &evidence.divergence, fork.as_ref(), &crew)
            .map_err(|failure| failure.message)
    }
}

/// Shows progress, saves the state, and says when to stop.
struct Pace<'a> {
    plan: &'a Plan,
    out: Option<&'a Path>,
    bar: ProgressBar,
    is_terminal: bool,
    began: Instant,
    first: u64,
    deadline: Option<Instant>,
    last_line: Mutex<Instant>,
    failure: Mutex<Option<Failure>>,
}

/// Set by Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

impl<'a> Pace<'a> {
    fn new(args: &'a FuzzArgs, plan: &'a Plan, first: u64) -> Pace<'a> {
        // A second handler is refused; then Ctrl-C ends the process as it does everywhere.
        let _ = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed));
        let began = Instant::now();
        let template = "{bar:30} {pos}/{len} cases, {per_sec}, {eta} left {msg}";
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Pace {
            plan,
            out: args.out.as_deref(),
            bar: ProgressBar::new(plan.cases).with_style(style),
            is_terminal: std::io::stderr().is_terminal(),
            began,
            first,
            deadline: args.time.map(|seconds| began + Duration::from_secs(seconds)),
            last_line: Mutex::new(began),
            failure: Mutex::new(None),
        }
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn save(&self, state: &State) -> Result<(), Failure> {
        let Some(folder) = self.out else { return Ok(()) };
        let path = folder.join(STATE);
        let failed = |error: std::io::Error| {
            let message = format_args!("error: cannot write {}: {error}; choose another folder", path.display());
            Failure::new(Exit::BadInput, message)
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        // First beside it, so that an interruption leaves the old state or the new one, never half of either.
        let beside = folder.join("state.json.new");
        std::fs::write(&beside, state.write(self.plan)).map_err(failed)?;
        std::fs::rename(&beside, &path).map_err(failed)
    }

    fn line(&self, state: &State) {
        let mut last = self.last_line.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if last.elapsed() < LINE_EVERY {
            return;
        }
        *last = Instant::now();
        let per_second = u128::from(state.next - self.first) * 1000 / self.began.elapsed().as_millis().max(1);
        let (next, all, found) = (state.next, self.plan.cases, state.found.len());
        // Nothing can be done about a standard error that is closed.
        let _ = writeln!(std::io::stderr(), "{next} of {all} cases, {per_second} a second, {found} findings");
    }
}

impl Progress for Pace<'_> {
    fn go_on(&self, state: &State) -> bool {
        self.bar.set_position(state.next);
        self.bar.set_message(format!("{} findings", state.found.len()));
        if !self.is_terminal {
            self.line(state);
        }
        if let Err(failure) = self.save(state) {
            *self.failure.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(failure);
            return false;
        }
        let late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        !late && !INTERRUPTED.load(Ordering::Relaxed)
    }
}

/// Ends the process when a case takes too long: an engine that hangs cannot be stopped from outside its thread.
struct Watchdog {
    /// Milliseconds since the start at which the last case began, and its index.
    last: std::sync::Arc<(AtomicU64, AtomicU64)>,
    began: Instant,
}

impl Watchdog {
    fn start(seconds: u64) -> Watchdog {
        let watchdog = Watchdog { last: std::sync::Arc::default(), began: Instant::now() };
        let (last, began) = (watchdog.last.clone(), watchdog.began);
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_millis(500));
                let quiet = began.elapsed().as_millis() as u64 - last.0.load(Ordering::Relaxed);
                if quiet > seconds.saturating_mul(1000) {
                    let index = last.1.load(Ordering::Relaxed);
                    let text = format!(
                        "error: no case ended for {seconds} s; the last one to begin was case {index}, so an engine hangs on it \
                         or on one shortly before; what was found is kept, --resume goes on"
                    );
                    let _ = writeln!(std::io::stderr(), "{text}");
                    #[allow(clippy::exit, reason = "the thread that hangs cannot be ended in another way")]
                    std::process::exit(Exit::Internal as i32);
                }
            }
        });
        watchdog
    }

    fn began(&self, index: u64) {
        self.last.0.store(self.began.elapsed().as_millis() as u64, Ordering::Relaxed);
        self.last.1.store(index, Ordering::Relaxed);
    }
}

fn report(
    args: &FuzzArgs,
    plan: &Plan,
    state: &State,
    tolerances: &Tolerances,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let complete = state.next >= plan.cases;
    let ledger = &state.ledger;
    if args.json {
        let found = state.found.iter().map(|(signature, found)| {
            json!({ "signature": signature, "count": found.count, "first": found.first_index, "kept": found.kept })
        });
        let hits =
            tolerances.hits().into_iter().map(|(name, reason, n)| json!({ "name": name, "reason": reason, "hits": n }));
        let report = json!({
            "plan": plan.json(), "complete": complete, "cases": state.next, "digest": state.digest.to_string(),
            "ledger": ledger.json(), "found": found.collect::<Vec<_>>(), "tolerances": hits.collect::<Vec<_>>(),
        });
        writeln!(out, "{report:#}")?;
    } else {
        text(plan, state, tolerances, out)?;
    }
    Ok(match (state.found.is_empty(), ledger.judged > 0 && complete) {
        (false, _) => Exit::Differs,
        (true, false) => Exit::Inconclusive,
        (true, true) => Exit::Ok,
    })
}

fn text(plan: &Plan, state: &State, tolerances: &Tolerances, out: &mut dyn Write) -> Result<(), Failure> {
    let ledger = &state.ledger;
    for (signature, found) in &state.found {
        writeln!(out, "FOUND    {signature}: {} times, first case {}, {}", found.count, found.first_index, found.kept)?;
    }
    let list = |map: &std::collections::BTreeMap<String, u64>| {
        map.iter().map(|(name, n)| format!("{name} {n}")).collect::<Vec<_>>().join(", ")
    };
    writeln!(out, "ends        {}", list(&ledger.ends))?;
    writeln!(out, "revisions   {}", list(&ledger.revisions))?;
    writeln!(out, "unsupported {}", list(&ledger.unsupported))?;
    let missing = ledger.missing();
    let executed = spec::table::ROWS.len() - missing.len();
    let n_instructions: u64 = ledger.instructions.values().sum();
    let mean = n_instructions / ledger.sampled.max(1);
    writeln!(
        out,
        "executed    {executed} of {} instructions in {} sampled cases, {mean} a case; missing: {}",
        spec::table::ROWS.len(),
        ledger.sampled,
        missing.join(" ")
    )?;
    for (name, reason, hits) in tolerances.hits() {
        writeln!(out, "tolerated   {hits} by {name}: {reason}")?;
    }
    let state_word = if state.next >= plan.cases { "complete" } else { "INTERRUPTED" };
    writeln!(
        out,
        "{state_word}: {} of {} cases of seed {} on {}: {} judged, {} alone, {} inconclusive, {} findings; digest {}",
        state.next,
        plan.cases,
        plan.seed,
        plan.engines.join(", "),
        ledger.judged,
        ledger.alone,
        ledger.inconclusive,
        state.found.len(),
        state.digest
    )?;
    Ok(())
}
