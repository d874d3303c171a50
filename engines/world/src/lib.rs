//! The world: state and journal, transactions, the call driver, precompiled contracts, roots.
//!
//! Only this crate decides what a call, a create or a transaction does. It serves frames through [`api::Host`],
//! keeps the stack of suspended frames, and turns any [`api::Vm`] into an [`api::Engine`] with [`Machine`].
//! All engines of this repository share it; that it is right is shown by the official state tests and by engines
//! that others wrote.

mod authorization;
mod blob;
mod call;
mod create;
mod driver;
mod entry;
mod intrinsic;
mod machine;
mod precompile;
mod roots;
mod session;
mod state;
mod transact;
mod validate;

pub use blob::{blob_base_fee, excess_blob_gas};
pub use intrinsic::{floor_gas, intrinsic_gas};
pub use machine::Machine;
pub use precompile::{Precompiled, is_precompile, precompile};
pub use roots::state_root;
