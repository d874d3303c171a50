//! The low word of a product: ten partial products, of which four count with their low halves only.
//!
//! `mul`, `umulh` and loads leave the flags alone, so each row is two carry chains with the products made between their
//! links: one of the low halves, one of the high halves. Limbs that are known to be zero have no products, and a limb of
//! the result is not read before something was written to it.

use super::Aarch64;
use super::asm::{X0, X1, X2, X15, X16, X17, ZR, asm};
use crate::isa::{Limb, Word};
use dynasmrt::dynasm;

#[derive(Clone, Copy)]
enum Half {
    Low,
    High,
}

/// The result as far as it is there.
struct Sum {
    to: [u8; 4],
    written: [bool; 4],
}

impl Aarch64 {
    pub(super) fn emit_multiply(&mut self, to: [u8; 4], left: &Word, right: &Word) {
        let mut sum = Sum { to, written: [false; 4] };
        let mut columns = [ZR; 4];
        for (i, scratch) in [X0, X1, X2, X15].into_iter().enumerate() {
            columns[i] = self.in_reg(right[i], scratch);
        }
        for (i, limb) in left.iter().enumerate().filter(|(_, limb)| **limb != Limb::Imm(0)) {
            let row = self.in_reg(*limb, X16);
            self.add_row(&mut sum, row, &columns[..4 - i], i, Half::Low);
            let i = if fault::planted!(A64MulHigh) && i == 2 { 3 } else { i };
            self.add_row(&mut sum, row, &columns[..3 - i], i + 1, Half::High);
        }
        for (to, _) in sum.to.into_iter().zip(sum.written).filter(|(_, written)| !written) {
            asm!(self ; mov X(to), xzr);
        }
    }

    /// Adds halves of the products of a row from limb `at` on, and the carry to all limbs above.
    fn add_row(&mut self, sum: &mut Sum, row: u8, columns: &[u8], at: usize, half: Half) {
        let mut carries = false;
        for (i, to) in sum.to.into_iter().enumerate().skip(at) {
            let column = columns.get(i - at).copied().filter(|column| *column != ZR);
            let before = if sum.written[i] { to } else { ZR };
            let product = match column {
                None if !carries => continue,
                None => ZR,
                Some(column) => {
                    let product = if before == ZR && !carries { to } else { X17 };
                    match half {
                        Half::Low => asm!(self ; mul X(product), X(row), X(column)),
                        Half::High => asm!(self ; umulh X(product), X(row), X(column)),
                    }
                    product
                }
            };
            sum.written[i] = true;
            match carries {
                true => asm!(self ; adcs X(to), X(before), X(product)),
                false if product != to => {
                    asm!(self ; adds X(to), X(before), X(product));
                    carries = true;
                }
                false => {}
            }
        }
    }
}
