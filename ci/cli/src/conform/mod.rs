//! `conform`: official state tests.
//!
//! Files are judged in parallel and reported in the order of their paths, so the report and its digest are the same
//! for any number of threads, unless they end at the first failure.

mod files;
mod judge;
mod report;

pub use files::{TestFile, find};
pub use judge::{Engines, FileReport, Result as CaseResult, Verdict, judge};
pub use report::{Counts, Report};

use crate::args::ConformArgs;
use crate::exit::{Exit, Failure};
use crate::guard;
use crate::roster::Roster;
use crate::source;
use api::Revision;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

/// What to run and on what.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The engines there are.
    pub roster: Roster,
    /// Engine names; those of this repository if empty.
    pub engines: Vec<String>,
    /// Only tests whose file or name contains this.
    pub filter: Option<String>,
    /// Only this revision.
    pub revision: Option<Revision>,
    /// Begin no file more once one failed.
    pub first: bool,
}

/// Judges every file; `done` is told after each.
pub fn run(files: &[TestFile], selection: &Selection, done: impl Fn(&FileReport) + Sync) -> Report {
    let is_over = AtomicBool::new(false);
    let reports: Vec<FileReport> = files
        .par_iter()
        .take_any_while(|_| !is_over.load(Ordering::Relaxed))
        .map_init(
            || judge::Engines::new(selection),
            |engines, file| {
                let report = judge(file, selection, engines);
                done(&report);
                if selection.first && (!report.failures().is_empty() || report.unreadable.is_some()) {
                    is_over.store(true, Ordering::Relaxed);
                }
                report
            },
        )
        .collect();
    Report::new(reports)
}

/// The command.
pub(crate) fn command(args: &ConformArgs, roster: Roster, out: &mut dyn Write) -> Result<Exit, Failure> {
    guard::start(args.limit.hang);
    source::apart(&[("--junit", args.junit.as_deref()), ("--json", args.json.as_deref())])?;
    // Unknown names are reported before anything runs.
    source::engines(&args.engines, roster)?;
    let selection = Selection {
        roster,
        engines: args.engines.engines.clone(),
        filter: args.filter.clone(),
        revision: args.revision,
        first: args.first,
    };
    let files = find(&args.paths).map_err(|what| Failure::new(Exit::BadInput, format_args!("error: {what}")))?;
    if files.is_empty() {
        let paths: Vec<String> = args.paths.iter().map(|path| path.display().to_string()).collect();
        let message = format_args!("error: no .json file in {}; nothing was tested", paths.join(", "));
        return Err(Failure::new(Exit::Inconclusive, message));
    }
    let bar = ProgressBar::new(files.len() as u64).with_style(style());
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.jobs.map_or(0, usize::from))
        .build()
        .map_err(|error| Failure::new(Exit::Internal, format_args!("error: cannot start threads: {error}")))?;
    let mut report = pool.install(|| {
        run(&files, &selection, |done| {
            bar.inc(1);
            if !done.failures().is_empty() {
                bar.set_message(format!("failing: {}", done.file));
            }
        })
    });
    bar.finish_and_clear();
    report.is_whole = report.files.len() == files.len();
    report.print(out, args.show)?;
    if !report.is_whole {
        writeln!(out, "ended at the first failure: {} of {} files were read", report.files.len(), files.len())?;
    }
    // The second is written though the first cannot be.
    let junit = args.junit.as_ref().map(|path| source::write(path, &report.junit()));
    let json = args.json.as_ref().map(|path| source::write(path, &format!("{:#}\n", report.json())));
    junit.unwrap_or(Ok(()))?;
    json.unwrap_or(Ok(()))?;
    Ok(report.exit())
}

fn style() -> ProgressStyle {
    let template = "{bar:30} {pos}/{len} files, {elapsed_precise}, {eta} left {msg}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
