//! The reference interpreter, judged by the others.

use super::{Class::*, faults};

faults! {
    in "engines/interp/src/ops/arith.rs" {
        InterpAddmodCut Arith "ADDMOD" ""
            "the sum is cut to 256 bits before it is reduced";
        InterpSdivMin Arith "SDIV" "C01"
            "the smallest word divided by -1 is zero";
        InterpSmodSign Arith "SMOD" ""
            "the rest takes the sign of the divisor";
        InterpExpPrice Gas "EXP" ""
            "EXP costs before EIP-160 what it costs after";
        InterpSignextend30 Arith "SIGNEXTEND" ""
            "index 30 is taken for the highest byte";
    }
    in "engines/interp/src/ops/bits.rs" {
        InterpByteIndex Arith "BYTE" "J02"
            "BYTE looks at the low limb of its index";
        InterpShiftMask Arith "SHL" "B01"
            "SHL takes its amount modulo 2^31";
        InterpSarFill Arith "SAR" ""
            "a negative word shifted out entirely is zero";
        InterpSltSign Arith "SLT SGT" ""
            "two negative words compare the wrong way round";
    }
    in "engines/interp/src/ops/call.rs" {
        InterpStaticStipend Gas "STATICCALL" "A03"
            "STATICCALL passes the stipend on";
        InterpDelegateWarm Gas "CALL CALLCODE DELEGATECALL STATICCALL" "C28"
            "the target of a delegation is always cold";
        InterpCallGas64th Gas "CALL CALLCODE DELEGATECALL STATICCALL" ""
            "the 64th that is kept is rounded up";
        InterpCallNewAccount Gas "CALL" "R11"
            "an absent account called without value is paid for after EIP-161 too";
    }
    in "engines/interp/src/ops/create.rs" {
        InterpInitcodeWords Gas "CREATE CREATE2" "S06"
            "words of initcode are rounded down";
        InterpDestroyTangerine Gas "SELFDESTRUCT" "R11"
            "SELFDESTRUCT to an absent account is free in Tangerine Whistle";
        InterpCreateStatic Precedence "CREATE CREATE2" ""
            "a static frame may create";
    }
    in "engines/interp/src/ops/env.rs" {
        InterpReturnCopyWrap Memory "RETURNDATACOPY" "J06"
            "the end of what is copied wraps around";
        InterpReturnCopyEmpty Memory "RETURNDATACOPY" "X05"
            "nothing may be copied from anywhere";
        InterpCalldataloadTail Memory "CALLDATALOAD" ""
            "a word that ends behind the calldata is zero";
    }
    in "engines/interp/src/ops/flow.rs" {
        InterpJumpiTarget ControlFlow "JUMPI" "S03"
            "the target is looked at though the jump is not taken";
        InterpJumpUpper ControlFlow "JUMP JUMPI" ""
            "the upper limbs of a target do not count";
    }
    in "engines/interp/src/jumps.rs" {
        InterpJumpData ControlFlow "JUMP JUMPI" ""
            "a JUMPDEST in the data of a PUSH2 is a target";
    }
    in "engines/interp/src/ops/memory.rs" {
        InterpMloadGrowth Memory "MLOAD" "T14"
            "MLOAD at the end of memory reads zeros and does not grow it";
        InterpMcopyExtent Memory "MCOPY" ""
            "memory grows to the destination only";
        InterpKeccakWords Gas "KECCAK256" "P11"
            "words that are hashed are rounded down";
    }
    in "engines/interp/src/ops/state.rs" {
        InterpSentry Gas "SSTORE" ""
            "exactly the stipend is enough to change storage";
        InterpTstoreStatic Precedence "TSTORE" ""
            "TSTORE is allowed in a static frame";
        InterpBlockhashWindow Arith "BLOCKHASH" "J01"
            "the number of the block is taken modulo 2^64";
    }
    in "engines/interp/src/run.rs" {
        InterpUnderflowKind Precedence "" "R12"
            "underflow is reported as overflow";
        InterpStackLimit ControlFlow "" ""
            "the stack holds 1023 words";
    }
}
