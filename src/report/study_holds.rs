//! How far the designs of a study's reference target hold: one row for each way they were tried.

use crate::measure::Measure;
use crate::sizing::holds::{Beside, Kind, NEAR_FACTOR};
use crate::study::{SizingRow, StudyResult};

use super::page::{Align, Cell, Class, Table};
use super::text::{fixed, model_of, plain, sentence};

/// The table; none where nothing was tried.
pub(super) fn table(r: &StudyResult, rows: &[&SizingRow]) -> Option<Table> {
    let tried: Vec<&&SizingRow> = rows.iter().filter(|s| !s.answer.holds.is_empty()).collect();
    let ways = ways(&tried);
    let limit = tried
        .iter()
        .flat_map(|s| &s.answer.holds)
        .find(|b| b.kind == Kind::Asked)?
        .limit;
    let leading = tried.iter().find_map(|s| s.answer.leading)?;
    let mut header = vec!["Tried".to_string()];
    header.extend(tried.iter().map(|s| model_of(&r.vehicles, &s.answer.vehicle)));
    let line = |what: &String| {
        let of = |s: &&&SizingRow| {
            let found = s.answer.holds.iter().find(|b| &b.what == what);
            found.map_or_else(|| Cell::from("asked for"), |b| cell(b, leading))
        };
        let mut cells: Vec<Cell> = vec![sentence(what).into()];
        cells.extend(tried.iter().map(of));
        cells
    };
    Some(Table {
        caption: "How far the designs hold".to_string(),
        header,
        align: vec![Align::Left, Align::Right],
        rows: ways.iter().map(line).collect(),
        footnotes: vec![
            format!(
                "Worst {} of each way to try a design, limit {}{}. Amber: beyond a limit, and at most {} times this one. \
                 Red: does not hold. A word names another limit that fails. Speeds, overlaps and seats at the highest \
                 speed studied.",
                leading.words(),
                plain(leading.shown(limit)),
                leading.suffix(),
                plain(NEAR_FACTOR)
            ),
            "Draws: of everything that is uncertain, each with one test of the scatter set; the share in which every \
             target holds in the load cases nearest to their limits."
                .to_string(),
        ],
    })
}

/// All ways any of them was tried, in order.
fn ways(tried: &[&&SizingRow]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for b in tried.iter().flat_map(|s| &s.answer.holds) {
        if !all.contains(&b.what) {
            all.push(b.what.clone());
        }
    }
    all
}

fn cell(b: &Beside, leading: Measure) -> Cell {
    let class = match (b.ok, b.near) {
        (true, _) => Class::Good,
        (false, true) => Class::Marginal,
        (false, false) => Class::Poor,
    };
    let value = match b.kind {
        Kind::Draws => format!("{} %", fixed(Some(100.0 * b.value), 0)),
        _ => format!(
            "{}{}",
            fixed(Some(leading.shown(b.value)), leading.decimals()),
            leading.suffix()
        ),
    };
    let other = b.fails.filter(|m| *m != leading && b.kind != Kind::Draws);
    let text = match other {
        Some(m) => format!("{value}; {}", m.words()),
        None => value,
    };
    Cell::rated(text, class)
}
