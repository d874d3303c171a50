//! The evidence folder of a finding.

use crate::page;
use alloy_primitives::hex;
use api::Case;
use format::{CaseFile, Expect};
use oracle::{Divergence, Fork};
use serde_json::{Value, json};

/// Everything that is known of a finding.
#[derive(Clone, Debug)]
pub struct Finding<'a> {
    /// A short name: the folder's.
    pub name: &'a str,
    /// Where it comes from, in a line: the seed and index of a campaign, or a file.
    pub origin: &'a str,
    /// The case as it was found.
    pub original: &'a Case,
    /// The case reduced.
    pub reduced: &'a Case,
    /// How the engines differ on the reduced case.
    pub divergence: &'a Divergence,
    /// Where they part, if both sides report checkpoints.
    pub fork: Option<&'a Fork>,
    /// Name and version of every engine.
    pub engines: &'a [String],
}

impl Finding<'_> {
    /// The command that shows it again.
    pub fn replay(&self) -> String {
        let Divergence { judge, engine, .. } = self.divergence;
        // Where every engine crashed there is no judge.
        let engines = if judge.is_empty() { engine.clone() } else { format!("{judge},{engine}") };
        format!("unanimous diff --engines {engines} case.evm")
    }

    fn about(&self) -> String {
        self.divergence.signature.to_string()
    }
}

/// The files of the folder: name and text.
pub fn files(finding: &Finding<'_>) -> Vec<(&'static str, String)> {
    let reduced = case_file(finding, finding.reduced);
    vec![
        ("case.evm", format::evm::write(&reduced)),
        ("case.json", format::json::write(&reduced)),
        ("case.toml", known(finding)),
        ("original.evm", format::evm::write(&case_file(finding, finding.original))),
        ("finding.json", format!("{:#}\n", json(finding))),
        ("index.html", page::page(finding)),
        ("README.txt", readme(finding)),
    ]
}

fn case_file(finding: &Finding<'_>, case: &Case) -> CaseFile {
    let expect = Expect { revision: case.revision, ..Expect::default() };
    CaseFile::new(finding.name.to_owned(), finding.about(), case.clone(), vec![expect])
}

/// What makes the finding known to later campaigns.
fn known(finding: &Finding<'_>) -> String {
    let signature = toml_string(&finding.about());
    format!("# Set to \"fixed\" when the fault is.\nstatus = \"open\"\nsignatures = [{signature}]\n")
}

/// A basic string of TOML.
fn toml_string(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

fn readme(finding: &Finding<'_>) -> String {
    format!(
        "{}\n\nfound by: {}\nengines: {}\n\nTo see it again, in this folder:\n\n    {}\n\ncase.evm      the case, reduced\ncase.json     \
         the same as a state test that any client can run\ncase.toml     its signature, for `unanimous fuzz --known`\noriginal.evm  the case as it was found\nfinding.json  what differs, \
         for programs\nindex.html    what differs, for people\n",
        finding.about(),
        finding.origin,
        finding.engines.join(", "),
        finding.replay(),
    )
}

fn json(finding: &Finding<'_>) -> Value {
    let differences = finding.divergence.differences.iter().map(|difference| {
        json!({
            "transaction": difference.transaction, "part": difference.part.name(), "place": difference.place,
            "judge": difference.left, "engine": difference.right,
        })
    });
    let point = |point: &api::Checkpoint| {
        json!({
            "index": point.index, "transaction": point.transaction, "frame": point.frame, "depth": point.depth,
            "pc": point.pc, "gasLeft": format!("{:#x}", point.gas_left), "digest": point.digest.to_string(),
        })
    };
    let fork = finding.fork.map(|fork| {
        json!({
            "common": fork.common.as_ref().map(point),
            "judge": fork.left.as_ref().map(point),
            "engine": fork.right.as_ref().map(point),
            "instruction": fork.instruction.map(|instruction| json!({
                "frame": instruction.frame, "pc": instruction.pc, "opcode": hex::encode_prefixed([instruction.opcode]),
            })),
        })
    });
    json!({
        "signature": finding.about(),
        "origin": finding.origin,
        "engines": finding.engines,
        "judge": finding.divergence.judge,
        "engine": finding.divergence.engine,
        "crash": finding.divergence.crash,
        "differences": differences.collect::<Vec<_>>(),
        "fork": fork,
        "replay": finding.replay(),
    })
}
