//! The forms of a case on disk: readable assembly and state-test JSON.
//!
//! * [`load`] reads a file in either form; [`evm`] and [`json`] read and write one each, without loss.
//! * [`asm`] and [`disasm`] turn assembly into bytes and back.
//! * [`statetest`] reads official state tests, fast; [`workload`] reads benchmark programs.
//! * [`CaseFile::check`] holds an outcome against what a file expects.
//!
//! Nothing here touches the file system: callers read files and give their names, for messages. Sizes are bounded
//! by [`limits`]; whatever the bytes are, the answer is a value or an [`Error`] that names its place.

pub mod asm;
pub mod casefile;
pub mod check;
pub mod disasm;
mod error;
pub mod evm;
mod hex;
pub mod json;
pub mod limits;
mod nearest;
pub mod statetest;
pub mod workload;

pub use casefile::{CaseFile, Expect, TxExpect};
pub use check::{Difference, What, logs_hash};
pub use error::Error;

/// Reads the cases of a file. The form follows from the ending of its name, `.evm` or `.json`, else from its first
/// character: `{` begins JSON.
pub fn load(bytes: &[u8], file_name: &str) -> Result<Vec<CaseFile>, Error> {
    let is_json = if file_name.ends_with(".json") {
        true
    } else if file_name.ends_with(".evm") {
        false
    } else {
        bytes.trim_ascii_start().starts_with(b"{")
    };
    if is_json { json::read(bytes, file_name) } else { evm::read(bytes, file_name).map(|case| vec![case]) }
}
