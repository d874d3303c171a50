//! Engine names to what runs their frames, without the world around it.

use api::Vm;
use cranelift::Cranelift;
use interp::Interp;
use ir::Ir;
use template::{Features, Template};

/// Makes the vm of the engine with this name. None for an engine whose frames cannot be run by themselves.
pub fn vm(name: &str) -> Option<fn() -> Box<dyn Vm>> {
    match name {
        "interp" => Some(|| Box::new(Interp::new())),
        "template" => Some(|| Box::new(Template::new(Features::host()))),
        "template-plain" => Some(|| Box::new(Template::new(Features::default()))),
        "template-chaos" => Some(|| Box::new(Template::new(Features::host()).with_chaos(0))),
        "ir@0" => Some(|| Box::new(Ir::new(ir::Options::first(0)))),
        "ir@last" => Some(|| Box::new(Ir::new(ir::Options::last()))),
        "cranelift" => Some(|| Box::new(Cranelift::new(cranelift::Features::host(), cranelift::Options::default()))),
        "cranelift-swarm" => Some(|| {
            let features = cranelift::Features::host();
            Box::new(Cranelift::new(features, cranelift::Options::default()).with_swarm(0))
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_have_one_and_others_do_not() {
        assert!(crate::names().all(|name| vm(name).is_some()));
        assert!(crate::peers().all(|name| vm(name).is_none()));
    }
}
