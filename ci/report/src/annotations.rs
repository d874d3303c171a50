//! What a gate came to as workflow commands, which a GitHub job shows beside the change.

use crate::summary::{CameTo, Suite};
use std::fmt::Write;

/// A job shows so many errors of a step; the last says how many more there are.
const MAX: usize = 10;

/// One line for each failure, the first few at most; those of a case name its file.
pub fn annotations(suites: &[Suite]) -> String {
    let failures: Vec<(&str, &str, &str)> = suites
        .iter()
        .flat_map(|suite| suite.tests.iter().map(move |test| (suite, test)))
        .flat_map(|(suite, test)| match &test.came_to {
            CameTo::Failed(failures) => failures.iter().map(|what| (&*suite.name, &*test.name, &**what)).collect(),
            _ => Vec::new(),
        })
        .collect();
    let shown = if failures.len() > MAX { MAX - 1 } else { failures.len() };
    let mut text = String::new();
    for (suite, test, what) in &failures[..shown] {
        // Cases of the corpus are named after their files.
        let file = test.split(' ').next().filter(|path| path.starts_with("corpus/") && path.ends_with(".evm"));
        let place = file.map_or_else(String::new, |file| format!("file={},", property(file)));
        let _ = writeln!(text, "::error {place}title={}::{}", property(&format!("{suite}: {test}")), data(what));
    }
    if shown < failures.len() {
        let _ = writeln!(text, "::error title=gate::and {} failures more; the log has all", failures.len() - shown);
    }
    text
}

/// What stands behind the last colons.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_name_their_files_and_are_escaped() {
        let failed = |what: &str| CameTo::Failed(vec![what.to_owned()]);
        let suites = [
            Suite::of("corpus", vec![("corpus/ops/ADD.evm in Osaka", failed("a\n::b")), ("x", CameTo::Passed)]),
            Suite::of("floors", vec![("85 %, or more", failed("only 3"))]),
        ];
        let expected = "::error file=corpus/ops/ADD.evm,title=corpus%3A corpus/ops/ADD.evm in Osaka::a%0A::b\n\
                        ::error title=floors%3A 85 %25%2C or more::only 3\n";
        assert_eq!(annotations(&suites), expected);
    }

    #[test]
    fn more_than_a_job_shows_are_counted() {
        let failures = CameTo::Failed((0..25).map(|n| n.to_string()).collect());
        let text = annotations(&[Suite::of("matrix", vec![("ADD", failures)])]);
        assert_eq!(text.lines().count(), MAX);
        assert!(text.ends_with("::error title=gate::and 16 failures more; the log has all\n"), "{text}");
    }
}
