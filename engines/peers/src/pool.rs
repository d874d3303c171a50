//! revms that are used again.
//!
//! Building a revm costs as much as running a small case: tables of instructions and of prices, a journal, frames with
//! their stacks. Each thread keeps one per revision and gives it the state, block and rules of the next case; the frames,
//! which are large after a deep case, are shared among them. A revm is put back only after a run that came to its end: one
//! that panicked is gone. That nothing is left over from the case before is checked by running cases twice, see
//! `oracle::repeat`.

use crate::env::{self, Evm};
use api::{Case, Revision, Unsupported};
use std::cell::RefCell;

thread_local! {
    static EVMS: RefCell<Pool> = const { RefCell::new(Pool { evms: [const { None }; Revision::COUNT], spare: None }) };
}

/// What a thread keeps.
struct Pool {
    /// By revision, without frames.
    evms: [Option<Box<Evm>>; Revision::COUNT],
    /// One that holds nothing but used frames.
    spare: Option<Frames>,
}

/// The frames of a revm.
type Frames = revm::context_interface::FrameStack<revm::handler::EthFrame>;

/// A revm, ready for the transactions of the case.
pub(crate) fn take(case: &Case) -> Result<Box<Evm>, Unsupported> {
    EVMS.with_borrow_mut(|pool| {
        let mut evm = match pool.evms[case.revision.index()].take() {
            Some(mut evm) => {
                env::reset(&mut evm, case)?;
                evm
            }
            None => Box::new(env::evm(case)?),
        };
        if let Some(frames) = pool.spare.take() {
            evm.frame_stack = frames;
        }
        Ok(evm)
    })
}

/// Keeps a revm whose last run came to its end.
pub(crate) fn put_back(mut evm: Box<Evm>, revision: Revision) {
    EVMS.with_borrow_mut(|pool| {
        pool.spare = Some(std::mem::replace(&mut evm.frame_stack, Frames::new()));
        pool.evms[revision.index()] = Some(evm);
    });
}
