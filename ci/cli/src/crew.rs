//! Crews from the registry, and the tolerances that hold between them.

use crate::args::{CaseChoice, EngineList};
use crate::exit::{Exit, Failure};
use crate::roster::Roster;
use crate::source;
use api::Case;
use oracle::{Crew, TOLERANCES, Tolerances};

/// The engines that were asked for; ours and others' if none was.
pub(crate) fn crew(list: &EngineList, roster: Roster) -> Result<Crew, Failure> {
    // An engine that is named twice is not compared with itself.
    let mut names: Vec<String> = Vec::new();
    for name in roster.compared(&list.engines) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // The first judges. Whichever order they are named in, that is the reference if it takes part, else another engine of
    // this repository, which reports what others cannot.
    names.sort_by_key(|name| registry::names().position(|own| own == name).unwrap_or(usize::MAX));
    Crew::new(&names, move |name| roster.make(name).ok())
        .map_err(|name| Failure::new(Exit::BadInput, format_args!("error: {}", registry::UnknownEngine(name))))
}

/// The differences that are explained.
pub(crate) fn tolerances() -> Result<Tolerances, Failure> {
    Tolerances::read(TOLERANCES).map_err(|bad| Failure::new(Exit::Internal, format_args!("error: {bad}")))
}

/// Every case of a file, in every revision that it is for; there is at least one.
pub(crate) fn cases(choice: &CaseChoice) -> Result<Vec<Case>, Failure> {
    let cases = source::cases(choice)?;
    if cases.is_empty() {
        return Err(Failure::new(Exit::BadInput, format_args!("error: {} holds no case", choice.case)));
    }
    Ok(cases.into_iter().map(|(case, _)| case).collect())
}
