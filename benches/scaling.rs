//! Cost against bodies (4 to 64) and against cases (1 to 1e5).
//!
//! `cargo bench --bench scaling`. `cargo run --release --example scaling` states the linearity and writes it.

mod common;

use std::hint::black_box;

use common::chain;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use crumple::dynamics::{Detail, Network, Plan, simulate, simulate_lanes};
use rayon::prelude::*;

fn bodies(c: &mut Criterion) {
    let mut group = c.benchmark_group("scaling/bodies");
    group.sample_size(10);
    let plan = Plan::new(0.05, 2e-5);
    for bodies in [4, 8, 16, 32, 64] {
        let net = chain(bodies, 15.0);
        group.throughput(Throughput::Elements(bodies as u64));
        group.bench_with_input(BenchmarkId::new("alone", bodies), &net, |b, net| {
            b.iter(|| black_box(simulate(net, &plan)));
        });
        group.bench_with_input(BenchmarkId::new("8 lanes", bodies), &net, |b, net| {
            b.iter(|| black_box(simulate_lanes::<8>(&[net; 8], &plan)));
        });
    }
    group.finish();
}

fn cases(c: &mut Criterion) {
    let mut group = c.benchmark_group("scaling/cases");
    group.sample_size(10);
    // Cheap cases, so that 1e5 of them take seconds: 4 bodies, 1 ms.
    let mut plan = Plan::new(1e-3, 5e-5);
    plan.detail = Detail::Lean;
    let nets: Vec<Network> = (0..8).map(|i| chain(4, 10.0 + i as f64)).collect();
    let block: Vec<&Network> = nets.iter().collect();
    for count in [1_usize, 10, 100, 1_000, 10_000, 100_000] {
        group.throughput(Throughput::Elements(count as u64));
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("a pool");
            let id = BenchmarkId::new(format!("{threads} threads"), count);
            group.bench_function(id, |b| {
                b.iter(|| {
                    pool.install(|| {
                        (0..count.div_ceil(8)).into_par_iter().for_each(|i| {
                            let here = &block[..(count - 8 * i).min(8)];
                            drop(black_box(simulate_lanes::<8>(here, &plan)));
                        });
                    });
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, bodies, cases);
criterion_main!(benches);
