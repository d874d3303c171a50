//! `fuzz` and `generate`: a seeded campaign, and one case of it.

mod draw;
mod pace;
mod report;

pub(crate) use draw::pool;
pub(crate) use pace::STATE;

use crate::args::{FuzzArgs, GenerateArgs};
use crate::crew::{crew, tolerances};
use crate::diff;
use crate::exit::{Exit, Failure};
use crate::guard;
use crate::known::known;
use crate::roster::Roster;
use crate::source;
use api::Case;
use campaign::{Campaign, Evidence, Keeper, Limits, Plan, State};
use draw::mix;
use pace::Pace;
use reduce::Crews;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Runs a campaign.
pub(crate) fn fuzz(args: &FuzzArgs, roster: Roster, out: &mut dyn Write) -> Result<Exit, Failure> {
    let crew = crew(&args.engines, roster)?;
    let tolerances = tolerances()?;
    let known = known(&args.known)?;
    let (mix, profile) = mix(&args.draw)?;
    let seed = args.draw.seed;
    // A state is not gone on with by other versions of the engines: its digest would be neither's.
    let profile = format!("{profile}; {}", roster.ids(&crew.names()).join(", "));
    let plan = Plan { seed, cases: args.cases, engines: crew.names(), profile };
    let start = match (&args.out, args.resume) {
        (Some(folder), true) => resume(folder, &plan)?,
        (Some(folder), false) if folder.join(STATE).exists() => {
            let what = "there is a campaign already; go on with it with --resume, or give another folder";
            return Err(Failure::new(Exit::BadInput, format_args!("error: {}: {what}", folder.display())));
        }
        _ => State::default(),
    };
    let folder = Folder { path: args.out.clone(), crew: Mutex::new(crew.again()), roster, seed };
    let pace = Arc::new(Pace::new(args, roster, &plan, &mix, &known, &start));
    let make = |index: u64| mix.case(seed, index);
    let campaign = Campaign {
        plan: &plan,
        source: &make,
        crews: Crews::like(&crew),
        tolerances: &tolerances,
        limits: if args.first { Limits { findings_max: 0, ..Limits::default() } } else { Limits::default() },
        keeper: &folder,
        known: &known,
        alive: &guard::task,
    };
    // A folder that cannot be written is noticed before anything is found.
    pace.save(&start)?;
    let (watching, seconds) = (pace.clone(), args.hang);
    guard::limit(seconds, move |overdue| watching.hung(overdue, seconds));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.jobs.map_or(0, usize::from))
        .build()
        .map_err(|error| Failure::new(Exit::Internal, format_args!("error: cannot start threads: {error}")))?;
    let state = pool.install(|| campaign.run(start, pace.as_ref()));
    let unwritten = pace.finish();
    let exit = report::report(args, &plan, &state, &known, &tolerances, out)?;
    // What was found is reported even where it could not be written.
    unwritten.map_or(Ok(exit), Err)
}

/// Prints one case of a campaign.
pub(crate) fn generate(args: &GenerateArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let (mix, _) = mix(&args.draw)?;
    let case = mix.case(args.draw.seed, args.index);
    let about = format!("case {} of seed {}", args.index, args.draw.seed);
    let name = format!("{}-{}", args.draw.seed, args.index);
    let expect = format::Expect { revision: case.revision, ..format::Expect::default() };
    out.write_all(format::evm::write(&format::CaseFile::new(name, about, case, vec![expect])).as_bytes())?;
    Ok(Exit::Ok)
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
    roster: Roster,
    seed: u64,
}

impl Keeper for Folder {
    fn keep(&self, evidence: &Evidence) -> Result<String, String> {
        let Some(folder) = &self.path else { return Err("no --out".into()) };
        let mut crew = self.crew.lock().map_err(|_| "the engines crashed")?;
        let fork = diff::fork(&mut crew, &evidence.reduced, &evidence.divergence);
        let origin = format!("case {} of seed {}", evidence.index, self.seed);
        let (original, reduced): (&Case, &Case) = (&evidence.original, &evidence.reduced);
        let ids = self.roster.ids(&crew.names());
        diff::keep(folder, &origin, original, reduced, &evidence.divergence, fork.as_ref(), &ids)
            .map_err(|failure| failure.message)
    }
}
