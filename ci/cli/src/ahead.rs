//! `compile`, and artifacts for `run`: machine code made ahead of time.

use crate::code::bytecode;
use crate::exit::{Exit, Failure};
use api::{Case, Code, Engine, Revision};
use clap::Args;
use cranelift::{Artifact, Features, Key, Options, Refused, Target, Unusable};
use format::Expect;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Compile bytecode ahead of time
///
/// Writes an artifact for `run --artifact`: machine code of the optimising engine, with the keccak of the bytecode, the
/// revision, the target and the options, and a hash of everything. The same input gives the same bytes on every host.
#[derive(Debug, Args)]
pub(crate) struct CompileArgs {
    /// Hexadecimal bytecode, or a file that holds it, or `-` for standard input
    #[arg(value_name = "CODE")]
    pub(crate) code: String,
    /// The rules to compile for
    #[arg(long, value_name = "NAME", default_value_t = Revision::LATEST)]
    pub(crate) revision: Revision,
    /// The architecture to compile for, and what may be used of it: x86_64+bmi1+bmi2+lzcnt, aarch64. This machine, if
    /// not given
    #[arg(long, value_name = "TARGET")]
    pub(crate) target: Option<cranelift::Target>,
    /// Options of the compiler: opt=none:region=64:passes=last-range
    #[arg(long, value_name = "OPTIONS", default_value_t)]
    pub(crate) options: cranelift::Options,
    /// Write an object file (ELF) with the same machine code, for debuggers and disassemblers
    #[arg(long)]
    pub(crate) object: bool,
    /// Where to write
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// The engine that runs artifacts.
const ENGINE: &str = "cranelift";

/// Compiles bytecode and writes what came of it.
pub(crate) fn compile(args: &CompileArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let code = Code::new(bytecode(&args.code)?.into());
    let target = args.target.map_or_else(host, Ok)?;
    let made = match args.object {
        true => cranelift::object(&code, args.revision, target, &args.options),
        false => Artifact::new(&code, args.revision, target, &args.options).map(|artifact| artifact.write()),
    };
    let bytes = made.map_err(|refused: Refused| {
        let message = format_args!("error: the code is refused, and would be interpreted: {refused}");
        Failure::new(Exit::Inconclusive, message)
    })?;
    fs::write(&args.out, &bytes).map_err(|error| {
        Failure::new(Exit::BadInput, format_args!("error: cannot write {}: {error}", args.out.display()))
    })?;
    let hash = alloy_primitives::keccak256(&bytes);
    writeln!(out, "{}: {} bytes for {target} in {}, keccak {hash}", args.out.display(), bytes.len(), args.revision)?;
    Ok(Exit::Ok)
}

fn host() -> Result<Target, Failure> {
    Target::host(Features::host()).ok_or_else(|| {
        Failure::new(Exit::Usage, "error: there is no back end for this machine; name one with --target")
    })
}

/// Gives the engine that runs artifacts those that fit a code of the cases, and says which do not and why.
pub(crate) fn install(
    paths: &[PathBuf],
    cases: &[(Case, Expect)],
    engines: &mut [Box<dyn Engine>],
) -> Result<(), Failure> {
    if paths.is_empty() {
        return Ok(());
    }
    let Some(engine) = engines.iter_mut().find(|engine| engine.id().name == ENGINE) else {
        return Err(Failure::new(Exit::Usage, format_args!("error: artifacts are for the engine {ENGINE}: name it")));
    };
    let target = host()?;
    let mut artifacts = Vec::new();
    for path in paths {
        let bytes = fs::read(path).map_err(|error| {
            Failure::new(Exit::BadInput, format_args!("error: cannot read {}: {error}", path.display()))
        })?;
        match Artifact::read(&bytes).and_then(|artifact| fitting(artifact, cases, target)) {
            Ok(artifact) => artifacts.push(artifact),
            Err(why) => refuse(path, &why),
        }
    }
    *engine = registry::ahead(artifacts);
    Ok(())
}

fn refuse(path: &Path, why: &Unusable) {
    let message = format!("note: {} is not used: {why}; its code is compiled anew", path.display());
    // Nothing can be done about a standard error that is closed.
    let _ = writeln!(anstream::stderr(), "{}", crate::output::shown(&message));
}

/// The artifact, if it was made for a code of one of the cases.
fn fitting(artifact: Artifact, cases: &[(Case, Expect)], target: Target) -> Result<Artifact, Unusable> {
    let mut reason = Unusable::Key("code hash", artifact.key().code_hash.to_string(), "that of an account".into());
    for (case, _) in cases {
        let codes = case.accounts.values().map(|account| Code::new(account.code.clone()));
        for code in codes.filter(|code| code.hash() == artifact.key().code_hash) {
            let wanted = Key::new(&code, case.revision, target, &Options::default(), false);
            match artifact.blob(&code, &wanted) {
                Ok(_) => return Ok(artifact),
                Err(why) => reason = why,
            }
        }
    }
    Err(reason)
}
