//! `fuzz`, `merge` and `generate`: a seeded campaign, its shards joined, and one case of it.

mod draw;
mod merge;
mod pace;
mod report;
mod shard;

pub(crate) use draw::{corpus_digest, cost_digest, mix, pool};
pub(crate) use merge::merge;
pub(crate) use pace::STATE;

use crate::args::{Every, FuzzArgs, GenerateArgs};
use crate::crew::{self, crew, tolerances};
use crate::diff;
use crate::exit::{Exit, Failure};
use crate::guard;
use crate::known::known;
use crate::output::{Output, Shown, Unread};
use crate::receipt;
use crate::roster::Roster;
use crate::source;
use api::Case;
use campaign::{Campaign, Evidence, Keeper, Limits, Plan, State};
use pace::Pace;
use reduce::Crews;
use report::CameTo;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Runs a campaign, and writes its receipt if it was asked for.
pub(crate) fn fuzz(args: &FuzzArgs, roster: Roster, out: &mut dyn Write) -> Result<Exit, Failure> {
    let (exit, receipt) = campaign(args, roster, out)?;
    receipt::write(args.receipt.as_deref(), &receipt).map(|()| exit)
}

/// Runs a campaign; gives its receipt too.
pub(crate) fn campaign(args: &FuzzArgs, roster: Roster, out: &mut dyn Write) -> Result<(Exit, Value), Failure> {
    let crew = crew(&args.engines, roster)?;
    let tolerances = tolerances()?;
    let known = known(&args.known)?;
    let (mix, profile) = mix(&args.draw)?;
    let seed = args.draw.seed;
    // A state is not gone on with by other versions of the engines: its digest would be neither's.
    let profile = format!("{profile}; {}", roster.ids(&crew.names()).join(", "));
    let shard = shard::choose(args.shard.as_deref())?;
    let every = every(&args.every, &crew.names())?;
    let plan = Plan { seed, cases: args.cases, engines: crew.names(), profile, shard, every };
    let start = match (&args.out, args.resume) {
        (Some(folder), true) => resume(folder, &plan)?,
        (Some(folder), false) if folder.join(STATE).exists() => {
            let what = "there is a campaign already; go on with it with --resume, or give another folder";
            return Err(Failure::new(Exit::BadInput, format_args!("error: {}: {what}", folder.display())));
        }
        _ => State::start(&plan),
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
    let reporting = (plan.clone(), known.clone(), args.json);
    pace.watch_interrupts(move |pace| {
        let (plan, known, json) = &reporting;
        let Ok(tolerances) = crew::tolerances() else { return Exit::Internal };
        let state = pace.saved();
        let came_to = CameTo { plan, state: &state, ahead: &pace.ahead(&state), known, tolerances: &tolerances };
        report::report(*json, &came_to, &mut Shown(Unread(Output))).unwrap_or_else(Failure::report)
    });
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.jobs.map_or(0, usize::from))
        .build()
        .map_err(|error| Failure::new(Exit::Internal, format_args!("error: cannot start threads: {error}")))?;
    let state = pool.install(|| campaign.run(start, pace.as_ref()));
    let unwritten = pace.finish();
    let ahead = pace.ahead(&state);
    let came_to = CameTo { plan: &plan, state: &state, ahead: &ahead, known: &known, tolerances: &tolerances };
    let exit = report::report(args.json, &came_to, out)?;
    // What was found is reported even where it could not be written.
    let receipt = receipt::of_campaign(&plan, &state, draw::asked(&args.draw), roster);
    unwritten.map_or(Ok((exit, receipt)), Err)
}

/// Which engines take part in one case of how many. The judge takes part in all.
fn every(asked: &[Every], names: &[String]) -> Result<BTreeMap<String, u64>, Failure> {
    let mut every = BTreeMap::new();
    for Every { engine, count } in asked {
        let (judge, others) = (&names[0], names[1..].join(", "));
        let what = match every.insert(engine.clone(), *count) {
            Some(_) => "it is given twice; say once how often".to_owned(),
            None if names[1..].contains(engine) => continue,
            None => format!("no such engine beside the judge {judge}; there are {others}"),
        };
        return Err(Failure::new(Exit::BadInput, format_args!("error: --every {engine}: {what}")));
    }
    Ok(every)
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
        let fork = match evidence.localise {
            true => diff::fork(&mut crew, &evidence.reduced, &evidence.divergence),
            false => None,
        };
        let origin = format!("case {} of seed {}", evidence.index, self.seed);
        let (original, reduced): (&Case, &Case) = (&evidence.original, &evidence.reduced);
        let ids = self.roster.ids(&crew.names());
        diff::keep(folder, &origin, original, reduced, &evidence.divergence, fork.as_ref(), &ids)
            .map_err(|failure| failure.message)
    }
}
