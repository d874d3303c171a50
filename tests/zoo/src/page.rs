//! The score as a page that needs nothing but a browser: a map of fault by layer.

use crate::attempt::{Attempt, Came};
use crate::score::Score;
use crate::survivors::Survivors;
use crate::text::summary;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = "body{font:15px/1.5 sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.15rem .5rem;text-align:left;font-size:13px}\
th{position:sticky;top:0;background:#fff}.k0{background:#2a7d2a;color:#fff}.k1{background:#6fae4f}.k2{background:#c7d67a}\
.m{background:#e8e8e8;color:#777}.s{color:#aaa}.alive td:first-child{background:#c33;color:#fff}\
@media(prefers-color-scheme:dark){body,th{background:#111;color:#eee}.k1,.k2{color:#111}.m{background:#333}}";

/// The page.
pub fn page(score: &Score, survivors: &Survivors) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "Zoo" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "What the harness notices" }
                pre { (summary(score)) }
                p { "Dark green: within a second. Green: within ten. Yellow: later. Grey: missed." }
                table {
                    tr {
                        th { "fault" } th { "place" } th { "class" } th { "what" } th { "like" }
                        @for layer in &score.layers { th title=(layer.about) { (layer.name) } }
                    }
                    @for fault in &score.faults {
                        tr class=[score.quickest(fault).is_none().then_some("alive")] {
                            td { (fault.name) } td { (fault.place) } td { (fault.class.name()) } td { (fault.what) } td { (fault.like) }
                            @for layer in &score.layers { (cell(score.attempt(fault, layer))) }
                        }
                    }
                }
                h2 { "Survivors" }
                ul {
                    @for fault in score.survivors() {
                        li { code { (fault.name) } ": " (fault.what) ". " (survivors.reason(fault.name).unwrap_or("No reason is known.")) }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn cell(attempt: Option<&Attempt>) -> Markup {
    let Some(attempt) = attempt else { return html! { td {} } };
    let (class, text) = match (&attempt.came, attempt.millis) {
        (Came::Missed, _) => ("m", "missed".to_owned()),
        (Came::Skipped, _) => ("s", "skipped".to_owned()),
        (Came::TookTooLong, _) => ("k2", "hangs".to_owned()),
        (Came::Noticed { .. }, millis @ 0..1000) => ("k0", format!("{millis} ms")),
        (Came::Noticed { .. }, millis @ 1000..10_000) => ("k1", format!("{millis} ms")),
        (Came::Noticed { .. }, millis) => ("k2", format!("{millis} ms")),
    };
    html! { td class=(class) title=(attempt.said) { (text) } }
}
