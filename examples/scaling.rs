//! States how cost grows with bodies, cases and threads, and writes it to `benches/results/<cpu>-scaling.csv`.
//!
//! ```sh
//! cargo run --release --example scaling
//! ```
//! Run it on a quiet machine: each figure is the best of several runs.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use crumple::dynamics::{Detail, Network, Plan, simulate_lanes};
use crumple::error::write_atomic;
use rayon::prelude::*;

#[path = "../benches/common/mod.rs"]
mod common;
use common::chain;

/// At least this many runs, and at least this long.
const RUNS: usize = 7;
const AT_LEAST_S: f64 = 0.3;

/// Best time of several runs, s.
fn best(work: impl Fn()) -> f64 {
    work();
    let (mut least, mut total, mut runs) = (f64::INFINITY, 0.0, 0);
    while runs < RUNS || total < AT_LEAST_S {
        let start = Instant::now();
        work();
        let time = start.elapsed().as_secs_f64();
        least = least.min(time);
        total += time;
        runs += 1;
    }
    least
}

fn pool(threads: usize) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build()
}

/// Time of `count` cheap cases in blocks of eight, s.
fn cases(count: usize, threads: usize) -> Result<f64, Box<dyn std::error::Error>> {
    let nets: Vec<Network> = (0..8).map(|i| chain(4, 10.0 + i as f64)).collect();
    let block: Vec<&Network> = nets.iter().collect();
    let mut plan = Plan::new(1e-3, 5e-5);
    plan.detail = Detail::Lean;
    let pool = pool(threads)?;
    Ok(best(|| {
        pool.install(|| {
            (0..count.div_ceil(8)).into_par_iter().for_each(|i| {
                let here = &block[..(count - 8 * i).min(8)];
                drop(black_box(simulate_lanes::<8>(here, &plan)));
            });
        });
    }))
}

/// Name of the processor, in letters that suit a file name.
fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info
        .lines()
        .find_map(|l| l.strip_prefix("model name"))
        .map_or(std::env::consts::ARCH, |l| l.trim_start_matches([' ', '\t', ':']));
    let plain: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let parts: Vec<&str> = plain.split('-').filter(|p| !p.is_empty()).collect();
    parts.join("-")
}

/// Largest deviation of costs from their mean, percent.
fn spread_pct(costs: &[f64]) -> f64 {
    let mean = costs.iter().sum::<f64>() / costs.len() as f64;
    100.0 * costs.iter().map(|c| (c / mean - 1.0).abs()).fold(0.0, f64::max)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut csv = String::from("what,n,threads,seconds,ns_per_unit\n");
    let plan = Plan::new(0.05, 2e-5);
    let steps = plan.samples() * plan.stride;
    let mut per_body = Vec::new();
    println!("bodies   ns a body, step and case (8 lanes)");
    for n in [4, 8, 16, 32, 64] {
        let net = chain(n, 15.0);
        let time = best(|| drop(black_box(simulate_lanes::<8>(&[&net; 8], &plan))));
        let cost = time * 1e9 / (n * steps * 8) as f64;
        println!("{n:6}   {cost:.3}");
        csv += &format!("bodies,{n},1,{time:.6e},{cost:.4}\n");
        per_body.push(cost);
    }
    let mut per_case = Vec::new();
    println!("cases    us a case, one thread; two threads faster by");
    for n in [1_usize, 8, 80, 1_000, 10_000, 100_000] {
        let (one, two) = (cases(n, 1)?, cases(n, 2)?);
        let cost = one * 1e6 / n as f64;
        println!("{n:6}   {cost:.3}   {:.2}", one / two);
        csv += &format!("cases,{n},1,{one:.6e},{:.4}\n", cost * 1e3);
        csv += &format!("cases,{n},2,{two:.6e},{:.4}\n", two * 1e9 / n as f64);
        // A block of eight costs what one case does: linear from full blocks on.
        if n >= 80 {
            per_case.push(cost);
        }
    }
    println!(
        "cost per body within {:.0} % of its mean, cost per case within {:.0} %",
        spread_pct(&per_body),
        spread_pct(&per_case)
    );
    let out = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("benches/results")
        .join(format!("{}-scaling.csv", cpu()));
    write_atomic(&out, csv.as_bytes())?;
    println!("written: benches/results/{}-scaling.csv", cpu());
    Ok(())
}
