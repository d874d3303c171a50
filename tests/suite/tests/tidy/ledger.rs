//! Unsafe has an address: only some crates hold it, and the ledger in `engines/ARCHITECTURE.md` counts it.
//!
//! Counted are blocks and implementations, where somebody vouches for something; a function only states what its
//! caller must vouch for.

use crate::code::{code, lines_with, offsets};
use crate::tree::{File, files};
use crate::{clean, red};
use std::collections::BTreeMap;

const PATH: &str = "engines/ARCHITECTURE.md";
const HEADING: &str = "Unsafe ledger";

/// The folders that may hold unsafe code.
const MAY_HOLD: [&str; 10] = [
    "engines/api",
    "engines/codebuf",
    "engines/cranelift",
    "engines/evmc",
    "engines/peers",
    "engines/runtime",
    "engines/template",
    "engines/world",
    "fuzz/targets",
    "tests/bench",
];

type Ledger = BTreeMap<String, usize>;

/// The table under the heading: folder, number of unsafe blocks, anything.
fn parse(markdown: &str) -> Result<Ledger, String> {
    let is_heading = |line: &&str| line.starts_with('#');
    let mut lines = markdown.lines().skip_while(|line| !is_heading(line) || line.trim_matches(['#', ' ']) != HEADING);
    lines.next().ok_or_else(|| format!("{PATH}: no heading `{HEADING}`"))?;
    let table = lines.take_while(|line| !is_heading(line)).filter(|line| line.starts_with('|'));
    let mut ledger = Ledger::new();
    // The first two lines of a table are its head.
    for row in table.skip(2) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let [folder, blocks, ..] = cells.as_slice() else {
            return Err(format!("{PATH}: `{row}` has no number"));
        };
        let blocks = blocks.parse().map_err(|_| format!("{PATH}: `{blocks}` in the row of {folder} is no number"))?;
        if ledger.insert((*folder).to_owned(), blocks).is_some() {
            return Err(format!("{PATH}: {folder} has two rows"));
        }
    }
    Ok(ledger)
}

fn holder(path: &str) -> Option<&'static str> {
    MAY_HOLD.into_iter().find(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
}

fn outsiders(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.is_rust() && holder(&file.path).is_none()) {
        for line in lines_with(&code(&file.text), "unsafe") {
            complaints.push(format!("{}:{line}: unsafe code belongs into one of {}", file.path, MAY_HOLD.join(", ")));
        }
    }
    complaints
}

fn blocks(text: &str) -> usize {
    let code = code(text);
    let behind = |at: &usize| code[at + "unsafe".len()..].trim_start();
    let counts = |at: &usize| behind(at).starts_with('{') || offsets(behind(at), "impl").first() == Some(&0);
    offsets(&code, "unsafe").iter().filter(|at| counts(at)).count()
}

fn differences(files: &[File], ledger: &Ledger) -> Vec<String> {
    let mut found: Ledger = ledger.keys().map(|folder| (folder.clone(), 0)).collect();
    for file in files.iter().filter(|file| file.is_rust()) {
        if let Some(folder) = holder(&file.path) {
            *found.entry(folder.to_owned()).or_default() += blocks(&file.text);
        }
    }
    let mut complaints = Vec::new();
    for (folder, found) in &found {
        let listed = ledger.get(folder).copied().unwrap_or(0);
        if *found != listed {
            complaints.push(format!("{folder}: {found} unsafe blocks, the ledger in {PATH} says {listed}"));
        }
        if !MAY_HOLD.contains(&folder.as_str()) {
            complaints.push(format!("{PATH}: {folder} may hold no unsafe code: remove its row"));
        }
    }
    complaints
}

#[test]
fn unsafe_code_is_where_the_ledger_says() {
    let files = files("the unsafe ledger");
    let Some(page) = files.iter().find(|file| file.path == PATH) else {
        assert!(files.is_empty(), "{PATH} is missing: it holds the unsafe ledger");
        return;
    };
    let ledger = parse(&page.text).unwrap();
    clean(&[outsiders(&files), differences(&files, &ledger)].concat());
}

/// What is planted. A plain search of the tree for blocks then finds none but real ones.
const UNSAFE: &str = "unsafe";

#[test]
fn unsafe_code_elsewhere_is_seen() {
    let planted = format!("//! An {UNSAFE} idea.\nfn f() {{\n    {UNSAFE} {{ g() }}\n}}\n");
    let planted = planted.as_str();
    red(&outsiders(&[File::new("engines/interp/src/lib.rs", planted)]), &["engines/interp/src/lib.rs:3"]);
    red(&outsiders(&[File::new("engines/apical/src/lib.rs", planted)]), &["engines/apical"]);
    clean(&outsiders(&[File::new("engines/api/src/lib.rs", planted)]));
    clean(&outsiders(&[File::new("engines/interp/src/lib.rs", "#![forbid(unsafe_code)] // unsafe\n")]));
}

#[test]
fn a_wrong_ledger_is_seen() {
    let planted = format!("{UNSAFE} fn f() {{ {UNSAFE} {{ g() }} }}\n{UNSAFE} impl Send for A {{}}\n");
    let planted = [File::new("engines/codebuf/src/lib.rs", &planted)];
    let ledger =
        |text: &str| parse(&format!("# Map\n\n## Unsafe ledger\n\n|folder|blocks|why|\n|-|-|-|\n{text}\n## Next\n"));
    clean(&differences(&planted, &ledger("| `engines/codebuf` | 2 | maps |").unwrap()));
    red(&differences(&planted, &ledger("| `engines/codebuf` | 1 | maps |").unwrap()), &["engines/codebuf", "2", "1"]);
    red(&differences(&planted, &ledger("").unwrap()), &["engines/codebuf", "2", "0"]);
    red(&differences(&[], &ledger("| engines/api | 1 | gone |").unwrap()), &["engines/api", "0", "1"]);
    red(&differences(&[], &ledger("| engines/interp | 0 | |").unwrap()), &["engines/interp", "no unsafe"]);
    assert!(ledger("| engines/api | many | |").unwrap_err().contains("many"));
    assert!(ledger("| engines/api | 0 | |\n| engines/api | 0 | |").unwrap_err().contains("two rows"));
    assert!(parse("# Map\n").unwrap_err().contains(HEADING));
}
