//! Authorisations that were signed in advance (EIP-7702): for contracts of the cast, with keys that nobody needs.

use crate::stage::{CONTRACTS, OTHER, SENDER};
use alloy_primitives::{address, b256};
use api::{Address, Authorization, B256, U256};

/// An authorisation and who signed it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signed {
    /// Who takes on code.
    pub(crate) signer: Address,
    chain_id: u64,
    target: Address,
    nonce: u64,
    y_parity: u8,
    r: B256,
    s: B256,
}

impl Signed {
    /// As a transaction carries it.
    pub(crate) fn authorization(&self) -> Authorization {
        Authorization {
            chain_id: U256::from(self.chain_id),
            address: self.target,
            nonce: self.nonce,
            y_parity: U256::from(self.y_parity),
            r: self.r.into(),
            s: self.s.into(),
        }
    }
}

const SECOND: Address = address!("88c0e901bd1fd1a77bda342f0d2210fdc71cef6b");
const ITSELF: Address = address!("043aed06383f290ee28fa02794ec7215ca099683");

/// For this chain and for any, the nonce that is next and the one after, to a contract, to none, to a precompiled
/// contract, to the signer itself, for another chain, and by the sender of the transaction.
pub(crate) const SIGNED: [Signed; 8] = [
    Signed {
        signer: OTHER,
        chain_id: 1,
        target: CONTRACTS[0],
        nonce: 0,
        y_parity: 0,
        r: b256!("008dfbe73d46379bbd660edd1dd16da359ec5edcd770b6f9f849d292339764f3"),
        s: b256!("0e82facad7d845a6f52fa0348ab94f04930fd0ea425e6dbb7a8067041b7ec9df"),
    },
    Signed {
        signer: OTHER,
        chain_id: 0,
        target: CONTRACTS[1],
        nonce: 1,
        y_parity: 0,
        r: b256!("b6d8bc0f894863a23a793c3da33a5e66cafe8696f9cdd40e777a40eaaa203ee2"),
        s: b256!("7bd269b9e8975504fa1fc5b6e72e81441080d1355de477fb44af2560c8d80675"),
    },
    Signed {
        signer: SECOND,
        chain_id: 0,
        target: CONTRACTS[1],
        nonce: 0,
        y_parity: 1,
        r: b256!("b6d8bc0f894863a23a793c3da33a5e66cafe8696f9cdd40e777a40eaaa203ee2"),
        s: b256!("629759b1f48d72527dedd3ad26803623feb7f8443c28ff29db299779e63d2d6b"),
    },
    Signed {
        signer: SECOND,
        chain_id: 1,
        target: Address::ZERO,
        nonce: 1,
        y_parity: 0,
        r: b256!("91633ca8c7f02228d2354632f819cdac83e87735518fa4ab6dbb631a3e325ebe"),
        s: b256!("0500250ec493f26bc463a26cf4f67232c6e77176f48bd02e88d96f0426011d7f"),
    },
    Signed {
        signer: address!("7231c364597f3bfdb72cf52b197cc59111e71794"),
        chain_id: 1,
        target: Address::with_last_byte(4),
        nonce: 0,
        y_parity: 1,
        r: b256!("91633ca8c7f02228d2354632f819cdac83e87735518fa4ab6dbb631a3e325ebe"),
        s: b256!("5c3d8cc06b6b7dfc29e52ad2a91192299a10d53c4d87753ec753ada1a822b209"),
    },
    Signed {
        signer: ITSELF,
        chain_id: 1,
        target: ITSELF,
        nonce: 0,
        y_parity: 1,
        r: b256!("56d030adeb30f1b47f806276651a56d87f0d8b6c458092e1613513688cd0f6c3"),
        s: b256!("4c8adae8f6b04030e3b2e49906c4eccdd79d525d928494b1086b30bb0ede93a7"),
    },
    Signed {
        signer: address!("0c95931d95694b3ef74071241827c09f25d40620"),
        chain_id: 2,
        target: CONTRACTS[0],
        nonce: 0,
        y_parity: 1,
        r: b256!("18dcaf47f5792c0a6697d9a18d9899ae7cdb7dd8571b995a354581dd44afabd0"),
        s: b256!("1ac67d82116d68b0c5e0e178f552645d6ad93959e3988786fe1bf69ccb045794"),
    },
    Signed {
        signer: SENDER,
        chain_id: 1,
        target: CONTRACTS[0],
        nonce: 1,
        y_parity: 1,
        r: b256!("555139acd410efa21b57ad8a7fd540eddbc0b2c3f4f4f546bda9a28a2b55466c"),
        s: b256!("0deb8520304a4de615d1adf82590f60bfd316adde92b2e3851b9532e0545c376"),
    },
];
