//! Injury criteria on a channel as long as a run: 3,500 samples at 10 kHz.
//!
//! `cargo bench --bench criteria`.

use std::f64::consts::PI;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use crumple::criteria::clip::clip_3ms_cumulative;
use crumple::criteria::evaluate::evaluate;
use crumple::criteria::head::{hic15, hic36};
use crumple::criteria::pulse::{Filtering, VpiParameters, olc_from_velocity, vpi};
use crumple::signal::cfc::{Cfc, filter};
use crumple::signal::{Channel, Unit};

const SAMPLES: usize = 3_500;
const DT_S: f64 = 1e-4;

/// A head pulse of 60 g over 80 ms with the ringing of a real channel, m/s2.
fn head() -> Vec<f64> {
    (0..SAMPLES)
        .map(|i| {
            let t = i as f64 * DT_S;
            let main = if (0.05..0.13).contains(&t) {
                590.0 * (PI * (t - 0.05) / 0.08).sin()
            } else {
                0.0
            };
            main + 15.0 * (2.0 * PI * 180.0 * t).sin() + 8.0 * (2.0 * PI * 733.0 * t).cos()
        })
        .collect()
}

/// A cabin speed that falls from 15.6 m/s in 80 ms.
fn speed() -> Vec<f64> {
    (0..SAMPLES)
        .map(|i| 7.8 * (1.0 + (PI * (i as f64 * DT_S).min(0.08) / 0.08).cos()))
        .collect()
}

fn criteria(c: &mut Criterion) {
    let (a, v) = (head(), speed());
    let mut group = c.benchmark_group("criteria");
    group.sample_size(20);
    group.bench_function("HIC15", |b| b.iter(|| hic15(black_box(&a), DT_S)));
    group.bench_function("HIC36", |b| b.iter(|| hic36(black_box(&a), DT_S)));
    group.bench_function("3 ms clip", |b| {
        b.iter(|| clip_3ms_cumulative(black_box(&a), DT_S));
    });
    for class in [Cfc::C60, Cfc::C180, Cfc::C1000] {
        group.bench_function(format!("{class:?}"), |b| {
            b.iter(|| filter(class, DT_S, black_box(&a)));
        });
    }
    group.bench_function("OLC", |b| b.iter(|| olc_from_velocity(black_box(&v), DT_S)));
    group.bench_function("VPI", |b| {
        b.iter(|| vpi(black_box(&a), DT_S, VpiParameters::default()));
    });
    let channel = |code: &str, values: &[f64]| {
        Channel::new(
            code.to_string(),
            Unit::MetrePerSecondSquared,
            0.0,
            DT_S,
            values.to_vec(),
        )
        .expect("a channel")
    };
    let set = [
        channel("11HEAD0000H3ACX0", &a),
        channel("11CHST0000H3ACX0", &a),
        channel("10VEHCCG0000ACX0", &a),
    ];
    group.bench_function("full set", |b| {
        b.iter(|| evaluate(black_box(&set), Filtering::None));
    });
    group.finish();
}

criterion_group!(benches, criteria);
criterion_main!(benches);
