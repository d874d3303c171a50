//! Contracts that are in use, one file of hexadecimal digits each.

use api::Code;
use std::io;
use std::path::Path;

/// The contracts by name, in the order of their files.
pub fn read(folder: &Path) -> Result<Vec<(String, Code)>, String> {
    let failed = |path: &Path, error: io::Error| format!("{}: {error}", path.display());
    let listed = std::fs::read_dir(folder).map_err(|error| failed(folder, error))?;
    let mut paths: Vec<_> = listed.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "hex"));
    paths.sort();
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).map_err(|error| failed(path, error))?;
        let digits = text.trim().trim_start_matches("0x");
        let byte = |i: usize| digits.get(2 * i..2 * i + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
        let bytes: Option<Vec<u8>> = (0..digits.len() / 2).map(byte).collect();
        let bytes =
            bytes.filter(|bytes| !bytes.is_empty()).ok_or_else(|| format!("{}: no hexadecimal", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok((name, Code::new(bytes.into())))
    };
    paths.iter().map(|path| read(path)).collect()
}
