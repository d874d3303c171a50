//! EIP-7702: accounts that take on the code of another.

use crate::state::World;
use alloy_rlp::{Encodable, Header};
use api::{Address, Authorization, B256, Bytes, Code, U256, keccak256};
use spec::{gas, limits};
use std::collections::HashMap;

/// What precedes the address in a delegation designator.
const DESIGNATOR: [u8; 3] = [0xef, 0x01, 0x00];
/// What precedes the signed message.
const MAGIC: u8 = 0x05;
/// Half the order of secp256k1; a signature's `s` may not exceed it (EIP-2).
const S_MAX: U256 = U256::from_limbs([0xdfe92f46681b20a0, 0x5d576e7357a4501d, 0xffffffffffffffff, 0x7fffffffffffffff]);

/// The address that this code delegates to.
pub(crate) fn delegate(code: &Code) -> Option<Address> {
    let target = code.bytes().strip_prefix(&DESIGNATOR)?;
    (code.len() == limits::DELEGATION).then(|| Address::from_slice(target))
}

/// Who signed which authorisation. Recovering an address takes longer than running a small case, and campaigns meet
/// the same few authorisations again and again.
#[derive(Default)]
pub(crate) struct Signers(HashMap<Authorization, Option<Address>>);

impl Signers {
    /// Entries that are kept.
    const KEPT_MAX: usize = 1024;

    fn of(&mut self, authorization: &Authorization) -> Option<Address> {
        if self.0.len() >= Signers::KEPT_MAX && !self.0.contains_key(authorization) {
            self.0.clear();
        }
        *self.0.entry(authorization.clone()).or_insert_with(|| signer(authorization))
    }
}

/// Applies a list of authorisations. One that does not hold is passed over.
pub(crate) fn apply(world: &mut World<'_>, signers: &mut Signers, chain_id: u64, authorizations: &[Authorization]) {
    for authorization in authorizations {
        apply_one(world, signers, chain_id, authorization);
    }
}

fn apply_one(world: &mut World<'_>, signers: &mut Signers, chain_id: u64, authorization: &Authorization) {
    if !authorization.chain_id.is_zero() && authorization.chain_id != U256::from(chain_id) {
        return;
    }
    if authorization.nonce == limits::NONCE {
        return;
    }
    let Some(authority) = signers.of(authorization) else { return };
    world.warm(authority);
    let entry = world.entry(authority);
    let is_contract = !entry.code.is_empty() && delegate(&entry.code).is_none();
    if is_contract || entry.nonce != authorization.nonce && !fault::planted!(WorldAuthorizationNonce) {
        return;
    }
    if entry.exists || fault::planted!(WorldAuthorizationRefund) {
        world.refund += gas::AUTHORIZATION_REFUND;
    }
    let code = match authorization.address {
        Address::ZERO => Code::default(),
        address => Code::new(Bytes::from([&DESIGNATOR[..], address.as_slice()].concat())),
    };
    world.set_code(authority, code);
    world.set_nonce(authority, authorization.nonce + 1);
}

/// Who signed: the address recovered from the signature.
fn signer(authorization: &Authorization) -> Option<Address> {
    let parity = u8::try_from(authorization.y_parity).ok().filter(|parity| *parity <= 1)?;
    if authorization.s > S_MAX {
        return None;
    }
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&authorization.r.to_be_bytes::<32>());
    signature[32..].copy_from_slice(&authorization.s.to_be_bytes::<32>());
    let hash = message_hash(authorization);
    let recovered = revm_precompile::crypto().secp256k1_ecrecover(&signature, parity, &hash.0).ok()?;
    Some(Address::from_slice(&recovered[12..]))
}

fn message_hash(authorization: &Authorization) -> B256 {
    let Authorization { chain_id, address, nonce, .. } = authorization;
    let mut message = vec![MAGIC];
    Header { list: true, payload_length: chain_id.length() + address.length() + nonce.length() }.encode(&mut message);
    chain_id.encode(&mut message);
    address.encode(&mut message);
    nonce.encode(&mut message);
    keccak256(message)
}
