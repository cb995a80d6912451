//! What the tables of a study say, in sentences computed from its results; each holds only what its numbers allow.

use crate::measure::{Measure, Readings};
use crate::sizing::Answer;
use crate::study::{Row, SizingRow, StudyResult};
use crate::units::KMH;

use super::study_answer::top_speed;
use super::study_reading::RISK;
use super::text::{dollars, fixed, listed, name_of, plain};

pub(super) fn range_text(values: &[f64], write: impl Fn(f64) -> String) -> Option<String> {
    let lo = values.iter().copied().min_by(f64::total_cmp)?;
    let hi = values.iter().copied().max_by(f64::total_cmp)?;
    let (a, b) = (write(lo), write(hi));
    Some(if a == b { a } else { format!("{a} to {b}") })
}

/// All sentences that can be made.
pub(super) fn sentences(r: &StudyResult) -> Vec<String> {
    [as_built(r), against_wall(r), targets(r), binding(r), cost(r)]
        .into_iter()
        .flatten()
        .collect()
}

fn as_built(r: &StudyResult) -> Option<String> {
    let top = top_speed(r);
    let full = r.spec.question.overlaps_pct.iter().copied().fold(0.0, f64::max);
    let rows: Vec<(f64, &Row)> = r
        .rows
        .iter()
        .filter(|row| row.speed_kmh == top && row.overlap_pct == full)
        .filter_map(|row| Some((row.before.first(RISK)?, row)))
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
    let of = |n: &Readings| n.first(Measure::DeltaVMps).map(|v| v / KMH);
    let pairs: Vec<f64> = r
        .rows
        .iter()
        .filter(|row| row.speed_kmh == top)
        .filter_map(|row| of(&row.before))
        .collect();
    let walls: Vec<f64> = r.rows.iter().filter_map(|row| of(&row.wall)).collect();
    let write = |v: f64| fixed(Some(v), 0);
    // How many pairs at the top speed are harder than the car's own wall test.
    let risk = |n: &Readings| n.first(RISK);
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
        plain(r.spec.question.wall_kmh),
        range_text(&walls, write)?
    ))
}

fn targets(r: &StudyResult) -> Option<String> {
    let all: Vec<&SizingRow> = r.sizings.iter().filter(|s| s.target == r.spec.reference).collect();
    let name = &r.spec.targets.get(r.spec.reference)?.name;
    let names = |keep: &dyn Fn(&SizingRow) -> bool| -> Vec<String> {
        all.iter()
            .filter(|s| keep(s))
            .map(|s| name_of(&r.vehicles, &s.answer.vehicle))
            .collect()
    };
    let as_is = |s: &SizingRow| s.answer.already_met;
    let built = names(&as_is);
    let sized = names(&|s| s.answer.feasible && !as_is(s));
    let missed: Vec<String> = all
        .iter()
        .filter(|s| !s.answer.feasible)
        .map(|s| {
            let reach = s
                .answer
                .highest_feasible_speed_kmh
                .map_or_else(|| "no speed found".to_string(), |v| format!("{} km/h each", plain(v)));
            format!("{} ({reach})", name_of(&r.vehicles, &s.answer.vehicle))
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
        .filter(|s| !s.answer.already_met)
        .filter_map(|s| {
            let worst = s.answer.worst_case.as_ref()?;
            let case = worst.case.as_ref()?;
            let against = match case.own_wall {
                true => "the own wall test".to_string(),
                false => name_of(&r.partners, &case.against),
            };
            Some((worst.criterion.words().to_string(), against))
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
    Some(format!(
        "What a design rests on or fails at is most often {} ({} of {count} vehicles that need a change), most often \
         with {} ({} of {count}).",
        by_criterion.1, by_criterion.0, by_partner.1, by_partner.0
    ))
}

/// Mass and direct cost of the cars that meet the reference target.
fn cost(r: &StudyResult) -> Option<String> {
    let met = |of: fn(&Answer) -> f64| -> Vec<f64> {
        r.sizings
            .iter()
            .filter(|s| s.target == r.spec.reference && s.answer.feasible)
            .map(|s| of(&s.answer))
            .collect()
    };
    let kg = range_text(&met(|a| a.added_mass_kg), |v| fixed(Some(v), 0))?;
    let usd = range_text(&met(|a| a.added_cost_usd.usd()), dollars)?;
    Some(format!(
        "Where the target can be met it takes {kg} kg and {usd} of direct manufacturing cost."
    ))
}
