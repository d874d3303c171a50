//! `merge`: what the shards of a campaign came to, as one campaign.

use super::pace::{STATE, save};
use super::report::{self, CameTo};
use crate::args::MergeArgs;
use crate::exit::{Exit, Failure};
use crate::known::known;
use crate::source;
use campaign::{State, join};
use oracle::Tolerances;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// Joins shards and reports the whole.
pub(crate) fn merge(args: &MergeArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let known = known(&args.known)?;
    let mut shards = Vec::new();
    for path in &args.shards {
        let file = if path.is_dir() { path.join(STATE) } else { path.clone() };
        let name = file.display().to_string();
        let bytes = source::read(&name)?;
        let (plan, state) =
            State::read_any(&String::from_utf8_lossy(&bytes)).map_err(|bad| wrong(format!("{name}: {bad}")))?;
        shards.push((name, plan, state));
    }
    let (plan, state) = join(shards).map_err(|bad| wrong(bad.to_string()))?;
    if let Some(folder) = &args.out {
        keep(folder, &state, &plan)?;
    }
    // Which row explained what is not kept in a state; how much was explained is. No shard ended before its end.
    let (ahead, tolerances) = (BTreeMap::new(), Tolerances::none());
    let came_to = CameTo { plan: &plan, state: &state, ahead: &ahead, known: &known, tolerances: &tolerances };
    report::report(args.json, &came_to, out)
}

/// Writes the joined state, but over no other.
fn keep(folder: &Path, state: &State, plan: &campaign::Plan) -> Result<(), Failure> {
    if folder.join(STATE).exists() {
        return Err(wrong(format!("{}: there is a campaign already; give another folder", folder.display())));
    }
    save(folder, state, plan)
}

fn wrong(what: String) -> Failure {
    Failure::new(Exit::BadInput, format_args!("error: {what}"))
}
