//! Who signed an authorisation, recovered by revm's own library and remembered.
//!
//! Recovering takes ten times as long as the rest of a small case, and campaigns meet the same few authorisations again
//! and again.

use api::Authorization;
use revm::context_interface::transaction::{
    Authorization as Inner, RecoveredAuthority, RecoveredAuthorization, SignedAuthorization,
};
use std::cell::RefCell;
use std::collections::HashMap;

/// Entries that a thread keeps.
const KEPT_MAX: usize = 1024;

thread_local! {
    static KNOWN: RefCell<HashMap<Authorization, RecoveredAuthority>> = RefCell::default();
}

/// The authorisation with its signer, if it has one.
pub(crate) fn recovered(authorization: &Authorization) -> RecoveredAuthorization {
    let Authorization { chain_id, address, nonce, .. } = authorization;
    let inner = Inner { chain_id: *chain_id, address: *address, nonce: *nonce };
    let authority = KNOWN.with_borrow_mut(|known| {
        if known.len() >= KEPT_MAX && !known.contains_key(authorization) {
            known.clear();
        }
        known.entry(authorization.clone()).or_insert_with(|| recover(&inner, authorization)).clone()
    });
    RecoveredAuthorization::new_unchecked(inner, authority)
}

fn recover(inner: &Inner, authorization: &Authorization) -> RecoveredAuthority {
    let Authorization { y_parity, r, s, .. } = authorization;
    // A parity beyond a byte is as impossible as the largest byte.
    let y_parity = u8::try_from(*y_parity).unwrap_or(u8::MAX);
    SignedAuthorization::new_unchecked(inner.clone(), y_parity, *r, *s).into_recovered().into_parts().1
}
