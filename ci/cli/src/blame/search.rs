//! The first pass that makes an engine wrong, and the change of it that does.

use super::Inquiry;
use crate::exit::Failure;
use ir::{Options, PASSES};

/// Changes of a pass that are looked at; a code that needs more is larger than any that is compiled.
const CHANGES_MAX: u64 = 1 << 20;

/// What passes have to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It is wrong without any.
    Without,
    /// This one makes it wrong.
    Pass {
        /// Its position.
        index: usize,
        /// Which of its changes, from one on, if one alone can be told.
        change: Option<u64>,
        /// The most that is right.
        right: Options,
        /// The least that is wrong.
        wrong: Options,
    },
    /// It is right with all of them.
    Nothing,
}

/// Asks engines with more and more passes.
pub(super) fn ladder(
    inquiry: &mut Inquiry<'_>,
    name_of: &dyn Fn(&Options) -> String,
    options: &Options,
) -> Result<Found, Failure> {
    let up_to = |count: usize| options.clone().up_to(count);
    if inquiry.is_wrong(&name_of(&up_to(0)))? {
        return Ok(Found::Without);
    }
    for index in (0..PASSES.len()).filter(|index| options.is_enabled(*index)) {
        if inquiry.is_wrong(&name_of(&up_to(index + 1)))? {
            return change(&mut |changes| inquiry.is_wrong(&name_of(&up_to(index + 1).with_fuel(index, changes)))).map(
                |change| {
                    let fuel = |changes| up_to(index + 1).with_fuel(index, changes);
                    let (right, wrong) = match change {
                        Some(change) => (fuel(change - 1), fuel(change)),
                        None => (up_to(index), up_to(index + 1)),
                    };
                    Found::Pass { index, change, right, wrong }
                },
            );
        }
    }
    Ok(Found::Nothing)
}

/// The change that makes it wrong: with one less it is right. `None` if it is wrong without any, or with no number of them.
fn change(is_wrong: &mut dyn FnMut(u64) -> Result<bool, Failure>) -> Result<Option<u64>, Failure> {
    if is_wrong(0)? {
        return Ok(None);
    }
    let (mut right, mut wrong) = (0, 1);
    while !is_wrong(wrong)? {
        (right, wrong) = (wrong, 2 * wrong);
        if wrong > CHANGES_MAX {
            return Ok(None);
        }
    }
    while wrong - right > 1 {
        let middle = right + (wrong - right) / 2;
        if is_wrong(middle)? {
            wrong = middle;
        } else {
            right = middle;
        }
    }
    Ok(Some(wrong))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_change_is_found_whatever_it_is() {
        for first in 1..70 {
            let mut asked = 0;
            let found = change(&mut |changes| {
                asked += 1;
                Ok(changes >= first)
            });
            assert_eq!(found.ok(), Some(Some(first)));
            assert!(asked < 16, "{asked} questions");
        }
        assert_eq!(change(&mut |_| Ok(true)).ok(), Some(None));
        assert_eq!(change(&mut |_| Ok(false)).ok(), Some(None));
    }
}
