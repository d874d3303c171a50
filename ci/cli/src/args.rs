//! The command line as types.

mod decide;
mod every;
mod kept;

pub(crate) use decide::*;
pub(crate) use every::Every;
pub(crate) use kept::*;

use crate::exit::HELP;
use crate::native::{FeatureSet, Isa};
use api::Revision;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Do EVM execution engines agree to the bit?
///
/// Unanimous runs the same case on several engines and compares everything that can be observed: result, output, gas,
/// refund, error, logs, state, and the order of what the engine asked of the world. Start with `unanimous gate`.
#[derive(Debug, Parser)]
#[command(name = "unanimous", version, after_help = HELP, max_term_width = 100)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Gate(GateArgs),
    Run(RunArgs),
    Fuzz(FuzzArgs),
    Merge(MergeArgs),
    Verify(VerifyArgs),
    Generate(GenerateArgs),
    Diff(DiffArgs),
    Sweep(SweepArgs),
    Reduce(ReduceArgs),
    Replay(ReplayArgs),
    Trace(TraceArgs),
    Conform(ConformArgs),
    Disasm(DisasmArgs),
    Asm(AsmArgs),
    Compile(crate::ahead::CompileArgs),
    Convert(ConvertArgs),
    Seeds(SeedsArgs),
    Import(ImportArgs),
    Engines(EnginesArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
    Zoo(ZooArgs),
}

/// Run a case and show its outcome
///
/// CASE is a file in the readable form (.evm) or a JSON state test; `-` reads standard input. A file may hold
/// several cases and a case may be for several revisions: all are run, and each outcome is compared with what the
/// file expects.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) case: CaseChoice,
    #[command(flatten)]
    pub(crate) engines: EngineList,
    #[command(flatten)]
    pub(crate) limit: HangLimit,
    #[command(flatten)]
    pub(crate) perf: PerfMap,
    /// Run the code in this artifact of `compile` on the engine cranelift. One that does not fit is named, and its code
    /// compiled anew
    #[arg(long, value_name = "FILE")]
    pub(crate) artifact: Vec<PathBuf>,
    /// Print the outcomes as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Run a seeded campaign of generated cases
///
/// Case I of a seed is always the same case. The digest is the same for any number of threads, and for a run that was
/// interrupted (Ctrl-C, --time) and resumed. Findings do not stop it: they are grouped, reduced, written as evidence
/// folders below --out, and counted. Ctrl-C ends it behind the cases under way; a second Ctrl-C at once, with a report
/// of what was found. Exits with 1 if anything was found; otherwise with 4 if it was interrupted, or if more than one case in
/// 1000 met a resource limit.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct FuzzArgs {
    #[command(flatten)]
    pub(crate) draw: DrawArgs,
    /// How many cases
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub(crate) cases: u64,
    /// Run only part I of N neighbouring parts, counted from 1; `merge` joins what they came to. `auto` asks the environment:
    /// JOB_COMPLETION_INDEX with UNANIMOUS_SHARDS in a Kubernetes indexed job, SLURM_ARRAY_TASK_* in a Slurm array
    #[arg(long, value_name = "I/N")]
    pub(crate) shard: Option<String>,
    /// Stop behind the cases under way after so many seconds; --resume goes on
    #[arg(long, value_name = "SECONDS")]
    pub(crate) time: Option<u64>,
    #[command(flatten)]
    pub(crate) engines: EngineList,
    /// Run this engine in one case of N only, those whose index N divides: for engines that take long to compile, as in
    /// `--engines interp,template,cranelift --every cranelift=16`. The digest, which is the judge's, is the same
    #[arg(long, value_name = "ENGINE=N")]
    pub(crate) every: Vec<Every>,
    /// Threads; all cores if not given
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// A folder of findings that are known, beside those of the corpus: open ones are counted and are no news, fixed
    /// ones that return are red. The --out of another campaign will do
    #[arg(long, value_name = "FOLDER")]
    pub(crate) known: Vec<PathBuf>,
    /// Stop at the first finding and do not reduce it
    #[arg(long)]
    pub(crate) first: bool,
    /// Where findings and the state go; nothing is written without it
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    /// Go on from the state in --out
    #[arg(long, requires = "out")]
    pub(crate) resume: bool,
    /// A case that takes an engine longer than this ends the campaign; resumed, it counts the case as a crash called
    /// `hang` and goes on behind it. 0 is no limit
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub(crate) hang: u64,
    #[command(flatten)]
    pub(crate) perf: PerfMap,
    /// Write a receipt to this file: what was run, where, and what it came to; `verify` runs it again
    #[arg(long, value_name = "FILE")]
    pub(crate) receipt: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Print one case of a seeded campaign in the readable form
#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    /// Position in the campaign
    #[arg(value_name = "INDEX")]
    pub(crate) index: u64,
    #[command(flatten)]
    pub(crate) draw: DrawArgs,
}

/// Compare engines on a case and show where they part
///
/// Runs the first case of CASE on every engine, ours and others', and compares each with the first. If two differ,
/// shows every field, the first section in which they part, and in it the instruction, side by side.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct DiffArgs {
    #[command(flatten)]
    pub(crate) case: CaseChoice,
    #[command(flatten)]
    pub(crate) engines: EngineList,
    #[command(flatten)]
    pub(crate) limit: HangLimit,
    /// Write an evidence folder below this one if they differ
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    /// Say what is to blame if they differ: front end, pass and its change, lowering, Cranelift, or a section and instruction
    #[arg(long)]
    pub(crate) blame: bool,
}

/// Repeat a case with gas limits at every edge
///
/// Learns from the first engine where gas is charged, and runs the case with limits one below, at and one above each
/// edge on every engine. Also runs the case twice on each engine, and on a fresh one.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct SweepArgs {
    #[command(flatten)]
    pub(crate) case: CaseChoice,
    #[command(flatten)]
    pub(crate) engines: EngineList,
    #[command(flatten)]
    pub(crate) limit: HangLimit,
    /// Gas limits to try at most, evenly picked
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) edges: usize,
}

/// Make a case on which engines differ as small as possible
///
/// Keeps what makes it the finding it is: which engine differs, in which part, and how both sides end. Prints the
/// reduced case in the readable form. The result does not depend on the number of threads.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct ReduceArgs {
    #[command(flatten)]
    pub(crate) case: CaseChoice,
    #[command(flatten)]
    pub(crate) engines: EngineList,
    #[command(flatten)]
    pub(crate) limit: HangLimit,
}

/// Replay cases and findings on any set of engines
///
/// PATH is a case file, an evidence folder, or a folder of either. Every case is run in every revision it is for;
/// engines must agree with each other and with what the file expects. Inside a folder, links to folders are not followed
/// but listed.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct ReplayArgs {
    /// Files or folders
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Write failures as SARIF 2.1.0 to this file, for code scanning
    #[arg(long, value_name = "FILE")]
    pub(crate) sarif: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) engines: EngineList,
    #[command(flatten)]
    pub(crate) limit: HangLimit,
}

/// Trace a case instruction by instruction (EIP-3155)
///
/// Prints one JSON object a line: one for every instruction, and a summary for every transaction.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct TraceArgs {
    #[command(flatten)]
    pub(crate) case: CaseChoice,
    /// The engine to trace
    #[arg(long, value_name = "NAME", default_value = "interp")]
    pub(crate) engine: String,
    #[command(flatten)]
    pub(crate) limit: HangLimit,
    /// Include the memory in every line
    #[arg(long)]
    pub(crate) memory: bool,
    /// Include the return data of the last call in every line
    #[arg(long)]
    pub(crate) return_data: bool,
}

/// Run official state tests
///
/// Reads every .json file below each PATH and compares state root, logs hash and the reason of rejected
/// transactions. Before EIP-158 there are two conventions for the root after a rejected transaction; where the notes
/// of an INDEX.tsv say that a file follows the one with a touched coinbase, that root is expected, and such cases
/// are listed and counted apart.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct ConformArgs {
    /// Files or folders
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) engines: EngineList,
    #[command(flatten)]
    pub(crate) limit: HangLimit,
    /// Only tests whose file or name contains this
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// Only this revision
    #[arg(long, value_name = "NAME")]
    pub(crate) revision: Option<Revision>,
    /// Begin no file more once one failed
    #[arg(long)]
    pub(crate) first: bool,
    /// Threads; all cores if not given
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// Write a JUnit report to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Write a JSON report to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Failures to list; all are in the JSON and JUnit reports
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) show: usize,
}

/// List bytecode as assembly
///
/// The listing is exact: assembling it gives the same bytes. Bytes that the revision does not define, and a push
/// that the end of the code cuts short, are shown as DATA.
///
/// With --native, what the template compiler makes of the code stands beside it, section by section: bytecode on the left,
/// machine code on the right, both with their offsets in hexadecimal. Behind them come the parts that belong to no section.
/// The listing is the same on every host.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct DisasmArgs {
    /// Hexadecimal bytecode, or a file that holds it, or `-` for standard input
    #[arg(value_name = "CODE")]
    pub(crate) code: String,
    /// Which instructions there are
    #[arg(long, value_name = "NAME", default_value_t = Revision::LATEST)]
    pub(crate) revision: Revision,
    /// Show the machine code for this architecture beside the bytecode
    #[arg(long, value_name = "ISA", conflicts_with = "quiet")]
    pub(crate) native: Option<Isa>,
    /// What the machine code for x86_64 may use; bmi2 if not given, whatever this processor has
    #[arg(long, value_name = "NAME", requires = "native")]
    pub(crate) features: Option<FeatureSet>,
    /// Print assembly only: no offsets, notes or summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Assemble to bytecode
///
/// Labels (`name:` and `PUSH @name`), decimal and hexadecimal numbers, `DATA 0x…` for raw bytes, comments with `;`
/// or `#`. The syntax is described in corpus/README.md.
#[derive(Debug, Args)]
pub(crate) struct AsmArgs {
    /// Assembly text, or a file that holds it, or `-` for standard input
    #[arg(value_name = "TEXT")]
    pub(crate) text: String,
    /// Print the bytes only, no summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Convert a case between the readable form and JSON
///
/// The conversion is exact in both directions. Prints the other form of the one that CASE is in, and the readable form of a case in
/// the compact form of fuzzers.
#[derive(Debug, Args)]
pub(crate) struct ConvertArgs {
    /// A file with one case, or `-` for standard input
    #[arg(value_name = "CASE")]
    pub(crate) case: String,
    /// Write the compact form of fuzzers to this file instead; it holds the case and nothing that is expected of it
    #[arg(long, value_name = "FILE")]
    pub(crate) compact: Option<PathBuf>,
}

/// Which case.
#[derive(Debug, Args)]
pub(crate) struct CaseChoice {
    /// A case file, or `-` for standard input
    #[arg(value_name = "CASE")]
    pub(crate) case: String,
    /// Run in this revision, whatever the file is for
    #[arg(long, value_name = "NAME")]
    pub(crate) revision: Option<Revision>,
}

/// What the cases of a campaign are drawn from.
#[derive(Debug, Args)]
pub(crate) struct DrawArgs {
    /// The seed of the campaign: any number
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Only this family of the generator, and no mutants of the corpus
    #[arg(long, value_name = "NAME", conflicts_with = "contracts")]
    pub(crate) family: Option<String>,
    /// Only this revision
    #[arg(long, value_name = "NAME")]
    pub(crate) revision: Option<Revision>,
    /// Call and mutate the contracts in this folder instead: runtime bytecode in .hex files
    #[arg(long, value_name = "FOLDER")]
    pub(crate) contracts: Option<PathBuf>,
    /// Mutate the cases in this folder too: a corpus of libFuzzer, or case files in any form
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["family", "contracts"])]
    pub(crate) pool: Option<PathBuf>,
}

/// A limit on time.
#[derive(Debug, Args)]
pub(crate) struct HangLimit {
    /// End, as inconclusive, when an engine takes longer for a case than this; 0 is no limit
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub(crate) hang: u64,
}

/// Names for a profiler.
#[derive(Debug, Args)]
pub(crate) struct PerfMap {
    /// Write FOLDER/perf-PID.map, which names compiled code (engine:HASH8:REVISION) for `perf`; it looks in /tmp. Where code
    /// was forgotten and its place used again, the last one is named
    #[arg(long = "perf-map", value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
}

/// Which engines.
#[derive(Debug, Args)]
pub(crate) struct EngineList {
    /// Engines by name, separated by commas. If not given: ours, and where engines are compared others' too
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) engines: Vec<String>,
}
