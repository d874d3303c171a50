//! Who runs next, and how far.

use api::Frame;
use api::dice::draw;

/// Gas that a frame spends between two lengths of runs.
const GAS_PER_LENGTH: u64 = 1 << 14;

/// What to run from a canonical point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The position of the vm.
    pub vm: usize,
    /// So many sections are run. One, until the frame has spent much gas: a hop costs as much as many sections, and a frame that
    /// loops for 200 million gas would hop for minutes. As a run grows with what was spent, hops grow with its logarithm.
    pub sections: u64,
}

impl Choice {
    /// The choice among `vms` at the canonical point where a frame stands.
    pub fn of(seed: u64, frame: &Frame, vms: usize) -> Choice {
        let place = u64::from(frame.id) << 32 | u64::from(frame.pc);
        let drawn = draw(draw(draw(seed) ^ place) ^ frame.gas_left);
        let spent = frame.message.gas.saturating_sub(frame.gas_left);
        Choice { vm: (drawn % vms.max(1) as u64) as usize, sections: 1 + spent / GAS_PER_LENGTH }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{Env, Message};
    use std::sync::Arc;

    fn frame(id: u32, pc: u32, gas: u64) -> Frame {
        let mut frame = Frame::new(Message { gas: 1 << 40, ..Message::default() }, Arc::new(Env::default()));
        (frame.id, frame.pc, frame.gas_left) = (id, pc, gas);
        frame
    }

    #[test]
    fn a_choice_depends_on_seed_frame_place_and_gas_alone() {
        let choices = |seed, id, pc| -> Vec<usize> {
            (0..64).map(|gas| Choice::of(seed, &frame(id, pc, (1 << 40) - gas), 4).vm).collect()
        };
        let first = choices(7, 0, 0);
        assert_eq!(first, choices(7, 0, 0));
        for other in [choices(8, 0, 0), choices(7, 1, 0), choices(7, 0, 1)] {
            assert_ne!(first, other);
        }
        // Stack and memory are no part of it.
        let mut deeper = frame(0, 0, 9);
        deeper.stack_len = 5;
        let _ = deeper.memory.grow(64);
        assert_eq!(Choice::of(7, &deeper, 4), Choice::of(7, &frame(0, 0, 9), 4));
    }

    #[test]
    fn every_vm_has_its_turn() {
        let mut counts = [0; 4];
        (0..4000).for_each(|gas| counts[Choice::of(0, &frame(0, 0, gas), 4).vm] += 1);
        assert!(counts.iter().all(|count| (900..1100).contains(count)), "{counts:?}");
    }

    #[test]
    fn runs_grow_with_the_gas_that_was_spent() {
        let sections = |spent: u64| Choice::of(0, &frame(0, 0, (1 << 40) - spent), 4).sections;
        assert_eq!([sections(0), sections(16_383), sections(16_384), sections(1 << 34)], [1, 1, 2, (1 << 20) + 1]);
        // A frame that has more than it was given: gas comes back from callees.
        assert_eq!(Choice::of(0, &frame(0, 0, u64::MAX), 4).sections, 1);
    }
}
