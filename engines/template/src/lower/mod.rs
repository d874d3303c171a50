//! What instructions become: limb by limb, with everything left out that is known.

mod arith;
mod bits;
mod compare;
mod flow;
mod memory;
mod shift;
