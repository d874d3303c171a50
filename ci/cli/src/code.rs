//! `disasm` and `asm`: bytecode and assembly.

use crate::args::{AsmArgs, DisasmArgs};
use crate::exit::{Exit, Failure};
use crate::native;
use crate::source;
use alloy_primitives::{hex, keccak256};
use format::{asm, disasm};
use spec::op;
use std::io::Write;
use std::path::Path;

/// Lists bytecode.
pub(crate) fn disasm(args: &DisasmArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let code = bytecode(&args.code)?;
    if let Some(isa) = args.native {
        return native::disasm(&code, isa, args.features, args.revision, out);
    }
    let (mut n_lines, mut n_targets) = (0, 0);
    for line in disasm::disassemble(&code, args.revision) {
        n_lines += 1;
        n_targets += usize::from(line.opcode == op::JUMPDEST);
        match args.quiet {
            true => writeln!(out, "{line}")?,
            false => writeln!(out, "{}", listed(&line))?,
        }
    }
    if !args.quiet {
        let (len, hash) = (code.len(), keccak256(&code));
        let s = if n_targets == 1 { "" } else { "s" };
        writeln!(out, "{len} bytes, {n_lines} lines, {n_targets} jump target{s}, {}, keccak {hash}", args.revision)?;
    }
    Ok(Exit::Ok)
}

/// A line with its place and what a reader should know.
pub(crate) fn listed(line: &disasm::Line<'_>) -> String {
    let note = line.note.map_or_else(String::new, |note| format!("  ; {note}"));
    format!("{:>6x}  {line}{note}", line.pc)
}

/// Assembles text.
pub(crate) fn asm(args: &AsmArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let from_file = args.text == "-" || Path::new(&args.text).is_file();
    let (name, bytes) = match from_file {
        true => (args.text.as_str(), source::read(&args.text)?),
        false => ("assembly", args.text.clone().into_bytes()),
    };
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::new(Exit::BadInput, format_args!("error: {name}: not text; assembly is UTF-8")))?;
    let code = asm::assemble(&text).map_err(|error| {
        let error = format::Error {
            file: name.to_owned(),
            line: error.line,
            column: error.column,
            what: error.problem.to_string(),
            hint: Some(error.problem.hint()),
        };
        source::show(&error, text.as_bytes())
    })?;
    writeln!(out, "{}", hex::encode_prefixed(&code))?;
    if !args.quiet {
        writeln!(out, "{} bytes, keccak {}", code.len(), keccak256(&code))?;
    }
    Ok(Exit::Ok)
}

/// Bytecode given as hexadecimal digits, or in a file that holds them.
pub(crate) fn bytecode(given: &str) -> Result<Vec<u8>, Failure> {
    if let Ok(code) = hex::decode(given) {
        return Ok(code);
    }
    if given != "-" && !Path::new(given).is_file() {
        let message = format_args!(
            "error: `{}` is neither hexadecimal bytecode nor a file; give 0x…, a file that holds it, or -",
            given.chars().take(60).collect::<String>()
        );
        return Err(Failure::new(Exit::BadInput, message));
    }
    let text: Vec<u8> = source::read(given)?.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
    hex::decode(&text).map_err(|error| {
        Failure::new(
            Exit::BadInput,
            format_args!("error: {given}: {error}; the file must hold hexadecimal digits only"),
        )
    })
}
