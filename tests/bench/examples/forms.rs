//! How long the intermediate form of contracts takes to build and to optimise, pass by pass, and what the passes achieve; then
//! the same for shapes that would show time beyond linear.
//!
//! Measured is thread CPU time, the fastest of some rounds. Contracts are read from `$UNANIMOUS_FIXTURES/contracts`; without it
//! only the shapes are measured. Fuel is not limited.

use api::{Code, Revision};
use bench::clock::timed;
use bench::table::{print, show};
use ir::{Fuel, Func, Op, PASSES, Width, build};
use spec::op;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

/// Rounds for each code; the fastest counts.
const ROUNDS: u32 = 3;

fn main() -> ExitCode {
    show(measure)
}

/// What one code took, and what became of it.
#[derive(Clone, Default)]
struct Taken {
    bytes: usize,
    build: Duration,
    passes: [Duration; PASSES.len()],
    /// Instructions, loads and stores of stack slots, parameters: before the passes and after.
    counts: [[usize; 4]; 2],
    /// Values after the passes, and those of at most 64 bits.
    values: [usize; 2],
}

fn measure(out: &mut impl Write) -> Result<(), String> {
    match bench::workload::folder() {
        None => print(out, format!("skipped: {} is not set", bench::workload::VARIABLE))?,
        Some(workloads) => {
            let mut all = Taken::default();
            print(
                out,
                format!(
                    "{:<44}{:>8}{:>9}  inst, load+store, param: before > after; narrow",
                    "contract", "bytes", "us/KB"
                ),
            )?;
            for (name, contract) in bench::contracts::read(&workloads.with_file_name("contracts"))? {
                let taken = take(&contract).map_err(|why| format!("{name}: {why}"))?;
                print(out, row(&name, &taken))?;
                all.add(&taken);
            }
            print(out, row("all", &all))?;
            for (pass, took) in PASSES.iter().zip(all.passes) {
                print(out, format!("  {:<12}{:>9}", pass.name, per_kilobyte(took, all.bytes)))?;
            }
            print(out, format!("  {:<12}{:>9}", "build", per_kilobyte(all.build, all.bytes)))?;
        }
    }
    print(out, format!("{:<58}{}", "shape, us/KB at", SIZES.map(|size| format!("{size:>9} KB")).concat()))?;
    for (name, unit) in shapes() {
        let mut line = format!("{name:<58}");
        for size in SIZES {
            let taken = take(&Code::new(unit.repeat((size << 10) / unit.len()).into()))?;
            line += &format!("{:>12}", per_kilobyte(taken.total(), taken.bytes));
        }
        print(out, line)?;
    }
    Ok(())
}

const SIZES: [usize; 5] = [3, 6, 12, 24, 48];

/// What is repeated.
fn shapes() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("JUMPDEST", vec![op::JUMPDEST]),
        ("MLOAD", vec![op::MLOAD]),
        ("DUP1 MLOAD POP", vec![op::DUP1, op::MLOAD, op::POP]),
        ("DUP1 DIV", vec![op::DUP1, op::DIV]),
        ("DUP16 ADD", vec![op::DUP1 + 15, op::ADD]),
        ("DUP1 MUL", vec![op::DUP1, op::MUL]),
        ("SWAP16 POP CALLER", vec![op::SWAP1 + 15, op::POP, op::CALLER]),
        ("JUMPDEST JUMP", vec![op::JUMPDEST, op::JUMP]),
        ("JUMPDEST DUP2 DUP2 JUMPI", vec![op::JUMPDEST, op::DUP1 + 1, op::DUP1 + 1, op::JUMPI]),
        ("JUMPDEST CALLER PUSH0 JUMPI", vec![op::JUMPDEST, op::CALLER, op::PUSH0, op::JUMPI]),
        (
            "JUMPDEST DUP16 CALLER ADD PUSH0 JUMPI",
            vec![op::JUMPDEST, op::DUP1 + 15, op::CALLER, op::ADD, op::PUSH0, op::JUMPI],
        ),
        (
            "JUMPDEST SWAP8 CALLER ADD DUP1 PUSH0 JUMPI",
            vec![op::JUMPDEST, op::SWAP1 + 7, op::CALLER, op::ADD, op::DUP1, op::PUSH0, op::JUMPI],
        ),
        ("MSIZE POP PUSH0 MLOAD CALLER MSTORE PUSH1 32 MLOAD POP", {
            vec![op::MSIZE, op::POP, op::PUSH0, op::MLOAD, op::CALLER, op::MSTORE, op::PUSH1, 32, op::MLOAD, op::POP]
        }),
        ("ISZERO", vec![op::ISZERO]),
        ("SLOAD", vec![op::SLOAD]),
        ("CALLER SLOAD POP", vec![op::CALLER, op::SLOAD, op::POP]),
        ("PUSH1 0 MSTORE8", vec![op::PUSH1, 0, op::MSTORE8]),
        ("PC POP", vec![op::PC, op::POP]),
    ]
}

impl Taken {
    fn total(&self) -> Duration {
        self.build + self.passes.iter().sum::<Duration>()
    }

    fn add(&mut self, other: &Taken) {
        self.bytes += other.bytes;
        self.build += other.build;
        self.passes.iter_mut().zip(other.passes).for_each(|(all, one)| *all += one);
        self.counts.as_flattened_mut().iter_mut().zip(other.counts.as_flattened()).for_each(|(all, one)| *all += one);
        self.values.iter_mut().zip(other.values).for_each(|(all, one)| *all += one);
    }
}

fn take(code: &Code) -> Result<Taken, String> {
    let mut best: Option<Taken> = None;
    for _ in 0..ROUNDS {
        let (took, func) = timed(|| build(code, Revision::Osaka));
        let mut func = func.map_err(|refusal| refusal.to_string())?;
        let mut taken = Taken { bytes: code.len(), build: took, ..Taken::default() };
        taken.counts[0] = counts(&func);
        for (pass, took) in PASSES.iter().zip(&mut taken.passes) {
            *took = timed(|| (pass.run)(&mut func, &mut Fuel::new(u64::MAX))).0;
        }
        taken.counts[1] = counts(&func);
        let results = || func.blocks.iter().flat_map(|data| &data.insts).filter_map(|inst| inst.result);
        taken.values = [results().count(), results().filter(|value| func.width(*value) <= Width::W64).count()];
        if best.as_ref().is_none_or(|best| taken.total() < best.total()) {
            best = Some(taken);
        }
    }
    best.ok_or_else(|| "there was no round".to_owned())
}

fn counts(func: &Func) -> [usize; 4] {
    let insts = || func.blocks.iter().flat_map(|data| &data.insts);
    let loads = insts().filter(|inst| matches!(inst.op, Op::Load(_))).count();
    let stores = insts().filter(|inst| matches!(inst.op, Op::Store(..))).count();
    [insts().count(), loads, stores, func.blocks.iter().map(|data| data.params.len()).sum()]
}

fn row(name: &str, taken: &Taken) -> String {
    let [before, after] = taken.counts;
    let us = per_kilobyte(taken.total(), taken.bytes);
    let pairs = (0..4).map(|i| format!("{} > {}", before[i], after[i])).collect::<Vec<_>>().join(", ");
    format!("{name:<44}{:>8}{us:>9}  {pairs}; {} of {}", taken.bytes, taken.values[1], taken.values[0])
}

#[expect(clippy::float_arithmetic, reason = "a figure for people")]
fn per_kilobyte(time: Duration, bytes: usize) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e6 * 1024.0 / bytes as f64)
}
