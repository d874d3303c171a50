//! A blob: the machine code of one bytecode, region behind region, and where its blocks are entered.

use crate::limbs::{Word, ZERO};
use crate::lower::{self, Shared};
use crate::regions::{Place, Regions};
use crate::{Options, Target, Unavailable};
use api::{Code, Revision};
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::Function;
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use ir::Func;
use std::fmt;

/// Where a region may begin: on a line of the caches, which is also enough for what it keeps beside its instructions.
pub(crate) const ALIGN: usize = 64;

/// The machine code of one bytecode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// Position-independent bytes without addresses.
    pub bytes: Vec<u8>,
    /// By position in the bytecode, see [`runtime::Context::entries`]; an entry names a region and one of its blocks.
    pub entries: Vec<i32>,
    /// Where each region begins.
    pub regions: Vec<u32>,
}

/// Code for which no machine code is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The IR is not built for it.
    Ir(String),
    /// It would become about so many instructions of CLIF, more than there may be, together or in one block.
    Weight {
        /// How many.
        weight: u64,
        /// How many there may be.
        weight_max: u64,
    },
    /// It becomes so many bytes of machine code, more than there may be.
    Len {
        /// How many.
        len: usize,
        /// How many there may be.
        len_max: usize,
    },
    /// Cranelift refuses it.
    Cranelift(String),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Ir(why) => f.write_str(why),
            Refused::Weight { weight, weight_max } => {
                write!(f, "it would become about {weight} instructions of CLIF, more than {weight_max}")
            }
            Refused::Len { len, len_max } => write!(f, "it becomes {len} bytes of machine code, more than {len_max}"),
            Refused::Cranelift(why) => write!(f, "Cranelift: {why}"),
        }
    }
}

impl std::error::Error for Refused {}

/// A bytecode that is ready to be compiled, region by region.
pub(crate) struct Regioned {
    func: Func,
    regions: Regions,
    words: Vec<Word>,
}

impl Regioned {
    /// Makes the IR of a bytecode and cuts it, or refuses it.
    pub(crate) fn new(code: &Code, revision: Revision, options: &Options) -> Result<Regioned, Refused> {
        let mut func = ir::build(code, revision).map_err(|refusal| Refused::Ir(refusal.to_string()))?;
        ir::optimise(&mut func, &options.passes);
        let regions = Regions::new(&func, options.region)?;
        let words = vec![Word([ZERO; 4]); func.widths.len()];
        Ok(Regioned { func, regions, words })
    }

    /// How many regions there are.
    pub(crate) fn len(&self) -> u32 {
        self.regions.len()
    }

    /// Makes CLIF of a region.
    pub(crate) fn lower(&mut self, index: u32, checkpoints: bool, call_conv: CallConv, function: &mut Function) {
        let shared = Shared { func: &self.func, regions: &self.regions, checkpoints };
        lower::region(&shared, index, call_conv, &mut self.words, function);
    }
}

/// Makes blobs for one target, with one set of options.
pub struct Compiler {
    isa: OwnedTargetIsa,
    options: Options,
    context: cranelift_codegen::Context,
}

/// Compiles one bytecode. Whoever compiles many keeps a [`Compiler`].
pub fn compile(
    code: &Code,
    revision: Revision,
    target: Target,
    options: &Options,
    checkpoints: bool,
) -> Result<Blob, Refused> {
    let compiler = Compiler::new(target, options).map_err(|unavailable| Refused::Cranelift(unavailable.to_string()));
    compiler?.compile(code, revision, checkpoints)
}

impl Compiler {
    /// One for a target.
    pub fn new(target: Target, options: &Options) -> Result<Compiler, Unavailable> {
        let isa = target.isa(options)?;
        let context = cranelift_codegen::Context::new();
        Ok(Compiler { isa, options: options.clone(), context })
    }

    /// Compiles one bytecode.
    pub fn compile(&mut self, code: &Code, revision: Revision, checkpoints: bool) -> Result<Blob, Refused> {
        let mut regioned = Regioned::new(code, revision, &self.options)?;
        let (mut bytes, mut regions) = (Vec::new(), Vec::with_capacity(regioned.len() as usize));
        for index in 0..regioned.len() {
            bytes.resize(bytes.len().next_multiple_of(ALIGN), 0);
            regions.push(bytes.len() as u32);
            self.region(&mut regioned, index, checkpoints, &mut bytes)?;
        }
        let len_max = len_max(code.len());
        if bytes.len() > len_max {
            return Err(Refused::Len { len: bytes.len(), len_max });
        }
        let mut entries = vec![0; code.len() + 1];
        for (block, data) in regioned.func.iter() {
            let entry = regioned.regions.place(block).entry() as i32;
            if let Some(to) = entries.get_mut(data.head.pc as usize) {
                *to = if data.head.target { entry } else { -entry };
            }
        }
        Ok(Blob { bytes, entries, regions })
    }

    /// Adds the machine code of a region.
    fn region(
        &mut self,
        regioned: &mut Regioned,
        index: u32,
        checkpoints: bool,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Refused> {
        self.context.clear();
        regioned.lower(index, checkpoints, self.isa.default_call_conv(), &mut self.context.func);
        let compiled = self.context.compile(&*self.isa, &mut ControlPlane::default());
        let compiled = compiled.map_err(|error| Refused::Cranelift(format!("{:?}", error.inner)))?;
        let relocations = compiled.buffer.relocs().len();
        if relocations > 0 || compiled.buffer.alignment as usize > ALIGN {
            return Err(Refused::Cranelift(format!("{relocations} relocations, none can be done")));
        }
        bytes.extend_from_slice(compiled.code_buffer());
        Ok(())
    }
}

/// Bytes of machine code that a bytecode may have.
fn len_max(code_len: usize) -> usize {
    64 * code_len + (64 << 10)
}

impl Blob {
    /// The entry of the block at a canonical point.
    pub fn entry(&self, pc: u32) -> Option<u32> {
        match self.entries.get(pc as usize) {
            None | Some(0) => None,
            Some(entry) => Some(entry.unsigned_abs()),
        }
    }

    /// Where the region of an entry begins.
    pub fn region(&self, entry: u32) -> Option<u32> {
        self.regions.get(Place::region_of(entry)? as usize).copied()
    }

    /// Bytes of machine code.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}
