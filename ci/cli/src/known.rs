//! Findings that are known: those of the corpus that is built in, and those in folders that are named.

use crate::exit::{Exit, Failure};
use crate::source;
use campaign::{BadKnown, Known};
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// What is known from the corpus, and from case files and evidence folders in these folders.
pub(crate) fn known(folders: &[PathBuf]) -> Result<Known, Failure> {
    let mut known = Known::default();
    for (path, text) in corpus::KNOWN {
        let name = path.rsplit('/').next().and_then(|file| file.strip_suffix(".toml")).unwrap_or(path);
        known.add(name, text).map_err(|bad| wrong(path, bad))?;
    }
    for folder in folders {
        let files = files(folder)?;
        if files.is_empty() {
            let what = "there is no .toml of a finding in it, nor in an evidence folder in it";
            return Err(wrong(folder.display(), format_args!("{what}; give the folder of known findings")));
        }
        for file in files {
            let bytes = source::read(&file.display().to_string())?;
            let text = String::from_utf8_lossy(&bytes);
            known.add(&name(&file), &text).map_err(|bad: BadKnown| wrong(file.display(), bad))?;
        }
    }
    Ok(known)
}

fn wrong(place: impl Display, what: impl Display) -> Failure {
    Failure::new(Exit::BadInput, format_args!("error: {place}: {what}"))
}

/// Every `NAME.toml`, and `case.toml` of every evidence folder, in order; each has its case beside it.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error: std::io::Error| {
        wrong(folder.display(), format_args!("cannot be read: {error}; give the folder of known findings"))
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let file = if path.is_dir() { path.join("case.toml") } else { path };
        if file.extension().is_some_and(|ending| ending == "toml") && file.is_file() {
            if !["evm", "json"].iter().any(|ending| file.with_extension(ending).is_file()) {
                return Err(wrong(file.display(), "has no case beside it; put the .evm or .json of that name there"));
            }
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// The name of a finding: its file's, in an evidence folder the folder's.
fn name(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default();
    let named = if stem == "case" { file.parent().and_then(Path::file_name).unwrap_or(stem) } else { stem };
    named.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A finding of the corpus says what it was, and nothing else does.
    #[test]
    fn findings_and_signatures_stand_side_by_side() {
        let found = corpus::FILES.iter().filter_map(|(path, _)| path.strip_prefix("corpus/found/"));
        let cases: Vec<&str> = found.filter_map(|file| file.strip_suffix(".evm")).collect();
        let files = corpus::KNOWN.iter().filter_map(|(path, _)| path.strip_prefix("corpus/found/"));
        let signed: Vec<&str> = files.filter_map(|file| file.strip_suffix(".toml")).collect();
        assert_eq!(cases, signed);
        assert!(!cases.is_empty() && known(&[]).is_ok());
    }
}
