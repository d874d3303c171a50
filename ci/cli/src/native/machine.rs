//! Machine code as text, for either architecture on either host.
//!
//! Where an instruction names a place relative to itself, the listing has the offset of that place in the blob.

use super::Isa;
use std::ops::Range;
use yaxpeax_arch::{Decoder, LengthedInstruction, U8Reader};
use yaxpeax_arm::armv8::a64;
use yaxpeax_x86::long_mode;

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Instruction {
    /// Offset of its first byte in the blob.
    pub(super) at: usize,
    pub(super) text: String,
}

/// Bytes that are no instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Undecodable {
    /// Offset of the first one in the blob.
    pub(super) at: usize,
    pub(super) why: String,
}

/// The instructions in a part of a blob.
pub(super) fn instructions(isa: Isa, blob: &[u8], part: Range<usize>) -> Result<Vec<Instruction>, Undecodable> {
    let mut found = Vec::new();
    let mut at = part.start;
    while at < part.end {
        let (len, text, base) = match isa {
            Isa::X86_64 => x86_64(&blob[at..part.end]).map(|(len, text)| (len, text, at + len)),
            Isa::Aarch64 => aarch64(&blob[at..part.end]).map(|text| (4, text, at)),
        }
        .map_err(|why| Undecodable { at, why })?;
        found.push(Instruction { at, text: with_place(&text, base) });
        at += len;
    }
    Ok(found)
}

fn x86_64(bytes: &[u8]) -> Result<(usize, String), String> {
    let instruction = long_mode::InstDecoder::default().decode_slice(bytes).map_err(|error| error.to_string())?;
    Ok((instruction.len().to_const() as usize, instruction.to_string()))
}

fn aarch64(bytes: &[u8]) -> Result<String, String> {
    let instruction = a64::InstDecoder::default().decode(&mut U8Reader::new(bytes));
    instruction.map(|instruction| instruction.to_string()).map_err(|error| error.to_string())
}

/// The text with `$+0x…` and `$-0x…` replaced by the place, counted from `base`.
fn with_place(text: &str, base: usize) -> String {
    let place = |at: usize| {
        let digits = text[at + 1..].strip_prefix(['+', '-'])?.strip_prefix("0x")?;
        let len = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
        let distance = usize::from_str_radix(&digits[..len], 16).ok()?;
        let to = match text[at + 1..].starts_with('+') {
            true => base.checked_add(distance)?,
            false => base.checked_sub(distance)?,
        };
        Some(format!("{}{to:#x}{}", &text[..at], &digits[len..]))
    };
    text.find('$').and_then(place).unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_offsets() {
        for (text, shown) in [
            ("jb $+0x5c", "jb 0x15c"),
            ("jnz $-0x61", "jnz 0x9f"),
            ("adr x22, $-0x28", "adr x22, 0xd8"),
            ("tbz x3, #0x4, $+0x8, x", "tbz x3, #0x4, 0x108, x"),
            ("add rax, rcx", "add rax, rcx"),
            ("jmp $-0x101", "jmp $-0x101"),
            ("$", "$"),
        ] {
            assert_eq!(with_place(text, 0x100), shown);
        }
    }

    #[test]
    fn what_is_no_instruction_is_named() {
        let instructions = |isa, bytes: &[u8]| instructions(isa, bytes, 0..bytes.len()).map_err(|bad| bad.at);
        assert_eq!(instructions(Isa::X86_64, &[0x90, 0x06]), Err(1));
        assert_eq!(instructions(Isa::X86_64, &[0x90, 0x48]), Err(1), "cut short");
        assert_eq!(instructions(Isa::Aarch64, &[0x1f, 0x20, 0x03, 0xd5, 0xff, 0xff, 0xff, 0xff]), Err(4));
        assert_eq!(instructions(Isa::Aarch64, &[0x1f, 0x20]), Err(0), "cut short");
    }
}
