//! `--perf-map`: the names of compiled code, in the form in which `perf` looks for them.
//!
//! Engines say after each run what they put into memory. When the command has ended, one line a block is written to the
//! folder that was given: `START SIZE NAME`.

use crate::args::PerfMap;
use crate::exit::{Exit, Failure};
use alloy_primitives::hex;
use api::{Engine, Published};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock};

/// What is in memory, once somebody wants to know.
static MAP: OnceLock<Map> = OnceLock::new();

/// Where the map goes and what is in it.
struct Map {
    path: PathBuf,
    blocks: Mutex<Blocks>,
}

/// Length and name by address. No two overlap.
#[derive(Default)]
struct Blocks(BTreeMap<u64, (u64, String)>);

/// Runs a command, then writes the map if it was asked for.
pub(crate) fn around(map: &PerfMap, run: impl FnOnce() -> Result<Exit, Failure>) -> Result<Exit, Failure> {
    let Some(folder) = &map.folder else { return run() };
    let path = folder.join(format!("perf-{}.map", std::process::id()));
    let map = MAP.get_or_init(|| Map { path, blocks: Mutex::default() });
    // A folder that cannot be written is noticed before the work.
    write(&map.path, "")?;
    let result = run();
    let written = map.write();
    let exit = result?;
    written.map(|()| exit)
}

/// Writes the map, if it was asked for, before a process ends in the middle of its work. The code of runs that have not
/// ended is not in it.
pub(crate) fn write_now() {
    if let Some(Err(failure)) = MAP.get().map(Map::write) {
        failure.report();
    }
}

impl Map {
    fn blocks(&self) -> MutexGuard<'_, Blocks> {
        self.blocks.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn write(&self) -> Result<(), Failure> {
        let text = self.blocks().text();
        write(&self.path, &text)
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| {
        let message = format_args!("error: cannot write {}: {error}; give a folder that exists", path.display());
        Failure::new(Exit::BadInput, message)
    })
}

/// Notes what an engine put into memory.
pub(crate) fn note(name: &str, engine: &mut dyn Engine) {
    let Some(map) = MAP.get() else { return };
    let mut blocks = map.blocks();
    engine.take_published().into_iter().for_each(|published| blocks.insert(name, &published));
}

impl Blocks {
    /// Adds a block. Those that lay in its place are gone.
    fn insert(&mut self, engine: &str, published: &Published) {
        let Published { address, len, code_hash, revision } = *published;
        let before_end = self.0.range(..address.saturating_add(len)).rev();
        let covered = before_end.take_while(|(start, (len, _))| start.saturating_add(*len) > address);
        let covered: Vec<u64> = covered.map(|(start, _)| *start).collect();
        covered.iter().for_each(|start| drop(self.0.remove(start)));
        let name = format!("{engine}:{}:{revision}", hex::encode(&code_hash[..4]));
        self.0.insert(address, (len, name));
    }

    fn text(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, (start, (len, name))| {
            let _ = writeln!(text, "{start:x} {len:x} {name}");
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{B256, Revision};

    #[test]
    fn the_last_block_in_a_place_is_named() {
        let mut blocks = Blocks::default();
        for (address, len, byte) in
            [(0x1000, 0x100, 1), (0x1100, 0x100, 2), (0x1200, 0x100, 3), (0x10c0, 0x80, 4), (0x10c0, 0x40, 5)]
        {
            let code_hash = B256::repeat_byte(byte);
            blocks.insert("jit", &Published { address, len, code_hash, revision: Revision::Osaka });
        }
        assert_eq!(blocks.text(), "10c0 40 jit:05050505:Osaka\n1200 100 jit:03030303:Osaka\n");
    }
}
