//! What others run: job files say one number of shards, scripts start what they say, the fuzz package is complete and locked to
//! the versions of the workspace, actions use only inputs that they declare, `cargo run`
//! runs the command.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A folder of its own, with programs that stand in for others; each notes its arguments in `calls`.
fn place(name: &str, programs: &[(&str, &str)]) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packaging").join(name);
    let _ = fs::remove_dir_all(&place);
    fs::create_dir_all(place.join("bin")).expect("the target folder can be written");
    for (program, body) in programs {
        let path = place.join("bin").join(program);
        let calls = place.join("calls");
        let script = format!("#!/bin/sh\necho \"{program} $*\" >>'{}'\n{body}\n", calls.display());
        fs::write(&path, script).expect("the target folder can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }
    place
}

fn run(script: &str, place: &Path, variables: &[(&str, &str)]) -> Output {
    let path = format!("{}:{}", place.join("bin").display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("bash");
    command.arg(root().join(script).canonicalize().expect("it is there")).current_dir(place).env("PATH", path);
    command.env_remove("CARGO_TARGET_DIR").envs(variables.iter().copied()).output().expect("there is a bash")
}

fn calls(place: &Path) -> String {
    fs::read_to_string(place.join("calls")).unwrap_or_default()
}

#[test]
fn a_slurm_task_runs_its_shard_and_goes_on_with_it() {
    let place = place("slurm", &[("unanimous", "exit ${CODE:-0}")]);
    let array = [("SLURM_ARRAY_TASK_ID", "3"), ("SLURM_CPUS_PER_TASK", "8")];
    assert!(run("ci/jobs/slurm", &place, &array).status.success());
    let first = "unanimous fuzz --shard auto --seed 1 --cases 10000000000 --out campaign-1/3 --jobs 8 --receipt campaign-1/3/receipt.json\n";
    assert_eq!(calls(&place), first);
    fs::write(place.join("campaign-1/3/state.json"), "").expect("the script made the folder");
    // A finding is no failure of the task, a hang is.
    for (code, expected) in [("1", 0), ("5", 5), ("3", 3)] {
        let variables = [&array[..], &[("CODE", code)]].concat();
        assert_eq!(run("ci/jobs/slurm", &place, &variables).status.code(), Some(expected), "{code}");
    }
    assert!(calls(&place).ends_with("--out campaign-1/3 --resume --jobs 8 --receipt campaign-1/3/receipt.json\n"));
}

#[test]
fn an_indexed_job_knows_how_many_shards_it_has() {
    let job = text("ci/jobs/kubernetes.yaml");
    let after = |key: &str| {
        let rest = job.split(key).nth(1).unwrap_or_else(|| panic!("no `{key}`")).trim_start();
        rest.split_whitespace().next().unwrap_or_default().trim_matches('"').to_owned()
    };
    assert_eq!(after("  completions:"), after("UNANIMOUS_SHARDS\n              value:"));
    assert!(job.contains("--shard auto") && job.contains("completionMode: Indexed"));
}

#[test]
fn oss_fuzz_gets_targets_seeds_and_dictionaries() {
    if Command::new("zip").arg("-v").output().is_err() {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: oss_fuzz_gets_targets_seeds_and_dictionaries: no zip, 1 script not run"
        );
        return;
    }
    let cargo = r#"case "$1" in
    run) [ -z "${CFLAGS:-}${RUSTFLAGS:-}" ] || exit 9
        mkdir -p "$CARGO_TARGET_DIR/../seeds/corpus"; : >"$CARGO_TARGET_DIR/../seeds/evm.dict"; : >"$CARGO_TARGET_DIR/../seeds/corpus/one";;
    fuzz) for target in differential compile reduce formats canary; do
        mkdir -p "$CARGO_TARGET_DIR/host/release"; : >"$CARGO_TARGET_DIR/host/release/$target"; done;;
    esac"#;
    let place = place("oss-fuzz", &[("cargo", cargo), ("rustc", "echo 'host: host'")]);
    fs::create_dir_all(place.join("unanimous")).expect("the target folder can be written");
    fs::create_dir_all(place.join("out")).expect("the target folder can be written");
    let (source, out) = (place.display().to_string(), place.join("out").display().to_string());
    let instrumented = "-fsanitize=address";
    let variables = [("SRC", &*source), ("OUT", &out), ("SANITIZER", "address"), ("CFLAGS", instrumented)];
    let output = run("ci/oss-fuzz/build.sh", &place, &variables);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let entries = fs::read_dir(&out).expect("it was made").map(|entry| entry.expect("it can be read").file_name());
    let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    let of = |target: &str| {
        [target.to_owned(), format!("{target}.dict"), format!("{target}.options"), format!("{target}_seed_corpus.zip")]
    };
    assert_eq!(names, ["compile", "differential", "formats", "reduce"].map(of).concat());
    assert!(calls(&place).contains("cargo fuzz build -O -s address\n"), "{}", calls(&place));
}

/// `ci/fuzz` with a cargo that runs nothing: whether it is green, and what it said.
fn fuzz(name: &str, target_that_fails: &str) -> (bool, String) {
    let cargo = format!(
        r#"case "$*" in
        *"run --release -q -- seeds"*) mkdir -p "$CARGO_TARGET_DIR/fuzz/seeds/corpus";;
        *"fuzz run"*" {target_that_fails} "*) echo 'canary: output'; exit 77;;
        esac"#
    );
    let place = place(name, &[("cargo", &cargo), ("rustup", "exit 1")]);
    let target = place.join("target").display().to_string();
    let output = run("ci/fuzz", &place, &[("CARGO_TARGET_DIR", &target)]);
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned() + &calls(&place))
}

#[test]
fn fuzzing_is_green_only_if_the_canary_fails_and_nothing_else() {
    let (green, said) = fuzz("fuzz-green", "canary");
    assert!(green, "{said}");
    for target in ["differential", "compile", "reduce", "formats", "canary"] {
        assert!(said.contains(&format!("cargo +stable fuzz run -s none {target} ")), "{target}: {said}");
    }
    let (green, said) = fuzz("fuzz-no-canary", "nothing");
    assert!(!green && said.contains("the planted fault was not found"), "{said}");
    let (green, said) = fuzz("fuzz-finding", "compile");
    assert!(!green && said.contains("FAILED: compile canary"), "{said}");
}

#[test]
fn a_release_is_complete_and_the_same_whenever_it_is_made() {
    let cargo = r#"case "$1" in
    metadata) echo '{"packages":[{"name":"unanimous","version":"1.2.3"}]}';;
    build) mkdir -p "$CARGO_TARGET_DIR/host/release"; cp "$(dirname "$0")/unanimous" "$CARGO_TARGET_DIR/host/release/";;
    esac"#;
    let own = r#"[ "$1" = completions ] && echo "$2" || : >"$2/unanimous.1""#;
    let place = place("release", &[("cargo", cargo), ("rustc", "echo 'host: host'"), ("unanimous", own)]);
    let target = place.join("target").display().to_string();
    let make = || {
        let output = run("ci/release", &place, &[("CARGO_TARGET_DIR", &target)]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let first = make();
    assert!(first.ends_with("  unanimous-1.2.3-host.tar.gz\n"), "{first}");
    assert_eq!(make(), first);
    let root = place.join("target/release-archive/unanimous-1.2.3-host");
    for file in ["unanimous", "README.md", "LICENSE-MIT", "man/unanimous.1", "completions/unanimous.zsh"] {
        assert!(root.join(file).is_file(), "{file}");
    }
    assert!(calls(&place).contains("cargo build --release --locked -p unanimous --target host\n"));
}

#[test]
fn targets_are_a_few_lines_and_all_there() {
    let manifest: toml::Table = text("fuzz/Cargo.toml").parse().expect("it is TOML");
    let bins = manifest["bin"].as_array().expect("it has targets");
    let names: Vec<&str> = bins.iter().filter_map(|bin| bin["name"].as_str()).collect();
    assert_eq!(names, ["differential", "compile", "formats", "reduce", "canary"]);
    for name in names {
        let lines = text(&format!("fuzz/targets/{name}.rs")).lines().count();
        assert!(lines <= 10, "{name}: {lines} lines; what it checks belongs into fuzz/harness");
    }
}

/// What a file outside its tests takes in from outside the folder that holds its manifest: a package would not have it.
fn outsiders(file: &Path, text: &str, holds_manifest: impl Fn(&Path) -> bool) -> Vec<String> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let included = text.split("include_").skip(1).filter_map(|rest| rest.split_once("!(\"")?.1.split('"').next());
    let package = file.ancestors().find(|folder| holds_manifest(folder)).map_or(0, |folder| folder.iter().count());
    let stays = |included: &&str| {
        let folder = file.parent().map_or(0, |folder| folder.iter().count());
        folder.saturating_sub(included.matches("../").count()) >= package
    };
    included.filter(|included| !stays(included)).map(|path| format!("{}: {path}", file.display())).collect()
}

#[test]
fn packages_hold_what_they_include() {
    let root = root().canonicalize().expect("it is there");
    let listed =
        Command::new("git").args(["-c", "safe.directory=*", "ls-files", "*/src/*.rs"]).current_dir(&root).output();
    let Some(listed) = listed.ok().filter(|listed| listed.status.success()) else {
        let _ =
            writeln!(std::io::stderr(), "skipped: packages_hold_what_they_include: no git checkout, 0 files checked");
        return;
    };
    let holds_manifest = |folder: &Path| folder.join("Cargo.toml").is_file();
    let listed = String::from_utf8(listed.stdout).expect("paths are UTF-8");
    let files = listed.lines().map(|path| root.join(path)).filter(|file| file.is_file());
    let of = |file: PathBuf| outsiders(&file, &fs::read_to_string(&file).expect("it is text"), holds_manifest);
    assert_eq!(
        files.flat_map(of).collect::<Vec<_>>(),
        [""; 0],
        "move it into the package, or give it a crate of its own"
    );
    let planted = |text: &str| outsiders(Path::new("a/b/src/c/d.rs"), text, |folder| folder == Path::new("a/b")).len();
    assert_eq!(planted("include_str!(\"../../../x.toml\"); include_bytes!(\"../../x.toml\")"), 1);
    assert_eq!(planted("#[cfg(test)] include_str!(\"../../../x.toml\")"), 0);
}

/// Versions by name in a lock file; a name may have several.
fn locked(path: &str) -> BTreeMap<String, Vec<String>> {
    let lock: toml::Table = text(path).parse().expect("it is TOML");
    let mut versions = BTreeMap::<String, Vec<String>>::new();
    for package in lock["package"].as_array().expect("it has packages") {
        let field = |key: &str| package[key].as_str().expect("it is text").to_owned();
        versions.entry(field("name")).or_default().push(field("version"));
    }
    versions
}

#[test]
fn what_is_fuzzed_is_what_is_built() {
    let (fuzz, workspace) = (locked("fuzz/Cargo.lock"), locked("Cargo.lock"));
    let own = ["jobserver", "libfuzzer-sys", "una-fuzz"];
    for (name, versions) in fuzz.iter().filter(|(name, _)| !own.contains(&name.as_str())) {
        let known = workspace.get(name).map(Vec::as_slice).unwrap_or_default();
        let stray = versions.iter().find(|version| !known.contains(version));
        assert_eq!(
            stray, None,
            "fuzz/Cargo.lock has a version of {name} that Cargo.lock has not ({known:?}); copy it and run `cargo metadata` in fuzz"
        );
    }
}

#[test]
fn actions_use_inputs_that_they_declare() {
    let action = text("ci/action/action.yml");
    let used = action
        .split("inputs.")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default());
    let mut n_used = 0;
    for name in used {
        n_used += 1;
        assert!(action.contains(&format!("\n  {name}:\n    description:")), "no input `{name}`");
    }
    assert!(n_used > 5);
}

#[test]
fn cargo_run_is_the_command() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // To run it needs the lock of the target folder, which the tests' own cargo may hold; what it would run is known without.
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let run = Command::new(cargo).args(arguments).current_dir(root()).output().expect("cargo runs the tests");
    assert!(run.status.success(), "cargo metadata failed:\n{}", String::from_utf8_lossy(&run.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&run.stdout).expect("cargo metadata writes JSON");
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    let defaults = list(&metadata["workspace_default_members"]);
    let packages = list(&metadata["packages"]).into_iter().filter(|package| defaults.contains(&package["id"]));
    let targets = packages.flat_map(|package| list(&package["targets"]));
    let binaries =
        targets.filter(|target| list(&target["kind"]).contains(&"bin".into())).map(|target| target["name"].clone());
    assert_eq!(binaries.collect::<Vec<_>>(), ["unanimous"]);
}
