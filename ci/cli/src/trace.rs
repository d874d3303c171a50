//! `trace`: every instruction as a line of JSON, in the form of EIP-3155.

use crate::args::TraceArgs;
use crate::exit::{Exit, Failure};
use crate::guard;
use crate::roster::Roster;
use crate::source;
use alloy_primitives::hex;
use api::{Checkpoint, Field, Flow, Frame, Halt, Observer, Outcome, Step, TxOutcome, Watch, digest};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// Traces the first case of a file.
pub(crate) fn trace(args: &TraceArgs, roster: Roster, out: &mut dyn Write) -> Result<Exit, Failure> {
    guard::start(args.limit.hang);
    let mut engine = source::engine(&args.engine, roster)?;
    let cases = source::cases(&args.case)?;
    let Some((case, _)) = cases.first() else {
        return Err(Failure::new(Exit::BadInput, format_args!("error: {} holds no case", args.case.case)));
    };
    let mut tracer = Tracer { out, memory: args.memory, return_data: args.return_data, line: None, written: Ok(()) };
    // Checkpoints are where a run can be stopped: nobody reads on when the output cannot be written.
    let watch = Watch { steps: true, checkpoints: true, observer: Some(&mut tracer), ..Watch::exact_with_roots() };
    let result = engine.run(case, watch);
    tracer.written?;
    let outcome = result.map_err(|error| Failure::from(error).at(&case.name))?;
    for transaction in &outcome.transactions {
        writeln!(out, "{}", summary(case.revision.name(), &outcome, transaction))?;
    }
    Ok(Exit::Ok)
}

/// Writes a line when an instruction is over, because only then its cost is known.
struct Tracer<'a> {
    out: &'a mut dyn Write,
    memory: bool,
    return_data: bool,
    line: Option<Map<String, Value>>,
    written: io::Result<()>,
}

impl Observer for Tracer<'_> {
    fn checkpoint(&mut self, _: &Checkpoint, _: &Frame) -> Flow {
        if self.written.is_ok() { Flow::Continue } else { Flow::Stop }
    }

    fn step(&mut self, step: &Step, frame: &Frame) {
        if self.written.is_err() {
            return;
        }
        let name = spec::table::row(step.opcode, frame.revision()).map_or("UNDEFINED", |row| row.name);
        let mut line = Map::new();
        line.insert("pc".into(), frame.pc.into());
        line.insert("op".into(), step.opcode.into());
        line.insert("gas".into(), format!("{:#x}", frame.gas_left).into());
        line.insert("gasCost".into(), Value::Null);
        line.insert("memSize".into(), frame.memory.len().into());
        line.insert("stack".into(), frame.words().iter().map(|word| format!("{word:#x}")).collect());
        line.insert("depth".into(), (frame.message.depth + 1).into());
        line.insert("refund".into(), step.refund.into());
        line.insert("opName".into(), name.into());
        if self.memory {
            line.insert("memory".into(), hex::encode_prefixed(frame.memory.as_slice()).into());
        }
        if self.return_data {
            line.insert("returnData".into(), frame.return_data.to_string().into());
        }
        self.line = Some(line);
    }

    fn stepped(&mut self, _: &Frame, gas_cost: u64, halt: Option<Halt>) {
        let Some(mut line) = self.line.take() else { return };
        line.insert("gasCost".into(), format!("{gas_cost:#x}").into());
        if let Some(halt) = halt {
            line.insert("error".into(), halt.name().into());
        }
        // Who reads may take their time.
        self.written = guard::outside(|| writeln!(self.out, "{}", Value::Object(line)));
    }
}

fn summary(revision: &str, outcome: &Outcome, transaction: &TxOutcome) -> Value {
    let (pass, gas_used, output, error) = match transaction {
        TxOutcome::Rejected(why) => (false, 0, String::from("0x"), Some(why.name().to_owned())),
        TxOutcome::Executed(receipt) => {
            let end = receipt.exact.known().map(|exact| exact.end.to_string());
            let error = end.filter(|_| !receipt.success);
            (receipt.success, receipt.gas_used, receipt.output.to_string(), error)
        }
    };
    let root = match &outcome.state_root {
        Field::Known(root) => Value::from(root.to_string()),
        Field::Unknown => Value::Null,
    };
    let mut summary = json!({
        "stateRoot": root,
        "output": output,
        "gasUsed": format!("{gas_used:#x}"),
        "pass": pass,
        "fork": revision,
        "digest": digest::exact(outcome).ok().map(|digest| digest.to_string()),
    });
    if let Some(error) = error {
        summary["error"] = error.into();
    }
    summary
}
