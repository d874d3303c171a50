//! Valid jump targets: the JUMPDEST bytes that are not immediate data.

use api::{B256, Code};
use spec::op;
use std::collections::HashMap;
use std::sync::Arc;

/// Codes whose targets are remembered; beyond that, all are forgotten at once.
const CODES_MAX: usize = 512;

/// In code up to this length, finding the targets takes less time than the hash by which they are remembered.
const SHORT_MAX: usize = 2048;

/// The targets in one code, a bit a byte.
#[derive(Debug)]
pub(crate) struct Jumps(Box<[u64]>);

impl Jumps {
    fn new(code: &[u8]) -> Jumps {
        let mut bits = vec![0; code.len().div_ceil(64)].into_boxed_slice();
        let mut pc = 0;
        while pc < code.len() {
            match code[pc] {
                op::JUMPDEST => bits[pc / 64] |= 1 << (pc % 64),
                op::PUSH2 if fault::planted!(InterpJumpData) => {}
                push @ op::PUSH1..=op::PUSH32 => pc += (push - op::PUSH1) as usize + 1,
                _ => {}
            }
            pc += 1;
        }
        Jumps(bits)
    }

    /// Whether a jump may go there.
    #[inline]
    pub(crate) fn contains(&self, pc: usize) -> bool {
        self.0.get(pc / 64).is_some_and(|word| word >> (pc % 64) & 1 == 1)
    }
}

/// Targets by the hash of the code.
#[derive(Default)]
pub(crate) struct JumpCache(HashMap<B256, Arc<Jumps>>);

impl JumpCache {
    /// The targets in `code`.
    pub(crate) fn get(&mut self, code: &Code) -> Arc<Jumps> {
        if code.len() <= SHORT_MAX {
            return Arc::new(Jumps::new(code.bytes()));
        }
        if let Some(jumps) = self.0.get(&code.hash()) {
            return jumps.clone();
        }
        if self.0.len() >= CODES_MAX {
            self.0.clear();
        }
        let jumps = Arc::new(Jumps::new(code.bytes()));
        self.0.insert(code.hash(), jumps.clone());
        jumps
    }
}

/// The targets of the code that runs, found at the first jump.
pub(crate) struct Targets<'a> {
    cache: &'a mut JumpCache,
    code: &'a Code,
    found: Option<Arc<Jumps>>,
}

impl<'a> Targets<'a> {
    pub(crate) fn new(cache: &'a mut JumpCache, code: &'a Code) -> Targets<'a> {
        Targets { cache, code, found: None }
    }

    /// Whether a jump may go there.
    #[inline]
    pub(crate) fn contains(&mut self, pc: usize) -> bool {
        match &self.found {
            Some(jumps) => jumps.contains(pc),
            None => self.find().contains(pc),
        }
    }

    #[cold]
    fn find(&mut self) -> &Jumps {
        self.found.insert(self.cache.get(self.code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_holds_no_targets() {
        let jumps = Jumps::new(&[op::JUMPDEST, op::PUSH1 + 1, op::JUMPDEST, op::JUMPDEST, op::JUMPDEST, op::PUSH32]);
        let targets: Vec<usize> = (0..1000).filter(|pc| jumps.contains(*pc)).collect();
        assert_eq!(targets, [0, 4]);
    }
}
