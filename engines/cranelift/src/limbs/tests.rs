//! Every operation on limbs, compiled for the machine that this runs on, against another implementation of words.

#![allow(unsafe_code, reason = "what is tested is machine code")]

mod divide;

use super::{Bits, Emit, Limb, Shift, Word, ZERO};
use crate::{Features, Opt, Options, Target};
use api::U256;
use codebuf::{Arena, Block};
use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{AbiParam, InstBuilder, MemFlagsData};

/// Words at which operations on limbs go wrong if they do: near the ends of limbs and halves, zero, all ones, signs.
fn corners() -> Vec<U256> {
    let mut words = vec![U256::ZERO, U256::MAX, U256::from(0x0123_4567_89ab_cdefu64), U256::from(31), U256::from(255)];
    for bit in [0, 1, 7, 8, 31, 63, 64, 65, 127, 128, 129, 160, 191, 192, 193, 254, 255] {
        let power = U256::from(1) << bit;
        words.extend([power, power - U256::from(1), U256::MAX << bit, U256::MAX - power]);
    }
    let mixed =
        U256::from_limbs([0xfedc_ba98_7654_3210, 0x8000_0000_0000_0001, 0x0f0f_f0f0_1234_5678, 0xdead_beef_cafe_f00d]);
    words.extend([mixed, !mixed, mixed >> 64, mixed >> 128, mixed >> 192]);
    words.sort();
    words.dedup();
    words
}

/// Machine code for the operations on limbs that `build` makes of two words, and where it lives.
struct Compiled {
    block: Block,
    _arena: Arena,
    outputs: usize,
}

impl Compiled {
    /// The operands have so many limbs; of what is above nothing is read.
    fn new(opt: Opt, limbs: [usize; 2], build: impl FnOnce(&mut Emit<'_>, [Word; 2]) -> Vec<Word>) -> Compiled {
        let options = Options { opt, ..Options::default() };
        let target = Target::host(Features::host()).expect("a back end for this machine");
        let isa = target.isa(&options).expect("this target");
        let mut context = Context::new();
        let signature = &mut context.func.signature;
        signature.call_conv = isa.default_call_conv();
        signature.params.extend([AbiParam::new(I64); 2]);
        let entry = context.func.dfg.make_block();
        let [from, to] = [(); 2].map(|()| context.func.dfg.append_block_param(entry, I64));
        context.func.layout.append_block(entry);
        let mut emit = Emit { at: FuncCursor::new(&mut context.func) };
        emit.at.goto_bottom(entry);
        let operands = [0, 1].map(|operand| {
            Word(std::array::from_fn(|i| match i < limbs[operand] {
                true => {
                    Limb::Is(emit.at.ins().load(I64, MemFlagsData::trusted(), from, 32 * operand as i32 + 8 * i as i32))
                }
                false => ZERO,
            }))
        });
        let results = build(&mut emit, operands);
        for (word, at) in results.iter().zip((0..).step_by(32)) {
            for (limb, at) in word.0.into_iter().zip((at..).step_by(8)) {
                let limb = emit.value(limb);
                emit.at.ins().store(MemFlagsData::trusted(), limb, to, at);
            }
        }
        emit.at.ins().return_(&[]);
        let compiled = context.compile(&*isa, &mut ControlPlane::default()).expect("it compiles");
        assert!(compiled.buffer.relocs().is_empty());
        let mut arena = Arena::new(compiled.code_buffer().len()).expect("memory");
        let block = arena.publish(compiled.code_buffer()).expect("room");
        Compiled { block, _arena: arena, outputs: results.len() }
    }

    fn run(&self, operands: [U256; 2]) -> Vec<U256> {
        let mut results = vec![U256::from(0xdead); self.outputs];
        // SAFETY: the block lives with its arena and holds a function of this signature that reads two words and writes as many
        // as there are.
        unsafe {
            let entry = self.block.entry().as_ptr();
            let function = std::mem::transmute::<*mut u8, extern "C" fn(*const U256, *mut U256)>(entry);
            function(operands.as_ptr(), results.as_mut_ptr());
        }
        results
    }
}

type Build = fn(&mut Emit<'_>, &Word, &Word) -> Word;
type Expect = fn(U256, U256) -> U256;

/// Compares an operation for operands of all numbers of limbs, and where one of them is known.
#[track_caller]
fn check(build: Build, expect: Expect) {
    let corners = corners();
    for opt in [Opt::None, Opt::Speed] {
        for limbs in [[4, 4], [1, 1], [2, 2], [1, 4], [4, 1], [2, 4], [4, 2], [3, 3], [3, 1], [1, 3], [2, 1], [1, 2]] {
            let compiled = Compiled::new(opt, limbs, |emit, [left, right]| vec![build(emit, &left, &right)]);
            let fits = |word: &&U256, limbs: usize| word.bit_len() <= 64 * limbs;
            for left in corners.iter().filter(|word| fits(word, limbs[0])) {
                for right in corners.iter().filter(|word| fits(word, limbs[1])) {
                    let (found, wanted) = (compiled.run([*left, *right]), expect(*left, *right));
                    assert_eq!(found, [wanted], "{left:#x} {right:#x} {limbs:?} {opt:?}");
                }
            }
        }
        for (swapped, limbs) in [false, true].into_iter().flat_map(|swapped| [4, 3, 2, 1].map(|limbs| (swapped, limbs)))
        {
            let known = |emit: &mut Emit<'_>, word: Word| {
                let one = |known: &U256| match swapped {
                    false => build(emit, &word, &Word::known(*known)),
                    true => build(emit, &Word::known(*known), &word),
                };
                corners.iter().map(one).collect()
            };
            let compiled = Compiled::new(opt, [limbs, 0], |emit, [left, _]| known(emit, left));
            for word in corners.iter().filter(|word| word.bit_len() <= 64 * limbs) {
                let wanted: Vec<U256> = corners
                    .iter()
                    .map(|known| if swapped { expect(*known, *word) } else { expect(*word, *known) })
                    .collect();
                assert_eq!(compiled.run([*word, U256::ZERO]), wanted, "{word:#x} {limbs} {swapped} {opt:?}");
            }
        }
    }
}

fn flag(flag: bool) -> U256 {
    U256::from(u8::from(flag))
}

/// Signed order is that of words with the sign flipped.
fn signed(word: U256) -> U256 {
    word ^ (U256::from(1) << 255)
}

#[test]
fn sums_and_differences() {
    check(|emit, left, right| emit.add(left, right, 4), U256::wrapping_add);
    check(|emit, left, right| emit.sub(left, right, 4), U256::wrapping_sub);
}

#[test]
fn products() {
    check(|emit, left, right| emit.mul(left, right, 4), U256::wrapping_mul);
}

#[test]
fn results_of_fewer_limbs() {
    type Wrapping = fn(&mut Emit<'_>, &Word, &Word, usize) -> Word;
    let rows: [(Wrapping, Expect); 3] = [
        (|emit, left, right, limbs| emit.add(left, right, limbs), U256::wrapping_add),
        (|emit, left, right, limbs| emit.sub(left, right, limbs), U256::wrapping_sub),
        (|emit, left, right, limbs| emit.mul(left, right, limbs), U256::wrapping_mul),
    ];
    for (build, expect) in rows {
        for opt in [Opt::None, Opt::Speed] {
            let lens = [1, 2, 3, 4];
            let all = |emit: &mut Emit<'_>, [left, right]: [Word; 2]| {
                lens.iter().map(|limbs| build(emit, &left, &right, *limbs)).collect()
            };
            let compiled = Compiled::new(opt, [4, 4], all);
            for (left, right) in
                corners().into_iter().flat_map(|left| corners().into_iter().map(move |right| (left, right)))
            {
                let wanted = lens.map(|limbs| expect(left, right) & (U256::MAX >> (256 - 64 * limbs)));
                assert_eq!(compiled.run([left, right]), wanted, "{left:#x} {right:#x} {opt:?}");
            }
            // A small number that is known goes another way.
            for known in [1, 31, 1 << 63, u64::MAX].map(U256::from) {
                let all = |emit: &mut Emit<'_>, [left, _]: [Word; 2]| {
                    lens.iter().map(|limbs| build(emit, &left, &Word::known(known), *limbs)).collect()
                };
                let compiled = Compiled::new(opt, [4, 0], all);
                for left in corners() {
                    let wanted = lens.map(|limbs| expect(left, known) & (U256::MAX >> (256 - 64 * limbs)));
                    assert_eq!(compiled.run([left, U256::ZERO]), wanted, "{left:#x} {known:#x} {opt:?}");
                }
            }
        }
    }
}

#[test]
fn comparisons() {
    check(
        |emit, left, right| {
            let it = emit.less(left, right);
            emit.flag(it)
        },
        |left, right| flag(left < right),
    );
    check(
        |emit, left, right| {
            let it = emit.less_signed(left, right);
            emit.flag(it)
        },
        |left, right| flag(signed(left) < signed(right)),
    );
    check(
        |emit, left, right| {
            let it = emit.equal(left, right);
            emit.flag(it)
        },
        |left, right| flag(left == right),
    );
    check(
        |emit, left, _| {
            let it = emit.is_zero(&left.0);
            emit.flag(it)
        },
        |left, _| flag(left.is_zero()),
    );
    check(
        |emit, left, _| {
            let it = emit.truth(left);
            let it = emit.is_none(it);
            emit.flag(it)
        },
        |left, _| flag(left.is_zero()),
    );
    check(
        |emit, left, right| {
            let less = emit.less(left, right);
            let word = emit.flag(less);
            let it = emit.truth(&word);
            let it = emit.is_none(it);
            emit.flag(it)
        },
        |left, right| flag(left >= right),
    );
}

#[test]
fn bits() {
    check(|emit, left, right| emit.bitwise(Bits::And, left, right), |left, right| left & right);
    check(|emit, left, right| emit.bitwise(Bits::Or, left, right), |left, right| left | right);
    check(|emit, left, right| emit.bitwise(Bits::Xor, left, right), |left, right| left ^ right);
    check(|emit, left, _| emit.not(left), |left, _| !left);
    check(|emit, left, _| emit.leading_zeros(left), |left, _| U256::from(left.leading_zeros()));
}

#[test]
fn bytes() {
    let byte = |index: U256, word: U256| match usize::try_from(index) {
        Ok(index) if index < 32 => U256::from(word.to_be_bytes::<32>()[index]),
        _ => U256::ZERO,
    };
    check(|emit, index, word| emit.byte(index, word), byte);
    for opt in [Opt::None, Opt::Speed] {
        let compiled = Compiled::new(opt, [4, 4], |emit, [index, word]| vec![emit.byte(&index, &word)]);
        let known = |emit: &mut Emit<'_>, [word, _]: [Word; 2]| {
            (0..34u64).map(|index| emit.byte(&Word::known(U256::from(index)), &word)).collect()
        };
        let known = Compiled::new(opt, [4, 0], known);
        for word in corners() {
            let wanted: Vec<U256> = (0..34).map(|index| byte(U256::from(index), word)).collect();
            assert_eq!(known.run([word, U256::ZERO]), wanted, "{word:#x} {opt:?}");
            for (index, wanted) in wanted.iter().enumerate() {
                assert_eq!(compiled.run([U256::from(index), word]), [*wanted], "{index} {word:#x} {opt:?}");
            }
        }
    }
}

#[test]
fn signs() {
    let extended = |byte: usize, word: U256| {
        if byte >= 31 {
            return word;
        }
        let unused = 248 - 8 * byte;
        (word << unused).arithmetic_shr(unused)
    };
    for opt in [Opt::None, Opt::Speed] {
        let all = |emit: &mut Emit<'_>, [word, _]: [Word; 2]| {
            (0..34u64).map(|byte| emit.signextend(U256::from(byte), &word)).collect()
        };
        for limbs in 1..=4 {
            let compiled = Compiled::new(opt, [limbs, 0], all);
            for word in corners().into_iter().filter(|word| word.bit_len() <= 64 * limbs) {
                let wanted: Vec<U256> = (0..34).map(|byte| extended(byte, word)).collect();
                assert_eq!(compiled.run([word, U256::ZERO]), wanted, "{word:#x} {limbs} {opt:?}");
            }
        }
    }
}

/// All amounts, for each number of limbs: constant shifts were compiled wrongly before.
#[test]
fn shifts_by_every_amount() {
    type Shifted = fn(U256, usize) -> U256;
    let rows: [(Shift, Shifted); 3] = [
        (Shift::Left, |word, by| if by < 256 { word << by } else { U256::ZERO }),
        (Shift::Right, |word, by| if by < 256 { word >> by } else { U256::ZERO }),
        (Shift::Arithmetic, |word, by| word.arithmetic_shr(by.min(256))),
    ];
    for (op, expect) in rows {
        for opt in [Opt::None, Opt::Speed] {
            for limbs in 1..=4 {
                for from in (0..=257).step_by(43) {
                    let amounts = from..from + 43;
                    let all = |emit: &mut Emit<'_>, [word, _]: [Word; 2]| {
                        amounts.clone().map(|by| emit.shift(op, &word, by as u32)).collect()
                    };
                    let compiled = Compiled::new(opt, [limbs, 0], all);
                    for word in corners().into_iter().filter(|word| word.bit_len() <= 64 * limbs) {
                        let wanted: Vec<U256> = amounts.clone().map(|by| expect(word, by)).collect();
                        let found = compiled.run([word, U256::ZERO]);
                        assert_eq!(found, wanted, "{op:?} {word:#x} by {from} and more, {limbs} {opt:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn shifts_of_a_limb_by_any_amount() {
    for (op, left) in [(Shift::Left, true), (Shift::Right, false)] {
        for opt in [Opt::None, Opt::Speed] {
            let one = |emit: &mut Emit<'_>, [word, by]: [Word; 2]| vec![emit.shift_small(op, word.0[0], by.0[0])];
            let compiled = Compiled::new(opt, [1, 1], one);
            for word in corners().into_iter().filter(|word| word.bit_len() <= 64) {
                for by in (0..260u64).chain([1 << 32, 1 << 63, u64::MAX]) {
                    let limb = word.as_limbs()[0];
                    let by32 = u32::try_from(by).unwrap_or(u32::MAX);
                    let wanted = if left { limb.checked_shl(by32) } else { limb.checked_shr(by32) };
                    let found = compiled.run([word, U256::from(by)]);
                    assert_eq!(found, [U256::from(wanted.unwrap_or(0))], "{op:?} {word:#x} {by} {opt:?}");
                }
            }
        }
    }
}

/// All amounts that change something, and amounts that only look so, of words of every number of limbs.
#[test]
fn shifts_by_any_amount() {
    let amounts = || (0..260u64).map(U256::from).chain([32, 63, 64, 65, 128, 192].map(|bit| U256::from(1) << bit));
    for op in [Shift::Left, Shift::Right, Shift::Arithmetic] {
        let expect = |word: U256, by: U256| {
            let by = usize::try_from(by).unwrap_or(256).min(256);
            match op {
                Shift::Arithmetic => word.arithmetic_shr(by),
                _ if by == 256 => U256::ZERO,
                Shift::Left => word << by,
                Shift::Right => word >> by,
            }
        };
        for (opt, len) in [Opt::None, Opt::Speed].into_iter().flat_map(|opt| [1, 2, 3, 4].map(|len| (opt, len))) {
            let any = |emit: &mut Emit<'_>, [word, by]: [Word; 2]| {
                let limbs = [1, 2, 3, 4].into_iter();
                limbs.map(|limbs| emit.shift_by(op, &word, &by, limbs, false)).collect::<Vec<_>>()
            };
            let (wide, one) = (Compiled::new(opt, [len, 4], any), Compiled::new(opt, [len, 1], any));
            let inside = Compiled::new(opt, [len, 1], |emit, [word, by]| vec![emit.shift_by(op, &word, &by, 4, true)]);
            for word in corners().into_iter().filter(|word| word.bit_len() <= 64 * len) {
                for by in amounts() {
                    let whole = expect(word, by);
                    let wanted = [1, 2, 3, 4].map(|limbs| whole & (U256::MAX >> (256 - 64 * limbs)));
                    assert_eq!(wide.run([word, by]), wanted, "{op:?} {word:#x} {by} {opt:?} {len}");
                    if by.bit_len() <= 64 {
                        assert_eq!(one.run([word, by]), wanted, "{op:?} {word:#x} {by} {opt:?} {len}");
                    }
                    if by.bit_len() <= 8 {
                        assert_eq!(inside.run([word, by]), [whole], "{op:?} {word:#x} {by} {opt:?} {len}");
                    }
                }
            }
        }
    }
}
