//! The evidence folder of a finding: the case survives in both forms, the signature file is understood, the page is
//! well-formed, needs nothing but itself and runs nothing, whatever names and messages say.

use api::{Address, Case, Code, Engine, EngineId, Exit, Frame, Host, Revision, U256, Vm};
use campaign::{Known, News};
use interp::Interp;
use oracle::{Crew, Tolerances, judge, localise};
use report::Finding;
use spec::op;
use suite::{call_case, code};
use world::Machine;

const HOSTILE: &str = "</pre><script>alert(\"1\")</script> & 'x' onload=x \u{202e}";

/// Adds one where it should not, or breaks with a hostile message.
struct Faulty(bool);

impl Vm for Faulty {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        assert!(!self.0, "{HOSTILE}");
        let exit = Interp::new().run(code, frame, host);
        if exit == Exit::Call {
            frame.stack[0] ^= U256::ONE;
        }
        exit
    }
}

fn case() -> Case {
    let zero = U256::ZERO;
    let call = [code::push_all(&[U256::from(9), U256::from(4), zero, zero, zero, zero, zero]), vec![op::CALL, op::POP]];
    let store = vec![op::PUSH1, 1, op::SSTORE];
    let mut case = call_case(Revision::LATEST, [vec![op::PUSH1, 3], call.concat(), store].concat(), vec![]);
    case.name = HOSTILE.into();
    case.accounts.entry(Address::repeat_byte(7)).or_default().balance = U256::ONE;
    case
}

/// The files of a finding, by name.
fn files(crashes: bool) -> Vec<(&'static str, String)> {
    let make = move |name: &str| -> Option<Box<dyn Engine>> {
        match name {
            "interp" => registry::make(name).ok(),
            _ => Some(Box::new(Machine::new(EngineId::default(), Faulty(crashes)))),
        }
    };
    let mut crew = Crew::new(&["interp".into(), "faulty".into()], make).expect("both names make engines");
    let case = case();
    let verdict = judge(&mut crew, &case, &Tolerances::none());
    let divergence = &verdict.divergences[0];
    let fork = localise(&mut crew, &case, 0, 1);
    assert_eq!(fork.is_some(), !crashes);
    let (origin, engines) = (HOSTILE, [HOSTILE.to_owned()]);
    let finding = Finding {
        name: "finding",
        origin,
        original: &case,
        reduced: &case,
        divergence,
        fork: fork.as_ref(),
        engines: &engines,
    };
    report::files(&finding)
}

fn file<'a>(files: &'a [(&str, String)], name: &str) -> &'a str {
    files.iter().find(|(found, _)| *found == name).map_or("", |(_, text)| text)
}

/// What is wrong with a page: a tag that is not closed, something that runs or is fetched.
fn wrong(page: &str) -> Vec<String> {
    let (mut wrong, mut open, mut rest) = (Vec::new(), Vec::new(), page);
    while let Some(at) = rest.find('<') {
        let Some(end) = rest[at..].find('>') else { return vec!["a tag is cut".into()] };
        let tag = &rest[at + 1..at + end];
        rest = &rest[at + end + 1..];
        let name: String = tag.trim_start_matches('/').chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        let runs = ["script", "iframe", "object", "embed", "link", "img"].contains(&name.as_str());
        let reaches = ["src=", "href=", " on", "url("].iter().any(|what| tag.contains(what));
        if runs || reaches {
            wrong.push(format!("<{tag}> reaches outside or runs"));
        }
        match (tag.starts_with('/'), ["!DOCTYPE", "meta", "br", ""].contains(&name.as_str()) || tag.starts_with('!')) {
            (_, true) => {}
            (false, false) => open.push(name),
            (true, false) => {
                if open.pop().as_ref() != Some(&name) {
                    wrong.push(format!("</{name}> closes nothing"));
                }
            }
        }
    }
    wrong.extend(open.into_iter().map(|name| format!("<{name}> is not closed")));
    wrong
}

#[test]
fn the_page_is_whole_and_runs_nothing() {
    for crashes in [false, true] {
        let files = files(crashes);
        let page = file(&files, "index.html");
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("&lt;script&gt;"), "{page}");
        assert_eq!(wrong(page), Vec::<String>::new());
        assert!(!page.contains("@import") && !page.contains("url("));
    }
    for (page, says) in [
        ("<p><b></p>", "</p> closes nothing"),
        ("<p>", "<p> is not closed"),
        ("<script></script>", "<script> reaches"),
        ("<a href=\"x\"></a>", "reaches outside"),
        ("<p onclick=\"x\"></p>", "reaches outside"),
        ("<p", "cut"),
    ] {
        assert!(wrong(page).iter().any(|what| what.contains(says)), "{page}: {:?}", wrong(page));
    }
}

#[test]
fn the_case_and_its_signature_can_be_read_again() {
    for crashes in [false, true] {
        let files = files(crashes);
        for name in ["case.evm", "case.json", "original.evm"] {
            let read = format::load(file(&files, name).as_bytes(), name).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(read[0].case.accounts, case().accounts, "{name}");
        }
        let about: serde_json::Value = serde_json::from_str(file(&files, "finding.json")).expect("it is JSON");
        let mut known = Known::default();
        known.add("old", file(&files, "case.toml")).expect("it is understood");
        assert_eq!(known.news(about["signature"].as_str().expect("it has one")), News::Open("old"));
        let command = "    unanimous diff --engines interp,faulty case.evm\n";
        assert!(file(&files, "README.txt").contains(command));
    }
}
