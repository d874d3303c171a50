//! What compiled code calls.

use super::{Class::*, faults};

faults! {
    in "engines/runtime/src/narrow.rs" {
        RuntimeNarrowSign Arith "SDIV" ""
            "the quotient of two limbs by a limb has the sign of the dividend";
    }
    in "engines/runtime/src/arith.rs" {
        RuntimeSdivSign Arith "SDIV" ""
            "a negative dividend makes the quotient negative";
        RuntimeModZero Arith "MOD SMOD" "C01"
            "a word modulo zero is the word";
        RuntimeDivNarrow Arith "DIV SDIV MOD SMOD" "B06"
            "a divisor of one limb divides the low limb only";
        RuntimeSignextend Arith "SIGNEXTEND" "K04"
            "SIGNEXTEND takes its index modulo 32";
        RuntimeByteIndex Arith "BYTE" "J02"
            "BYTE takes its index modulo 32";
        RuntimeClzZero Arith "CLZ" ""
            "zero has 255 leading zeros";
    }
    in "engines/runtime/src/modular.rs" {
        RuntimeBarrettStep Arith "MULMOD" "B06"
            "the last subtraction of a reduction is left out";
        RuntimeModuliKey Cache "MULMOD" ""
            "moduli are remembered by their low limb";
        RuntimeAddmodCut Arith "ADDMOD" ""
            "the carry of a sum is lost";
    }
    in "engines/runtime/src/memory.rs" {
        RuntimeExpPrice Gas "EXP" ""
            "EXP costs what it costs after EIP-160 before it too";
        RuntimeStoreByte Memory "MSTORE8" ""
            "MSTORE8 by its builtin stores the highest byte";
        RuntimeMcopyExtent Memory "MCOPY" ""
            "memory grows to the source only";
        RuntimeMcopyOverlap Memory "MCOPY" "G02"
            "ranges that overlap are copied from the front";
        RuntimeReturnCopyWrap Memory "RETURNDATACOPY" "J06"
            "the end of what is copied wraps around";
        RuntimeReturnCopyEmpty Memory "RETURNDATACOPY" "X05"
            "nothing may be copied from anywhere";
    }
    in "engines/runtime/src/gas.rs" {
        RuntimeZeroLength Memory
            "KECCAK256 CALLDATACOPY CODECOPY EXTCODECOPY RETURNDATACOPY MCOPY LOG0 LOG1 LOG2 LOG3 LOG4 CREATE CREATE2 CALL \
            CALLCODE DELEGATECALL STATICCALL RETURN REVERT" "P13"
            "an empty range at a huge offset is paid for";
        RuntimeGrowStale Memory "" ""
            "compiled code keeps the old place of memory that moved";
        RuntimeGrowPrice Gas "" "X02"
            "memory beyond 2^32 words is priced in 64 bits that wrap";
        RuntimeQuadratic Gas "" ""
            "the quadratic price of memory is rounded up";
    }
    in "engines/runtime/src/keccak.rs" {
        RuntimeKeccakRound Arith "KECCAK256" ""
            "a message whose last block is full by a byte is padded wrong";
    }
    in "engines/runtime/src/state.rs" {
        RuntimeSentry Gas "SSTORE" ""
            "the sentry holds before Istanbul too";
        RuntimeSstoreStatic Precedence "SSTORE" ""
            "gas is looked at before a static frame is refused";
        RuntimeColdStore Gas "SSTORE" ""
            "a cold slot costs SSTORE what it costs SLOAD";
        RuntimeTopics CallCreate "LOG2 LOG3 LOG4" "X03"
            "topics are taken in the order of the stack";
        RuntimeExtcodeTail Memory "EXTCODECOPY" ""
            "memory behind the end of foreign code is not cleared";
    }
    in "engines/runtime/src/context.rs" {
        RuntimeAddress Arch
            "BALANCE EXTCODESIZE EXTCODECOPY EXTCODEHASH CALL CALLCODE DELEGATECALL STATICCALL SELFDESTRUCT" "J08"
            "bits above the 160 of an address are kept in its first byte";
    }
    in "engines/runtime/src/call.rs" {
        RuntimeStipend Gas "CALL CALLCODE" "K07"
            "the caller pays for the stipend";
        RuntimeDelegateCode CallCreate "CALL CALLCODE DELEGATECALL STATICCALL" "C28"
            "a delegation is paid for and not followed";
        RuntimeCallMemory Gas "CALL CALLCODE DELEGATECALL STATICCALL" "X02"
            "gas for the callee is reckoned before memory is paid for";
        RuntimeInitcodeLimit CallCreate "CREATE CREATE2" ""
            "initcode of exactly the limit is refused";
    }
    in "engines/runtime/src/table.rs" {
        RuntimeDestroyStack Compiler "SELFDESTRUCT" "C21"
            "the height of the stack is not written before the frame ends";
    }
}
