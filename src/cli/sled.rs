//! `crumple sled`: an occupant under a measured cabin pulse.

use std::path::PathBuf;

use crumple::criteria::Dummy;
use crumple::dynamics::Plan;
use crumple::error::Error;
use crumple::exchange::{ChannelSet, read_channels};
use crumple::occupant::{Restraint, Seat, SledPulse, sled};
use crumple::signal::Channel;
use crumple::stamp::Stamp;
use crumple::vehicle::Library;

use super::{Done, output, vehicles};

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
    /// Restraint id of the library
    #[arg(long, default_value = "us-2018")]
    restraint: String,
    /// Step, us
    #[arg(long, default_value_t = 10.0)]
    step_us: f64,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    let set = read_channels(&a.pulse)?;
    for skipped in &set.skipped {
        output::warn(&format!("{}: {}", skipped.name, skipped.reason));
    }
    let channel = pick(&set, a.channel.as_deref())?;
    let bad = |what: &str, help: &str| Error::request(what.to_string(), help.to_string());
    let dummy: Dummy = serde_json::from_value(a.occupant.clone().into()).map_err(|_| {
        bad(
            &format!("--occupant {}", a.occupant),
            "hiii-50m or hiii-05f",
        )
    })?;
    let seat: Seat = serde_json::from_value(a.seat.clone().into())
        .map_err(|_| bad(&format!("--seat {}", a.seat), "driver or passenger"))?;
    let library = Library::find(None)?;
    let restraint = Restraint::parse(&library.text("restraints", &a.restraint)?)?;
    let refused = |e: crumple::occupant::OccupantError| {
        bad(&e.to_string(), "check pulse, seat and restraint")
    };
    let pulse = SledPulse::from_channel(channel).map_err(refused)?;
    let duration_s = pulse.dt_s * (pulse.acceleration_mps2.len().max(1) - 1) as f64;
    let plan = Plan::new(duration_s, vehicles::step_s(a.step_us)?);
    let run = sled(&pulse, seat, &restraint, dummy, &plan).map_err(refused)?;
    if a.json {
        let stamp = Stamp::of(&(&pulse, &restraint, dummy.id(), seat.id()), plan.step_s);
        let document = serde_json::json!({
            "pulse": channel.code, "restraint": a.restraint, "occupants": [run.result], "stamp": stamp,
        });
        output::json(&document)?;
    } else {
        let o = &run.result;
        let rows = vec![
            vec!["HIC15".to_string(), output::optional(o.hic15, 0)],
            vec!["HIC36".into(), output::optional(o.hic36, 0)],
            vec!["chest 3 ms, g".into(), output::optional(o.chest_a3ms_g, 1)],
            vec![
                "chest deflection, mm".into(),
                output::optional(o.chest_deflection_mm, 1),
            ],
            vec![
                "viscous criterion, m/s".into(),
                output::optional(o.viscous_criterion_mps, 3),
            ],
            vec!["femur, kN".into(), output::optional(o.femur_kN, 2)],
            vec!["head peak, g".into(), format!("{:.1}", o.peak_g)],
            vec!["head travel, mm".into(), format!("{:.0}", o.excursion_mm)],
            vec![
                "joint risk without neck, %".into(),
                output::optional(o.risk.joint_without_neck.map(|p| p * 100.0), 1),
            ],
        ];
        let head = format!(
            "{} in {} under {}\n\n",
            dummy.id(),
            a.restraint,
            channel.code
        );
        output::text(&(head + &output::table(&["reading", "value"], &rows)))?;
    }
    Ok(Done::Holds)
}

fn pick<'a>(set: &'a ChannelSet, wanted: Option<&str>) -> Result<&'a Channel, Error> {
    let found = match wanted {
        Some(code) => set.channels.iter().find(|c| c.code == code),
        None => set.vehicle_pulse(),
    };
    found.ok_or_else(|| {
        let known: Vec<&str> = set
            .channels
            .iter()
            .map(|c| c.code.as_str())
            .take(20)
            .collect();
        Error::request(
            wanted.map_or(
                "no acceleration of the vehicle's structure along x found".to_string(),
                |w| format!("there is no channel {w}"),
            ),
            format!("name one with --channel: {}", known.join(", ")),
        )
    })
}
