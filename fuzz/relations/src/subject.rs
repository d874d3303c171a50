//! A case that relations can be applied to, and what is known of its run.

use crate::code::Pieces;
use api::outcome::{Exact, Outcome};
use api::{Address, Case, End, Frame, Observer, Receipt, Step, TxOutcome, Watch};
use oracle::Crew;
use spec::{limits, op};
use std::collections::{BTreeMap, BTreeSet};

/// A case of one transaction and one frame that ends without a halt.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The case.
    pub case: Case,
    /// Whose code runs.
    pub(crate) address: Address,
    pub(crate) pieces: Pieces,
    /// By position: how often the instruction there ran, and between which heights of the stack.
    pub(crate) ran: BTreeMap<u32, Ran>,
    /// Which instructions ran.
    pub(crate) opcodes: BTreeSet<u8>,
    /// Gas that the frame had at its beginning.
    pub(crate) frame_gas: u64,
    /// Bytes that the frame returned.
    pub(crate) output_len: u64,
    pub(crate) gas_used: u64,
    pub(crate) success: bool,
}

/// How an instruction ran.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ran {
    pub(crate) count: u64,
    pub(crate) height_min: u32,
    pub(crate) height_max: u32,
}

/// What a run may not do if its code is to be moved, or its gas limit changed: it would see that.
const SEES: [u8; 18] = [
    op::GAS,
    op::PC,
    op::CODESIZE,
    op::CODECOPY,
    op::EXTCODESIZE,
    op::EXTCODECOPY,
    op::EXTCODEHASH,
    op::BALANCE,
    op::SELFBALANCE,
    op::CALL,
    op::CALLCODE,
    op::DELEGATECALL,
    op::STATICCALL,
    op::CREATE,
    op::CREATE2,
    op::SELFDESTRUCT,
    op::INVALID,
    op::BLOBHASH,
];

impl Subject {
    /// The case as a subject, if it is one; the first engine of the crew follows it step by step.
    pub fn of(crew: &mut Crew, case: &Case) -> Option<Subject> {
        let [transaction] = &case.transactions[..] else { return None };
        let address = transaction.to?;
        let code = case.accounts.get(&address)?.code.clone();
        let mut seen = Seen::default();
        let watch = Watch { steps: true, observer: Some(&mut seen), ..Watch::exact() };
        let ran = crew.run(0, case, watch);
        let (receipt, exact) = receipt(ran.outcome()?)?;
        let plain = matches!(exact.end, End::Stop | End::Return | End::Revert) && exact.frames.len() == 1;
        // Refunds and the floor of EIP-7623 would hide what a change costs.
        let paid = transaction.gas_limit - exact.gas_left == receipt.gas_used && exact.refund == 0;
        let moves = seen.opcodes.iter().all(|opcode| !SEES.contains(opcode));
        let runs_own_code = exact.frames.first()?.code_address == address && transaction.authorizations.is_none();
        let pieces = Pieces::of(&code);
        let subject = Subject {
            case: case.clone(),
            address,
            frame_gas: seen.first?,
            output_len: receipt.output.len() as u64,
            gas_used: receipt.gas_used,
            success: receipt.success,
            ran: seen.ran,
            opcodes: seen.opcodes,
            pieces,
        };
        (plain && paid && moves && runs_own_code && subject.jumps_are_plain()).then_some(subject)
    }

    /// Whether each jump that ran stands behind the PUSH of its target.
    fn jumps_are_plain(&self) -> bool {
        let mut pieces = self.pieces.all().iter().enumerate();
        pieces.all(|(i, piece)| {
            let jumps = matches!(piece.opcode(), op::JUMP | op::JUMPI) && self.ran.contains_key(&piece.pc);
            !jumps || i > 0 && self.pieces.target_of(i - 1).is_some() || self.never_taken(i)
        })
    }

    /// A JUMPI that always fell through may stand behind anything.
    fn never_taken(&self, i: usize) -> bool {
        let [piece, next] = self.pieces.all().get(i..i + 2).unwrap_or_default() else { return false };
        let count = |pc: u32| self.ran.get(&pc).map_or(0, |ran| ran.count);
        piece.opcode() == op::JUMPI && next.opcode() != op::JUMPDEST && count(piece.pc) == count(next.pc)
    }

    /// Pieces before which something can be put in that runs whenever they do.
    pub(crate) fn sites(&self) -> Vec<usize> {
        let pieces = self.pieces.all().iter().enumerate();
        let free = |opcode: u8| !matches!(opcode, op::JUMPDEST | op::JUMP | op::JUMPI);
        let fits = |(_, piece): &(usize, &crate::code::Piece)| free(piece.opcode()) && self.ran.contains_key(&piece.pc);
        pieces.filter(fits).map(|(i, _)| i).collect()
    }

    /// How the instruction at a piece ran.
    pub(crate) fn ran_at(&self, piece: usize) -> Ran {
        let none = Ran { count: 0, height_min: 0, height_max: limits::STACK as u32 };
        self.ran.get(&self.pieces.all()[piece].pc).copied().unwrap_or(none)
    }
}

/// The receipt of the only transaction, with everything known.
pub(crate) fn receipt(outcome: &Outcome) -> Option<(&Receipt, &Exact)> {
    let [TxOutcome::Executed(receipt)] = &outcome.transactions[..] else { return None };
    Some((receipt, receipt.exact.known()?))
}

/// What a run does, instruction by instruction.
#[derive(Default)]
struct Seen {
    ran: BTreeMap<u32, Ran>,
    opcodes: BTreeSet<u8>,
    /// Gas before the first instruction.
    first: Option<u64>,
}

impl Observer for Seen {
    fn step(&mut self, step: &Step, frame: &Frame) {
        self.first.get_or_insert(frame.gas_left);
        self.opcodes.insert(step.opcode);
        let height = frame.stack_len;
        let ran = self.ran.entry(frame.pc).or_insert(Ran { count: 0, height_min: height, height_max: height });
        ran.count += 1;
        (ran.height_min, ran.height_max) = (ran.height_min.min(height), ran.height_max.max(height));
    }
}
