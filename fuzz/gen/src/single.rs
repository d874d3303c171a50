//! One instruction alone, enumerated: every row of the table with every combination of corner operands, once as
//! constants and once as words from calldata; then every row under every older revision; then branches on comparisons, which
//! compilers merge into one.
//!
//! A gate can run the whole matrix. The program sets up what the instruction works on, executes it, and returns its
//! results, the memory below them and the size of that memory. A branch that is not taken stops.

use crate::operand::{Role, roles};
use crate::program::Program;
use crate::sequence::transaction;
use crate::stage::{ABSENT, CONTRACTS, OTHER, SENDER, bare, contract, funded};
use crate::{CORNERS, Family};
use api::{Address, Block, Case, Revision, State, U256};
use spec::table::ROWS;
use spec::{Row, op};
use std::sync::LazyLock;

/// Gas for execution: enough for a create, little enough that huge lengths fail.
const GAS: u64 = 200_000;
/// Where results go in memory.
const RESULTS: u32 = 0x400;
/// Cases of each row under each older revision.
const OLD: u64 = 4;

/// How many cases there are.
pub fn count() -> u64 {
    newest() + older() + branches()
}

/// Cases under older revisions.
fn older() -> u64 {
    ROWS.len() as u64 * (Revision::COUNT as u64 - 1) * OLD
}

/// Case number `index`, which counts from zero and wraps at [`count`].
pub fn case(index: u64) -> Case {
    let index = index % count();
    let Some(old) = index.checked_sub(newest()) else {
        let (row, choice) = find(index);
        return render(row, choice, Revision::LATEST);
    };
    if let Some(branch) = old.checked_sub(older()) {
        return branch_on(branch);
    }
    let row = &ROWS[(old / OLD) as usize % ROWS.len()];
    let revision = Revision::ALL[(old / OLD / ROWS.len() as u64) as usize];
    // Four choices spread over those that the row has, constants and others alike.
    render(row, (old % OLD) * variants(row) / OLD + old % 2, revision)
}

/// Some case of the matrix under some revision.
pub(crate) fn any(number: u32, revision: Revision) -> Case {
    let (row, choice) = find(u64::from(number) % newest());
    render(row, choice, revision)
}

/// Where the cases of each row end, under the newest revision.
static ENDS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let add = |sum: &mut u64, row: &Row| {
        *sum += variants(row);
        Some(*sum)
    };
    ROWS.iter().scan(0, add).collect()
});

/// Cases under the newest revision.
fn newest() -> u64 {
    ENDS.last().copied().unwrap_or_default()
}

/// Row and choice of a case under the newest revision.
fn find(index: u64) -> (&'static Row, u64) {
    let at = ENDS.partition_point(|end| *end <= index);
    let start = at.checked_sub(1).map_or(0, |before| ENDS[before]);
    ROWS.get(at).map_or((&ROWS[0], 0), |row| (row, index - start))
}

/// Operands as constants and as words that no compiler knows, for each combination.
fn variants(row: &Row) -> u64 {
    2 * (0..row.pops).map(|at| domain(row, at).len() as u64).product::<u64>() * immediates(row)
}

/// What an immediate may be.
fn immediates(row: &Row) -> u64 {
    if row.immediate == 0 { 1 } else { 4 }
}

/// The words that an operand takes; few where there are many operands.
fn domain(row: &Row, at: u8) -> &'static [U256] {
    if is_shuffle(row) {
        return &CORNERS[..1];
    }
    let words = match roles(row.opcode).get(usize::from(at)).unwrap_or(&Role::Word) {
        Role::Word if row.pops == 1 => &CORNERS[..],
        Role::Word if row.pops == 2 && roles(row.opcode).is_empty() => &PAIRS,
        Role::Word => &PAIRS[..14],
        Role::Offset => &OFFSETS[..],
        Role::Len => &LENS,
        Role::Source => &SOURCES,
        Role::Key => &KEYS,
        Role::Account => &ACCOUNTS,
        Role::Gas => &GASES,
        Role::Value => &VALUES,
        Role::Number => &NUMBERS,
        Role::Index => &INDICES,
        // Positions in a list that depends on the program.
        Role::Target => &TARGETS,
    };
    if row.pops <= 3 { words } else { &words[..3.min(words.len())] }
}

/// DUP and SWAP: their operands are told apart, not chosen.
fn is_shuffle(row: &Row) -> bool {
    matches!(row.opcode, op::DUP1..=op::SWAP16)
}

const fn n(low: u64) -> U256 {
    U256::from_limbs([low, 0, 0, 0])
}

const fn address(address: Address, dirt: u64) -> U256 {
    let mut limbs = [0; 4];
    let bytes = address.into_array();
    let mut i = 0;
    while i < 20 {
        limbs[i / 8] |= (bytes[19 - i] as u64) << (8 * (i % 8));
        i += 1;
    }
    limbs[2] |= dirt << 32;
    U256::from_limbs(limbs)
}

/// Corners for pairs, the most different first.
const PAIRS: [U256; 32] = {
    const AT: [usize; 32] = [
        1, 52, 0, 50, 9, 33, 24, 62, 41, 2, 30, 55, 61, 17, 34, 46, 3, 8, 13, 18, 23, 26, 27, 29, 31, 36, 40, 43, 49,
        53, 57, 59,
    ];
    let mut pairs = [U256::ZERO; 32];
    let mut i = 0;
    while i < AT.len() {
        pairs[i] = CORNERS[AT[i]];
        i += 1;
    }
    pairs
};
const OFFSETS: [U256; 10] =
    [n(0), n(33), CORNERS[34], n(1), n(31), n(32), n(1 << 31), n(1 << 32), n(u64::MAX), U256::MAX];
const LENS: [U256; 8] = [n(32), n(0), n(33), n(1), n(1 << 31), n(1 << 32), n(u64::MAX), U256::MAX];
const SOURCES: [U256; 6] = [n(1), n(100), U256::MAX, n(1 << 32), n(u64::MAX), CORNERS[34]];
const KEYS: [U256; 4] = [n(0), n(1), U256::MAX, CORNERS[62]];
const ACCOUNTS: [U256; 8] = [
    address(CONTRACTS[1], 0),
    address(ABSENT, 0),
    address(CONTRACTS[0], u32::MAX as u64),
    address(SENDER, 0),
    address(OTHER, 0),
    n(4),
    n(0x100),
    n(0),
];
const GASES: [U256; 4] = [n(20_000), n(0), U256::MAX, n(2300)];
const VALUES: [U256; 4] = [n(0), n(1), CORNERS[51], n(1001)];
const NUMBERS: [U256; 8] = [n(299), n(300), n(44), n(43), U256::from_limbs([299, 1, 0, 0]), n(301), n(0), U256::MAX];
const INDICES: [U256; 5] = [n(0), n(1), n(1 << 32), CORNERS[34], U256::MAX];
const TARGETS: [U256; 7] = [n(0), n(1), n(2), n(3), n(4), n(5), n(6)];

/// The case of one row, one choice of operands, one revision.
fn render(row: &'static Row, choice: u64, revision: Revision) -> Case {
    let (is_opaque, mut choice) = (choice % 2 == 1, choice / 2);
    let mut operands = Vec::with_capacity(usize::from(row.pops));
    for at in 0..row.pops {
        let words = domain(row, at);
        let word = words[(choice % words.len() as u64) as usize];
        operands.push(if is_shuffle(row) { n(0x5b00 + u64::from(at)) } else { word });
        choice /= words.len() as u64;
    }
    let mut p = Program::new(revision);
    set_up(&mut p, row);
    let mut data = Vec::new();
    match roles(row.opcode) {
        [Role::Target, ..] => jump(&mut p, row, &operands, is_opaque, &mut data),
        _ => {
            push(&mut p, &operands, is_opaque, &mut data);
            execute(&mut p, row, choice, is_opaque);
        }
    }
    show(&mut p, row);
    case_of(row, p.finish(), data, revision)
}

/// Comparisons of two words.
const COMPARISONS: [u8; 5] = [op::LT, op::GT, op::SLT, op::SGT, op::EQ];
/// Words of PAIRS that each side of a comparison takes.
const SIDES: u64 = 14;
/// Which operands no compiler knows: the first, the second, both.
const OPAQUE: [[bool; 2]; 3] = [[true, false], [false, true], [true, true]];

/// Branches on ISZERO and on each comparison, and on their opposites.
fn branches() -> u64 {
    2 * (SIDES + (COMPARISONS.len() * OPAQUE.len()) as u64 * SIDES * SIDES)
}

/// A branch on a comparison.
fn branch_on(choice: u64) -> Case {
    let (is_opposite, rest) = (choice % 2 == 1, choice / 2);
    let (comparison, operands, opaque) = match rest.checked_sub(SIDES) {
        None => (op::ISZERO, vec![PAIRS[rest as usize]], [true; 2]),
        Some(rest) => {
            let operands = [rest, rest / SIDES].map(|side| PAIRS[(side % SIDES) as usize]);
            let rest = (rest / (SIDES * SIDES)) as usize;
            let (opaque, comparison) = (rest % OPAQUE.len(), rest / OPAQUE.len() % COMPARISONS.len());
            (COMPARISONS[comparison], operands.to_vec(), OPAQUE[opaque])
        }
    };
    let row = &ROWS[ROWS.partition_point(|row| row.opcode < comparison)];
    let mut p = Program::new(Revision::LATEST);
    let mut data = Vec::new();
    // A word that is there behind the branch too.
    p.push(CORNERS[62]);
    for (operand, is_opaque) in operands.into_iter().zip(opaque).rev() {
        if is_opaque {
            p.push_number(data.len() as u32);
            p.op(op::CALLDATALOAD);
            data.extend_from_slice(&operand.to_be_bytes::<32>());
        } else {
            p.push(operand);
        }
    }
    p.op(row.opcode);
    if is_opposite {
        p.op(op::ISZERO);
    }
    let taken = p.push_mark();
    p.ops(&[op::JUMPI, op::STOP]);
    p.land(&[taken]);
    show(&mut p, row);
    let mut case = case_of(row, p.finish(), data, Revision::LATEST);
    case.name = format!("{} JUMPI", case.name);
    case
}

/// What the instruction works on: memory, and for some a call that returned something.
fn set_up(p: &mut Program, row: &Row) {
    p.push(CORNERS[62]);
    p.store_at(0);
    if matches!(row.opcode, op::RETURNDATASIZE | op::RETURNDATACOPY) {
        [0, 0, 33, 0, 0, 4].iter().for_each(|operand| p.push_number(*operand));
        p.push_number(5000);
        p.ops(&[op::CALL, op::POP]);
    }
}

/// Pushes the operands, the first on top.
fn push(p: &mut Program, operands: &[U256], is_opaque: bool, data: &mut Vec<u8>) {
    for (at, operand) in operands.iter().enumerate().rev() {
        if is_opaque {
            p.push_number(32 * at as u32);
            p.op(op::CALLDATALOAD);
        } else {
            p.push(*operand);
        }
    }
    if is_opaque {
        operands.iter().for_each(|operand| data.extend_from_slice(&operand.to_be_bytes::<32>()));
    }
}

/// The instruction with its immediate. In place of an opaque operand, an immediate is cut short by the end of the code.
fn execute(p: &mut Program, row: &Row, choice: u64, is_cut: bool) {
    let len = usize::from(row.immediate);
    if len == 0 {
        return p.op(row.opcode);
    }
    let word = [CORNERS[62], U256::MAX, U256::ZERO, CORNERS[63]][choice as usize % 4];
    if is_cut {
        p.raw(&[row.opcode]);
        p.raw(&word.to_be_bytes::<32>()[32 - len..31]);
    } else {
        p.push_wide(word, len);
    }
}

/// Jumps to a JUMPDEST, into the data beside it, or to a place whose low bits are those of the JUMPDEST.
fn jump(p: &mut Program, row: &Row, operands: &[U256], is_opaque: bool, data: &mut Vec<u8>) {
    // PUSH2 5b5b before the JUMPDEST; the target is pushed with a width that does not depend on it.
    let rest = &operands[1..];
    push(p, rest, is_opaque, data);
    let pushed = if is_opaque { 4 } else { 33 };
    let dest = U256::from(p.len() + pushed + 1 + 3);
    let targets = [
        dest,
        dest - U256::ONE,
        dest + (U256::ONE << 32),
        dest + (U256::ONE << 64),
        dest + U256::ONE,
        U256::MAX,
        dest + (U256::ONE << 255),
    ];
    let target = targets[operands[0].to::<usize>() % targets.len()];
    if is_opaque {
        p.push_wide(U256::from(data.len()), 2);
        p.op(op::CALLDATALOAD);
        data.extend_from_slice(&target.to_be_bytes::<32>());
    } else {
        p.push_wide(target, 32);
    }
    p.op(row.opcode);
    p.push_wide(n(0x5b5b), 2);
    p.dest();
}

/// Returns the results, the size that memory has then, and memory itself.
fn show(p: &mut Program, row: &Row) {
    for at in 0..u32::from(row.pushes) {
        p.store_at(RESULTS + 32 + 32 * at);
    }
    p.op(op::MSIZE);
    p.store_at(RESULTS);
    p.push_number(RESULTS + 32 + 32 * u32::from(row.pushes));
    p.push_number(0);
    p.op(op::RETURN);
}

fn case_of(row: &Row, code: Vec<u8>, data: Vec<u8>, revision: Revision) -> Case {
    let mut called = contract(code);
    called.storage.extend([(U256::ZERO, CORNERS[62]), (U256::ONE, U256::ONE)]);
    let other = contract([op::ADDRESS, op::PUSH1, 0, op::MSTORE, op::PUSH1, 40, op::PUSH1, 0, op::RETURN]);
    let accounts = State::from([(SENDER, funded()), (CONTRACTS[0], called), (CONTRACTS[1], other)]);
    let block = Block { number: 300, base_fee: 7, ..Block::default() };
    let mut case = bare(Family::Single, revision, block, accounts);
    case.name = format!("{} {}", Family::Single.name(), row.name);
    case.transactions.push(transaction(0, Some(CONTRACTS[0]), data.into(), GAS, revision));
    case
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_has_its_cases() {
        let mut index = 0;
        for row in ROWS {
            assert_eq!(case(index).name, format!("single {}", row.name));
            index += variants(row);
        }
        assert_eq!(index, newest());
        assert_eq!(case(count()), case(0));
    }

    #[test]
    fn every_revision_has_every_row() {
        let seen: BTreeSet<(Revision, String)> =
            (newest()..newest() + older()).map(case).map(|case| (case.revision, case.name)).collect();
        assert_eq!(seen.len(), ROWS.len() * (Revision::COUNT - 1));
    }

    #[test]
    fn branches_are_on_every_comparison() {
        let first = newest() + older();
        let names: BTreeSet<String> = (first..count()).map(|index| case(index).name).collect();
        assert_eq!(names.len(), COMPARISONS.len() + 1);
        assert!(names.contains("single SGT JUMPI") && names.contains("single ISZERO JUMPI"));
        let distinct: BTreeSet<_> = (first..count()).map(|index| format!("{:?}", case(index))).collect();
        assert_eq!(distinct.len() as u64, branches());
    }

    #[test]
    fn pairs_are_distinct() {
        assert_eq!(PAIRS.iter().collect::<BTreeSet<_>>().len(), PAIRS.len());
    }
}
