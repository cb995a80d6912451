//! What stands beside a car's own answer: real changes of real cars, and what the partners' makers would change.

use crate::study::StudyResult;

use super::page::{Align, Cell, Table};
use super::study_answer::reference;
use super::study_tables::heads;
use super::text::{cell, fixed, model_name, model_of};

/// What a design asks of the partners, and what that weighs and costs them, apart from the car's own: one row per car and partner; `None` where no partner is changed.
pub(super) fn partners(r: &StudyResult) -> Option<Table> {
    let mut rows = Vec::new();
    for v in &r.vehicles {
        let Some(s) = reference(r, &v.id) else {
            continue;
        };
        let Some(change) = &s.answer.partner else {
            continue;
        };
        for p in &change.on {
            rows.push(vec![
                model_name(v).into(),
                model_of(&r.partners, &p.partner).into(),
                cell(Some(change.lower_rails_mm), 0),
                cell(Some(change.seas_force_kN), 0),
                cell(Some(100.0 * change.softer), 0),
                cell(Some(p.added_kg), 1),
                cell(Some(p.usd.usd()), 0),
            ]);
        }
    }
    let header = [
        "For",
        "On",
        "Rails lower, mm",
        "Structure below, kN",
        "Rails softer, %",
        "Added, kg",
        "Direct cost, $",
    ];
    let mut align = vec![Align::Left; 2];
    align.resize(header.len(), Align::Right);
    (!rows.is_empty()).then(|| Table {
        caption: "On the partner's side: not part of the car's mass, cost or price".to_string(),
        header: header.map(String::from).to_vec(),
        align,
        rows,
        footnotes: vec![
            "Weighed and charged as the car's own structure is; dies and engineering over the same volume, which a \
             truck built in larger numbers undercuts. No published cost of either measure was found."
                .to_string(),
        ],
    })
}

/// Added mass beside what real changes of real cars took.
pub(super) fn precedents(r: &StudyResult) -> Option<Table> {
    let list = &r.sizings.first()?.answer.precedents;
    let rows: Vec<Vec<Cell>> = list
        .iter()
        .map(|p| {
            let [lo, _, hi] = p.precedent_kg.map(Some);
            let range = if lo == hi {
                fixed(lo, 1)
            } else {
                format!("{} to {}", fixed(lo, 0), fixed(hi, 0))
            };
            vec![
                p.precedent.clone().into(),
                range.into(),
                cell(p.precedent_usd_per_kg, 1),
                p.basis.word().into(),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        caption: "For comparison: mass that real changes to real cars took".to_string(),
        header: heads(&["Change", "Added, kg", "$ a kg", "Evidence"]),
        align: vec![Align::Left, Align::Right, Align::Right, Align::Left],
        rows,
        footnotes: Vec::new(),
    })
}
