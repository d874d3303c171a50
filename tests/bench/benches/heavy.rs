//! The heavy workloads under criterion, one group each, one function per engine, in thread CPU time.
//!
//! Every engine's end is checked once before it is timed. For revm the database and the analysed code are made
//! outside the measured region, which holds the transaction only; an [`api::Engine`] builds its world inside `run`,
//! so its region holds that too. Ratios are the business of `cargo run --release -p una-bench --example ratio`.

use api::{Engine, Watch};
use bench::clock::ThreadTime;
use bench::{Ended, Workload, baseline, workload};
use criterion::measurement::Measurement;
use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput};
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut criterion = Criterion::default().with_measurement(ThreadTime).sample_size(10).configure_from_args();
    match run(&mut criterion) {
        Ok(()) => {
            criterion.final_summary();
            ExitCode::SUCCESS
        }
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(criterion: &mut Criterion<ThreadTime>) -> Result<(), String> {
    let Some(folder) = workload::folder() else {
        let names = workload::HEAVY.join(", ");
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {} workloads, {} is not set: {names}",
            workload::HEAVY.len(),
            workload::VARIABLE
        );
        return Ok(());
    };
    let mut engines = bench::engines();
    for workload in workload::heavy(&folder, "")? {
        let mut group = criterion.benchmark_group(&workload.name);
        group.throughput(Throughput::Elements(workload.expected.gas_used));
        time_revm(&mut group, &workload).map_err(|why| format!("{}: revm: {why}", workload.name))?;
        for engine in &mut engines {
            let name = engine.id().name;
            time_engine(&mut group, engine.as_mut(), &workload)
                .map_err(|why| format!("{}: {name}: {why}", workload.name))?;
        }
        group.finish();
    }
    Ok(())
}

fn time_revm<M: Measurement>(group: &mut BenchmarkGroup<'_, M>, workload: &Workload) -> Result<(), String> {
    let prepare = || baseline::prepare(&workload.case);
    let executed = prepare()?.run()?;
    workload.expected.check(&baseline::ended(&executed))?;
    group.bench_function(baseline::NAME, |bencher| {
        bencher.iter_batched_ref(
            prepare,
            |prepared| prepared.as_mut().ok().map(baseline::Prepared::run),
            BatchSize::PerIteration,
        );
    });
    Ok(())
}

fn time_engine<M: Measurement>(
    group: &mut BenchmarkGroup<'_, M>,
    engine: &mut dyn Engine,
    workload: &Workload,
) -> Result<(), String> {
    let name = engine.id().name;
    if let Err(why) = engine.supports(&workload.case) {
        let _ = writeln!(std::io::stderr(), "skipped: {} on {name}: {why}", workload.name);
        return Ok(());
    }
    let outcome = engine.run(&workload.case, Watch::default()).map_err(|error| error.to_string())?;
    workload.expected.check(&Ended::of(&outcome)?)?;
    group.bench_function(name, |bencher| {
        bencher.iter_batched(|| (), |()| engine.run(&workload.case, Watch::default()), BatchSize::PerIteration);
    });
    Ok(())
}
