//! Any bytes make a case, and mutators take any case.

use api::{Case, Revision};
use arbitrary::{Arbitrary, Unstructured};
use r#gen::{FAMILIES, Family, Feature, Generated, Profile, crossover, from_seed, mutate, wrap};

/// Bytes that are no case's own, for mutators: their quality does not matter here.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> [u8; 96] {
        std::array::from_fn(|_| {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 56) as u8
        })
    }
}

/// What every case keeps to, whoever made it.
fn check(case: &Case) {
    assert!(case.transactions.len() <= 6, "{}", case.name);
    assert!(case.accounts.len() <= 24, "{}", case.name);
    for account in case.accounts.values() {
        assert!(account.code.len() <= 70_000, "{}", case.name);
        assert!(
            account.storage.values().all(|value| !value.is_zero()),
            "{}: a slot that is zero is no slot",
            case.name
        );
    }
}

#[test]
fn no_bytes_and_few_bytes_make_cases() {
    for len in 0..300 {
        for byte in [0, 1, 0x5b, 0x80, 0xff] {
            let bytes = vec![byte; len];
            let made = Generated::arbitrary(&mut Unstructured::new(&bytes)).expect("any bytes will do");
            check(&made.0);
            let again = Generated::arbitrary_take_rest(Unstructured::new(&bytes)).expect("any bytes will do");
            assert_eq!(made, again);
        }
    }
}

#[test]
fn what_was_read_is_taken() {
    let bytes = Noise(1).next().repeat(100);
    let mut u = Unstructured::new(&bytes);
    let first = r#gen::case(&mut u, &Profile::default()).expect("any bytes will do");
    assert!(u.len() < bytes.len());
    let rest = r#gen::case(&mut Unstructured::new(&bytes[..bytes.len() - u.len()]), &Profile::default());
    assert_eq!(rest, Ok(first));
}

#[test]
fn a_profile_restricts() {
    for row in FAMILIES {
        let profile = Profile::default().only(row.family).at(Revision::Istanbul).with(Feature::Rejected, 0);
        for index in 0..50 {
            let case = from_seed(5, index, &profile);
            check(&case);
            assert_eq!(case.revision, Revision::Istanbul);
            assert_eq!(case.name.split(' ').next().and_then(Family::from_name), Some(row.family), "{}", case.name);
        }
    }
}

#[test]
fn mutators_take_whatever_they_made() {
    let mut noise = Noise(2);
    let mut left = from_seed(6, 0, &Profile::default());
    for index in 0..50_000 {
        let bytes = noise.next();
        let mut u = Unstructured::new(&bytes[..index as usize % 97]);
        let next = match index % 4 {
            3 => crossover(left, &from_seed(6, index, &Profile::default()), &mut u),
            _ => mutate(left, &mut u),
        };
        check(&next);
        // A line of descent, begun anew from time to time.
        left = if index % 40 == 0 { from_seed(6, index, &Profile::default()) } else { next };
    }
}

#[test]
fn nearly_every_mutant_is_another_case() {
    let mut noise = Noise(3);
    let case = from_seed(6, 1, &Profile::default());
    let changed = (0..1000).filter(|_| mutate(case.clone(), &mut Unstructured::new(&noise.next())) != case).count();
    assert!(900 < changed, "{changed} of 1000");
}

#[test]
fn a_contract_is_called_by_its_selectors() {
    // PUSH1 e0 SHR, DUP1 PUSH4 aabbccdd EQ; PUSH4 cut short by the end.
    let code = [0x60, 0xe0, 0x1c, 0x80, 0x63, 0xaa, 0xbb, 0xcc, 0xdd, 0x14, 0x63, 1, 2];
    let mut noise = Noise(4);
    let mut hits = 0;
    for _ in 0..200 {
        let case = wrap(&code, &mut Unstructured::new(&noise.next()));
        check(&case);
        hits += case.transactions.iter().filter(|sent| sent.data.starts_with(&[0xaa, 0xbb, 0xcc, 0xdd])).count();
    }
    assert!(200 < hits, "{hits}");
    check(&wrap(&[], &mut Unstructured::new(&[])));
    check(&wrap(&[0x63; 100_000], &mut Unstructured::new(&[])));
}
