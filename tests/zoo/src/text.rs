//! The score in a few lines, and as a page in Markdown.

use crate::attempt::Came;
use crate::score::Score;
use crate::survivors::Survivors;
use std::fmt::Write;

/// Thousandths of a second as seconds.
fn seconds(millis: u64) -> String {
    format!("{}.{:01} s", millis / 1000, millis % 1000 / 100)
}

fn percent(part: usize, all: usize) -> String {
    format!("{} %", (100 * part).checked_div(all).unwrap_or(0))
}

/// The score in a few lines.
pub fn summary(score: &Score) -> String {
    let (n_tried, n_alive) = (score.tried().count(), score.survivors().len());
    let mut text = String::new();
    for layer in &score.layers {
        let (killed, asked) = score.of_layer(layer);
        let alone = score.alone(layer);
        let share = percent(killed, asked);
        let _ = writeln!(text, "{:<10} noticed {killed:>3} of {asked:>3} ({share}), {alone} of them alone", layer.name);
    }
    for (what, times) in [("the quickest layer", score.times()), ("one layer behind the other", score.waits())] {
        if let (Some(median), Some(worst)) = (times.get(times.len() / 2), times.last()) {
            let in_time = percent(times.iter().filter(|millis| **millis <= 60_000).count(), n_tried);
            let (median, worst) = (seconds(*median), seconds(*worst));
            let _ = writeln!(text, "time to notice, {what}: median {median}, worst {worst}; {in_time} within 60 s");
        }
    }
    let (right, asked) = score.blame();
    if asked > 0 {
        let share = percent(right, asked);
        let _ = writeln!(
            text,
            "blame: {right} of {asked} ({share}) bound to instructions or a stage and seen on generated cases"
        );
    }
    let n_untried = score.untried().len();
    if n_untried > 0 {
        let _ = writeln!(text, "skipped: {n_untried} faults that no layer here can run");
    }
    let _ = write!(text, "zoo: {} of {n_tried} faults noticed, {n_alive} survive", n_tried - n_alive);
    text
}

/// The score as a page.
pub fn markdown(score: &Score, survivors: &Survivors) -> String {
    let mut text = format!("# Zoo\n\n```\n{}\n```\n\n", summary(score));
    let names: Vec<&str> = score.layers.iter().map(|layer| layer.name).collect();
    let _ = writeln!(text, "| fault | place | what | {} |", names.join(" | "));
    let _ = writeln!(text, "|---|---|---|{}", "---|".repeat(names.len()));
    for fault in &score.faults {
        let cells = score.layers.iter().map(|layer| match score.attempt(fault, layer) {
            None => String::new(),
            Some(attempt) => match attempt.came {
                Came::Noticed { cases: Some(cases) } => format!("{}, {cases} cases", seconds(attempt.millis)),
                Came::Noticed { cases: None } => seconds(attempt.millis),
                Came::TookTooLong => "hangs".into(),
                Came::Missed => "missed".into(),
                Came::Skipped => "skipped".into(),
            },
        });
        let cells: Vec<String> = cells.collect();
        let _ = writeln!(text, "| {} | {} | {} | {} |", fault.name, fault.place, fault.what, cells.join(" | "));
    }
    let alive = score.survivors();
    if !alive.is_empty() {
        text.push_str("\n## Survivors\n\n");
        for fault in alive {
            let reason = survivors.reason(fault.name).unwrap_or("no reason is known");
            let _ = writeln!(text, "- {}: {}. {reason}", fault.name, fault.what);
        }
    }
    text
}
