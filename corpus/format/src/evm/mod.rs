//! The readable form, `.evm`: a TOML header, then sections of assembly.
//!
//! ```text
//! about = "ADD wraps at 2^256"
//!
//! [[account]]
//! code = "main"
//!
//! [[expect]]
//! revision = "Osaka"
//!
//! === main
//!     PUSH1 1 PUSH32 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff ADD
//!     PUSH0 SSTORE
//! ```
//!
//! What is left out has a default, so that a file written by hand is short; `corpus/README.md` lists them.
//! [`write()`] is canonical: it orders everything and leaves out what equals its default, so
//! `read(write(x)) == x` and writing what was read twice gives the same bytes. Labels, comments and the names of
//! sections do not survive it; [`bless`] keeps them, for it replaces the expectations alone.

mod bless;
mod fields;
mod header;
mod read;
mod sections;
mod write;

pub use bless::bless;
pub use read::read;
pub use write::write;

use api::{Account, Address, Transaction, U256};

/// Who sends a transaction that names no sender. Its secret key is known to every client's tests.
pub const SENDER: Address = alloy_primitives::address!("a94f5374fce5edbc8e2a8697c15331677e6ebf0b");
/// Wei of a sender that is no account of the case.
pub const BALANCE: u64 = 1_000_000_000_000_000_000;
/// Gas limit of a transaction that gives none.
pub const GAS_LIMIT: u64 = 1_000_000;
/// Gas price of a transaction that gives none.
pub const GAS_PRICE: u64 = 10;
/// Answer of CHAINID.
pub const CHAIN_ID: u64 = 1;

/// What begins a line that begins a section.
const SECTION: &str = "===";

/// The address of the account that stands at `position`, from 1, and gives none.
fn account_address(position: usize) -> Address {
    let mut address = Address::with_last_byte(0);
    address[..2].copy_from_slice(&[0xc0, 0xde]);
    address[12..].copy_from_slice(&(position as u64).to_be_bytes());
    address
}

/// The account of a sender that the file does not list.
fn funded() -> Account {
    Account { balance: U256::from(BALANCE), ..Account::default() }
}

/// The nonce of the next transaction of `sender` that gives none.
fn next_nonce(accounts: &api::State, earlier: &[Transaction], sender: Address) -> u64 {
    let sent = earlier.iter().filter(|transaction| transaction.sender == sender).count();
    accounts.get(&sender).map_or(0, |account| account.nonce).saturating_add(sent as u64)
}
