//! The harness itself: found by its own tests.

use super::{Class::*, faults};

faults! {
    in "fuzz/oracle/src/compare.rs" {
        OracleLogs Harness "" ""
            "the data of logs is not compared";
        OracleStorage Harness "" ""
            "storage is not compared";
        OracleTranscript Harness "" ""
            "what was asked of the world is not compared";
        OracleFrames Harness "" ""
            "of the ends of frames only their number is compared";
        OracleGas Harness "" ""
            "gas that differs by one is the same";
        OracleRefund Harness "" ""
            "the refund is not compared";
        OracleExistence Harness "" ""
            "an account that only one engine has is no difference";
        OracleRejection Harness "" ""
            "a transaction that one engine rejects is no difference";
    }
    in "fuzz/oracle/src/verdict.rs" {
        OracleCrash Harness "" ""
            "an engine that crashes does not count";
    }
    in "fuzz/oracle/src/tolerance.rs" {
        OracleTolerates Harness "" ""
            "a tolerance holds for every pair of engines";
    }
    in "fuzz/oracle/src/sweep.rs" {
        OracleSweep Harness "" ""
            "the limit at which a charge just fails is not tried";
    }
    in "fuzz/oracle/src/repeat.rs" {
        OracleRepeat Harness "" ""
            "a used instance is not asked again";
    }
    in "fuzz/reduce/src/lib.rs" {
        ReduceSignature Harness "" ""
            "a reduction keeps any divergence";
        ReduceOrder Harness "" ""
            "the winner is whichever thread is first";
    }
    in "fuzz/reduce/src/code.rs" {
        ReduceJumps Harness "" ""
            "jumps are not moved along when code is cut";
    }
    in "fuzz/campaign/src/run.rs" {
        CampaignWorker Harness "" ""
            "the ledger of every second block is lost";
    }
    in "fuzz/campaign/src/leaves.rs" {
        CampaignLeaf Harness "" ""
            "what cases come to is not hashed";
    }
    in "fuzz/campaign/src/tree.rs" {
        CampaignDigest Harness "" ""
            "the digest forgets the left half of every pair of blocks";
        CampaignJoin Harness "" ""
            "shards may be joined that do not touch";
    }
    in "fuzz/campaign/src/known.rs" {
        CampaignKnown Harness "" ""
            "a finding that was fixed and returns is no news";
    }
    in "fuzz/campaign/src/ledger.rs" {
        LedgerAlone Harness "" ""
            "a case that one engine ran counts as compared";
        LedgerCompiled Harness "" ""
            "instructions count as compiled whether they were or not";
    }
    in "engines/api/src/digest.rs" {
        DigestTransient Harness "" ""
            "transient storage is no part of the digest";
        DigestNonce Harness "" ""
            "nonces are no part of the digest";
    }
    in "engines/api/src/lanes.rs" {
        LanesPadding Harness "" ""
            "a text that lacks one byte of a block has only half of its padding";
    }
    in "ci/cli/src/gate/mod.rs" {
        GateExpectations Harness "" ""
            "recorded outcomes are not looked at";
        GateFloors Harness "" ""
            "a floor that does not hold is green";
        GateExit Harness "" ""
            "a red gate exits with 0";
    }
    in "corpus/format/src/check.rs" {
        FormatCheck Harness "" ""
            "an end that is not the expected one is no difference";
        FormatHash Harness "" ""
            "the root of the state is not looked at";
    }
}
