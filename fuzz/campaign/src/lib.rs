//! Seeded campaigns: many cases on several engines, one digest, findings that are kept.
//!
//! Case *i* is a function of the seed and *i* alone. Cases are run in blocks of a fixed size, blocks in parallel; what
//! they come to is folded in the order of their indices, so the digest, the ledger and the findings are the same for
//! any number of workers, and for a run that was interrupted, at any case, and resumed.
//!
//! A campaign can be divided into [`Shard`]s for several machines, which [`join()`] to the digest of the whole.
//!
//! A finding does not stop a campaign. Divergences are grouped by signature; the first of each is reduced and handed
//! to a [`Keeper`] once, the others are counted. What is [`Known`] to be open is counted only.

mod hang;
mod known;
mod leaves;
mod ledger;
mod pairs;
mod run;
mod shard;
mod state;
mod tree;

pub use hang::{Stage, Task, hang};
pub use known::{BadKnown, Known, News};
pub use leaves::Leaves;
pub use ledger::{INCONCLUSIVE_ONE_IN, Ledger};
pub use pairs::Pairs;
pub use run::{BLOCK, Campaign, Evidence, Keeper, Limits, Plan, Progress, every_from_json};
pub use shard::{BadShard, Shard, join};
pub use state::{BadState, Found, Hung, State};
pub use tree::Tree;
