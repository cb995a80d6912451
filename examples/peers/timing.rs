//! Timed runs of the fixed-step kernel, alone and eight side by side, on the calling thread. Eight lanes run in the
//! best registers of the machine; where those are AVX-512, AVX2 is timed beside them.

use std::time::Instant;

use crumple::dynamics::{Detail, Network, Plan, Record, Registers, simulate, simulate_in, simulate_lanes};
use crumple::error::Error;

use super::problem::{COMPARED_S, DURATION_S, Problem};

const LANES: usize = 8;
/// Steps, us. The largest is near the stability limit of the lightest tip.
const STEPS_US: [f64; 6] = [2.0, 5.0, 10.0, 20.0, 25.0, 50.0];

/// One row of the table, and the solution it stands for.
pub struct Row {
    /// Which solver.
    pub solver: &'static str,
    /// Its step.
    pub setting: String,
    /// How it was compiled.
    pub build: &'static str,
    /// Best of the repetitions.
    pub ms_per_case: f64,
    /// File of the solution.
    pub file: String,
    /// `[case][sample][channel]`.
    pub values: Vec<f64>,
}

/// u and v of both cabins and the occupant, then u of vehicle 1's tips, at the compared times.
fn channels(problem: &Problem, record: &Record, into: &mut Vec<f64>) {
    let every = (COMPARED_S / record.sample_s).round() as usize;
    let cells = problem.nets[0].cells.len();
    for sample in record.range().step_by(every) {
        for body in [problem.cabins[0], problem.cabins[1], problem.occupant] {
            into.push(record.u_at(body, sample));
            into.push(record.v_at(body, sample));
        }
        into.extend((0..cells).map(|c| record.tip_at(c, 0, sample)));
    }
}

/// Samples where the peers take theirs.
fn lean(step_s: f64) -> Plan {
    Plan {
        detail: Detail::Lean,
        stride: (COMPARED_S / step_s).round() as usize,
        ..Plan::new(DURATION_S, step_s)
    }
}

fn solution(problem: &Problem, records: &[Record]) -> Vec<f64> {
    let mut values = Vec::new();
    for r in records {
        channels(problem, r, &mut values);
    }
    values
}

/// The solution at a very small step.
///
/// # Errors
/// As the simulation.
pub fn reference(problem: &Problem, step_s: f64) -> Result<Vec<f64>, Error> {
    let nets: Vec<&Network> = problem.nets.iter().collect();
    let records = simulate_lanes::<LANES>(&nets, &lean(step_s))?;
    Ok(solution(problem, &records))
}

/// CPU time of this thread where the system tells it, else elapsed time, s: the same on a quiet core.
fn seconds(since: Instant) -> f64 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat");
    let ns = spent.ok().and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    ns.map_or_else(|| since.elapsed().as_secs_f64(), |ns| ns * 1e-9)
}

/// Fastest of `repeat` runs, in ms per case, and the records of the last.
fn timed(
    cases: usize,
    repeat: usize,
    run: impl Fn() -> Result<Vec<Record>, Error>,
) -> Result<(f64, Vec<Record>), Error> {
    let mut best = f64::INFINITY;
    let mut records = Vec::new();
    let origin = Instant::now();
    for _ in 0..repeat.max(1) {
        let start = seconds(origin);
        records = run()?;
        best = best.min(seconds(origin) - start);
    }
    Ok((best * 1e3 / cases as f64, records))
}

/// What this binary was compiled for.
fn build() -> &'static str {
    if cfg!(target_feature = "avx512f") {
        "native"
    } else {
        "baseline"
    }
}

/// All rows.
///
/// # Errors
/// As the simulation.
pub fn rows(problem: &Problem, repeat: usize) -> Result<Vec<Row>, Error> {
    let nets: Vec<&Network> = problem.nets.iter().collect();
    let mut rows = Vec::new();
    for step_us in STEPS_US {
        let plan = lean(step_us * 1e-6);
        let limit_us = nets
            .iter()
            .map(|n| 1e6 * n.largest_stable_step_s(false).0)
            .fold(f64::INFINITY, f64::min);
        if step_us > limit_us {
            eprintln!("peers: a step of {step_us} us is left out, the limit is {limit_us:.1} us");
            continue;
        }
        let mut add = |solver, (ms_per_case, records): (f64, Vec<Record>)| {
            let values = solution(problem, &records);
            rows.push(Row {
                solver,
                setting: format!("{step_us} us"),
                build: build(),
                ms_per_case,
                file: format!("{}-{}-{step_us}.f64", str::replace(solver, " ", "-"), build()),
                values,
            });
        };
        let scalar = timed(nets.len(), repeat, || {
            let all: Result<Vec<Record>, _> = nets.iter().map(|n| simulate(n, &plan)).collect();
            Ok(all?)
        })?;
        add("crumple scalar", scalar);
        let wide = timed(nets.len(), repeat, || Ok(simulate_lanes::<LANES>(&nets, &plan)?))?;
        add("crumple 8 lanes", wide);
        if Registers::best() == Registers::Avx512 {
            let avx2 = timed(nets.len(), repeat, || {
                Ok(simulate_in(Registers::Avx2, LANES, &nets, &plan)?)
            })?;
            add("crumple 8 lanes AVX2", avx2);
        }
    }
    Ok(rows)
}
