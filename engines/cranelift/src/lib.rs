//! The optimising engine: bytecode to the IR, to CLIF in bounded regions, to machine code by Cranelift.
//!
//! * `regions` cuts a bytecode into parts that Cranelift compiles in bounded time, and refuses what is too much, by weights;
//! * `lower` makes CLIF of a region, `limbs` of its words;
//! * [`compile()`] puts a blob together, a pure function of (bytecode, revision, target, options, variant);
//! * [`Artifact`] is a blob made ahead of time, with its key; [`object()`] is the same code as an object file;
//! * [`Cranelift`] keeps blobs by their code and runs frames in them.
//!
//! A blob holds no addresses and no relocations, so the same bytes run in memory and out of an artifact.

mod artifact;
mod blob;
mod clusters;
mod engine;
mod enter;
mod limbs;
mod lower;
mod object;
mod options;
mod regions;
mod swarm;
mod target;

pub use artifact::{Artifact, Key, Unusable};
pub use blob::{Blob, Compiler, Refused, compile};

pub use engine::{Counts, Cranelift};
pub use object::object;
pub use options::{BadOption, Opt, Options, Regalloc};
pub use regions::{BLOCK_WEIGHT_MAX, WEIGHT_MAX};
pub use swarm::Drawn;
pub use target::{Arch, Features, Target, Unavailable};
