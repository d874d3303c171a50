//! What was found out so far: a line of JSON for each attempt, written at once.

use crate::attempt::Attempt;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Attempts, on disk if a place was given.
#[derive(Debug, Default)]
pub struct Store {
    attempts: BTreeMap<(String, String), Attempt>,
    file: Option<File>,
}

/// Why results cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadStore(pub String);

impl fmt::Display for BadStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadStore {}

impl Store {
    /// Reads what is there. A last line that was cut off by an interruption is run again.
    pub fn open(path: Option<&Path>) -> Result<Store, BadStore> {
        let Some(path) = path else { return Ok(Store::default()) };
        let bad = |what: String| BadStore(format!("{}: {what}", path.display()));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(bad(error.to_string())),
        };
        let mut store = Store::default();
        let (whole, _) = text.rsplit_once('\n').unwrap_or_default();
        for (i, line) in whole.lines().enumerate() {
            let attempt = serde_json::from_str(line).ok().as_ref().and_then(Attempt::from_json);
            let attempt = attempt.ok_or_else(|| bad(format!("line {} is no attempt; move the file away", i + 1)))?;
            store.attempts.insert((attempt.fault.clone(), attempt.layer.clone()), attempt);
        }
        let written = if whole.is_empty() { String::new() } else { format!("{whole}\n") };
        if written != text {
            std::fs::write(path, written).map_err(|error| bad(error.to_string()))?;
        }
        let file = OpenOptions::new().create(true).append(true).open(path);
        store.file = Some(file.map_err(|error| bad(error.to_string()))?);
        Ok(store)
    }

    /// What came of a fault in a layer.
    pub fn get(&self, fault: &str, layer: &str) -> Option<&Attempt> {
        self.attempts.get(&(fault.to_owned(), layer.to_owned()))
    }

    /// Adds an attempt and writes it down.
    pub fn add(&mut self, attempt: Attempt) -> Result<(), BadStore> {
        if let Some(file) = &mut self.file {
            let line = format!("{}\n", attempt.json());
            file.write_all(line.as_bytes()).map_err(|error| BadStore(format!("cannot write results: {error}")))?;
        }
        self.attempts.insert((attempt.fault.clone(), attempt.layer.clone()), attempt);
        Ok(())
    }

    /// Every attempt.
    pub fn all(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempt::Came;

    #[test]
    fn what_was_written_is_read_again_and_a_cut_line_is_not() {
        let folder = std::env::temp_dir().join(format!("una-zoo-store-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("zoo.jsonl");
        let _ = std::fs::remove_file(&path);
        let attempt = Attempt { came: Came::Noticed { cases: Some(7) }, ..Attempt::new("A", "matrix") };
        Store::open(Some(&path)).unwrap().add(attempt.clone()).unwrap();
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"fault\": \"B\"").unwrap();
        let mut store = Store::open(Some(&path)).unwrap();
        assert_eq!(store.all().collect::<Vec<_>>(), [&attempt]);
        store.add(Attempt::new("B", "matrix")).unwrap();
        assert_eq!(Store::open(Some(&path)).unwrap().all().count(), 2);
        std::fs::write(&path, "nothing\n").unwrap();
        assert!(Store::open(Some(&path)).unwrap_err().0.contains("line 1 is no attempt"));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
