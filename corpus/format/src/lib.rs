//! The forms of a case on disk: readable assembly, state-test JSON, and a compact form for fuzzers.
//!
//! * [`load`] reads a file in any form; [`evm`] and [`json`] read and write one each, without loss. [`binary`] holds the case
//!   alone, without its name and what is expected of it.
//! * [`asm`] and [`disasm`] turn assembly into bytes and back.
//! * [`statetest`] reads official state tests, fast; [`workload`] reads benchmark programs.
//! * [`CaseFile::check`] holds an outcome against what a file expects.
//!
//! Nothing here touches the file system: callers read files and give their names, for messages. Sizes are bounded
//! by [`limits`]; whatever the bytes are, the answer is a value or an [`Error`] that names its place.

pub mod asm;
pub mod binary;
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

/// Reads the cases of a file. The compact form is known by how it begins, the others by the ending of the name, `.evm` or
/// `.json`, else by the first character: `{` begins JSON.
pub fn load(bytes: &[u8], file_name: &str) -> Result<Vec<CaseFile>, Error> {
    if binary::is_binary(bytes) {
        return binary::read(bytes, file_name).map(|case| vec![case]);
    }
    let is_json = if file_name.ends_with(".json") {
        true
    } else if file_name.ends_with(".evm") {
        false
    } else {
        bytes.trim_ascii_start().starts_with(b"{")
    };
    if is_json { json::read(bytes, file_name) } else { evm::read(bytes, file_name).map(|case| vec![case]) }
}
