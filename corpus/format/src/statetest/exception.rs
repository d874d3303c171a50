//! What state tests call the reasons to refuse a transaction.
//!
//! Two vocabularies are in use: `TransactionException.NAME`, and the older `TR_Name`. A test may allow several,
//! separated by `|`, and one name may stand for several of our reasons.

use api::Rejection::{self, *};

/// Names and the rejections they allow. The first row with a rejection in first place is its name when writing.
const NAMES: &[(&str, &[Rejection])] = &[
    ("INSUFFICIENT_ACCOUNT_FUNDS", &[InsufficientFunds]),
    ("GASLIMIT_PRICE_PRODUCT_OVERFLOW", &[InsufficientFunds]),
    ("GAS_ALLOWANCE_EXCEEDED", &[GasAboveBlock]),
    ("GAS_LIMIT_EXCEEDS_MAXIMUM", &[GasAboveCap]),
    ("INTRINSIC_GAS_TOO_LOW", &[IntrinsicGas, FloorGas]),
    ("INTRINSIC_GAS_BELOW_FLOOR_GAS_COST", &[FloorGas]),
    ("INITCODE_SIZE_EXCEEDED", &[InitcodeTooLarge]),
    ("SENDER_NOT_EOA", &[SenderNotEoa]),
    ("NONCE_IS_MAX", &[NonceMax]),
    ("NONCE_TOO_BIG", &[NonceMax]),
    ("NONCE_OVERFLOW", &[NonceMax]),
    ("NONCE_MISMATCH_TOO_LOW", &[NonceTooLow]),
    ("NONCE_MISMATCH_TOO_HIGH", &[NonceTooHigh]),
    ("VALUE_OVERFLOW", &[ValueOverflow]),
    ("PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS", &[PriorityAboveMax]),
    ("PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS_2", &[PriorityAboveMax]),
    ("INSUFFICIENT_MAX_FEE_PER_GAS", &[FeeBelowBase]),
    ("INSUFFICIENT_MAX_FEE_PER_BLOB_GAS", &[BlobFeeTooLow]),
    ("TYPE_NOT_SUPPORTED", &[TypeNotSupported]),
    ("TYPE_1_TX_PRE_FORK", &[TypeNotSupported]),
    ("TYPE_2_TX_PRE_FORK", &[TypeNotSupported]),
    ("TYPE_3_TX_PRE_FORK", &[TypeNotSupported]),
    ("TYPE_3_TX_ZERO_BLOBS_PRE_FORK", &[TypeNotSupported]),
    ("TYPE_4_TX_PRE_FORK", &[TypeNotSupported]),
    ("TYPE_3_TX_ZERO_BLOBS", &[BlobsMissing]),
    ("TYPE_3_TX_BLOB_COUNT_EXCEEDED", &[BlobsTooMany]),
    ("TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED", &[BlobsTooMany]),
    ("TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH", &[BlobVersion]),
    ("TYPE_3_TX_CONTRACT_CREATION", &[BlobCreate]),
    ("TYPE_4_TX_CONTRACT_CREATION", &[SetCodeCreate]),
    ("TYPE_4_EMPTY_AUTHORIZATION_LIST", &[AuthorizationsMissing]),
    ("RLP_BLOCK_LIMIT_EXCEEDED", &[BlockTooLong]),
    ("SenderNotEOA", &[SenderNotEoa]),
    ("TR_NoFunds", &[InsufficientFunds]),
    ("TR_NoFundsX", &[InsufficientFunds]),
    ("TR_NoFundsOrGas", &[InsufficientFunds, IntrinsicGas]),
    ("TR_GasLimitReached", &[GasAboveBlock]),
    ("TR_IntrinsicGas", &[IntrinsicGas, FloorGas]),
    ("TR_InitCodeLimitExceeded", &[InitcodeTooLarge]),
    ("TR_NonceHasMaxValue", &[NonceMax]),
    ("TR_NonceTooLow", &[NonceTooLow]),
    ("TR_NonceTooHigh", &[NonceTooHigh]),
    ("TR_RLP_WRONGVALUE", &[ValueOverflow]),
    ("TR_TipGtFeeCap", &[PriorityAboveMax]),
    ("TR_FeeCapLessThanBlocks", &[FeeBelowBase]),
    ("TR_TypeNotSupported", &[TypeNotSupported]),
    ("TR_TypeNotSupportedBlob", &[TypeNotSupported]),
    ("TR_EMPTYBLOB", &[BlobsMissing]),
    ("TR_BLOBLIST_OVERSIZE", &[BlobsTooMany]),
    ("TR_BLOBVERSION_INVALID", &[BlobVersion]),
    ("TR_BLOBCREATE", &[BlobCreate]),
    ("TR_BLOBFEE_TOO_LOW", &[BlobFeeTooLow]),
];

/// What an exception of a test allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed<'a> {
    /// The rejections that satisfy it.
    pub rejections: Vec<Rejection>,
    /// Names in it that are not known, and so satisfied by nothing.
    pub unknown: Vec<&'a str>,
}

/// What `exception` allows.
pub fn allowed(exception: &str) -> Allowed<'_> {
    let mut allowed = Allowed::default();
    for alternative in exception.split('|').map(str::trim) {
        let name = ["TransactionException.", "BlockException."]
            .iter()
            .find_map(|prefix| alternative.strip_prefix(prefix))
            .unwrap_or(alternative);
        match NAMES.iter().find(|(known, _)| *known == name) {
            Some((_, rejections)) => allowed.rejections.extend_from_slice(rejections),
            None => allowed.unknown.push(alternative),
        }
    }
    allowed
}

/// Whether `rejection` is what a test with this exception expects. An unknown name matches nothing: [`allowed`]
/// tells.
pub fn matches(exception: &str, rejection: Rejection) -> bool {
    allowed(exception).rejections.contains(&rejection)
}

/// The exception that a test expecting `rejection` names. `kind` is the type of the transaction.
pub fn name(rejection: Rejection, kind: u8) -> String {
    if rejection == TypeNotSupported && (1..=4).contains(&kind) {
        return format!("TransactionException.TYPE_{kind}_TX_PRE_FORK");
    }
    let prefix = if rejection == BlockTooLong { "BlockException" } else { "TransactionException" };
    let row = NAMES.iter().find(|(_, rejections)| rejections.first() == Some(&rejection));
    format!("{prefix}.{}", row.map_or("TYPE_NOT_SUPPORTED", |(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rejection_is_named_and_known_again() {
        for rejection in Rejection::ALL {
            for kind in 0..=4 {
                let name = name(*rejection, kind);
                assert!(matches(&name, *rejection), "{name} {rejection}");
            }
        }
    }

    #[test]
    fn alternatives_and_unknown_names() {
        let either = "TransactionException.TYPE_3_TX_PRE_FORK|TransactionException.TYPE_3_TX_ZERO_BLOBS";
        assert!(matches(either, TypeNotSupported) && matches(either, BlobsMissing));
        assert!(!matches(either, NonceTooLow));
        assert!(matches("TransactionException.INTRINSIC_GAS_TOO_LOW", FloorGas));
        assert!(matches("SenderNotEOA", SenderNotEoa));
        assert_eq!(
            allowed("TR_Bogus|TR_NoFunds"),
            Allowed { rejections: vec![InsufficientFunds], unknown: vec!["TR_Bogus"] }
        );
    }
}
