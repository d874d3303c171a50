//! The passes of the intermediate form.

use super::{Class::*, faults};

faults! {
    in "engines/ir/src/fold.rs" {
        IrFoldModMask Compiler "MOD" "K05"
            "MOD by a power of two keeps one bit too many";
        IrFoldSigned Compiler "SGT JUMPI" "D01"
            "a branch on SGT by zero asks whether there is any bit";
    }
    in "engines/ir/src/jumps.rs" {
        IrJumpsTurn ControlFlow "ISZERO JUMPI" "D01"
            "a branch on ISZERO loses the negation and keeps its ways";
    }
    in "engines/ir/src/carry/rewrite.rs" {
        IrCarryCall Compiler "" "C12"
            "words that are only in values are not stored before a call";
    }
    in "engines/ir/src/range/mod.rs" {
        IrRangeEntry Compiler "" ""
            "an entry from outside does not look at the bounds that were proved over edges";
        IrRangeSize Compiler "CALLDATASIZE RETURNDATASIZE" ""
            "sizes are taken to fit a byte";
    }
    in "engines/ir/src/number.rs" {
        IrNumberByte Compiler "MSTORE8" ""
            "a word of memory outlives a byte that is written into it";
    }
    in "engines/ir/src/grow.rs" {
        IrGrowMsize Compiler "MSIZE" ""
            "growth is raised over a question for the size of memory";
    }
    in "engines/ir/src/dead.rs" {
        IrDeadCall Compiler "" "C12"
            "words that only a frame's rest behind a call reads are not stored";
    }
    in "engines/ir/src/pack.rs" {
        IrPackRoom Precedence "" ""
            "a stack check is left out though the stack may overflow";
    }
}
