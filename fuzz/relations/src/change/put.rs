//! Changes of code: something is put between instructions, doubled or exchanged.

use super::Change;
use crate::Subject;
use crate::code::Item;
use api::dice::Dice;
use spec::{Revision, limits, op};

/// Places that are changed at once, at most.
const PLACES_MAX: usize = 6;

/// JUMPDESTs, each of which is a canonical point and ends the section before it.
pub(crate) fn padding(subject: &Subject, dice: &mut Dice) -> Option<Change> {
    put(subject, dice, |_, dice, _| Some((vec![Item::New(vec![op::JUMPDEST; 1 + dice.below(2)])], 0)))
}

/// What leaves the stack as it was.
pub(crate) fn pairs(subject: &Subject, dice: &mut Dice) -> Option<Change> {
    put(subject, dice, |subject, dice, site| {
        let ran = subject.ran_at(site);
        let room = limits::STACK as u32 - ran.height_max;
        let n = 1 + dice.below(32) as u8;
        let number: Vec<u8> = (0..n).map(|_| dice.below(256) as u8).collect();
        let code = match dice.below(6) {
            0 if room >= 1 => [&[op::PUSH1 + n - 1][..], &number, &[op::POP]].concat(),
            1 if room >= 1 && ran.height_min >= 1 => vec![op::DUP1, op::POP],
            2 if ran.height_min >= 2 => vec![op::SWAP1, op::SWAP1],
            3 if ran.height_min >= 1 => vec![op::NOT, op::NOT],
            4 if room >= 1 && ran.height_min >= 1 => vec![op::PUSH1, 0, op::ADD],
            5 if room >= 2 => [&[op::PUSH1 + n - 1][..], &number, &[op::DUP1, op::XOR, op::POP]].concat(),
            _ => return None,
        };
        Some((vec![Item::New(code)], 0))
    })
}

/// A jump to what follows anyway.
pub(crate) fn split(subject: &Subject, dice: &mut Dice) -> Option<Change> {
    put(subject, dice, |subject, _, site| {
        let room = limits::STACK as u32 - subject.ran_at(site).height_max;
        // The JUMPDEST is two items behind the PUSH.
        let items = vec![Item::PlaceOf(2), Item::New(vec![op::JUMP]), Item::New(vec![op::JUMPDEST])];
        (room >= 1).then_some((items, 3))
    })
}

/// What is put before a site: items, whose places count from the first of them, and static gas that the bytes do not show.
type Put = fn(&Subject, &mut Dice, usize) -> Option<(Vec<Item>, u64)>;

/// Puts something before some sites.
fn put(subject: &Subject, dice: &mut Dice, make: Put) -> Option<Change> {
    let sites = subject.sites();
    let mut chosen: Vec<usize> = (0..1 + dice.below(PLACES_MAX)).filter_map(|_| dice.pick(&sites).copied()).collect();
    chosen.sort_unstable();
    chosen.dedup();
    let (mut items, mut gas, mut n_put) = (Vec::new(), 0u64, 0);
    for i in 0..subject.pieces.all().len() {
        if chosen.contains(&i)
            && let Some((new, besides)) = make(subject, dice, i)
        {
            let price: u64 = new.iter().map(|item| price(subject.case.revision, item)).sum::<u64>() + besides;
            gas = gas.checked_add(price.checked_mul(subject.ran_at(i).count)?)?;
            let first = items.len();
            items.extend(new.into_iter().map(|item| match item {
                Item::PlaceOf(to) => Item::PlaceOf(first + to),
                item => item,
            }));
            n_put += 1;
        }
        items.push(Item::Old(i));
    }
    if n_put == 0 {
        return None;
    }
    subject.rebuilt(&items, gas)
}

/// Static gas of new code.
fn price(revision: Revision, item: &Item) -> u64 {
    let Item::New(code) = item else { return 0 };
    let pieces = crate::code::Pieces::of(code);
    let price = |opcode: u8| u64::from(spec::table::PRICES[revision.index()][usize::from(opcode)]);
    pieces.all().iter().map(|piece| price(piece.opcode())).sum()
}

/// The block that a jump goes to stands at the end of the code once more, and the jump goes there.
pub(crate) fn double(subject: &Subject, dice: &mut Dice) -> Option<Change> {
    let all = subject.pieces.all();
    let taken = |i: &usize| subject.pieces.target_of(*i).is_some() && subject.ran_at(*i + 1).count > 0;
    let jumps: Vec<usize> = (0..all.len()).filter(taken).collect();
    let push = *dice.pick(&jumps)?;
    let from = subject.pieces.target_of(push)?;
    let ends = |opcode: u8| spec::table::row(opcode, subject.case.revision).is_none_or(|row| row.is_terminator());
    let to = (from..all.len()).take(64).find(|i| ends(all[*i].opcode()))?;
    if subject.pieces.is_cut() {
        return None;
    }
    let mut items = subject.pieces.items();
    // The end of the code was a STOP.
    items.push(Item::New(vec![op::STOP]));
    let copy = items.len();
    items[push] = Item::Redirected(push, copy);
    items.extend((from..=to).map(Item::Old));
    subject.rebuilt(&items, 0)
}

/// Two stores to different places, in either order.
pub(crate) fn stores(subject: &Subject, dice: &mut Dice) -> Option<Change> {
    let fits = |site: &usize| subject.ran_at(*site).height_max as usize + 2 <= limits::STACK;
    let sites: Vec<usize> = subject.sites().into_iter().filter(fits).collect();
    let site = *dice.pick(&sites)?;
    let store = if subject.case.revision.is(Revision::Cancun) && dice.below(2) == 0 { op::TSTORE } else { op::SSTORE };
    let mut one = |key: u8| vec![op::PUSH1, dice.below(256) as u8, op::PUSH1, key, store];
    let (first, second) = (one(0xe0), one(0xe1));
    // As much as two stores can cost, each time that they run.
    let gas = 50_000u64.checked_mul(subject.ran_at(site).count)?;
    let with = |code: Vec<u8>| {
        let mut items = subject.pieces.items();
        items.insert(site, Item::New(code));
        subject.raised(subject.with_code(subject.pieces.assemble(&items)?)?, gas)
    };
    let base = with([first.clone(), second.clone()].concat())?;
    let mut change = Change::new(with([second, first].concat())?, 0);
    change.base = Some(base);
    change.forgets.order = true;
    Some(change)
}
