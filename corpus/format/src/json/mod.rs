//! A case file as a state test that any client can run.
//!
//! A case of one transaction is an ordinary state test: arrays of length one, indexes zero, a `post` for each
//! revision with a zero hash for what is unknown. What the shape has no place for stands in `_info.unanimous`.
//! Several transactions stand in a list `transactions` in place of `transaction`, so that other clients refuse the
//! test rather than misread it. [`read`] gives back exactly what [`write()`] was given.
//!
//! A state test from elsewhere is read as one case for each transaction of its family, with `/d0g1v2` behind its name
//! where there are several; revisions whose surroundings differ by more than the rules become cases of their own.

mod own;
mod read;
mod unique;
mod write;

pub(crate) use own::Own;
pub use read::read;
pub use write::write;
