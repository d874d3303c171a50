//! Machine code made ahead of time: a blob with all that decides it, and a hash of everything.
//!
//! ```text
//! magic │ version │ key │ lengths │ regions │ entries │ text │ keccak of all that stands before
//! ```
//!
//! Numbers are little-endian. The key is compared field by field, so that a refusal says what differs. Loading machine code is
//! running it: an artifact is taken from whoever may also replace this program, and its hash guards against accidents.
//! Where blocks begin is compared with what the bytecode says when the blob is taken.

mod bytes;

use crate::{Arch, Blob, Features, Options, Refused, Target, compile};
use api::{B256, Code, Revision, keccak256};
use bytes::{Reader, Writer};
use plan::Plan;
use std::fmt;

const MAGIC: [u8; 8] = *b"unan-aot";
/// The version of the form.
const VERSION: u32 = 1;
/// Bytes of the hash at the end.
const HASH: usize = 32;

/// All that decides the bytes of a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The keccak of the bytecode.
    pub code_hash: B256,
    /// Its length.
    pub code_len: u32,
    /// The rules in force.
    pub revision: Revision,
    /// What runs it.
    pub target: Target,
    /// The options, as they are written.
    pub options: String,
    /// Whether canonical points are reported.
    pub checkpoints: bool,
    /// The version of what made it, and of Cranelift.
    pub maker: String,
    /// The keccak of the layout that machine code relies on.
    pub abi: B256,
}

/// A blob with its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    key: Key,
    /// Canonical points with their entries, in order.
    entries: Vec<(u32, i32)>,
    regions: Vec<u32>,
    text: Vec<u8>,
}

/// An artifact that is not used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It is no artifact.
    Magic,
    /// Its form has another version.
    Version(u32),
    /// It ends too early, or goes on behind its end.
    Len,
    /// Its bytes are not those that were written.
    Hash,
    /// A field holds what means nothing.
    Field(&'static str),
    /// It was made for something else: what, what it has, and what is wanted.
    Key(&'static str, String, String),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unusable::Magic => f.write_str("it is no artifact"),
            Unusable::Version(version) => write!(f, "its form has version {version}, and this program reads {VERSION}"),
            Unusable::Len => f.write_str("it is cut off, or goes on behind its end"),
            Unusable::Hash => f.write_str("its bytes are not those that were written: the hash at the end differs"),
            Unusable::Field(name) => write!(f, "its {name} means nothing"),
            Unusable::Key(name, has, wanted) => write!(f, "its {name} is {has}, and {wanted} is wanted"),
        }
    }
}

impl std::error::Error for Unusable {}

impl Key {
    /// The key of a code.
    pub fn new(code: &Code, revision: Revision, target: Target, options: &Options, checkpoints: bool) -> Key {
        Key {
            code_hash: code.hash(),
            code_len: code.len() as u32,
            revision,
            target,
            options: options.to_string(),
            checkpoints,
            maker: format!("{} with Cranelift {}", env!("CARGO_PKG_VERSION"), cranelift_codegen::VERSION),
            abi: abi(),
        }
    }

    /// What an artifact with this key cannot be used for, if `wanted` is what is asked for on a processor that may have more
    /// features.
    fn differs(&self, wanted: &Key) -> Option<Unusable> {
        let differs = |name, has: String, wanted: String| (has != wanted).then_some(Unusable::Key(name, has, wanted));
        let features = || {
            let [has, there] =
                [self.target.features, wanted.target.features].map(|features| features.names().join(" "));
            let fit = self.target.features.fit(wanted.target.features);
            (!fit).then(|| Unusable::Key("set of features", has, format!("at most `{there}`")))
        };
        differs("maker", self.maker.clone(), wanted.maker.clone())
            .or_else(|| differs("layout", self.abi.to_string(), wanted.abi.to_string()))
            .or_else(|| differs("architecture", self.target.arch.name().into(), wanted.target.arch.name().into()))
            .or_else(features)
            .or_else(|| {
                let hash = differs("code hash", self.code_hash.to_string(), wanted.code_hash.to_string());
                hash.filter(|_| !fault::planted!(ClifArtifactCode))
            })
            .or_else(|| differs("code length", self.code_len.to_string(), wanted.code_len.to_string()))
            .or_else(|| {
                let revision = differs("revision", self.revision.to_string(), wanted.revision.to_string());
                revision.filter(|_| !fault::planted!(ClifArtifactRevision))
            })
            .or_else(|| differs("options", named(&self.options), named(&wanted.options)))
            .or_else(|| {
                differs("report of canonical points", self.checkpoints.to_string(), wanted.checkpoints.to_string())
            })
    }
}

fn named(options: &str) -> String {
    format!("`{options}`")
}

/// The keccak of what machine code relies on besides its instructions: offsets in the context, statuses, builtins.
fn abi() -> B256 {
    let mut text = String::new();
    for (name, at) in runtime::offset::ALL {
        text += &format!("{name}={at};");
    }
    for opcode in 0..=u8::MAX {
        let offsets = (runtime::offset::constant(opcode), runtime::offset::narrow(opcode));
        text += &format!("{opcode}:{offsets:?},{};", runtime::table::is_pure(opcode.into()));
    }
    text += &format!(
        "{} builtins, grow {}, checkpoint {}",
        runtime::table::COUNT,
        runtime::table::GROW,
        runtime::table::CHECKPOINT
    );
    keccak256(text)
}

impl Artifact {
    /// Compiles a code ahead of time. The bytes that [`Artifact::write`] makes of it are the same every time.
    pub fn new(code: &Code, revision: Revision, target: Target, options: &Options) -> Result<Artifact, Refused> {
        let blob = compile(code, revision, target, options, false)?;
        let entries = blob.entries.iter().enumerate().filter(|(_, entry)| **entry != 0);
        Ok(Artifact {
            key: Key::new(code, revision, target, options, false),
            entries: entries.map(|(pc, entry)| (pc as u32, *entry)).collect(),
            regions: blob.regions,
            text: blob.bytes,
        })
    }

    /// What decides its bytes.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Its machine code.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// All of it as bytes.
    pub fn write(&self) -> Vec<u8> {
        let key = &self.key;
        let mut to = Writer::default();
        to.bytes(&MAGIC);
        to.number(VERSION);
        to.bytes(key.code_hash.as_slice());
        to.number(key.code_len);
        to.number(key.revision.index() as u32);
        to.number(Arch::ALL.iter().position(|arch| *arch == key.target.arch).unwrap_or_default() as u32);
        to.number(key.target.features.bits());
        to.number(key.checkpoints.into());
        to.text(&key.options);
        to.text(&key.maker);
        to.bytes(key.abi.as_slice());
        to.number(self.regions.len() as u32);
        to.number(self.entries.len() as u32);
        to.number(self.text.len() as u32);
        self.regions.iter().for_each(|start| to.number(*start));
        for (pc, entry) in &self.entries {
            to.number(*pc);
            to.number(entry.cast_unsigned());
        }
        to.bytes(&self.text);
        to.hashed()
    }

    /// Reads what [`Artifact::write`] wrote, and nothing else.
    pub fn read(bytes: &[u8]) -> Result<Artifact, Unusable> {
        let mut from = Reader { rest: bytes };
        if from.bytes(MAGIC.len())? != MAGIC {
            return Err(Unusable::Magic);
        }
        let version = from.number()?;
        if version != VERSION {
            return Err(Unusable::Version(version));
        }
        let end = bytes.len().checked_sub(HASH).ok_or(Unusable::Len)?;
        let is_whole = fault::planted!(ClifArtifactHash) || keccak256(&bytes[..end]).as_slice() == &bytes[end..];
        let artifact = Artifact::read_hashed(&mut from);
        if !is_whole {
            return Err(if artifact == Err(Unusable::Len) { Unusable::Len } else { Unusable::Hash });
        }
        artifact.and_then(|artifact| if from.rest.len() == HASH { Ok(artifact) } else { Err(Unusable::Len) })
    }

    fn read_hashed(from: &mut Reader<'_>) -> Result<Artifact, Unusable> {
        let code_hash = from.hash()?;
        let code_len = from.number()?;
        let revision = Revision::ALL.get(from.number()? as usize).copied().ok_or(Unusable::Field("revision"))?;
        let arch = Arch::ALL.get(from.number()? as usize).copied().ok_or(Unusable::Field("architecture"))?;
        let features = Features::from_bits(from.number()?).ok_or(Unusable::Field("set of features"))?;
        let checkpoints = from.number()? != 0;
        let (options, maker, abi) = (from.text("options")?, from.text("maker")?, from.hash()?);
        let target = Target { arch, features };
        let key = Key { code_hash, code_len, revision, target, options, checkpoints, maker, abi };
        let [regions_len, entries_len, text_len] = [from.number()?, from.number()?, from.number()?];
        let needed = 4 * u64::from(regions_len) + 8 * u64::from(entries_len) + u64::from(text_len) + HASH as u64;
        if needed != from.rest.len() as u64 {
            return Err(Unusable::Len);
        }
        let regions = (0..regions_len).map(|_| from.number()).collect::<Result<_, _>>()?;
        let entry = |from: &mut Reader<'_>| Ok((from.number()?, from.number()?.cast_signed()));
        let entries = (0..entries_len).map(|_| entry(from)).collect::<Result<_, _>>()?;
        let text = from.bytes(text_len as usize)?.to_vec();
        Ok(Artifact { key, entries, regions, text })
    }

    /// The blob, if it was made for exactly this, of features that are all there.
    pub fn blob(&self, code: &Code, wanted: &Key) -> Result<Blob, Unusable> {
        if let Some(unusable) = self.key.differs(wanted) {
            return Err(unusable);
        }
        let plan = Plan::new(code, wanted.revision);
        let mut entries = vec![0; code.len() + 1];
        for (pc, entry) in &self.entries {
            let is_target = plan.is_target((*pc).into());
            let to = entries.get_mut(*pc as usize).filter(|_| is_target == (*entry > 0));
            *to.ok_or(Unusable::Field("list of entries"))? = *entry;
        }
        let blob = Blob { bytes: self.text.clone(), entries, regions: self.regions.clone() };
        let leads =
            |pc: u32| blob.entry(pc).and_then(|entry| blob.region(entry)).is_some_and(|at| (at as usize) < blob.len());
        let points = plan.sections.iter().filter(|section| section.pc <= wanted.code_len);
        if points.clone().count() != self.entries.len() || !points.clone().all(|section| leads(section.pc)) {
            return Err(Unusable::Field("list of entries"));
        }
        Ok(blob)
    }
}
