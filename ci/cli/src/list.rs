//! `engines` and `completions`.

use crate::args::{CompletionsArgs, EnginesArgs, Options};
use crate::exit::{Exit, Failure};
use crate::roster::Roster;
use api::EngineId;
use clap::CommandFactory;
use serde_json::{Value, json};
use std::io::Write;

/// Lists the engines.
pub(crate) fn engines(args: &EnginesArgs, roster: Roster, out: &mut dyn Write) -> Result<Exit, Failure> {
    let engines = roster.describe();
    if args.json {
        let list = engines.iter().map(|(id, about)| {
            json!({
                "name": id.name,
                "family": id.family,
                "version": id.version,
                "features": id.features,
                "options": id.options,
                "about": about,
            })
        });
        writeln!(out, "{:#}", Value::Array(list.collect()))?;
        return Ok(Exit::Ok);
    }
    let width = |of: fn(&EngineId) -> &str| engines.iter().map(|(id, _)| of(id).len()).max().unwrap_or(0);
    let (names, families, versions) = (width(|id| &id.name), width(|id| &id.family), width(|id| &id.version));
    for (id, about) in &engines {
        writeln!(out, "{:<names$}  {:<families$}  {:<versions$}  {about}", id.name, id.family, id.version)?;
    }
    let s = if engines.len() == 1 { "" } else { "s" };
    writeln!(out, "{} engine{s}", engines.len())?;
    Ok(Exit::Ok)
}

/// Prints a completion script.
pub(crate) fn completions(args: &CompletionsArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Options::command(), "unanimous", &mut script);
    out.write_all(&script)?;
    Ok(Exit::Ok)
}
