//! Changes around the code: what it is given, who calls it, what ran before.

use super::Change;
use crate::Subject;
use crate::code::Item;
use api::dice::Dice;
use api::{Account, Address, Bytes, Case, Revision};
use spec::{gas, op};

/// What looks at calldata.
const READS_INPUT: [u8; 3] = [op::CALLDATALOAD, op::CALLDATASIZE, op::CALLDATACOPY];

/// A PUSH becomes a CALLDATALOAD of the same number, so that no compiler knows it.
pub(crate) fn calldata(subject: &Subject, dice: &mut Dice) -> Option<Change> {
    let transaction = &subject.case.transactions[0];
    if READS_INPUT.iter().any(|opcode| subject.opcodes.contains(opcode)) || transaction.data.len() > 1 << 12 {
        return None;
    }
    let all = subject.pieces.all();
    let is_constant = |i: &usize| {
        let whole = (op::PUSH1..=op::PUSH32).contains(&all[*i].opcode())
            && all[*i].bytes.len() == usize::from(all[*i].opcode() - op::PUSH1) + 2;
        whole && subject.pieces.target_of(*i).is_none() && subject.ran_at(*i).count > 0
    };
    let constants: Vec<usize> = (0..all.len()).filter(is_constant).collect();
    // A jump that was never taken may have its target from calldata too; one that was, has not.
    let i = *dice.pick(&constants)?;
    let at = transaction.data.len();
    let mut word = [0; 32];
    let number = &all[i].bytes[1..];
    word[32 - number.len()..].copy_from_slice(number);
    let mut items = subject.pieces.items();
    items[i] = Item::New(vec![op::PUSH1 + 1, (at >> 8) as u8, at as u8, op::CALLDATALOAD]);

    let ran = 3 * subject.ran_at(i).count;
    let price = |byte: &u8| if *byte == 0 { gas::TX_DATA_ZERO } else { gas::data_nonzero(subject.case.revision) };
    let intrinsic: u64 = word.iter().map(price).sum();
    let mut change = subject.rebuilt(&items, ran + intrinsic)?;
    change.case.transactions[0].data = Bytes::from([&transaction.data[..], &word].concat());
    // EIP-7623: the floor grows faster than the price.
    let data = &change.case.transactions[0].data;
    let tokens: u64 = data.iter().map(|byte| if *byte == 0 { 1 } else { 4 }).sum();
    let floor = gas::TX_BASE + gas::TX_FLOOR_TOKEN * tokens;
    let is_floored = subject.case.revision.is(Revision::Prague) && floor > subject.gas_used + ran + intrinsic;
    (!is_floored).then_some(change)
}

/// Where the code goes when something else takes its place.
const ASIDE: Address = Address::with_last_byte(0xed);

/// A frame around the code, which borrows it and hands everything through.
pub(crate) fn wrap(subject: &Subject, _: &mut Dice) -> Option<Change> {
    let (case, transaction) = (&subject.case, &subject.case.transactions[0]);
    if !case.revision.is(Revision::Byzantium) || case.accounts.contains_key(&ASIDE) || case.block.coinbase == ASIDE {
        return None;
    }
    let given = u32::try_from(subject.frame_gas).ok()?;
    let mut code = vec![op::CALLDATASIZE, op::PUSH1, 0, op::PUSH1, 0, op::CALLDATACOPY];
    code.extend([op::PUSH1, 0, op::PUSH1, 0, op::CALLDATASIZE, op::PUSH1, 0, op::PUSH20]);
    code.extend(ASIDE.as_slice());
    code.push(op::PUSH4);
    code.extend(given.to_be_bytes());
    code.extend([op::DELEGATECALL, op::RETURNDATASIZE, op::PUSH1, 0, op::PUSH1, 0, op::RETURNDATACOPY]);
    let over = code.len() as u8 + 7;
    code.extend([op::PUSH1, over, op::JUMPI, op::RETURNDATASIZE, op::PUSH1, 0, op::REVERT]);
    code.extend([op::JUMPDEST, op::RETURNDATASIZE, op::PUSH1, 0, op::RETURN]);

    let own = own_price(case.revision, &code, transaction.data.len() as u64, subject.output_len, subject.success)?;
    let mut changed = case.clone();
    let account = changed.accounts.get_mut(&subject.address)?;
    let aside = Account { nonce: 1, code: std::mem::take(&mut account.code), ..Account::default() };
    account.code = Bytes::from(code);
    changed.accounts.insert(ASIDE, aside);
    // A 64th stays behind, so there must be more than what is given.
    let room = own.checked_add(subject.frame_gas / 32)?.checked_add(10_000)?;
    let is_listed = transaction.access_list.iter().flatten().any(|(address, _)| *address == ASIDE);
    let mut change = Change::new(subject.raised(changed, room)?, own);
    change.forgets.exact = true;
    (!is_listed).then_some(change)
}

/// What the frame around the code uses of its own.
fn own_price(revision: Revision, code: &[u8], input_len: u64, output_len: u64, is_success: bool) -> Option<u64> {
    let pieces = crate::code::Pieces::of(code);
    let price = |opcode: u8| u64::from(spec::table::PRICES[revision.index()][usize::from(opcode)]);
    let all = pieces.all();
    let split = all.iter().position(|piece| piece.opcode() == op::JUMPI)? + 1;
    let revert = split + 3;
    let ran = match is_success {
        true => all[..split].iter().chain(&all[revert..]),
        false => all[..revert].iter().chain(&[]),
    };
    let fixed: u64 = ran.map(|piece| price(piece.opcode())).sum();
    let cold = if revision.is(Revision::Berlin) { gas::COLD_ACCOUNT_EXTRA } else { 0 };
    let words = |len: u64| gas::words(len);
    let memory = gas::memory(words(input_len).max(words(output_len)))?;
    Some(fixed + cold + memory + gas::COPY_WORD * (words(input_len) + words(output_len)))
}

/// Codes that run in between: more than any cache keeps of small ones.
const OTHERS: u16 = 600;

/// The same case, after so many other codes that a cache forgot its own.
pub(crate) fn evict(subject: &Subject, dice: &mut Dice) -> Option<Change> {
    // It takes long, so it is done seldom.
    if dice.below(64) > 0 {
        return None;
    }
    let other = |n: u16| -> Option<Case> {
        let [high, low] = n.to_be_bytes();
        subject.with_code(vec![op::PUSH1 + 1, high, low, op::PUSH1, 0, op::MSTORE])
    };
    let mut change = Change::new(subject.case.clone(), 0);
    change.between = (0..OTHERS).map(other).collect::<Option<_>>()?;
    Some(change)
}
