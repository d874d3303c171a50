//! The world and its driver, which every engine of this repository shares: found by recorded outcomes, official tests and peers.

use super::{Class::*, faults};

faults! {
    in "engines/world/src/state.rs" {
        WorldRefundKept Journal "" ""
            "a frame that reverts keeps its refund";
        WorldLogsKept Journal "" "S02"
            "a frame that reverts keeps its logs";
        WorldLogsCleared Journal "" "B12"
            "a frame that reverts takes all logs with it";
        WorldWarmKept Journal "" "R16"
            "accounts stay warm though the frame reverts";
        WorldSlotWarmKept Journal "" "K10"
            "slots stay warm though the frame reverts";
        WorldTransientKept Journal "TLOAD" ""
            "transient storage survives a revert";
        WorldTransientLives Journal "TLOAD" ""
            "transient storage survives the transaction";
        WorldOriginalStale Journal "SSTORE" ""
            "the original of a slot is that of the first transaction";
        WorldDestroyedBalance Journal "SELFDESTRUCT" "G03"
            "a destroyed account keeps what it was sent afterwards";
        WorldSlotsReturn Journal "SELFDESTRUCT" ""
            "an account that comes back has the slots that it had before it was removed";
        WorldNonceKept Journal "" ""
            "a nonce is not undone";
        WorldCollisionStorage CallCreate "CREATE CREATE2" ""
            "an address with storage alone may be created at";
        WorldPrecompileWarm Gas
            "BALANCE EXTCODESIZE EXTCODECOPY EXTCODEHASH CALL CALLCODE DELEGATECALL STATICCALL SELFDESTRUCT" "P03"
            "the precompiled contracts of all revisions are warm";
        WorldTouchEmpty Journal "CALL TRANSACTION" ""
            "an account that is touched and empty stays";
    }
    in "engines/world/src/call.rs" {
        WorldDepth CallCreate "CALL CALLCODE DELEGATECALL STATICCALL" "S08"
            "the depth limit of calls is one too high";
        WorldCallcodeBalance CallCreate "CALLCODE" ""
            "CALLCODE does not ask whether the value is there";
        WorldValueKept Journal "CALL CALLCODE TRANSACTION" ""
            "value stays with the callee though it reverts";
        WorldStaticTouch Journal "STATICCALL" ""
            "STATICCALL does not touch its target";
        WorldStaticInherited CallCreate "CALL" ""
            "a frame below a static one is not static";
        WorldDelegateCaller CallCreate "DELEGATECALL CALLER" ""
            "DELEGATECALL is called by the borrower";
    }
    in "engines/world/src/create.rs" {
        WorldCreateDepth CallCreate "CREATE CREATE2" "E05"
            "CREATE at the depth limit takes the nonce";
        WorldNonceMax CallCreate "CREATE CREATE2" "Y03"
            "an account with the largest nonce creates";
        WorldCreateWarm Journal "CREATE CREATE2" "R16"
            "the address of a failed create is cold again";
        WorldCreateNonce CallCreate "CREATE CREATE2" ""
            "contracts begin with nonce 1 before EIP-161 too";
    }
    in "engines/world/src/driver.rs" {
        WorldCreateReturns CallCreate "CREATE CREATE2" "M01"
            "the code that was deployed is left as return data";
        WorldRevertReturns CallCreate "CREATE CREATE2" ""
            "a create that reverts leaves no return data";
        WorldDepositFrontier CallCreate "CREATE" ""
            "a create that cannot pay for its code fails in Frontier too";
        WorldEfPrefix CallCreate "CREATE CREATE2" ""
            "code may begin with 0xEF before and after London";
        WorldCodeSizeRevert CallCreate "CREATE CREATE2" "T08"
            "the limit of code holds for what initcode reverts with";
        WorldReturnZeroes Memory "CALL" "G02"
            "memory behind a short answer is cleared";
        WorldHaltGas Gas "" ""
            "a frame that halts gives its gas back";
    }
    in "engines/world/src/session.rs" {
        WorldHashEmpty CallCreate "EXTCODEHASH" "P09"
            "the code hash of an account that is there and empty is that of no code";
        WorldDestroyCancun CallCreate "SELFDESTRUCT" ""
            "any contract that destroys itself disappears after Cancun too";
        WorldDestroySelf Journal "SELFDESTRUCT" "R04"
            "what an account gives to itself is not burnt";
        WorldDestroyRefund Gas "SELFDESTRUCT" ""
            "every SELFDESTRUCT of an account is refunded";
    }
    in "engines/world/src/transact.rs" {
        WorldCoinbaseWarm Gas
            "BALANCE EXTCODESIZE EXTCODECOPY EXTCODEHASH CALL CALLCODE DELEGATECALL STATICCALL SELFDESTRUCT" ""
            "the coinbase is warm before Shanghai";
        WorldListSlots Gas "SLOAD SSTORE" ""
            "the slots of an access list are cold";
        WorldBlobFee Gas "" ""
            "blobs are not paid for";
        WorldRefundDivisor Gas "" ""
            "half of the gas may be refunded after London too";
        WorldBaseFee Gas "" ""
            "the base fee goes to the coinbase";
        WorldPrevrandao CallCreate "PREVRANDAO" ""
            "the difficulty stands where the random word should";
    }
    in "engines/world/src/intrinsic.rs" {
        WorldIntrinsicWords Gas "" "S06"
            "words of a transaction's initcode are rounded down";
        WorldFloorTokens Gas "" ""
            "a byte that is not zero is three tokens in the floor";
    }
    in "engines/world/src/authorization.rs" {
        WorldAuthorizationNonce CallCreate "" ""
            "the nonce of an authorisation does not count";
        WorldAuthorizationRefund Gas "" "R20"
            "an authorisation of an absent account is refunded too";
    }
    in "engines/world/src/validate.rs" {
        WorldSenderCode CallCreate "" ""
            "contracts may send transactions";
        WorldNonceGap CallCreate "" ""
            "a transaction may skip nonces";
    }
    in "engines/world/src/blob.rs" {
        WorldBlobExcess Gas "BLOBBASEFEE" ""
            "the excess of blob gas falls without a bound in Osaka";
    }
    in "engines/world/src/precompile.rs" {
        WorldModexpFloor Precompile "" "R13"
            "the least price of MODEXP is not taken";
        WorldPrecompileKind Precedence "" "R22"
            "a precompiled contract that runs out of gas fails like any other";
        WorldPrecompileSet Precompile "" "G09"
            "Berlin has the precompiled contracts of Istanbul";
        WorldEcrecoverOutput Precompile "" "M06"
            "ECRECOVER that fails returns a word of zeros";
    }
}
