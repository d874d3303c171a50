//! Lists the corpus: every case file as it stands here.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() {
    write("corpus.rs", &["ops", "eips", "found"], "evm");
    write("known.rs", &["found"], "toml");
    write("costs.rs", &["cost"], "evm");
    write("bounds.rs", &["cost"], "toml");
}

/// Writes a list of path and text of every file with this ending.
fn write(name: &str, folders: &[&str], ending: &str) {
    let corpus = env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let mut list = String::from("&[\n");
    for folder in folders {
        let path = Path::new(&corpus).join(folder);
        println!("cargo::rerun-if-changed={}", path.display());
        let entries = fs::read_dir(&path).expect("the folder is part of the package");
        let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|file| file.extension().is_some_and(|found| found == ending));
        files.sort();
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let file = file.canonicalize().expect("the file was listed");
            println!("cargo::rerun-if-changed={}", file.display());
            writeln!(list, "    (\"corpus/{folder}/{name}\", include_str!({file:?})),").expect("a string takes it");
        }
    }
    list.push_str("]\n");
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join(name);
    fs::write(out, list).expect("cargo gives a folder to write to");
}
