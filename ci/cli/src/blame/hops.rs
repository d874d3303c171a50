//! Which vms of a hopper it takes: none, as it is what hops that is wrong; one that is wrong alone; one among sections that are run
//! precisely; two of them.
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
        // The interpreter is what stands in for the others.
        let vms: Vec<String> = vms.into_iter().filter(|vm| !vm.starts_with("seed=") && vm != "interp").collect();
        let among = |vms: &[&str]| {
            let among = vms.iter().map(|vm| (*vm).to_owned()).collect();
            format!("{}:{}", kin.prefix, hopper::Options { among: Some(among), ..options.clone() })
        };
        let nobody = among(&[]);
        if self.is_wrong(&nobody)? {
            return Ok(Verdict::of("what hops, or precise execution: wrong with every vm stood in for", &nobody));
        }
        let alone: Vec<&String> = vms.iter().filter(|vm| *vm != self.judge && self.roster.make(vm).is_ok()).collect();
        for vm in alone {
            if self.is_wrong(vm)? {
                let mut verdict = self.verdict(vm)?;
                verdict.lines.insert(0, format!("{vm} is wrong alone:"));
                return Ok(verdict);
            }
        }
        for vm in &vms {
            let alone = among(&[vm]);
            if self.is_wrong(&alone)? {
                let was_asked = self.asked.iter().any(|(asked, _)| asked == vm);
                let known = if was_asked { "right alone" } else { "which is no engine of its own" };
                let text = format!("a canonical point, of {vm}: {known}, wrong among sections that run precisely");
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
}
