//! The little statistics that a table of ratios needs.
//!
//! The minimum of a few runs is the time without disturbance; ratios are averaged geometrically, so that it does
//! not matter which of the two engines is called the base.

use std::time::Duration;

/// How many times faster than `base`; `None` when nothing could be measured.
#[expect(clippy::float_arithmetic, reason = "a figure for people")]
pub fn speed(base: Duration, time: Duration) -> Option<f64> {
    (!base.is_zero() && !time.is_zero()).then(|| base.as_secs_f64() / time.as_secs_f64())
}

/// The geometric mean; `None` without values.
#[expect(clippy::float_arithmetic, reason = "a figure for people")]
pub fn geometric_mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let logs: f64 = values.iter().map(|value| value.ln()).sum();
    Some((logs / values.len() as f64).exp())
}

/// Milliseconds with four decimals.
pub fn milliseconds(time: Duration) -> String {
    let tenths = time.as_nanos() / 100;
    format!("{}.{:04}", tenths / 10_000, tenths % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_of_a_ratio_and_its_inverse_is_one() {
        let mean = geometric_mean(&[4.0, 0.25]).unwrap();
        assert!((0.999_999..1.000_001).contains(&mean));
        let mean = geometric_mean(&[2.0, 8.0]).unwrap();
        assert!((3.999_999..4.000_001).contains(&mean));
        assert_eq!(geometric_mean(&[]), None);
    }

    #[test]
    fn speed_is_base_over_time() {
        let ms = Duration::from_millis;
        assert_eq!(speed(ms(10), ms(5)), Some(2.0));
        assert_eq!(speed(ms(10), ms(0)), None);
        assert_eq!(speed(ms(0), ms(5)), None);
        assert_eq!(milliseconds(Duration::from_nanos(1_034_567)), "1.0345");
    }
}
