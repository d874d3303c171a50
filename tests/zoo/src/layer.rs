//! The layers: which commands they are, on which engines, for which faults.

use crate::attempt::{Attempt, Came, run};
use crate::blame;
use fault::{Class, Fault};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What layers need to know.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The command, built with faults.
    pub command: PathBuf,
    /// The same for aarch64 and what runs it, if faults of that architecture are to be found.
    pub aarch64: Option<Vec<String>>,
    /// Programs of tests, built with faults, with what they are given; the quick ones first.
    pub tests: Vec<Vec<String>>,
    /// Programs of libFuzzer, built with faults, with what they are given.
    pub fuzzers: Vec<Vec<String>>,
    /// The folder of official tests.
    pub fixtures: Option<PathBuf>,
    /// How long a layer may take.
    pub limit: Duration,
    /// Cases of the campaign.
    pub cases: u64,
    /// A fault of the harness that is planted beside every other: a comparator that is switched off.
    pub without: Option<&'static Fault>,
}

impl Setup {
    /// The emulated command, for a fault that shows there alone.
    fn emulated(&self, fault: &Fault) -> Option<&[String]> {
        self.aarch64.as_deref().filter(|_| fault.place == "aarch64")
    }
}

/// A layer of the harness.
#[derive(Debug)]
pub struct Layer {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Whether it is among those that run without being asked for.
    pub standing: bool,
    kind: Kind,
}

/// How a layer is run: its name, the engines, whether it is emulated.
pub(crate) type Way = (&'static str, &'static str, bool);

/// What a layer runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A part of the gate.
    Gate(&'static str),
    /// Parts of the gate on engines whose ways are drawn.
    Chaos,
    /// Official tests.
    Fixtures,
    /// A campaign of another seed than the gate's.
    Campaign,
    /// Programs of tests.
    Tests,
    /// Targets of libFuzzer.
    Fuzzers,
}

/// Every layer, the quick ones first.
pub static LAYERS: &[Layer] = &[
    Layer { name: "corpus", about: "recorded outcomes", standing: true, kind: Kind::Gate("corpus") },
    Layer {
        name: "matrix",
        about: "every instruction with corner operands, and branches on comparisons",
        standing: true,
        kind: Kind::Gate("matrix"),
    },
    Layer { name: "sweep", about: "gas limits at every edge", standing: true, kind: Kind::Gate("sweep") },
    Layer { name: "sections", about: "each section by itself", standing: true, kind: Kind::Gate("sections") },
    Layer { name: "cost", about: "what compilers make of the worst code", standing: true, kind: Kind::Gate("cost") },
    Layer { name: "relations", about: "each engine beside itself", standing: true, kind: Kind::Gate("relations") },
    Layer {
        name: "gate",
        about: "the campaign of the gate and its floors",
        standing: true,
        kind: Kind::Gate("campaign"),
    },
    Layer { name: "chaos", about: "compilers by ways that are drawn", standing: true, kind: Kind::Chaos },
    Layer { name: "fixtures", about: "official state tests", standing: true, kind: Kind::Fixtures },
    Layer { name: "campaign", about: "a seeded campaign", standing: true, kind: Kind::Campaign },
    Layer { name: "tests", about: "tests of the suite and of the command", standing: true, kind: Kind::Tests },
    Layer { name: "libfuzzer", about: "fuzzing led by coverage", standing: false, kind: Kind::Fuzzers },
];

/// The places that have to do with what compilers make.
const COMPILES: [&str; 6] = ["plan", "template", "x86_64", "aarch64", "ir", "cranelift"];

/// The seed of the campaign; the gate has another.
const SEED: &str = "77";

impl Layer {
    /// The layer of a name.
    pub fn named(name: &str) -> Option<&'static Layer> {
        LAYERS.iter().find(|layer| layer.name == name)
    }

    /// Whether a fault can be met here at all.
    pub fn is_for(&self, fault: &Fault, setup: &Setup) -> bool {
        // Code for the other architecture runs nowhere but there; its shape is looked at by tests.
        let runs = fault.place != "aarch64" || setup.aarch64.is_some() || cfg!(target_arch = "aarch64");
        // What the harness gets wrong shows where it is tested, and where something is wrong to be noticed.
        match self.kind {
            Kind::Tests => true,
            _ if fault.class == Class::Harness => false,
            // What runs there runs natively; of code for the other architecture the shape alone is looked at.
            Kind::Fuzzers => fault.place != "aarch64" || cfg!(target_arch = "aarch64"),
            // Sections are run without a world around them.
            Kind::Gate("sections") => runs && fault.place != "world",
            // Nothing runs, code is made for both architectures.
            Kind::Gate("cost") => COMPILES.contains(&fault.place),
            // What is drawn are ways of compilers.
            Kind::Chaos => runs && [&["runtime", "codebuf"], &COMPILES[..]].concat().contains(&fault.place),
            _ => runs,
        }
    }

    /// Runs the layer with a fault planted, where it can be met.
    pub fn attempt(&self, fault: &Fault, setup: &Setup) -> Attempt {
        self.run(Some(fault), self.engines(fault), setup, setup.emulated(fault))
    }

    /// Runs the layer without a fault, as it would be run with this one.
    pub(crate) fn sound(&self, fault: &Fault, setup: &Setup) -> Attempt {
        self.run(None, self.engines(fault), setup, setup.emulated(fault))
    }

    /// What decides how the layer is run for a fault: two that agree are run alike.
    pub(crate) fn way(&self, fault: &Fault, setup: &Setup) -> Way {
        (self.name, self.engines(fault), setup.emulated(fault).is_some())
    }

    /// The engines that are compared for a fault.
    fn engines(&self, fault: &Fault) -> &'static str {
        match self.kind {
            // Programs of tests are native ones that know their engines.
            Kind::Tests => "",
            Kind::Chaos if is_optimised(fault) => "interp,cranelift-swarm",
            Kind::Chaos => "interp,template-chaos",
            // The optimising compiler takes minutes for the codes of a campaign, as does a hopper, which makes machine code of each in
            // several ways. The matrix takes it seconds: most of its codes are a few bytes.
            Kind::Gate("campaign") | Kind::Campaign | Kind::Fuzzers if fault.place == "runtime" => TEMPLATES,
            Kind::Gate("matrix" | "campaign") | Kind::Fuzzers => engines(fault).trim_end_matches(",hopper"),
            _ => engines(fault),
        }
    }

    fn run(&self, fault: Option<&Fault>, engines: &str, setup: &Setup, emulated: Option<&[String]>) -> Attempt {
        let command = emulated.map_or_else(|| vec![setup.command.display().to_string()], <[String]>::to_vec);
        let found_by = command.clone();
        let words = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        let commands: Vec<Vec<String>> = match self.kind {
            Kind::Gate(part) => {
                vec![[command, words(&format!("gate --first --json --part {part} --engines {engines}"))].concat()]
            }
            Kind::Chaos => {
                // Thousands of codes take the optimising compiler minutes.
                let swarm = "corpus,sweep,relations,sections";
                let parts = if engines.ends_with("swarm") { swarm } else { "sections,campaign" };
                let text = format!("gate --first --json --part {parts} --engines {engines}");
                vec![[command, words(&text)].concat()]
            }
            Kind::Campaign => {
                let text = format!("fuzz --json --first --seed {SEED} --cases {} --engines {engines}", setup.cases);
                vec![[command, words(&text)].concat()]
            }
            Kind::Fixtures => match &setup.fixtures {
                None => Vec::new(),
                Some(folder) => {
                    let ours = engines.replace(",revm", "");
                    let line = [
                        words(&format!("conform --first --engines {ours} --hang 60")),
                        vec![folder.display().to_string()],
                    ];
                    vec![[command, line.concat()].concat()]
                }
            },
            Kind::Tests => setup.tests.clone(),
            Kind::Fuzzers => {
                let compared = vec!["env".to_owned(), format!("UNANIMOUS_ENGINES={engines}")];
                setup.fuzzers.iter().map(|fuzzer| [compared.clone(), fuzzer.clone()].concat()).collect()
            }
        };
        let mut attempt = Attempt::new(fault.map_or("", |fault| fault.name), self.name);
        if commands.is_empty() {
            attempt.came = Came::Skipped;
        }
        // Tests write to folders of fixed names.
        let _alone = (self.kind == Kind::Tests).then(|| TESTS.lock().unwrap_or_else(PoisonError::into_inner));
        let planted: Vec<&Fault> = fault.into_iter().chain(setup.without).collect();
        for command in commands {
            run(&mut attempt, &command, &planted, setup.limit);
            if attempt.came.is_kill() {
                break;
            }
        }
        if attempt.came.is_kill()
            && fault.is_some_and(Fault::is_bound)
            && let Some((seed, index)) = self.found(&attempt)
        {
            // Nothing but the instructions of its row, or its pass, can be right.
            attempt.blamed = Some(blame::blamed(&found_by, &planted, engines, &seed, &index));
        }
        attempt
    }

    /// Seed and index of the first generated case on which engines were seen to differ.
    fn found(&self, attempt: &Attempt) -> Option<(String, String)> {
        match (self.kind, &attempt.came) {
            (Kind::Campaign, Came::Noticed { cases: Some(cases) }) => {
                Some((SEED.to_owned(), cases.checked_sub(1)?.to_string()))
            }
            (Kind::Gate("campaign"), _) => blame::case_of(&attempt.said),
            _ => None,
        }
    }
}

/// Whether a fault is one of the optimising compiler.
fn is_optimised(fault: &Fault) -> bool {
    ["ir", "cranelift"].contains(&fault.place)
}

/// Held while tests run.
static TESTS: Mutex<()> = Mutex::new(());

/// The template compiler, in both of its forms, and who does not share it.
const TEMPLATES: &str = "interp,template,template-plain";

/// The engines on which a fault of a place shows: the judged, and one that does not share it.
fn engines(fault: &Fault) -> &'static str {
    match fault.place {
        "interp" => "template,interp,revm",
        "world" => "interp,revm",
        "harness" => "interp,template,revm",
        "ir" => "interp,ir@last,hopper",
        "cranelift" => "interp,cranelift,hopper",
        // The optimising compiler asks more of it.
        "runtime" => "interp,template,template-plain,cranelift",
        _ => TEMPLATES,
    }
}
