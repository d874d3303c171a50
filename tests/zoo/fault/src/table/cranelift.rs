//! The optimising compiler: lowering, entries and regions, artifacts.

use super::{Class::*, faults};

faults! {
    in "engines/cranelift/src/limbs/add.rs" {
        ClifAddCarry Compiler "ADD SUB" "L01"
            "the carry of a small known number, or into two known limbs, is forgotten";
    }
    in "engines/cranelift/src/limbs/compare.rs" {
        ClifLessHalf Compiler "LT GT" "D01"
            "a narrow word is compared with the low half of a wide one";
    }
    in "engines/cranelift/src/limbs/shift.rs" {
        ClifShiftWidth Compiler "SHL SHR" "K05"
            "a narrow word that is shifted by 64 and more is shifted by the rest of it";
        ClifSarSign Compiler "SAR" ""
            "SAR by 64 and more shifts zeros in";
    }
    in "engines/cranelift/src/lower/memory.rs" {
        ClifMemoryEdge Compiler "MLOAD MSTORE" ""
            "a word that begins 31 bytes before the end of memory is taken to be there";
        ClifGrowGas Gas "MLOAD MSTORE" ""
            "growth of memory takes no gas where it happens in compiled code";
    }
    in "engines/cranelift/src/lower/inst.rs" {
        ClifKeptStale Memory "" ""
            "where memory is and how long it is are not read again behind a builtin that made it grow";
    }
    in "engines/cranelift/src/lower/frame.rs" {
        ClifRegionMistaken ControlFlow "" ""
            "a jump into another region goes to the block of the same number in this one";
    }
    in "engines/cranelift/src/lower/flow.rs" {
        ClifJumpUpper ControlFlow "JUMP JUMPI" ""
            "the upper limbs of a target do not count";
        ClifRegionStale Compiler "" "C12"
            "words that are only in values are not stored for another region";
    }
    in "engines/cranelift/src/lower/block.rs" {
        ClifEntryBounds Compiler "" ""
            "an entry from outside does not look at bounds";
        ClifPointStale Compiler "" "C12"
            "words that are only in values are not stored where a canonical point is reported";
    }
    in "engines/cranelift/src/blob.rs" {
        ClifEntryTarget ControlFlow "JUMP JUMPI" ""
            "every canonical point is a place to jump to";
    }
    in "engines/cranelift/src/artifact.rs" {
        ClifArtifactCode Cache "" "T12"
            "an artifact is used for another code";
        ClifArtifactRevision Cache "" "T12"
            "an artifact is used in another revision";
        ClifArtifactHash Cache "" ""
            "an artifact is not looked at for accidents";
    }
}
