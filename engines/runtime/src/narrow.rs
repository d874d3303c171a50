//! Divisions of two limbs by one, with operands and answer in registers.
//!
//! Programs that compute with fixed points multiply words of a limb and divide the product by a limb. Compiled code that finds a division to be
//! like that calls these, which read nothing from memory and write nothing there. None of them can panic, which would abort the process: no
//! divisor is zero where one divides, and each rest is below it.

use crate::divide::by_limb;
use api::U256;

/// The quotient of `high:low` by a limb: two limbs.
pub type Narrow = extern "C" fn(low: u64, high: u64, divisor: u64) -> Quotient;

/// Two limbs, as a function answers them in two registers.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Quotient {
    pub low: u64,
    pub high: u64,
}

/// Those of a context, in its order.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Narrows {
    /// DIV. By zero it is zero.
    pub div: Narrow,
    /// SDIV: operands and answer carry a sign. The divisor is not -1, by which a quotient may need a bit more: compiled code calls the
    /// builtin then.
    pub sdiv: Narrow,
}

pub(crate) const NARROWS: Narrows = Narrows { div, sdiv };

extern "C" fn div(low: u64, high: u64, divisor: u64) -> Quotient {
    if divisor == 0 {
        return Quotient { low: 0, high: 0 };
    }
    let (quotient, _) = by_limb(&U256::from_limbs([low, high, 0, 0]), divisor);
    let [low, high, ..] = *quotient.as_limbs();
    Quotient { low, high }
}

extern "C" fn sdiv(low: u64, high: u64, divisor: u64) -> Quotient {
    let (dividend, divisor) = ((u128::from(high) << 64 | u128::from(low)).cast_signed(), divisor.cast_signed());
    let magnitude = dividend.unsigned_abs();
    let Quotient { low, high } = div(magnitude as u64, (magnitude >> 64) as u64, divisor.unsigned_abs());
    let turned = divisor < 0 && !fault::planted!(RuntimeNarrowSign);
    let mask = u128::from((dividend < 0) != turned).wrapping_neg();
    let quotient = ((u128::from(high) << 64 | u128::from(low)) ^ mask).wrapping_sub(mask);
    Quotient { low: quotient as u64, high: (quotient >> 64) as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMBS: [u64; 9] = [0, 1, 2, 10, 1 << 32, (1 << 63) - 1, 1 << 63, u64::MAX - 1, u64::MAX];

    #[test]
    fn quotients_are_those_of_wide_integers() {
        for (low, high, divisor) in LIMBS
            .iter()
            .flat_map(|low| LIMBS.iter().flat_map(move |high| LIMBS.iter().map(move |divisor| (*low, *high, *divisor))))
        {
            let dividend = u128::from(high) << 64 | u128::from(low);
            let quotient = dividend.checked_div(divisor.into()).unwrap_or(0);
            let answer = |quotient: u128| Quotient { low: quotient as u64, high: (quotient >> 64) as u64 };
            assert_eq!((NARROWS.div)(low, high, divisor), answer(quotient), "{dividend} by {divisor}");
            let (dividend, divisor_signed) = (dividend.cast_signed(), divisor.cast_signed());
            if divisor_signed != -1 {
                let quotient = dividend.checked_div(divisor_signed.into()).unwrap_or(0).cast_unsigned();
                assert_eq!((NARROWS.sdiv)(low, high, divisor), answer(quotient), "{dividend} by {divisor_signed}");
            }
        }
    }
}
