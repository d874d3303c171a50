//! The reducer keeps what it must, and ends.
#![no_main]
mod hooks;
hooks::cases!();
libfuzzer_sys::fuzz_target!(|data: &[u8]| -> libfuzzer_sys::Corpus { hooks::verdict(harness::reduce(data)) });
