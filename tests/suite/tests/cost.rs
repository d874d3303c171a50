//! What compilers make of the worst code that is known stays within what is recorded beside it.
//!
//! `BLESS=1 cargo test -p una-suite --test cost` writes what they make today, and an eighth more. Read the change.

use cost::Bounds;
use suite::files;

#[test]
fn what_compilers_make_is_bounded() {
    let bless = std::env::var_os("BLESS").is_some();
    assert!(!bless || std::env::var_os("CI").is_none(), "a CI system does not accept bounds");
    let mut beyond = Vec::new();
    let mut n_checked = 0;
    for (name, path, text) in files("cost") {
        let file = format::evm::read(text.as_bytes(), &name).unwrap_or_else(|error| panic!("{error}"));
        let (case, _) = file.cases().next().expect("it is for a revision");
        let code = cost::code_of(&case.accounts).unwrap_or_else(|error| panic!("{name}: {error}"));
        let path = path.with_extension("toml");
        if bless {
            std::fs::write(&path, Bounds::around(&code).to_string()).expect("the file can be written");
        }
        let bounds = std::fs::read_to_string(&path).unwrap_or_default();
        let bounds = Bounds::read(&bounds).unwrap_or_else(|error| panic!("{name}: {error}"));
        beyond.extend(bounds.check(&code).into_iter().map(|what| format!("{name}: {what}")));
        n_checked += 1;
    }
    let command = "to accept: BLESS=1 cargo test -p una-suite --test cost";
    assert!(beyond.is_empty(), "{}\n{command}", beyond.join("\n"));
    assert!(n_checked >= 10, "only {n_checked} codes have bounds");
    assert_eq!(n_checked, corpus::BOUNDS.len(), "files with bounds and cases stand side by side");
}
