//! The arguments of commands about what runs leave behind, and about the command itself.

use super::{DrawArgs, EngineList, HangLimit};
use crate::exit::HELP;
use clap::Args;
use std::path::PathBuf;

/// Join the shards of a campaign
///
/// SHARD is the --out folder of a `fuzz --shard I/N`, or the state.json in it. Prints the report of the whole campaign, with the
/// digest that it has in one piece; each shard must be there once and complete.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct MergeArgs {
    /// Folders or state files
    #[arg(required = true, value_name = "SHARD")]
    pub(crate) shards: Vec<PathBuf>,
    /// A folder of findings that are known, beside those of the corpus
    #[arg(long, value_name = "FOLDER")]
    pub(crate) known: Vec<PathBuf>,
    /// Write the state of the whole campaign into this folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Run again what a receipt says, and compare
///
/// Counts, findings and digest must be the same; versions of engines and what the cases were drawn from too. Another machine is
/// noted, and so are the features that engines found on it.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct VerifyArgs {
    /// What `fuzz --receipt` or `gate --receipt` wrote, or `-` for standard input
    #[arg(value_name = "RECEIPT")]
    pub(crate) receipt: String,
    /// Where the contracts of the run are here
    #[arg(long, value_name = "FOLDER")]
    pub(crate) contracts: Option<PathBuf>,
    /// Where the pool of the run is here
    #[arg(long, value_name = "FOLDER")]
    pub(crate) pool: Option<PathBuf>,
    /// Threads; all cores if not given
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    #[command(flatten)]
    pub(crate) limit: HangLimit,
}

/// Write a corpus and a dictionary for a fuzzer to start from
///
/// A few cases of every instruction with corner operands and the corpus that is built in, each a file in the compact form, go into
/// OUT/corpus; the instructions and corner words, as libFuzzer reads them, into OUT/evm.dict.
#[derive(Debug, Args)]
pub(crate) struct SeedsArgs {
    /// A folder
    #[arg(value_name = "OUT")]
    pub(crate) out: PathBuf,
    /// So many cases of a seeded campaign too
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) cases: u64,
    #[command(flatten)]
    pub(crate) draw: DrawArgs,
}

/// Turn artifacts of a fuzzer into evidence folders
///
/// ARTIFACT is a case in any form, such as what libFuzzer leaves in fuzz/artifacts. Where engines differ on it, it is reduced and kept
/// below --out like a finding of a campaign. Exits with 1 if they differ, and with 4 if they agree.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct ImportArgs {
    /// Files
    #[arg(required = true, value_name = "ARTIFACT")]
    pub(crate) artifacts: Vec<String>,
    #[command(flatten)]
    pub(crate) engines: EngineList,
    #[command(flatten)]
    pub(crate) limit: HangLimit,
    /// Where evidence goes
    #[arg(long, value_name = "FOLDER", default_value = "found")]
    pub(crate) out: PathBuf,
}

/// List the engines
#[derive(Debug, Args)]
pub(crate) struct EnginesArgs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Print a completion script for a shell
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// Write manual pages
///
/// One for the command and one for each of its commands, for `man`.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The folder they are written to; it must exist
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
}
