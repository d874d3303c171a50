//! Compiling is a function of the code.
#![no_main]
mod hooks;
hooks::cases!();
libfuzzer_sys::fuzz_target!(|data: &[u8]| -> libfuzzer_sys::Corpus { hooks::verdict(harness::compile(data)) });
