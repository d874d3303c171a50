//! The search for code that takes a compiler most: small programs are changed, repeated to a size, compiled, and the worst are kept.
//!
//! What is looked for is counted, never timed, so a search is a function of its seed and finds the same on every machine.

use crate::work::{Work, work};
use api::Code;
use api::dice::Dice;
use cost::Compiler;
use spec::op;

/// A program: words below, and what is repeated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Program {
    /// Words that the code begins with.
    pub words: usize,
    /// Instructions that are repeated behind them, with their immediates.
    pub repeated: Vec<Vec<u8>>,
}

/// What is made as much of as can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// What is made.
    Made,
    /// Times that memory is asked for.
    Times,
    /// Memory that is held at once.
    Peak,
}

impl Goal {
    /// All of them.
    pub const ALL: [Goal; 3] = [Goal::Made, Goal::Times, Goal::Peak];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Goal::Made => "made",
            Goal::Times => "allocations",
            Goal::Peak => "memory",
        }
    }

    /// How much of it there was.
    pub const fn of(self, work: &Work) -> u64 {
        match self {
            Goal::Made => work.made,
            Goal::Times => work.asked.times,
            Goal::Peak => work.asked.peak,
        }
    }
}

/// A search.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// Who compiles.
    pub compiler: Compiler,
    /// What is looked for.
    pub goal: Goal,
    /// Bytes of each code.
    pub len: usize,
    /// Codes that are tried.
    pub steps: u64,
    /// Decides every change.
    pub seed: u64,
}

/// Programs that are kept at once.
const KEPT: usize = 12;
/// Instructions that are repeated, at most.
const REPEATED_MAX: usize = 12;

impl Program {
    /// The program repeated to a length.
    pub fn code(&self, len: usize) -> Code {
        let mut bytes = vec![op::CALLER; self.words];
        let unit = self.repeated.concat();
        while bytes.len() + unit.len() <= len && !unit.is_empty() {
            bytes.extend(&unit);
        }
        Code::new(bytes.into())
    }
}

impl Search {
    /// The worst program that was found, and what compiling it took.
    pub fn run(&self) -> Option<(Program, Work)> {
        let mut dice = Dice::new(self.seed);
        let mut kept: Vec<(u64, Program, Work)> = Vec::new();
        for _ in 0..self.steps {
            let program = match kept.len() {
                0..KEPT => Program { words: dice.of(&WORDS), repeated: vec![instruction(&mut dice)] },
                n => changed(&kept[dice.below(n)].1, &mut dice),
            };
            let code = program.code(self.len);
            let Some(work) = work(self.compiler, &code) else { continue };
            // Programs of many lengths fill a code to slightly different lengths.
            let score = (self.goal.of(&work) << 16) / code.len().max(1) as u64;
            kept.push((score, program, work));
            kept.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| left.1.cmp(&right.1)));
            kept.dedup_by(|left, right| left.1 == right.1);
            kept.truncate(KEPT);
        }
        kept.into_iter().next().map(|(_, program, work)| (program, work))
    }
}

/// Words below what is repeated.
const WORDS: [usize; 5] = [0, 1, 2, 17, 60];

/// The program with one change, or a few.
fn changed(program: &Program, dice: &mut Dice) -> Program {
    let mut program = program.clone();
    for _ in 0..=dice.below(3) {
        let n = program.repeated.len();
        match dice.below(8) {
            0 => program.words = dice.of(&WORDS),
            1 if n > 1 => drop(program.repeated.remove(dice.below(n))),
            2 | 3 if n < REPEATED_MAX => program.repeated.insert(dice.below(n + 1), instruction(dice)),
            4 if n < REPEATED_MAX => {
                let copy = program.repeated[dice.below(n)].clone();
                program.repeated.insert(dice.below(n + 1), copy);
            }
            5 if n > 1 => {
                let (left, right) = (dice.below(n), dice.below(n));
                program.repeated.swap(left, right);
            }
            _ => program.repeated[dice.below(n)] = instruction(dice),
        }
    }
    program
}

/// Any instruction of the latest revision, with an immediate.
fn instruction(dice: &mut Dice) -> Vec<u8> {
    let row = &spec::table::ROWS[dice.below(spec::table::ROWS.len())];
    let opcode = row.opcode;
    let len = match opcode {
        op::PUSH1..=op::PUSH32 => usize::from(opcode - op::PUSH1) + 1,
        _ => 0,
    };
    let byte = dice.of(&[0x00, 0x01, 0x20, 0x5b, 0x80, 0xff]);
    [vec![opcode], vec![byte; len]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_a_function_of_its_seed_and_finds_more_with_time() {
        let search = |steps, seed| {
            let search = Search { compiler: Compiler::Template, goal: Goal::Made, len: 600, steps, seed };
            search.run().expect("something compiles")
        };
        assert_eq!(search(100, 1), search(100, 1));
        let (few, many) = (search(20, 1).1.made, search(1500, 1).1.made);
        assert!(many > few + few / 4, "{few} bytes, then {many}");
    }
}
