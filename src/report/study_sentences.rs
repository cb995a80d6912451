//! What the tables of a study say, in sentences computed from its results; each holds only what its numbers allow.

use crate::study::{Numbers, Row, SizingRow, StudyResult};
use crate::units::KMH;

use super::study_answer::{criterion, top_speed};
use super::text::{dollars, fixed, listed, name_of, plain};

/// A small car's price in Japan and the price of a US car, dollars: the two figures of the public discussion.
const CLAIM_USD: [f64; 2] = [10_000.0, 20_000.0];

fn range_text(values: &[f64], write: impl Fn(f64) -> String) -> Option<String> {
    let lo = values.iter().copied().min_by(f64::total_cmp)?;
    let hi = values.iter().copied().max_by(f64::total_cmp)?;
    let (a, b) = (write(lo), write(hi));
    Some(if a == b { a } else { format!("{a} to {b}") })
}

/// All sentences that can be made.
pub(super) fn sentences(r: &StudyResult) -> Vec<String> {
    [
        as_built(r),
        against_wall(r),
        targets(r),
        binding(r),
        cost(r),
    ]
    .into_iter()
    .flatten()
    .collect()
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
        format!(
            "{} against {}",
            name_of(&r.vehicles, &row.vehicle),
            name_of(&r.partners, &row.partner)
        )
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
    let of = |n: &Numbers| n.get("vehicle.1.delta_v_mps").map(|v| v / KMH);
    let pairs: Vec<f64> = r
        .rows
        .iter()
        .filter(|row| row.speed_kmh == top)
        .filter_map(|row| of(&row.before))
        .collect();
    let walls: Vec<f64> = r.rows.iter().filter_map(|row| of(&row.wall)).collect();
    let write = |v: f64| fixed(Some(v), 0);
    // How many pairs at the top speed are harder than the car's own wall test.
    let risk = |n: &Numbers| n.get("occupant.1.risk.joint_without_neck");
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
        format!(
            " In {harder} of {} of these cases the joint risk is above that of the car's own wall test.",
            both.len()
        )
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
    let all: Vec<&SizingRow> = r
        .sizings
        .iter()
        .filter(|s| s.target == r.spec.reference)
        .collect();
    let name = &r.spec.targets.get(r.spec.reference)?.name;
    let names = |keep: &dyn Fn(&SizingRow) -> bool| -> Vec<String> {
        all.iter()
            .filter(|s| keep(s))
            .map(|s| name_of(&r.vehicles, &s.vehicle))
            .collect()
    };
    let as_is = |s: &SizingRow| s.answer["already_met"].as_bool() == Some(true);
    let built = names(&as_is);
    let sized = names(&|s| s.feasible() && !as_is(s));
    let missed: Vec<String> = all
        .iter()
        .filter(|s| !s.feasible())
        .map(|s| {
            let reach = s.number("highest_feasible_speed_kmh").map_or_else(
                || "no speed found".to_string(),
                |v| format!("{} km/h each", plain(v)),
            );
            format!("{} ({reach})", name_of(&r.vehicles, &s.vehicle))
        })
        .collect();
    let top = plain(top_speed(r));
    let mut parts = Vec::new();
    if !built.is_empty() {
        parts.push(format!(
            "{} of {} vehicles meet it as built: {}",
            built.len(),
            all.len(),
            listed(&built)
        ));
    }
    if !sized.is_empty() {
        parts.push(format!(
            "{} can be made to meet it: {}",
            sized.len(),
            listed(&sized)
        ));
    }
    if !missed.is_empty() {
        parts.push(format!(
            "{} cannot at {top} km/h within the bounds of the study; the highest speed at which they can: {}",
            missed.len(),
            listed(&missed)
        ));
    }
    (!parts.is_empty()).then(|| {
        format!(
            "Target \"{name}\" in every pair up to {top} km/h each, the own wall test kept: {}.",
            parts.join("; ")
        )
    })
}

/// What most often stands in the way, or what designs rest on.
fn binding(r: &StudyResult) -> Option<String> {
    let all = r.sizings.iter().filter(|s| s.target == r.spec.reference);
    let mut partners: Vec<(String, String)> = all
        .filter(|s| s.answer["already_met"].as_bool() != Some(true))
        .filter_map(|s| {
            let w = &s.answer["worst_case"];
            Some((
                criterion(w["criterion"].as_str()?).0.to_string(),
                w["against"].as_str()?.to_string(),
            ))
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
    let all: Vec<&SizingRow> = r
        .sizings
        .iter()
        .filter(|s| s.target == r.spec.reference)
        .collect();
    let of = |key: &str, keep: &dyn Fn(&SizingRow) -> bool| -> Vec<f64> {
        all.iter()
            .filter(|s| keep(s))
            .filter_map(|s| s.number(key))
            .collect()
    };
    // Only cars priced from a Japanese list answer the question of the runabout.
    let from_japan = |s: &SizingRow| {
        let first = s.answer["price"]["steps"][0]["what"].as_str();
        first.is_some_and(|what| what.contains("Japan"))
    };
    let met = of("price_usd", &|s| s.feasible() && from_japan(s));
    let missed = of("price_usd", &|s| !s.feasible() && from_japan(s));
    let mut parts = Vec::new();
    let taken = |key: &str, write: &dyn Fn(f64) -> String| {
        range_text(&of(key, &SizingRow::feasible), write)
    };
    if let (Some(kg), Some(usd)) = (
        taken("added_mass_kg", &|v| fixed(Some(v), 0)),
        taken("added_cost_usd", &dollars),
    ) {
        parts.push(format!(
            "Where the target can be met it takes {kg} kg and {usd} of direct manufacturing cost."
        ));
    }
    let [low, high] = CLAIM_USD;
    let met_range = range_text(&met, dollars);
    let missed_range = range_text(&missed, dollars);
    if met_range.is_some() || missed_range.is_some() {
        parts.push(format!(
            "The public discussion sets a runabout of {} against a price of about {}. Built up from Japanese list \
             prices with these changes and US labour and parts, but without development, certification, dealers, \
             tariffs and low volume:",
            dollars(low),
            dollars(high)
        ));
        let side = |prices: &[f64]| {
            let below = prices.iter().filter(|p| **p < low).count();
            let above = prices.iter().filter(|p| **p >= high).count();
            let between = prices.len() - below - above;
            format!(
                "{below} below {}, {between} between the two, {above} at {} or above",
                dollars(low),
                dollars(high)
            )
        };
        let mut found = Vec::new();
        if let Some(range) = met_range {
            found.push(format!(
                "{range} for the cars that meet the target ({})",
                side(&met)
            ));
        }
        if let Some(range) = missed_range {
            found.push(format!(
                "{range} for designs that come near and miss it ({})",
                side(&missed)
            ));
        }
        parts.push(format!("{}.", found.join("; ")));
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}
