//! Where two engines part: the first canonical point with another digest, and the instruction before it.
//!
//! Both engines report their stream of checkpoints. The first index at which the streams differ names the section
//! that went wrong: it begins at the last point both have in common. The instruction is found by following that
//! section step by step on the engines that can.

use crate::crew::Crew;
use api::{Case, Checkpoint, Flow, Frame, Halt, Observer, Step, U256, Watch};

/// Checkpoints that are remembered; a longer run is followed by its digests only up to here.
const POINTS_MAX: usize = 1 << 20;

/// Where two engines part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// The last point both agree on: the section that begins here went wrong. None if they part before the first.
    pub common: Option<Checkpoint>,
    /// The next point of each side; none where the side has no further point. None on both sides: only a step differs.
    pub left: Option<Checkpoint>,
    /// See `left`.
    pub right: Option<Checkpoint>,
    /// The stacks at those points, bottom first.
    pub stacks: [Vec<U256>; 2],
    /// The first instruction of the section after which the two differ, if both engines report steps.
    pub instruction: Option<Instruction>,
}

/// An instruction after which two engines differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Position of the frame.
    pub frame: u32,
    /// Where it stands.
    pub pc: u32,
    /// The byte.
    pub opcode: u8,
}

/// Finds where engines `left` and `right` of a crew part; `None` if their streams are equal, steps included, or one
/// reports no checkpoints.
pub fn localise(crew: &mut Crew, case: &Case, left: usize, right: usize) -> Option<Fork> {
    let points = |crew: &mut Crew, engine| {
        let mut points = Points::default();
        let watch = Watch { checkpoints: true, observer: Some(&mut points), ..Watch::exact() };
        crew.run(engine, case, watch);
        points.points
    };
    let (lefts, rights) = (points(crew, left), points(crew, right));
    if lefts.is_empty() || rights.is_empty() {
        return None;
    }
    let at = lefts.iter().zip(&rights).position(|(left, right)| left != right).unwrap_or(lefts.len().min(rights.len()));
    let (left_point, right_point) = (lefts.get(at).copied(), rights.get(at).copied());
    let common = at.checked_sub(1).map(|before| lefts[before]);
    let instruction = instruction(crew, case, left, right);
    if left_point.is_none() && right_point.is_none() {
        // What no point shows a step may, as an instruction whose result leaves the stack before the next point.
        let fork = Fork { common, left: None, right: None, stacks: [Vec::new(), Vec::new()], instruction };
        return fork.instruction.map(|_| fork);
    }
    let stacks = [stack_at(crew, case, left, at), stack_at(crew, case, right, at)];
    Some(Fork { common, left: left_point, right: right_point, stacks, instruction })
}

/// The first step that the two engines report differently names the instruction before it.
fn instruction(crew: &mut Crew, case: &Case, left: usize, right: usize) -> Option<Instruction> {
    let steps = |crew: &mut Crew, engine| {
        let mut steps = Steps::default();
        let watch = Watch { steps: true, observer: Some(&mut steps), ..Watch::exact() };
        crew.run(engine, case, watch);
        steps.steps
    };
    let (lefts, rights) = (steps(crew, left), steps(crew, right));
    if lefts.is_empty() || rights.is_empty() || lefts == rights {
        return None;
    }
    let at = lefts.iter().zip(&rights).position(|(left, right)| left != right).unwrap_or(lefts.len().min(rights.len()));
    // Where the state before an instruction differs, the one before it is to blame; where only its cost or its halt
    // differs, it is itself.
    let same_place = lefts.get(at).zip(rights.get(at)).is_some_and(|(left, right)| left.state == right.state);
    let blamed = if same_place { at } else { at.checked_sub(1)? };
    lefts.get(blamed).map(|step| step.instruction)
}

fn stack_at(crew: &mut Crew, case: &Case, engine: usize, index: usize) -> Vec<U256> {
    let mut stack = StackAt { index: index as u64, words: Vec::new() };
    let watch = Watch { checkpoints: true, observer: Some(&mut stack), ..Watch::default() };
    crew.run(engine, case, watch);
    stack.words
}

#[derive(Default)]
struct Points {
    points: Vec<Checkpoint>,
}

impl Observer for Points {
    fn checkpoint(&mut self, checkpoint: &Checkpoint, _: &Frame) -> Flow {
        self.points.push(*checkpoint);
        if self.points.len() < POINTS_MAX { Flow::Continue } else { Flow::Stop }
    }
}

struct StackAt {
    index: u64,
    words: Vec<U256>,
}

impl Observer for StackAt {
    fn checkpoint(&mut self, checkpoint: &Checkpoint, frame: &Frame) -> Flow {
        if checkpoint.index < self.index {
            return Flow::Continue;
        }
        self.words = frame.words().to_vec();
        Flow::Stop
    }
}

/// One instruction as an engine reported it.
#[derive(PartialEq, Eq)]
struct Reported {
    instruction: Instruction,
    /// Gas, stack and length of memory before it.
    state: (u64, Vec<U256>, usize),
    gas_cost: u64,
    halt: Option<Halt>,
}

#[derive(Default)]
struct Steps {
    steps: Vec<Reported>,
}

impl Observer for Steps {
    fn step(&mut self, step: &Step, frame: &Frame) {
        if self.steps.len() < POINTS_MAX {
            self.steps.push(Reported {
                instruction: Instruction { frame: frame.id, pc: frame.pc, opcode: step.opcode },
                state: (frame.gas_left, frame.words().to_vec(), frame.memory.len()),
                gas_cost: 0,
                halt: None,
            });
        }
    }

    fn stepped(&mut self, _: &Frame, gas_cost: u64, halt: Option<Halt>) {
        if let Some(last) = self.steps.last_mut() {
            (last.gas_cost, last.halt) = (gas_cost, halt);
        }
    }
}
