//! The CPU time of the calling thread: what it used, whoever else uses the machine.
//!
//! Work that an engine gives to other threads is not in it.

use criterion::Throughput;
use criterion::measurement::{Measurement, ValueFormatter};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// CPU time that this thread has used.
pub fn thread_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    // A CPU clock starts at zero with its thread, so neither part is negative.
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// Does some work and says how much CPU time it took. What the work returns is dropped by the caller, outside.
pub fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = thread_time();
    let made = std::hint::black_box(work());
    (thread_time().saturating_sub(start), made)
}

/// So much work that reading the clock, a call of the system of some hundred nanoseconds, is nothing beside it.
const ENOUGH: Duration = Duration::from_micros(200);
/// Runs of one piece of work at most.
const RUNS_MAX: u128 = 200;

/// The same for work that may take microseconds only: it is done once and, if that was quick, as often again as makes enough to
/// measure; the time is that of one run, and what it returns is dropped inside.
pub fn timed_often<T>(mut work: impl FnMut() -> T) -> (Duration, T) {
    let (once, made) = timed(&mut work);
    let runs = (ENOUGH.as_nanos() / once.as_nanos().max(1)).min(RUNS_MAX) as u32;
    if runs < 2 {
        return (once, made);
    }
    let (all, ()) = timed(|| (0..runs).for_each(|_| drop(std::hint::black_box(work()))));
    (all / runs, made)
}

/// The same clock for criterion.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThreadTime;

impl Measurement for ThreadTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        thread_time()
    }

    fn end(&self, start: Duration) -> Duration {
        thread_time().saturating_sub(start)
    }

    fn add(&self, left: &Duration, right: &Duration) -> Duration {
        left.saturating_add(*right)
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    #[expect(clippy::float_arithmetic, reason = "criterion reckons in floats")]
    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_secs_f64() * 1e9
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        &Nanoseconds
    }
}

struct Nanoseconds;

#[expect(clippy::float_arithmetic, reason = "criterion reckons in floats")]
impl ValueFormatter for Nanoseconds {
    fn scale_values(&self, typical: f64, values: &mut [f64]) -> &'static str {
        let (unit, divisor) = match typical {
            ns if ns < 1e3 => ("ns", 1.0),
            ns if ns < 1e6 => ("us", 1e3),
            ns if ns < 1e9 => ("ms", 1e6),
            _ => ("s", 1e9),
        };
        values.iter_mut().for_each(|value| *value /= divisor);
        unit
    }

    fn scale_throughputs(&self, _: f64, throughput: &Throughput, values: &mut [f64]) -> &'static str {
        let (unit, amount) = match throughput {
            Throughput::Elements(gas) => ("Mgas/s", *gas),
            Throughput::Bits(bits) => ("Mbit/s", *bits),
            Throughput::Bytes(bytes) | Throughput::BytesDecimal(bytes) => ("MB/s", *bytes),
            Throughput::ElementsAndBytes { elements, .. } => ("Mgas/s", *elements),
        };
        // Per nanosecond, times a thousand, is millions per second.
        values.iter_mut().for_each(|value| *value = amount as f64 * 1e3 / *value);
        unit
    }

    fn scale_for_machines(&self, _: &mut [f64]) -> &'static str {
        "ns"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_takes_time_and_sleep_does_not() {
        let (busy, sum) = timed(|| (0..2_000_000u64).fold(0, |sum, i| std::hint::black_box(sum ^ i)));
        assert_eq!(sum, 0);
        assert!(busy > Duration::ZERO);
        let (idle, ()) = timed(|| std::thread::sleep(Duration::from_millis(50)));
        assert!(idle < Duration::from_millis(50));
    }

    #[test]
    fn short_work_is_done_often_and_long_work_once() {
        let runs_of = |len: u64| {
            let mut n_runs = 0;
            let _ = timed_often(|| {
                n_runs += 1;
                (0..len).fold(0, |sum, i| std::hint::black_box(sum ^ i))
            });
            n_runs
        };
        // A busy machine may take long for one run of a few.
        assert!((0..5).any(|_| runs_of(100) > 10));
        assert_eq!(runs_of(2_000_000), 1);
    }

    #[test]
    fn values_are_scaled_by_the_typical_one() {
        let mut values = [1_500_000.0, 3_000_000.0];
        assert_eq!(Nanoseconds.scale_values(2e6, &mut values), "ms");
        assert_eq!(values, [1.5, 3.0]);
        let mut values = [2e9];
        assert_eq!(Nanoseconds.scale_throughputs(2e9, &Throughput::Elements(4_000_000), &mut values), "Mgas/s");
        assert_eq!(values, [2.0]);
    }
}
