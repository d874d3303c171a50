//! Pass `pack`: stack checks that a passed check already covers.
//!
//! A block that was passed has shown that the stack held `need` words at its entry and had room for `growth` more. Where it is left,
//! the height is `delta` more, so the next head is known to pass if `need + delta` covers its need and `growth - delta` its
//! growth. Only the check just before is used: nothing older is known, because the block may have been entered from outside.
//! Gas is checked at every head, and the check that is left out could not have failed, so no failure moves.

use crate::Func;
use crate::pass::Fuel;

/// Runs the pass.
pub(crate) fn run(func: &mut Func, fuel: &mut Fuel) {
    let heads: Vec<_> = func.blocks.iter().map(|data| data.head).collect();
    for data in &mut func.blocks {
        let (head, delta) = (data.head, data.delta);
        for edge in data.edges_mut().filter(|edge| !edge.checked) {
            let then = heads[edge.block.0 as usize];
            let is_deep = i32::from(head.need) + delta >= i32::from(then.need);
            let has_room = i32::from(head.growth) - delta >= i32::from(then.growth);
            edge.checked = is_deep && has_room && fuel.take();
        }
    }
}
