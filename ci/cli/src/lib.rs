//! The command: do EVM execution engines agree to the bit?
