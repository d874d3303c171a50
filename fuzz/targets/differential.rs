//! Engines agree on every case.
#![no_main]
mod hooks;
hooks::cases!();
hooks::differential!(hooks::bench());
