//! The two traits that engines implement, and the ways in which they can fail.
//!
//! An exceptional halt is a result: it is part of the outcome. An error here means that the harness or the engine
//! failed.

use crate::{B256, Case, Code, End, Frame, Host, Outcome, Revision, Watch};
use std::fmt;

/// How often each instruction ran, by its byte.
pub type Counts = [u64; 256];

/// Runs one frame from a canonical point until it ends, suspends or leaves.
pub trait Vm: Send {
    /// Runs `frame` from where it stands.
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit;

    /// What ran in compiled code since this was last asked, counted in frames with checkpoints alone, whole sections at a
    /// time. Nothing for a vm that compiles nothing.
    fn take_compiled(&mut self) -> Option<Counts> {
        None
    }

    /// The machine code that was put into memory since this was last asked and is still there.
    fn take_published(&mut self) -> Vec<Published> {
        Vec::new()
    }
}

/// Machine code in memory, for tools that look at this process from outside. Its address means nothing to another run, so it
/// is part of no outcome, digest or report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Where it begins.
    pub address: u64,
    /// Bytes of machine code.
    pub len: u64,
    /// The code that it was made of.
    pub code_hash: B256,
    /// The rules that it was made for.
    pub revision: Revision,
}

/// Why [`Vm::run`] came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The frame ended.
    End(End),
    /// It asks for a call: see [`Frame::request`].
    Call,
    /// It asks for a create: see [`Frame::request`].
    Create,
    /// The vm will not go on from this canonical point; another one must.
    Leave,
    /// A batched check failed at this canonical point, where nothing has been changed yet: run precisely, the section that
    /// begins here halts.
    Fails,
    /// The host asked it to stop at a checkpoint.
    Stop,
    /// A resource limit of the harness was reached: memory would grow beyond it, or [`Host::is_over_limit`].
    OverLimit,
}

/// Runs one whole case.
pub trait Engine: Send {
    /// Who it is.
    fn id(&self) -> EngineId;
    /// Whether it can run the case. Asked before, never discovered after.
    fn supports(&self, case: &Case) -> Result<(), Unsupported>;
    /// Runs it.
    fn run(&mut self, case: &Case, watch: Watch<'_>) -> Result<Outcome, EngineError>;

    /// See [`Vm::take_compiled`].
    fn take_compiled(&mut self) -> Option<Counts> {
        None
    }

    /// See [`Vm::take_published`].
    fn take_published(&mut self) -> Vec<Published> {
        Vec::new()
    }
}

/// Everything that decides what an engine does.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EngineId {
    /// The name it is chosen by.
    pub name: String,
    /// Engines of a family share an implementation: they agree for reasons that are no evidence.
    pub family: String,
    /// Its version.
    pub version: String,
    /// Features of the target it uses.
    pub features: Vec<String>,
    /// Options it was made with.
    pub options: Vec<String>,
}

impl fmt::Display for EngineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)?;
        for extra in self.features.iter().chain(&self.options) {
            write!(f, " +{extra}")?;
        }
        Ok(())
    }
}

/// A case that an engine cannot run, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported(pub String);

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A failure of the harness or of an engine; never an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineError {
    /// The engine cannot run the case: skip it and count it.
    Unsupported(Unsupported),
    /// A resource limit of the harness was reached: the case is inconclusive.
    Limit(String),
    /// The observer asked for an end.
    Stopped,
    /// The engine broke: a finding.
    Crash(String),
    /// The harness broke: stop and report it.
    Internal(String),
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EngineError::Unsupported(why) => write!(f, "unsupported: {why}"),
            EngineError::Limit(what) => write!(f, "resource limit: {what}"),
            EngineError::Stopped => f.write_str("stopped by its observer"),
            EngineError::Crash(what) => write!(f, "engine crashed: {what}"),
            EngineError::Internal(what) => write!(f, "internal error: {what}"),
        }
    }
}

impl std::error::Error for EngineError {}
