//! One case alone, and eight side by side: a shipped pair with its driver, at the step of reports and of sweeps.
//!
//! `cargo bench --bench collision`. Compare `alone` with `side by side` (per case) within one run.

use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use crumple::collision::file::load_case;
use crumple::collision::{Case, assemble};
use crumple::dynamics::{Network, Plan, simulate, simulate_lanes};

const LANES: usize = 8;

/// The shipped pair at eight speeds around its own.
fn cases() -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/n-box-vs-f-150.toml");
    let (case, _) = load_case(&path).expect("the shipped case loads");
    (0..LANES)
        .map(|i| {
            let mut c = case.clone();
            for p in &mut c.parties {
                p.speed_mps *= 0.8 + 0.05 * i as f64;
            }
            c
        })
        .collect()
}

fn collision(c: &mut Criterion) {
    let assemblies: Vec<_> = cases()
        .iter()
        .map(|c| assemble(c).expect("the shipped case assembles"))
        .collect();
    let nets: Vec<&Network> = assemblies.iter().map(|a| &a.network).collect();
    let mut group = c.benchmark_group("collision");
    group.sample_size(20);
    for step_us in [10.0, 25.0] {
        let plan = Plan::new(0.16, step_us * 1e-6);
        group.throughput(Throughput::Elements(1));
        group.bench_with_input(BenchmarkId::new("alone", step_us), &plan, |b, plan| {
            b.iter(|| black_box(simulate(nets[4], plan)));
        });
        group.throughput(Throughput::Elements(LANES as u64));
        group.bench_with_input(
            BenchmarkId::new("side by side", step_us),
            &plan,
            |b, plan| {
                b.iter(|| black_box(simulate_lanes::<LANES>(&nets, plan)));
            },
        );
    }
    group.finish();
}

criterion_group!(benches, collision);
criterion_main!(benches);
