//! Eight threads, each with its own arena, publish, call and free in an order of their own.

use crate::function::{call, returns};
use codebuf::{Arena, Block};

const THREADS: u64 = 8;
const ROUNDS: u64 = 20_000;

#[test]
fn threads_with_arenas_of_their_own_do_not_disturb_each_other() {
    let threads: Vec<_> = (1..=THREADS).map(|seed| std::thread::spawn(move || churn(seed))).collect();
    for thread in threads {
        let calls = thread.join().unwrap();
        assert!(calls > ROUNDS / 4, "only {calls} calls");
    }
}

/// Publishes, calls and frees at random; how many calls there were.
fn churn(seed: u64) -> u64 {
    let mut arena = Arena::new(1 << 15).unwrap();
    let mut live: Vec<(Block, u16)> = Vec::new();
    let mut number = seed;
    let mut calls = 0;
    for round in 0..ROUNDS {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let pick = (number >> 33) as usize;
        match pick % 3 {
            0 => {
                let value = (round as u16).wrapping_mul(seed as u16 | 1);
                let code = [returns(value), vec![0; pick % 700]].concat();
                match arena.publish(&code) {
                    Ok(block) => live.push((block, value)),
                    Err(_) => live.drain(..10).for_each(|(block, _)| arena.free(block)),
                }
            }
            1 if !live.is_empty() => {
                let (block, value) = &live[pick / 3 % live.len()];
                assert_eq!(call(&arena, block), u32::from(*value));
                calls += 1;
            }
            2 if live.len() > 40 => arena.free(live.swap_remove(pick / 3 % live.len()).0),
            _ => {}
        }
    }
    calls
}
