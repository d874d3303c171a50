//! The command with engines that have planted faults beside those of the registry: this test binary under the name
//! `unanimous`. The sessions whose name begins with `planted` meet it in place of the real one.

use api::{
    Case, Code, Counts, Engine, EngineError, EngineId, Exit, Field, Frame, Host, Outcome, Revision, TxOutcome, U256,
    Unsupported, Vm, Watch,
};
use cli::{Extra, Kin, Like, Roster};
use hopper::Hopper;
use interp::Interp;
use spec::op;
use std::path::{Path, PathBuf};
use std::time::Duration;
use template::{Features, Template};
use world::Machine;

const EXTRA: &[Extra] = &[
    Extra { name: "wrong-xor", about: "planted: XOR is OR", make: || machine("wrong-xor", WrongXor) },
    Extra { name: "panics", about: "planted: panics at XOR", make: || machine("panics", Panics) },
    Extra {
        name: "hangs",
        about: "planted: does not end on some cases",
        make: || hangs("hangs", |len| len % 509 == 17),
    },
    Extra {
        name: "slips",
        about: "planted: XOR is OR; does not end on short code",
        make: || hangs("slips", |len| len < 24),
    },
    Extra {
        name: "stalls",
        about: "planted: XOR is OR; does not end when it is watched",
        make: || when("stalls", "planted", |_, watch| watch.checkpoints.then_some(Sulk::Hang)),
    },
    Extra {
        name: "stutters",
        about: "planted: compiles nothing; does not end when that is counted",
        make: || when("stutters", "planted", |_, watch| watch.checkpoints.then_some(Sulk::Hang)),
    },
    Extra {
        name: "gives-up",
        about: "planted: reaches a limit now and then that others of its family do not",
        make: || when("gives-up", "unanimous", |len, _| (len % 16 == 3).then_some(Sulk::Limit)),
    },
    Extra {
        name: "balks",
        about: "planted: reaches a limit of its own now and then",
        make: || when("balks", "planted", |len, _| (len % 16 == 3).then_some(Sulk::Limit)),
    },
    Extra {
        name: "slow",
        about: "planted: takes its time",
        make: || when("slow", "planted", |_, _| Some(Sulk::Sleep)),
    },
    Extra {
        name: "misfiles",
        about: "planted: turns topics round, and reports only what consensus sees",
        make: || Box::new(Misfiles(machine("misfiles", Interp::new()))),
    },
    Extra { name: "lazy", about: "planted: compiles every second code", make: lazy },
];

/// Engines whose names hold options, which differ in what is to blame.
const KIN: &[Kin] = &[
    Kin { prefix: "wrong-number@", like: Like::Form, make: wrong_number, form: numbered },
    Kin {
        prefix: "wrong-speed",
        like: Like::Optimised,
        make: |name| optimised(name, |options| options.opt == cranelift::Opt::Speed),
        form: |_, _, _| None,
    },
    Kin {
        prefix: "wrong-lowering",
        like: Like::Optimised,
        make: |name| optimised(name, |options| options.passes.is_enabled(4)),
        form: honest,
    },
    Kin { prefix: "hopper-forgets", like: Like::Hopper, make: hopping, form: |_, _, _| None },
    Kin { prefix: "hopper-leaves", like: Like::Hopper, make: hopping, form: |_, _, _| None },
];

/// Runs as the command if this binary was started under its name.
pub(crate) fn command() -> Option<std::process::ExitCode> {
    let name = std::env::args_os().next().map(PathBuf::from)?;
    (name.file_stem()? == "unanimous").then(|| cli::main(Roster::with(EXTRA).with_kin(KIN)))
}

/// A folder with the command in it.
pub(crate) fn folder(below: &Path) -> std::io::Result<PathBuf> {
    let folder = below.join("planted");
    std::fs::create_dir_all(&folder)?;
    let command = folder.join("unanimous");
    let _ = std::fs::remove_file(&command);
    std::fs::hard_link(std::env::current_exe()?, &command)?;
    let launcher = crate::launcher::launcher(&command, "planted")?;
    Ok(launcher.parent().unwrap_or(&folder).to_owned())
}

fn id(name: &str) -> EngineId {
    EngineId { name: name.into(), family: "planted".into(), version: "1".into(), ..EngineId::default() }
}

fn machine(name: &str, vm: impl Vm + 'static) -> Box<dyn Engine> {
    Box::new(Machine::new(id(name), vm))
}

/// The places of an instruction in a code.
fn places(code: &[u8], wanted: u8) -> Vec<usize> {
    let (mut places, mut pc) = (Vec::new(), 0);
    while pc < code.len() {
        places.extend((code[pc] == wanted).then_some(pc));
        pc += 1 + spec::table::TABLE[code[pc] as usize].map_or(0, |row| row.immediate as usize);
    }
    places
}

struct WrongXor;

impl Vm for WrongXor {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        let mut bytes = code.bytes().to_vec();
        places(code.bytes(), op::XOR).into_iter().for_each(|at| bytes[at] = op::OR);
        Interp::new().run(&Code::new(bytes.into()), frame, host)
    }
}

/// The form after these passes.
fn honest(code: &Code, revision: Revision, passes: &ir::Options) -> Option<ir::Func> {
    let mut func = ir::build(code, revision).ok()?;
    ir::optimise(&mut func, passes);
    Some(func)
}

/// The same with one more change by `number`: the operands of the first SUB change places.
fn numbered(code: &Code, revision: Revision, passes: &ir::Options) -> Option<ir::Func> {
    let mut func = ir::build(code, revision).ok()?;
    for (index, pass) in ir::PASSES.iter().enumerate().filter(|(index, _)| passes.is_enabled(*index)) {
        let mut fuel = ir::Fuel::new(passes.fuel(index));
        (pass.run)(&mut func, &mut fuel);
        let mut insts = func.blocks.iter_mut().flat_map(|data| &mut data.insts);
        let is_sub = |inst: &&mut ir::Inst| matches!(inst.op, ir::Op::Pure(op::SUB, _));
        if pass.name == "number"
            && let Some(ir::Op::Pure(_, operands)) = insts.find(is_sub).map(|inst| &mut inst.op)
            && fuel.take()
        {
            operands.swap(0, 1);
        }
    }
    Some(func)
}

fn wrong_number(name: &str) -> Option<Box<dyn Engine>> {
    let passes: ir::Options = name.strip_prefix("wrong-number@")?.parse().ok()?;
    let vm = ir::Ir::with(move |code, revision| numbered(code, revision, &passes));
    Some(Box::new(Machine::with_precise(id(name), vm, Box::new(Interp::new()))))
}

/// XOR is OR with the options that say so.
fn optimised(name: &str, is_wrong: fn(&cranelift::Options) -> bool) -> Option<Box<dyn Engine>> {
    let options = name.split_once(':').map_or("", |(_, options)| options).parse().ok()?;
    Some(if is_wrong(&options) { machine(name, WrongXor) } else { machine(name, Interp::new()) })
}

struct Panics;

impl Vm for Panics {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        assert!(places(code.bytes(), op::XOR).is_empty(), "planted \u{202e} at XOR");
        Interp::new().run(code, frame, host)
    }
}

/// Right about everything alone; where it is stopped, the top word does not reach the stack.
struct Forgetful;

impl Vm for Forgetful {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        let exit = Interp::new().run(code, frame, host);
        if exit == Exit::Stop && frame.stack_len > 0 {
            frame.stack[frame.stack_len as usize - 1] = U256::ZERO;
        }
        exit
    }
}

/// What a vm leaves above the top of the stack, where nobody looks who is right.
const LEFT: U256 = U256::from_limbs([0x1ef7, 0, 0, 0]);

/// Right about everything; leaves a word above the top.
struct Leaver;

impl Vm for Leaver {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        let exit = Interp::new().run(code, frame, host);
        if let Some(above) = frame.stack.get_mut(frame.stack_len as usize) {
            *above = LEFT;
        }
        exit
    }
}

/// Right about everything, unless it finds that word above the top.
struct Finder;

impl Vm for Finder {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        let len = frame.stack_len as usize;
        if len > 0 && frame.stack.get(len) == Some(&LEFT) {
            frame.stack[len - 1] = LEFT;
        }
        Interp::new().run(code, frame, host)
    }
}

/// A hopper of a name, with a fault of one of its vms or between two of them.
fn hopping(name: &str) -> Option<Box<dyn Engine>> {
    let precise = || -> Box<dyn Vm> { Box::new(Interp::new()) };
    let vms: Vec<(&str, Box<dyn Vm>)> = match name.split(':').next()? {
        "hopper-forgets" => vec![("interp", precise()), ("forgetful", Box::new(Forgetful))],
        "hopper-leaves" => vec![("leaver", Box::new(Leaver)), ("honest", precise()), ("finder", Box::new(Finder))],
        _ => return None,
    };
    let given = name.split_once(':').map_or("seed=0", |(_, given)| given);
    let options: hopper::Options = given.parse().ok()?;
    if options.among.iter().flatten().any(|vm| vms.iter().all(|(name, _)| name != vm)) {
        return None;
    }
    let names: Vec<String> =
        vms.iter().map(|(name, _)| (*name).to_owned()).filter(|name| options.takes(name)).collect();
    let vms = vms.into_iter().map(|(name, vm)| if options.takes(name) { vm } else { precise() }).collect();
    let id = Hopper::id(name, options.seed, &names);
    Some(Box::new(Machine::with_precise(id, Hopper::new(options.seed, vms, precise()), precise())))
}

/// Right about everything, but leaves code of odd length to precise execution.
struct Lazy(Template);

fn lazy() -> Box<dyn Engine> {
    let vm = Lazy(Template::new(Features::default()));
    Box::new(Machine::with_precise(id("lazy"), vm, Box::new(Interp::new())))
}

impl Vm for Lazy {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        if code.len() % 2 == 1 { Exit::Leave } else { self.0.run(code, frame, host) }
    }

    fn take_compiled(&mut self) -> Option<Counts> {
        self.0.take_compiled()
    }
}

/// Right but for the order of topics; reports neither points nor steps nor what was asked.
struct Misfiles(Box<dyn Engine>);

impl Engine for Misfiles {
    fn id(&self) -> EngineId {
        self.0.id()
    }

    fn supports(&self, case: &Case) -> Result<(), Unsupported> {
        self.0.supports(case)
    }

    fn run(&mut self, case: &Case, _: Watch<'_>) -> Result<Outcome, EngineError> {
        let mut outcome = self.0.run(case, Watch::default())?;
        for transaction in &mut outcome.transactions {
            if let TxOutcome::Executed(receipt) = transaction {
                receipt.logs.iter_mut().for_each(|log| log.topics.reverse());
                receipt.exact = Field::Unknown;
            }
        }
        Ok(outcome)
    }
}

/// What an engine does instead of its work, or before it.
enum Sulk {
    Hang,
    Limit,
    Sleep,
}

/// Sulks by the length of all code and by how it is watched.
struct Sulking {
    id: EngineId,
    when: fn(usize, &Watch<'_>) -> Option<Sulk>,
    engine: Box<dyn Engine>,
}

fn when(name: &'static str, family: &str, when: fn(usize, &Watch<'_>) -> Option<Sulk>) -> Box<dyn Engine> {
    let engine = if name == "stalls" { machine(name, WrongXor) } else { machine(name, Interp::new()) };
    Box::new(Sulking { id: EngineId { family: family.into(), ..id(name) }, when, engine })
}

impl Engine for Sulking {
    fn id(&self) -> EngineId {
        self.id.clone()
    }

    fn supports(&self, case: &Case) -> Result<(), Unsupported> {
        self.engine.supports(case)
    }

    fn run(&mut self, case: &Case, watch: Watch<'_>) -> Result<Outcome, EngineError> {
        match (self.when)(case.accounts.values().map(|account| account.code.len()).sum(), &watch) {
            Some(Sulk::Hang) => for_ever(),
            Some(Sulk::Limit) => return Err(EngineError::Limit("planted".into())),
            Some(Sulk::Sleep) => std::thread::sleep(Duration::from_millis(20)),
            None => {}
        }
        self.engine.run(case, watch)
    }

    fn take_compiled(&mut self) -> Option<Counts> {
        (self.id.name == "stutters").then_some([0; 256])
    }
}

fn for_ever() -> ! {
    loop {
        std::thread::sleep(Duration::from_secs(60));
    }
}

/// Sleeps for ever where the length of all code says so; as wrong about XOR as the first if it slips.
struct Hangs {
    name: &'static str,
    on: fn(usize) -> bool,
    engine: Box<dyn Engine>,
}

fn hangs(name: &'static str, on: fn(usize) -> bool) -> Box<dyn Engine> {
    let engine = if name == "slips" { machine(name, WrongXor) } else { machine(name, Interp::new()) };
    Box::new(Hangs { name, on, engine })
}

impl Engine for Hangs {
    fn id(&self) -> EngineId {
        id(self.name)
    }

    fn supports(&self, case: &Case) -> Result<(), Unsupported> {
        self.engine.supports(case)
    }

    fn run(&mut self, case: &Case, watch: Watch<'_>) -> Result<Outcome, EngineError> {
        if !(self.on)(case.accounts.values().map(|account| account.code.len()).sum()) {
            return self.engine.run(case, watch);
        }
        for_ever()
    }
}
