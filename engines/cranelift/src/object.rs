//! The same machine code as an object file (ELF), for debuggers, profilers and disassemblers.
//!
//! Cranelift's own writer compiles the regions once more; that its text is the blob's, byte for byte, is what shows that
//! nothing in a blob depends on where it lies.

use crate::blob::Regioned;
use crate::{Options, Refused, Target};
use api::{Code, Revision};
use cranelift_module::{Linkage, Module, default_libcall_names};
use cranelift_object::{ObjectBuilder, ObjectModule};

/// Compiles a bytecode to an object file with a function for each region.
pub fn object(code: &Code, revision: Revision, target: Target, options: &Options) -> Result<Vec<u8>, Refused> {
    let refused = |why: String| Refused::Cranelift(why);
    let isa = target.isa(options).map_err(|unavailable| refused(unavailable.to_string()))?;
    let call_conv = isa.default_call_conv();
    let name = format!("code_{:x}", code.hash());
    let builder = ObjectBuilder::new(isa, name, default_libcall_names()).map_err(|error| refused(error.to_string()))?;
    let mut module = ObjectModule::new(builder);
    let mut regioned = Regioned::new(code, revision, options)?;
    let mut context = cranelift_codegen::Context::new();
    for index in 0..regioned.len() {
        context.clear();
        regioned.lower(index, false, call_conv, &mut context.func);
        let name = format!("region_{index}");
        let signature = context.func.signature.clone();
        let id =
            module.declare_function(&name, Linkage::Export, &signature).map_err(|error| refused(error.to_string()))?;
        module.define_function(id, &mut context).map_err(|error| refused(error.to_string()))?;
    }
    module.finish().emit().map_err(|error| refused(error.to_string()))
}
