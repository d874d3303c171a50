//! The machine gives the known answers, and a machine that did not would be seen.

use probe::{Word, check, isa, model, over_limbs, over_pairs};

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
