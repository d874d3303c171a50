//! The stack as an instruction sees it. That the words are there was checked before, from the table; the mask only
//! tells the compiler what the check has shown.

use api::U256;
use api::frame::Words;

const MASK: usize = spec::limits::STACK - 1;

/// The live words of a frame.
pub(crate) struct Stack<'a> {
    pub(crate) words: &'a mut Words,
    pub(crate) len: usize,
}

impl Stack<'_> {
    /// Takes the top word.
    #[inline(always)]
    pub(crate) fn pop(&mut self) -> U256 {
        self.len -= 1;
        self.words[self.len & MASK]
    }

    /// Puts a word on top.
    #[inline(always)]
    pub(crate) fn push(&mut self, word: U256) {
        self.words[self.len & MASK] = word;
        self.len += 1;
    }

    /// The word below `depth` others.
    #[inline(always)]
    pub(crate) fn peek(&mut self, depth: usize) -> &mut U256 {
        &mut self.words[(self.len - 1 - depth) & MASK]
    }

    /// Exchanges the top word with the one below `depth - 1` others.
    #[inline(always)]
    pub(crate) fn swap(&mut self, depth: usize) {
        let (top, below) = ((self.len - 1) & MASK, (self.len - 1 - depth) & MASK);
        let [u0, u1, u2, u3] = *self.words[top].as_limbs();
        let [l0, l1, l2, l3] = *self.words[below].as_limbs();
        self.words[top] = U256::from_limbs([l0, l1, l2, l3]);
        self.words[below] = U256::from_limbs([u0, u1, u2, u3]);
    }

    /// Takes two words and looks at them: the top one first. Words that are only looked at are not copied.
    #[inline(always)]
    pub(crate) fn take_two(&mut self) -> (&U256, &U256) {
        self.len -= 2;
        (&self.words[(self.len + 1) & MASK], &self.words[self.len & MASK])
    }

    /// Replaces the two top words by one.
    #[inline(always)]
    pub(crate) fn binary(&mut self, result: impl FnOnce(&U256, &U256) -> U256) {
        self.len -= 1;
        let (left, right) = (self.len & MASK, (self.len - 1) & MASK);
        self.words[right] = result(&self.words[left], &self.words[right]);
    }

    /// Replaces the top word.
    #[inline(always)]
    pub(crate) fn unary(&mut self, result: impl FnOnce(&U256) -> U256) {
        let word = self.peek(0);
        *word = result(word);
    }
}
