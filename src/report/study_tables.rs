//! The tables of a study report: wall tests beside pairs, every pair, designs, masses, costs, prices.

use serde_json::Value;

use crate::sizing::Criterion;
use crate::study::{Numbers, Row, StudyResult};
use crate::units::KMH;

use super::evidence::word;
use super::page::{Align, Cell, Class, Table};
use super::study_answer::{bound_text, reference};
use super::study_reading::worst_risk;
use super::text::{
    against_limit, cell, dollars, fixed, model_name, model_of, name_of, odds, plain,
};

pub(super) fn heads(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_string()).collect()
}

/// Left out where a table would get too wide.
const CLIP: &str = "Chest 3 ms, g";

/// Columns of a run, after the names: delta-v to risk.
const RUN: [&str; 10] = [
    "Delta-v, km/h",
    "Peak, g",
    "OLC, g",
    "Intrusion, mm",
    "HIC15",
    CLIP,
    "Chest, mm",
    "Femur, kN",
    "Leg odds, ×",
    "Joint risk, %",
];

const LEG_ODDS: &str = "Leg odds: published odds ratio of a leg injury where the interior comes more than 2 cm towards \
                        the seat (95 % interval), else 1; in no risk of this table.";

/// Columns of yaw, where vehicles turn.
const TURN: [&str; 2] = ["Yaw rate, °/s", "Lateral delta-v, km/h"];

/// Cells under [`TURN`].
fn turn_cells(n: &Numbers) -> [Cell; 2] {
    [
        cell(n.get("vehicle.1.yaw_rate_dps"), 0),
        cell(n.get("vehicle.1.delta_v_lateral_mps").map(|v| v / KMH), 1),
    ]
}

/// Cells under [`RUN`], rated against the study's limits: those of the wall test, and of the reference target.
fn run_cells(r: &StudyResult, n: &Numbers) -> Vec<Cell> {
    let wall = &r.spec.wall_limits;
    let target = r
        .spec
        .targets
        .get(r.spec.reference)
        .map(|t| t.limits.as_slice())
        .unwrap_or_default();
    let limit = |c: Criterion| {
        let all = target.iter().chain(wall).filter(|t| t.criterion == c);
        all.map(|t| t.limit).min_by(f64::total_cmp)
    };
    let rated = |name: &str, c: Criterion, scale: f64, decimals: usize| {
        let value = n.get(name).map(|v| scale * v);
        match limit(c) {
            Some(l) => against_limit(value, scale * l, decimals),
            None => cell(value, decimals),
        }
    };
    vec![
        cell(n.get("vehicle.1.delta_v_mps").map(|v| v / KMH), 1),
        cell(n.get("vehicle.1.peak_g_cfc60"), 1),
        cell(n.get("vehicle.1.olc_g"), 1),
        rated("vehicle.1.intrusion_mm", Criterion::IntrusionMm, 1.0, 0),
        rated("occupant.1.hic15", Criterion::Hic15, 1.0, 0),
        rated("occupant.1.chest_a3ms_g", Criterion::ChestA3msG, 1.0, 1),
        rated(
            "occupant.1.chest_deflection_mm",
            Criterion::ChestDeflectionMm,
            1.0,
            1,
        ),
        rated("occupant.1.femur_kN", Criterion::FemurKn, 1.0, 2),
        odds_ratio(n),
        rated(
            "occupant.1.risk.joint_without_neck",
            Criterion::JointWithoutNeck,
            100.0,
            1,
        ),
    ]
}

fn odds_ratio(n: &Numbers) -> Cell {
    let end = |which: &str| n.get(&format!("occupant.1.leg_odds_ratio_{which}"));
    match (end("low"), end("high")) {
        (Some(low), Some(high)) => odds([low, high]).into(),
        _ => Cell::rated("n/a", Class::Na),
    }
}

const RATING: &str = "✓ up to 80 % of the limit, ~ up to the limit, ✗ beyond; limits are those of the reference target \
                      and of the wall test in the study file; no sign: no limit set.";

/// Each vehicle's own wall test, and below it its riskiest pair.
pub(super) fn walls(r: &StudyResult) -> Table {
    let mut rows = Vec::new();
    for v in &r.vehicles {
        let Some((_, worst)) = worst_risk(r, &v.id).or_else(|| {
            r.rows
                .iter()
                .find(|row| row.vehicle == v.id)
                .map(|row| (0.0, row))
        }) else {
            continue;
        };
        let mut wall: Vec<Cell> = vec![
            model_name(v).into(),
            format!("own wall test, {} km/h", plain(r.spec.wall_kmh)).into(),
        ];
        wall.extend(run_cells(r, &worst.wall));
        let place = format!(
            "{}, {} km/h each, {} %",
            name_of(&r.partners, &worst.partner),
            plain(worst.speed_kmh),
            plain(worst.overlap_pct)
        );
        let mut pair: Vec<Cell> = vec![model_name(v).into(), place.into()];
        pair.extend(run_cells(r, &worst.before));
        rows.extend([wall, pair]);
    }
    let mut header = heads(&["Vehicle", "Case"]);
    header.extend(RUN.map(String::from));
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
    let seats = r.spec.seats.len() > 1;
    let mut header = heads(&["Vehicle", "Partner", "Overlap, %"]);
    if seats {
        header.push("Seat".to_string());
    }
    header.extend(RUN.iter().filter(|h| **h != CLIP).map(|h| h.to_string()));
    let partial = r.spec.overlaps_pct.iter().any(|o| *o < 100.0);
    let shown = || r.rows.iter().filter(|row| row.speed_kmh == speed_kmh);
    let outside = shown().any(|row| !row.outside_model[0].is_empty());
    if partial {
        header.extend(TURN.map(String::from));
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
        let run = RUN.iter().zip(run_cells(r, &row.before));
        cells.extend(run.filter(|(h, _)| **h != CLIP).map(|(_, c)| c));
        if partial {
            cells.extend(turn_cells(&row.before));
        }
        let after = row.after.as_ref().and_then(|n| run_cells(r, n).pop());
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
        let as_built = s.answer["already_met"].as_bool() == Some(true);
        let met = match (s.feasible(), as_built) {
            (true, true) => Cell::rated("as built", Class::Good),
            (true, false) => Cell::rated("yes", Class::Good),
            (false, _) => Cell::rated("no", Class::Poor),
        };
        let reach = s.number("highest_feasible_speed_kmh");
        let bound = bound_text(r, &s.answer["worst_case"]).unwrap_or_default();
        vec![
            name_of(&r.vehicles, &s.vehicle).into(),
            s.target_name.clone().into(),
            met,
            fixed(s.number("added_mass_kg"), 1).into(),
            fixed(s.number("added_structure_kg"), 1).into(),
            fixed(s.number("added_cost_usd"), 0).into(),
            match reach {
                Some(v) => format!("{} ({} closing)", plain(v), plain(2.0 * v)).into(),
                None if s.feasible() => "all studied".into(),
                None => Cell::rated("none found", Class::Na),
            },
            bound.into(),
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
fn design_text(design: &Value) -> String {
    let Some(map) = design.as_object() else {
        return String::new();
    };
    let mut parts = Vec::new();
    for (key, value) in map {
        if let (Some(path), Some(f)) = (key.strip_prefix("strength."), value.as_f64()) {
            let material = map.get(&format!("material.{path}")).and_then(Value::as_str);
            let of = material.map_or_else(String::new, |m| format!(" in {m}"));
            parts.push(format!(
                "{} × {}{of}",
                path.replace('_', " "),
                fixed(Some(f), 2)
            ));
        }
    }
    let number = |key: &str| design[key].as_f64();
    if let Some(mm) = number("added_front_length_mm").filter(|mm| *mm >= 0.5) {
        parts.push(format!("front {mm:.0} mm longer"));
    }
    if let Some(f) = number("cabin_factor").filter(|f| *f > 1.005) {
        parts.push(format!("compartment × {}", fixed(Some(f), 2)));
    }
    if let Some(package) = design["restraint_package"].as_str() {
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
        let missed = if s.feasible() {
            ""
        } else {
            " (comes nearest, target missed)"
        };
        Some(format!(
            "{}: {}{missed}",
            model_name(v),
            design_text(&s.answer["design"])
        ))
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
        let mass = &s.answer["mass"];
        let paths = mass["paths"].as_array().into_iter().flatten();
        let paths: f64 = paths.filter_map(|p| p["kg"].as_f64()).sum();
        let kg = |key: &str| fixed(mass[key].as_f64(), 1).into();
        rows.push(vec![
            model_name(v).into(),
            if s.feasible() {
                "yes".into()
            } else {
                "nearest".into()
            },
            fixed(Some(paths), 1).into(),
            kg("front_length_kg"),
            kg("compartment_kg"),
            kg("compounding_kg"),
            kg("restraint_kg"),
            fixed(s.number("added_mass_kg"), 1).into(),
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
        footnotes: vec![
            "Compounding: brakes, wheels and suspension that grow with the car.".to_string(),
        ],
    })
}

/// Direct manufacturing cost of the reference designs: an item a row, a vehicle a column.
pub(super) fn costs(r: &StudyResult) -> Option<Table> {
    let items = |vehicle: &str| -> Vec<(String, f64)> {
        let list = reference(r, vehicle).and_then(|s| s.answer["cost"].as_array());
        let pairs = list.into_iter().flatten();
        pairs
            .filter_map(|i| Some((i["what"].as_str()?.replace('_', " "), i["usd"].as_f64()?)))
            .collect()
    };
    let sized: Vec<(String, Vec<(String, f64)>)> = r
        .vehicles
        .iter()
        .filter(|v| reference(r, &v.id).is_some())
        .map(|v| (model_name(v), items(&v.id)))
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
        let mut values = items
            .iter()
            .filter(|(n, _)| keep(n))
            .map(|(_, usd)| *usd)
            .peekable();
        values.peek().is_some().then(|| values.sum())
    };
    let row = |label: &str, keep: &dyn Fn(&str) -> bool| -> Vec<Cell> {
        let mut cells: Vec<Cell> = vec![label.into()];
        cells.extend(sized.iter().map(|(_, items)| {
            let usd = sum(items, keep);
            if usd.is_some() {
                fixed(usd, 0).into()
            } else {
                "".into()
            }
        }));
        cells
    };
    let mut rows: Vec<Vec<Cell>> = names
        .iter()
        .map(|name| row(name, &|n| n == name.as_str()))
        .collect();
    rows.push(row("Total", &|_| true));
    let year = r
        .sizings
        .first()
        .and_then(|s| s.answer["cost_year"].as_u64());
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
        let Some(s) = reference(r, &v.id).filter(|s| s.feasible()) else {
            continue;
        };
        year = year.or(s.answer["price"]["common_year"].as_u64());
        for step in s.answer["price"]["steps"].as_array().into_iter().flatten() {
            let usd = |key: &str| step[key].as_f64().map_or_else(|| "–".to_string(), dollars);
            rows.push(vec![
                model_name(v).into(),
                step["what"].as_str().unwrap_or_default().into(),
                usd("direct_usd").into(),
                usd("usd").into(),
                usd("price_usd").into(),
                step["basis"].as_str().unwrap_or_default().into(),
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

/// Sources of the steps of all prices: `(step, citation, kind of evidence)`, once each.
pub(super) fn price_sources(r: &StudyResult) -> Vec<(String, String, String)> {
    let mut all: Vec<(String, String, String)> = Vec::new();
    for s in &r.sizings {
        for step in s.answer["price"]["steps"].as_array().into_iter().flatten() {
            let text = |key: &str| step[key].as_str().unwrap_or_default().to_string();
            let what = text("what");
            let what = what.split(',').next().unwrap_or_default().to_string();
            let source = text("source");
            if !source.is_empty() && !all.iter().any(|a| a.1 == source) {
                all.push((what, source, text("basis")));
            }
        }
    }
    all
}

/// The steps of the prices shown that rest on estimates.
pub(super) fn price_evidence(r: &StudyResult) -> Option<String> {
    let mut weak: Vec<String> = Vec::new();
    let met = r
        .sizings
        .iter()
        .filter(|s| s.target == r.spec.reference && s.feasible());
    for s in met {
        for step in s.answer["price"]["steps"].as_array().into_iter().flatten() {
            let what = step["what"].as_str()?.split(',').next()?.to_string();
            let estimated = step["basis"].as_str() == Some(word(crate::vehicle::Basis::Estimated));
            if estimated && !weak.contains(&what) {
                weak.push(what);
            }
        }
    }
    (!weak.is_empty()).then(|| format!("Steps that rest on estimates: {}.", weak.join("; ")))
}
