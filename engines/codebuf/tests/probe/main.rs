//! Known answers of the machine that runs compiled code, be it a processor or an emulator of one.
//!
//! Compiled code rests on a handful of idioms: carry chains, conditional selection, wide multiplication, shifts whose
//! amount is zero, byte reversal, and code that is written where other code stood. Each is run here by itself on corner
//! words and compared with a model that uses none of them. When one fails, the machine is wrong and no engine is to blame
//! for what was run on it; `ci/arm64` therefore probes before and after everything else.

#[cfg(target_arch = "aarch64")]
#[path = "aarch64.rs"]
mod isa;
#[cfg(target_arch = "x86_64")]
#[path = "x86_64.rs"]
mod isa;
mod model;
mod rewrite;

/// Four limbs, the least significant first.
type Word = [u64; 4];

/// Limbs at which carries, borrows and signs change.
const CORNERS: [u64; 5] = [0, 1, u64::MAX, 1 << 63, 0x0123_4567_89ab_cdef];

/// Every word of corner limbs, thinned out by a stride that meets each limb in each place.
fn words() -> Vec<Word> {
    let corner = |index: usize, place: u32| CORNERS[index / 5_usize.pow(place) % 5];
    (0..625).step_by(3).map(|index| [0, 1, 2, 3].map(|place| corner(index, place))).collect()
}

/// Runs an idiom and its model on every pair of words; the first difference is the complaint.
fn over_pairs<T: PartialEq + std::fmt::Debug>(
    name: &str,
    idiom: impl Fn(&Word, &Word) -> T,
    model: impl Fn(&Word, &Word) -> T,
) -> Option<String> {
    let words = words();
    for left in &words {
        for right in &words {
            let (found, expected) = (idiom(left, right), model(left, right));
            if found != expected {
                return Some(format!("{name} of {left:x?} and {right:x?}: expected {expected:x?}, found {found:x?}"));
            }
        }
    }
    None
}

/// Runs an idiom and its model on every pair of corner limbs and every amount from 0 to 63.
fn over_limbs(
    name: &str,
    idiom: impl Fn(u64, u64, u64) -> u64,
    model: impl Fn(u64, u64, u64) -> u64,
) -> Option<String> {
    for low in CORNERS {
        for high in CORNERS {
            for amount in 0..64 {
                let (found, expected) = (idiom(low, high, amount), model(low, high, amount));
                if found != expected {
                    return Some(format!(
                        "{name} of {low:#x}, {high:#x} by {amount}: expected {expected:#x}, found {found:#x}"
                    ));
                }
            }
        }
    }
    None
}

/// Every probe; what comes back are complaints.
fn check() -> Vec<String> {
    let found = [
        over_pairs("a carry chain", isa::add, model::add),
        over_pairs("a borrow chain", isa::sub, model::sub),
        over_pairs("selection of the smaller word", isa::min, model::min),
        over_pairs("multiplication between carries", isa::mul, model::mul),
        over_limbs(
            "a shift left",
            |low, _, amount| isa::shift_left(low, amount),
            |low, _, n| model::extract(0, low, 64 - n),
        ),
        over_limbs(
            "a shift right",
            |low, _, amount| isa::shift_right(low, amount),
            |low, _, n| model::extract(low, 0, n),
        ),
        over_limbs("extraction over two limbs", isa::extract, model::extract),
        over_limbs("extraction by zero", |low, high, _| isa::extract_zero(low, high), |low, _, _| low),
        over_limbs("byte reversal", |low, _, _| isa::reverse(low), |low, _, _| model::reverse(low)),
        over_limbs("leading zeros", |low, _, _| isa::leading_zeros(low), |low, _, _| model::leading_zeros(low)),
        rewrite::check(),
    ];
    found.into_iter().flatten().collect()
}

#[test]
fn the_machine_gives_known_answers() {
    let complaints = check();
    assert!(
        complaints.is_empty(),
        "the processor or its emulator is wrong, no engine is to blame:\n{}",
        complaints.join("\n")
    );
}

#[test]
fn literal_answers() {
    let top: Word = [u64::MAX; 4];
    assert_eq!(isa::add(&top, &[1, 0, 0, 0]), ([0; 4], true));
    assert_eq!(isa::sub(&[0; 4], &[1, 0, 0, 0]), (top, true));
    assert_eq!(isa::min(&[0, 0, 0, 1], &[u64::MAX, u64::MAX, u64::MAX, 0]), [u64::MAX, u64::MAX, u64::MAX, 0]);
    assert_eq!(isa::mul(&top, &top).2, [1, u64::MAX - 1]);
    assert_eq!(isa::extract(0x1111_2222_3333_4444, 0x5555_6666_7777_8888, 16), 0x8888_1111_2222_3333);
    assert_eq!(isa::extract(7, u64::MAX, 0), 7);
    assert_eq!(isa::reverse(0x0102_0304_0506_0708), 0x0807_0605_0403_0201);
    assert_eq!(isa::leading_zeros(0), 64);
}

/// The faults that emulators and compilers had: a lost carry, flags changed by a product, a shift by zero.
#[test]
fn a_wrong_machine_is_seen() {
    let lost_carry = |left: &Word, right: &Word| {
        let (mut sum, carry) = isa::add(left, right);
        sum[3] = left[3].wrapping_add(right[3]);
        (sum, carry)
    };
    let complaint = over_pairs("a carry chain", lost_carry, model::add).unwrap();
    assert!(complaint.starts_with("a carry chain of ["), "{complaint}");
    let borrowed = |left: &Word, right: &Word| (isa::sub(left, right).0, isa::add(left, right).1);
    assert!(over_pairs("a borrow chain", borrowed, model::sub).is_some());
    let by_zero = |low: u64, high: u64, n: u64| if n == 0 { low | high } else { isa::extract(low, high, n) };
    let complaint = over_limbs("extraction", by_zero, model::extract).unwrap();
    assert!(complaint.contains("by 0: expected 0x0"), "{complaint}");
}
