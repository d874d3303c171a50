//! The verifier names what is wrong with a form, and where.

use ir::{parse, verify};

const HEAD: &str = "func Osaka len 40\n";

/// Two blocks, of which the second takes two words.
fn form(first: &str) -> String {
    let second = "block 1 pc 0x9 gas 1 need 1 growth 0 delta 0 target\n  param -2 v8:64 dirty\n  param -1 v9\n  stop\n";
    format!("{HEAD}block 0 pc 0x0 gas 9 need 2 growth 2 delta 1\n{first}{second}")
}

#[track_caller]
fn red(first: &str, expect: &str) {
    let found = verify(&parse(&form(first)).expect("it is text of a form"));
    assert_eq!(found, Err(format!("block 0: {expect}")), "{first}");
}

#[test]
fn a_right_form_is_right() {
    let text = form("  v0 = const 0x1\n  v1 = load -2\n  store 0 v0\n  go 1(v1,v0)\n");
    assert_eq!(verify(&parse(&text).expect("it is text of a form")), Ok(()));
}

#[test]
fn values() {
    let undefined = |value: &str| format!("instruction 0: {value} is not defined before it in this block");
    red("  v1 = NOT v0\n  v0 = const 0x1\n  stop\n", &undefined("v0"));
    red("  v1 = NOT v8\n  stop\n", &undefined("v8"));
    red("  v0 = const 0x1\n  v0 = const 0x1\n  stop\n", "instruction 1: v0 is defined twice");
    red("  go dynamic v5\n", "v5 is not defined before it in this block");
    red("  const 0x1\n  stop\n", "instruction 0: it defines no value");
    red("  v0 = const 0x1\n  v1 = store 0 v0\n  stop\n", "instruction 1: it cannot define a value");
}

#[test]
fn slots() {
    let absent = |slot: i32| format!("instruction 0: nobody checked that slot {slot} is there");
    red("  v0 = load -3\n  stop\n", &absent(-3));
    red("  v0 = load 2\n  stop\n", &absent(2));
    red("  v0 = load 0\n  stop\n", "instruction 0: slot 0 is loaded while it is stale");
    red("  param -2 v0 dirty\n  v1 = load -2\n  stop\n", "instruction 0: slot -2 is loaded while it is stale");
    red(
        "  param -1 v0\n  param -2 v1\n  stop\n",
        "a parameter for slot -2 stands out of order or is no word of a stack",
    );
    red("  param -1 v0:8 from 0x1 to 0x100\n  stop\n", "bounds that v0 cannot have");
    red("  v0 = const 0x1\n  go dynamic v0\n", "slot 0 is stale at a dynamic jump");
    red("  builtin SLOAD height 1 pc 0x0\n  stop\n", "instruction 0: the operand in slot 0 is stale");
}

#[test]
fn edges() {
    red("  go 7()\n", "there is no block 7");
    red("  go 1()\n", "0 arguments for the 2 parameters of block 1");
    let words = "  v0 = const 0x1\n  v1 = load -2\n";
    // Slot -1 of the first block is slot -2 of the second, slot 0 is slot -1, which is not dirty.
    red(&format!("{words}  go 1(v1,v0)\n"), "slot 0 is stale and not handed to block 1");
    let stored = format!("{words}  store 0 v0\n");
    red(&format!("{stored}  go dynamic v0 guess 0x8 1(v1,v0)\n"), "a dynamic jump cannot reach 0x8 at block 1");
    let shallow = format!(
        "{HEAD}block 0 pc 0x0 gas 1 need 0 growth 0 delta 0\n  go 1() checked\nblock 1 pc 0x9 gas 1 need 1 growth 0 delta 0\n  stop\n"
    );
    let found = verify(&parse(&shallow).expect("it is text of a form"));
    assert_eq!(found, Err("block 0: nothing shows that the stack passes the head of block 1".into()));
}

#[test]
fn ends() {
    red("  never\n", "it must end in a builtin that never goes on, and only then");
    red("  builtin RETURN height 0 pc 0x0\n  stop\n", "instruction 0: RETURN never goes on, so nothing follows it");
    red("  v0 = gas\n  v1 = load -1\n  grow v1 32\n  stop\n", "instruction 0: something behind it takes gas");
    let call = "  builtin STATICCALL height 0 pc 0x0\n  never\n";
    red(call, "instruction 0: nobody checked that slot -6 is there");
}
