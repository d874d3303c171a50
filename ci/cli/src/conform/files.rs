//! Which files hold tests, and what an index says of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of state tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its path below the folder that was asked for, with `/` between its parts.
    pub name: String,
    /// The index says that the root expected after a rejected transaction has the coinbase touched.
    pub touched_coinbase: bool,
}

/// What the note of such a file says.
const OTHER_CONVENTION: &str = "expected root contains the touched empty coinbase";

/// Every .json file at or below the paths, in order.
pub fn find(paths: &[PathBuf]) -> Result<Vec<TestFile>, String> {
    let mut files = Vec::new();
    for root in paths {
        let mut found = Vec::new();
        let kind = fs::metadata(root).map_err(|error| {
            format!("cannot read {}: {error}; give a file or a folder of state tests", root.display())
        })?;
        match kind.is_dir() {
            true => walk(root, &mut found).map_err(|error| format!("cannot read {}: {error}", root.display()))?,
            false => found.push(root.clone()),
        }
        found.sort();
        let notes = Notes::above(root);
        files.extend(found.into_iter().map(|path| TestFile {
            name: name(root, &path),
            touched_coinbase: notes.as_ref().is_some_and(|notes| notes.touches_coinbase(&path)),
            path,
        }));
    }
    Ok(files)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&path, found)?;
        } else if path.extension().is_some_and(|ending| ending == "json") {
            found.push(path);
        }
    }
    Ok(())
}

fn name(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).ok().filter(|below| below.components().next().is_some());
    let path = below.unwrap_or(path);
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// The notes of an INDEX.tsv by file.
struct Notes {
    folder: PathBuf,
    by_file: BTreeMap<String, String>,
}

impl Notes {
    /// The index in a folder or in the nearest one above it.
    fn above(path: &Path) -> Option<Notes> {
        // Links are not followed: an index speaks of the files that lie below it.
        let start = std::path::absolute(path).ok()?;
        let folder = start.ancestors().find(|folder| folder.join("INDEX.tsv").is_file())?;
        let text = fs::read_to_string(folder.join("INDEX.tsv")).ok()?;
        let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        let header = lines.next()?;
        let column = |wanted: &str| header.iter().position(|title| *title == wanted);
        let (file, note) = (column("file")?, column("note")?);
        let row = |fields: Vec<&str>| Some(((*fields.get(file)?).to_owned(), (*fields.get(note)?).to_owned()));
        Some(Notes { folder: folder.to_owned(), by_file: lines.filter_map(row).collect() })
    }

    fn touches_coinbase(&self, path: &Path) -> bool {
        let Ok(path) = std::path::absolute(path) else { return false };
        self.by_file.get(&name(&self.folder, &path)).is_some_and(|note| note.contains(OTHER_CONVENTION))
    }
}
