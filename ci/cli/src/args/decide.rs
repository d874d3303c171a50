//! What decides about a change, and about the harness: `gate` and `zoo`.

use super::{EngineList, HangLimit};
use crate::exit::HELP;
use clap::Args;
use std::path::PathBuf;

/// Decide whether the engines agree, on data that is built into this binary
///
/// Most parts on every engine, ours and others': the corpus, with a case for every instruction and every rule that
/// changed execution, whose outcomes are recorded; the matrix of every instruction with corner operands; generated cases at
/// every gas edge, and changed in ways whose effect is known; a campaign with a fixed seed, with floors on what it must have
/// executed. Sections of code are run by themselves on ours, and what compilers make of code that takes them most is counted.
#[derive(Debug, Args)]
pub(crate) struct GateArgs {
    #[command(flatten)]
    pub(crate) engines: EngineList,
    /// Only these parts, separated by commas; all of them if not given
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    pub(crate) part: Vec<PartName>,
    /// Begin nothing more once something failed. How much was done then depends on the threads
    #[arg(long)]
    pub(crate) first: bool,
    #[command(flatten)]
    pub(crate) limit: HangLimit,
    /// Print the summary as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Write a summary in Markdown to this file; in a GitHub job, $GITHUB_STEP_SUMMARY
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// Write a JUnit report to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Write failures as SARIF 2.1.0 to this file, for code scanning
    #[arg(long, value_name = "FILE")]
    pub(crate) sarif: Option<PathBuf>,
    /// Print failures as workflow commands too, which a GitHub job shows as annotations of the change
    #[arg(long, conflicts_with = "json")]
    pub(crate) annotations: bool,
    /// Write a receipt to this file: what was run, where, and what it came to; `verify` runs it again
    #[arg(long, value_name = "FILE")]
    pub(crate) receipt: Option<PathBuf>,
}

/// A part of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum PartName {
    /// Recorded outcomes
    Corpus,
    /// Every instruction with corner operands
    Matrix,
    /// Gas limits at every edge
    Sweep,
    /// Each engine beside itself, on changes whose effect is known
    Relations,
    /// Sections of code, each run by itself on engines of this repository
    Sections,
    /// What compilers make of the worst code that is known
    Cost,
    /// Generated cases, and floors on what they did
    Campaign,
}

/// Plant seeded faults and tell which layer of the harness notices
///
/// Every fault is planted in turn and every layer is run with it, as a process of its own: the parts of the gate, the
/// official tests, a campaign, the programs of tests. A build without faults cannot do this:
/// `cargo run --release --features zoo -- zoo`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct ZooArgs {
    /// Faults, places or classes; all if none is given
    #[arg(value_name = "FAULT")]
    pub(crate) faults: Vec<String>,
    /// Layers, separated by commas; all standing ones, so without libfuzzer, if not given
    #[arg(long, value_name = "LAYER", value_delimiter = ',')]
    pub(crate) layers: Vec<String>,
    /// One fault in so many, by the order of the table
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) every: usize,
    /// Only these pairs: a file with a fault, and the layer that must notice it, on each line. A third word is a fault of the harness
    /// that switches a comparator off: planted beside the first, it must hide it from that layer
    #[arg(long, value_name = "FILE", conflicts_with_all = ["faults", "layers"])]
    pub(crate) only: Option<PathBuf>,
    /// Stop asking about a fault once a layer has noticed it
    #[arg(long)]
    pub(crate) first: bool,
    /// Plant this fault of the harness beside every other: what would be noticed without that comparator. Nothing is written down
    #[arg(long, value_name = "FAULT", conflicts_with_all = ["only", "out"])]
    pub(crate) without: Option<String>,
    /// List the faults and run nothing
    #[arg(long)]
    pub(crate) list: bool,
    /// Cases of the campaign
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    pub(crate) cases: u64,
    /// How long a layer may take with a fault
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) time: u64,
    /// Processes at once; all cores if not given
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// A folder of official state tests
    #[arg(long, value_name = "FOLDER")]
    pub(crate) fixtures: Option<PathBuf>,
    /// A program of tests that was built with faults, and what it is given
    #[arg(long, value_name = "COMMAND")]
    pub(crate) test: Vec<String>,
    /// A target of libFuzzer that was built with faults, and what it is given, for the layer libfuzzer
    #[arg(long, value_name = "COMMAND")]
    pub(crate) libfuzzer: Vec<String>,
    /// The command for aarch64, with what runs it, for the faults of that architecture
    #[arg(long, value_name = "COMMAND")]
    pub(crate) aarch64: Option<String>,
    /// Where results are written down, and read from to go on
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Print the score as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the score in Markdown to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// Write the score as a page to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}
