//! Differences that are known and explained: rows of a versioned file, each with its reason, each counted.
//!
//! A row names the pair of families of engines, the parts, the revisions it holds in and, where it can, a property of
//! the case. It holds for every engine of the families, whichever of the two judges. Between engines of this repository
//! there are none. The report shows how often each row was met; a row that is never met should go.

use crate::compare::{Difference, Part};
use api::{Case, End, Halt, Outcome, Revision};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// The tolerance file of this repository.
pub const TOLERANCES: &str = include_str!("../tolerances.toml");

/// The version of the file that is understood.
const VERSION: i64 = 2;

/// The rows of a tolerance file.
#[derive(Debug, Default)]
pub struct Tolerances {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    name: String,
    families: [String; 2],
    parts: Vec<Part>,
    since: Revision,
    /// The first revision in which it does not hold any more.
    until: Option<Revision>,
    /// The difference must stand at a place with this in it.
    place: Option<String>,
    /// The case, as the judge ran it, must have this property.
    when: Option<When>,
    reason: String,
    hits: AtomicU64,
}

/// Properties that a row can be bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// On the judge a create failed because its address has storage and neither code nor nonce, as no history of
    /// transactions leaves an account.
    OrphanStorage,
}

impl When {
    fn from_name(name: &str) -> Option<When> {
        (name == "orphan storage").then_some(When::OrphanStorage)
    }

    fn holds(self, case: &Case, outcome: &Outcome) -> bool {
        let mut frames = outcome.transactions.iter().filter_map(|transaction| transaction.receipt()?.exact.known());
        match self {
            When::OrphanStorage => frames.any(|exact| {
                let collided = exact.frames.iter().filter(|frame| frame.end == End::Halt(Halt::Collision));
                let mut orphans = collided.filter_map(|frame| case.accounts.get(&frame.code_address));
                orphans.any(|account| account.nonce == 0 && account.code.is_empty())
            }),
        }
    }
}

/// What is wrong with a tolerance file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadTolerances(pub String);

impl fmt::Display for BadTolerances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tolerances: {}", self.0)
    }
}

impl std::error::Error for BadTolerances {}

impl Tolerances {
    /// Tolerates nothing.
    pub fn none() -> Tolerances {
        Tolerances::default()
    }

    /// Reads a tolerance file.
    pub fn read(text: &str) -> Result<Tolerances, BadTolerances> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| BadTolerances(error.to_string()))?;
        if table.get("version").and_then(toml::Value::as_integer) != Some(VERSION) {
            return Err(BadTolerances(format!("`version = {VERSION}` is missing")));
        }
        let rows = match table.get("tolerate") {
            None => &Vec::new(),
            Some(rows) => rows.as_array().ok_or_else(|| BadTolerances("`tolerate` is a list of tables".into()))?,
        };
        Ok(Tolerances { rows: rows.iter().map(row).collect::<Result<_, _>>()? })
    }

    /// Whether a row explains the difference of an engine from the judge's outcome, given their families; counts it if so.
    pub fn explains(&self, families: &[String; 2], case: &Case, outcome: &Outcome, difference: &Difference) -> bool {
        let row = self.rows.iter().find(|row| row.explains(families, case, outcome, difference));
        let row = row.inspect(|row| {
            row.hits.fetch_add(1, Ordering::Relaxed);
        });
        row.is_some()
    }

    /// Name, reason and number of hits of every row.
    pub fn hits(&self) -> Vec<(&str, &str, u64)> {
        let hits = |row: &Row| row.hits.load(Ordering::Relaxed);
        self.rows.iter().map(|row| (row.name.as_str(), row.reason.as_str(), hits(row))).collect()
    }
}

impl Row {
    fn explains(&self, families: &[String; 2], case: &Case, outcome: &Outcome, difference: &Difference) -> bool {
        let [first, second] = &self.families;
        let pair = *families == self.families || [second, first] == families.each_ref();
        let in_force = case.revision.is(self.since) && !self.until.is_some_and(|until| case.revision.is(until));
        let place = self.place.as_ref().is_none_or(|place| difference.place.contains(place));
        let when = self.when.is_none_or(|when| when.holds(case, outcome));
        (pair || fault::planted!(OracleTolerates)) && in_force && place && when && self.parts.contains(&difference.part)
    }
}

fn row(value: &toml::Value) -> Result<Row, BadTolerances> {
    let text = |key: &str| value.get(key).and_then(toml::Value::as_str);
    let name = text("name").ok_or_else(|| BadTolerances("a row has no `name`".into()))?.to_owned();
    let missing = |key: &str| BadTolerances(format!("`{name}` has no `{key}`"));
    let list = |key: &str| -> Vec<&str> {
        let items = value.get(key).and_then(toml::Value::as_array);
        items.map(|items| items.iter().filter_map(toml::Value::as_str).collect()).unwrap_or_default()
    };
    let [first, second] = list("families")[..] else { return Err(missing("families")) };
    let parts = list("parts").into_iter().map(|part| {
        Part::from_name(part).ok_or_else(|| BadTolerances(format!("`{name}`: no part is called `{part}`")))
    });
    let parts = parts.collect::<Result<Vec<Part>, _>>()?;
    if parts.is_empty() {
        return Err(missing("parts"));
    }
    let when = match text("when") {
        None => None,
        Some(when) => {
            let known = When::from_name(when);
            Some(known.ok_or_else(|| BadTolerances(format!("`{name}`: no property is called `{when}`")))?)
        }
    };
    let revision = |key: &str| match text(key) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|error| BadTolerances(format!("`{name}`: {error}"))),
    };
    Ok(Row {
        families: [first.to_owned(), second.to_owned()],
        parts,
        when,
        since: revision("since")?.unwrap_or(Revision::Frontier),
        until: revision("until")?,
        place: text("place").map(str::to_owned),
        reason: text("reason").ok_or_else(|| missing("reason"))?.to_owned(),
        hits: AtomicU64::new(0),
        name,
    })
}
