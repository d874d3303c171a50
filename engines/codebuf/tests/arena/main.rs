//! Arenas from outside: what is published runs, what is freed is gone, and no mapping is ever writable and executable.

mod function;
mod maps;
mod stress;

use codebuf::{Arena, Block, Full};
use function::{bytes, call, returns};

const TRAP: u8 = if cfg!(target_arch = "x86_64") { 0xcc } else { 0 };

fn arena(capacity: usize) -> Arena {
    Arena::new(capacity).unwrap()
}

#[test]
fn published_code_runs() {
    let mut arena = arena(1 << 12);
    let blocks: Vec<Block> = (0..20).map(|number| arena.publish(&returns(number)).unwrap()).collect();
    for (number, block) in blocks.iter().enumerate() {
        assert_eq!(call(&arena, block), number as u32);
        assert_eq!((block.len(), block.is_empty()), (returns(0).len(), false));
        assert_eq!(bytes(&arena, block), returns(number as u16));
        assert!(block.entry().addr().get().is_multiple_of(64));
    }
}

#[test]
fn a_place_is_used_again_and_runs_the_new_code() {
    let mut arena = arena(1);
    let first = arena.publish(&returns(0)).unwrap().entry();
    arena.clear();
    for number in 1..10_000 {
        let block = arena.publish(&returns(number)).unwrap();
        assert_eq!((block.entry(), call(&arena, &block)), (first, number.into()));
        arena.free(block);
    }
}

#[test]
fn a_full_arena_says_so_and_goes_on() {
    let mut arena = arena(1 << 16);
    let capacity = arena.capacity();
    let code = [returns(7), vec![TRAP; 1000]].concat();
    let mut blocks = Vec::new();
    while let Ok(block) = arena.publish(&code) {
        blocks.push(block);
    }
    assert_eq!(blocks.len(), capacity / 1024);
    assert_eq!(arena.publish(&[]).unwrap_err(), Full { len: 0 });
    assert!(Full { len: 5 }.to_string().contains("5 bytes"));
    // Two neighbours make room for one of twice the length, and for no more.
    let neighbours = [blocks.remove(10), blocks.remove(10)];
    neighbours.into_iter().for_each(|block| arena.free(block));
    assert_eq!(
        arena.publish(&[code.clone(), code.clone(), code.clone()].concat()).unwrap_err(),
        Full { len: 3 * code.len() }
    );
    blocks.push(arena.publish(&[code.clone(), vec![TRAP; 1024]].concat()).unwrap());
    assert!(blocks.iter().all(|block| call(&arena, block) == 7));
    arena.clear();
    assert!(arena.publish(&vec![TRAP; capacity]).is_ok());
    assert_eq!(arena.publish(&[TRAP]).unwrap_err(), Full { len: 1 });
}

#[test]
fn lengths_at_the_limits_are_answered() {
    let mut arena = arena(0);
    assert_eq!(arena.publish(&vec![TRAP; arena.capacity() + 1]).unwrap_err(), Full { len: arena.capacity() + 1 });
    let empty = arena.publish(&[]).unwrap();
    assert!(empty.is_empty());
    assert!(Arena::new(usize::MAX).is_err());
    assert!(Arena::new(usize::MAX / 2).is_err());
}

#[test]
fn traps_take_the_place_of_what_is_freed() {
    let mut arena = arena(1 << 12);
    let code = returns(1).repeat(20);
    let blocks = [(); 3].map(|()| arena.publish(&code).unwrap());
    let entries = blocks.each_ref().map(Block::entry);
    let [first, second, third] = blocks;
    arena.free(second);
    let is_trap = |arena: &Arena, index: usize| {
        let slot = function::bytes_at(arena, entries[index], code.len());
        slot.iter().all(|byte| *byte == TRAP)
    };
    assert!(is_trap(&arena, 1));
    assert_eq!([call(&arena, &first), call(&arena, &third)], [1, 1]);
    arena.clear();
    assert!((0..3).all(|index| is_trap(&arena, index)));
}

#[test]
fn blocks_of_others_are_left_alone() {
    let mut one = arena(1 << 12);
    let mut other = arena(1 << 12);
    let stale = one.publish(&returns(1)).unwrap();
    one.clear();
    let live = one.publish(&returns(2)).unwrap();
    let foreign = other.publish(&returns(3)).unwrap();
    assert_eq!(stale.entry(), live.entry());
    one.free(stale);
    one.free(foreign);
    assert_eq!(call(&one, &live), 2);
    assert_ne!(one.publish(&returns(4)).unwrap().entry(), live.entry());
}

#[test]
fn an_arena_runs_on_the_thread_it_moved_to() {
    let mut arena = arena(1 << 12);
    for number in 0..200 {
        let block = arena.publish(&returns(number)).unwrap();
        (arena, _) = std::thread::spawn(move || {
            arena.adopt();
            assert_eq!(call(&arena, &block), number.into());
            arena.free(block);
            (arena, ())
        })
        .join()
        .unwrap();
    }
}
