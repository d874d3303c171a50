//! The faults: a row each, in a file for each place.

pub mod aarch64;
pub mod codebuf;
pub mod cranelift;
pub mod harness;
pub mod interp;
pub mod ir;
pub mod plan;
pub mod runtime;
pub mod template;
pub mod world;
pub mod x86_64;

/// What kind of bug a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Wrong words.
    Arith,
    /// Ranges of memory, copies, growth.
    Memory,
    /// Wrong gas only.
    Gas,
    /// Precompiled contracts.
    Precompile,
    /// What is undone, and what outlives a transaction.
    Journal,
    /// Calls, creates, ends of accounts, transactions.
    CallCreate,
    /// Jumps, targets, the end of the code.
    ControlFlow,
    /// The wrong one of several halts.
    Precedence,
    /// What a compiler leaves out, moves or forgets.
    Compiler,
    /// What is remembered under the wrong key or for too long.
    Cache,
    /// One architecture only.
    Arch,
    /// The harness.
    Harness,
}

impl Class {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Class::Arith => "arithmetic",
            Class::Memory => "memory",
            Class::Gas => "gas",
            Class::Precompile => "precompiled contracts",
            Class::Journal => "journal",
            Class::CallCreate => "calls and creates",
            Class::ControlFlow => "control flow",
            Class::Precedence => "precedence",
            Class::Compiler => "compiler",
            Class::Cache => "cache",
            Class::Arch => "architecture",
            Class::Harness => "harness",
        }
    }
}

/// A fault that can be planted.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// Its name, by which it is chosen.
    pub name: &'static str,
    /// The place: a module of this crate.
    pub place: &'static str,
    /// The file that holds it.
    pub file: &'static str,
    /// Its kind.
    pub class: Class,
    /// The instructions that go wrong, where it is bound to some; [`crate::TRANSACTION`] stands for what a transaction does itself.
    pub at: &'static str,
    /// The public bug that it is like, if it is.
    pub like: &'static str,
    /// What goes wrong.
    pub what: &'static str,
}

impl Fault {
    /// Where the optimising engine goes wrong, as blame says it, if the fault is there: a pass, or what comes behind them.
    pub fn stages(&self) -> &'static [&'static str] {
        let file = self.file.strip_prefix("engines/").unwrap_or(self.file);
        let (folder, rest) = file.split_once("/src/").unwrap_or((file, ""));
        match (folder, rest.split(['/', '.']).next().unwrap_or_default()) {
            ("ir", "fold") => &["pass:fold"],
            ("ir", "jumps") => &["pass:jumps"],
            ("ir", "carry") => &["pass:carry"],
            ("ir", "range") => &["pass:range"],
            ("ir", "number") => &["pass:number"],
            ("ir", "grow") => &["pass:grow"],
            ("ir", "dead") => &["pass:dead"],
            ("ir", "pack") => &["pass:pack"],
            ("cranelift", "limbs" | "lower" | "blob") => &["lowering", "region", "point"],
            _ => &[],
        }
    }

    /// Whether blame can be right or wrong about it.
    pub fn is_bound(&self) -> bool {
        !self.at.is_empty() || !self.stages().is_empty()
    }

    /// A number for the name: FNV-1a, which is never 0 or the largest for any name here.
    pub const fn key(&self) -> u64 {
        let (bytes, mut key, mut i) = (self.name.as_bytes(), 0xcbf2_9ce4_8422_2325_u64, 0);
        while i < bytes.len() {
            key = (key ^ bytes[i] as u64).wrapping_mul(0x0100_0000_01b3);
            i += 1;
        }
        key
    }
}

/// Rows of a place: file, then name, kind, instructions, the public bug it is like, what goes wrong.
macro_rules! faults {
    ($(in $file:literal { $($name:ident $class:ident $at:literal $like:literal $what:literal;)* })*) => {
        $($(
            #[doc = $what]
            #[allow(non_upper_case_globals, reason = "a name, as it stands in tables and on command lines")]
            pub const $name: super::Fault = super::Fault {
                name: stringify!($name),
                place: super::last(module_path!()),
                file: $file,
                class: $class,
                at: $at,
                like: $like,
                what: $what,
            };
        )*)*
        /// All of this place.
        pub(super) const ALL: &[super::Fault] = &[$($($name),*),*];
    };
}
use faults;

/// The last part of the path of a module.
const fn last(path: &'static str) -> &'static str {
    let mut at = path.len();
    while at > 0 && path.as_bytes()[at - 1] != b':' {
        at -= 1;
    }
    path.split_at(at).1
}

/// Every fault.
pub fn all() -> impl Iterator<Item = &'static Fault> {
    [
        interp::ALL,
        world::ALL,
        plan::ALL,
        runtime::ALL,
        codebuf::ALL,
        template::ALL,
        ir::ALL,
        cranelift::ALL,
        x86_64::ALL,
        aarch64::ALL,
        harness::ALL,
    ]
    .into_iter()
    .flatten()
}
