//! Arrows of use point one way: which crate of the workspace may use which.
//!
//! A crate that has no row is an error, and so is an arrow that its row does not have, for tests and build scripts
//! too. The invariants of the layout are then checked on the rows themselves.

use crate::{clean, red};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Any crate.
const ANY: &[&str] = &["*"];

/// Crate, and the crates of the workspace that it may use. Crates that are still to come have their rows already.
const ARROWS: &[(&str, &[&str])] = &[
    ("spec", &[]),
    ("fault", &["spec"]),
    ("api", &["fault", "spec"]),
    ("world", &["fault", "api", "spec"]),
    ("interp", &["fault", "api", "spec"]),
    ("codebuf", &["fault", "api"]),
    ("plan", &["fault", "api", "spec"]),
    ("runtime", &["fault", "api", "spec"]),
    ("ir", &["fault", "plan", "runtime", "api", "spec"]),
    ("template", &["fault", "plan", "runtime", "codebuf", "api", "spec"]),
    ("cranelift", &["fault", "ir", "plan", "runtime", "codebuf", "api", "spec"]),
    ("hopper", &["api", "spec"]),
    ("tiered", &["fault", "plan", "runtime", "codebuf", "api", "spec"]),
    ("peers", &["api", "spec"]),
    (
        "registry",
        &[
            "world",
            "interp",
            "codebuf",
            "plan",
            "runtime",
            "ir",
            "template",
            "cranelift",
            "hopper",
            "tiered",
            "peers",
            "api",
            "spec",
        ],
    ),
    ("corpus", &[]),
    ("format", &["fault", "api", "spec"]),
    ("gen", &["format", "api", "spec"]),
    ("oracle", &["fault", "format", "api", "spec"]),
    ("reduce", &["fault", "oracle", "format", "api", "spec"]),
    ("campaign", &["fault", "reduce", "gen", "oracle", "format", "api", "spec"]),
    ("relations", &["gen", "oracle", "api", "spec"]),
    ("sections", &["plan", "api", "spec"]),
    ("cost", &["template", "cranelift", "ir", "api"]),
    ("report", &["oracle", "format", "api", "spec"]),
    ("harness", ANY),
    ("fuzz", ANY),
    ("suite", ANY),
    ("zoo", &["fault", "spec"]),
    ("bench", ANY),
    ("cli", ANY),
    ("example", ANY),
];

/// Crates that are engines or turn a vm into one: only a row with `*`, registry's, and that of the crate which counts what compilers
/// make see more than one of them.
const ENGINES: [&str; 7] = ["interp", "template", "cranelift", "hopper", "tiered", "peers", "world"];

/// Crate to the crates of the workspace that it uses.
type Graph = BTreeMap<String, BTreeSet<String>>;

fn violations(graph: &Graph, arrows: &[(&str, &[&str])]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (user, used) in graph {
        let Some((_, may)) = arrows.iter().find(|(name, _)| name == user) else {
            complaints.push(format!(
                "{user}: unknown crate: give it a row in the arrows of tests/suite/tests/tidy/layers.rs"
            ));
            continue;
        };
        for used in used.iter().filter(|used| *may != ANY && !may.contains(&used.as_str())) {
            complaints
                .push(format!("{user} -> {used}: not an arrow of the layout; {user} may use [{}]", may.join(", ")));
        }
    }
    complaints
}

/// What the layout promises, looked up in the rows.
fn broken_invariants(arrows: &[(&str, &[&str])]) -> Vec<String> {
    let row = |name: &str| arrows.iter().find(|(user, _)| *user == name).map_or(&[][..], |(_, used)| used);
    let mut complaints = Vec::new();
    if !row("spec").is_empty() {
        complaints.push("spec uses nothing".to_owned());
    }
    for engine in ENGINES {
        let named = ENGINES.iter().filter(|other| row(engine).contains(other));
        complaints.extend(named.map(|other| format!("{engine} -> {other}: an engine names no other engine")));
    }
    let judge = reachable(arrows, "interp");
    // Of seeded faults nothing is left in a program that people run.
    let shared = judge.iter().filter(|used| !["api", "fault", "spec"].contains(&used.as_str()));
    complaints.extend(shared.map(|used| format!("interp reaches {used}: the judge shares nothing with the judged")));
    for (user, used) in arrows.iter().filter(|(user, used)| *used != ANY && !["registry", "cost"].contains(user)) {
        let seen = used.iter().filter(|name| ENGINES.contains(name));
        complaints.extend(
            seen.filter(|_| !ENGINES.contains(user))
                .map(|engine| format!("{user} -> {engine}: only registry sees the engines")),
        );
        if reachable(arrows, user).contains(*user) {
            complaints.push(format!("{user} reaches itself: arrows point one way"));
        }
    }
    complaints
}

fn reachable(arrows: &[(&str, &[&str])], from: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(name) = open.pop() {
        let used = arrows.iter().filter(|(user, _)| *user == name).flat_map(|(_, used)| used.iter());
        open.extend(used.filter(|used| seen.insert((**used).to_owned())).map(|used| (*used).to_owned()));
    }
    seen
}

/// Reads the output of `cargo metadata --no-deps`.
fn graph(metadata: &Value) -> Result<Graph, String> {
    let packages = metadata["packages"].as_array().ok_or("cargo metadata has no packages")?;
    let names: BTreeSet<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut graph = Graph::new();
    for package in packages {
        let user = package["name"].as_str().ok_or("a package has no name")?;
        let used = package["dependencies"].as_array().ok_or_else(|| format!("{user} has no dependencies"))?;
        let used = used.iter().filter_map(|used| used["name"].as_str()).filter(|used| names.contains(used));
        graph.insert(crate_name(user), used.map(crate_name).collect());
    }
    Ok(graph)
}

/// Packages carry a prefix that the folders and rows do not have.
fn crate_name(package: &str) -> String {
    match package {
        "unanimous" => "cli".to_owned(),
        package => package.strip_prefix("una-").unwrap_or(package).to_owned(),
    }
}

#[test]
fn crates_use_only_what_the_layout_allows() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let run = Command::new(cargo).args(arguments).current_dir(crate::tree::root()).output().unwrap();
    assert!(run.status.success(), "cargo metadata failed:\n{}", String::from_utf8_lossy(&run.stderr));
    let graph = graph(&serde_json::from_slice(&run.stdout).unwrap()).unwrap();
    assert!(graph.contains_key("spec") && graph.contains_key("suite"), "not this workspace: {:?}", graph.keys());
    clean(&violations(&graph, ARROWS));
}

#[test]
fn the_rows_keep_the_invariants() {
    clean(&broken_invariants(ARROWS));
}

#[test]
fn a_wrong_arrow_is_seen() {
    let metadata = |user: &str, used: &str| {
        serde_json::json!({ "packages": [
            { "name": user, "dependencies": [{ "name": used, "kind": "dev" }, { "name": "serde", "kind": null }] },
            { "name": used, "dependencies": [] },
        ]})
    };
    let check = |user: &str, used: &str| violations(&graph(&metadata(user, used)).unwrap(), ARROWS);
    red(&check("una-interp", "una-plan"), &["interp -> plan", "api, spec"]);
    red(&check("una-spec", "una-api"), &["spec -> api"]);
    red(&check("una-mystery", "una-spec"), &["mystery", "unknown"]);
    clean(&check("una-registry", "una-template"));
    clean(&check("unanimous", "una-registry"));
}

#[test]
fn a_broken_invariant_is_seen() {
    let with = |name: &'static str, used: &'static [&'static str]| {
        let mut arrows = ARROWS.to_vec();
        arrows.retain(|(user, _)| *user != name);
        arrows.push((name, used));
        broken_invariants(&arrows)
    };
    red(&with("template", &["fault", "interp"]), &["template -> interp", "no other engine"]);
    red(&with("interp", &["fault", "plan"]), &["interp reaches plan"]);
    red(&with("oracle", &["fault", "interp"]), &["oracle -> interp", "only registry"]);
    red(&with("runtime", &["fault", "runtime"]), &["runtime reaches itself"]);
    red(&broken_invariants(&[("spec", &["alone"])]), &["spec uses nothing"]);
}
