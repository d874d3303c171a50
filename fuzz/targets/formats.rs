//! Readers take any bytes, and forms lose nothing.
#![no_main]
mod hooks;
libfuzzer_sys::fuzz_target!(|data: &[u8]| -> libfuzzer_sys::Corpus { hooks::verdict(harness::formats(data)) });
