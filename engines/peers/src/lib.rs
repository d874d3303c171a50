//! Engines that others wrote, behind [`api::Engine`].
//!
//! [`Revm`] runs whole cases on revm in this process. Nothing of `world` takes part: validation, state, calls, gas and
//! refunds are revm's own, so that agreement with it says something about ours. Two things are shared and prove
//! nothing: the precompiled contracts, which `world` takes from revm, and the words of `alloy-primitives`.
//!
//! revm executes transactions; it is no client. What a client adds is added here and is kept small: the excess of
//! blob gas that follows from the parent block (`blobs`), the room that earlier transactions left in the block
//! (`engine`), and the state itself (`database`). What revm cannot represent is refused beforehand, with a reason
//! (`support`). What it does not tell is [`api::Field::Unknown`]: everything of the exact level, and the root.
//!
//! One rule it leaves out is not refused, because it shows only where a create meets an account that holds nothing but
//! storage, and most cases with such accounts agree: EIP-7610. A transaction with several faults is rejected by both,
//! but each looks for faults in its own order.

mod authority;
mod blobs;
mod database;
mod engine;
mod env;
mod memory;
mod pool;
mod prepared;
mod rejection;
mod support;

pub use engine::{Revm, VERSION};
pub use prepared::{Executed, Prepared};
