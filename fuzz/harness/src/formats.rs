//! No bytes make a reader panic, and what can be read survives every form.

use crate::{Check, Use};
use api::Case;
use format::{binary, evm, json, load};

/// Names that choose each reader.
const NAMES: [&str; 3] = ["input", "input.evm", "input.json"];

/// Reads the input in every form, writes what was read in every form, and reads it again. A refusal is a result too.
pub fn formats(data: &[u8]) -> Check {
    for name in NAMES {
        let files = load(data, name).unwrap_or_default();
        for file in &files {
            again("readable", file, &evm::read(evm::write(file).as_bytes(), "again.evm"))?;
            let read = json::read(json::write(file).as_bytes(), "again.json");
            let read = read.map(|files| files.into_iter().next());
            again("JSON", &Some(file.clone()), &read)?;
            let bytes = binary::write(&file.case);
            // The compact form holds no name.
            let expected = Case { name: "again".to_owned(), ..file.case.clone() };
            again("compact", &expected, &binary::read(&bytes, "again.case").map(|file| file.case))?;
            if binary::is_binary(data) && bytes != data {
                return Err("compact form: the input is not the one form of its case".to_owned());
            }
        }
    }
    Ok(Use::Checked)
}

fn again<T: PartialEq + std::fmt::Debug>(
    form: &str,
    written: &T,
    read: &Result<T, format::Error>,
) -> Result<(), String> {
    match read {
        Ok(read) if read == written => Ok(()),
        Ok(read) => Err(format!("{form} form: not what was written\n{written:?}\n{read:?}")),
        Err(error) => Err(format!("{form} form: what was written cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use format::CaseFile;

    #[test]
    fn a_form_that_loses_something_is_seen() {
        let file = CaseFile::new("x".into(), String::new(), r#gen::from_seed(1, 1, &r#gen::Profile::default()), vec![]);
        let other = CaseFile { about: "y".into(), ..file.clone() };
        assert!(again("any", &file, &Ok(file.clone())).is_ok());
        assert!(again("any", &file, &Ok(other)).is_err());
        assert!(again("any", &file, &evm::read(b"nothing", "x.evm")).is_err());
    }
}
