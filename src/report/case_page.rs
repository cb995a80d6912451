//! The report of one case: its numbers first, then its figures, how it was computed, what it rests on.

use crate::collision::Case;
use crate::collision::result::CaseResult;
use crate::criteria::Dummy;
use crate::criteria::limits::{Criterion, Programme, Rule, limits as limits_of};
use crate::measure::Measure;
use crate::vehicle::Vehicle;

use super::NamedFigure;
use super::evidence;
use super::page::{Align, Cell, Class, Picture, ReportPage, Section, Table, Tone};
use super::text::{against_limit, cell, fixed, heading, odds, plain, reading, sentence, short_name};

/// The page of one case; `figures` are those of [`super::case_figures()`].
pub fn case_page(case: &Case, result: &CaseResult, figures: &[NamedFigure]) -> ReportPage {
    let vehicles: Vec<&Vehicle> = case.parties.iter().map(|p| &p.vehicle).collect();
    let moving: Vec<&Vehicle> = vehicles.iter().copied().filter(|v| !v.is_fixed()).collect();
    let mut summary = Section::new("Result").table(vehicle_table(case, result));
    if case.turns() {
        summary = summary.table(turn_table(case, result));
    }
    if !result.occupants.is_empty() {
        summary = summary.table(occupant_table(case, result));
    }
    for words in &result.outside_model {
        summary = summary.callout(Tone::Warning, "Outside the model", sentence(words));
    }
    for note in &result.notes {
        summary = summary.callout(Tone::Warning, "Note", sentence(note));
    }
    let mut paths = Section::new("Load paths");
    for (party, outcome) in case.parties.iter().zip(&result.vehicles) {
        if !party.vehicle.is_fixed() {
            paths = paths.table(path_table(&party.vehicle, outcome));
        }
    }
    let sections = vec![
        summary,
        Section::new("Figures").figures(pictures(figures, |_| true)),
        paths,
        computed(case, result),
        Section::new("What rests on estimates").table(evidence::table(&moving)),
        limits(&vehicles, case.turns()),
    ];
    let mut sources = evidence::sources(&vehicles);
    if !result.occupants.is_empty() {
        sources.extend(evidence::method_sources());
    }
    ReportPage {
        title: case.name.clone(),
        subtitle: vehicles.iter().map(|v| short_name(v)).collect::<Vec<_>>().join(" and "),
        stamp: result.stamp.clone(),
        sections,
        sources,
    }
}

/// Figures whose stem passes, with their captions.
pub(super) fn pictures(figures: &[NamedFigure], keep: impl Fn(&str) -> bool) -> Vec<Picture> {
    figures
        .iter()
        .filter(|(stem, ..)| keep(stem))
        .map(|(_, figure, caption)| Picture {
            caption: caption.clone(),
            ..Picture::from(figure)
        })
        .collect()
}

/// Columns of the vehicles' table.
const VEHICLE: [Measure; 11] = [
    Measure::MassKg,
    Measure::InitialSpeedMps,
    Measure::DeltaVMps,
    Measure::PeakGCfc60,
    Measure::TimeOfPeakMs,
    Measure::OlcG,
    Measure::VpiG,
    Measure::CrushMm,
    Measure::ResidualCrushMm,
    Measure::IntrusionMm,
    Measure::EnergyAbsorbedKj,
];
const TURNING: [Measure; 3] = [Measure::YawRateDps, Measure::YawDeg, Measure::DeltaVLateralMps];

/// Readings of the vehicles that move, a vehicle a row.
fn readings_of(case: &Case, result: &CaseResult, caption: &str, columns: &[Measure]) -> Table {
    let rows = case
        .parties
        .iter()
        .zip(&result.vehicles)
        .filter(|(p, _)| !p.vehicle.is_fixed());
    let rows = rows.map(|(p, v)| {
        let mut cells: Vec<Cell> = vec![short_name(&p.vehicle).into()];
        cells.extend(columns.iter().map(|m| reading(*m, v.reading(*m))));
        cells
    });
    let mut header = vec!["Vehicle".to_string()];
    header.extend(columns.iter().copied().map(heading));
    Table {
        caption: caption.to_string(),
        header,
        align: vec![Align::Left],
        rows: rows.collect(),
        footnotes: Vec::new(),
    }
}

fn vehicle_table(case: &Case, result: &CaseResult) -> Table {
    Table {
        footnotes: vec![format!(
            "Restitution {}, last contact at {} ms. Peak: CFC 60. Crush: mean over the contact at the greatest approach. \
             Energy: work on the vehicle's load paths and mounts up to the parting.",
            fixed(Some(result.restitution), 3),
            fixed(Some(result.separation_ms), 0)
        )],
        ..readings_of(case, result, "Vehicles", &VEHICLE)
    }
}

fn turn_table(case: &Case, result: &CaseResult) -> Table {
    Table {
        footnotes: vec![
            "Yaw clockwise seen from above; lateral delta-v to the right of the first vehicle. Friction of face on \
             face is uncertain by a factor of two (0.25 to 1): a spread of the case carries it."
                .to_string(),
        ],
        ..readings_of(case, result, "Yaw and side motion at separation", &TURNING)
    }
}

/// Columns of the occupants' table, before the leg odds.
const OCCUPANT: [Measure; 13] = [
    Measure::Hic15,
    Measure::ChestA3msG,
    Measure::ChestDeflectionMm,
    Measure::ViscousCriterionMps,
    Measure::FemurKn,
    Measure::ExcursionMm,
    Measure::IntrusionAtSeatMm,
    Measure::FireMs,
    Measure::HeadAis3,
    Measure::ChestAis3,
    Measure::FemurAis2,
    Measure::JointWithoutNeck,
    Measure::Joint,
];

/// What FMVSS 208 allows a dummy in a measure.
fn fmvss_208(dummy: Dummy, measure: Measure) -> Option<f64> {
    let criterion = match measure {
        Measure::Hic15 => Criterion::Hic15,
        Measure::ChestA3msG => Criterion::ChestA3msG,
        Measure::ChestDeflectionMm => Criterion::ChestDeflectionMm,
        Measure::FemurKn => Criterion::FemurForceKn,
        _ => return None,
    };
    let limit = limits_of(Programme::Fmvss208, dummy).find(|l| l.criterion == criterion);
    match limit?.rule {
        Rule::AtMost(limit) => Some(limit),
        _ => None,
    }
}

fn occupant_table(case: &Case, result: &CaseResult) -> Table {
    let rows = result.occupants.iter().map(|o| {
        let vehicle = &case.parties[o.vehicle - 1].vehicle;
        let mut cells: Vec<Cell> = vec![
            format!("{} {}", o.dummy.id().to_uppercase(), o.seat.id()).into(),
            short_name(vehicle).into(),
        ];
        cells.extend(OCCUPANT.map(|m| match fmvss_208(o.dummy, m) {
            Some(limit) => against_limit(o.reading(m), limit, m.decimals()),
            None => reading(m, o.reading(m)),
        }));
        cells.push(odds(o.leg_odds_ratio).into());
        cells
    });
    let mut header = vec!["Dummy".to_string(), "In".to_string()];
    header.extend(OCCUPANT.map(heading));
    header.push(heading(Measure::LegOddsLow));
    Table {
        caption: "Occupants, and their risk after the US NCAP curves of 2008".to_string(),
        header,
        align: vec![Align::Left, Align::Left],
        rows: rows.collect(),
        footnotes: vec![
            format!("HIC15, chest and femur are rated against FMVSS 208 ({}).", Programme::Fmvss208.source()),
            "The model has no neck loads: joint risk leaves the neck out; \"joint\" takes the neck curve at its own floor (Nij = 0, 3.8 %), the \
             least the official formula could give."
                .to_string(),
            "Leg odds: published odds ratio of a leg injury where the interior comes more than 2 cm towards the seat \
             (95 % interval), else 1; it enters no risk."
                .to_string(),
        ],
    }
}

/// Work, crush and force of a vehicle's load paths.
pub(super) fn path_table(vehicle: &Vehicle, outcome: &crate::collision::VehicleOutcome) -> Table {
    let rows = outcome.paths.iter().map(|p| {
        vec![
            p.name.replace('_', " ").into(),
            cell(Some(p.crush_mm), 0),
            cell(Some(p.peak_force_kN), 0),
            cell(Some(p.energy_kJ), 1),
        ]
    });
    Table {
        caption: format!("Load paths of the {}", short_name(vehicle)),
        header: ["Path", "Crush, mm", "Peak force, kN", "Energy, kJ"]
            .map(String::from)
            .to_vec(),
        align: vec![Align::Left],
        rows: rows.collect(),
        footnotes: Vec::new(),
    }
}

/// Scientific notation with a true minus sign.
pub(super) fn power(value: f64) -> String {
    format!("{value:.1e}").replace('-', "−")
}

fn computed(case: &Case, result: &CaseResult) -> Section {
    let scheme = match result.solver {
        crate::dynamics::Solver::Leapfrog => "a fixed-step explicit scheme of second order (leapfrog)",
        crate::dynamics::Solver::Dopri5 => "adaptive Dormand-Prince 5(4), the independent checker",
    };
    let rows: Vec<Vec<Cell>> = vec![
        vec!["Step, µs".into(), plain(result.stamp.step_us).into()],
        vec!["Steps".into(), result.steps.to_string().into()],
        vec!["Duration, ms".into(), plain(case.plan.duration_s * 1e3).into()],
        vec![
            "Energy ledger: residual over initial energy".into(),
            error(result.energy_error),
        ],
        vec![
            "Momentum: residual over the sum of momenta".into(),
            error(result.momentum_error),
        ],
    ];
    let turning = if case.turns() {
        ", each vehicle with one yaw angle and one lateral displacement"
    } else {
        ""
    };
    Section::new("How it was computed")
        .paragraph(format!(
            "Point masses along one axis{turning}, joined by load paths with a crush law that unloads stiffly and keeps its \
             set; the faces meet in cells where the same load paths face each other. Integrated with {scheme}. The \
             occupant is coupled both ways."
        ))
        .table(Table {
            caption: "Numerics".to_string(),
            header: vec!["Quantity".to_string(), "Value".to_string()],
            align: vec![Align::Left],
            rows,
            footnotes: Vec::new(),
        })
}

/// An error of a conservation law: below 1e-3 it does not matter beside the spread of the inputs.
pub(super) fn error(value: f64) -> Cell {
    Cell::rated(power(value), if value.abs() < 1e-3 { Class::Good } else { Class::Poor })
}

/// What the model leaves out; common to all reports.
pub(super) fn limits(vehicles: &[&Vehicle], partial: bool) -> Section {
    let mut items = vec![
        "Forces of the structure act along one axis: no oblique approach, no pitch, no roll. Ride height enters, a \
         change of it during the crash does not."
            .to_string(),
    ];
    if partial {
        items.push(
            "At partial overlap the vehicles turn and are pushed sideways, but do not slide past each other; an \
             occupant moves along his vehicle only, not sideways past bag and belt."
                .to_string(),
        );
    }
    items.extend([
        "Lumped: a load path is one law of force against crush. Where it folds, and whether a joint or a weld \
         tears, is in the law or nowhere."
            .to_string(),
        "No neck loads: the neck risk is null; \"joint\" adds the neck curve at its floor (Nij = 0, 3.8 %); \"joint without neck\" leaves it out."
            .to_string(),
        "The risk curves hold for the population named with them, a belted dummy in a frontal test; they are not \
         the risk of the people on the road, who differ in age, build and seating."
            .to_string(),
    ]);
    if vehicles.iter().any(|v| v.class == crate::vehicle::VehicleClass::Kei) {
        items.push(
            "Kei cars without a published wall test of their own lean, through templates and priors, on the \
             lightest cars that were tested in the US."
                .to_string(),
        );
    }
    Section::new("Limits of the model").bullets(items)
}
