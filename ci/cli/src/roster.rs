//! The engines that the commands know: those of the registry, and those that whoever builds a command of its own
//! adds. The tests add engines with planted faults this way.

use crate::guard::Guarded;
use api::{Engine, EngineId};

/// An engine beside those of the registry. It takes part where it is asked for by name.
#[derive(Clone, Copy, Debug)]
pub struct Extra {
    /// The name it is chosen by.
    pub name: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// Makes one.
    pub make: fn() -> Box<dyn Engine>,
}

/// Engine names to boxed engines.
#[derive(Clone, Copy, Debug, Default)]
pub struct Roster {
    extra: &'static [Extra],
}

impl Roster {
    /// The registry, and these.
    pub const fn with(extra: &'static [Extra]) -> Roster {
        Roster { extra }
    }

    /// The names that were asked for; the engines of this repository if none was.
    pub(crate) fn own(self, asked: &[String]) -> Vec<String> {
        let all = || registry::names().map(str::to_owned).collect();
        if asked.is_empty() { all() } else { asked.to_vec() }
    }

    /// The names that were asked for; every engine of the registry if none was.
    pub(crate) fn compared(self, asked: &[String]) -> Vec<String> {
        let all = || registry::names().chain(registry::peers()).map(str::to_owned).collect();
        if asked.is_empty() { all() } else { asked.to_vec() }
    }

    /// The engine with this name; how long it runs can be seen from outside.
    pub(crate) fn make(self, name: &str) -> Result<Box<dyn Engine>, registry::UnknownEngine> {
        let extra = self.extra.iter().find(|extra| extra.name == name);
        let engine = extra.map_or_else(|| registry::make(name), |extra| Ok((extra.make)()))?;
        Ok(Box::new(Guarded::new(name, engine)))
    }

    /// Name and version of these engines.
    pub(crate) fn ids(self, names: &[String]) -> Vec<String> {
        names.iter().filter_map(|name| Some(self.make(name).ok()?.id().to_string())).collect()
    }

    /// Identity and one line about every engine.
    pub(crate) fn describe(self) -> Vec<(EngineId, &'static str)> {
        let extra = self.extra.iter().map(|extra| ((extra.make)().id(), extra.about));
        registry::describe().into_iter().chain(extra).collect()
    }
}
