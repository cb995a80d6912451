//! The tables of a study report: wall tests beside pairs, every pair, designs, masses, costs, prices.

use crate::measure::{Measure, Readings};
use crate::risk::expected::outside_evidence;
use crate::sizing::{Design, Target};
use crate::study::{Row, StudyResult};
use crate::units::MM;
use crate::vehicle::Basis;

use super::page::{Align, Cell, Class, Source, Table};
use super::study_answer::{bound_text, reference};
use super::study_reading::{RISK, worst_risk};
use super::text::{against_limit, dollars, fixed, heading, model_name, model_of, name_of, odds, plain, reading};

pub(super) fn heads(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_string()).collect()
}

/// Columns of a run, after the names: delta-v to risk.
const RUN: [Measure; 10] = [
    Measure::DeltaVMps,
    Measure::PeakGCfc60,
    Measure::OlcG,
    Measure::IntrusionMm,
    Measure::Hic15,
    CLIP,
    Measure::ChestDeflectionMm,
    Measure::FemurKn,
    Measure::LegOddsLow,
    RISK,
];

const CLIP: Measure = Measure::ChestA3msG;

const LEG_ODDS: &str = "Leg odds: published odds ratio of a leg injury where the interior comes more than 2 cm towards \
                        the seat (95 % interval), else 1; in no risk of this table.";

/// Columns of yaw, where vehicles turn.
const TURN: [Measure; 2] = [Measure::YawRateDps, Measure::DeltaVLateralMps];

/// Cells under some of [`RUN`], rated against the study's limits: those of the wall test, and of the reference target.
fn run_cells<'a>(r: &StudyResult, n: &Readings, columns: impl Iterator<Item = &'a Measure>) -> Vec<Cell> {
    let wall = &r.spec.question.wall_limits;
    let target = r
        .spec
        .targets
        .get(r.spec.reference)
        .map(|t| t.limits.as_slice())
        .unwrap_or_default();
    let cell = |&m: &Measure| {
        let limited = |t: &&Target| t.criterion == m || t.criterion.expected() == Some(m);
        let all = target.iter().chain(wall).filter(limited).map(|t| t.limit);
        let clip = r.spec.question.chest_clip_g.filter(|_| m == CLIP);
        let limit = all.chain(clip).min_by(f64::total_cmp);
        let value = n.first(m);
        match limit {
            _ if m == Measure::LegOddsLow => odds_ratio(n),
            Some(limit) => against_limit(value.map(|v| m.shown(v)), m.shown(limit), m.decimals()),
            None => reading(m, value),
        }
    };
    columns.map(cell).collect()
}

fn odds_ratio(n: &Readings) -> Cell {
    match (n.first(Measure::LegOddsLow), n.first(Measure::LegOddsHigh)) {
        (Some(low), Some(high)) => odds([low, high]).into(),
        _ => Cell::rated("n/a", Class::Na),
    }
}

/// Risk in the field, marked where the joint risk and it differ by more than a factor of four.
fn field_cell(n: &Readings) -> Cell {
    let field = n.first(Measure::FieldMais3);
    let text = fixed(
        field.map(|v| Measure::FieldMais3.shown(v)),
        Measure::FieldMais3.decimals(),
    );
    match outside_evidence(n.first(RISK), field) {
        Some(true) => Cell::from(format!("{text} †")),
        _ => Cell::from(text),
    }
}

const FIELD: &str = "Field MAIS 3+: belted drivers of any car at this delta-v in US crashes (DOT HS 813 219). † outside \
                     evidence: the joint risk and the field's differ by more than a factor of four; a dummy in one car is \
                     not the mean of all cars, ages and belts.";

const RATING: &str = "✓ up to 80 % of the limit, ~ up to the limit, ✗ beyond; limits are those of the reference target \
                      and of the wall test in the study file; no sign: no limit set.";

/// Each vehicle's own wall test, and below it its riskiest pair.
pub(super) fn walls(r: &StudyResult) -> Table {
    let mut rows = Vec::new();
    for v in &r.vehicles {
        let Some((_, worst)) =
            worst_risk(r, &v.id).or_else(|| r.rows.iter().find(|row| row.vehicle == v.id).map(|row| (0.0, row)))
        else {
            continue;
        };
        let mut wall: Vec<Cell> = vec![
            model_name(v).into(),
            format!("own wall test, {} km/h", plain(r.spec.question.wall_kmh)).into(),
        ];
        wall.extend(run_cells(r, &worst.wall, RUN.iter()));
        let place = format!(
            "{}, {} km/h each, {} %",
            name_of(&r.partners, &worst.partner),
            plain(worst.speed_kmh),
            plain(worst.overlap_pct)
        );
        let mut pair: Vec<Cell> = vec![model_name(v).into(), place.into()];
        pair.extend(run_cells(r, &worst.before, RUN.iter()));
        rows.extend([wall, pair]);
    }
    let mut header = heads(&["Vehicle", "Case"]);
    header.extend(RUN.map(heading));
    Table {
        caption: "Own full-width wall test beside the riskiest pair, as built".to_string(),
        header,
        align: vec![Align::Left, Align::Left],
        rows,
        footnotes: vec![RATING.to_string(), LEG_ODDS.to_string()],
    }
}

/// Every pair at one speed as built; with several seats one row each.
pub(super) fn pairs(r: &StudyResult, speed_kmh: f64) -> Table {
    let seats = r.spec.question.seats.len() > 1;
    let mut header = heads(&["Vehicle", "Partner", "Overlap, %"]);
    if seats {
        header.push("Seat".to_string());
    }
    header.extend(RUN.map(heading));
    header.push(heading(Measure::FieldMais3));
    let partial = r.spec.question.overlaps_pct.iter().any(|o| *o < 100.0);
    let shown = || r.rows.iter().filter(|row| row.speed_kmh == speed_kmh);
    let outside = shown().any(|row| !row.outside_model[0].is_empty());
    if partial {
        header.extend(TURN.map(heading));
    }
    header.push("After sizing, %".to_string());
    if outside {
        header.push("Outside the model".to_string());
    }
    let rows = shown().map(|row: &Row| {
        let mut cells: Vec<Cell> = vec![
            model_of(&r.vehicles, &row.vehicle).into(),
            model_of(&r.partners, &row.partner).into(),
            plain(row.overlap_pct).into(),
        ];
        if seats {
            cells.push(row.seat.clone().into());
        }
        cells.extend(run_cells(r, &row.before, RUN.iter()));
        cells.push(field_cell(&row.before));
        if partial {
            cells.extend(TURN.map(|m| reading(m, row.before.first(m))));
        }
        let after = row.after.as_ref();
        let after = after.and_then(|n| run_cells(r, n, [RISK].iter()).pop());
        cells.push(after.unwrap_or_else(|| Cell::rated("n/a", Class::Na)));
        if outside {
            cells.push(row.outside_model[0].join("; ").into());
        }
        cells
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    let mut footnotes = vec![
        RATING.to_string(),
        LEG_ODDS.to_string(),
        FIELD.to_string(),
        format!(
            "After sizing: joint risk with the design for the reference target; n/a where none meets it. Designs are \
             sought at a step of {} µs and held to {} µs.",
            plain(r.spec.sizing_step_us),
            plain(1e6 * crate::sizing::evaluate::VERIFY_STEP_S)
        ),
    ];
    if partial {
        footnotes.push("Yaw rate and lateral delta-v of the vehicle under study at separation: clockwise seen from above, and to its right.".to_string());
    }
    Table {
        caption: format!("Every pair at {} km/h each, as built", plain(speed_kmh)),
        header,
        align: vec![Align::Left, Align::Left],
        rows,
        footnotes,
    }
}

/// Every sizing: met or not, mass, cost, what it rests on or fails at.
pub(super) fn sizings(r: &StudyResult) -> Table {
    let rows = r.sizings.iter().map(|s| {
        let a = &s.answer;
        let met = match (a.feasible, a.already_met) {
            (true, true) => Cell::rated("as built", Class::Good),
            (true, false) => Cell::rated("yes", Class::Good),
            (false, _) => Cell::rated("no", Class::Poor),
        };
        let bound = a.worst_case.as_ref().map(|b| bound_text(r, b));
        vec![
            name_of(&r.vehicles, &a.vehicle).into(),
            s.target_name.clone().into(),
            met,
            fixed(Some(a.added_mass_kg), 1).into(),
            fixed(Some(a.added_structure_kg), 1).into(),
            fixed(Some(a.added_cost_usd.usd()), 0).into(),
            match a.highest_feasible_speed_kmh {
                Some(v) => format!("{} ({} closing)", plain(v), plain(2.0 * v)).into(),
                None if a.feasible => "all studied".into(),
                None => Cell::rated("none found", Class::Na),
            },
            bound.unwrap_or_default().into(),
        ]
    });
    Table {
        caption: "Sizing for every target".to_string(),
        header: heads(&[
            "Vehicle",
            "Target",
            "Met",
            "Added mass, kg",
            "of it structure, kg",
            "Direct cost, $",
            "Holds up to, km/h each",
            "Tightest constraint",
        ]),
        align: vec![
            Align::Left,
            Align::Left,
            Align::Center,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Left,
        ],
        rows: rows.collect(),
        footnotes: vec![
            "Where a target is not met, the row holds the design that comes nearest, and the constraint is what \
             blocks it."
                .to_string(),
        ],
    }
}

/// A design in words: what is stronger, longer, added.
fn design_text(design: &Design) -> String {
    let mut parts = Vec::new();
    for (path, factor) in &design.strength {
        let material = design.materials.get(path);
        let of = material.map_or_else(String::new, |m| format!(" in {m}"));
        parts.push(format!("{} × {}{of}", path.replace('_', " "), fixed(Some(*factor), 2)));
    }
    let mm = design.added_front_length_m / MM;
    if mm >= 0.5 {
        parts.push(format!("front {mm:.0} mm longer"));
    }
    if design.cabin_factor > 1.005 {
        let factor = fixed(Some(design.cabin_factor), 2);
        parts.push(format!("compartment × {factor}"));
    }
    if let Some(package) = &design.package {
        parts.push(format!("restraints: {package}"));
    }
    if parts.is_empty() {
        "unchanged".to_string()
    } else {
        parts.join("; ")
    }
}

/// The designs for the reference target in words, one line a vehicle.
pub(super) fn designs(r: &StudyResult) -> Vec<String> {
    let all = r.vehicles.iter().filter_map(|v| {
        let s = reference(r, &v.id)?;
        let missed = if s.answer.feasible {
            ""
        } else {
            " (comes nearest, target missed)"
        };
        Some(format!("{}: {}{missed}", model_name(v), design_text(&s.answer.design)))
    });
    all.collect()
}

/// What the designs for the reference target weigh.
pub(super) fn masses(r: &StudyResult) -> Option<Table> {
    let mut rows = Vec::new();
    for v in &r.vehicles {
        let Some(s) = reference(r, &v.id) else {
            continue;
        };
        let mass = &s.answer.mass;
        let kg = |kg: f64| fixed(Some(kg), 1).into();
        rows.push(vec![
            model_name(v).into(),
            if s.answer.feasible {
                "yes".into()
            } else {
                "nearest".into()
            },
            kg(mass.paths.iter().map(|p| p.kg).sum()),
            kg(mass.front_length_kg),
            kg(mass.compartment_kg),
            kg(mass.compounding_kg),
            kg(mass.restraint_kg),
            kg(s.answer.added_mass_kg),
            fixed(Some(v.body.test_kg), 0).into(),
        ]);
    }
    (!rows.is_empty()).then(|| Table {
        caption: "Mass account of these designs, kg".to_string(),
        header: heads(&[
            "Vehicle",
            "Met",
            "Load paths",
            "Longer front",
            "Compartment",
            "Compounding",
            "Restraints",
            "Total added",
            "Car as tested",
        ]),
        align: vec![Align::Left, Align::Center],
        rows,
        footnotes: vec!["Compounding: brakes, wheels and suspension that grow with the car.".to_string()],
    })
}

/// Direct manufacturing cost of the reference designs: an item a row, a vehicle a column.
pub(super) fn costs(r: &StudyResult) -> Option<Table> {
    let sized: Vec<(String, Vec<(String, f64)>)> = r
        .vehicles
        .iter()
        .filter_map(|v| Some((v, reference(r, &v.id)?)))
        .map(|(v, s)| {
            let items = s.answer.cost.iter();
            let items = items.map(|i| (i.what.replace('_', " "), i.usd.usd()));
            (model_name(v), items.collect())
        })
        .collect();
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in sized.iter().flat_map(|(_, items)| items) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return None;
    }
    let sum = |items: &[(String, f64)], keep: &dyn Fn(&str) -> bool| -> Option<f64> {
        let mut values = items.iter().filter(|(n, _)| keep(n)).map(|(_, usd)| *usd).peekable();
        values.peek().is_some().then(|| values.sum())
    };
    let row = |label: &str, keep: &dyn Fn(&str) -> bool| -> Vec<Cell> {
        let mut cells: Vec<Cell> = vec![label.into()];
        cells.extend(sized.iter().map(|(_, items)| {
            let usd = sum(items, keep);
            if usd.is_some() { fixed(usd, 0).into() } else { "".into() }
        }));
        cells
    };
    let mut rows: Vec<Vec<Cell>> = names.iter().map(|name| row(name, &|n| n == name.as_str())).collect();
    rows.push(row("Total", &|_| true));
    let year = r.sizings.first().map(|s| s.answer.cost_year);
    let year = year.map_or_else(String::new, |y| format!(" of {y}"));
    let mut header = vec!["Item".to_string()];
    header.extend(sized.iter().map(|(name, _)| name.clone()));
    Some(Table {
        caption: format!("Direct manufacturing cost of these designs, dollars{year}"),
        header,
        align: vec![Align::Left],
        rows,
        footnotes: Vec::new(),
    })
}

/// Price build-up of each vehicle with the reference design.
pub(super) fn prices(r: &StudyResult) -> Option<Table> {
    let mut rows = Vec::new();
    let mut year = None;
    for v in &r.vehicles {
        let met = reference(r, &v.id).filter(|s| s.answer.feasible);
        let Some(price) = met.and_then(|s| s.answer.price.as_ref()) else {
            continue;
        };
        year = year.or(Some(price.common_year));
        for step in &price.steps {
            let direct = step.direct_usd.map(|d| dollars(d.usd()));
            rows.push(vec![
                model_name(v).into(),
                step.what.clone().into(),
                direct.unwrap_or_else(|| "–".to_string()).into(),
                dollars(step.usd).into(),
                dollars(step.price_usd).into(),
                step.evidence.basis.word().into(),
            ]);
        }
    }
    let year = year.map_or_else(String::new, |y| format!(", dollars of {y}"));
    (!rows.is_empty()).then(|| Table {
        caption: format!("Price build-up with the design for the reference target{year}"),
        header: heads(&[
            "Vehicle",
            "Step",
            "Direct cost",
            "Adds to the price",
            "Price so far",
            "Evidence",
        ]),
        align: vec![
            Align::Left,
            Align::Left,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Left,
        ],
        rows,
        footnotes: Vec::new(),
    })
}

/// Sources of the steps of all prices, once each.
pub(super) fn price_sources(r: &StudyResult) -> Vec<Source> {
    let mut all: Vec<Source> = Vec::new();
    let prices = r.sizings.iter().filter_map(|s| s.answer.price.as_ref());
    for step in prices.flat_map(|p| &p.steps) {
        let source = &step.evidence.source;
        if !source.is_empty() && !all.iter().any(|s| &s.text == source) {
            all.push(Source {
                key: step.item.words().to_string(),
                url: None,
                text: source.clone(),
                basis: step.evidence.basis.word().to_string(),
            });
        }
    }
    all
}

/// The steps of the prices shown that rest on estimates.
pub(super) fn price_evidence(r: &StudyResult) -> Option<String> {
    let mut weak: Vec<&str> = Vec::new();
    let met = r
        .sizings
        .iter()
        .filter(|s| s.target == r.spec.reference && s.answer.feasible);
    for step in met.filter_map(|s| s.answer.price.as_ref()).flat_map(|p| &p.steps) {
        let what = step.item.words();
        if step.evidence.basis == Basis::Estimated && !weak.contains(&what) {
            weak.push(what);
        }
    }
    (!weak.is_empty()).then(|| format!("Steps that rest on estimates: {}.", weak.join("; ")))
}
