//! Which blocks are compiled together.
//!
//! What Cranelift takes grows faster than a function does, so a region holds about so many instructions of CLIF, by weights that
//! are integers and that the IR alone decides. Blocks that belong together ([`Clusters`]) come into one region, and what is
//! small goes with what follows it. The same weights decide what is refused.

use crate::Refused;
use crate::clusters::Clusters;
use ir::{Block, BlockData, End, Func, Inst, Op, Param, To, Value, Width};
use spec::op;
use std::collections::BTreeSet;

/// Where a block is: in which region, and which of its blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) region: u32,
    pub(crate) ordinal: u32,
}

impl Place {
    pub(crate) const ORDINAL_BITS: u32 = 12;
    /// The bits of an entry that name the block. There are fewer blocks in a region, so those of another one are none of its.
    pub(crate) const ORDINALS: u32 = (1 << Place::ORDINAL_BITS) - 1;
    const REGIONS: u32 = (1 << (31 - Place::ORDINAL_BITS)) - 1;

    /// The place as an entry, which is positive.
    pub(crate) fn entry(self) -> u32 {
        (self.region + 1) << Place::ORDINAL_BITS | self.ordinal
    }

    /// The region that an entry is in.
    pub(crate) fn region_of(entry: u32) -> Option<u32> {
        (entry >> Place::ORDINAL_BITS).checked_sub(1)
    }
}

/// The blocks of each region.
#[derive(Clone, Debug)]
pub(crate) struct Regions {
    /// By block.
    places: Vec<Place>,
    /// All blocks, those of a region together.
    order: Vec<Block>,
    /// Where each region begins in the order, and where the last one ends.
    starts: Vec<usize>,
    /// By block: how many loops lie around it.
    depths: Vec<i32>,
}

/// Instructions of CLIF that a bytecode may become.
pub const WEIGHT_MAX: u64 = 600_000;
/// The same for one block, which is never cut.
pub const BLOCK_WEIGHT_MAX: u64 = 60_000;

impl Regions {
    /// Cuts a bytecode into regions of about so many instructions, or refuses it.
    pub(crate) fn new(func: &Func, size: u32) -> Result<Regions, Refused> {
        let weights: Vec<u64> = func.blocks.iter().map(|data| weight(func, data)).collect();
        let sum = weights.iter().sum();
        let heaviest = weights.iter().copied().max().unwrap_or(0);
        for (weight, weight_max) in [(heaviest, BLOCK_WEIGHT_MAX), (sum, WEIGHT_MAX)] {
            if weight > weight_max {
                return Err(Refused::Weight { weight, weight_max });
            }
        }
        let depths = ir::depths(func);
        let mut clusters = Clusters::new(func, &depths, weights, size.into(), Place::ORDINALS);
        let mut packing = Packing { count: 0, weight: 0, len: 0, size: size.into() };
        let mut of = vec![0; func.blocks.len()];
        let mut order: Vec<Block> = func.iter().map(|(block, _)| block).collect();
        for block in &order {
            let root = clusters.root(*block);
            // A root is the first block of its own.
            if root == *block {
                of[block.0 as usize] = packing.region(clusters.size(root));
            }
            of[block.0 as usize] = of[root.0 as usize];
        }
        order.sort_by_key(|block| of[block.0 as usize]);
        Regions::placed(order, &of, depths)
    }

    /// Blocks in the order of their regions, each with the number of its region.
    fn placed(order: Vec<Block>, of: &[u32], depths: Vec<i32>) -> Result<Regions, Refused> {
        let mut regions = Regions { places: vec![Place::default(); order.len()], order, starts: vec![0], depths };
        for (index, block) in regions.order.iter().enumerate() {
            let region = of[block.0 as usize];
            if region as usize == regions.starts.len() {
                regions.starts.push(index);
            }
            let ordinal = (index - regions.starts[region as usize]) as u32;
            regions.places[block.0 as usize] = Place { region, ordinal };
        }
        regions.starts.push(regions.order.len());
        if regions.len() > Place::REGIONS {
            return Err(Refused::Weight { weight: regions.len().into(), weight_max: Place::REGIONS.into() });
        }
        Ok(regions)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u32 {
        self.starts.len() as u32 - 1
    }

    /// The blocks of one.
    pub(crate) fn blocks(&self, region: u32) -> &[Block] {
        let region = region as usize;
        &self.order[self.starts[region]..self.starts[region + 1]]
    }

    /// How many loops lie around a block.
    pub(crate) fn depth(&self, block: Block) -> i32 {
        self.depths[block.0 as usize]
    }

    /// Where a block is.
    pub(crate) fn place(&self, block: Block) -> Place {
        self.places[block.0 as usize]
    }
}

/// Puts clusters into regions, one after the other.
struct Packing {
    /// How many regions were begun.
    count: u32,
    /// The weight and the blocks of the last one.
    weight: u64,
    len: u32,
    size: u64,
}

impl Packing {
    /// The region of the next cluster, of this weight and so many blocks.
    fn region(&mut self, (weight, len): (u64, u32)) -> u32 {
        let fits = self.weight.saturating_add(weight) <= self.size && self.len + len <= Place::ORDINALS;
        if self.count == 0 || !fits {
            self.count += 1;
            (self.weight, self.len) = (0, 0);
        }
        self.weight += weight;
        self.len += len;
        self.count - 1
    }
}

/// Limbs in which a parameter is handed over: none if it is known.
pub(crate) fn handed(func: &Func, param: &Param) -> usize {
    if param.known().is_some() { 0 } else { limbs_of(func.width(param.value)) }
}

/// Limbs that a value of this width has.
pub(crate) fn limbs_of(width: Width) -> usize {
    width.bits().div_ceil(64)
}

/// About how many instructions of CLIF a block becomes.
fn weight(func: &Func, block: &BlockData) -> u64 {
    let limbs = |value| limbs_of(func.width(value)) as u64;
    let params: u64 = block.params.iter().map(|param| 6 + 2 * limbs(param.value)).sum();
    let mut known = BTreeSet::new();
    let mut insts = 0;
    for inst in &block.insts {
        if let (Op::Const(_), Some(result)) = (inst.op, inst.result) {
            known.insert(result.0);
        }
        insts += weight_of(func, inst, |value| known.contains(&value.0));
    }
    let dynamic = |to: &To| matches!(to, To::Dynamic(..));
    let end = match &block.end {
        End::Go(to) => 3 + 6 * u64::from(dynamic(to)),
        End::If(_, to, _) => 8 + 6 * u64::from(dynamic(to)),
        _ => 2,
    };
    let args: u64 = block.edges().map(|edge| edge.args.len() as u64).sum();
    14 + params + insts + end + args
}

fn weight_of(func: &Func, inst: &Inst, is_known: impl Fn(Value) -> bool) -> u64 {
    let limbs = inst.result.map_or(4, |value| limbs_of(func.width(value)) as u64);
    match inst.op {
        Op::Const(_) => 1,
        Op::Pure(opcode, [top, ..]) => match opcode {
            op::AND | op::OR | op::XOR | op::NOT => limbs,
            op::ADD | op::SUB => 1 + 3 * limbs,
            op::MUL => 1 + limbs * limbs * 2,
            op::LT | op::GT | op::SLT | op::SGT | op::EQ | op::ISZERO => 11,
            op::SHL | op::SHR | op::SAR if !is_known(top) => 45,
            // With the ways for words that are less wide.
            op::DIV => 47,
            op::MOD => 35,
            op::SDIV => 62,
            op::SMOD => 45,
            _ => 20,
        },
        Op::Env(_) | Op::Load(_) | Op::Store(..) => limbs + 1,
        Op::Grow(..) => 22,
        Op::MemLoad(_) | Op::MemStore(..) => 11,
        Op::MemStore8(..) => 4,
        Op::CallDataLoad(_) => 30,
        Op::Msize | Op::Gas => 2,
        Op::Builtin { .. } => 10,
    }
}
