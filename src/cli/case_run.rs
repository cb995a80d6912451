//! `crumple run`: one collision.

use std::path::{Path, PathBuf};

use crumple::collision::result::CaseResult;
use crumple::collision::{Case, Finished};
use crumple::dynamics::Plan;
use crumple::error::{Error, SourceText};
use crumple::measure::{Measure, Readings};
use crumple::occupant::{OccupantResult, ScatterSet};
use crumple::risk::expected::FIELD_FACTOR;
use crumple::sizing::uncertainty::case_spread::{CaseSpread, case_spread};
use crumple::vehicle::VehicleClass;

use super::channel_files::ChannelFormat;
use super::{Done, library, output, risk_page, vehicles};

#[derive(clap::Args)]
pub struct Arguments {
    /// Case file
    case: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    /// Folder for result.json and channels
    #[arg(long)]
    out: Option<PathBuf>,
    /// Channel files to write there: csv, parquet, isomme, isomme-zip, uds
    #[arg(long, value_delimiter = ',', requires = "out")]
    channels: Vec<ChannelFormat>,
    /// Repeat at half the step and print the differences
    #[arg(long)]
    check_step: bool,
    /// Draw both vehicles and the restraints N times from the spreads of their evidence: 5-95 % of every number
    #[arg(long, value_name = "N")]
    spread: Option<u64>,
    /// Seed of the draws
    #[arg(long, default_value_t = 1, requires = "spread")]
    seed: u64,
    /// One run only: leave out the expected risk, which is the mean over sixteen tests as repeats scatter
    #[arg(long)]
    nominal: bool,
    /// Scatter file to take the expected risk over, instead of the library's test-to-test set
    #[arg(long, value_name = "FILE", conflicts_with = "nominal")]
    scatter: Option<PathBuf>,
    #[command(flatten)]
    risk: risk_page::Arguments,
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    let case = library::case(&a.case)?;
    for p in &case.parties {
        if p.vehicle.class != VehicleClass::Barrier {
            vehicles::warn_if_open(&p.vehicle, p.face);
        }
    }
    let finished = crumple::collision::run(&case)?;
    let mut result = CaseResult::collect(&case, &finished)?;
    if !a.nominal {
        result = result.expecting(&case, &scatter_set(a)?)?;
    }
    let risks = a.risk.risks(&case, &result)?;
    let spread = match a.spread {
        Some(draws) => Some(case_spread(&case, draws, a.seed)?),
        None => None,
    };
    if let Some(folder) = &a.out {
        write_files(folder, &case, &finished, &result, &a.channels)?;
    }
    let halved = if a.check_step { Some(at_half_step(&case)?) } else { None };
    if a.json {
        let bad = |e: serde_json::Error| Error::request(e.to_string(), "report this input");
        let mut document = match &halved {
            None => serde_json::to_value(&result).map_err(bad)?,
            Some(half) => with_check(&result, half)?,
        };
        if let Some(risks) = &risks {
            document["risk_curves"] = serde_json::to_value(risks).map_err(bad)?;
        }
        if let Some(spread) = &spread {
            document["spread"] = serde_json::to_value(spread).map_err(bad)?;
        }
        output::json(&document)?;
    } else {
        output::text(&page(&case, &result))?;
        if let Some(risks) = &risks {
            output::text(&risk_page::page(&result, risks))?;
        }
        if let Some(spread) = &spread {
            output::text(&spread_page(spread))?;
        }
        if let Some(half) = &halved {
            output::text(&difference_page(&result, half)?)?;
        }
    }
    Ok(Done::Holds)
}

fn scatter_set(a: &Arguments) -> Result<ScatterSet, Error> {
    match &a.scatter {
        Some(file) => Ok(ScatterSet::parse(&SourceText::read(file)?)?),
        None => ScatterSet::shipped(&library::find(Some(&a.case))?),
    }
}

fn at_half_step(case: &Case) -> Result<CaseResult, Error> {
    let mut half = case.clone();
    half.plan = Plan {
        step_s: 0.5 * case.plan.step_s,
        stride: 2 * case.plan.stride,
        ..case.plan
    };
    CaseResult::collect(&half, &crumple::collision::run(&half)?)
}

/// Numbers that say whether the step is fine enough.
fn vital(result: &CaseResult) -> Readings {
    let mut all = Readings::default();
    for (i, v) in result.vehicles.iter().enumerate() {
        let measures = [
            Measure::DeltaVMps,
            Measure::PeakGCfc60,
            Measure::CrushMm,
            Measure::ResidualCrushMm,
            Measure::IntrusionMm,
            Measure::YawRateDps,
            Measure::DeltaVLateralMps,
        ];
        all.take(i + 1, &measures, |m| v.reading(m));
    }
    for (i, o) in result.occupants.iter().enumerate() {
        let measures = [
            Measure::Hic15,
            Measure::ChestA3msG,
            Measure::ChestDeflectionMm,
            Measure::FemurKn,
            Measure::PeakG,
        ];
        all.take(i + 1, &measures, |m| o.reading(m));
    }
    all.take(1, &[Measure::Restitution], |m| result.reading(m));
    all
}

fn differences(a: &CaseResult, b: &CaseResult) -> Vec<(String, f64, f64, f64)> {
    let (a, b) = (vital(a), vital(b));
    a.iter()
        .filter_map(|(reading, x)| {
            let (x, y) = (x?, b.get(reading)?);
            let relative = if y == x {
                0.0
            } else {
                (x - y).abs() / y.abs().max(1e-12)
            };
            Some((reading.to_string(), x, y, relative))
        })
        .collect()
}

fn with_check(result: &CaseResult, half: &CaseResult) -> Result<serde_json::Value, Error> {
    let bad = |e: serde_json::Error| Error::request(e.to_string(), "report this input");
    let mut document = serde_json::to_value(result).map_err(bad)?;
    let check: serde_json::Map<String, serde_json::Value> = differences(result, half)
        .into_iter()
        .map(|(name, x, y, relative)| {
            let entry = serde_json::json!({ "step": x, "half_step": y, "relative": relative });
            (name, entry)
        })
        .collect();
    document["check_step"] = check.into();
    Ok(document)
}

fn difference_page(result: &CaseResult, half: &CaseResult) -> Result<String, Error> {
    let rows: Vec<Vec<String>> = differences(result, half)
        .into_iter()
        .map(|(name, x, y, relative)| {
            vec![
                name,
                format!("{x:.4}"),
                format!("{y:.4}"),
                format!("{:.4} %", relative * 100.0),
            ]
        })
        .collect();
    let step = result.stamp.step_us;
    Ok(format!("\nstep {step} us against {} us\n\n", 0.5 * step)
        + &output::table(&["number", "step", "half", "difference"], &rows))
}

/// Table of a spread; `validate` prints the same.
pub fn spread_page(spread: &CaseSpread) -> String {
    let rows: Vec<Vec<String>> = spread
        .values
        .iter()
        .map(|(name, v)| {
            let n = |x: f64| output::number(x, "");
            let range = format!("{} - {}", n(v.p5), n(v.p95));
            vec![name.clone(), n(v.as_filed), n(v.p50), range]
        })
        .collect();
    let failed = match spread.failed {
        0 => String::new(),
        n => format!(", {n} of them could not be run"),
    };
    format!(
        "\n{} draws over the provenance of {} numbers (seed {}{failed})\n\n",
        spread.draws, spread.inputs, spread.seed
    ) + &output::table(&["number", "as filed", "median", "5-95 %"], &rows)
}

/// Result and channels of a run as files.
pub fn write_files(
    folder: &Path,
    case: &Case,
    finished: &Finished,
    result: &CaseResult,
    formats: &[ChannelFormat],
) -> Result<(), Error> {
    output::json_file(&folder.join("result.json"), result)?;
    super::channel_files::write(folder, case, finished, result, formats)
}

fn vehicle_rows(case: &Case, r: &CaseResult) -> Vec<Vec<String>> {
    let mut all = vec![
        Measure::MassKg,
        Measure::InitialSpeedMps,
        Measure::DeltaVMps,
        Measure::PeakGCfc60,
        Measure::TimeOfPeakMs,
        Measure::CrushMm,
        Measure::ResidualCrushMm,
        Measure::IntrusionMm,
    ];
    if case.turns() {
        all.extend([Measure::YawRateDps, Measure::YawDeg, Measure::DeltaVLateralMps]);
    }
    all.extend([Measure::OlcG, Measure::VpiG, Measure::EnergyAbsorbedKj]);
    let row = |m: Measure| {
        let mut cells = vec![m.heading()];
        cells.extend(r.vehicles.iter().map(|v| output::reading(m, v.reading(m))));
        cells
    };
    all.into_iter().map(row).collect()
}

/// Columns of the occupants' table, before the leg odds.
const OCCUPANT: [Measure; 11] = [
    Measure::Hic15,
    Measure::ChestA3msG,
    Measure::ChestDeflectionMm,
    Measure::FemurKn,
    Measure::ExcursionMm,
    Measure::IntrusionAtSeatMm,
    Measure::FireMs,
    Measure::ExpectedJointWithoutNeck,
    Measure::JointWithoutNeck,
    Measure::FieldMais3,
    Measure::Joint,
];

fn occupant_table(r: &CaseResult) -> String {
    let mut header = vec!["occupant".to_string()];
    header.extend(OCCUPANT.map(Measure::heading));
    header.push(Measure::LegOddsLow.heading());
    let row = |o: &OccupantResult| {
        let who = format!("vehicle {} {} {}", o.vehicle, o.seat.id(), o.dummy.id());
        let mut cells = vec![who];
        cells.extend(OCCUPANT.map(|m| output::reading(m, o.reading(m))));
        cells.push(odds(o.leg_odds_ratio));
        cells
    };
    let rows: Vec<Vec<String>> = r.occupants.iter().map(row).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    output::table(&header, &rows)
}

/// A range of odds ratios.
fn odds([low, high]: [f64; 2]) -> String {
    match low == high {
        true => format!("{low:.0}"),
        false => format!("{low:.1}-{high:.0}"),
    }
}

fn page(case: &Case, r: &CaseResult) -> String {
    let name = |i: usize| case.parties[i].vehicle.id.as_str();
    let mut page = format!("{}\n\n", r.case);
    page += &output::table(&["", name(0), name(1)], &vehicle_rows(case, r));
    if case.turns() {
        page += "\nyaw: clockwise seen from above; lateral delta-v: to the right of vehicle 1\n";
    }
    if !r.occupants.is_empty() {
        page.push('\n');
        page += &occupant_table(r);
        page += "\nrisk: US NCAP 2008 over head, chest and femur: expected is the mean over sixteen tests as repeats scatter, \
                 joint risk that of the run as planned; field: DOT HS 813 219 at the delta-v; joint adds the neck curve at \
                 Nij = 0\n\
                 leg odds: published odds ratio of a leg injury where the interior comes more than 2 cm towards the seat \
                 (95 % interval); in no risk here\n";
    }
    for o in r.occupants.iter().filter(|o| o.risk.outside_evidence() == Some(true)) {
        page += &format!(
            "outside evidence: joint risk of vehicle {} {} and the field's differ by more than a factor of {FIELD_FACTOR:.0}\n",
            o.vehicle,
            o.seat.id()
        );
    }
    page += &format!(
        "\nrestitution {:.3}, separation {:.1} ms, energy residual {:.1e}, momentum residual {:.1e}, {} steps of {} us\n",
        r.restitution, r.separation_ms, r.energy_error, r.momentum_error, r.steps, r.stamp.step_us
    );
    for words in &r.outside_model {
        page += &format!("outside the model: {words}\n");
    }
    for note in &r.notes {
        page += &format!("note: {note}\n");
    }
    page
}
