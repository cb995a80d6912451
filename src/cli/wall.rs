//! `crumple wall`: the virtual load-cell wall test.

use std::path::Path;

use crumple::collision::{VehicleOutcome, WallMeasures, wall_test};
use crumple::dynamics::Plan;
use crumple::error::Error;
use crumple::stamp::Stamp;
use crumple::units::{KMH, US};
use serde::Serialize;

use super::{Done, output, vehicles};

#[derive(clap::Args)]
pub struct Arguments {
    /// Vehicle id of the library, or a vehicle file
    vehicle: String,
    /// Impact speed, km/h
    #[arg(long, default_value_t = 56.0)]
    speed_kmh: f64,
    /// Step, us
    #[arg(long, default_value_t = 10.0)]
    step_us: f64,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    case: String,
    vehicles: [VehicleOutcome; 1],
    wall: WallMeasures,
    restitution: f64,
    energy_error: f64,
    momentum_error: f64,
    steps: usize,
    solver: &'static str,
    stamp: Stamp,
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    if !(a.speed_kmh.is_finite() && a.speed_kmh > 0.0 && a.speed_kmh <= 300.0) {
        return Err(Error::request(
            format!("--speed-kmh {}", a.speed_kmh),
            "above 0 and at most 300 km/h",
        ));
    }
    let vehicle = vehicles::load(&a.vehicle, Path::new("."))?;
    let plan = Plan::new(0.160, vehicles::step_s(a.step_us)?);
    let test = wall_test(&vehicle, a.speed_kmh * KMH, plan)?;
    let outcome = &test.finished.outcome;
    let document = Document {
        case: format!("{} into a rigid wall at {} km/h", vehicle.name, a.speed_kmh),
        vehicles: [test.vehicle.clone()],
        wall: test.wall.clone(),
        restitution: outcome.restitution,
        energy_error: outcome.energy_error,
        momentum_error: outcome.momentum_error,
        steps: outcome.steps,
        solver: "leapfrog",
        stamp: Stamp::of(&(&vehicle, a.speed_kmh.to_bits(), &plan), a.step_us * US),
    };
    if a.json {
        output::json(&document)?;
        return Ok(Done::Holds);
    }
    output::text(&page(&document))?;
    Ok(Done::Holds)
}

/// For people.
fn page(document: &Document) -> String {
    let v = &document.vehicles[0];
    let w = &document.wall;
    let mut page = format!("{} ({:.0} kg)\n\n", document.case, v.mass_kg);
    let line = |k: &str, value: String| vec![k.to_string(), value];
    page += &output::table(
        &["measure", "value"],
        &[
            line(
                "peak cabin deceleration, CFC 60",
                format!("{:.1} g at {:.1} ms", v.peak_g_cfc60, v.time_of_peak_ms),
            ),
            line("delta-v", format!("{:.2} m/s", v.delta_v_mps)),
            line(
                "dynamic crush",
                format!("{:.0} mm at {:.1} ms", v.crush_mm, v.time_of_crush_ms),
            ),
            line("static crush (at separation)", format!("{:.0} mm", v.residual_crush_mm)),
            line("intrusion", format!("{:.0} mm", v.intrusion_mm)),
            line("OLC", format!("{} g", output::optional(v.olc_g, 1))),
            line("VPI", format!("{} g", output::optional(v.vpi_g, 1))),
            line(
                "peak wall force, CFC 60",
                format!("{:.0} kN at {:.1} ms", w.peak_force_kN, w.time_of_peak_force_ms),
            ),
            line("wall impulse", format!("{:.2} kN s", w.impulse_kNs)),
            line("KW400", format!("{} N/mm", output::optional(w.kw400_N_per_mm, 0))),
            line("AHOF400", format!("{} mm", output::optional(w.ahof400_mm, 0))),
            line(
                "rebound",
                format!("{:.2} m/s (restitution {:.3})", w.rebound_mps, w.restitution),
            ),
            line("energy residual", format!("{:.1e}", document.energy_error)),
        ],
    );
    page.push('\n');
    let rows: Vec<Vec<String>> = w
        .rows
        .iter()
        .rev()
        .map(|r| {
            vec![
                format!("{:.0}-{:.0} mm", r.height_mm[0], r.height_mm[1]),
                format!("{:.0}", r.peak_force_kN),
                format!("{:.2}", r.impulse_kNs),
            ]
        })
        .collect();
    page += &output::table(&["row", "peak kN", "impulse kN s"], &rows);
    page
}
