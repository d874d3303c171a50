//! Bad input of every kind, through the built command: one clear message that names the file and, where there is
//! one, the place; the documented exit code; and never a panic.

use crate::launcher::LAUNCHER;
use libtest_mimic::{Failed, Trial};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file with something wrong in it, and what the message must say.
struct Row {
    name: &'static str,
    file: &'static str,
    bytes: fn() -> Vec<u8>,
    says: &'static str,
}

const GOOD_EVM: &str =
    "about = \"x\"\n[[account]]\ncode = \"main\"\n[[expect]]\nrevision = \"Cancun\"\n=== main\n    PUSH1 0x01\n";

fn good_json() -> String {
    let file = format::evm::read(GOOD_EVM.as_bytes(), "good.evm").expect("the good case is good");
    format::json::write(&file)
}

const ROWS: &[Row] = &[
    Row { name: "truncated_json", file: "a.json", bytes: || good_json().into_bytes()[..200].to_vec(), says: "a.json:" },
    Row { name: "garbage_json", file: "a.json", bytes: || b"\xff\xfe\x00garbage".to_vec(), says: "a.json:1:" },
    Row { name: "empty_json", file: "a.json", bytes: Vec::new, says: "a.json:1:" },
    Row {
        name: "wrong_type_json",
        file: "a.json",
        bytes: || good_json().replace("\"pre\": {", "\"pre\": 7, \"x\": {").into_bytes(),
        says: "a.json:",
    },
    Row {
        name: "duplicate_key_json",
        file: "a.json",
        bytes: || good_json().replacen("\"env\":", "\"env\": {}, \"env\":", 1).into_bytes(),
        says: "env",
    },
    Row { name: "oversized_json", file: "a.json", bytes: || vec![b' '; (8 << 20) + 1], says: "limit" },
    Row {
        name: "unknown_revision_json",
        file: "a.json",
        bytes: || good_json().replace("Cancun", "Atlantis").into_bytes(),
        says: "Atlantis",
    },
    Row { name: "truncated_evm", file: "a.evm", bytes: || GOOD_EVM.as_bytes()[..47].to_vec(), says: "a.evm:" },
    Row { name: "garbage_evm", file: "a.evm", bytes: || b"\x00\xff\x7fgarbage".to_vec(), says: "a.evm:1:" },
    Row {
        name: "wrong_type_evm",
        file: "a.evm",
        bytes: || GOOD_EVM.replace("about = \"x\"", "about = 7").into_bytes(),
        says: "a.evm:1:",
    },
    Row {
        name: "duplicate_key_evm",
        file: "a.evm",
        bytes: || GOOD_EVM.replace("about = \"x\"", "about = \"x\"\nabout = \"y\"").into_bytes(),
        says: "a.evm:2:",
    },
    Row {
        name: "oversized_evm",
        file: "a.evm",
        bytes: || [GOOD_EVM.as_bytes(), &vec![b'#'; 8 << 20]].concat(),
        says: "limit",
    },
    Row {
        name: "unknown_revision_evm",
        file: "a.evm",
        bytes: || GOOD_EVM.replace("Cancun", "Atlantis").into_bytes(),
        says: "a.evm:5:",
    },
    Row {
        name: "unknown_opcode_evm",
        file: "a.evm",
        bytes: || GOOD_EVM.replace("PUSH1", "PUHS1").into_bytes(),
        says: "did you mean `PUSH1`?",
    },
];

/// One trial per row and command that reads cases.
pub(crate) fn trials() -> Vec<Trial> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bad_files");
    ROWS.iter()
        .map(|row| {
            let folder = folder.join(row.name);
            Trial::test(format!("bad_input::{}", row.name), move || check(row, &folder))
        })
        .collect()
}

fn check(row: &Row, folder: &PathBuf) -> Result<(), Failed> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join(row.file), (row.bytes)())?;
    for command in ["run", "trace", "convert"] {
        let output = Command::new(LAUNCHER.as_path()).args([command, row.file]).current_dir(folder).output()?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let complaint = |what: &str| Err(Failed::from(format!("{command} {}: {what}:\n{text}", row.file)));
        if output.status.code() != Some(3) {
            return complaint(&format!("exit code {:?}, expected 3", output.status.code()));
        }
        if !text.starts_with("error: ") || !text.contains(row.says) || text.contains("panicked") {
            return complaint(&format!("the message does not say `{}`", row.says));
        }
    }
    Ok(())
}
