//! The compact form of a case, `.case`: for corpora of fuzzers, where files are many and are read and written all the time.
//!
//! It holds the case and nothing else: no name, no expectations. Every case has exactly one such form and every file
//! that is read is the form of its case, so equal cases are equal files and a corpus holds nothing twice.
//!
//! A file begins with four bytes that no text begins with, then the version. An integer is written in groups of seven bits, the
//! lowest first, with the top bit set in all but the last; a word as the number of its significant bytes and these, big-endian;
//! bytes and lists begin with their length, choices with a tag. Maps ascend.

mod read;
mod write;

pub use read::read;
pub use write::write;

/// How a file begins.
const MAGIC: [u8; 4] = [0, b'u', b'n', b'a'];
/// The version behind it.
const VERSION: u8 = 1;

/// Whether these bytes claim to be of this form.
pub fn is_binary(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CaseFile, evm};

    const EVERYTHING: &str = include_str!("../../../README.md");

    /// The file in the manual that uses every field.
    fn everything() -> CaseFile {
        let blocks = EVERYTHING.split("```evm\n").skip(1).map(|block| block.split("```").next().unwrap_or_default());
        let text = blocks.max_by_key(|block| block.len()).expect("there is one");
        evm::read(text.as_bytes(), "everything.evm").expect("it is right")
    }

    #[test]
    fn every_field_survives() {
        let mut case = everything().case;
        let bytes = write(&case);
        let read = read(&bytes, "x").expect("it was just written");
        case.name = "x".into();
        assert_eq!(read.case, case);
        assert_eq!(write(&read.case), bytes);
        assert!(is_binary(&bytes));
    }

    /// What is read is the only form of its case, so a changed byte is another case or an error.
    #[test]
    fn every_byte_counts() {
        let bytes = write(&everything().case);
        let mut n_cases = 0;
        for at in 0..bytes.len() {
            assert!(read(&bytes[..at], "x").is_err(), "cut at {at}");
            for change in [1, 0x80, 0xff] {
                let mut other = bytes.clone();
                other[at] ^= change;
                if let Ok(file) = read(&other, "x") {
                    n_cases += 1;
                    assert_eq!(write(&file.case), other, "changed at {at}");
                }
            }
        }
        assert!(n_cases > 100, "{n_cases}");
        assert!(read(&[&bytes[..], &[0]].concat(), "x").is_err());
    }

    #[test]
    fn errors_say_where() {
        let bytes = write(&everything().case);
        let says = |bytes: &[u8]| read(bytes, "x.case").expect_err("it is wrong").to_string();
        assert_eq!(
            says(b"\0unb"),
            "x.case:1:1: byte 0: this is no case in the compact form; convert it from .evm or .json"
        );
        assert_eq!(says(b"\0una\x09"), "x.case:1:5: byte 4: version 9 of the compact form is not known; 1 is");
        assert!(says(&bytes[..40]).contains("the file ends too early"), "{}", says(&bytes[..40]));
    }
}
