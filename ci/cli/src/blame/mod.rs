//! `diff --blame`: what is to blame for a divergence, found by asking other engines about the same case.
//!
//! An engine that runs what passes made is asked with fewer of them: without any, the front end is wrong; where one more makes it
//! wrong, that pass is, and its fuel is bisected to a single change. An engine that compiles what is right when it is
//! interpreted is asked with other options of Cranelift, and then with fewer passes, so that the lowering is shown the least that it
//! gets wrong. Of vms that a frame hops between, those that it takes are looked for ([`hops`]). Whatever is to blame, the section and
//! the instruction are looked for by cutting the code ([`cut`]), and where that shows nothing, by stopping it ([`stop`]).

mod budget;
mod change;
mod cut;
mod hops;
mod search;
mod stop;

use crate::crew::tolerances;
use crate::exit::{Exit, Failure};
use crate::roster::{Kin, Like, Roster};
use api::{Case, Code};
use cranelift::Drawn;
use oracle::{Crew, Divergence, Tolerances, judge};
use search::{Found, ladder};
use std::io::Write;

/// What is asked about: a case, and who is right about it.
pub(crate) struct Inquiry<'a> {
    roster: Roster,
    case: &'a Case,
    judge: &'a str,
    tolerances: Tolerances,
    /// The engines that were asked, in order, and whether they are wrong.
    asked: Vec<(String, bool)>,
}

/// What is to blame, and which engines show it.
#[derive(Debug, Default)]
struct Verdict {
    lines: Vec<String>,
    shown: Vec<String>,
}

impl Inquiry<'_> {
    /// Whether an engine, made for this, differs from the judge.
    pub(crate) fn is_wrong(&mut self, name: &str) -> Result<bool, Failure> {
        if let Some((_, wrong)) = self.asked.iter().find(|(asked, _)| asked == name) {
            return Ok(*wrong);
        }
        let wrong = !judge(&mut self.crew(name)?, self.case, &self.tolerances).divergences.is_empty();
        self.asked.push((name.to_owned(), wrong));
        Ok(wrong)
    }

    /// The judge and an engine.
    fn crew(&self, name: &str) -> Result<Crew, Failure> {
        let (names, roster) = ([self.judge.to_owned(), name.to_owned()], self.roster);
        Crew::new(&names, move |name| roster.make(name).ok())
            .map_err(|name| Failure::new(Exit::BadInput, format_args!("error: {}", registry::UnknownEngine(name))))
    }

    fn verdict(&mut self, name: &str) -> Result<Verdict, Failure> {
        if !self.is_wrong(name)? {
            let text = format!("{name} by itself is right: it goes wrong behind other cases only");
            return Ok(Verdict { lines: vec![text], shown: Vec::new() });
        }
        if let Some(seed) = registry::swarm_seed(name) {
            return self.swarm(seed, name);
        }
        match self.roster.kin(name) {
            Some(kin) => match kin.like {
                Like::Form => self.form(kin, name),
                Like::Optimised => self.optimised(kin, name),
                Like::Hopper => self.hopper(kin, name),
            },
            None if name == "template" && !self.is_wrong("template-plain")? => {
                Ok(Verdict::of("the template compiler: what it makes of features that not every processor has", name))
            }
            None if name.starts_with("template") => Ok(Verdict::of("the template compiler", name)),
            None => Ok(Verdict::of("no more is known than where they part", name)),
        }
    }

    /// What passes make, interpreted.
    fn form(&mut self, kin: Kin, name: &str) -> Result<Verdict, Failure> {
        let options = name[kin.prefix.len()..].parse().map_err(bad_name)?;
        let name_of = |passes: &ir::Options| format!("{}{passes}", kin.prefix);
        let found = ladder(self, &name_of, &options)?;
        Ok(match &found {
            Found::Without => {
                Verdict::of("the front end: the form is wrong before any pass", &name_of(&options.up_to(0)))
            }
            Found::Pass { .. } => self.pass(kin, &found, "", &name_of),
            Found::Nothing => Verdict::of("what interprets the form: no list of passes is wrong", name),
        })
    }

    /// What Cranelift was given.
    fn optimised(&mut self, kin: Kin, name: &str) -> Result<Verdict, Failure> {
        let given = name[kin.prefix.len()..].trim_start_matches(':');
        let options: cranelift::Options = given.parse().map_err(bad_name)?;
        let own = self.roster.kin("ir@").unwrap_or(kin);
        let interpreted = |passes: &ir::Options| format!("ir@{passes}");
        match ladder(self, &interpreted, &options.passes)? {
            Found::Without => {
                return Ok(Verdict::of("the front end: the form is wrong before any pass", "ir@0"));
            }
            found @ Found::Pass { .. } => return Ok(self.pass(own, &found, "", &interpreted)),
            Found::Nothing => {}
        }
        let name_of = |options: &cranelift::Options| match options.to_string() {
            names if names.is_empty() => kin.prefix.to_owned(),
            names => format!("{}:{names}", kin.prefix),
        };
        for (change, text) in VARIANTS {
            let mut other = options.clone();
            change(&mut other);
            if !self.is_wrong(&name_of(&other))? {
                return Ok(Verdict { lines: vec![text.to_owned()], shown: vec![name_of(&other), name.to_owned()] });
            }
        }
        let passes_of =
            |passes: &ir::Options| name_of(&cranelift::Options { passes: passes.clone(), ..options.clone() });
        let found = ladder(self, &passes_of, &options.passes)?;
        Ok(match found {
            Found::Pass { .. } => {
                self.pass(kin, &found, "the lowering, of what is right when it is interpreted: ", &passes_of)
            }
            _ => Verdict::of("the lowering, of what the front end makes", &passes_of(&options.passes.clone().up_to(0))),
        })
    }

    /// Options that are drawn for each code: those of one of them are wrong for all, or it takes several.
    fn swarm(&mut self, seed: u64, name: &str) -> Result<Verdict, Failure> {
        let codes = self.case.accounts.values().map(|account| &account.code);
        let codes = codes.chain(self.case.transactions.iter().filter(|made| made.to.is_none()).map(|made| &made.data));
        let codes: Vec<Code> = codes.filter(|code| !code.is_empty()).map(|code| Code::new(code.clone())).collect();
        for code in codes {
            let drawn = Drawn::new(seed, &code, cranelift::Features::host());
            let alone = cranelift::Cranelift::id(drawn.features, &drawn.options).name;
            if self.is_wrong(&alone)? {
                let mut verdict = self.verdict(&alone)?;
                verdict.lines.insert(0, format!("{alone} is wrong alone:"));
                return Ok(verdict);
            }
        }
        Ok(Verdict::of("features that are drawn, or options that go wrong only with others beside them", name))
    }

    /// A pass and its change, with what the change touches.
    fn pass(&self, kin: Kin, found: &Found, before: &str, name_of: &dyn Fn(&ir::Options) -> String) -> Verdict {
        let Found::Pass { index, change, right, wrong } = found else { return Verdict::default() };
        let pass = &ir::PASSES[*index];
        let (what, about) = (change.map_or_else(String::new, |n| format!(", its change {n}")), pass.about);
        let mut lines = vec![format!("{before}pass `{}`{what}: {about}", pass.name)];
        lines.extend(change::lines(kin, self.case, right, wrong));
        Verdict { lines, shown: vec![name_of(right), name_of(wrong)] }
    }
}

/// Options that take the blame from what they switch off, in the order in which they are tried.
type Variant = (fn(&mut cranelift::Options), &'static str);

const VARIANTS: [Variant; 4] = [
    (
        |options| options.opt = cranelift::Opt::None,
        "Cranelift's optimiser, or what it may take for granted: right with opt=none",
    ),
    (
        |options| options.regalloc = cranelift::Regalloc::SinglePass,
        "Cranelift's register allocator: right with regalloc=single_pass",
    ),
    (|options| options.region = 100_000, "where a region goes on in another one: right with all in one region"),
    (|options| options.region = 1, "an edge inside a region: right with a region for each block"),
];

impl Verdict {
    /// A text, and the engine that shows it.
    fn of(text: &str, name: &str) -> Verdict {
        Verdict { lines: vec![text.to_owned()], shown: vec![name.to_owned()] }
    }
}

fn bad_name(why: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::BadInput, format_args!("error: {why}; give an engine that `unanimous engines` lists"))
}

/// Finds what is to blame for a divergence and prints it, with everything that was asked.
pub(crate) fn blame(
    out: &mut dyn Write,
    roster: Roster,
    file: &str,
    case: &Case,
    divergence: &Divergence,
) -> Result<(), Failure> {
    let (judge, engine) = (divergence.judge.as_str(), divergence.engine.as_str());
    let mut inquiry = Inquiry { roster, case, judge, tolerances: tolerances()?, asked: Vec::new() };
    let verdict = inquiry.verdict(engine)?;
    writeln!(out, "blame for {engine}, asked of {judge} and each of:")?;
    for (name, wrong) in &inquiry.asked {
        writeln!(out, "    {} {name}", if *wrong { "WRONG" } else { "right" })?;
    }
    for line in &verdict.lines {
        writeln!(out, "  {line}")?;
    }
    let shown = verdict.shown.last().map_or(engine, String::as_str);
    let mut crew = inquiry.crew(shown)?;
    let cut = cut::instruction(&mut crew, case);
    match cut.or_else(|| stop::instruction(&mut crew, case, &inquiry.tolerances)) {
        Some(place) => writeln!(out, "  {place}")?,
        None => writeln!(out, "  no instruction is known that makes the difference")?,
    }
    writeln!(out, "  to see it again:")?;
    let revision = case.revision;
    for name in &verdict.shown {
        writeln!(out, "    unanimous diff {file} --revision {revision} --engines {judge},{name}")?;
    }
    Ok(())
}
