//! Memory that stays: what a process holds while its engine compiles one code after the other.
//!
//! Every case of a seed has codes of its own, so each is compiled, kept for a while and forgotten. Whatever is not given back
//! adds up.

use api::{Engine, Watch};
use r#gen::Profile;

/// Codes compiled by an engine and the memory of this process.
pub struct Resident {
    engine: Box<dyn Engine>,
    next: u64,
    /// Codes so far.
    pub compiled: u64,
}

impl Resident {
    /// An engine that has compiled nothing yet.
    pub fn new(engine: Box<dyn Engine>) -> Resident {
        Resident { engine, next: 0, compiled: 0 }
    }

    /// Runs cases until so many codes were compiled in all.
    pub fn compile(&mut self, codes: u64) -> Result<(), String> {
        while self.compiled < codes {
            let case = r#gen::from_seed(1, self.next, &Profile::default());
            self.engine.run(&case, Watch::exact()).map_err(|error| format!("{}: {error}", case.name))?;
            // Those that were forgotten since the case before are not told of, so there are no fewer.
            self.compiled += self.engine.take_published().len() as u64;
            self.next += 1;
            if self.next > 1000 && self.compiled == 0 {
                return Err(format!("{} compiles nothing", self.engine.id().name));
            }
        }
        Ok(())
    }

    /// Goes on with the first case. Its codes were forgotten, and what a case needs of frames and memory was there once.
    pub fn rewind(&mut self) {
        self.next = 0;
    }

    /// Cases since the first.
    pub fn cases(&self) -> u64 {
        self.next
    }
}

/// Bytes that this process has in memory.
pub fn bytes() -> Result<u64, String> {
    let path = "/proc/self/statm";
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let pages = text.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok());
    let pages = pages.ok_or_else(|| format!("{path}: `{}` has no second number", text.trim()))?;
    Ok(pages * rustix::param::page_size() as u64)
}
