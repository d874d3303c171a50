//! The template engine: bytecode to machine code in one linear pass.
//!
//! * `walk` goes over a plan once and decides where each limb of each word is; `window` is the stack as a section sees
//!   it, `settle` brings every word home where a section ends, `lower` says what instructions become;
//! * `isa` is what the walk asks of an architecture, `x86_64` and `aarch64` answer;
//! * [`compile`] puts a blob together, a pure function of (bytecode, revision, features, variant);
//! * [`Template`] keeps blobs by their code and runs frames in them.
//!
//! Compiled code batches the checks of a section at its head. Where one fails, nothing has been changed and the frame leaves:
//! precise execution finds which instruction halts and why.

mod aarch64;
mod buffer;
mod chaos;
pub mod compile;
mod engine;
mod enter;
mod feedback;
mod isa;
mod lower;
mod settle;
mod walk;
mod window;
mod x86_64;

pub use compile::Blob;
pub use engine::{CODE_LEN_MAX, Counts, EXPANSION_MAX, Template};
pub use isa::Unencodable;

/// Features of the target that code may use. An input, never asked of the processor below the registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Features {
    /// x86_64: multiplication and shifts that leave the flags alone.
    pub bmi2: bool,
}

impl Features {
    /// What the processor has that runs this.
    pub fn host() -> Features {
        #[cfg(target_arch = "x86_64")]
        let bmi2 = std::arch::is_x86_feature_detected!("bmi2");
        #[cfg(not(target_arch = "x86_64"))]
        let bmi2 = false;
        Features { bmi2 }
    }

    /// The names of those that are there.
    pub fn names(self) -> Vec<String> {
        [("bmi2", self.bmi2)].into_iter().filter(|(_, has)| *has).map(|(name, _)| name.to_owned()).collect()
    }
}
