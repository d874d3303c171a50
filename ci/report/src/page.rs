//! A finding as a page that needs nothing but a browser.

use crate::finding::Finding;
use crate::side::{SideBySide, side_by_side};
use maud::{DOCTYPE, Markup, html};

const STYLE: &str = "body{font:15px/1.5 sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}\
code,pre,td{font-family:ui-monospace,monospace;font-size:13px;overflow-wrap:anywhere}\
table{border-collapse:collapse;width:100%}td,th{border:1px solid #bbb;padding:.2rem .5rem;text-align:left;vertical-align:top}\
.here{background:#fdd;font-weight:bold}.differs{background:#fee}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}\
.here,.differs{background:#522}}";

pub(crate) fn page(finding: &Finding<'_>) -> String {
    let side = finding.fork.map(|fork| side_by_side(finding.reduced, fork));
    let divergence = finding.divergence;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (finding.name) ": " (divergence.signature) }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                h1 { (divergence.signature) }
                p { "Revision " (finding.reduced.revision.name()) ". Found by " (finding.origin) "." }
                p { "Engines: " (finding.engines.join(", ")) "." }
                p { "To see it again, in this folder: " code { (finding.replay()) } }
                h2 { "What differs" }
                (differences(finding))
                @if let Some(side) = &side { (parting(finding, side)) }
                h2 { "The case" }
                pre { (format::evm::write(&format::CaseFile::new(finding.name.to_owned(), String::new(), finding.reduced.clone(), Vec::new()))) }
            }
        }
    };
    page.into_string()
}

fn differences(finding: &Finding<'_>) -> Markup {
    let divergence = finding.divergence;
    html! {
        @if let Some(crash) = &divergence.crash {
            p { (divergence.engine) " crashed: " code { (crash) } }
        } @else {
            table {
                tr { th { "part" } th { "place" } th { (divergence.judge) } th { (divergence.engine) } }
                @for difference in &divergence.differences {
                    tr {
                        td { @if let Some(n) = difference.transaction { "transaction " (n) ": " } (difference.part.name()) }
                        td { (difference.place) }
                        td { (difference.left) }
                        td { (difference.right) }
                    }
                }
            }
        }
    }
}

fn parting(finding: &Finding<'_>, side: &SideBySide) -> Markup {
    html! {
        h2 { "Where they part" }
        @if side.rows.is_empty() {
            p { "No checkpoint shows it, a step does." }
        } @else {
            table {
                tr { th { "" } th { (finding.divergence.judge) } th { (finding.divergence.engine) } }
                @for (what, left, right) in &side.rows {
                    tr class=[(left != right).then_some("differs")] { td { (what) } td { (left) } td { (right) } }
                }
            }
        }
        @if !side.listing.is_empty() {
            h2 { "Code" }
            table {
                @for (pc, text, here) in &side.listing {
                    tr class=[here.then_some("here")] { td { (format!("{pc:x}")) } td { (text) } }
                }
            }
        }
    }
}
