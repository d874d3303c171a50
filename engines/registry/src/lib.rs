//! Engine names to boxed engines.
