//! Cases side by side: lanes 1, 4 and 8 on one core, then whole batches on one and two threads.
//!
//! `cargo bench --bench batch`; throughput is in cases per second.

mod common;

use std::hint::black_box;

use common::{at_speeds, shipped, worked_pair};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use crumple::collision::{Assembly, Case, assemble, run_batch};
use crumple::dynamics::{Detail, Network, Plan, simulate, simulate_lanes};

fn lanes(c: &mut Criterion) {
    for (name, case) in [("worked pair", worked_pair()), ("shipped pair", shipped())] {
        let assemblies: Vec<Assembly> = at_speeds(&case, 8)
            .iter()
            .map(|c| assemble(c).expect("assembles"))
            .collect();
        let nets: Vec<&Network> = assemblies.iter().map(|a| &a.network).collect();
        let mut group = c.benchmark_group(format!("lanes/{name}"));
        group.sample_size(10).throughput(Throughput::Elements(8));
        for step_us in [10.0, 25.0] {
            let mut plan = Plan::new(0.15, step_us * 1e-6);
            plan.detail = Detail::Lean;
            group.bench_with_input(BenchmarkId::new("1", step_us), &plan, |b, plan| {
                b.iter(|| nets.iter().for_each(|n| drop(black_box(simulate(n, plan)))));
            });
            group.bench_with_input(BenchmarkId::new("4", step_us), &plan, |b, plan| {
                b.iter(|| black_box(simulate_lanes::<4>(&nets, plan)));
            });
            group.bench_with_input(BenchmarkId::new("8", step_us), &plan, |b, plan| {
                b.iter(|| black_box(simulate_lanes::<8>(&nets, plan)));
            });
        }
        group.finish();
    }
}

fn threads(c: &mut Criterion) {
    let mut cases = at_speeds(&worked_pair(), 128);
    cases.iter_mut().for_each(|c| c.plan = Plan::new(0.15, 25e-6));
    let mut group = c.benchmark_group("batch/threads");
    group
        .sample_size(10)
        .throughput(Throughput::Elements(cases.len() as u64));
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("a pool");
        group.bench_function(BenchmarkId::from_parameter(threads), |b| {
            b.iter(|| pool.install(|| black_box(run_batch(&cases))));
        });
    }
    cases.iter_mut().for_each(|c| c.plan.settle_s = Some(0.02));
    group.bench_function("1, stopped 20 ms after the last contact", |b| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
        b.iter(|| pool.install(|| black_box(run_batch(&cases))));
    });
    group.finish();
}

/// Eight cases of a pair side by side on one core.
fn eight(c: &mut Criterion, group: &str, variants: &[(&str, Case)]) {
    let mut group = c.benchmark_group(group);
    group.sample_size(10).throughput(Throughput::Elements(8));
    for (name, case) in variants {
        let assemblies: Vec<Assembly> = at_speeds(case, 8)
            .iter()
            .map(|c| assemble(c).expect("assembles"))
            .collect();
        let nets: Vec<&Network> = assemblies.iter().map(|a| &a.network).collect();
        let mut plan = Plan::new(0.15, 10e-6);
        plan.detail = Detail::Lean;
        group.bench_function(*name, |b| {
            b.iter(|| black_box(simulate_lanes::<8>(&nets, &plan)));
        });
    }
    group.finish();
}

/// What an unloading power costs: the same pair with n = 1 and, at the same restitution, with n = 8.
fn unloading(c: &mut Criterion) {
    let straight = worked_pair();
    let mut curved = straight.clone();
    for party in &mut curved.parties {
        for path in &mut party.vehicle.paths {
            let of_the_face = path.layer().is_some();
            if let Some(table) = path.table.as_mut().filter(|_| of_the_face) {
                table.unload_power = 8;
                table.unload_n_per_m.iter_mut().for_each(|k| *k *= 16.0 / 9.0);
            }
        }
    }
    eight(c, "unloading power", &[("1", straight), ("8", curved)]);
}

/// What yaw costs: the shipped pair at full overlap, and at half overlap with and without yaw.
fn yaw(c: &mut Criterion) {
    let full = shipped();
    let half = |yaw: bool| {
        let mut case = Case {
            overlap: 0.5,
            ..full.clone()
        };
        case.turning.yaw = Some(yaw);
        case
    };
    let variants = [
        ("full", full.clone()),
        ("half, straight", half(false)),
        ("half, turns", half(true)),
    ];
    eight(c, "overlap", &variants);
}

criterion_group!(benches, lanes, threads, unloading, yaw);
criterion_main!(benches);
