//! Everything at `UNANIMOUS_FIXTURES` reads: official state tests and workloads. Skipped where it is not set.

use libtest_mimic::{Arguments, Trial};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Name, what it is about, and the test itself, which is given its folder.
type Row = (&'static str, &'static str, &'static str, fn(&Path));

const TESTS: [Row; 3] = [
    ("state_tests_read", "fixtures", "4,937 tests with 20,737 posts", state_tests_read),
    ("state_tests_become_case_files", "fixtures", "4,937 tests with 20,737 posts", state_tests_become_case_files),
    ("workloads_read", "workloads", "60 cases", workloads_read),
];

fn main() -> std::process::ExitCode {
    let root = std::env::var_os("UNANIMOUS_FIXTURES").map(PathBuf::from);
    let trial = |(name, folder, about, run): Row| {
        let folder = root.as_ref().map(|root| root.join(folder));
        let skipped = folder.is_none();
        if skipped {
            let _ = writeln!(std::io::stderr(), "skipped: {name} ({about}): UNANIMOUS_FIXTURES is not set");
        }
        let test = move || {
            folder.iter().for_each(|folder| run(folder));
            Ok(())
        };
        Trial::test(name, test).with_ignored_flag(skipped)
    };
    libtest_mimic::run(&Arguments::from_args(), TESTS.into_iter().map(trial).collect()).exit_code()
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

fn state_tests_read(folder: &Path) {
    let mut files = Vec::new();
    json_files(folder, &mut files);
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

fn state_tests_become_case_files(folder: &Path) {
    let mut files = Vec::new();
    json_files(folder, &mut files);
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

fn workloads_read(folder: &Path) {
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
