//! The vocabulary that engines, world and harness share. It names no engine and runs nothing.
//!
//! * [`Case`] goes in, [`Outcome`] comes out; [`digest`] turns an outcome into 32 bytes that are the same on
//!   every platform, and [`lanes`] hashes the texts of many at once.
//! * An [`Engine`] runs whole cases. A [`Vm`] runs one [`Frame`] between two canonical points and asks the world
//!   through a [`Host`].
//! * A [`Watch`] says what to record; an [`Observer`] receives checkpoints and steps while they happen.

pub mod case;
pub mod code;
pub mod dice;
pub mod digest;
pub mod engine;
pub mod frame;
pub mod host;
pub mod lanes;
pub mod memory;
pub mod outcome;
pub mod transcript;
pub mod watch;

pub use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
pub use case::{Account, Authorization, Block, Case, Fee, State, Transaction, Value};
pub use code::Code;
pub use engine::{Counts, Engine, EngineError, EngineId, Exit, Published, Unsupported, Vm};
pub use frame::{CallKind, CallRequest, CreateRequest, Env, Frame, Message, Request};
pub use host::{AccountInfo, Host, Loaded, Slot};
pub use memory::Memory;
pub use outcome::{End, Field, FrameEnd, Log, Outcome, Receipt, Rejection, TxOutcome};
pub use spec::{Halt, Revision};
pub use transcript::{Ask, AskKind, Transcript};
pub use watch::{Checkpoint, Flow, Observer, Step, Watch};
