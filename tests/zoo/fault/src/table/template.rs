//! The template compiler, whatever the architecture.

use super::{Class::*, faults};

faults! {
    in "engines/codebuf/src/kept.rs" {
        TemplateCacheRevision Cache "" "T12"
            "code that was compiled for one revision runs in another";
        TemplateCacheLength Cache "" "G12"
            "codes of one length and one beginning are the same";
    }
    in "engines/template/src/settle.rs" {
        TemplateSettleOrder Compiler "" "C12"
            "a word goes home over one that is still needed";
        TemplateSettleCycle Compiler "" "L13"
            "the first word of a cycle is lost";
    }
    in "engines/template/src/window.rs" {
        TemplateSpillSlot Compiler "" "C12"
            "a word is spilled to its own place though another lies there";
        TemplateLastUse Compiler "" "K04"
            "a register that is used twice is overwritten";
    }
    in "engines/template/src/lower/arith.rs" {
        TemplateAddCarry Compiler "ADD" "L01"
            "a carry into two known limbs is forgotten";
        TemplateSubBorrow Compiler "SUB" "L01"
            "a borrow ends where the known limbs are equal";
        TemplateModMask Compiler "MOD" "K05"
            "MOD by 2^64 and above masks one bit too many";
    }
    in "engines/template/src/walk.rs" {
        TemplateSdivShift Compiler "SDIV" "K05"
            "SDIV by a power of two is a shift";
        TemplateMemoryKnown Compiler "MLOAD MSTORE" "C17"
            "memory that one section made sure of is there in the next";
        TemplatePadding ControlFlow "" "C23"
            "a PUSH that the end of the code cuts off pushes zero";
        TemplateResume CallCreate "CALL" "C27"
            "a frame that called resumes where its code begins";
        TemplateUndefined Precedence "" "C25"
            "an instruction that is not defined is INVALID";
        TemplateNumber Cache "NUMBER" "geth 2016"
            "NUMBER and TIMESTAMP are exchanged";
        TemplateHomes Compiler "" ""
            "every word goes home before every instruction, which changes nothing but costs";
        TemplateReturnSize Compiler "RETURNDATASIZE" ""
            "RETURNDATASIZE is the size of the calldata";
    }
    in "engines/template/src/lower/shift.rs" {
        TemplateShift64 Compiler "SHL SHR" "K05"
            "a shift by a whole number of limbs moves one bit";
        TemplateSarSign Compiler "SAR" ""
            "the sign that is shifted in is that of the second limb";
        TemplateSarClamp Compiler "SAR" ""
            "SAR by 256 shifts nothing";
        TemplateSignextendLimb Compiler "SIGNEXTEND" ""
            "the sign of a whole limb is not copied";
    }
    in "engines/template/src/lower/bits.rs" {
        TemplateByteTop Compiler "BYTE" "J02"
            "the highest byte of a limb keeps what is below it";
        TemplateOrOnes Compiler "OR" "L08"
            "OR with a limb of ones is the other limb";
    }
    in "engines/template/src/lower/compare.rs" {
        TemplateLessEqual Compiler "LT GT" "D01"
            "limbs of a comparison that are known to be zero on one side are left out";
        TemplateEqualKnown Compiler "EQ" "L09"
            "EQ does not compare the highest limb";
        TemplateIszeroPairs Compiler "ISZERO JUMPI" "D01"
            "two ISZERO before a JUMPI negate once";
        TemplateSignedBias Compiler "SLT SGT" ""
            "known words compare without their signs";
    }
    in "engines/template/src/lower/memory.rs" {
        TemplateMemoryEdge Compiler "MLOAD MSTORE" ""
            "a word that begins in memory is taken to be there";
    }
    in "engines/template/src/lower/flow.rs" {
        TemplateJumpUpper ControlFlow "JUMP JUMPI" ""
            "the upper limbs of a target do not count";
        TemplateCondition ControlFlow "JUMPI" "W01"
            "only the low limb of a condition counts";
        TemplateFallThrough ControlFlow "JUMPI" "C15"
            "a JUMPI that is never taken to a bad target halts";
    }
    in "engines/template/src/engine.rs" {
        TemplateHeadKind Precedence "" "X2"
            "a head check that fails is out of gas";
        TemplateHeadGas Gas "" "E12"
            "gas that a failed head took is not given back";
        TemplateRefuses Compiler "" ""
            "code of more than 64 bytes is interpreted and nobody is told";
        TemplateNondeterminism Arch "" ""
            "the thousandth frame that an instance runs has a byte of memory more";
    }
}
