//! What the partners' makers would change for a design, and what that weighs and costs them: apart from the car's own.

use serde_json::Value;

use crate::study::StudyResult;

use super::page::{Align, Table};
use super::study_answer::reference;
use super::text::{cell, model_name, model_of};

/// One row per car under study and partner; `None` where no partner is changed.
pub(super) fn partners(r: &StudyResult) -> Option<Table> {
    let mut rows = Vec::new();
    for v in &r.vehicles {
        let Some(s) = reference(r, &v.id) else {
            continue;
        };
        let change = &s.answer["partner"];
        for p in change["on"].as_array().into_iter().flatten() {
            let number = |from: &Value, key: &str| from[key].as_f64();
            let id = p["partner"].as_str().unwrap_or_default();
            rows.push(vec![
                model_name(v).into(),
                model_of(&r.partners, id).into(),
                cell(number(change, "lower_rails_mm"), 0),
                cell(number(change, "seas_force_kN"), 0),
                cell(number(change, "softer").map(|x| 100.0 * x), 0),
                cell(number(p, "added_kg"), 1),
                cell(number(p, "usd"), 0),
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
