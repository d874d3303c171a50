//! A vm that hands a frame from vm to vm at canonical points.
//!
//! At every canonical point a frame is complete, so any vm may go on from there. [`Hopper`] takes that at its word: a generator
//! chooses who runs the next section, and the frame stops behind it. What a vm keeps to itself where the frame must be
//! complete (a word in a register, a height, an end of memory) is lost on the way to the next one and shows in the outcome,
//! though the vm is right about every case that it runs alone.
//!
//! Who runs is a function of the seed, the frame, the place in the code and the gas, and of nothing else: the same case hops the
//! same way in any order of cases, on any machine, watched or not.

#![forbid(unsafe_code)]

mod choice;
mod options;
mod section;

pub use choice::Choice;
pub use options::Options;
pub use section::Section;

use api::{Code, EngineId, Exit, Frame, Host, Published, Vm};

/// Hands frames from vm to vm.
pub struct Hopper {
    seed: u64,
    vms: Vec<Box<dyn Vm>>,
    /// Runs the sections that the chosen vm does not take.
    precise: Box<dyn Vm>,
}

impl Hopper {
    /// One that hops between these. Without any, all is run precisely.
    pub fn new(seed: u64, vms: Vec<Box<dyn Vm>>, precise: Box<dyn Vm>) -> Hopper {
        Hopper { seed, vms, precise }
    }

    /// The identity of an engine of this name that hops between vms of these names.
    pub fn id(name: &str, seed: u64, vms: &[String]) -> EngineId {
        EngineId {
            name: name.to_owned(),
            family: "unanimous".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            features: Vec::new(),
            options: [format!("seed={seed}")].into_iter().chain(vms.iter().cloned()).collect(),
        }
    }

    /// Runs what the choice says, and tells how: `None` if the frame stands at a canonical point and may hop.
    fn hop(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host, reports: bool) -> Option<Exit> {
        let choice = Choice::of(self.seed, frame, self.vms.len());
        let mut section = Section::new(host, reports, choice.sections);
        let exit = match self.vms.get_mut(choice.vm) {
            Some(vm) => vm.run(code, frame, &mut section),
            None => Exit::Leave,
        };
        if exit != Exit::Leave {
            return section.hops(exit);
        }
        // What a vm does not take is run precisely to the next point, where the next one is asked.
        let mut section = Section::new(host, reports, 1);
        let exit = self.precise.run(code, frame, &mut section);
        section.hops(exit)
    }
}

/// What ran in compiled code is not counted: which sections those are is up to the seed.
impl Vm for Hopper {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        let reports = std::mem::replace(&mut frame.checkpoints, true);
        let exit = loop {
            if let Some(exit) = self.hop(code, frame, host, reports) {
                break exit;
            }
        };
        frame.checkpoints = reports;
        exit
    }

    fn take_published(&mut self) -> Vec<Published> {
        self.vms.iter_mut().flat_map(|vm| vm.take_published()).collect()
    }
}
