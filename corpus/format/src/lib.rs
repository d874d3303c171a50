//! The forms of a case on disk: readable assembly and state-test JSON.
