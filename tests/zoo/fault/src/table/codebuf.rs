//! Executable memory.

use super::{Class::*, faults};

faults! {
    in "engines/codebuf/src/space.rs" {
        CodebufOverlap Cache "" "C29"
            "the last line of a block is given to the next";
        CodebufUsedEnd Cache "" ""
            "clearing an arena leaves the last block";
    }
    in "engines/codebuf/src/single.rs" {
        CodebufClean Arch "" ""
            "the caches of instructions are not told of new code";
        CodebufRights Cache "" ""
            "memory that holds code stays writable";
    }
}
