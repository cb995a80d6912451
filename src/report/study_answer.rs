//! The answer of a study before anything else: one row a vehicle, and sentences computed from the results.

use serde_json::Value;

use crate::study::{Row, SizingRow, StudyResult};
use crate::units::KMH;

use super::page::{Align, Cell, Class, Table};
use super::study_figures::{risk_limit, worst_risk};
use super::text::{against_limit, cell, dollars, fixed, listed, name_of, plain, short_name};

/// A small car's price in Japan and the price of a US car, dollars: the two figures of the public discussion.
const CLAIM_USD: [f64; 2] = [10_000.0, 20_000.0];

/// Name of a criterion in running text, with how to write its value.
fn criterion(key: &str) -> (&'static str, f64, usize, &'static str) {
    match key {
        "joint" => ("joint risk with the neck at its floor", 100.0, 1, " %"),
        "joint_without_neck" => ("joint risk", 100.0, 1, " %"),
        "hic15" => ("HIC15", 1.0, 0, ""),
        "chest_a3ms_g" => ("chest 3 ms clip", 1.0, 1, " g"),
        "chest_deflection_mm" => ("chest deflection", 1.0, 1, " mm"),
        "femur_kN" => ("femur force", 1.0, 1, " kN"),
        "intrusion_mm" => ("intrusion", 1.0, 0, " mm"),
        _ => ("criterion", 1.0, 3, ""),
    }
}

/// A limit as "joint risk up to 15 %".
pub(super) fn limit_text(key: &str, limit: f64) -> String {
    let (name, scale, decimals, unit) = criterion(key);
    let shown = (scale * limit * 1e3).round() / 1e3;
    let decimals = if (shown - shown.round()).abs() < 1e-9 { 0 } else { decimals };
    format!("{name} up to {}{unit}", fixed(Some(shown), decimals))
}

/// Key of a criterion in the columns of the results.
fn column(key: &str) -> String {
    match key {
        "joint" | "joint_without_neck" => format!("occupant.1.risk.{key}"),
        "intrusion_mm" => "vehicle.1.intrusion_mm".to_string(),
        _ => format!("occupant.1.{key}"),
    }
}

/// The case and value a design rests on: "joint risk 14.9 % of 15 % against Ford F-150, 56 km/h, 100 % overlap".
pub(super) fn bound_text(r: &StudyResult, bound: &Value) -> Option<String> {
    let (name, scale, decimals, unit) = criterion(bound["criterion"].as_str()?);
    let against = match bound["against"].as_str() {
        None => "in the weighted mean".to_string(),
        Some("rigid-wall") => "in its own wall test".to_string(),
        Some(id) => format!(
            "against {}, {} km/h each, {} % overlap",
            name_of(&r.partners, id),
            plain(bound["speed_kmh"].as_f64()?),
            plain(bound["overlap_pct"].as_f64()?)
        ),
    };
    let of = |v: &Value| v.as_f64().map(|v| fixed(Some(scale * v), decimals));
    Some(format!("{name} {}{unit} where {}{unit} is allowed, {against}", of(&bound["value"])?, of(&bound["limit"])?))
}

/// The sizing of a vehicle for the reference target.
pub(super) fn reference<'a>(r: &'a StudyResult, vehicle: &str) -> Option<&'a SizingRow> {
    r.sizings.iter().find(|s| s.vehicle == vehicle && s.target == r.spec.reference)
}

/// Highest studied speed up to which the vehicle as built keeps the reference target in every pair.
fn highest_as_built(r: &StudyResult, vehicle: &str) -> Option<f64> {
    let limits = &r.spec.targets.get(r.spec.reference)?.limits;
    let meets = |row: &Row| {
        limits.iter().all(|t| row.before.get(&column(t.criterion.key())).is_some_and(|v| v <= t.limit))
    };
    let mut speeds = r.spec.speeds_kmh.clone();
    speeds.sort_by(f64::total_cmp);
    let own = |s: f64| r.rows.iter().filter(move |row| row.vehicle == vehicle && row.speed_kmh == s);
    speeds.into_iter().take_while(|s| own(*s).all(meets)).last()
}

fn top_speed(r: &StudyResult) -> f64 {
    r.spec.speeds_kmh.iter().copied().fold(0.0, f64::max)
}

/// Where a case is, in a few words.
fn place(r: &StudyResult, row: &Row) -> String {
    format!(
        "{}, {} km/h, {} %",
        name_of(&r.partners, &row.partner),
        plain(row.speed_kmh),
        plain(row.overlap_pct)
    )
}

/// One row a vehicle.
pub(super) fn table(r: &StudyResult) -> Table {
    let name = r.spec.targets.get(r.spec.reference).map(|t| t.name.clone());
    let sized = name.is_some();
    let mut header = vec!["Vehicle", "Worst joint risk as built, %", "in this case", "Own wall test, %"];
    if sized {
        header.extend([
            "Target holds as built up to, km/h each",
            "Can be made to hold up to, km/h each",
            "Added mass, kg",
            "Added direct cost, $",
            "US price, or why not",
        ]);
    }
    let rows = r.vehicles.iter().map(|v| {
        let worst = worst_risk(r, &v.id);
        let wall = r.rows.iter().find(|row| row.vehicle == v.id);
        let wall = wall.and_then(|row| row.wall.get("occupant.1.risk.joint_without_neck"));
        let limit = reference(r, &v.id).and_then(risk_limit).unwrap_or(0.15);
        let risk = |v: Option<f64>| against_limit(v.map(|p| 100.0 * p), 100.0 * limit, 1);
        let mut row: Vec<Cell> = vec![
            short_name(v).into(),
            risk(worst.map(|w| w.0)),
            worst.map_or_else(String::new, |w| place(r, w.1)).into(),
            risk(wall),
        ];
        if sized {
            row.extend(sizing_cells(r, &v.id));
        }
        row
    });
    let mut footnotes = vec![
        "Joint risk: probability of serious injury (AIS 3+) to head or chest or of a femur fracture (AIS 2+) of the \
         belted dummy. Rated against the reference target."
            .to_string(),
    ];
    if sized {
        footnotes.push(
            "Cost: direct manufacturing cost. \"Nearest\": the target cannot be met within the bounds of the study; \
             mass and cost are those of the design that comes nearest."
                .to_string(),
        );
    }
    let target = match name {
        Some(n) => format!("Answer by vehicle, reference target \"{n}\": {}", target_text(r)),
        None => "Answer by vehicle".to_string(),
    };
    let mut align = vec![Align::Left, Align::Right, Align::Left];
    align.extend(vec![Align::Right; header.len().saturating_sub(4)]);
    if sized {
        align.push(Align::Left);
    }
    Table {
        caption: target,
        header: header.into_iter().map(String::from).collect(),
        align,
        rows: rows.collect(),
        footnotes,
    }
}

/// The limits of the reference target in words.
pub(super) fn target_text(r: &StudyResult) -> String {
    let limits = r.spec.targets.get(r.spec.reference).map(|t| t.limits.clone()).unwrap_or_default();
    let all: Vec<String> = limits.iter().map(|t| limit_text(t.criterion.key(), t.limit)).collect();
    listed(&all)
}

fn sizing_cells(r: &StudyResult, vehicle: &str) -> Vec<Cell> {
    let top = top_speed(r);
    let built = match highest_as_built(r, vehicle) {
        Some(s) if s >= top => Cell::rated(plain(s), Class::Good),
        Some(s) => Cell::rated(plain(s), Class::Marginal),
        None => Cell::rated("none studied", Class::Poor),
    };
    let Some(s) = reference(r, vehicle) else {
        return vec![built, cell(None, 0), cell(None, 0), cell(None, 0), "not sized".into()];
    };
    let reach = match s.number("highest_feasible_speed_kmh") {
        _ if s.feasible() => Cell::rated(format!("{} or more", plain(top)), Class::Good),
        Some(v) => Cell::rated(plain(v), Class::Marginal),
        None => Cell::rated("no speed found", Class::Poor),
    };
    let near = |key: &str, decimals| {
        let value = fixed(s.number(key), decimals);
        if s.feasible() { Cell::from(value) } else { Cell::rated(format!("nearest {value}"), Class::Na) }
    };
    let last: Cell = if !s.feasible() {
        let why = bound_text(r, &s.answer["worst_case"]).unwrap_or_else(|| "no constraint reported".to_string());
        format!("not met: {why}").into()
    } else {
        s.number("price_usd").map_or_else(|| "no price of this car known".to_string(), dollars).into()
    };
    vec![built, reach, near("added_mass_kg", 1), near("added_cost_usd", 0), last]
}

fn range_text(values: &[f64], write: impl Fn(f64) -> String) -> Option<String> {
    let lo = values.iter().copied().min_by(f64::total_cmp)?;
    let hi = values.iter().copied().max_by(f64::total_cmp)?;
    let (a, b) = (write(lo), write(hi));
    Some(if a == b { a } else { format!("{a} to {b}") })
}

/// What the tables say, in sentences; each holds only what its numbers allow.
pub(super) fn sentences(r: &StudyResult) -> Vec<String> {
    [as_built(r), against_wall(r), targets(r), binding(r), cost(r)].into_iter().flatten().collect()
}

fn as_built(r: &StudyResult) -> Option<String> {
    let top = top_speed(r);
    let full = r.spec.overlaps_pct.iter().copied().fold(0.0, f64::max);
    let rows: Vec<(f64, &Row)> = r
        .rows
        .iter()
        .filter(|row| row.speed_kmh == top && row.overlap_pct == full)
        .filter_map(|row| Some((row.before.get("occupant.1.risk.joint_without_neck")?, row)))
        .collect();
    let (least, most) = (
        rows.iter().min_by(|a, b| a.0.total_cmp(&b.0))?,
        rows.iter().max_by(|a, b| a.0.total_cmp(&b.0))?,
    );
    let who = |row: &Row| {
        format!("{} against {}", name_of(&r.vehicles, &row.vehicle), name_of(&r.partners, &row.partner))
    };
    Some(format!(
        "At {} km/h each and {} % overlap the joint risk as built goes from {} % ({}) to {} % ({}).",
        plain(top),
        plain(full),
        fixed(Some(100.0 * least.0), 1),
        who(least.1),
        fixed(Some(100.0 * most.0), 1),
        who(most.1)
    ))
}

fn against_wall(r: &StudyResult) -> Option<String> {
    let top = top_speed(r);
    let of = |n: &crate::study::Numbers| n.get("vehicle.1.delta_v_mps").map(|v| v / KMH);
    let pairs: Vec<f64> =
        r.rows.iter().filter(|row| row.speed_kmh == top).filter_map(|row| of(&row.before)).collect();
    let walls: Vec<f64> = r.rows.iter().filter_map(|row| of(&row.wall)).collect();
    let write = |v: f64| fixed(Some(v), 0);
    // How many pairs at the top speed are harder than the car's own wall test.
    let risk = |n: &crate::study::Numbers| n.get("occupant.1.risk.joint_without_neck");
    let both: Vec<(f64, f64)> = r
        .rows
        .iter()
        .filter(|row| row.speed_kmh == top)
        .filter_map(|row| Some((risk(&row.before)?, risk(&row.wall)?)))
        .collect();
    let harder = both.iter().filter(|(pair, wall)| pair > wall).count();
    let than = if both.is_empty() {
        String::new()
    } else {
        format!(" In {harder} of {} of these cases the joint risk is above that of the car's own wall test.", both.len())
    };
    Some(format!(
        "In pairs at {} km/h each the small car's delta-v is {} km/h; in its own wall test at {} km/h it is {} km/h.{than}",
        plain(top),
        range_text(&pairs, write)?,
        plain(r.spec.wall_kmh),
        range_text(&walls, write)?
    ))
}

fn targets(r: &StudyResult) -> Option<String> {
    let all: Vec<&SizingRow> = r.sizings.iter().filter(|s| s.target == r.spec.reference).collect();
    let name = &r.spec.targets.get(r.spec.reference)?.name;
    let names = |keep: &dyn Fn(&SizingRow) -> bool| -> Vec<String> {
        all.iter().filter(|s| keep(s)).map(|s| name_of(&r.vehicles, &s.vehicle)).collect()
    };
    let as_is = |s: &SizingRow| s.answer["already_met"].as_bool() == Some(true);
    let built = names(&as_is);
    let sized = names(&|s| s.feasible() && !as_is(s));
    let missed: Vec<String> = all
        .iter()
        .filter(|s| !s.feasible())
        .map(|s| {
            let reach = s
                .number("highest_feasible_speed_kmh")
                .map_or_else(|| "no speed found".to_string(), |v| format!("{} km/h each", plain(v)));
            format!("{} ({reach})", name_of(&r.vehicles, &s.vehicle))
        })
        .collect();
    let top = plain(top_speed(r));
    let mut parts = Vec::new();
    if !built.is_empty() {
        parts.push(format!("{} of {} vehicles meet it as built: {}", built.len(), all.len(), listed(&built)));
    }
    if !sized.is_empty() {
        parts.push(format!("{} can be made to meet it: {}", sized.len(), listed(&sized)));
    }
    if !missed.is_empty() {
        parts.push(format!(
            "{} cannot at {top} km/h within the bounds of the study; the highest speed at which they can: {}",
            missed.len(),
            listed(&missed)
        ));
    }
    (!parts.is_empty()).then(|| {
        format!("Target \"{name}\" in every pair up to {top} km/h each, the own wall test kept: {}.", parts.join("; "))
    })
}

/// What most often stands in the way, or what designs rest on.
fn binding(r: &StudyResult) -> Option<String> {
    let all = r.sizings.iter().filter(|s| s.target == r.spec.reference);
    let mut partners: Vec<(String, String)> = all
        .filter(|s| s.answer["already_met"].as_bool() != Some(true))
        .filter_map(|s| {
            let w = &s.answer["worst_case"];
            Some((criterion(w["criterion"].as_str()?).0.to_string(), w["against"].as_str()?.to_string()))
        })
        .collect();
    let count = partners.len();
    partners.sort();
    let most = |at: fn(&(String, String)) -> &String| {
        let mut best: Option<(usize, &String)> = None;
        for p in &partners {
            let n = partners.iter().filter(|q| at(q) == at(p)).count();
            if best.is_none_or(|b| n > b.0) {
                best = Some((n, at(p)));
            }
        }
        best
    };
    let (by_criterion, by_partner) = (most(|p| &p.0)?, most(|p| &p.1)?);
    let partner = match by_partner.1.as_str() {
        "rigid-wall" => "the own wall test".to_string(),
        id => name_of(&r.partners, id),
    };
    Some(format!(
        "What a design rests on or fails at is most often {} ({} of {count} vehicles that need a change), most often \
         with {partner} ({} of {count}).",
        by_criterion.1, by_criterion.0, by_partner.0
    ))
}

/// Mass, cost, and the two prices of the public discussion beside those found here.
fn cost(r: &StudyResult) -> Option<String> {
    let met: Vec<&SizingRow> =
        r.sizings.iter().filter(|s| s.target == r.spec.reference && s.feasible()).collect();
    let of = |key: &str, keep: &dyn Fn(&SizingRow) -> bool| -> Vec<f64> {
        met.iter().filter(|s| keep(s)).filter_map(|s| s.number(key)).collect()
    };
    let all = |_: &SizingRow| true;
    let (kg, usd) = (of("added_mass_kg", &all), of("added_cost_usd", &all));
    let mut text = format!(
        "Where the target can be met it takes {} kg and {} of direct manufacturing cost.",
        range_text(&kg, |v| fixed(Some(v), 0))?,
        range_text(&usd, dollars)?
    );
    // Only cars priced from a Japanese list answer the question of the runabout.
    let from_japan = |s: &SizingRow| {
        s.answer["price"]["steps"].as_array().is_some_and(|steps| steps.len() > 2)
    };
    let prices = of("price_usd", &from_japan);
    let [low, high] = CLAIM_USD;
    if let Some(range) = range_text(&prices, dollars) {
        let between = prices.iter().filter(|p| **p >= low && **p < high).count();
        text.push_str(&format!(
            " The public discussion sets a runabout of {} against a price of about {}. Built up from Japanese list \
             prices, with these changes and US labour and parts but without development, certification, dealers and \
             low volume, the price is {range}: {} below {}, {between} between, {} at {} or above.",
            dollars(low),
            dollars(high),
            prices.iter().filter(|p| **p < low).count(),
            dollars(low),
            prices.iter().filter(|p| **p >= high).count(),
            dollars(high)
        ));
    } else {
        text.push_str(&format!(
            " On the public discussion of a {} runabout against about {} this study says nothing: no vehicle with a \
             Japanese list price meets the target.",
            dollars(low),
            dollars(high)
        ));
    }
    Some(text)
}
