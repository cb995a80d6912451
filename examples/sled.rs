//! A belted driver under a half-sine pulse of 25 g over 100 ms: readings and risk.
//!
//! `cargo run --release --example sled`

use crumple::criteria::Dummy;
use crumple::dynamics::Plan;
use crumple::measure::Measure;
use crumple::occupant::{Restraint, Seat, SledPulse, sled};
use crumple::units::G0;
use crumple::vehicle::Library;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let restraint = Restraint::parse(&Library::find(None)?.text("restraints", "kei-2012")?)?;
    let shape = |i: i32| -25.0 * G0 * (std::f64::consts::PI * f64::from(i) / 1000.0).sin();
    let pulse = SledPulse {
        dt_s: 1e-4,
        acceleration_mps2: (0..=1000).map(shape).collect(),
    };
    let plan = Plan::new(0.2, 10e-6);
    let run = sled(&pulse, Seat::Driver, &restraint, Dummy::Hiii50m, &plan)?;
    for m in [
        Measure::Hic15,
        Measure::ChestA3msG,
        Measure::ChestDeflectionMm,
        Measure::FemurKn,
        Measure::JointWithoutNeck,
    ] {
        if let Some(v) = run.result.reading(m) {
            println!("{:18} {:8.1}", m.heading(), m.shown(v));
        }
    }
    Ok(())
}
