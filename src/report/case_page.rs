//! The report of one case: its numbers first, then its figures, how it was computed, what it rests on.

use crate::collision::Case;
use crate::collision::result::CaseResult;
use crate::criteria::Dummy;
use crate::criteria::limits::{Criterion, Programme, Rule, limits as limits_of};
use crate::units::KMH;
use crate::vehicle::Vehicle;

use super::NamedFigure;
use super::evidence;
use super::page::{Align, Cell, Class, Picture, ReportPage, Section, Table, Tone};
use super::text::{against_limit, cell, fixed, odds, plain, sentence, short_name};

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
        subtitle: vehicles
            .iter()
            .map(|v| short_name(v))
            .collect::<Vec<_>>()
            .join(" and "),
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

fn vehicle_table(case: &Case, result: &CaseResult) -> Table {
    let rows = case
        .parties
        .iter()
        .zip(&result.vehicles)
        .filter(|(p, _)| !p.vehicle.is_fixed());
    let rows = rows.map(|(p, v)| {
        vec![
            short_name(&p.vehicle).into(),
            cell(Some(v.mass_kg), 0),
            plain((v.initial_speed_mps / KMH * 10.0).round() / 10.0).into(),
            cell(Some(v.delta_v_mps / KMH), 1),
            cell(Some(v.peak_g_cfc60), 1),
            cell(Some(v.time_of_peak_ms), 0),
            cell(v.olc_g, 1),
            cell(v.vpi_g, 1),
            cell(Some(v.crush_mm), 0),
            cell(Some(v.residual_crush_mm), 0),
            cell(Some(v.intrusion_mm), 0),
            cell(Some(v.energy_absorbed_kJ), 1),
        ]
    });
    Table {
        caption: "Vehicles".to_string(),
        header: [
            "Vehicle",
            "Mass, kg",
            "Speed, km/h",
            "Delta-v, km/h",
            "Peak, g (CFC 60)",
            "at, ms",
            "OLC, g",
            "VPI, g",
            "Crush, mm",
            "Crush at separation, mm",
            "Intrusion, mm",
            "Energy, kJ",
        ]
        .map(String::from)
        .to_vec(),
        align: vec![Align::Left],
        rows: rows.collect(),
        footnotes: vec![format!(
            "Restitution {}, last contact at {} ms. Crush: mean over the contact at the greatest approach. Energy: \
             work on the vehicle's load paths and mounts up to the parting.",
            fixed(Some(result.restitution), 3),
            fixed(Some(result.separation_ms), 0)
        )],
    }
}

fn turn_table(case: &Case, result: &CaseResult) -> Table {
    let moving = case.parties.iter().zip(&result.vehicles);
    let rows = moving.filter(|(p, _)| !p.vehicle.is_fixed()).map(|(p, v)| {
        vec![
            short_name(&p.vehicle).into(),
            cell(Some(v.yaw_rate_dps), 1),
            cell(Some(v.yaw_deg), 1),
            cell(Some(v.delta_v_lateral_mps / KMH), 1),
        ]
    });
    Table {
        caption: "Yaw and side motion at separation".to_string(),
        header: ["Vehicle", "Yaw rate, °/s", "Yaw angle, °", "Lateral delta-v, km/h"]
            .map(String::from)
            .to_vec(),
        align: vec![Align::Left],
        rows: rows.collect(),
        footnotes: vec![
            "Yaw clockwise seen from above; lateral delta-v to the right of the first vehicle. Friction of face on \
             face is uncertain by a factor of two (0.25 to 1): a spread of the case carries it."
                .to_string(),
        ],
    }
}

/// Columns of the occupants' table.
const OCCUPANT: [&str; 16] = [
    "Dummy",
    "In",
    "HIC15",
    "Chest 3 ms, g",
    "Chest, mm",
    "V*C, m/s",
    "Femur, kN",
    "Head travel, mm",
    "Intrusion at seat, mm",
    "Fired, ms",
    "Head AIS 3+, %",
    "Chest AIS 3+, %",
    "Femur AIS 2+, %",
    "Joint, no neck, %",
    "Joint, %",
    "Leg odds, ×",
];

fn occupant_table(case: &Case, result: &CaseResult) -> Table {
    let rated = |d: Dummy, v: Option<f64>, c: Criterion, decimals: usize| {
        let limit = limits_of(Programme::Fmvss208, d)
            .find(|l| l.criterion == c)
            .map(|l| l.rule);
        match limit {
            Some(Rule::AtMost(limit)) => against_limit(v, limit, decimals),
            _ => cell(v, decimals),
        }
    };
    let percent = |v: Option<f64>| cell(v.map(|p| 100.0 * p), 1);
    let rows = result.occupants.iter().map(|o| {
        let vehicle = &case.parties[o.vehicle - 1].vehicle;
        vec![
            format!("{} {}", o.dummy.id().to_uppercase(), o.seat.id()).into(),
            short_name(vehicle).into(),
            rated(o.dummy, o.hic15, Criterion::Hic15, 0),
            rated(o.dummy, o.chest_a3ms_g, Criterion::ChestA3msG, 1),
            rated(
                o.dummy,
                o.chest_deflection_mm,
                Criterion::ChestDeflectionMm,
                1,
            ),
            cell(o.viscous_criterion_mps, 2),
            rated(o.dummy, o.femur_kN, Criterion::FemurForceKn, 2),
            cell(Some(o.excursion_mm), 0),
            cell(Some(o.intrusion_at_seat_mm), 0),
            cell(o.fire_ms, 1),
            percent(o.risk.head_ais3),
            percent(o.risk.chest_ais3),
            percent(o.risk.femur_ais2),
            percent(o.risk.joint_without_neck),
            percent(o.risk.joint),
            odds(o.leg_odds_ratio).into(),
        ]
    });
    Table {
        caption: "Occupants, and their risk after the US NCAP curves of 2008".to_string(),
        header: OCCUPANT.map(String::from).to_vec(),
        align: vec![Align::Left, Align::Left],
        rows: rows.collect(),
        footnotes: vec![
            format!("HIC15, chest and femur are rated against FMVSS 208 ({}).", Programme::Fmvss208.source()),
            "The model has no neck loads: \"joint\" takes the neck curve at its own floor (Nij = 0, 3.8 %), the \
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
        crate::dynamics::Solver::Leapfrog => {
            "a fixed-step explicit scheme of second order (leapfrog)"
        }
        crate::dynamics::Solver::Dopri5 => "adaptive Dormand-Prince 5(4), the independent checker",
    };
    let rows: Vec<Vec<Cell>> = vec![
        vec!["Step, µs".into(), plain(result.stamp.step_us).into()],
        vec!["Steps".into(), result.steps.to_string().into()],
        vec![
            "Duration, ms".into(),
            plain(case.plan.duration_s * 1e3).into(),
        ],
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
    Cell::rated(
        power(value),
        if value.abs() < 1e-3 {
            Class::Good
        } else {
            Class::Poor
        },
    )
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
    if vehicles
        .iter()
        .any(|v| v.class == crate::vehicle::VehicleClass::Kei)
    {
        items.push(
            "Kei cars without a published wall test of their own lean, through templates and priors, on the \
             lightest cars that were tested in the US."
                .to_string(),
        );
    }
    Section::new("Limits of the model").bullets(items)
}
