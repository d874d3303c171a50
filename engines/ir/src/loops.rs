//! Loops, as far as the order of blocks shows them.

use crate::Func;

/// How many loops each block lies in, as far as the order of blocks shows: a loop reaches from the target of an edge backwards to
/// the last block with such an edge.
pub fn depths(func: &Func) -> Vec<i32> {
    let mut ends = vec![None; func.blocks.len()];
    for (block, data) in func.iter() {
        for edge in data.edges().filter(|edge| edge.block <= block) {
            let end = &mut ends[edge.block.0 as usize];
            *end = (*end).max(Some(block.0 as usize));
        }
    }
    let mut changes = vec![0; func.blocks.len() + 1];
    for (begin, end) in ends.into_iter().enumerate().filter_map(|(begin, end)| Some((begin, end?))) {
        changes[begin] += 1;
        changes[end + 1] -= 1;
    }
    let mut depth = 0;
    let count = func.blocks.len();
    changes[..count]
        .iter()
        .map(|change| {
            depth += change;
            depth
        })
        .collect()
}
