//! Sections run by themselves: compiled ones leave what the reference leaves, and vms that are wrong are named.

use api::{Code, Exit, Frame, Host, Revision, Vm};
use interp::Interp;
use sections::{Checked, Side, check};
use spec::op::*;

fn vm(name: &str) -> fn() -> Box<dyn Vm> {
    registry::vm(name).expect("the registry has a vm of this name")
}

/// Takes one gas too much in every section that goes on.
struct Dear(Interp);

impl Vm for Dear {
    fn run(&mut self, code: &Code, frame: &mut Frame, host: &mut dyn Host) -> Exit {
        let exit = self.0.run(code, frame, host);
        frame.gas_left = frame.gas_left.saturating_sub(1);
        exit
    }
}

/// Fails every check.
struct Failing;

impl Vm for Failing {
    fn run(&mut self, _: &Code, _: &mut Frame, _: &mut dyn Host) -> Exit {
        Exit::Fails
    }
}

fn checked(make: fn() -> Box<dyn Vm>) -> Checked {
    let code = vec![ADD, DUP1, PUSH1, 7, JUMPI, MUL, STOP, JUMPDEST, MLOAD, SLOAD, PUSH0, MSTORE8, JUMPDEST, KECCAK256];
    let mut sides = [Side::new("reference", vm("interp")), Side::new("other", make)];
    check(&mut sides, &Code::new(code.into()), Revision::LATEST, 64)
}

#[test]
fn compiled_sections_leave_what_the_reference_leaves() {
    let checked = checked(vm("template-plain"));
    assert_eq!(checked.failures, Vec::<String>::new());
    assert_eq!((checked.n_states, checked.n_compared), (5 * 64, 5 * 64));
    let n_went_on = checked.lefts.iter().filter(|left| left.exit == Exit::Stop).count();
    assert!((50..300).contains(&n_went_on), "{n_went_on} went on");
}

#[test]
fn what_differs_is_named() {
    let wrong = checked(|| Box::new(Dear(Interp::new())));
    assert!(wrong.failures[0].contains("other: gas is "), "{:?}", wrong.failures);
    let failing = checked(|| Box::new(Failing));
    assert!(failing.failures[0].contains("other: fails a check where "), "{:?}", failing.failures);
    let crashing = checked(|| {
        struct Broken;
        impl Vm for Broken {
            fn run(&mut self, _: &Code, _: &mut Frame, _: &mut dyn Host) -> Exit {
                std::panic::panic_any("broken".to_owned())
            }
        }
        Box::new(Broken)
    });
    assert_eq!(crashing.failures[0], "pc 0x0, state 0: other: crashed: broken");
}
