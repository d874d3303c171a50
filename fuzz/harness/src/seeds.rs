//! What a fuzzer starts from: small cases for every instruction, and words that bytecode is made of.

use api::Case;
use r#gen::single;
use spec::table::ROWS;
use std::fmt::Write;

/// Cases of the matrix of instructions that go into a corpus: so many of each instruction, evenly picked.
const OF_EACH: usize = 4;

/// A few cases of every instruction with corner operands.
pub fn seeds() -> Vec<Case> {
    let mut by_name = std::collections::BTreeMap::<String, Vec<u64>>::new();
    for index in 0..single::count() {
        by_name.entry(single::case(index).name).or_default().push(index);
    }
    let picked = by_name.values().flat_map(|indices| {
        let step = indices.len().div_ceil(OF_EACH).max(1);
        indices.iter().step_by(step).copied().collect::<Vec<_>>()
    });
    picked.map(single::case).collect()
}

/// A dictionary in the form of libFuzzer: instructions with their operands' pushes, and words at the edges.
pub fn dictionary() -> String {
    let mut text = String::from("# Instructions, and words at the edges of ranges, as bytecode.\n");
    let mut line = |name: &str, bytes: &[u8]| {
        let escaped = bytes.iter().fold(String::new(), |mut escaped, byte| {
            let _ = write!(escaped, "\\x{byte:02x}");
            escaped
        });
        let _ = writeln!(text, "{name}=\"{escaped}\"");
    };
    for row in ROWS {
        line(&row.name.to_lowercase(), &[row.opcode]);
        if (1..=7).contains(&row.pops) && row.immediate == 0 {
            // Called with zeros it runs, whatever is on the stack.
            let zeros = vec![spec::op::PUSH0; row.pops.into()];
            line(&format!("{}_of_zeros", row.name.to_lowercase()), &[&zeros[..], &[row.opcode]].concat());
        }
    }
    for (n, word) in r#gen::CORNERS.iter().enumerate() {
        let bytes = word.to_be_bytes_trimmed_vec();
        line(&format!("push_corner_{n}"), &[&[spec::op::PUSH0 + bytes.len() as u8], &bytes[..]].concat());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_has_seeds_and_words() {
        let (seeds, text) = (seeds(), dictionary());
        for row in ROWS {
            assert!(
                text.contains(&format!("\n{}=\"\\x{:02x}\"\n", row.name.to_lowercase(), row.opcode)),
                "{}",
                row.name
            );
        }
        assert!(seeds.len() >= ROWS.len(), "{} seeds", seeds.len());
        let entries = text.lines().skip(1);
        let is_entry = |line: &str| line.ends_with('"') && line.split_once("=\"\\x").is_some();
        assert!(entries.clone().all(is_entry), "{:?}", entries.clone().find(|line| !is_entry(line)));
    }
}
