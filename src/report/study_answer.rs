//! The answer of a study before anything else, one row a vehicle, and the words for limits and bounds.

use crate::measure::Measure;
use crate::risk::ncap::BASELINE_JOINT_RISK;
use crate::sizing::optimise::Bound;
use crate::study::{Row, SizingRow, StudyResult};

use super::page::{Align, Cell, Class, Table};
use super::study_reading::{RISK, limits_text, risk_limit, worst_risk};
use super::text::{against_limit, cell, fixed, model_name, model_of, name_of, plain, price as rounded, written};

/// The case and value a design rests on: "joint risk 14.9 % of 15 % against Ford F-150, 56 km/h, 100 % overlap".
pub(super) fn bound_text(r: &StudyResult, bound: &Bound) -> String {
    let against = match &bound.case {
        None => "in the weighted mean".to_string(),
        Some(case) if case.own_wall => "in its own wall test".to_string(),
        Some(case) => format!(
            "against {}, {} km/h each, {} % overlap",
            name_of(&r.partners, &case.against),
            plain(case.speed_kmh),
            plain(case.overlap_pct)
        ),
    };
    let m = bound.criterion;
    format!(
        "{} {} where {} is allowed, {against}",
        m.words(),
        written(m, bound.value),
        written(m, bound.limit)
    )
}

/// The sizing of a vehicle for the reference target.
pub(super) fn reference<'a>(r: &'a StudyResult, vehicle: &str) -> Option<&'a SizingRow> {
    r.sizings
        .iter()
        .find(|s| s.answer.vehicle == vehicle && s.target == r.spec.reference)
}

/// Highest studied speed up to which the vehicle as built keeps the reference target in every pair.
fn highest_as_built(r: &StudyResult, vehicle: &str) -> Option<f64> {
    let limits = &r.spec.targets.get(r.spec.reference)?.limits;
    let clip = r.spec.question.chest_clip_g;
    let meets = |row: &Row| {
        let within = |m: Measure, limit: f64| row.before.judged(m).is_some_and(|v| v <= limit);
        let clipped = clip.is_none_or(|limit| within(Measure::ChestA3msG, limit));
        clipped && limits.iter().all(|t| within(t.criterion, t.limit))
    };
    let mut speeds = r.spec.question.speeds_kmh.clone();
    speeds.sort_by(f64::total_cmp);
    let own = |s: f64| {
        r.rows
            .iter()
            .filter(move |row| row.vehicle == vehicle && row.speed_kmh == s)
    };
    speeds.into_iter().take_while(|s| own(*s).all(meets)).last()
}

pub(super) fn top_speed(r: &StudyResult) -> f64 {
    r.spec.question.speeds_kmh.iter().copied().fold(0.0, f64::max)
}

/// One row a vehicle.
pub(super) fn table(r: &StudyResult) -> Table {
    let name = r.spec.targets.get(r.spec.reference).map(|t| t.name.clone());
    let sized = name.is_some();
    let mut header = vec![
        "Vehicle",
        "Worst joint risk, %",
        "against",
        "at km/h, %",
        "Own wall test, %",
    ];
    if sized {
        header.extend([
            "Holds as built to, km/h",
            "Can hold to, km/h",
            "Added kg",
            "Added $",
            "US price",
        ]);
    }
    let partner = |row: &Row| {
        let name = model_of(&r.partners, &row.partner);
        if r.spec.question.seats.len() > 1 {
            format!("{name} ({})", row.seat)
        } else {
            name
        }
    };
    let rows = r.vehicles.iter().map(|v| {
        let worst = worst_risk(r, &v.id);
        let seats = r.rows.iter().filter(|row| row.vehicle == v.id);
        let wall = seats.filter_map(|row| row.wall.first(RISK)).max_by(f64::total_cmp);
        let limit = reference(r, &v.id).and_then(risk_limit).unwrap_or(BASELINE_JOINT_RISK);
        let risk = |v: Option<f64>| against_limit(v.map(|p| 100.0 * p), 100.0 * limit, 1);
        let mut row: Vec<Cell> = vec![
            model_name(v).into(),
            risk(worst.map(|w| w.0)),
            worst.map_or_else(String::new, |w| partner(w.1)).into(),
            worst
                .map_or_else(String::new, |w| {
                    format!("{}, {}", plain(w.1.speed_kmh), plain(w.1.overlap_pct))
                })
                .into(),
            risk(wall),
        ];
        if sized {
            row.extend(sizing_cells(r, &v.id));
        }
        row
    });
    let target = match name {
        Some(n) => format!("Answer by vehicle, reference target \"{n}\": {}", target_text(r)),
        None => "Answer by vehicle".to_string(),
    };
    Table {
        caption: target,
        header: header.into_iter().map(String::from).collect(),
        align: vec![Align::Left, Align::Right, Align::Left],
        rows: rows.collect(),
        footnotes: footnotes(sized),
    }
}

fn footnotes(sized: bool) -> Vec<String> {
    let mut footnotes = vec![
        "Joint risk: probability of serious injury (AIS 3+) to head or chest or of a femur fracture (AIS 2+) of the \
         belted dummy, expected over sixteen tests as repeats scatter. Rated against the reference target."
            .to_string(),
    ];
    if sized {
        footnotes.push(
            "at km/h, %: speed of each vehicle and overlap. Holds, can hold: speed of each vehicle up to which the reference target is kept in every pair, as built \
             and with the changes found. Added $: direct manufacturing cost. US price: 5 to 95 % of the draws. In brackets: the target cannot be met \
             within the bounds of the study; the design that comes nearest."
                .to_string(),
        );
    }
    footnotes
}

/// The limits of the reference target in words.
pub(super) fn target_text(r: &StudyResult) -> String {
    let target = r.spec.targets.get(r.spec.reference);
    let mut text = limits_text(target.map_or(&[], |t| t.limits.as_slice()));
    if let Some(limit) = r.spec.question.chest_clip_g {
        text += &format!(
            ", chest 3 ms clip up to {} g (FMVSS 208) in every load case",
            plain(limit)
        );
    }
    text
}

fn sizing_cells(r: &StudyResult, vehicle: &str) -> Vec<Cell> {
    let top = top_speed(r);
    let low = r.spec.question.speeds_kmh.iter().copied().fold(f64::INFINITY, f64::min);
    let built = match highest_as_built(r, vehicle) {
        Some(s) if s >= top => Cell::rated(format!("≥ {}", plain(s)), Class::Good),
        Some(s) => Cell::rated(plain(s), Class::Marginal),
        None => Cell::rated(format!("< {}", plain(low)), Class::Poor),
    };
    let none = || cell(None, 0);
    let Some(a) = reference(r, vehicle).map(|s| &s.answer) else {
        return vec![built, none(), none(), none(), none()];
    };
    let reach = match a.highest_feasible_speed_kmh {
        _ if a.feasible => Cell::rated(format!("≥ {}", plain(top)), Class::Good),
        Some(v) => Cell::rated(plain(v), Class::Marginal),
        None => Cell::rated("none", Class::Poor),
    };
    let near = |value: f64, decimals| {
        let value = fixed(Some(value), decimals);
        if a.feasible {
            Cell::from(value)
        } else {
            Cell::rated(format!("({value})"), Class::Na)
        }
    };
    let price = match (a.price_usd, a.price_usd_range) {
        _ if !a.feasible => Cell::rated("missed", Class::Na),
        (Some(_), Some([low, high])) => format!("{} to {}", rounded(low), rounded(high)).into(),
        (Some(price), None) => rounded(price.usd()).into(),
        (None, _) => Cell::rated("no list price", Class::Na),
    };
    vec![
        built,
        reach,
        near(a.added_mass_kg, 1),
        near(a.added_cost_usd.usd(), 0),
        price,
    ]
}

/// Why the reference target cannot be met, a line for each vehicle that misses it.
pub(super) fn why_not(r: &StudyResult) -> Vec<String> {
    let missed = r
        .sizings
        .iter()
        .filter(|s| s.target == r.spec.reference && !s.answer.feasible);
    missed
        .filter_map(|s| {
            let why = bound_text(r, s.answer.worst_case.as_ref()?);
            Some(format!(
                "{}: the nearest design still has {why}.",
                name_of(&r.vehicles, &s.answer.vehicle)
            ))
        })
        .collect()
}
