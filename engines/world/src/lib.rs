//! State, journal, transactions, the call driver, precompiles, roots.
