//! The template compiler for aarch64: found where such code runs.

use super::{Class::*, faults};

faults! {
    in "engines/template/src/aarch64/mod.rs" {
        A64Room Compiler "" ""
            "the stack has room for one word more";
        A64HeadNeed Compiler "" ""
            "a section that grows needs nothing";
        A64Condition Arch "SLT SGT" ""
            "a signed comparison branches like an unsigned one";
        A64Extr Arch "SHL SHR" "L04"
            "what a limb gets from its neighbour is one bit off";
    }
    in "engines/template/src/aarch64/limbs.rs" {
        A64Carry Compiler "ADD" "L01"
            "a carry is not added to a known limb";
        A64Borrow Arch "SUB LT GT" "L01"
            "a borrow is read as a carry";
        A64Equal Arch "EQ ISZERO" "L09"
            "each comparison forgets the one before";
    }
    in "engines/template/src/aarch64/shift.rs" {
        A64ShiftZero Arch "SHL" "L03"
            "a shift by nothing doubles what comes from below";
        A64ShiftSign Arch "SAR" ""
            "SAR by a whole limb fills with zeros";
    }
    in "engines/template/src/aarch64/multiply.rs" {
        A64MulHigh Arch "MUL" ""
            "the high halves of a row begin one limb too late";
    }
    in "engines/template/src/aarch64/memory.rs" {
        A64LoadPair Arch "MLOAD CALLDATALOAD" "J08"
            "the bytes of the lowest limb are not turned round";
        A64InputTail Arch "CALLDATALOAD" ""
            "a word that ends one byte behind the calldata is read whole";
    }
    in "engines/template/src/aarch64/quick.rs" {
        A64DivMinus Arch "SDIV" "L15"
            "the smallest limb is divided by -1 by the processor";
    }
    in "engines/template/src/aarch64/shared.rs" {
        A64Saved Arch "" ""
            "a register of limbs is not kept over a call aside";
    }
}
