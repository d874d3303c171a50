//! Every engine passes every official state test. Without the fixtures each folder is ignored and named as skipped.

use cli::conform::{Report, Selection, find, run};
use libtest_mimic::{Arguments, Failed, Trial};
use std::io::Write;
use std::path::PathBuf;

/// Cases per folder: what is there and what must be run.
const FOLDERS: [(&str, u64); 6] = [
    ("eest-filled-b1a", 84),
    ("eest-filled-bls", 144),
    ("eest-v5.4.0", 2670),
    ("ethereum-tests", 634),
    ("legacytests-cancun", 10855),
    ("legacytests-constantinople", 6350),
];

fn main() -> std::process::ExitCode {
    let fixtures = suite::fixtures().map(|root| root.join("fixtures"));
    if fixtures.is_none() {
        let (n, total) = (FOLDERS.len(), FOLDERS.iter().map(|(_, cases)| cases).sum::<u64>());
        let line =
            format!("skipped: {n} folders of official state tests, {total} cases: UNANIMOUS_FIXTURES is not set");
        let _ = writeln!(std::io::stderr(), "{line}");
    }
    let trials = FOLDERS.map(|(folder, n_cases)| {
        let path = fixtures.as_ref().map(|root| root.join(folder));
        let skipped = path.is_none();
        Trial::test(format!("official::{folder}"), move || passes(path, n_cases)).with_ignored_flag(skipped)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit_code()
}

fn passes(folder: Option<PathBuf>, n_cases: u64) -> Result<(), Failed> {
    let folder = folder.ok_or("skipped: UNANIMOUS_FIXTURES is not set")?;
    let report: Report = run(&find(&[folder])?, &Selection::default(), |_| ());
    let mut text = Vec::new();
    report.print(&mut text, 20)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let n_expected = n_cases * registry::names().count() as u64;
    let n_passed = report.total.passed + report.total.by_convention;
    if report.exit() == cli::Exit::Ok && n_passed == n_expected {
        return Ok(());
    }
    Err(format!("{n_passed} cases passed, expected {n_expected}\n{text}").into())
}
