//! What no compiler checks about this repository: who may use whom, how long a file is, where `unsafe`, clocks and
//! files may be touched, what belongs where.
//!
//! Each check is a function from files or parsed data to a list of complaints. One test runs it over the
//! repository and wants none; another plants each violation and wants it named.

mod code;
mod effects;
mod layers;
mod ledger;
mod places;
mod text;
mod tree;

/// Fails with every complaint at once.
#[track_caller]
fn clean(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

/// Fails unless there is exactly one complaint and it has these words.
#[track_caller]
fn red(complaints: &[String], words: &[&str]) {
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    for word in words {
        assert!(complaints[0].contains(word), "no `{word}` in: {}", complaints[0]);
    }
}
