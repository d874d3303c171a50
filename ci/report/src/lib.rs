//! Findings as files that a stranger can use: the case in both forms, the divergence as JSON, and a page that shows
//! where the engines part. And what a gate came to, as [`junit`], [`markdown`], [`annotations()`] and [`sarif()`]. Everything here
//! is text from values; callers write the files.

mod annotations;
mod finding;
mod page;
mod sarif;
mod side;
mod summary;

pub use annotations::annotations;
pub use finding::{Finding, files};
pub use sarif::sarif;
pub use side::{SideBySide, side_by_side};
pub use summary::{CameTo, Suite, Test, junit, markdown, table};
