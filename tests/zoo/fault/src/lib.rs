//! Seeded faults: what the harness must notice.
//!
//! A fault is a row of [`table`] and a line at the place of the bug that asks [`planted!`]. Without the feature `seeded` the
//! answer is the constant `false` and nothing of it is left in the program. With it, the fault is chosen when the
//! program starts, by the variable `UNANIMOUS_FAULT`, so that the command, its tests and any other program can all be
//! asked whether they notice.

#![forbid(unsafe_code)]

pub mod table;

pub use table::{Class, Fault};

/// Whether this program holds faults at all.
pub const SEEDED: bool = cfg!(feature = "seeded");

/// The variable that chooses a fault, or two joined by a plus: one of an engine, and one that switches a comparator off.
pub const VARIABLE: &str = "UNANIMOUS_FAULT";

/// Stands among the instructions of a fault that shows in what a transaction does itself.
pub const TRANSACTION: &str = "TRANSACTION";

/// Whether the fault of this name is planted in this run.
#[macro_export]
macro_rules! planted {
    ($name:ident) => {
        $crate::is_chosen(const { $crate::named::$name.key() })
    };
}

/// Every fault by its name.
pub mod named {
    pub use crate::table::aarch64::*;
    pub use crate::table::codebuf::*;
    pub use crate::table::cranelift::*;
    pub use crate::table::harness::*;
    pub use crate::table::interp::*;
    pub use crate::table::ir::*;
    pub use crate::table::plan::*;
    pub use crate::table::runtime::*;
    pub use crate::table::template::*;
    pub use crate::table::world::*;
    pub use crate::table::x86_64::*;
}

/// Whether the fault with this key is the chosen one: never, in a program without faults.
#[cfg(not(feature = "seeded"))]
#[inline(always)]
pub const fn is_chosen(_: u64) -> bool {
    false
}

/// Whether the fault with this key is the chosen one.
#[cfg(feature = "seeded")]
#[inline(always)]
pub fn is_chosen(key: u64) -> bool {
    use std::sync::atomic::Ordering;
    if CHOSEN[0].load(Ordering::Acquire) == UNREAD {
        choose();
    }
    CHOSEN.iter().any(|chosen| chosen.load(Ordering::Relaxed) == key)
}

/// Nobody asked yet.
#[cfg(feature = "seeded")]
const UNREAD: u64 = u64::MAX;

#[cfg(feature = "seeded")]
static CHOSEN: [std::sync::atomic::AtomicU64; 2] = [const { std::sync::atomic::AtomicU64::new(UNREAD) }; 2];

/// Reads which faults are chosen. A name that no fault has chooses none; whoever sets it asks [`find`] before.
#[cfg(feature = "seeded")]
#[cold]
fn choose() {
    let keys = keys(&std::env::var(VARIABLE).unwrap_or_default());
    // The first last: once it is read, both are.
    for (chosen, key) in CHOSEN.iter().zip(keys).rev() {
        chosen.store(key, std::sync::atomic::Ordering::Release);
    }
}

/// The keys of the faults that a text names, with a plus between them; zero, which is no fault's, for each that is not there.
pub fn keys(names: &str) -> [u64; 2] {
    let mut names = names.split('+');
    [(); 2].map(|()| names.next().and_then(find).map_or(0, Fault::key))
}

/// How the variable names faults.
pub fn names(faults: &[&Fault]) -> String {
    faults.iter().map(|fault| fault.name).collect::<Vec<_>>().join("+")
}

/// The fault of a name.
pub fn find(name: &str) -> Option<&'static Fault> {
    table::all().find(|fault| fault.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_and_keys_are_unique() {
        let names: BTreeSet<&str> = table::all().map(|fault| fault.name).collect();
        let keys: BTreeSet<u64> = table::all().map(Fault::key).collect();
        assert_eq!((names.len(), keys.len()), (table::all().count(), table::all().count()));
        assert!(names.len() >= 120, "{}", names.len());
        assert!(!keys.contains(&0) && !keys.contains(&u64::MAX));
    }

    #[test]
    fn one_fault_or_two_are_named() {
        let [one, other] = [named::WorldTouchEmpty.key(), named::OracleExistence.key()];
        assert_eq!(keys("WorldTouchEmpty"), [one, 0]);
        assert_eq!(keys("WorldTouchEmpty+OracleExistence"), [one, other]);
        assert_eq!([keys("WorldTouchEmpty+Oracle"), keys("Oracle+WorldTouchEmpty")], [[one, 0], [0, one]]);
        assert_eq!(keys(""), [0, 0]);
    }

    #[test]
    fn instructions_are_instructions() {
        for fault in table::all() {
            for name in fault.at.split_whitespace().filter(|name| *name != TRANSACTION) {
                assert!(spec::table::ROWS.iter().any(|row| row.name == name), "{}: {name}", fault.name);
            }
        }
    }

    /// The line of every fault stands in the file that its row names, and in no other.
    #[test]
    fn every_fault_is_planted_once_where_its_row_says() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");
        for fault in table::all() {
            let text = std::fs::read_to_string(format!("{root}/{}", fault.file));
            let text = text.unwrap_or_else(|error| panic!("{}: {}: {error}", fault.name, fault.file));
            assert!(text.contains(&format!("planted!({})", fault.name)), "{} is not in {}", fault.name, fault.file);
        }
    }
}
