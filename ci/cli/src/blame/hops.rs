//! Which vms of a hopper it takes: one that is wrong alone, else one among sections that are run precisely, else two of them.
//!
//! The choice of who runs stays as it is; whoever is not asked about is stood in for.

use super::{Inquiry, Verdict, bad_name};
use crate::exit::Failure;
use crate::roster::Kin;

impl Inquiry<'_> {
    pub(super) fn hopper(&mut self, kin: Kin, name: &str) -> Result<Verdict, Failure> {
        let given = name[kin.prefix.len()..].trim_start_matches(':');
        let given = if given.is_empty() { "seed=0" } else { given };
        let options: hopper::Options = given.parse().map_err(bad_name)?;
        let vms = self.roster.make(name).map(|engine| engine.id().options).unwrap_or_default();
        let takes_part = |vm: &String| !vm.starts_with("seed=") && *vm != self.judge && options.takes(vm);
        let vms: Vec<String> = vms.into_iter().filter(takes_part).collect();
        for vm in &vms {
            if self.is_known(vm) && self.is_wrong(vm)? {
                let mut verdict = self.verdict(vm)?;
                verdict.lines.insert(0, format!("{vm} is wrong alone:"));
                return Ok(verdict);
            }
        }
        let among = |vms: &[&String]| {
            let among = vms.iter().map(|vm| (*vm).clone()).collect();
            format!("{}:{}", kin.prefix, hopper::Options { among: Some(among), ..options.clone() })
        };
        for vm in &vms {
            let alone = among(&[vm]);
            if self.is_wrong(&alone)? {
                let text = format!("a canonical point, of {vm}: right alone, wrong among sections that run precisely");
                return Ok(Verdict::of(&text, &alone));
            }
        }
        for (index, one) in vms.iter().enumerate() {
            for other in &vms[index + 1..] {
                let both = among(&[one, other]);
                if self.is_wrong(&both)? {
                    let text = format!("a canonical point, between {one} and {other}: each is right without the other");
                    return Ok(Verdict::of(&text, &both));
                }
            }
        }
        Ok(Verdict::of("a canonical point: it takes more than two vms", name))
    }

    /// Whether an engine of this name can be made.
    fn is_known(&self, name: &str) -> bool {
        self.roster.make(name).is_ok()
    }
}
