//! The engines that the commands know: those of the registry, and those that whoever builds a command of its own
//! adds. The tests add engines with planted faults this way.

use crate::guard::Guarded;
use api::{Code, Engine, EngineId, Revision};

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

/// Engines whose names hold options: they differ by what passes made of the code that they run.
#[derive(Clone, Copy, Debug)]
pub struct Kin {
    /// What their names begin with.
    pub prefix: &'static str,
    /// What stands behind it, and what they are like.
    pub like: Like,
    /// Makes one by its whole name.
    pub make: fn(&str) -> Option<Box<dyn Engine>>,
    /// The form that passes make of a code; nothing for code that is refused.
    pub form: fn(&Code, Revision, &ir::Options) -> Option<ir::Func>,
}

impl Kin {
    /// Whether an engine of this name is one of these.
    fn has(&self, name: &str) -> bool {
        let options = name.strip_prefix(self.prefix);
        options.is_some_and(|rest| rest.is_empty() || rest.starts_with(':') || self.prefix.ends_with('@'))
    }
}

/// What engines are like whose names hold options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Like {
    /// The intermediate form, interpreted: passes stand behind the prefix, as in `ir@last-range`.
    Form,
    /// Compiled by Cranelift: options stand behind the prefix and a colon, as in `cranelift:opt=none`.
    Optimised,
    /// Handed from vm to vm: who takes part stands behind the name and a colon, as in `hopper:among=template`.
    Hopper,
}

/// Those of the registry.
const OWN: [Kin; 3] = [
    Kin { prefix: "ir@", like: Like::Form, make: |name| registry::make(name).ok(), form },
    Kin { prefix: "cranelift", like: Like::Optimised, make: |name| registry::make(name).ok(), form },
    Kin { prefix: "hopper", like: Like::Hopper, make: |name| registry::make(name).ok(), form: |_, _, _| None },
];

fn form(code: &Code, revision: Revision, passes: &ir::Options) -> Option<ir::Func> {
    let mut func = ir::build(code, revision).ok()?;
    ir::optimise(&mut func, passes);
    Some(func)
}

/// Engine names to boxed engines.
#[derive(Clone, Copy, Debug, Default)]
pub struct Roster {
    extra: &'static [Extra],
    kin: &'static [Kin],
}

impl Roster {
    /// The registry, and these.
    pub const fn with(extra: &'static [Extra]) -> Roster {
        Roster { extra, kin: &[] }
    }

    /// The same with engines whose names hold options.
    pub const fn with_kin(self, kin: &'static [Kin]) -> Roster {
        Roster { kin, ..self }
    }

    /// Which engines whose names hold options this is one of.
    pub(crate) fn kin(self, name: &str) -> Option<Kin> {
        self.kin.iter().chain(&OWN).find(|kin| kin.has(name)).copied()
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
        let kin = self.kin.iter().find(|kin| kin.has(name));
        let engine = match (extra, kin) {
            (Some(extra), _) => (extra.make)(),
            (None, Some(kin)) => (kin.make)(name).ok_or_else(|| registry::UnknownEngine(name.to_owned()))?,
            (None, None) => registry::make(name)?,
        };
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
