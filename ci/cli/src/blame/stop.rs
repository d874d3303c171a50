//! The instruction that makes two outcomes differ, for engines that report neither steps nor points, and for what no point shows:
//! logs, questions, refunds, accounts, the end of a frame.
//!
//! A case ends where a STOP is put in the place of an instruction: what was done before it stays, what would follow is not done. With
//! the STOP at an instruction the engines agree; with the STOP behind it they differ: so that instruction makes the
//! difference. It is looked for in the order in which each instruction ran first. Words on the stack and memory are no part of an outcome,
//! so a second way to stop logs memory and the top word before.

use super::cut::{code_at, text_at};
use api::{Address, Case, Frame, Observer, Step, Watch};
use oracle::{Crew, Tolerances, judge};
use spec::op;
use std::collections::BTreeSet;

/// Instructions that are tried, and bytes of code that are run for it, all together: a compiler that takes long takes some
/// minutes for so many.
const PLACES_MAX: usize = 1 << 11;
const BYTES_MAX: usize = 4 << 20;

/// A place in the code of an account.
type Place = (Address, u32);

/// The instruction, as a line of text. `None` if the engines agree on the whole case, or differ though nothing of it is run.
pub(super) fn instruction(crew: &mut Crew, case: &Case, tolerances: &Tolerances) -> Option<String> {
    let places = places(crew, case);
    let bytes: usize = case.accounts.values().map(|account| account.code.len()).sum();
    let len = places.len().min(BYTES_MAX / (2 * bytes).max(1));
    // Behind the last one is the case as it is; what is not tried is not told apart.
    let is_all = len == places.len() && len < PLACES_MAX;
    let found = before_first(len, &mut |count| match places.get(count) {
        Some(place) if count < len => {
            let ends = [STOPS, LOGS].iter().filter(|end| end.len() == 1 || !is_run_before(&places[..count], *place));
            ends.into_iter().any(|end| differs(crew, &ended(case, *place, end), tolerances))
        }
        _ => is_all && differs(crew, case, tolerances),
    })?;
    let (address, pc) = places[found];
    Some(format!("with what ran before it they agree, behind it they differ: {}", text_at(case, address, pc)?))
}

/// The position before the first at which something differs, of so many and the one behind them. A word is seen only while it is
/// on top, so they are tried in order and not halved.
fn before_first(len: usize, differs: &mut dyn FnMut(usize) -> bool) -> Option<usize> {
    (0..=len).find(|at| differs(*at))?.checked_sub(1)
}

/// Whether what a jump at a place overwrites behind it ran before.
fn is_run_before(places: &[Place], (address, pc): Place) -> bool {
    places.iter().any(|(other, at)| *other == address && (pc + 1..pc + 4).contains(at))
}

fn differs(crew: &mut Crew, case: &Case, tolerances: &Tolerances) -> bool {
    !judge(crew, case, tolerances).divergences.is_empty()
}

/// Ends the frame.
const STOPS: &[u8] = &[op::STOP];
/// Puts the top word behind memory, logs all of it and ends the frame.
const LOGS: &[u8] = &[op::JUMPDEST, op::MSIZE, op::MSTORE, op::MSIZE, op::PUSH1, 0, op::LOG0, op::STOP];

/// The case with an end of frames at a place: what fits no byte stands behind the code, and a jump to it at the place. What the
/// jump overwrites is not run any more, if it was not run before.
fn ended(case: &Case, (address, pc): Place, end: &[u8]) -> Case {
    let mut shorter = case.clone();
    let Some(account) = shorter.accounts.get_mut(&address) else { return shorter };
    let mut code = account.code.to_vec();
    // Behind all data of a PUSH that the end of the code cuts off.
    let behind = code.len() + 33;
    match (end, u16::try_from(behind)) {
        ([byte], _) => code[pc as usize] = *byte,
        (_, Err(_)) => code[pc as usize] = op::STOP,
        (_, Ok(to)) => {
            code.resize(behind, op::STOP);
            code.extend(end);
            let [high, low] = to.to_be_bytes();
            code[pc as usize..pc as usize + 4].copy_from_slice(&[op::PUSH2, high, low, op::JUMP]);
        }
    }
    account.code = code.into();
    shorter
}

/// What is run of the codes of accounts, each instruction where it ran first. Any engine that reports steps may say so.
fn places(crew: &mut Crew, case: &Case) -> Vec<Place> {
    let mut seen = Seen::default();
    for engine in 0..crew.len() {
        let watch = Watch { steps: true, observer: Some(&mut seen), ..Watch::default() };
        crew.run(engine, case, watch);
        if !seen.places.is_empty() {
            break;
        }
    }
    seen.places.retain(|(address, pc)| code_at(case, *address).is_some_and(|code| (*pc as usize) < code.len()));
    seen.places
}

#[derive(Default)]
struct Seen {
    places: Vec<Place>,
    known: BTreeSet<Place>,
}

impl Observer for Seen {
    fn step(&mut self, _: &Step, frame: &Frame) {
        let place = (frame.message.code_address, frame.pc);
        if !frame.message.kind.is_create() && self.places.len() < PLACES_MAX && self.known.insert(place) {
            self.places.push(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: &[u8] = b"[[account]]\ncode = \"main\"\n[[expect]]\nrevision = \"Cancun\"\n=== main\n    STOP\n";

    #[test]
    fn the_end_stands_behind_the_code() {
        let address = Address::with_last_byte(1);
        let code = vec![op::CALLER, op::POP, op::PUSH1 + 3, 7];
        let account = api::Account { code: code.clone().into(), ..api::Account::default() };
        let case = Case { accounts: [(address, account)].into(), ..format::evm::read(CASE, "x").unwrap().case };
        let bytes = |end| ended(&case, (address, 1), end).accounts[&address].code.to_vec();
        assert_eq!(bytes(STOPS), [op::CALLER, op::STOP, op::PUSH1 + 3, 7]);
        let logs = bytes(LOGS);
        assert_eq!(logs[..5], [op::CALLER, op::PUSH2, 0, 37, op::JUMP]);
        assert_eq!(logs[37..], *LOGS);
    }

    #[test]
    fn what_ran_before_is_not_overwritten() {
        let [one, other] = [1, 2].map(Address::with_last_byte);
        let places = [(one, 0), (one, 12), (other, 31)];
        let run_before = [9, 10, 11].map(|pc| is_run_before(&places, (one, pc)));
        assert_eq!((run_before, is_run_before(&places, (one, 12))), ([true; 3], false));
        assert!(!is_run_before(&places, (one, 30)), "it is of another code");
    }

    #[test]
    fn the_first_edge_is_found() {
        assert_eq!(before_first(12, &mut |at| (3..6).contains(&at) || at > 7), Some(2));
        assert_eq!(before_first(12, &mut |at| at > 11), Some(11), "the whole case");
        assert_eq!(before_first(12, &mut |_| true), None, "before anything is run");
        assert_eq!(before_first(12, &mut |_| false), None);
        assert_eq!(before_first(0, &mut |_| true), None);
    }
}
