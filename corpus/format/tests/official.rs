//! Everything at `UNANIMOUS_FIXTURES` reads: official state tests and workloads. Skipped where it is not set.

use std::path::{Path, PathBuf};

/// The folder, unless the variable is not set; then it says what is skipped.
#[allow(clippy::print_stdout, reason = "a skipped test says so")]
fn folder(name: &str, count: &str) -> Option<PathBuf> {
    match std::env::var_os("UNANIMOUS_FIXTURES") {
        Some(root) => Some(Path::new(&root).join(name)),
        None => {
            println!("skipped: {name}, {count}; set UNANIMOUS_FIXTURES to run it");
            None
        }
    }
}

fn json_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            json_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}

#[test]
fn every_official_state_test_reads() {
    let Some(folder) = folder("fixtures", "4,937 tests with 20,737 posts") else { return };
    let mut files = Vec::new();
    json_files(&folder, &mut files);
    let (mut tests, mut posts, mut rejected, mut states) = (0, 0, 0, 0);
    for path in files {
        let name = path.display().to_string();
        let bytes = std::fs::read(&path).unwrap();
        for test in format::statetest::read(&bytes, &name).unwrap() {
            tests += 1;
            for post in test.posts() {
                posts += 1;
                states += usize::from(post.state().is_some());
                let case = test.case(&post).unwrap();
                assert_eq!(case.transactions.len(), 1, "{name}");
                if let Some(exception) = post.exception() {
                    rejected += 1;
                    let allowed = format::statetest::exception::allowed(exception);
                    assert_eq!(allowed.unknown, Vec::<&str>::new(), "{name}: {exception}");
                }
            }
        }
    }
    assert_eq!((tests, posts, rejected, states), (4937, 20737, 256, 2898));
}

#[test]
fn every_official_state_test_becomes_case_files_and_back() {
    let Some(folder) = folder("fixtures", "4,937 tests with 20,737 posts") else { return };
    let mut files = Vec::new();
    json_files(&folder, &mut files);
    let mut expects = 0;
    for (i, path) in files.iter().enumerate() {
        let name = path.display().to_string();
        for file in format::load(&std::fs::read(path).unwrap(), &name).unwrap() {
            expects += file.expect.len();
            // Every form of every tenth file; the property tests do the same for generated ones.
            if i % 10 == 0 {
                let evm = format::evm::write(&file);
                assert_eq!(format::evm::read(evm.as_bytes(), &name).as_ref(), Ok(&file), "{name}");
                let json = format::json::write(&file);
                assert_eq!(format::json::read(json.as_bytes(), &name), Ok(vec![file]), "{name}");
            }
        }
    }
    assert_eq!(expects, 20737);
}

#[test]
fn every_workload_reads() {
    let Some(folder) = folder("workloads", "60 cases") else { return };
    let index = std::fs::read(folder.join("INDEX.tsv")).unwrap();
    let rows = format::workload::read_index(&index, "INDEX.tsv").unwrap();
    assert_eq!(rows.len(), 60);
    for row in rows {
        assert!(row.success && row.output_prefix.len() <= row.output_len && row.tx_gas_used >= 10_500, "{}", row.name);
        let case =
            format::workload::read_case(&std::fs::read(folder.join(&row.case_file)).unwrap(), &row.case_file).unwrap();
        assert_eq!((case.name, case.revision), (row.name, row.revision));
        let transaction = &case.transactions[0];
        assert!(case.gas_uncapped && transaction.gas_limit <= case.block.gas_limit);
        assert!(case.accounts.contains_key(&transaction.to.unwrap()));
    }
}
