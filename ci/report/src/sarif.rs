//! What a gate came to as SARIF 2.1.0, which code scanning and editors show beside the files.

use crate::summary::{CameTo, Suite};
use alloy_primitives::keccak256;
use serde_json::{Value, json};

/// Code scanning shows so many results of a run; the last says how many more there are.
const MAX: usize = 5000;

/// One run with one result for each failure, and a warning for each test of which nothing is known. Rules are the suites.
pub fn sarif(tool: &str, version: &str, suites: &[Suite]) -> String {
    let mut results = Vec::new();
    for (rule, suite) in suites.iter().enumerate() {
        for test in &suite.tests {
            let (level, rows): (&str, &[String]) = match &test.came_to {
                CameTo::Passed => continue,
                CameTo::Failed(why) => ("error", why),
                CameTo::Error(why) => ("error", std::slice::from_ref(why)),
                CameTo::Skipped(why) => ("warning", std::slice::from_ref(why)),
            };
            results.extend(rows.iter().map(|what| result(rule, &suite.name, &test.name, level, what)));
        }
    }
    if results.len() > MAX {
        let more = format!("and {} results more; the log has all", results.len() - MAX + 1);
        results.truncate(MAX - 1);
        results.push(result(0, &suites[0].name, "more", "error", &more));
    }
    let rules: Vec<Value> = suites.iter().map(|suite| json!({ "id": suite.name })).collect();
    let about = env!("CARGO_PKG_REPOSITORY");
    let driver = json!({ "name": tool, "version": version, "informationUri": about, "rules": rules });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results }],
    });
    format!("{log:#}\n")
}

fn result(rule: usize, suite: &str, test: &str, level: &str, what: &str) -> Value {
    let file = file(test);
    // Code scanning refuses a result without a file. What is generated has none, so it gets a path that no file has.
    let path = file.map_or_else(|| format!("{suite}/{test}"), str::to_owned);
    // What makes two results one, from run to run: lines of a case file say nothing.
    let identity = keccak256([suite, test, what].join("\0"));
    json!({
        "ruleId": suite,
        "ruleIndex": rule,
        "level": level,
        "message": { "text": what },
        "locations": [{
            "physicalLocation": { "artifactLocation": { "uri": uri(&path) }, "region": { "startLine": 1 } },
            "logicalLocations": [{ "fullyQualifiedName": format!("{suite}: {test}") }],
        }],
        "partialFingerprints": { "primaryLocationLineHash": identity.to_string()[2..34] },
    })
}

/// The file that a test is named after, if it is one: what stands before its revision.
fn file(test: &str) -> Option<&str> {
    let end = |kind: &&str| test.find(&format!("{kind} ")).or(test.ends_with(*kind).then(|| test.len() - kind.len()));
    let ends = [".evm", ".json"].iter().filter_map(|kind| Some(end(kind)? + kind.len()));
    ends.min().map(|end| &test[..end])
}

/// A path as a reference: of its own, or as a whole where the path is; what else a URI gives a meaning to is written in
/// hexadecimal.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    let written = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    scheme.chars().map(String::from).chain(path.bytes().map(written)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_hold_spaces() {
        assert_eq!(file("a b/w.evm w in Paris"), Some("a b/w.evm"));
        assert_eq!(file("corpus/found/x.json"), Some("corpus/found/x.json"));
        assert_eq!(file("single XOR"), None);
    }

    #[test]
    fn a_path_is_written_as_a_uri() {
        assert_eq!(uri("corpus/a b.evm"), "corpus/a%20b.evm");
        assert_eq!(uri("/cases/a:b.evm"), "file:///cases/a%3Ab.evm");
    }

    /// The whole file, as it is written: `sarif.json` beside this one.
    #[test]
    fn every_failure_is_a_result_with_a_place() {
        let failed = |what: &[&str]| CameTo::Failed(what.iter().map(|what| (*what).to_owned()).collect());
        let suites = [
            Suite::of(
                "corpus",
                vec![("corpus/ops/ADD.evm in Osaka", failed(&["x", "\"y\"\n"])), ("z", CameTo::Passed)],
            ),
            Suite::of(
                "floors",
                vec![("85 % or more", failed(&["only 3"])), ("limits", CameTo::Skipped("memory".into()))],
            ),
        ];
        assert_eq!(sarif("unanimous", "1.2.3", &suites), include_str!("sarif.json"));
    }

    #[test]
    fn more_than_code_scanning_shows_are_counted() {
        let failures = CameTo::Failed((0..MAX + 20).map(|n| n.to_string()).collect());
        let text = sarif("unanimous", "1", &[Suite::of("matrix", vec![("ADD", failures)])]);
        let log: Value = serde_json::from_str(&text).expect("it is JSON");
        let results = log["runs"][0]["results"].as_array().expect("it has results");
        assert_eq!(results.len(), MAX);
        assert_eq!(results[MAX - 1]["message"]["text"], "and 21 results more; the log has all");
        assert!(sarif("unanimous", "1", &[]).contains("\"results\": []"));
    }
}
