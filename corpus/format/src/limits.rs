//! How large a case file may be. Beyond these a file is refused with an error, never truncated.

/// Bytes of a case file in either form.
pub const FILE: usize = 8 << 20;
/// Bytes of an account's code, or of the data or expected output of a transaction.
pub const CODE: usize = 1 << 20;
/// Bytes of code that are written as a listing; longer code, which no revision could deploy, is hexadecimal.
pub const LISTING: usize = 64 << 10;
/// Transactions of a case.
pub const TRANSACTIONS: usize = 1024;
/// Bytes of a file of official state tests.
pub const STATE_TESTS: usize = 1 << 30;
