//! One case alone: the worked pair, a shipped pair with its driver, a wall test; both solvers.
//!
//! `cargo bench --bench single`. Compare within one run: timings of a shared machine drift.

mod common;

use std::hint::black_box;

use common::{shipped, wall, worked_pair};
use criterion::{Criterion, criterion_group, criterion_main};
use crumple::collision::assemble;
use crumple::dynamics::adaptive::{Tolerances, simulate_adaptive};
use crumple::dynamics::{Plan, simulate};

fn single(c: &mut Criterion) {
    for (name, case) in [
        ("worked pair", worked_pair()),
        ("shipped pair with driver", shipped()),
        ("wall with occupants", wall()),
    ] {
        let net = assemble(&case).expect("assembles").network;
        let mut group = c.benchmark_group(format!("single/{name}"));
        group.sample_size(10);
        for step_us in [10.0, 50.0] {
            let plan = Plan::new(0.15, step_us * 1e-6);
            if net.check_step(plan.step_s).is_err() {
                continue;
            }
            group.bench_function(format!("default, {step_us} us"), |b| {
                b.iter(|| black_box(simulate(&net, &plan)));
            });
        }
        let plan = Plan::new(0.15, 10e-6);
        group.bench_function("dopri5, 1e-6", |b| {
            let tolerances = Tolerances {
                relative: 1e-6,
                absolute: 1e-6,
                ..Tolerances::default()
            };
            b.iter(|| black_box(simulate_adaptive(&net, &plan, tolerances)));
        });
        group.finish();
    }
}

criterion_group!(benches, single);
criterion_main!(benches);
