//! Pareto fronts and feasibility maps in the report of a study: tables beside their figures.

use crate::sizing::feasibility::FeasibilityMap;
use crate::sizing::pareto::Fronts;
use crate::study::StudyResult;

use super::NamedFigure;
use super::case_page::pictures;
use super::page::{Align, Cell, Class, Section, Table};
use super::sizing_figures::varied;
use super::text::{dollars, fixed, name_of, plain, written};

/// The section; none when the study asked for neither.
pub(super) fn section(r: &StudyResult, figures: &[NamedFigure]) -> Option<Section> {
    if r.fronts.is_empty() && r.maps.is_empty() {
        return None;
    }
    let mut section = Section::new("What risk costs, and where it ends");
    for fronts in &r.fronts {
        let stem = format!("pareto-{}", fronts.vehicle);
        section = section
            .table(front_table(r, fronts))
            .figures(pictures(figures, |s| s == stem));
    }
    for map in &r.maps {
        let stem = format!("map-{}", map.vehicle);
        section = section
            .table(map_table(r, map))
            .figures(pictures(figures, |s| s == stem));
    }
    Some(section)
}

fn front_table(r: &StudyResult, f: &Fronts) -> Table {
    let m = f.criterion;
    let (scale, unit) = (m.scale(), m.suffix());
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for front in &f.fronts {
        for p in &front.points {
            let met = match p.feasible {
                true => Cell::rated("yes", Class::Good),
                false => Cell::rated("no", Class::Poor),
            };
            let shown = |text: String| match p.feasible {
                true => Cell::from(text),
                false => Cell::rated(format!("({text})"), Class::Na),
            };
            rows.push(vec![
                varied(front.vary).into(),
                format!("{}{unit}", plain(scale * p.limit)).into(),
                met,
                fixed(Some(m.shown(p.reached)), m.decimals()).into(),
                shown(fixed(Some(p.added_mass_kg), 1)),
                shown(dollars(p.added_cost_usd)),
                p.marginal_usd
                    .map_or_else(|| "–".to_string(), |v| fixed(Some(v / scale), 1))
                    .into(),
                p.blocking.clone().unwrap_or_default().replace('_', " ").into(),
            ]);
        }
    }
    Table {
        caption: format!(
            "{}: least cost for a limit on the {} in every pair (as built {})",
            name_of(&r.vehicles, &f.vehicle),
            m.words(),
            written(m, f.as_built)
        ),
        header: [
            "Varied",
            "Limit",
            "Met",
            "Reached",
            "Added kg",
            "Added direct cost",
            if m.is_risk() { "$ a percentage point" } else { "$ a unit" },
            "What blocks",
        ]
        .map(String::from)
        .to_vec(),
        align: vec![Align::Left, Align::Right, Align::Center],
        rows,
        footnotes: vec![
            "$ a percentage point: added direct cost over risk gained from the next looser limit (or the car as built). \
             In brackets: the nearest design of a limit that cannot be met. The other limits of the reference target \
             and the own wall test are kept throughout."
                .to_string(),
        ],
    }
}

fn map_table(r: &StudyResult, map: &FeasibilityMap) -> Table {
    let rows = map.masses_kg.iter().enumerate().map(|(i, kg)| {
        let mut row: Vec<Cell> = vec![format!("{} kg", plain(*kg)).into()];
        row.extend(map.cells[i].iter().map(|c| match (c.feasible, c.already_met) {
            (true, true) => Cell::rated("as built", Class::Good),
            (true, false) => format!("{} kg, {}", fixed(Some(c.added_mass_kg), 0), dollars(c.added_cost_usd)).into(),
            (false, _) => Cell::rated("no", Class::Poor),
        }));
        row.push(
            map.largest_closing_speed_kmh(i)
                .map_or_else(|| "none".to_string(), plain)
                .into(),
        );
        row
    });
    let mut header = vec!["Partner".to_string()];
    header.extend(map.speeds_kmh.iter().map(|s| format!("{} km/h each", plain(*s))));
    header.push("Largest closing speed, km/h".to_string());
    Table {
        caption: format!(
            "{} against a partner like the {} of another mass: what the reference target takes",
            name_of(&r.vehicles, &map.vehicle),
            name_of(&r.partners, &map.partner)
        ),
        header,
        align: vec![Align::Left],
        rows: rows.collect(),
        footnotes: vec![
            "Masses and forces of the partner are scaled together, so that its own wall pulse stays; largest: of the \
             speeds of the map."
                .to_string(),
        ],
    }
}
