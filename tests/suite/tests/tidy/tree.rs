//! The files of the repository, as git tracks them: what lies about in a working copy is nobody's business.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A tracked file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Path from the root, with slashes.
    pub(crate) path: String,
    /// Its text; empty if it is not text.
    pub(crate) text: String,
    /// Bytes.
    pub(crate) len: u64,
}

impl File {
    /// A planted file.
    pub(crate) fn new(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned(), len: text.len() as u64 }
    }

    /// Whether it is Rust.
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// The root of the workspace. Asked for at run time: checkouts that share a target folder share the built test too.
pub(crate) fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let root = Path::new(&package).ancestors().nth(2).expect("the package lies two folders below the root");
    assert!(root.join("Cargo.toml").is_file(), "no workspace in {}: run this test with cargo", root.display());
    root.to_owned()
}

/// Every tracked file. Where git does not answer, as in an unpacked archive, nothing, and that is said.
pub(crate) fn files(check: &str) -> Vec<File> {
    let root = root();
    // Whose checkout it is does not matter here.
    let git = Command::new("git").args(["-c", "safe.directory=*", "ls-files", "-z"]).current_dir(&root).output();
    let Some(list) = git.ok().filter(|list| list.status.success()) else {
        let _ = writeln!(std::io::stderr(), "skipped: {check}: no git checkout, 0 files checked");
        return Vec::new();
    };
    let list = String::from_utf8(list.stdout).expect("paths are UTF-8");
    let paths = list.split('\0').filter(|path| root.join(path).is_file());
    let files: Vec<File> = paths.map(|path| read(&root, path)).collect();
    assert!(files.iter().any(|file| file.path == "Cargo.toml"), "git lists no Cargo.toml below {}", root.display());
    files
}

fn read(root: &Path, path: &str) -> File {
    let bytes = std::fs::read(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let len = bytes.len() as u64;
    File { path: path.to_owned(), text: String::from_utf8(bytes).unwrap_or_default(), len }
}
