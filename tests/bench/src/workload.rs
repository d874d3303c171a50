//! Finds the workloads and reads them: a file per case, and the index of how each must end.

use crate::Expected;
use api::Case;
use std::path::{Path, PathBuf};

/// The variable that names the folder above `workloads`.
pub const VARIABLE: &str = "UNANIMOUS_FIXTURES";

/// The workloads whose speeds are averaged: much execution, and nothing that an optimiser can solve away.
pub const HEAVY: [&str; 13] = [
    "rm_snailtracer",
    "snailtracer_eb",
    "sha1_divs.5311",
    "sha1_shifts.5311",
    "blake2b_huff.8415nulls",
    "blake2b_shifts",
    "weierstrudel.15",
    "structarray_alloc",
    "rm_fibonacci_calldata",
    "rm_factorial",
    "rm_hash_10k",
    "rm_erc20_transfer",
    "rm_curve_stableswap_2pool",
];

/// A program to run and how it must end.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its name in the index.
    pub name: String,
    /// The case.
    pub case: Case,
    /// How it must end.
    pub expected: Expected,
}

/// Where the workloads are, if anybody said so.
pub fn folder() -> Option<PathBuf> {
    let fixtures = std::env::var_os(VARIABLE).filter(|fixtures| !fixtures.is_empty())?;
    Some(Path::new(&fixtures).join("workloads"))
}

/// Every workload of the index, in its order.
pub fn all(folder: &Path) -> Result<Vec<Workload>, String> {
    let index = folder.join("INDEX.tsv");
    let rows =
        format::workload::read_index(&read(&index)?, &index.to_string_lossy()).map_err(|error| error.to_string())?;
    let load = |row: format::workload::Row| {
        let path = folder.join(&row.case_file);
        let case = format::workload::read_case(&read(&path)?, &path.to_string_lossy());
        Ok(Workload {
            case: case.map_err(|error| error.to_string())?,
            name: row.name.clone(),
            expected: Expected::of(row),
        })
    };
    rows.into_iter().map(load).collect()
}

/// The heavy workloads whose names contain `filter`, in the order of [`HEAVY`].
pub fn heavy(folder: &Path, filter: &str) -> Result<Vec<Workload>, String> {
    let mut all = all(folder)?;
    let mut found = Vec::new();
    for name in heavy_names(filter) {
        let at = all.iter().position(|workload| workload.name == name);
        let at = at.ok_or_else(|| format!("{}: the index has no workload `{name}`", folder.display()))?;
        found.push(all.swap_remove(at));
    }
    Ok(found)
}

/// The names of heavy workloads that contain `filter`.
pub fn heavy_names(filter: &str) -> Vec<&'static str> {
    HEAVY.into_iter().filter(|name| name.contains(filter)).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}; is {VARIABLE} right?", path.display()))
}
