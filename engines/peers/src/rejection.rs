//! Why revm rejects a transaction, in the words of this project.

use api::{EngineError, Rejection, Revision};
use revm::context::TxEnv;
use revm::context::result::InvalidTransaction;
use revm::context::tx::DeriveTxTypeError;

/// The reason by our name. One that has none is a crash: guessing would hide a disagreement.
pub(crate) fn rejection(why: &InvalidTransaction) -> Result<Rejection, EngineError> {
    use InvalidTransaction as Why;
    Ok(match why {
        Why::PriorityFeeGreaterThanMaxFee => Rejection::PriorityAboveMax,
        Why::GasPriceLessThanBasefee => Rejection::FeeBelowBase,
        Why::CallerGasLimitMoreThanBlock => Rejection::GasAboveBlock,
        Why::TxGasLimitGreaterThanCap { .. } => Rejection::GasAboveCap,
        Why::CallGasCostMoreThanGasLimit { .. } => Rejection::IntrinsicGas,
        Why::GasFloorMoreThanGasLimit { .. } => Rejection::FloorGas,
        Why::CreateInitCodeSizeLimit => Rejection::InitcodeTooLarge,
        Why::RejectCallerWithCode => Rejection::SenderNotEoa,
        // Nobody has what does not fit: see `support`.
        Why::LackOfFundForMaxFee { .. } | Why::OverflowPaymentInTransaction => Rejection::InsufficientFunds,
        Why::NonceOverflowInTransaction => Rejection::NonceMax,
        Why::NonceTooHigh { .. } => Rejection::NonceTooHigh,
        Why::NonceTooLow { .. } => Rejection::NonceTooLow,
        Why::BlobGasPriceGreaterThanMax { .. } => Rejection::BlobFeeTooLow,
        Why::EmptyBlobs => Rejection::BlobsMissing,
        Why::BlobCreateTransaction => Rejection::BlobCreate,
        Why::TooManyBlobs { .. } => Rejection::BlobsTooMany,
        Why::BlobVersionNotSupported => Rejection::BlobVersion,
        Why::EmptyAuthorizationList => Rejection::AuthorizationsMissing,
        Why::AccessListNotSupported
        | Why::MaxFeePerBlobGasNotSupported
        | Why::BlobVersionedHashesNotSupported
        | Why::AuthorizationListNotSupported
        | Why::Eip2930NotSupported
        | Why::Eip1559NotSupported
        | Why::Eip4844NotSupported
        | Why::Eip7702NotSupported => Rejection::TypeNotSupported,
        Why::InvalidChainId
        | Why::MissingChainId
        | Why::AuthorizationListInvalidFields
        | Why::Eip7873NotSupported
        | Why::Eip7873MissingTarget
        | Why::Str(_) => {
            return Err(EngineError::Crash(format!("revm rejects the transaction for a reason without a name: {why}")));
        }
    })
}

/// A blob or set-code transaction without a callee, once there is such a type. revm refuses to build it, before
/// anything else is looked at; its validation would let it pass.
pub(crate) fn missing_callee(transaction: &TxEnv, revision: Revision) -> Option<Rejection> {
    match transaction.clone().derive_tx_type() {
        Err(DeriveTxTypeError::MissingTargetForEip4844) => Some((Revision::Cancun, Rejection::BlobCreate)),
        Err(DeriveTxTypeError::MissingTargetForEip7702) => Some((Revision::Prague, Rejection::SetCodeCreate)),
        Err(DeriveTxTypeError::MissingTargetForEip7873) | Ok(()) => None,
    }
    .filter(|(since, _)| revision.is(*since))
    .map(|(_, rejection)| rejection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_without_a_name_is_a_crash() {
        assert_eq!(rejection(&InvalidTransaction::EmptyBlobs), Ok(Rejection::BlobsMissing));
        let crash = rejection(&InvalidTransaction::Str("the moon".into())).unwrap_err();
        assert!(crash.to_string().contains("the moon"), "{crash}");
        assert!(matches!(crash, EngineError::Crash(_)));
    }
}
