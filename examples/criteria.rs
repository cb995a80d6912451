//! Criteria on plain slices: an acceleration that rises to 60 g and falls again, sampled at 10 kHz.
//!
//! `cargo run --release --example criteria`

use crumple::criteria::clip::clip_3ms_cumulative;
use crumple::criteria::head::hic15;
use crumple::criteria::pulse::olc_from_acceleration;
use crumple::signal::cfc::{Cfc, filter};
use crumple::units::G0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dt_s = 1e-4;
    let triangle = |i: i32| 60.0 * G0 * (1.0 - f64::from((i - 400).abs()) / 400.0);
    let raw: Vec<f64> = (0..=800).map(triangle).collect();
    let accel = filter(Cfc::C1000, dt_s, &raw)?;
    println!("HIC15      {:8.1}", hic15(&accel, dt_s)?.value);
    println!("3 ms clip  {:8.1} g", clip_3ms_cumulative(&accel, dt_s)? / G0);
    let braking: Vec<f64> = accel.iter().map(|a| -a).collect();
    println!(
        "OLC        {:8.1} g",
        olc_from_acceleration(&braking, dt_s)?.olc_mps2 / G0
    );
    Ok(())
}
