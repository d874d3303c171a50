//! Which blocks belong together: those that lead to each other, in loops first.
//!
//! Going on in another region costs as much as a dozen instructions, and what was in registers comes out of memory there. So ways
//! between blocks are taken in the order of their heat, which is how many loops lie around both ends, and the blocks of
//! a way are put together if that does not become too much. Besides the edges of the form there is a way from a block that
//! pushes the place of a JUMPDEST to the block there: what is called in between will return to it.

use ir::{Block, Func, Op};

/// How many times as heavy a region may be whose blocks lie in loops. Compiling it takes longer, but not much longer.
const LOOP: u64 = 8;

/// Blocks put together so far, as a forest.
pub(crate) struct Clusters {
    parents: Vec<u32>,
    /// Of a root: the weight of all its blocks, and how many there are.
    weights: Vec<u64>,
    lens: Vec<u32>,
}

/// A way from one block to another: how hot, from where and to where.
type Way = (i32, u32, u32);

impl Clusters {
    /// Puts together what leads to each other, up to a weight, which is larger for loops, and a number of blocks.
    pub(crate) fn new(func: &Func, depths: &[i32], weights: Vec<u64>, weight_max: u64, len_max: u32) -> Clusters {
        let count = weights.len() as u32;
        let mut clusters = Clusters { parents: (0..count).collect(), weights, lens: vec![1; count as usize] };
        for (cold, from, to) in ways(func, depths) {
            let times = if cold < 0 { LOOP } else { 1 };
            clusters.join(from, to, times * weight_max, len_max);
        }
        clusters
    }

    /// The block that stands for all that are together with this one.
    pub(crate) fn root(&mut self, block: Block) -> Block {
        let mut at = block.0;
        while self.parents[at as usize] != at {
            let above = self.parents[self.parents[at as usize] as usize];
            self.parents[at as usize] = above;
            at = above;
        }
        Block(at)
    }

    /// Weight and number of the blocks that a root stands for.
    pub(crate) fn size(&self, root: Block) -> (u64, u32) {
        (self.weights[root.0 as usize], self.lens[root.0 as usize])
    }

    fn join(&mut self, left: u32, right: u32, weight_max: u64, len_max: u32) {
        let (left, right) = (self.root(Block(left)), self.root(Block(right)));
        let ((left_weight, left_len), (right_weight, right_len)) = (self.size(left), self.size(right));
        let (weight, len) = (left_weight + right_weight, left_len + right_len);
        if left == right || weight > weight_max || len > len_max {
            return;
        }
        // The first block stands for all, so what stands for whom does not depend on the order of joining.
        let (first, other) = (left.min(right).0 as usize, left.max(right).0);
        self.parents[other as usize] = first as u32;
        (self.weights[first], self.lens[first]) = (weight, len);
    }
}

/// All ways, the hottest first.
fn ways(func: &Func, depths: &[i32]) -> Vec<Way> {
    let heat = |from: Block, to: Block| depths[from.0 as usize].min(depths[to.0 as usize]);
    let mut ways = Vec::new();
    for (block, data) in func.iter() {
        let edges = data.edges().map(|edge| edge.block);
        let labels = data.insts.iter().filter_map(|inst| match inst.op {
            Op::Const(word) => {
                let label = u32::try_from(word).ok().and_then(|pc| func.entry(pc))?;
                func.block(label).head.target.then_some(label)
            }
            _ => None,
        });
        ways.extend(edges.chain(labels).map(|to| (-heat(block, to), block.0, to.0)));
    }
    ways.sort_unstable();
    ways
}
