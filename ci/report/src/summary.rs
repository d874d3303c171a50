//! What a gate came to, in the forms that CI systems show: JUnit and Markdown.
//!
//! Both are functions of the suites alone, so the same run gives the same bytes. Text that comes from files or engines
//! cannot leave its place: it is escaped, or fenced.

use std::fmt::Write;

/// Failures that the Markdown summary lists; JUnit has all.
const LISTED_MAX: usize = 100;

/// What was tested together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// What it came to in a few words, for the summary.
    pub about: String,
    /// What was tested.
    pub tests: Vec<Test>,
}

/// One thing that was tested.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// What it came to.
    pub came_to: CameTo,
}

/// What a test came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CameTo {
    /// As expected.
    #[default]
    Passed,
    /// Not as expected, and in what.
    Failed(Vec<String>),
    /// Not run, or nothing can be concluded, and why.
    Skipped(String),
    /// It could not be read, and why.
    Error(String),
}

impl Suite {
    /// For the tests of what writes suites down.
    #[cfg(test)]
    pub(crate) fn of(name: &str, tests: Vec<(&str, CameTo)>) -> Suite {
        let tests = tests.into_iter().map(|(name, came_to)| Test { name: name.into(), came_to }).collect();
        Suite { name: name.into(), tests, ..Suite::default() }
    }

    /// How many tests came to this.
    fn count(&self, wanted: fn(&CameTo) -> bool) -> usize {
        self.tests.iter().filter(|test| wanted(&test.came_to)).count()
    }

    fn failed(&self) -> usize {
        self.count(|came_to| matches!(came_to, CameTo::Failed(_)))
    }

    fn skipped(&self) -> usize {
        self.count(|came_to| matches!(came_to, CameTo::Skipped(_)))
    }

    fn errors(&self) -> usize {
        self.count(|came_to| matches!(came_to, CameTo::Error(_)))
    }
}

/// The suites as JUnit. No times: they would differ from run to run.
pub fn junit(name: &str, suites: &[Suite]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let sum = |count: fn(&Suite) -> usize| suites.iter().map(count).sum::<usize>();
    let all = [sum(|suite| suite.tests.len()), sum(Suite::failed), sum(Suite::errors), sum(Suite::skipped)];
    open(&mut xml, "", "testsuites", name, all);
    for suite in suites {
        open(
            &mut xml,
            "  ",
            "testsuite",
            &suite.name,
            [suite.tests.len(), suite.failed(), suite.errors(), suite.skipped()],
        );
        for test in &suite.tests {
            let (class, name) = (escape(&suite.name), escape(&test.name));
            let _ = write!(xml, "    <testcase classname=\"{class}\" name=\"{name}\"");
            let (tag, lines): (&str, &[String]) = match &test.came_to {
                CameTo::Passed => {
                    xml.push_str("/>\n");
                    continue;
                }
                CameTo::Failed(why) => ("failure", why),
                CameTo::Skipped(why) => ("skipped", std::slice::from_ref(why)),
                CameTo::Error(why) => ("error", std::slice::from_ref(why)),
            };
            let (first, all) = (escape(lines.first().map_or("", String::as_str)), escape(&lines.join("\n")));
            let _ = writeln!(xml, "><{tag} message=\"{first}\">{all}</{tag}></testcase>");
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn open(xml: &mut String, indent: &str, tag: &str, name: &str, [tests, failures, errors, skipped]: [usize; 4]) {
    let name = escape(name);
    let _ = writeln!(
        xml,
        "{indent}<{tag} name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">"
    );
}

/// Text for an attribute or between tags. What XML 1.0 has no place for becomes a replacement character.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => {
                let _ = write!(escaped, "&#{};", u32::from(c));
            }
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The suites as a summary in Markdown: a table, and the failures.
pub fn markdown(title: &str, suites: &[Suite]) -> String {
    let mut text = format!("## {}\n\n| part | tests | failed | |\n|---|---:|---:|---|\n", cell(title));
    for suite in suites {
        let (name, about) = (cell(&suite.name), cell(&suite.about));
        let failed = suite.failed() + suite.errors();
        let _ = writeln!(text, "| {name} | {} | {failed} | {about} |", suite.tests.len());
    }
    let mut lines = Vec::new();
    for suite in suites {
        for test in &suite.tests {
            match &test.came_to {
                CameTo::Passed => {}
                CameTo::Failed(why) => lines.extend(why.iter().map(|why| format!("FAILED  {}: {why}", suite.name))),
                CameTo::Error(why) => lines.push(format!("FAILED  {}: {why}", suite.name)),
                CameTo::Skipped(why) => lines.push(format!("UNKNOWN {}: {why}", suite.name)),
            }
        }
    }
    if !lines.is_empty() {
        let more = lines.len().saturating_sub(LISTED_MAX);
        lines.truncate(LISTED_MAX);
        let listed = lines.join("\n");
        // A fence that is longer than any in it cannot be closed from within.
        let longest = listed.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let _ = write!(text, "\n{fence}text\n{listed}\n{fence}\n");
        if more > 0 {
            let _ = write!(text, "\nand {more} more\n");
        }
    }
    text
}

/// A table in Markdown, folded behind its title: names to the left, numbers to the right.
pub fn table(title: &str, head: &[String], rows: &[Vec<String>]) -> String {
    let line =
        |cells: &[String]| format!("| {} |\n", cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(" | "));
    let ruler = format!("|---|{}\n", "---:|".repeat(head.len().saturating_sub(1)));
    let rows: String = rows.iter().map(|row| line(row)).collect();
    format!("\n<details><summary>{}</summary>\n\n{}{ruler}{rows}\n</details>\n", cell(title), line(head))
}

/// Text for a cell of a table, as it stands.
fn cell(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_control() => escaped.push(' '),
            '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '\\' | '&' | '#' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suites() -> Vec<Suite> {
        let test = |name: &str, came_to| Test { name: name.into(), came_to };
        vec![
            Suite {
                name: "one <&\"> |".into(),
                about: "`x` | y".into(),
                tests: vec![
                    test("fine", CameTo::Passed),
                    test("]]>", CameTo::Failed(vec!["a < b\nc".into(), "```\u{1b}[31m\u{ffff}".into()])),
                    test("later", CameTo::Skipped("no \"time\"".into())),
                ],
            },
            Suite { name: "two".into(), about: String::new(), tests: vec![test("cut", CameTo::Error("gone".into()))] },
        ]
    }

    #[test]
    fn junit_escapes_and_counts() {
        let expected = "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<testsuites name=\"x\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\">
  <testsuite name=\"one &lt;&amp;&quot;&gt; |\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\">
    <testcase classname=\"one &lt;&amp;&quot;&gt; |\" name=\"fine\"/>
    <testcase classname=\"one &lt;&amp;&quot;&gt; |\" name=\"]]&gt;\"><failure message=\"a &lt; b&#10;c\">a &lt; b&#10;c&#10;```\u{fffd}[31m\u{fffd}</failure></testcase>
    <testcase classname=\"one &lt;&amp;&quot;&gt; |\" name=\"later\"><skipped message=\"no &quot;time&quot;\">no &quot;time&quot;</skipped></testcase>
  </testsuite>
  <testsuite name=\"two\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">
    <testcase classname=\"two\" name=\"cut\"><error message=\"gone\">gone</error></testcase>
  </testsuite>
</testsuites>
";
        assert_eq!(junit("x", &suites()), expected);
    }

    #[test]
    fn markdown_cannot_be_left() {
        let text = markdown("unanimous", &suites());
        assert!(text.contains("| one \\<\\&\"\\> \\| | 3 | 1 | \\`x\\` \\| y |\n"), "{text}");
        assert!(text.contains("\n````text\nFAILED  one") && text.ends_with("gone\n````\n"), "{text}");
        let many = CameTo::Failed(vec!["x".into(); 130]);
        let suite = Suite { tests: vec![Test { name: "t".into(), came_to: many }], ..Suite::default() };
        assert!(markdown("t", &[suite]).ends_with("```\n\nand 30 more\n"));
        assert_eq!(markdown("t", &[]).lines().count(), 4);
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let table = table("a", &words(&["b", "c"]), &[words(&["d|", "</details>"])]);
        let rows = "| b | c |\n|---|---:|\n| d\\| | \\</details\\> |\n";
        assert_eq!(table, format!("\n<details><summary>a</summary>\n\n{rows}\n</details>\n"));
    }
}
