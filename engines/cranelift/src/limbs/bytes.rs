//! BYTE and SIGNEXTEND.

use super::{Bits, Emit, Limb, Shift, Word, ZERO};
use api::U256;
use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::condcodes::IntCC;

impl Emit<'_> {
    /// BYTE: the byte at an index counted from the most significant one.
    pub(crate) fn byte(&mut self, index: &Word, word: &Word) -> Word {
        match index.value() {
            Some(index) if index >= U256::from(32) => Word([ZERO; 4]),
            Some(index) => {
                let index = 31 - index.to::<u32>();
                let limb = self.one(Shift::Right, word.0[index as usize / 8], 8 * (index % 8));
                Word([self.bits(Bits::And, limb, Limb::Known(0xff)), ZERO, ZERO, ZERO])
            }
            None => self.byte_at(index, word),
        }
    }

    fn byte_at(&mut self, index: &Word, word: &Word) -> Word {
        let [a, b, c, d] = word.0.map(|limb| self.value(limb));
        let low = self.value(index.0[0]);
        let [two, one, all] = [16, 8, 31].map(|bit| self.number(bit));
        let lower = self.at.ins().band(low, two);
        let odd = self.at.ins().band(low, one);
        let upper_half = self.at.ins().select(odd, c, d);
        let lower_half = self.at.ins().select(odd, a, b);
        let limb = self.at.ins().select(lower, lower_half, upper_half);
        // Index 0 to 7 within the limb, most significant first: eight bits for each one behind it.
        let behind = self.at.ins().bnot(low);
        let [three, seven] = [3, 7].map(|number| self.number(number));
        let behind = self.at.ins().band(behind, seven);
        let by = self.at.ins().ishl(behind, three);
        let shifted = self.at.ins().ushr(limb, by);
        let mask = self.number(0xff);
        let byte = self.at.ins().band(shifted, mask);
        let zero = self.number(0);
        let inside = self.at.ins().icmp(IntCC::UnsignedLessThanOrEqual, low, all);
        let mut byte = self.at.ins().select(inside, byte, zero);
        if index.len() > 1 {
            let beyond = self.any_bit(&Word([ZERO, index.0[1], index.0[2], index.0[3]]));
            byte = self.at.ins().select(beyond, zero, byte);
        }
        Word::small(byte)
    }

    /// SIGNEXTEND from a byte that is known, counted from the least significant one.
    pub(crate) fn signextend(&mut self, byte: U256, word: &Word) -> Word {
        if byte >= U256::from(31) {
            return *word;
        }
        let byte = byte.to::<u32>();
        let (last, unused) = (byte as usize / 8, 56 - 8 * (byte % 8));
        let raised = self.one(Shift::Left, word.0[last], unused);
        let limb = self.one(Shift::Arithmetic, raised, unused);
        let sign = self.one(Shift::Arithmetic, limb, 63);
        Word(std::array::from_fn(|i| match i.cmp(&last) {
            std::cmp::Ordering::Less => word.0[i],
            std::cmp::Ordering::Equal => limb,
            std::cmp::Ordering::Greater => sign,
        }))
    }
}
