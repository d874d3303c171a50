//! Pass `fold`: computes what is known, and leaves out what changes nothing.
//!
//! In one walk over each block, operands are first replaced by what they were found to be. Then an instruction falls under
//! the first of these rules that fits:
//!
//! * A function of words whose operands are all known is the word that the table of builtins answers: the same functions
//!   that would run. None of them takes gas, which is paid at the head whatever becomes of the instruction.
//! * An identity of arithmetic modulo 2^256 replaces a result by an operand, a constant, or a cheaper function. Each holds
//!   for all words; division and remainder by zero are zero in the EVM, so dividing zero is zero whatever divides it.
//!   A power of two turns a product into a shift to the left, a division into one to the right, and a remainder into a mask.
//!   (SDIV and SMOD are left alone: they round towards zero.) It divides 2^256, so of a sum or product modulo it the lowest
//!   bits are what is wanted, whatever was carried beyond a word.
//! * Memory that would have to reach beyond 64 bits is out of gas. The head was passed and nothing of the block was seen from
//!   outside, so what follows in the block is never reached and what precedes it cannot be told apart.
//! * A branch on a known word is one of its ways. A branch on `ISZERO(ISZERO(x))`, or on `GT(x, 0)`, is a branch on x:
//!   the condition counts as any bit.
//!
//! A result is replaced by another value only if that is not wider, so widths stay true.

use crate::pass::Fuel;
use crate::{BlockData, End, Func, Inst, Op, To, Value, Width};
use api::U256;
use runtime::{Moduli, table};
use spec::op;

/// Runs the pass.
pub(crate) fn run(func: &mut Func, fuel: &mut Fuel) {
    let mut fold = Fold {
        facts: vec![None; func.widths.len()],
        renamed: vec![None; func.widths.len()],
        moduli: Moduli::default(),
    };
    let mut blocks = std::mem::take(&mut func.blocks);
    for data in &mut blocks {
        fold.block(func, data, fuel);
    }
    func.blocks = blocks;
}

struct Fold {
    /// By value: the operation that defines it.
    facts: Vec<Option<Op>>,
    /// By value: the value that is used instead.
    renamed: Vec<Option<Value>>,
    moduli: Moduli,
}

/// What an instruction is replaced by.
enum Found {
    /// A known word.
    Word(U256),
    /// A value that is there.
    Value(Value),
    /// A function of a value and a known word, which is the first operand if so said.
    With(u8, Value, U256, bool),
    /// Another function of values that are there.
    Op(Op),
    /// The bits of a mask of another function of two values.
    Masked(u8, [Value; 2], U256),
}

impl Fold {
    fn block(&mut self, func: &mut Func, data: &mut BlockData, fuel: &mut Fuel) {
        let insts = std::mem::take(&mut data.insts);
        data.insts.reserve(insts.len());
        for mut inst in insts {
            inst.op.map_operands(|value| self.now(value));
            if let Op::Grow(offset, len) = inst.op
                && self.word(offset).is_some_and(|offset| offset > U256::from(u64::MAX - u64::from(len)))
                && fuel.take()
            {
                data.end = End::OutOfGas;
                return;
            }
            let found = inst.result.and_then(|result| Some((result, self.find(func, inst.op, result)?)));
            match found.filter(|_| fuel.take()) {
                Some((result, found)) => self.replace(func, data, result, found),
                None => self.keep(data, inst),
            }
        }
        self.end(data, fuel);
    }

    fn now(&self, value: Value) -> Value {
        self.renamed.get(value.0 as usize).copied().flatten().unwrap_or(value)
    }

    fn keep(&mut self, data: &mut BlockData, inst: Inst) {
        if let Some(result) = inst.result {
            let index = result.0 as usize;
            self.facts.resize(self.facts.len().max(index + 1), None);
            self.facts[index] = Some(inst.op);
        }
        data.insts.push(inst);
    }

    fn replace(&mut self, func: &mut Func, data: &mut BlockData, result: Value, found: Found) {
        let op = match found {
            Found::Value(value) => {
                self.renamed[result.0 as usize] = Some(value);
                return;
            }
            Found::Word(word) => Op::Const(word),
            Found::Op(op) => op,
            Found::Masked(opcode, [left, right], mask) => {
                let whole = func.value(Width::W256);
                self.keep(data, Inst { op: Op::Pure(opcode, [left, right, NONE]), result: Some(whole) });
                let known = func.value(Width::of(mask.bit_len()));
                self.keep(data, Inst { op: Op::Const(mask), result: Some(known) });
                Op::Pure(op::AND, [whole, known, NONE])
            }
            Found::With(opcode, value, word, first) => {
                let known = func.value(Width::of(word.bit_len()));
                self.keep(data, Inst { op: Op::Const(word), result: Some(known) });
                let operands = if first { [known, value, NONE] } else { [value, known, NONE] };
                Op::Pure(opcode, operands)
            }
        };
        self.keep(data, Inst { op, result: Some(result) });
    }

    fn fact(&self, value: Value) -> Option<Op> {
        *self.facts.get(value.0 as usize)?
    }

    fn word(&self, value: Value) -> Option<U256> {
        match self.fact(value) {
            Some(Op::Const(word)) => Some(word),
            _ => None,
        }
    }

    fn find(&mut self, func: &Func, op: Op, result: Value) -> Option<Found> {
        let Op::Pure(opcode, operands) = op else { return None };
        let count = crate::arity(opcode)?;
        let words: [Option<U256>; 3] = std::array::from_fn(|i| if i < count { self.word(operands[i]) } else { None });
        let known = words.map(Option::unwrap_or_default);
        if words[..count].iter().all(Option::is_some) {
            return table::calculate(opcode, &known, &mut self.moduli).map(Found::Word);
        }
        let found = match count {
            1 => self.identity_of_one(opcode, operands[0]),
            2 => identity(opcode, operands[0], operands[1], words[0], words[1]),
            _ => modular(opcode, operands, words[2]),
        };
        found.filter(|found| match found {
            Found::Value(value) => func.width(*value) <= func.width(result),
            _ => true,
        })
    }

    fn identity_of_one(&self, opcode: u8, operand: Value) -> Option<Found> {
        match (opcode, self.fact(operand)?) {
            (op::NOT, Op::Pure(op::NOT, [word, ..])) => Some(Found::Value(word)),
            (op::ISZERO, Op::Pure(op::ISZERO, [inner, ..])) => match self.fact(inner)? {
                Op::Pure(op::ISZERO | op::LT | op::GT | op::SLT | op::SGT | op::EQ, _) => Some(Found::Value(inner)),
                _ => None,
            },
            (op::ISZERO, Op::Pure(op::XOR | op::SUB, [left, right, _])) => {
                Some(Found::Op(Op::Pure(op::EQ, [left, right, NONE])))
            }
            _ => None,
        }
    }

    fn end(&mut self, data: &mut BlockData, fuel: &mut Fuel) {
        data.end.map_operands(|value| self.now(value));
        let End::If(condition, to, edge) = &mut data.end else { return };
        while let Some(simpler) = self.asked(*condition).filter(|_| fuel.take()) {
            *condition = simpler;
        }
        if let Some(word) = self.word(*condition)
            && fuel.take()
        {
            let to = if word.is_zero() { To::Edge(edge.clone()) } else { to.clone() };
            data.end = End::Go(to);
        }
    }

    /// A value that is zero just when the condition is.
    fn asked(&self, condition: Value) -> Option<Value> {
        match self.fact(condition)? {
            Op::Pure(op::ISZERO, [inner, ..]) => match self.fact(inner)? {
                Op::Pure(op::ISZERO, [word, ..]) => Some(word),
                _ => None,
            },
            Op::Pure(op::GT, [word, zero, _]) if self.word(zero) == Some(U256::ZERO) => Some(word),
            Op::Pure(op::SGT, [word, zero, _])
                if fault::planted!(IrFoldSigned) && self.word(zero) == Some(U256::ZERO) =>
            {
                Some(word)
            }
            Op::Pure(op::LT, [zero, word, _]) if self.word(zero) == Some(U256::ZERO) => Some(word),
            _ => None,
        }
    }
}

const NONE: Value = Value(u32::MAX);

/// What ADDMOD and MULMOD are where the modulus is known.
fn modular(opcode: u8, [left, right, _]: [Value; 3], modulus: Option<U256>) -> Option<Found> {
    let opcode = if opcode == op::ADDMOD { op::ADD } else { op::MUL };
    match modulus? {
        U256::ZERO | U256::ONE => Some(Found::Word(U256::ZERO)),
        modulus if modulus.is_power_of_two() => Some(Found::Masked(opcode, [left, right], modulus - U256::ONE)),
        _ => None,
    }
}

/// What a function of two words is where one of them is known, or both are the same.
fn identity(opcode: u8, left: Value, right: Value, left_word: Option<U256>, right_word: Option<U256>) -> Option<Found> {
    use Found::{Op as Another, Value as Other, With, Word};
    let (zero, one, max) = (Some(U256::ZERO), Some(U256::ONE), Some(U256::MAX));
    let (nothing, same) = (Some(Word(U256::ZERO)), left == right);
    let power =
        |word: Option<U256>| word.filter(|word| word.count_ones() == 1).map(|word| U256::from(word.trailing_zeros()));
    let beyond = |limit: u64| left_word.is_some_and(|word| word >= U256::from(limit));
    match opcode {
        op::ADD | op::OR | op::XOR if left_word == zero => Some(Other(right)),
        op::ADD | op::SUB | op::OR | op::XOR if right_word == zero => Some(Other(left)),
        op::SUB | op::XOR | op::MOD | op::SMOD | op::LT | op::GT | op::SLT | op::SGT if same => nothing,
        op::AND | op::OR if same => Some(Other(left)),
        op::EQ if same => Some(Word(U256::ONE)),
        op::MUL | op::AND | op::DIV | op::SDIV | op::MOD | op::SMOD if left_word == zero || right_word == zero => {
            nothing
        }
        op::MUL if left_word == one => Some(Other(right)),
        op::MUL | op::DIV | op::SDIV if right_word == one => Some(Other(left)),
        op::MOD | op::SMOD if right_word == one => nothing,
        op::MUL => power(left_word)
            .map(|by| With(op::SHL, right, by, true))
            .or_else(|| power(right_word).map(|by| With(op::SHL, left, by, true))),
        op::DIV => power(right_word).map(|by| With(op::SHR, left, by, true)),
        op::MOD => power(right_word)
            .and(right_word)
            .map(|word| With(op::AND, left, word - U256::from(u8::from(!fault::planted!(IrFoldModMask))), false)),
        op::AND if left_word == max => Some(Other(right)),
        op::AND if right_word == max => Some(Other(left)),
        op::OR if left_word == max || right_word == max => Some(Word(U256::MAX)),
        op::XOR if left_word == max => Some(Another(Op::Pure(op::NOT, [right, NONE, NONE]))),
        op::XOR if right_word == max => Some(Another(Op::Pure(op::NOT, [left, NONE, NONE]))),
        op::EQ if left_word == zero => Some(Another(Op::Pure(op::ISZERO, [right, NONE, NONE]))),
        op::EQ if right_word == zero => Some(Another(Op::Pure(op::ISZERO, [left, NONE, NONE]))),
        op::LT if right_word == zero => nothing,
        op::GT if left_word == zero => nothing,
        op::LT if right_word == one => Some(Another(Op::Pure(op::ISZERO, [left, NONE, NONE]))),
        op::GT if left_word == one => Some(Another(Op::Pure(op::ISZERO, [right, NONE, NONE]))),
        op::SHL | op::SHR | op::SAR | op::BYTE | op::SIGNEXTEND if right_word == zero => nothing,
        op::SHL | op::SHR | op::SAR if left_word == zero => Some(Other(right)),
        op::SHL | op::SHR if beyond(256) => nothing,
        op::BYTE if beyond(32) => nothing,
        op::SIGNEXTEND if beyond(31) => Some(Other(right)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Words at which identities hold or end.
    fn corners() -> Vec<U256> {
        let small = [0, 1, 2, 3, 7, 8, 30, 31, 32, 255, 256, 257].map(U256::from);
        let powers = [63, 64, 128, 254, 255].map(|bit| U256::ONE << bit);
        small.into_iter().chain(powers).chain([U256::MAX - U256::ONE, U256::MAX]).collect()
    }

    /// What the dynamic jump of the first block goes to, if `v0` is this word.
    fn target(func: &Func, word: U256, moduli: &mut Moduli) -> U256 {
        let mut words = BTreeMap::from([(Value(0), word)]);
        for inst in &func.blocks[0].insts {
            let found = match inst.op {
                Op::Const(word) => word,
                Op::Pure(opcode, operands) => {
                    let operands = operands.map(|value| words.get(&value).copied().unwrap_or_default());
                    table::calculate(opcode, &operands, moduli).expect("it is a function of words")
                }
                op => panic!("{op:?} is neither"),
            };
            words.extend(inst.result.map(|result| (result, func.width(result).cut(found))));
        }
        let used = func.blocks[0].end_operands();
        words[&used[0]]
    }

    /// Folds a form and holds it to the same words; says how much was changed.
    fn folded(text: &str, moduli: &mut Moduli) -> u64 {
        let before = crate::parse(text).expect("it is text of a form");
        let (mut after, mut fuel) = (before.clone(), Fuel::new(u64::MAX));
        run(&mut after, &mut fuel);
        assert_eq!(crate::verify(&after), Ok(()), "{text}");
        for word in corners() {
            let [expect, found] = [&before, &after].map(|func| target(func, word, moduli));
            assert_eq!(found, expect, "{word:#x} in {text}");
        }
        fuel.used()
    }

    /// ADDMOD and MULMOD by moduli that are known, of words whose sums and products are larger than a word.
    #[test]
    fn moduli_that_are_known() {
        let (mut moduli, mut changes) = (Moduli::default(), 0);
        for (name, modulus) in
            ["ADDMOD", "MULMOD"].iter().flat_map(|name| corners().into_iter().map(move |by| (name, by)))
        {
            for other in corners() {
                let text = format!(
                    "func Osaka len 9\nblock 0 pc 0x0 gas 0 need 1 growth 0 delta 0\n  param -1 v0\n  \
                     v1 = const {modulus:#x}\n  v2 = const {other:#x}\n  v3 = {name} v0 v2 v1\n  go dynamic v3\n"
                );
                changes += folded(&text, &mut moduli);
            }
        }
        assert!(changes > 200, "{changes}");
    }

    /// Every function of two words with one known, with both the same, and twice over: the same words come out.
    #[test]
    fn identities_hold_for_all_words() {
        let (mut moduli, mut changes) = (Moduli::default(), 0);
        for opcode in (0..=255).filter(|opcode| crate::arity(*opcode) == Some(2)) {
            let name = spec::table::TABLE[usize::from(opcode)].map_or("", |row| row.name);
            for known in corners() {
                for operands in ["v1 v0", "v0 v1", "v0 v0"] {
                    let text = format!(
                        "func Osaka len 9\nblock 0 pc 0x0 gas 0 need 1 growth 0 delta 0\n  param -1 v0\n  \
                         v1 = const {known:#x}\n  v2 = {name} {operands}\n  v3 = ISZERO v2\n  v4 = ISZERO v3\n  \
                         v5 = ADD v2 v4\n  go dynamic v5\n"
                    );
                    changes += folded(&text, &mut moduli);
                }
            }
        }
        assert!(changes > 500, "{changes}");
    }
}
