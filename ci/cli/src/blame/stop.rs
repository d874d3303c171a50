//! The instruction that makes two outcomes differ, for engines that report neither steps nor points, and for what no point shows:
//! logs, questions, refunds, accounts, the end of a frame.
//!
//! A case ends where a STOP is put in the place of an instruction: what was done before it stays, what would follow is not done. With
//! the STOP at an instruction the engines agree; with the STOP behind it they differ: so that instruction makes the
//! difference. It is looked for frame by frame, from without, in the order in which each instruction ran first; a word is seen only
//! while it is on top, so they are tried in order and not halved. Words on the stack, memory and return data are no part of an
//! outcome, so other ways to stop log them before.

use super::budget::Budget;
use super::cut::{code_at, text_of};
use api::{Address, Bytes, Case, Field, Frame, Observer, Revision, Step, Transaction, Watch};
use oracle::{Crew, Ran, Tolerances, judge};
use spec::op;
use std::collections::BTreeSet;

/// Instructions that are tried.
const PLACES_MAX: usize = 1 << 11;
/// Steps that are looked at.
const STEPS_MAX: usize = 1 << 18;
/// Calls into calls that are followed.
const CALLS_MAX: usize = 16;
/// Whose code it is: an account's, or that of a transaction that creates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Account(Address),
    Initcode(usize),
}

/// A place in code.
type Place = (Owner, u32);

/// What is to blame, as a line of text: an instruction, or what the transaction does before its first one. `None` if stopping shows
/// nothing.
pub(super) fn instruction(crew: &mut Crew, case: &Case, tolerances: &Tolerances) -> Option<String> {
    let case = &shortest(crew, case, tolerances);
    let run = steps(crew, case);
    let mut places = at_depth(&run.steps, 0);
    let is_all = first_runs(&mut places) && run.is_all;
    let budget = Budget::of(crew, case, 1);
    let mut stops = Stops { crew, tolerances, ends: ends(case.revision), budget };
    let Some((found, mut differing)) = stops.first(case, &places, is_all) else {
        let all = places.len() * stops.ends.len();
        let more = "stops were tried; reduce the case first: unanimous reduce FILE";
        return stops.budget.spent().map(|n| format!("given up: {n} of {all} {more}"));
    };
    let Some(mut blamed) = found.checked_sub(1).map(|before| places[before]) else {
        return (!run.begins_elsewhere)
            .then(|| "before the first instruction they differ: the transaction itself".to_owned());
    };
    let known: BTreeSet<Place> = run.steps.iter().map(|(place, _)| *place).collect();
    let mut end = "";
    for _ in 0..CALLS_MAX {
        let below = steps(stops.crew, &differing);
        let mut inside = inside(&below.steps, blamed);
        let is_all = first_runs(&mut inside) && below.is_all;
        // What stands behind the code by now is not of the case.
        inside.retain(|place| known.contains(place));
        match stops.first(&differing, &inside, is_all) {
            // What ends a frame does nothing else: the call takes what it hands back.
            Some((all, _)) if all == inside.len() && inside.last().is_none_or(|last| ends_only(case, *last)) => break,
            Some((found @ 1.., case)) => (blamed, differing) = (inside[found - 1], case),
            None if stops.budget.spent().is_some() => {
                end = "; given up on what it calls: reduce the case first: unanimous reduce FILE";
                break;
            }
            _ => break,
        }
    }
    let (owner, pc) = blamed;
    let name = match owner {
        Owner::Account(address) => address.to_string(),
        Owner::Initcode(_) => "initcode of the transaction".to_owned(),
    };
    let text = text_of(&code_of(case, owner)?, case.revision, pc);
    Some(format!("with what ran before it they agree, behind it they differ: {name}, at pc {pc:#x}: {text}{end}"))
}

/// Whether an instruction ends its frame and changes nothing.
fn ends_only(case: &Case, (owner, pc): Place) -> bool {
    let opcode = code_of(case, owner).and_then(|code| code.get(pc as usize).copied());
    matches!(opcode, Some(op::STOP | op::RETURN | op::REVERT | op::INVALID))
}

/// What stops are tried with.
struct Stops<'a> {
    crew: &'a mut Crew,
    tolerances: &'a Tolerances,
    ends: [Vec<u8>; 3],
    budget: Budget,
}

impl Stops<'_> {
    /// The first of these places at which the case, stopped there, makes engines differ, and the case as it is stopped; behind the
    /// last place is the case itself, if it is to be tried. `None` too if nothing is left to be spent.
    fn first(&mut self, case: &Case, places: &[Place], whole: bool) -> Option<(usize, Case)> {
        for (at, place) in places.iter().enumerate() {
            for end in self.ends.iter().filter(|end| end.len() == 1 || !is_run_before(&places[..at], *place)) {
                self.budget.take()?;
                let stopped = ended(case, *place, end);
                if differs(self.crew, &stopped, self.tolerances) {
                    return Some((at, stopped));
                }
            }
        }
        (whole && differs(self.crew, case, self.tolerances)).then(|| (places.len(), case.clone()))
    }
}

/// The case without what makes no difference: transactions behind the first on which engines differ, and those before it, whose
/// accounts it begins with, unless what they leave beside accounts makes the difference.
fn shortest(crew: &mut Crew, case: &Case, tolerances: &Tolerances) -> Case {
    let first = |n: usize| Case { transactions: case.transactions[..n].to_vec(), ..case.clone() };
    let all = case.transactions.len();
    let n = (1..all).find(|n| differs(crew, &first(*n), tolerances)).unwrap_or(all);
    if let Some(before @ 1..) = n.checked_sub(1)
        && let Ran::Outcome(outcome) = crew.run(0, &first(before), Watch::default())
        && let Field::Known(accounts) = outcome.state
    {
        let transactions = vec![case.transactions[before].clone()];
        let alone = Case { accounts, transactions, ..case.clone() };
        if differs(crew, &alone, tolerances) {
            return alone;
        }
    }
    first(n)
}

/// Whether what a jump at a place overwrites behind it ran before.
fn is_run_before(places: &[Place], (owner, pc): Place) -> bool {
    places.iter().any(|(other, at)| *other == owner && (pc + 1..pc + 4).contains(at))
}

fn differs(crew: &mut Crew, case: &Case, tolerances: &Tolerances) -> bool {
    !judge(crew, case, tolerances).divergences.is_empty()
}

/// What may end a frame: STOP, or first a log of memory, with the return data, and with the top word where there is one.
fn ends(revision: Revision) -> [Vec<u8>; 3] {
    let word = [op::MSIZE, op::MSTORE];
    let returned: &[u8] = match revision.is(Revision::Byzantium) {
        true => &[op::RETURNDATASIZE, op::PUSH1, 0, op::MSIZE, op::RETURNDATACOPY],
        false => &[],
    };
    let log = |word: &[u8]| [&[op::JUMPDEST], word, returned, &[op::MSIZE, op::PUSH1, 0, op::LOG0, op::STOP]].concat();
    [vec![op::STOP], log(&[]), log(&word)]
}

/// The case with an end of frames at a place: what fits no byte stands behind the code, and a jump to it at the place. What the
/// jump overwrites is not run any more, if it was not run before.
fn ended(case: &Case, (owner, pc): Place, end: &[u8]) -> Case {
    let Some(mut code) = code_of(case, owner).map(|code| code.to_vec()) else { return case.clone() };
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
    let mut shorter = case.clone();
    match owner {
        Owner::Account(address) => shorter.accounts.entry(address).or_default().code = code.into(),
        Owner::Initcode(index) => shorter.transactions[index].data = code.into(),
    }
    shorter
}

fn code_of(case: &Case, owner: Owner) -> Option<Bytes> {
    match owner {
        Owner::Account(address) => code_at(case, address),
        Owner::Initcode(index) => case.transactions.get(index).map(|transaction| transaction.data.clone()),
    }
}

/// A step: where, and in which depth.
type At = (Place, u32);

/// What was run.
struct Run {
    steps: Vec<At>,
    /// Whether these are all of code that the case holds.
    is_all: bool,
    /// Whether code that it does not hold ran before them.
    begins_elsewhere: bool,
}

/// What is run of the codes of accounts and transactions, in order. Any engine that reports steps may say so.
fn steps(crew: &mut Crew, case: &Case) -> Run {
    let mut seen = Seen { case, run: Run { steps: Vec::new(), is_all: true, begins_elsewhere: false } };
    for engine in 0..crew.len() {
        let watch = Watch { steps: true, observer: Some(&mut seen), ..Watch::default() };
        crew.run(engine, case, watch);
        if !seen.run.steps.is_empty() {
            break;
        }
    }
    seen.run
}

/// Each place where it was run first; whether that is all of them.
fn first_runs(places: &mut Vec<Place>) -> bool {
    let mut known = BTreeSet::new();
    places.retain(|place| known.insert(*place));
    let is_all = places.len() <= PLACES_MAX;
    places.truncate(PLACES_MAX);
    is_all
}

/// What was run in a depth, in order.
fn at_depth(steps: &[At], depth: u32) -> Vec<Place> {
    steps.iter().filter(|(_, at)| *at == depth).map(|(place, _)| *place).collect()
}

/// What was run by the frame of a call when it was made for the last time. A stop ends a frame and not those around it, so frames are
/// gone through one by one, from without.
fn inside(steps: &[At], call: Place) -> Vec<Place> {
    let Some(last) = steps.iter().rposition(|(place, _)| *place == call) else { return Vec::new() };
    let (_, depth) = steps[last];
    let behind = &steps[last + 1..];
    let len = behind.iter().position(|(_, at)| *at <= depth).unwrap_or(behind.len());
    at_depth(&behind[..len], depth + 1)
}

struct Seen<'a> {
    case: &'a Case,
    run: Run,
}

impl Seen<'_> {
    /// Whose code a frame runs, if that stands in the case.
    fn owner(&self, frame: &Frame) -> Option<Owner> {
        let message = &frame.message;
        if !message.kind.is_create() {
            return Some(Owner::Account(message.code_address));
        }
        let creates = |transaction: &Transaction| {
            transaction.to.is_none() && transaction.sender.create(transaction.nonce) == message.address
        };
        self.case.transactions.iter().position(creates).filter(|_| message.depth == 0).map(Owner::Initcode)
    }

    fn len_of(&self, owner: Owner) -> usize {
        match owner {
            Owner::Account(address) => self.case.accounts.get(&address).map_or(0, |account| account.code.len()),
            Owner::Initcode(index) => self.case.transactions[index].data.len(),
        }
    }
}

impl Observer for Seen<'_> {
    fn step(&mut self, _: &Step, frame: &Frame) {
        match self.owner(frame) {
            // Behind the code stands the STOP that every code ends with.
            Some(owner) if (1..=frame.pc as usize).contains(&self.len_of(owner)) => {}
            Some(owner) if self.len_of(owner) > 0 => match self.run.steps.len() < STEPS_MAX {
                true => self.run.steps.push(((owner, frame.pc), frame.message.depth)),
                false => self.run.is_all = false,
            },
            _ => self.run.begins_elsewhere |= self.run.steps.is_empty(),
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
        let bytes = |end: &[u8]| {
            let ended = ended(&case, (Owner::Account(address), 1), end);
            ended.accounts[&address].code.to_vec()
        };
        let [stop, log, word] = ends(Revision::Frontier);
        assert_eq!(bytes(&stop), [op::CALLER, op::STOP, op::PUSH1 + 3, 7]);
        assert_eq!(bytes(&log)[..5], [op::CALLER, op::PUSH2, 0, 37, op::JUMP]);
        assert_eq!(bytes(&log)[37..], [op::JUMPDEST, op::MSIZE, op::PUSH1, 0, op::LOG0, op::STOP]);
        assert!(word.starts_with(&[op::JUMPDEST, op::MSIZE, op::MSTORE]) && word.len() == log.len() + 2);
        assert_eq!(ends(Revision::Byzantium)[1].len(), log.len() + 5, "return data");
    }

    #[test]
    fn the_last_call_is_looked_into() {
        let [caller, callee] = [1, 2].map(|byte| Owner::Account(Address::with_last_byte(byte)));
        let steps = [((caller, 5), 0), ((callee, 0), 1), ((caller, 6), 0), ((caller, 5), 0), ((callee, 0), 1)];
        let more = [((callee, 1), 1), ((caller, 9), 2), ((callee, 0), 1), ((caller, 6), 0), ((callee, 8), 1)];
        let steps = [&steps[..], &more].concat();
        let mut places = inside(&steps, (caller, 5));
        assert_eq!(places, [(callee, 0), (callee, 1), (callee, 0)]);
        assert!(first_runs(&mut places) && places.len() == 2);
        assert_eq!(inside(&steps, (caller, 9)), []);
        assert_eq!(inside(&steps, (caller, 7)), []);
    }

    #[test]
    fn what_ran_before_is_not_overwritten() {
        let [one, other] = [1, 2].map(|byte| Owner::Account(Address::with_last_byte(byte)));
        let places = [(one, 0), (one, 12), (other, 31)];
        let run_before = [9, 10, 11].map(|pc| is_run_before(&places, (one, pc)));
        assert_eq!((run_before, is_run_before(&places, (one, 12))), ([true; 3], false));
        assert!(!is_run_before(&places, (one, 30)), "it is of another code");
    }
}
