//! `engines`, `completions` and `man`.

use crate::args::{CompletionsArgs, EnginesArgs, ManArgs, Options};
use crate::exit::{Exit, Failure};
use crate::roster::Roster;
use crate::source;
use api::EngineId;
use clap::CommandFactory;
use clap_mangen::Man;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

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

/// Writes a manual page for the command and for each of its commands.
pub(crate) fn man(args: &ManArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let mut command = Options::command();
    command.build();
    let mut n_pages = 1;
    page(&args.folder, &command, "unanimous")?;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        page(&args.folder, sub, &format!("unanimous-{}", sub.get_name()))?;
        n_pages += 1;
    }
    writeln!(out, "{n_pages} pages in {}", args.folder.display())?;
    Ok(Exit::Ok)
}

fn page(folder: &Path, command: &clap::Command, name: &str) -> Result<(), Failure> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    source::write(&folder.join(format!("{name}.1")), &String::from_utf8_lossy(&page))
}
