//! Determinism: the same case again, on the instance that just ran it and on one that never ran anything.

use crate::crew::Crew;
use api::{Case, Watch};

/// The engines whose outcome changes when a case is repeated, and on which kind of instance.
pub fn repeat(crew: &mut Crew, case: &Case) -> Vec<String> {
    let mut fresh = crew.again();
    let mut unstable = Vec::new();
    for i in 0..crew.len() {
        let first = crew.run(i, case, Watch::exact());
        if !fault::planted!(OracleRepeat) && crew.run(i, case, Watch::exact()) != first {
            unstable.push(format!("{}: differs when the instance runs it again", crew.name(i)));
        }
        if fresh.run(i, case, Watch::exact()) != first {
            unstable.push(format!("{}: differs on a fresh instance", crew.name(i)));
        }
    }
    unstable
}
