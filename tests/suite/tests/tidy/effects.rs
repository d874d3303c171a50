//! Clocks, environment, files, network and randomness: only the commands and campaigns at the top touch them, so
//! that everything below is a function of what it is given.

use crate::code::{code, offsets};
use crate::tree::{File, files};
use crate::{clean, red};

/// Where all of it is allowed.
const FREE: [&str; 3] = ["ci/", "fuzz/campaign/", "tests/"];

/// Modules of `std` that reach outside.
const OUTSIDE: [&str; 4] = ["env", "fs", "net", "time"];

/// File, what it may use, and why.
const EXCUSED: &[(&str, &str, &str)] = &[];

fn reaches(files: &[File], excused: &[(&str, &str, &str)]) -> Vec<String> {
    let bound = |file: &&File| {
        file.is_rust() && file.path.contains("/src/") && !FREE.iter().any(|folder| file.path.starts_with(folder))
    };
    let mut used = Vec::new();
    let mut complaints = Vec::new();
    for file in files.iter().filter(bound) {
        for reach in found(&code(&file.text)) {
            match excused.iter().find(|(path, what, _)| *path == file.path && *what == reach) {
                Some(row) => used.push(row),
                None => complaints.push(format!("{}: uses `{reach}`: let the caller pass what it gives", file.path)),
            }
        }
    }
    for row in excused.iter().filter(|row| !files.is_empty() && !used.contains(row)) {
        complaints.push(format!("{}: does not use `{}`: remove its exception", row.0, row.1));
    }
    complaints
}

/// What a text reaches for, each once.
fn found(code: &str) -> Vec<String> {
    let tight: String = code.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ::", "::").replace(":: ", "::");
    let mut found = Vec::new();
    for module in OUTSIDE {
        if !offsets(&tight, &format!("std::{module}")).is_empty() || groups(&tight).any(|group| names(group, module)) {
            found.push(format!("std::{module}"));
        }
    }
    if offsets(&tight, "rand").iter().any(|at| tight[at + 4..].starts_with("::")) {
        found.push("rand".to_owned());
    }
    found
}

/// What stands in the braces of `use std::{…};`.
fn groups(tight: &str) -> impl Iterator<Item = &str> {
    tight.match_indices("std::{").map(|(at, _)| {
        let group = &tight[at + "std::{".len()..];
        &group[..group.find(';').unwrap_or(group.len())]
    })
}

/// Whether a path in the group begins with the module: `{fs, …}`, not `{collections::fs}`.
fn names(group: &str, module: &str) -> bool {
    offsets(group, module).iter().any(|at| !group[..*at].ends_with("::"))
}

#[test]
fn only_the_top_reaches_outside() {
    clean(&reaches(&files("clocks, environment, files, network, randomness"), EXCUSED));
}

#[test]
fn a_reach_outside_is_seen() {
    let planted = |text: &str| [File::new("engines/world/src/state.rs", text)];
    let texts = [
        ("let now = std::time::Instant::now();", "std::time"),
        ("use std::env;", "std::env"),
        ("use std::{collections::BTreeMap, fs};", "std::fs"),
        ("use std::{\n    net::{TcpStream, UdpSocket},\n};", "std::net"),
        ("use std::\n    time;", "std::time"),
        ("let roll = rand::random();", "rand"),
    ];
    for (text, reach) in texts {
        red(&reaches(&planted(text), &[]), &["engines/world/src/state.rs", &format!("`{reach}`")]);
    }
    for fine in ["// std::fs", "use std::collections::{BTreeMap, env};", "operand::new()", "my_std::fs::x()"] {
        clean(&reaches(&planted(fine), &[]));
    }
}

#[test]
fn places_and_exceptions_are_honoured() {
    let text = "use std::fs;";
    clean(&reaches(&[File::new("ci/cli/src/main.rs", text), File::new("engines/peers/tests/a.rs", text)], &[]));
    let peer = [File::new("engines/peers/src/lib.rs", text)];
    clean(&reaches(&peer, &[("engines/peers/src/lib.rs", "std::fs", "opens a library")]));
    let stale =
        [("engines/peers/src/lib.rs", "std::fs", "opens a library"), ("engines/a/src/lib.rs", "std::fs", "gone")];
    red(&reaches(&peer, &stale), &["engines/a/src/lib.rs", "remove its exception"]);
}
