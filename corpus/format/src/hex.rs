//! Numbers, bytes, addresses and hashes as text: one trait, used by both forms of a case.

use alloy_primitives::{Address, B256, Bytes, U256, Uint};

/// Marks a number beyond 256 bits in state tests.
const BIG: &str = "0x:bigint ";

/// A value that is written as a hexadecimal string.
pub(crate) trait Hex: Sized {
    /// Reads it.
    fn read(text: &str) -> Result<Self, String>;
    /// Writes it in the form of state tests.
    fn write(&self) -> String;
}

impl Hex for u64 {
    fn read(text: &str) -> Result<u64, String> {
        // Most numbers of a state test are short; this is the hot path of reading official files.
        let digits = text.strip_prefix("0x").unwrap_or_default();
        if (1..=16).contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
            && let Ok(number) = u64::from_str_radix(digits, 16)
        {
            return Ok(number);
        }
        let wide = U256::read(text)?;
        wide.try_into().map_err(|_| format!("`{}` does not fit in 64 bits", shorten(text)))
    }

    fn write(&self) -> String {
        even(format!("{self:x}"))
    }
}

impl<const BITS: usize, const LIMBS: usize> Hex for Uint<BITS, LIMBS> {
    fn read(text: &str) -> Result<Self, String> {
        number(text.strip_prefix(BIG).unwrap_or(text))
    }

    fn write(&self) -> String {
        let text = even(format!("{self:x}"));
        if self.bit_len() > 256 { format!("{BIG}{text}") } else { text }
    }
}

impl Hex for Bytes {
    fn read(text: &str) -> Result<Bytes, String> {
        if text.is_empty() {
            return Ok(Bytes::new());
        }
        bytes(text).map(Bytes::from)
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Hex for Address {
    fn read(text: &str) -> Result<Address, String> {
        fixed::<20>(text, "an address").map(Address::from)
    }

    fn write(&self) -> String {
        alloy_primitives::hex::encode_prefixed(self)
    }
}

impl Hex for B256 {
    fn read(text: &str) -> Result<B256, String> {
        fixed::<32>(text, "a hash").map(B256::from)
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

/// A word that clients want in full when it is written; short forms are read too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Full(pub(crate) U256);

impl Hex for Full {
    fn read(text: &str) -> Result<Full, String> {
        U256::read(text).map(Full)
    }

    fn write(&self) -> String {
        B256::from(self.0).to_string()
    }
}

/// The callee of a transaction: empty when it creates.
impl Hex for Option<Address> {
    fn read(text: &str) -> Result<Option<Address>, String> {
        if text.is_empty() { Ok(None) } else { Address::read(text).map(Some) }
    }

    fn write(&self) -> String {
        self.as_ref().map_or_else(String::new, Hex::write)
    }
}

/// A number in decimal, or hexadecimal after `0x`; underscores may separate digits. `0x` alone is zero.
pub(crate) fn number<const BITS: usize, const LIMBS: usize>(text: &str) -> Result<Uint<BITS, LIMBS>, String> {
    let (digits, radix) = match text.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let valid = digits.chars().all(|digit| digit == '_' || digit.is_digit(radix));
    if !valid || (radix == 10 && !digits.contains(|digit: char| digit.is_ascii_digit())) {
        return Err(format!("`{}` is not a number", shorten(text)));
    }
    // Leading zeros are free, so that a padded number is as wide as its value.
    let digits: String = digits.chars().filter(|digit| *digit != '_').skip_while(|digit| *digit == '0').collect();
    if digits.is_empty() {
        return Ok(Uint::ZERO);
    }
    if digits.len() > BITS {
        return Err(format!("`{}` does not fit in {BITS} bits", shorten(text)));
    }
    Uint::from_str_radix(&digits, radix.into()).map_err(|_| format!("`{}` does not fit in {BITS} bits", shorten(text)))
}

/// Bytes after `0x`.
pub(crate) fn bytes(text: &str) -> Result<Vec<u8>, String> {
    let Some(digits) = text.strip_prefix("0x") else {
        return Err(format!("`{}` does not begin with 0x", shorten(text)));
    };
    if digits.starts_with("0x") {
        return Err(format!("`{}` is not hexadecimal", shorten(text)));
    }
    if digits.len() % 2 == 1 {
        return Err(format!("`{}` has an odd number of digits", shorten(text)));
    }
    alloy_primitives::hex::decode(digits).map_err(|_| format!("`{}` is not hexadecimal", shorten(text)))
}

fn fixed<const N: usize>(text: &str, what: &str) -> Result<[u8; N], String> {
    let bytes = bytes(text)?;
    bytes.try_into().map_err(|bytes: Vec<u8>| format!("{what} has {N} bytes, `{}` has {}", shorten(text), bytes.len()))
}

/// A word for a message. It may be a megabyte long; its beginning says enough.
pub(crate) fn shorten(text: &str) -> String {
    printable(text, 44)
}

/// The first characters of `text`, with nothing in them that a terminal would act on.
pub(crate) fn printable(text: &str, limit: usize) -> String {
    let mut short = String::new();
    for c in text.chars().take(limit) {
        if c.is_control() { short.extend(c.escape_default()) } else { short.push(c) }
    }
    if text.chars().nth(limit).is_some() {
        short.push('…');
    }
    short
}

fn even(digits: String) -> String {
    if digits.len() % 2 == 1 { format!("0x0{digits}") } else { format!("0x{digits}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::Value;

    #[test]
    fn numbers_read_in_every_spelling() {
        assert_eq!(u64::read("0x0a"), Ok(10));
        assert_eq!(u64::read("0x"), Ok(0));
        assert_eq!(u64::read("1_000"), Ok(1000));
        assert_eq!(u64::read("0x00000000000000000000000000000000ff"), Ok(255));
        assert_eq!(u64::read("0x10000000000000000"), Err("`0x10000000000000000` does not fit in 64 bits".into()));
        assert_eq!(u64::read("0x+1"), Err("`0x+1` is not a number".into()));
        assert_eq!(u64::read(""), Err("`` is not a number".into()));
        let big: Value = Value::from(1) << 256;
        assert_eq!(Value::read(&big.write()), Ok(big));
        assert!(big.write().starts_with("0x:bigint 0x01"));
        assert_eq!(U256::MAX.write().len(), 66);
        assert!(number::<256, 4>(&"9".repeat(80)).is_err());
    }

    #[test]
    fn bytes_need_a_prefix_and_pairs_of_digits() {
        assert_eq!(Bytes::read("0x00ff"), Ok(Bytes::from(vec![0, 255])));
        assert_eq!(Bytes::read(""), Ok(Bytes::new()));
        assert!(Bytes::read("00ff").is_err());
        assert!(Bytes::read("0x0x00").is_err());
        assert_eq!(Bytes::read("0x0"), Err("`0x0` has an odd number of digits".into()));
        assert_eq!(Address::read("0x00"), Err("an address has 20 bytes, `0x00` has 1".into()));
    }
}
