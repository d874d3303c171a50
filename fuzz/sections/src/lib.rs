//! Sections of code, each run by itself.
//!
//! A frame is complete at every canonical point, so a section can be run alone: from a state made up for it, until the next
//! canonical point. What a whole case reaches rarely or never is then one step away: stacks that are nearly full, gas
//! around the price of a section or beyond 2^63, memory of any size, operands of any kind in code that is far from the entry.
//!
//! The reference tells what comes of the state; each other vm must give the same frame, bit for bit. Where it halts, only the
//! kind is compared: a frame that halted is gone. Where a batched check failed, nothing may have been changed and the
//! reference must halt in that section.

#![forbid(unsafe_code)]

mod entry;
mod host;
mod leaving;

pub use leaving::Left;

use api::dice::{Dice, draw};
use api::{Code, Exit, Revision, U256, Vm};
use entry::{Entry, Setting};
use host::Still;
use plan::Plan;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A vm, and how to get another when it broke.
pub struct Side {
    /// The name of its engine.
    pub name: String,
    make: fn() -> Box<dyn Vm>,
    vm: Box<dyn Vm>,
}

impl Side {
    /// A vm of this name.
    pub fn new(name: &str, make: fn() -> Box<dyn Vm>) -> Side {
        Side { name: name.to_owned(), make, vm: make() }
    }

    fn run(&mut self, code: &Code, setting: &Setting, entry: &Entry) -> Result<Left, String> {
        let mut host = Still::new(entry.seed);
        let mut frame = setting.frame(entry);
        match catch_unwind(AssertUnwindSafe(|| self.vm.run(code, &mut frame, &mut host))) {
            Ok(exit) => Ok(Left::new(exit, &frame, host.asked)),
            Err(panic) => {
                self.vm = (self.make)();
                let text = panic.downcast_ref::<String>().cloned();
                Err(text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default())
            }
        }
    }
}

/// What came of the sections of a code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// States that were run.
    pub n_states: u64,
    /// Among them, those from which some vm went on in its own code.
    pub n_compared: u64,
    /// Where vms differ from the reference.
    pub failures: Vec<String>,
    /// What the reference came to, in order.
    pub lefts: Vec<Left>,
}

/// Failures that are kept of a code.
const FAILURES_MAX: usize = 8;

/// Runs each section of a code from `n_states` states on every vm. The first is the reference.
pub fn check(sides: &mut [Side], code: &Code, revision: Revision, n_states: u64) -> Checked {
    let plan = Plan::new(code, revision);
    let targets: Vec<U256> = plan.targets().map(U256::from).collect();
    let setting = Setting::new(revision);
    let mut checked = Checked::default();
    let Some((reference, others)) = sides.split_first_mut() else { return checked };
    for section in &plan.sections {
        for index in 0..n_states {
            let mut dice = dice_of(code, section.pc, index);
            let entry = Entry::draw(&mut dice, section, &targets);
            checked.n_states += 1;
            let place = format!("pc {:#x}, state {index}", section.pc);
            let left = match reference.run(code, &setting, &entry) {
                Ok(left) => left,
                Err(panic) => {
                    checked.failures.push(format!("{place}: {} crashed: {panic}", reference.name));
                    return checked;
                }
            };
            let mut compared = false;
            for other in others.iter_mut() {
                let difference = match other.run(code, &setting, &entry) {
                    Err(panic) => Some(format!("crashed: {panic}")),
                    Ok(right) if right.exit == Exit::Leave => None,
                    Ok(right) => {
                        compared = true;
                        left.differs(&right, &entry)
                    }
                };
                if let Some(difference) = difference {
                    checked.failures.push(format!("{place}: {}: {difference}", other.name));
                }
            }
            checked.n_compared += u64::from(compared);
            checked.lefts.push(left);
            if checked.failures.len() >= FAILURES_MAX {
                return checked;
            }
        }
    }
    checked
}

/// What decides a state: the same for the same code, place and turn.
fn dice_of(code: &Code, pc: u32, index: u64) -> Dice {
    let hash = code.hash();
    let code = u64::from_be_bytes(std::array::from_fn(|i| hash[i]));
    Dice::new(draw(code ^ draw(u64::from(pc) << 32 ^ index)))
}
