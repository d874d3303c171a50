//! One layer with one fault: a process, a limit of time, and what came of it.

use fault::Fault;
use serde_json::{Value, json};
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What came of a layer with a fault.
#[derive(Clone, Debug, PartialEq)]
pub enum Came {
    /// It did not end with success.
    Noticed {
        /// Cases that it took, where the layer counts them; of several programs, those of the one that noticed.
        cases: Option<u64>,
    },
    /// It did not end in time, as a fault that makes an engine loop may bring about.
    TookTooLong,
    /// It ended with success.
    Missed,
    /// There was nothing to run.
    Skipped,
}

impl Came {
    /// Whether the fault is dead.
    pub fn is_kill(&self) -> bool {
        matches!(self, Came::Noticed { .. } | Came::TookTooLong)
    }
}

/// One layer with one fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// The fault; empty if none was planted.
    pub fault: String,
    /// The layer.
    pub layer: String,
    /// What came of it.
    pub came: Came,
    /// Milliseconds that it took.
    pub millis: u64,
    /// The last command that was run.
    pub command: String,
    /// What it said at its end.
    pub said: String,
    /// The stage and the instruction that were blamed, where engines were seen to differ on a generated case.
    pub blamed: Option<String>,
}

impl Attempt {
    /// One that ran nothing yet.
    pub fn new(fault: &str, layer: &str) -> Attempt {
        let (fault, layer) = (fault.to_owned(), layer.to_owned());
        Attempt {
            fault,
            layer,
            came: Came::Missed,
            millis: 0,
            command: String::new(),
            said: String::new(),
            blamed: None,
        }
    }

    /// As a line of JSON.
    pub fn json(&self) -> Value {
        let (came, cases) = match &self.came {
            Came::Noticed { cases } => ("noticed", *cases),
            Came::TookTooLong => ("took too long", None),
            Came::Missed => ("missed", None),
            Came::Skipped => ("skipped", None),
        };
        json!({
            "fault": self.fault, "layer": self.layer, "came": came, "cases": cases, "millis": self.millis,
            "command": self.command, "said": self.said, "blamed": self.blamed,
        })
    }

    /// From a line of JSON.
    pub fn from_json(value: &Value) -> Option<Attempt> {
        let text = |key: &str| value.get(key)?.as_str().map(str::to_owned);
        Some(Attempt {
            fault: text("fault")?,
            layer: text("layer")?,
            came: match value.get("came")?.as_str()? {
                "noticed" => Came::Noticed { cases: value.get("cases").and_then(Value::as_u64) },
                "took too long" => Came::TookTooLong,
                "missed" => Came::Missed,
                "skipped" => Came::Skipped,
                _ => return None,
            },
            millis: value.get("millis")?.as_u64()?,
            command: text("command")?,
            said: text("said")?,
            blamed: text("blamed"),
        })
    }
}

/// Bytes of the output that are looked at, from its end.
const OUTPUT_MAX: usize = 1 << 20;

/// Runs a command with these faults planted and adds what came of it.
pub(crate) fn run(attempt: &mut Attempt, command: &[String], planted: &[&Fault], limit: Duration) {
    attempt.command = command.join(" ");
    let begun = Instant::now();
    let mut process = Command::new(&command[0]);
    process.args(&command[1..]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    process.env_remove(fault::VARIABLE);
    if !planted.is_empty() {
        process.env(fault::VARIABLE, fault::names(planted));
    }
    let (status, output, errors) = match process.spawn() {
        Ok(child) => wait(child, limit),
        Err(error) => {
            // That nothing ran is no success: without a fault it stops the zoo.
            attempt.came = Came::Noticed { cases: None };
            attempt.said = error.to_string();
            return;
        }
    };
    attempt.millis += begun.elapsed().as_millis() as u64;
    attempt.came = match status {
        Some(status) if status.success() => Came::Missed,
        Some(_) => Came::Noticed { cases: cases(&output).or_else(|| inputs(&errors)) },
        None => Came::TookTooLong,
    };
    let last = |text: &str| text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("").trim().to_owned();
    let failure = first_failure(&output).or_else(|| fuzzed(&errors));
    let said = match (failure, last(&errors), last(&output)) {
        (Some(failure), ..) => failure,
        (None, errors, _) if !errors.is_empty() => errors,
        (None, _, output) => output,
    };
    attempt.said = said.chars().take(300).collect();
}

/// Waits, no longer than the limit, and reads what was said.
fn wait(mut child: Child, limit: Duration) -> (Option<ExitStatus>, String, String) {
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    let output = thread::spawn(move || output.map(read).unwrap_or_default());
    let errors = thread::spawn(move || errors.map(read).unwrap_or_default());
    let begun = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if begun.elapsed() < limit => thread::sleep(Duration::from_millis(5)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
        }
    };
    (status, output.join().unwrap_or_default(), errors.join().unwrap_or_default())
}

fn read(mut from: impl Read) -> String {
    let mut bytes = Vec::new();
    let mut piece = [0; 8192];
    while let Ok(n @ 1..) = from.read(&mut piece) {
        bytes.extend_from_slice(&piece[..n]);
        if bytes.len() > 2 * OUTPUT_MAX {
            bytes.drain(..bytes.len() - OUTPUT_MAX);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The first failure that a report in JSON names.
fn first_failure(output: &str) -> Option<String> {
    let report: Value = serde_json::from_str(output).ok()?;
    let found = report.get("found").and_then(|found| found.get(0)).and_then(|first| first.get("signature"));
    let ahead = report.get("ahead").and_then(Value::as_object).and_then(|ahead| ahead.keys().next().cloned());
    let parts = report.get("parts").and_then(Value::as_array).into_iter().flatten();
    let mut failures = parts.filter_map(|part| part.get("failures")?.get(0));
    found.or_else(|| failures.next()).and_then(Value::as_str).map(str::to_owned).or(ahead)
}

/// What a target of libFuzzer said of the input that it could not stand: the line behind the place where it panicked, or what
/// libFuzzer calls the end; else how many it stood.
fn fuzzed(errors: &str) -> Option<String> {
    let is_end = |line: &&str| line.contains("ERROR: libFuzzer: ") || line.starts_with("Done ");
    let ended = errors.lines().find(is_end)?;
    let mut lines = errors.lines().skip_while(|line| !line.contains("panicked at ")).skip(1);
    Some(lines.next().unwrap_or(ended).trim().to_owned())
}

/// How many inputs a target of libFuzzer took.
fn inputs(errors: &str) -> Option<u64> {
    let line = errors.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?;
    line.trim().parse().ok()
}

/// How many cases a campaign took to its first finding.
fn cases(output: &str) -> Option<u64> {
    let report: Value = serde_json::from_str(output).ok()?;
    let found = report.get("found").and_then(Value::as_array).into_iter().flatten();
    let found = found.filter_map(|found| found.get("first")?.as_u64());
    // Behind the place where it was ended.
    let ahead = report.get("ahead").and_then(Value::as_object).into_iter().flatten();
    found.chain(ahead.filter_map(|(_, first)| first.as_u64())).min().map(|first| first + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_fuzzer_is_read() {
        let crash = "#3\tNEW\nthread 'main' panicked at hooks.rs:25:9:\ninterp, template: gas in Osaka\n\
            ==7== ERROR: libFuzzer: deadly signal\nstat::number_of_executed_units: 41\n";
        assert_eq!((fuzzed(crash).as_deref(), inputs(crash)), (Some("interp, template: gas in Osaka"), Some(41)));
        let killed = "==7== ERROR: libFuzzer: timeout after 60 seconds\n";
        assert_eq!((fuzzed(killed).as_deref(), inputs(killed)), (Some(killed.trim()), None));
        assert_eq!(
            fuzzed("#1\nDone 100 runs in 1 second(s)\nstat::peak_rss_mb: 3").as_deref(),
            Some("Done 100 runs in 1 second(s)")
        );
        assert_eq!(fuzzed("running 3 tests"), None);
    }
}
