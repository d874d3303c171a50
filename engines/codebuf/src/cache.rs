//! What a processor must be told before it runs bytes that were data.
//!
//! | | x86_64 | aarch64 |
//! |---|---|---|
//! | [`clean`]: caches of instructions agree with memory, on every core | by themselves | `dc cvau`, `ic ivau` a line, `dsb ish` |
//! | [`refetch`]: this core drops what it fetched before | `iretq` | `isb` |
//!
//! x86_64 notices a write to what it has fetched only at the address at which it runs. Behind another mapping, and behind
//! a write by another core, its manual demands a serialising instruction; of those that a program may use, `iretq` to the
//! next instruction takes 0.1 µs, and `cpuid` is intercepted by hypervisors.

use std::arch::asm;

/// A byte of which a run of bytes is made of instructions that trap: `int3`, or `udf #0`, four of it.
pub(crate) const TRAP: u8 = if cfg!(target_arch = "x86_64") { 0xcc } else { 0 };

/// A number that differs between any two threads that live.
pub(crate) fn thread() -> usize {
    thread_local!(static HERE: u8 = const { 0 });
    HERE.with(|here| std::ptr::from_ref(here).addr())
}

/// Makes the caches of instructions agree with memory for these bytes.
#[cfg(target_arch = "x86_64")]
pub(crate) fn clean(_: &[u8]) {}

/// Makes this core fetch again what it runs next.
#[cfg(target_arch = "x86_64")]
pub(crate) fn refetch() {
    // SAFETY: the five words pushed are the frame that `iretq` pops: stack segment, stack pointer, flags, code segment and
    // the address of the label behind it, all with the values they have. So it changes no register but the two that are
    // named, and the stack pointer is what it was.
    unsafe {
        asm!(
            "mov {stack}, rsp",
            "mov {word:e}, ss",
            "push {word}",
            "push {stack}",
            "pushfq",
            "mov {word:e}, cs",
            "push {word}",
            "lea {word}, [rip + 2f]",
            "push {word}",
            "iretq",
            "2:",
            stack = out(reg) _,
            word = out(reg) _,
        );
    }
}

/// Makes the caches of instructions agree with memory for these bytes.
#[cfg(target_arch = "aarch64")]
pub(crate) fn clean(bytes: &[u8]) {
    let types: usize;
    // SAFETY: reads a register that says how long the lines of the caches are; Linux lets programs read it.
    unsafe { asm!("mrs {}, ctr_el0", out(reg) types, options(nomem, nostack, preserves_flags)) };
    let (data_line, code_line) = (4 << (types >> 16 & 15), 4 << (types & 15));
    let end = bytes.as_ptr().addr() + bytes.len();
    let lines = |len: usize| (bytes.as_ptr().addr() & !(len - 1)..end).step_by(len);
    for line in lines(data_line) {
        // SAFETY: writes a line of the data cache back; the line holds a byte of `bytes`, which is mapped.
        unsafe { asm!("dc cvau, {}", in(reg) line, options(nostack, preserves_flags)) };
    }
    // SAFETY: waits until that is done, on every core.
    unsafe { asm!("dsb ish", options(nostack, preserves_flags)) };
    for line in lines(code_line) {
        // SAFETY: drops a line of the instruction caches; the line holds a byte of `bytes`, which is mapped.
        unsafe { asm!("ic ivau, {}", in(reg) line, options(nostack, preserves_flags)) };
    }
    // SAFETY: waits until that is done, on every core.
    unsafe { asm!("dsb ish", options(nostack, preserves_flags)) };
}

/// Makes this core fetch again what it runs next.
#[cfg(target_arch = "aarch64")]
pub(crate) fn refetch() {
    // SAFETY: drops what was fetched and not yet run; it changes no register and no memory.
    unsafe { asm!("isb", options(nostack, preserves_flags)) };
}
