//! The processor that code is made for: its architecture and those of its features that code may use.

use crate::{Opt, Options, Regalloc};
use cranelift_codegen::isa::{self, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable, Flags, SetError};
use std::fmt;
use std::str::FromStr;

/// An architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(non_camel_case_types, missing_docs, reason = "the names are those that Rust uses")]
pub enum Arch {
    x86_64,
    aarch64,
}

/// Features that code may use. An input, never asked of the processor below the registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Features {
    /// x86_64: bit fields, and a count of trailing zeros.
    pub bmi1: bool,
    /// x86_64: multiplication and shifts that leave the flags alone.
    pub bmi2: bool,
    /// x86_64: a count of leading zeros.
    pub lzcnt: bool,
}

/// What code is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The architecture.
    pub arch: Arch,
    /// What may be used of it.
    pub features: Features,
}

impl Arch {
    /// All of them.
    pub const ALL: [Arch; 2] = [Arch::x86_64, Arch::aarch64];

    /// Its name, as Rust spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Arch::x86_64 => "x86_64",
            Arch::aarch64 => "aarch64",
        }
    }

    /// The one that this runs on, if there is a back end for it.
    pub fn host() -> Option<Arch> {
        match () {
            _ if cfg!(target_arch = "x86_64") => Some(Arch::x86_64),
            _ if cfg!(target_arch = "aarch64") => Some(Arch::aarch64),
            _ => None,
        }
    }
}

impl Features {
    /// What the processor has that runs this.
    pub fn host() -> Features {
        #[cfg(target_arch = "x86_64")]
        let features = Features {
            bmi1: std::arch::is_x86_feature_detected!("bmi1"),
            bmi2: std::arch::is_x86_feature_detected!("bmi2"),
            lzcnt: std::arch::is_x86_feature_detected!("lzcnt"),
        };
        #[cfg(not(target_arch = "x86_64"))]
        let features = Features::default();
        features
    }

    /// Each name with whether it is there.
    fn rows(self) -> [(&'static str, bool); 3] {
        [("bmi1", self.bmi1), ("bmi2", self.bmi2), ("lzcnt", self.lzcnt)]
    }

    /// The names of those that are there.
    pub fn names(self) -> Vec<String> {
        self.rows().into_iter().filter(|(_, has)| *has).map(|(name, _)| name.to_owned()).collect()
    }

    /// A bit for each.
    pub fn bits(self) -> u32 {
        self.rows().into_iter().enumerate().map(|(i, (_, has))| u32::from(has) << i).sum()
    }

    /// Those of bits that [`Features::bits`] gave; `None` for bits that mean nothing.
    pub fn from_bits(bits: u32) -> Option<Features> {
        let has = |i: u32| bits >> i & 1 == 1;
        (bits < 8).then(|| Features { bmi1: has(0), bmi2: has(1), lzcnt: has(2) })
    }

    /// Whether all of these are among those.
    pub fn fit(self, there: Features) -> bool {
        self.bits() & !there.bits() == 0
    }
}

impl Target {
    /// What this runs on, if there is a back end for it.
    pub fn host(features: Features) -> Option<Target> {
        Arch::host().map(|arch| Target { arch, features })
    }

    /// What Cranelift calls it, with these options.
    pub(crate) fn isa(self, options: &Options) -> Result<OwnedTargetIsa, Unavailable> {
        let flags = flags(options).map_err(|error| Unavailable(error.to_string()))?;
        let triple = format!("{}-unknown-linux-gnu", self.arch.name());
        let mut builder = isa::lookup_by_name(&triple).map_err(|error| Unavailable(error.to_string()))?;
        if self.arch == Arch::x86_64 {
            for (name, _) in self.features.rows().into_iter().filter(|(_, has)| *has) {
                builder.enable(&format!("has_{name}")).map_err(|error| Unavailable(error.to_string()))?;
            }
        }
        builder.finish(flags).map_err(|error| Unavailable(error.to_string()))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.arch.name())?;
        self.features.names().iter().try_for_each(|name| write!(f, "+{name}"))
    }
}

/// `x86_64+bmi2`.
impl FromStr for Target {
    type Err = Unavailable;

    fn from_str(text: &str) -> Result<Target, Unavailable> {
        let mut parts = text.split('+');
        let name = parts.next().unwrap_or_default();
        let arch = Arch::ALL.into_iter().find(|arch| arch.name() == name);
        let known = "known are x86_64, with +bmi1, +bmi2 and +lzcnt, and aarch64";
        let arch = arch.ok_or_else(|| Unavailable(format!("`{name}` is no architecture; {known}")))?;
        let mut bits = 0;
        for part in parts {
            let index = Features::default().rows().iter().position(|(name, _)| *name == part);
            let index = index.filter(|_| arch == Arch::x86_64);
            bits |= 1 << index.ok_or_else(|| Unavailable(format!("`{part}` is no feature of {name}; {known}")))?;
        }
        Ok(Target { arch, features: Features::from_bits(bits).unwrap_or_default() })
    }
}

/// What guards against speculation guards nothing here, as all that runs may see all there is.
fn flags(options: &Options) -> Result<Flags, SetError> {
    let mut flags = settings::builder();
    flags.set(
        "opt_level",
        match options.opt {
            Opt::None => "none",
            Opt::Speed => "speed",
        },
    )?;
    flags.set(
        "regalloc_algorithm",
        match options.regalloc {
            Regalloc::Backtracking => "backtracking",
            Regalloc::SinglePass => "single_pass",
        },
    )?;
    flags.set("enable_verifier", if cfg!(debug_assertions) || options.check { "true" } else { "false" })?;
    flags.set("regalloc_checker", if options.check { "true" } else { "false" })?;
    for off in [
        "enable_table_access_spectre_mitigation",
        "enable_heap_access_spectre_mitigation",
        "enable_probestack",
        "unwind_info",
    ] {
        flags.set(off, "false")?;
    }
    flags.set("log2_min_function_alignment", &crate::blob::ALIGN.ilog2().to_string())?;
    Ok(Flags::new(flags))
}

/// A target for which no code can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable(pub String);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no code can be made for this target: {}", self.0)
    }
}

impl std::error::Error for Unavailable {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cranelift_checks_its_work_if_it_is_asked_to() {
        for check in [false, true] {
            let flags = flags(&Options { check, ..Options::default() }).expect("flags");
            assert_eq!(flags.regalloc_checker(), check);
            assert_eq!(flags.enable_verifier(), check || cfg!(debug_assertions));
        }
    }

    #[test]
    fn targets_come_back_by_their_names() {
        for text in ["x86_64", "x86_64+bmi2", "x86_64+bmi1+bmi2+lzcnt", "aarch64"] {
            assert_eq!(text.parse::<Target>().map(|target| target.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "x86", "x86_64+", "x86_64+avx", "aarch64+bmi2", "x86_64 +bmi2"] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }
}
