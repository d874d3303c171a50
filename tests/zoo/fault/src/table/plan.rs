//! What compilers know of bytecode.

use super::{Class::*, faults};

faults! {
    in "engines/plan/src/walk.rs" {
        PlanGrowthNet Compiler "" "geth 2016"
            "the peak of a section is its net growth";
        PlanGrowthClamp Compiler "" "E02"
            "the peak of a section is stored in 16 signed bits";
        PlanNeedLast Compiler "" ""
            "a section needs what its last instruction needs";
        PlanJumpdestGas Gas "JUMPDEST" ""
            "the JUMPDEST of a section is free";
        PlanGasInside Compiler "GAS" ""
            "GAS does not end its section, so it reads gas that is prepaid";
        PlanSstoreInside Compiler "SSTORE" "C07"
            "SSTORE does not end its section, so the sentry sees gas that is prepaid";
        PlanDeadLeader Compiler "JUMP JUMPI" "C15"
            "a target behind dead code is dead";
        PlanPush32 ControlFlow "PUSH32" "T09"
            "the data of PUSH32 is 31 bytes long";
    }
    in "engines/plan/src/lib.rs" {
        PlanTargetsShort ControlFlow "JUMP JUMPI" "E01"
            "targets are stored in 16 signed bits";
    }
}
