//! The template compiler for x86_64.

use super::{Class::*, faults};

faults! {
    in "engines/template/src/x86_64/mod.rs" {
        X64HeadSigned Gas "" ""
            "gas is compared as a signed number";
        X64Room Compiler "" ""
            "the stack has room for one word more";
        X64Entries ControlFlow "JUMP JUMPI" ""
            "a section that no jump may enter can be jumped to";
    }
    in "engines/template/src/x86_64/limbs.rs" {
        X64Carry Compiler "ADD" "L01"
            "a carry is not added to a known limb";
        X64Borrow Compiler "SUB LT GT" "L01"
            "a borrow is not taken from a limb in memory";
        X64TestZero Compiler "ISZERO JUMPI" ""
            "the last limb of a test for zero is left out";
        X64SetUpper Compiler "LT GT EQ ISZERO" "L08"
            "bits above the lowest byte of an answer are left over";
        X64Funnel Compiler "SHL SHR" "L03"
            "what a limb gets from its neighbour is one bit off";
    }
    in "engines/template/src/x86_64/multiply.rs" {
        X64MulTop Compiler "MUL" ""
            "a product of the top column is left out";
        X64MulCarry Compiler "MUL" "L01"
            "a carry of the second row is lost";
        X64MulSparse Compiler "MUL" "L01"
            "a carry does not reach the highest limb without BMI2";
    }
    in "engines/template/src/x86_64/quick.rs" {
        X64DivSign Arith "SDIV" "C01"
            "the quotient takes the sign of the dividend";
        X64DivMinus Arith "SMOD" ""
            "the rest is negated with the quotient";
    }
    in "engines/template/src/x86_64/memory.rs" {
        X64InputTail Memory "CALLDATALOAD" ""
            "a word that ends one byte behind the calldata is read whole";
        X64StoreWide Compiler "MSTORE" "C04"
            "a known limb that fits 32 bits is stored with its bytes as they are";
        X64OffsetUpper Memory "MLOAD MSTORE" ""
            "the upper limbs of an offset do not count";
    }
    in "engines/template/src/x86_64/shift.rs" {
        X64ShiftSign Compiler "SAR" ""
            "SAR by an unknown amount fills with zeros";
        X64ShiftOut Compiler "SHL SHR SAR" "B01"
            "the upper limbs of an amount do not count";
    }
}
