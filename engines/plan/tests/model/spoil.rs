//! Plans that are wrong on purpose.

use plan::{Ends, Plan, Section};
use spec::table::TABLE;
use spec::{Touches, op};

/// Changes a plan.
pub(crate) type Spoil = fn(&mut Plan);

/// The plan as it is.
pub(crate) fn nothing(_: &mut Plan) {}

/// The shortcut in which an instruction that asks the host does not end its section: sections are joined across it. The
/// host is told exact gas.
pub(crate) fn host_inside(plan: &mut Plan) {
    let mut joined: Vec<Section> = Vec::new();
    for section in &plan.sections {
        match joined.last_mut() {
            Some(before) if ends_with_host(plan, before) && !begins_with_target(plan, section) => join(before, section),
            _ => joined.push(section.clone()),
        }
    }
    plan.sections = joined;
}

fn ends_with_host(plan: &Plan, section: &Section) -> bool {
    let last = plan.ops[section.ops.end as usize - 1];
    let asks = TABLE[last.opcode as usize].is_some_and(|row| row.touches == Touches::Host);
    asks && last.defined && section.end == Ends::Falls
}

fn begins_with_target(plan: &Plan, section: &Section) -> bool {
    plan.ops[section.ops.start as usize].opcode == op::JUMPDEST
}

fn join(before: &mut Section, section: &Section) {
    let delta = i32::from(before.delta);
    before.ops.end = section.ops.end;
    before.gas += section.gas;
    before.need = before.need.max((i32::from(section.need) - delta).max(0) as u16);
    before.growth = before.growth.max((delta + i32::from(section.growth)).max(0) as u16);
    before.delta += section.delta;
    before.end = section.end;
}

/// Bounds that are off by one, by name.
pub(crate) const BOUNDS: &[(&str, Spoil)] = &[
    ("gas too small", |plan| each(plan, |section| section.gas = section.gas.saturating_sub(1))),
    ("gas too large", |plan| each(plan, |section| section.gas += 1)),
    ("need too small", |plan| each(plan, |section| section.need = section.need.saturating_sub(1))),
    ("need too large", |plan| each(plan, |section| section.need += 1)),
    ("growth too small", |plan| each(plan, |section| section.growth = section.growth.saturating_sub(1))),
    ("growth too large", |plan| each(plan, |section| section.growth += 1)),
    ("delta too small", |plan| each(plan, |section| section.delta -= 1)),
    ("falls where it stops", |plan| each(plan, |section| section.end = Ends::Stops)),
];

fn each(plan: &mut Plan, spoil: fn(&mut Section)) {
    plan.sections.iter_mut().for_each(spoil);
}
