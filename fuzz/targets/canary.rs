//! A fault is planted, and fuzzing must find it.
#![no_main]
mod hooks;
hooks::cases!();
hooks::differential!(harness::Bench::canary());
