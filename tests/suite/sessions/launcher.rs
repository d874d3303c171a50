//! The built command as sessions start it.
//!
//! Built for another machine it runs under the runner that cargo was given for that machine. Started without one it
//! would be taken for a shell script, which prints nothing and succeeds.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{env, fs, io};

const BINARY: &str = env!("CARGO_BIN_EXE_unanimous");

/// What to start instead of the built command: a file named `unanimous`.
pub(crate) static LAUNCHER: LazyLock<PathBuf> =
    LazyLock::new(|| launcher(Path::new(BINARY), "real").expect("a launcher can be written to the target folder"));

/// What to start instead of a binary named `unanimous`: a file of that name.
pub(crate) fn launcher(binary: &Path, folder: &str) -> io::Result<PathBuf> {
    let target = env::consts::ARCH.to_uppercase();
    let Ok(runner) = env::var(format!("CARGO_TARGET_{target}_UNKNOWN_LINUX_GNU_RUNNER")) else {
        return Ok(binary.to_owned());
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("launcher").join(folder);
    fs::create_dir_all(&folder)?;
    let path = folder.join("unanimous");
    fs::write(&path, format!("#!/bin/sh\nexec {runner} '{}' \"$@\"\n", binary.display()))?;
    executable(&path)?;
    Ok(path)
}

#[cfg(unix)]
fn executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> io::Result<()> {
    Ok(())
}
