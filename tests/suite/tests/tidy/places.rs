//! What belongs where: the fixed top level, no big files, no paths of one machine, no case that no table names.

use crate::tree::{File, files};
use crate::{clean, red};

/// The top level of the repository.
const TOP: [&str; 18] = [
    ".cargo",
    ".ci",
    ".config",
    ".gitattributes",
    ".github",
    ".gitignore",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "ci",
    "corpus",
    "engines",
    "fuzz",
    "rust-toolchain.toml",
    "tests",
];

const LEN_MAX: u64 = 1 << 20;

/// Folders that exist on one machine only, when an absolute path begins with them.
const MACHINES: [&str; 5] = ["Users", "home", "mnt", "root", "work"];

fn strangers(files: &[File]) -> Vec<String> {
    let top = |file: &File| file.path.split('/').next().unwrap_or_default().to_owned();
    let mut names: Vec<String> = files.iter().map(top).filter(|name| !TOP.contains(&name.as_str())).collect();
    names.dedup();
    names.iter().map(|name| format!("{name}: not in the fixed top level: move it into a folder")).collect()
}

fn big(files: &[File]) -> Vec<String> {
    let big = files.iter().filter(|file| file.len > LEN_MAX);
    big.map(|file| format!("{}: {} bytes, at most {LEN_MAX}", file.path, file.len)).collect()
}

fn machine_paths(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        for (i, line) in file.text.lines().enumerate() {
            if MACHINES.iter().any(|folder| has_absolute(line, folder)) {
                complaints.push(format!("{}:{}: a path of one machine: make it relative", file.path, i + 1));
            }
        }
    }
    complaints
}

/// Whether `/folder/` stands where no relative path or address leads up to it.
fn has_absolute(line: &str, folder: &str) -> bool {
    let leads = |c: char| c.is_alphanumeric() || "._-*})]~".contains(c);
    line.match_indices(&format!("/{folder}/")).any(|(at, _)| !line[..at].ends_with(leads))
}

fn dead_cases(files: &[File]) -> Vec<String> {
    let alive = |path: &str| match path.strip_suffix(".evm").and_then(|path| path.rsplit_once('/')) {
        Some(("corpus/ops", name)) => spec::table::ROWS.iter().any(|row| row.name == name),
        Some(("corpus/eips", number)) => spec::eips::EIPS.iter().any(|eip| number.parse() == Ok(eip.number)),
        _ => false,
    };
    let listed = |path: &str| path.starts_with("corpus/ops/") || path.starts_with("corpus/eips/");
    let dead = files.iter().filter(|file| listed(&file.path) && !alive(&file.path));
    dead.map(|file| format!("{}: named by no row; ops are NAME.evm and eips NUMBER.evm of spec", file.path)).collect()
}

#[test]
fn everything_is_in_its_place() {
    let files = files("places of files");
    clean(&[strangers(&files), big(&files), machine_paths(&files), dead_cases(&files)].concat());
}

#[test]
fn a_stranger_at_the_top_is_seen() {
    let planted = [File::new("src/lib.rs", ""), File::new("src/main.rs", ""), File::new("ci/test", "")];
    red(&strangers(&planted), &["src"]);
    red(&strangers(&[File::new("notes.md", ""), File::new("rust-toolchain.toml", "")]), &["notes.md"]);
}

#[test]
fn a_big_file_is_seen() {
    let planted = File { len: LEN_MAX + 1, ..File::new("corpus/found/a.json", "") };
    red(&big(&[planted]), &["corpus/found/a.json", "1048577"]);
    clean(&big(&[File { len: LEN_MAX, ..File::new("a", "") }]));
}

#[test]
fn a_path_of_a_machine_is_seen() {
    for folder in MACHINES {
        for lead in ["", "see ", "\"", "(", "=", "file://"] {
            let text = format!("first\n{lead}/{folder}/x");
            red(&machine_paths(&[File::new("a.md", &text)]), &["a.md:2"]);
        }
        for lead in ["..", "a", "${dir}", "https://x.org", "a-b", "~"] {
            clean(&machine_paths(&[File::new("a.md", &format!("{lead}/{folder}/x"))]));
        }
    }
}

#[test]
fn a_case_that_no_row_names_is_seen() {
    red(&dead_cases(&[File::new("corpus/ops/ADDD.evm", "")]), &["ADDD"]);
    red(&dead_cases(&[File::new("corpus/ops/add.evm", "")]), &["add"]);
    red(&dead_cases(&[File::new("corpus/ops/ADD.json", "")]), &["ADD.json"]);
    red(&dead_cases(&[File::new("corpus/eips/9999.evm", "")]), &["9999"]);
    clean(&dead_cases(&[File::new("corpus/ops/ADD.evm", ""), File::new("corpus/eips/2929.evm", "")]));
}
