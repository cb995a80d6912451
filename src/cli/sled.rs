//! `crumple sled`: an occupant under a measured cabin pulse.

use std::path::{Path, PathBuf};

use crumple::criteria::Dummy;
use crumple::dynamics::Plan;
use crumple::error::Error;
use crumple::exchange::{ChannelSet, RunInfo, read_channels, skipped_lines, table};
use crumple::occupant::{
    ChannelPair, MeasuredScalars, OccupantError, OccupantResult, Restraint, Seat, SledPulse, beside, channels,
    measured_scalars, seat_position, sled,
};
use crumple::plot::Theme;
use crumple::report::sled_figure::{SledFigure, sled_figure};
use crumple::signal::{Channel, Unit, pulse_from_velocity};
use crumple::stamp::Stamp;
use crumple::vehicle::library::RESTRAINTS;

use super::{Done, curve, library, output, plot, pulses, vehicles};

#[derive(clap::Args)]
pub struct Arguments {
    /// Cabin pulse: CSV, ISO-MME folder or EV5 test
    #[arg(long)]
    pulse: PathBuf,
    /// Channel code or name to use (default: the first acceleration along x)
    #[arg(long)]
    channel: Option<String>,
    /// Dummy
    #[arg(long, default_value = "hiii-50m")]
    occupant: String,
    /// driver or passenger
    #[arg(long, default_value = "driver")]
    seat: String,
    /// Restraint id of the library, or a restraint file
    #[arg(long, default_value = "us-2018")]
    restraint: String,
    /// Channels of the measured dummy, to set beside the model's: CSV, ISO-MME folder or EV5 test
    #[arg(long)]
    measured: Option<PathBuf>,
    /// Folder for the figure, the channels and the result
    #[arg(long)]
    out: Option<PathBuf>,
    /// Step, us
    #[arg(long, default_value_t = 10.0)]
    step_us: f64,
    #[command(flatten)]
    curve: curve::Arguments,
    /// A fault of the pulse (sign, unit, clipping, gap, bias) is an error, exit 2
    #[arg(long)]
    strict: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    let set = a.curve.read(&a.pulse)?;
    for line in skipped_lines(&set.skipped) {
        output::warn(&line);
    }
    let channel = pick(&set, a.channel.as_deref())?;
    let derived = match channel.unit.si() {
        Unit::MetrePerSecond => pulse_from_velocity(channel).ok(),
        _ => None,
    };
    if let Some(made) = &derived {
        output::warn(&format!("{}: {}", channel.code, made.method));
    }
    let faults = match &derived {
        // Means of intervals are held by their making.
        Some(made) => pulses::of_integral(&made.pulse),
        None => pulses::faults(channel, None),
    };
    pulses::told(&faults, a.strict)?;
    let bad = |what: &str, help: &str| Error::request(what.to_string(), help.to_string());
    let dummy: Dummy = serde_json::from_value(a.occupant.clone().into())
        .map_err(|_| bad(&format!("--occupant {}", a.occupant), "hiii-50m or hiii-05f"))?;
    let seat: Seat = serde_json::from_value(a.seat.clone().into())
        .map_err(|_| bad(&format!("--seat {}", a.seat), "driver or passenger"))?;
    let restraint = restraint(&a.restraint)?;
    let refused = |e: OccupantError| bad(&e.to_string(), "check pulse, seat and restraint");
    let pulse = SledPulse::from_channel(channel).map_err(refused)?;
    let duration_s = pulse.dt_s * (pulse.acceleration_mps2.len().max(1) - 1) as f64;
    let plan = Plan::new(duration_s, vehicles::step_s(a.step_us)?);
    let run = sled(&pulse, seat, &restraint, dummy, &plan).map_err(refused)?;
    let simulated = channels(
        &run.occupant,
        &run.record,
        seat_position(run.occupant.mounting.seat, false),
    )
    .map_err(refused)?;
    let (pairs, scalars) = match &a.measured {
        None => (Vec::new(), MeasuredScalars::default()),
        Some(path) => measured(path, &simulated, &set, &a.pulse)?,
    };
    let stamp = Stamp::of(&(&pulse, &restraint, dummy.id(), seat.id()), plan.step_s);
    let mut document = serde_json::json!({
        "pulse": channel.code, "restraint": restraint.id, "occupants": [run.result], "stamp": stamp,
    });
    if a.measured.is_some() {
        document["measured"] = measured_json(&pairs, &scalars);
    }
    let file = a.pulse.file_stem().unwrap_or_default().to_string_lossy();
    let title = format!(
        "{} {} in {} under {file}, {}",
        dummy.id().to_uppercase(),
        seat.id(),
        restraint.id,
        channel.code
    );
    if let Some(folder) = &a.out {
        let figure = SledFigure {
            title: title.clone(),
            simulated: &simulated,
            pairs: &pairs,
            stamp,
        };
        let stem = format!("sled-{}", seat.id());
        write_files(folder, &stem, &figure, &document)?;
    }
    if a.json {
        output::json(&document)?;
    } else {
        output::text(&page(&title, &run.result, &pairs, &scalars, a.measured.is_some()))?;
    }
    Ok(Done::Holds)
}

/// Figure, channels and result, as `<folder>/<stem>.*`.
fn write_files(folder: &Path, stem: &str, input: &SledFigure, document: &serde_json::Value) -> Result<(), Error> {
    let (figure, _) = sled_figure(input, &Theme::half_page()).map_err(plot::refused)?;
    plot::write_figure(folder, stem, &figure)?;
    let info = RunInfo {
        title: input.title.clone(),
        version: input.stamp.version.clone(),
        input_hash: input.stamp.input_hash.clone(),
        step_us: input.stamp.step_us,
        solver: "leapfrog".into(),
        vehicles: Vec::new(),
    };
    table::write_csv(&folder.join(format!("{stem}.csv")), input.simulated, &info)?;
    output::json_file(&folder.join(format!("{stem}.json")), document)
}

fn restraint(name: &str) -> Result<Restraint, Error> {
    let mut library = library::for_name(name)?;
    let id = library::adopt(&mut library, RESTRAINTS, name)?;
    Restraint::load(&library, &id)
}

/// Pairs and scalars of the measured dummy; the pulse's own file is not read twice.
fn measured(
    path: &Path,
    simulated: &[Channel],
    pulse_set: &ChannelSet,
    pulse_path: &Path,
) -> Result<(Vec<ChannelPair>, MeasuredScalars), Error> {
    let read;
    let set = if path == pulse_path {
        pulse_set
    } else {
        read = read_channels(path)?;
        &read
    };
    let refused = |e: OccupantError| {
        Error::request(
            format!("{}: {e}", path.display()),
            "give channels of at least ten times the class's frequency, in units of their dimension",
        )
    };
    let pairs = beside(simulated, &set.channels).map_err(refused)?;
    if pairs.is_empty() {
        let wanted: Vec<&str> = simulated.iter().map(|c| c.code.as_str()).collect();
        return Err(Error::request(
            format!("{} has no channel of this dummy", path.display()),
            format!("its codes: {}", wanted.join(", ")),
        ));
    }
    let scalars = measured_scalars(simulated, &set.channels).map_err(refused)?;
    Ok((pairs, scalars))
}

fn measured_json(pairs: &[ChannelPair], scalars: &MeasuredScalars) -> serde_json::Value {
    let rows: Vec<serde_json::Value> = pairs
        .iter()
        .map(|p| {
            let (test, model) = (ChannelPair::peak(&p.measured), ChannelPair::peak(&p.simulated));
            serde_json::json!({
                "code": p.measured.code, "name": p.name, "unit": p.measured.unit.to_string(),
                "measured_peak": test.1, "measured_peak_ms": 1e3 * test.0,
                "model_peak": model.1, "model_peak_ms": 1e3 * model.0,
                "iso18571": p.rating,
            })
        })
        .collect();
    serde_json::json!({ "scalars": scalars, "channels": rows })
}

/// Readings, with the measured ones beside them where there are any.
fn page(title: &str, o: &OccupantResult, pairs: &[ChannelPair], scalars: &MeasuredScalars, compared: bool) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut line = |name: &str, model: Option<f64>, test: Option<f64>, rating: Option<f64>, d| {
        let mut row = vec![name.to_string(), output::optional(model, d)];
        if compared {
            let error = model.zip(test).map(|(m, t)| 100.0 * (m / t - 1.0));
            row.extend([
                output::optional(test, d),
                error.map_or_else(|| "-".into(), |e| format!("{e:+.0}")),
                output::optional(rating, 2),
            ]);
        }
        rows.push(row);
    };
    line("HIC15", o.hic15, scalars.hic15, None, 0);
    line("HIC36", o.hic36, None, None, 0);
    line("chest 3 ms, g", o.chest_a3ms_g, scalars.chest_a3ms_g, None, 1);
    line("viscous criterion, m/s", o.viscous_criterion_mps, None, None, 3);
    if pairs.is_empty() {
        line("chest deflection, mm", o.chest_deflection_mm, None, None, 1);
        line("femur, kN", o.femur_kN, None, None, 2);
        line("head peak, g", Some(o.peak_g), None, None, 1);
    }
    for p in pairs {
        let name = format!("{} peak, {}", p.name, p.measured.unit);
        let peak = |c: &Channel| Some(ChannelPair::peak(c).1.abs());
        let rating = p.rating.as_ref().map(|r| r.overall);
        let decimals = if p.dimension == "FO" { 2 } else { 1 };
        line(&name, peak(&p.simulated), peak(&p.measured), rating, decimals);
    }
    line("head travel, mm", Some(o.excursion_mm), None, None, 0);
    line("fired, ms", o.fire_ms, None, None, 1);
    let risk = o.risk.nominal.joint_without_neck.map(|p| p * 100.0);
    line("joint risk without neck, %", risk, None, None, 1);
    let header: &[&str] = if compared {
        &["reading", "model", "measured", "error %", "ISO 18571"]
    } else {
        &["reading", "value"]
    };
    format!("{title}\n\n{}", output::table(header, &rows))
}

fn pick<'a>(set: &'a ChannelSet, wanted: Option<&str>) -> Result<&'a Channel, Error> {
    let found = match wanted {
        Some(code) => set.channels.iter().find(|c| c.code == code),
        None => set.vehicle_pulse(),
    };
    found.ok_or_else(|| {
        let known: Vec<&str> = set.channels.iter().map(|c| c.code.as_str()).take(20).collect();
        Error::request(
            wanted.map_or(
                "no acceleration of the vehicle's structure along x found".to_string(),
                |w| format!("there is no channel {w}"),
            ),
            format!("name one with --channel: {}", known.join(", ")),
        )
    })
}
