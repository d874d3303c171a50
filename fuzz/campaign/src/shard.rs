//! Shards: neighbouring parts of one campaign, for as many machines, and how they join again.
//!
//! A shard runs a range of the campaign's indices and is otherwise a campaign of its own, with a state of its own. Ranges
//! begin and end between blocks. What all shards came to joins to what the campaign would have come to in one piece: the same
//! digest, ledger and findings with the same counts. Only where evidence is kept may differ.

use crate::known::Known;
use crate::run::{BLOCK, Plan};
use crate::state::State;
use serde_json::{Value, json};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// Which part of a campaign, of how many. They count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: u64,
    count: u64,
}

impl Shard {
    /// The campaign in one piece.
    pub const WHOLE: Shard = Shard { number: 1, count: 1 };

    /// The shard with this number, from 1 to `count`.
    pub fn new(number: u64, count: u64) -> Result<Shard, BadShard> {
        match (1..=count).contains(&number) {
            true => Ok(Shard { number, count }),
            false => {
                Err(BadShard(format!("there is no shard {number} of {count}; shards count from 1 to their number")))
            }
        }
    }

    /// How many there are.
    pub fn count(self) -> u64 {
        self.count
    }

    /// The indices that are its own.
    pub(crate) fn range(self, cases: u64) -> Range<u64> {
        let blocks = u128::from(cases.div_ceil(BLOCK));
        let start = |number: u64| -> u64 {
            let block = blocks * u128::from(number) / u128::from(self.count);
            // No further than the last block, which is a number of 64 bits.
            (block as u64).saturating_mul(BLOCK).min(cases)
        };
        start(self.number - 1)..start(self.number)
    }

    pub(crate) fn json(self) -> Value {
        json!(self.to_string())
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

impl FromStr for Shard {
    type Err = BadShard;

    fn from_str(text: &str) -> Result<Shard, BadShard> {
        let parts = text.split_once('/').and_then(|(number, count)| Some((number.parse().ok()?, count.parse().ok()?)));
        let (number, count) = parts.ok_or_else(|| BadShard(format!("`{text}` is no shard; write I/N, such as 1/8")))?;
        Shard::new(number, count)
    }
}

/// What is no shard, or cannot be joined, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadShard(pub String);

impl fmt::Display for BadShard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadShard {}

/// Joins the shards of one campaign. Each has a name for messages; they may come in any order.
pub fn join(mut shards: Vec<(String, Plan, State)>) -> Result<(Plan, State), BadShard> {
    shards.sort_by_key(|(_, plan, _)| plan.shard.number);
    let Some((first, of_first, _)) = shards.first() else { return Err(BadShard("there is no shard to join".into())) };
    let plan = Plan { shard: Shard::WHOLE, ..of_first.clone() };
    let count = of_first.shard.count;
    for (name, other, state) in &shards {
        if (Plan { shard: Shard::WHOLE, ..other.clone() }) != plan {
            return Err(BadShard(format!(
                "{name} is of another campaign than {first}: {} where that is {}; join shards of one campaign",
                other.json(),
                of_first.json()
            )));
        }
        if other.shard.count != count {
            let (other, this) = (other.shard, of_first.shard);
            return Err(BadShard(format!(
                "{name} is shard {other} where {first} is {this}; join shards of one division"
            )));
        }
        if !state.is_complete(other) {
            let (at, range) = (state.next, other.range());
            return Err(BadShard(format!(
                "{name}: shard {} is not complete, it stands at case {at} of {} to {}; go on with it with --resume",
                other.shard, range.start, range.end
            )));
        }
    }
    for (expected, (name, own, _)) in (1..).zip(&shards) {
        if own.shard.number > expected {
            return Err(missing(expected, count));
        }
        // They are in order, so the one before has the same number.
        if own.shard.number < expected {
            return Err(BadShard(format!("{name} is shard {} once more; give each once", own.shard)));
        }
    }
    if (shards.len() as u64) < count {
        return Err(missing(shards.len() as u64 + 1, count));
    }
    let mut whole = State::default();
    for (name, _, state) in shards {
        whole = whole
            .join(state)
            .ok_or_else(|| BadShard(format!("{name} does not begin where the shard before it ends")))?;
    }
    Ok((plan, whole))
}

fn missing(number: u64, count: u64) -> BadShard {
    BadShard(format!("shard {number}/{count} is missing; give the states of all {count}"))
}

impl State {
    /// Appends what the next shard came to; `None` if it does not begin where this ends.
    fn join(mut self, behind: State) -> Option<State> {
        self.tree = self.tree.join(&behind.tree)?;
        self.next = behind.next;
        self.ledger.merge(&behind.ledger);
        for (signature, found) in behind.found {
            // The shard before saw it first.
            self.found.entry(signature).and_modify(|mine| mine.count += found.count).or_insert(found);
        }
        self.hung.extend(behind.hung);
        self.inconclusive_first = self.inconclusive_first.or(behind.inconclusive_first);
        Some(self)
    }

    /// Whether everything of the plan was run.
    pub fn is_complete(&self, plan: &Plan) -> bool {
        self.next >= plan.range().end
    }

    /// Whether nothing new was found.
    pub fn is_clean(&self, known: &Known) -> bool {
        self.n_news(known) == 0 && self.hung.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_everything_once() {
        for (cases, count) in
            [(0, 1), (1, 3), (255, 2), (256, 2), (10_000, 3), (10_001, 8), (u64::MAX, 7), (300, 1 << 40)]
        {
            let mut next = 0;
            for number in (1..=count.min(50)).chain((count - count.min(2) + 1..=count).filter(|number| *number > 50)) {
                let range = Shard::new(number, count).expect("it is one of them").range(cases);
                if number > 50 && number == count - 1 {
                    next = range.start;
                }
                assert_eq!(range.start, next, "{number}/{count} of {cases}");
                assert!(range.start <= range.end && (range.end == cases || range.end.is_multiple_of(BLOCK)));
                next = range.end;
            }
            assert_eq!(next, cases, "{count} of {cases}");
        }
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        assert_eq!("3/8".parse::<Shard>().map(|shard| shard.to_string()), Ok("3/8".to_owned()));
        for (text, says) in
            [("0/8", "no shard 0 of 8"), ("9/8", "no shard 9 of 8"), ("1/0", "of 0"), ("8", "write I/N")]
        {
            let error = text.parse::<Shard>().expect_err(text).to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
