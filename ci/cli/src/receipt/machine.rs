//! Where a run takes place: architecture, processor, and the emulator if there is one.
//!
//! A program in an emulator for user programs sees the kernel of the host. There it is known by the name of the emulator,
//! which no program of ours has.

use serde_json::{Value, json};
use std::env::consts::{ARCH, OS};

/// Says what the emulator is, where it cannot be seen from inside.
const EMULATOR: &str = "UNANIMOUS_EMULATOR";

/// This machine.
pub(super) fn machine() -> Value {
    let variable = |name: &str| std::env::var(name).ok();
    let file = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let emulator = variable(EMULATOR).or_else(|| emulator(&file("/proc/self/comm")));
    let cpu = match &emulator {
        // What the kernel says is about the host.
        Some(_) => variable("QEMU_CPU"),
        None => cpu(&file("/proc/cpuinfo")),
    };
    json!({ "arch": ARCH, "os": OS, "cpu": cpu, "emulator": emulator })
}

fn emulator(comm: &str) -> Option<String> {
    let name = comm.trim_end();
    // The kernel keeps 15 bytes of a name, which end somewhere in `-static`.
    let plain = name.rsplit_once('-').filter(|(_, end)| "static".starts_with(end)).map_or(name, |(plain, _)| plain);
    name.starts_with("qemu-").then(|| plain.to_owned())
}

/// The model in what Linux says of the first processor.
fn cpu(info: &str) -> Option<String> {
    let field = |name: &str| {
        let mut lines = info.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
    };
    field("model name").or_else(|| Some(format!("{} {}", field("CPU implementer")?, field("CPU part")?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_and_emulators_are_recognised() {
        let x86_64 = "processor\t: 0\nmodel\t\t: 207\nmodel name\t: Some CPU @ 2 GHz\nmodel name\t: other\n";
        assert_eq!(cpu(x86_64).as_deref(), Some("Some CPU @ 2 GHz"));
        assert_eq!(cpu("CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n").as_deref(), Some("0x41 0xd0c"));
        assert_eq!(cpu(""), None);
        assert_eq!(emulator("qemu-aarch64-st\n").as_deref(), Some("qemu-aarch64"));
        assert_eq!(emulator("qemu-x86_64-sta\n").as_deref(), Some("qemu-x86_64"));
        assert_eq!(emulator("qemu-x86_64\n").as_deref(), Some("qemu-x86_64"));
        assert_eq!(emulator("unanimous\n"), None);
    }
}
