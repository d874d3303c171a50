//! The digest of a campaign: a tree over its blocks, so that shards join to the digest of the whole.
//!
//! Blocks are the leaves of a binary tree, by index. A run of neighbouring blocks is kept as the roots of the largest
//! subtrees that it consists of, two for each power of two at most; so a state stays small however long the campaign.
//! Which subtrees these are follows from the run alone, not from how it was put together:
//!
//! - a subtree of `2^n` blocks begins at a multiple of `2^n`, so two neighbours are one subtree of the next size if and only
//!   if they have the same size and the left one begins at a multiple of twice that size;
//! - whenever a subtree is appended, it is joined with its left neighbour as long as that holds. Nothing inside what was
//!   appended can be joined any more, nor anything before the neighbour.

use alloy_primitives::{B256, Keccak256};
use serde_json::{Value, json};

/// A run of neighbouring blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    first: u64,
    next: u64,
    /// The roots of its subtrees from left to right, each with the binary logarithm of its blocks.
    roots: Vec<(u32, B256)>,
}

impl Tree {
    /// No blocks yet; the first will have this number.
    pub fn starting_at(first: u64) -> Tree {
        Tree { first, next: first, roots: Vec::new() }
    }

    /// The number of the first block.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The number of the block behind the last.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Appends a block.
    pub(crate) fn push(&mut self, block: B256) {
        self.append(0, block);
    }

    /// Appends the blocks of the run that begins where this one ends; `None` if it begins elsewhere.
    #[must_use]
    pub fn join(mut self, behind: &Tree) -> Option<Tree> {
        (behind.first == self.next || fault::planted!(CampaignJoin)).then(|| {
            behind.roots.iter().for_each(|(level, root)| self.append(*level, *root));
            self
        })
    }

    fn append(&mut self, mut level: u32, mut root: B256) {
        self.next += 1 << level;
        while let Some((left_level, left)) = self.roots.last().copied()
            && left_level == level
            && self.next.is_multiple_of(2 << level)
        {
            self.roots.pop();
            root = node(left, root);
            level += 1;
        }
        self.roots.push((level, root));
    }

    /// The digest of the run: of where it begins and ends, and of its subtrees. Nothing has none.
    pub fn digest(&self) -> B256 {
        if self.roots.is_empty() {
            return B256::ZERO;
        }
        let mut hash = Keccak256::new();
        hash.update(self.first.to_be_bytes());
        hash.update(self.next.to_be_bytes());
        self.roots.iter().for_each(|(_, root)| hash.update(root));
        hash.finalize()
    }

    /// As JSON.
    pub(crate) fn json(&self) -> Value {
        let roots = self.roots.iter().map(|(level, root)| json!([level, root.to_string()]));
        json!({ "first": self.first, "next": self.next, "roots": roots.collect::<Vec<_>>() })
    }

    /// From JSON; `None` if it is no run of blocks.
    pub(crate) fn from_json(value: &Value) -> Option<Tree> {
        let mut tree = Tree::starting_at(value["first"].as_u64()?);
        for root in value["roots"].as_array()? {
            let level = u32::try_from(root[0].as_u64()?).ok().filter(|level| *level < 56)?;
            let aligned = tree.next.is_multiple_of(1 << level) && tree.next < 1 << 62;
            aligned.then(|| root[1].as_str()?.parse().ok()).flatten().map(|root| tree.append(level, root))?;
        }
        (value["next"].as_u64()? == tree.next).then_some(tree)
    }
}

fn node(left: B256, right: B256) -> B256 {
    let mut hash = Keccak256::new();
    if !fault::planted!(CampaignDigest) {
        hash.update(left);
    }
    hash.update(right);
    hash.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(from: u64, to: u64) -> Tree {
        let mut tree = Tree::starting_at(from);
        (from..to).for_each(|block| tree.push(B256::from(alloy_primitives::U256::from(block + 1))));
        tree
    }

    #[test]
    fn runs_join_to_the_run_they_are() {
        for next in [1, 2, 7, 8, 33] {
            let whole = run(0, next);
            for first in 0..=next {
                for second in first..=next {
                    let joined = run(0, first).join(&run(first, second)).and_then(|run_| run_.join(&run(second, next)));
                    assert_eq!(joined.as_ref(), Some(&whole), "0, {first}, {second}, {next}");
                    let right = run(first, second).join(&run(second, next));
                    assert_eq!(right, Some(run(first, next)), "{first}, {second}, {next}");
                }
            }
        }
        assert_eq!(run(0, 1 << 10).roots.len(), 1);
        assert!(run(1, (1 << 10) - 1).roots.len() <= 20);
    }

    #[test]
    fn a_gap_and_an_overlap_do_not_join() {
        assert_eq!(run(0, 3).join(&run(4, 5)), None);
        assert_eq!(run(0, 3).join(&run(2, 5)), None);
        assert_eq!(run(3, 5).join(&run(0, 3)), None);
    }

    #[test]
    fn every_block_its_place_and_the_length_count() {
        let mut digests: Vec<B256> = (0..40).map(|next| run(0, next).digest()).collect();
        let mut other = run(0, 16);
        other.push(B256::ZERO);
        digests.extend([other.digest(), run(1, 16).digest(), run(16, 32).digest()]);
        digests.sort();
        let n = digests.len();
        digests.dedup();
        assert_eq!(digests.len(), n);
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        for tree in [Tree::default(), run(0, 13), run(5, 900)] {
            assert_eq!(Tree::from_json(&tree.json()), Some(tree));
        }
        let mut wrong = run(0, 13).json();
        wrong["next"] = 14.into();
        assert_eq!(Tree::from_json(&wrong), None);
        let root = B256::ZERO.to_string();
        for roots in [json!([[1, root]]), json!([[70, root]]), json!([[0, "x"]]), json!(7), json!([7])] {
            assert_eq!(Tree::from_json(&json!({ "first": 1, "next": 3, "roots": roots })), None, "{roots}");
        }
    }
}
