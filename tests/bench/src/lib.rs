//! Benchmarks, with other engines beside ours in the same run.
