//! `crumple wall`: the virtual load-cell wall test.

use std::path::{Path, PathBuf};

use crumple::collision::measured_wall::{WallCell, WallGrid, measured_wall};
use crumple::collision::{VehicleOutcome, WallMeasures, wall_test};
use crumple::dynamics::Plan;
use crumple::error::{Error, within};
use crumple::exchange::ev5::read_ev5_with;
use crumple::exchange::{ChannelSet, Skipped, skipped_lines};
use crumple::signal::Channel;
use crumple::stamp::Stamp;
use crumple::units::{KMH, MM, US};
use serde::Serialize;

use super::{Done, output, vehicles};

#[derive(clap::Args)]
pub struct Arguments {
    /// Vehicle id of the library, or a vehicle file
    vehicle: String,
    /// Impact speed, km/h
    #[arg(long, default_value_t = 56.0, allow_negative_numbers = true)]
    speed_kmh: f64,
    /// EV5 header of a test of this vehicle: its own load cells beside the model's wall
    #[arg(long, value_name = "FILE")]
    measured: Option<PathBuf>,
    /// Folder or zip with files of the test that do not lie beside its header
    #[arg(long, requires = "measured")]
    cells: Option<PathBuf>,
    /// Height of the measured wall's lowest edge, mm (80 is an assumption where a test does not state it)
    #[arg(long, default_value_t = 1e3 * WallGrid::default().lowest_edge_m, requires = "measured")]
    lowest_edge_mm: f64,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    measured_wall: Option<WallMeasures>,
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
    let vehicle = vehicles::load(&a.vehicle)?.0;
    let plan = Plan::new(0.160, vehicles::step_s(a.step_us)?);
    let test = wall_test(&vehicle, a.speed_kmh * KMH, plan)?;
    let outcome = &test.finished.outcome;
    let document = Document {
        case: format!("{} into a rigid wall at {} km/h", vehicle.name, a.speed_kmh),
        vehicles: [test.vehicle.clone()],
        wall: test.wall.clone(),
        measured_wall: a.measured.as_deref().map(|header| measured(a, header)).transpose()?,
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

/// The wall of a test; cells that are not usable are named.
fn measured(a: &Arguments, header: &Path) -> Result<WallMeasures, Error> {
    let test = read_ev5_with(header, a.cells.as_deref())?;
    let told = |what: &str, help: &str| Error::request(format!("{}: {what}", header.display()), help);
    let lowest = within("--lowest-edge-mm", a.lowest_edge_mm, [0.0, 1000.0])?;
    let speed_mps = test.closing_speed_mps.unwrap_or(a.speed_kmh * KMH);
    let all: Vec<_> = test.curves.iter().filter_map(|c| Some((c.wall_cell()?, c))).collect();
    let last_row = all.iter().map(|([row, _], _)| *row).max();
    let last_row =
        last_row.ok_or_else(|| told("no load cell of a wall", "give the header of a load-cell wall test"))?;
    let (mut cells, mut missing) = (Vec::new(), Vec::new());
    for ([row, _], curve) in &all {
        match &curve.data {
            Ok(force) => cells.push(WallCell {
                row: last_row - row,
                force: force.clone(),
            }),
            Err(why) => missing.push(Skipped {
                name: format!("curve {} {}", curve.number, curve.attachment),
                reason: why.clone(),
            }),
        }
    }
    for line in skipped_lines(&missing) {
        output::warn(&format!("{line} (counts as zero)"));
    }
    if cells.is_empty() {
        return Err(told(
            "no load cell of its wall can be read",
            "give the folder or zip that holds their files with --cells",
        ));
    }
    let count = all.len();
    let set = test.channel_set();
    let pulse = compartment(&set).ok_or_else(|| {
        told(
            "no acceleration of the compartment along x",
            "the cells alone give no displacement: give the whole test",
        )
    })?;
    let grid = WallGrid {
        lowest_edge_m: lowest * MM,
        ..WallGrid::default()
    };
    output::warn(&format!(
        "measured wall: {} of {} cells, pulse {}, {:.2} km/h, lowest edge {lowest:.0} mm",
        cells.len(),
        count,
        pulse.code,
        speed_mps / KMH
    ));
    measured_wall(&cells, &pulse, speed_mps, grid)
}

/// The pulse of the compartment: the mean of left and right crossmember where both are there, else the best-placed sensor.
fn compartment(set: &ChannelSet) -> Option<Channel> {
    let side = |code: &str| set.channels.iter().find(|c| c.code == code);
    if let (Some(left), Some(right)) = (side("10SECMLE0000ACX0"), side("10SECMRI0000ACX0"))
        && (left.unit, left.t0_s, left.dt_s, left.values.len())
            == (right.unit, right.t0_s, right.dt_s, right.values.len())
    {
        let mean = left
            .values
            .iter()
            .zip(&right.values)
            .map(|(l, r)| 0.5 * (l + r))
            .collect();
        return Channel::new(left.code.clone(), left.unit, left.t0_s, left.dt_s, mean).ok();
    }
    set.vehicle_pulse().cloned()
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
            line("crush left at separation", format!("{:.0} mm", v.residual_crush_mm)),
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
    page + &document
        .measured_wall
        .as_ref()
        .map_or_else(String::new, |m| beside(m, w))
}

/// The measured wall beside the model's.
fn beside(test: &WallMeasures, model: &WallMeasures) -> String {
    let line = |what: &str, of: &dyn Fn(&WallMeasures) -> Option<f64>, decimals: usize| {
        let cell = |w: &WallMeasures| output::optional(of(w), decimals);
        vec![what.to_string(), cell(test), cell(model)]
    };
    let mut rows = vec![
        line("peak wall force, CFC 60, kN", &|w| Some(w.peak_force_kN), 0),
        line("time of peak, ms", &|w| Some(w.time_of_peak_force_ms), 1),
        line("impulse, kN s", &|w| Some(w.impulse_kNs), 2),
        line("KW400, N/mm", &|w| w.kw400_N_per_mm, 0),
        line("AHOF400, mm", &|w| w.ahof400_mm, 0),
        line("rebound, m/s", &|w| Some(w.rebound_mps), 2),
    ];
    let heights = if test.rows.len() > model.rows.len() {
        &test.rows
    } else {
        &model.rows
    };
    for (i, row) in heights.iter().enumerate().rev() {
        let what = format!("row {:.0}-{:.0} mm, impulse, kN s", row.height_mm[0], row.height_mm[1]);
        rows.push(line(&what, &|w| w.rows.get(i).map(|r| r.impulse_kNs), 2));
    }
    format!(
        "\nthe test's own wall\n{}",
        output::table(&["", "measured", "model"], &rows)
    )
}
