//! Engine names to boxed engines: the only crate that knows them all.
//!
//! There are three lists. [`names`] and [`all`] are the engines of this repository, which agree exactly; [`named`] are those
//! that are compared only where they are named, because they take long; [`peers()`] are engines that others wrote, which agree
//! on what consensus sees. [`make`] and [`describe`] know all.

mod vm;

pub use vm::vm;

use api::{Engine, EngineId, Vm};
use cranelift::{Artifact, Cranelift};
use hopper::Hopper;
use interp::Interp;
use ir::Ir;
use peers::Revm;
use std::fmt;
use template::{Features, Template};
use world::Machine;

/// One engine that can be made by name.
struct Row {
    name: &'static str,
    about: &'static str,
    make: fn() -> Box<dyn Engine>,
}

/// Every engine of this repository, the reference first.
const ROWS: &[Row] = &[
    Row { name: "interp", about: "the reference interpreter: plain, safe, one instruction at a time", make: interp },
    Row { name: "template", about: "machine code in one pass, with what this processor offers", make: template },
    Row { name: "ir@0", about: "the intermediate form as the front end makes it, interpreted", make: form_first },
    Row { name: "ir@last", about: "the intermediate form after all passes, interpreted", make: form_last },
    Row { name: "template-plain", about: "the same for any processor of the architecture", make: template_plain },
];

/// Engines of this repository that take too long for what runs in seconds, or make what another one makes in another way: they are
/// compared where they are named.
const NAMED: &[Row] = &[
    Row {
        name: "cranelift",
        about: "machine code by an optimising compiler, with what this processor offers; compared if it is named",
        make: cranelift,
    },
    Row {
        name: "hopper",
        about: "another vm for each section, as a seed says: between all of the above; compared if it is named",
        make: hopper,
    },
    Row {
        name: "template-chaos",
        about: "the template compiler by ways that are drawn for each code and change nothing; compared if it is named",
        make: template_chaos,
    },
    Row {
        name: "cranelift-swarm",
        about: "the optimising compiler with options that are drawn for each code and change nothing; compared if it is named",
        make: cranelift_swarm,
    },
];

/// Every engine that others wrote.
const PEERS: &[Row] = &[Row { name: "revm", about: "revm in this process; reports what consensus sees", make: revm }];

fn interp() -> Box<dyn Engine> {
    Box::new(Machine::new(Interp::id(), Interp::new()))
}

fn template() -> Box<dyn Engine> {
    templates("template", Features::host())
}

fn template_plain() -> Box<dyn Engine> {
    templates("template-plain", Features::default())
}

fn form_first() -> Box<dyn Engine> {
    forms(ir::Options::first(0))
}

fn form_last() -> Box<dyn Engine> {
    forms(ir::Options::last())
}

/// The engine that interprets what these passes make.
fn forms(options: ir::Options) -> Box<dyn Engine> {
    let id = Ir::id(&format!("ir@{options}"), &options);
    Box::new(Machine::with_precise(id, Ir::new(options), Box::new(Interp::new())))
}

fn templates(name: &str, features: Features) -> Box<dyn Engine> {
    let precise = Box::new(Interp::new());
    Box::new(Machine::with_precise(Template::id(name, features, None), Template::new(features), precise))
}

fn template_chaos() -> Box<dyn Engine> {
    chaotic("template-chaos", 0)
}

/// The template engine whose ways are drawn from a seed.
fn chaotic(name: &str, seed: u64) -> Box<dyn Engine> {
    let (features, precise) = (Features::host(), Box::new(Interp::new()));
    let vm = Template::new(features).with_chaos(seed);
    Box::new(Machine::with_precise(Template::id(name, features, Some(seed)), vm, precise))
}

fn cranelift() -> Box<dyn Engine> {
    ahead(Vec::new())
}

/// The optimising engine, which runs what was made ahead of time where it fits.
pub fn ahead(artifacts: Vec<Artifact>) -> Box<dyn Engine> {
    optimised(cranelift::Options::default(), artifacts)
}

/// The optimising engine with these options, which are part of its name.
fn optimised(options: cranelift::Options, artifacts: Vec<Artifact>) -> Box<dyn Engine> {
    let features = cranelift::Features::host();
    let precise = Box::new(Interp::new());
    let id = Cranelift::id(features, &options);
    Box::new(Machine::with_precise(id, Cranelift::new(features, options).with_artifacts(artifacts), precise))
}

fn cranelift_swarm() -> Box<dyn Engine> {
    swarming("cranelift-swarm", 0)
}

/// The optimising engine whose options are drawn from a seed.
fn swarming(name: &str, seed: u64) -> Box<dyn Engine> {
    let (features, options) = (cranelift::Features::host(), cranelift::Options::default());
    let id =
        EngineId { name: name.to_owned(), options: vec![format!("swarm={seed}")], ..Cranelift::id(features, &options) };
    let vm = Cranelift::new(features, options).with_swarm(seed);
    Box::new(Machine::with_precise(id, vm, Box::new(Interp::new())))
}

/// The seed of an engine whose options are drawn for each code.
pub fn swarm_seed(name: &str) -> Option<u64> {
    match name.strip_prefix("cranelift:swarm=") {
        Some(seed) => seed.parse().ok(),
        None => (name == "cranelift-swarm").then_some(0),
    }
}

fn hopper() -> Box<dyn Engine> {
    hopping("hopper", &hopper::Options::default())
}

/// How many passes make the intermediate form of a hopper: seeds from zero on go through all numbers of them, beginning with all.
fn hopper_passes(seed: u64) -> ir::Options {
    let all = ir::PASSES.len() as u64;
    ir::Options::first((all - seed % (all + 1)) as usize)
}

/// The vms of a hopper, by name.
fn hopper_vms(seed: u64) -> [String; 4] {
    ["interp".into(), format!("ir@{}", hopper_passes(seed)), "template".into(), "cranelift".into()]
}

/// The engine that hops as these options say. Who does not take part is stood in for by one that runs precisely, so that the choice
/// is the same.
fn hopping(name: &str, options: &hopper::Options) -> Box<dyn Engine> {
    let precise = || Box::new(Interp::new());
    let vms: [Box<dyn Vm>; 4] = [
        precise(),
        Box::new(Ir::new(hopper_passes(options.seed))),
        Box::new(Template::new(Features::host())),
        Box::new(Cranelift::new(cranelift::Features::host(), cranelift::Options::default())),
    ];
    let names = hopper_vms(options.seed);
    let taking: Vec<String> = names.iter().filter(|name| options.takes(name)).cloned().collect();
    let vms = names.iter().zip(vms).map(|(name, vm)| if options.takes(name) { vm } else { precise() }).collect();
    let hopper = Hopper::new(options.seed, vms, precise());
    Box::new(Machine::with_precise(Hopper::id(name, options.seed, &taking), hopper, precise()))
}

/// The hopper with the options behind its name.
fn hopping_by(options: &str) -> Result<Box<dyn Engine>, String> {
    let options: hopper::Options = options.parse()?;
    let vms = hopper_vms(options.seed);
    match options.among.iter().flatten().find(|name| !vms.contains(name)) {
        Some(none) => Err(format!("no vm `{none}` hops with this seed; those that do are: {}", vms.join(", "))),
        None => Ok(hopping(&format!("hopper:{options}"), &options)),
    }
}

fn revm() -> Box<dyn Engine> {
    Box::new(Revm)
}

fn rows() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().chain(NAMED).chain(PEERS)
}

/// The names of the engines of this repository, the reference first.
pub fn names() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|row| row.name)
}

/// The names of the engines of this repository that are compared only where they are named.
pub fn named() -> impl Iterator<Item = &'static str> {
    NAMED.iter().map(|row| row.name)
}

/// The names of the engines that others wrote.
pub fn peers() -> impl Iterator<Item = &'static str> {
    PEERS.iter().map(|row| row.name)
}

/// The engine with this name, whoever wrote it. Engines of the intermediate form are made with any options: `ir@3`,
/// `ir@last-range`, `ir@last+fuel:number=17`, and so is the optimising one: `cranelift:opt=none:region=64:passes=last-range`. The
/// hopper, the chaos of the template engine and the swarm of the optimising one are made with any seed: `hopper:seed=7`,
/// `template:chaos=7`, `cranelift:swarm=7`; a hopper also with fewer vms: `hopper:seed=7:among=template`.
pub fn make(name: &str) -> Result<Box<dyn Engine>, UnknownEngine> {
    if let Some(row) = rows().find(|row| row.name == name) {
        return Ok((row.make)());
    }
    match with_options(name) {
        Some(Ok(engine)) => Ok(engine),
        Some(Err(_)) | None => Err(UnknownEngine(name.to_owned())),
    }
}

/// One of each engine of this repository.
pub fn all() -> Vec<Box<dyn Engine>> {
    ROWS.iter().map(|row| (row.make)()).collect()
}

/// Identity and one line about every engine, peers last.
pub fn describe() -> Vec<(EngineId, &'static str)> {
    rows().map(|row| ((row.make)().id(), row.about)).collect()
}

/// The engine whose name holds its options.
fn with_options(name: &str) -> Option<Result<Box<dyn Engine>, String>> {
    if let Some(options) = name.strip_prefix("ir@") {
        return Some(options.parse().map(forms));
    }
    if let Some(options) = name.strip_prefix("hopper:") {
        return Some(hopping_by(options));
    }
    if let Some(seed) = name.strip_prefix("template:") {
        return Some(seed_of(seed, "chaos").map(|seed| chaotic(&format!("template:chaos={seed}"), seed)));
    }
    let options = name.strip_prefix("cranelift:")?;
    if options.starts_with("swarm") {
        return Some(seed_of(options, "swarm").map(|seed| swarming(&format!("cranelift:swarm={seed}"), seed)));
    }
    Some(
        options
            .parse()
            .map(|options| optimised(options, Vec::new()))
            .map_err(|bad: cranelift::BadOption| bad.to_string()),
    )
}

fn seed_of(option: &str, name: &str) -> Result<u64, String> {
    let seed = option.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')).and_then(|seed| seed.parse().ok());
    seed.ok_or_else(|| format!("unknown option `{option}`; known is: {name}=NUMBER"))
}

/// A name that is no engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEngine(pub String);

impl fmt::Display for UnknownEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match with_options(&self.0) {
            Some(Err(why)) => write!(f, "unknown engine `{}`: {why}", self.0),
            _ => {
                let known = names().chain(named()).chain(peers()).collect::<Vec<_>>().join(", ");
                write!(f, "unknown engine `{}`; known are: {known}", self.0)
            }
        }
    }
}

impl std::error::Error for UnknownEngine {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_makes_the_engine_of_that_name() {
        for name in names().chain(named()).chain(peers()) {
            assert_eq!(make(name).map(|engine| engine.id().name).as_deref(), Ok(name));
        }
        assert!(make("nothing").is_err());
    }

    #[test]
    fn engines_are_made_with_any_options() {
        for name in ["ir@1", "ir@last-fold", "ir@last+fuel:fold=17"] {
            assert_eq!(make(name).map(|engine| engine.id().name).as_deref(), Ok(name));
        }
        for name in ["cranelift:opt=none", "cranelift:region=64:passes=last-fold+fuel:number=17"] {
            assert_eq!(make(name).map(|engine| engine.id().name).as_deref(), Ok(name));
        }
        for name in ["hopper:seed=7", "hopper:seed=7:among=ir@1+cranelift"] {
            assert_eq!(make(name).map(|engine| engine.id().name).as_deref(), Ok(name));
        }
        let error = make("hopper:seed=7:among=ir@2").err().map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.contains("those that do are: interp, ir@1, template, cranelift")));
        assert_eq!(make("template:chaos=7").map(|engine| engine.id().name).as_deref(), Ok("template:chaos=7"));
        assert_eq!(make("cranelift:swarm=7").map(|engine| engine.id().name).as_deref(), Ok("cranelift:swarm=7"));
        assert_eq!([swarm_seed("cranelift:swarm=7"), swarm_seed("cranelift-swarm")], [Some(7), Some(0)]);
        assert_eq!(swarm_seed("cranelift:opt=none"), None);
        let error = make("cranelift:swarm=x").err().map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.contains("known is: swarm=NUMBER")));
        let error = make("template:seed=7").err().map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.contains("known is: chaos=NUMBER")));
        let error = make("hopper:seed=x").err().map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.contains("unknown option `seed=x`")));
        let error = make("cranelift:fast=yes").err().map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.contains("unknown option `fast=yes`")));
        let error = make("ir@last-nothing").err().map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.contains("there is no pass `nothing`")));
    }
}
