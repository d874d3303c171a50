//! The passes, in order, and how they are run.
//!
//! A pass changes a form into one that does the same. It takes one unit of [`Fuel`] for each single change, in an order that
//! the form alone decides, so that a divergence can be bisected to the change that causes it. An analysis that does not end
//! within its budget contributes nothing.

use crate::{Func, Options, carry, dead, fold, grow, jumps, number, pack, range};

/// A pass.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// The name it is switched off by.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Runs it.
    pub run: fn(&mut Func, &mut Fuel),
}

/// Every pass, in the order in which they run.
pub const PASSES: [Pass; 8] = [
    Pass { name: "fold", about: "computes what is known, and leaves out what changes nothing", run: fold::run },
    Pass { name: "jumps", about: "finds where jumps go, and guesses where returns go", run: jumps::run },
    Pass { name: "carry", about: "hands words from block to block in values", run: carry::run },
    Pass { name: "range", about: "proves that words are narrow", run: range::run },
    Pass { name: "number", about: "computes each word once in a block", run: number::run },
    Pass { name: "grow", about: "leaves out growth of memory that an earlier one covers", run: grow::run },
    Pass { name: "dead", about: "leaves out words and stores that nobody uses", run: dead::run },
    Pass { name: "pack", about: "leaves out stack checks that a passed one covers", run: pack::run },
];

/// How many changes a pass may still make, and how many it made.
#[derive(Clone, Copy, Debug)]
pub struct Fuel {
    left: u64,
    used: u64,
}

impl Fuel {
    /// So many changes.
    pub fn new(changes: u64) -> Fuel {
        Fuel { left: changes, used: 0 }
    }

    /// Whether one more change may be made; then it counts as made.
    pub fn take(&mut self) -> bool {
        let takes = self.left > 0;
        self.left -= u64::from(takes);
        self.used += u64::from(takes);
        takes
    }

    /// Whether no more change may be made.
    pub fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// Changes made.
    pub fn used(&self) -> u64 {
        self.used
    }
}

/// Runs the passes that are asked for, and says how many changes each made.
pub fn optimise(func: &mut Func, options: &Options) -> [u64; PASSES.len()] {
    let mut changes = [0; PASSES.len()];
    for (index, pass) in PASSES.iter().enumerate().filter(|(index, _)| options.is_enabled(*index)) {
        let mut fuel = Fuel::new(options.fuel(index));
        (pass.run)(func, &mut fuel);
        changes[index] = fuel.used();
        debug_assert_eq!(crate::verify(func), Ok(()), "after {}", pass.name);
    }
    changes
}
