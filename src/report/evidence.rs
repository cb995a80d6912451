//! What the numbers of a report rest on: kinds of evidence per vehicle, the widest spreads, the sources.

use std::collections::BTreeMap;

use crate::risk::ncap::HEAD_AIS3;
use crate::vehicle::{Basis, Provenance, Vehicle};

use super::page::{Align, Cell, Class, Source, Table};
use super::text::{fixed, short_name};

/// Kinds of evidence in the order of their weight.
const ORDER: [Basis; 4] = [Basis::Measured, Basis::Published, Basis::Derived, Basis::Estimated];

/// Word for a kind of evidence.
pub(super) fn word(basis: Basis) -> &'static str {
    basis.word()
}

/// Number of a vehicle's keys by kind of evidence, in the order of [`ORDER`], and without any.
fn counts(vehicle: &Vehicle) -> ([usize; 4], usize) {
    let mut by = [0; 4];
    let mut without = 0;
    for key in vehicle.number_keys() {
        match vehicle.provenance_of(&key) {
            Some(p) => by[ORDER.iter().position(|b| *b == p.basis).unwrap_or(3)] += 1,
            None => without += 1,
        }
    }
    (by, without)
}

/// Share of a vehicle's numbers that are estimated or without evidence, percent.
pub(super) fn estimated_pct(vehicle: &Vehicle) -> f64 {
    let (by, without) = counts(vehicle);
    let all = by.iter().sum::<usize>() + without;
    100.0 * (by[3] + without) as f64 / all.max(1) as f64
}

/// The numbers with the widest spread, at any of their points: `(key path, entry)`, widest first.
fn widest(vehicle: &Vehicle, most: usize) -> Vec<(String, &Provenance)> {
    let mut all: Vec<(String, &Provenance)> = vehicle
        .number_keys()
        .into_iter()
        .filter_map(|k| vehicle.provenance_of(&k).map(|p| (k, p)))
        .collect();
    // What a partner sees or feels most first among equals: forces before stiffness and masses.
    let weight = |k: &str| usize::from(!k.ends_with("force_kN"));
    all.sort_by(|a, b| {
        let wide = b.1.largest_cv().total_cmp(&a.1.largest_cv());
        wide.then(weight(&a.0).cmp(&weight(&b.0)))
    });
    all.truncate(most);
    all
}

/// A spread for the table: whole percents, the range over points, and the side of a bound.
fn spread(p: &Provenance) -> String {
    let least = p.cv_by_point.iter().flatten().copied().reduce(f64::min);
    let most = 100.0 * p.largest_cv();
    let size = match least.map(|l| 100.0 * l) {
        Some(least) if most - least >= 0.5 => format!("{least:.0}-{most:.0} %"),
        _ => format!("{most:.0} %"),
    };
    match p.side {
        None => size,
        Some(side) => format!("{size} {}", side.word()),
    }
}

/// Kinds of evidence and widest spread of each vehicle.
pub(super) fn table(vehicles: &[&Vehicle]) -> Table {
    let rows = vehicles
        .iter()
        .map(|v| {
            let (by, without) = counts(v);
            let wide: Vec<String> = widest(v, 2)
                .into_iter()
                .map(|(k, p)| format!("{} {}", k.trim_start_matches("path."), spread(p)))
                .collect();
            let mut row: Vec<Cell> = vec![short_name(v).into()];
            row.extend(by.iter().map(|n| Cell::from(n.to_string())));
            row.push(if without > 0 {
                Cell::rated(without.to_string(), Class::Poor)
            } else {
                "0".into()
            });
            row.push(fixed(Some(estimated_pct(v)), 0).into());
            row.push(wide.join("; ").into());
            row
        })
        .collect();
    Table {
        caption: "Evidence behind the numbers of each vehicle file".to_string(),
        header: [
            "Vehicle",
            "Measured",
            "Published",
            "Derived",
            "Estimated",
            "None given",
            "Estimated or none, %",
            "Widest spreads (cv)",
        ]
        .map(String::from)
        .to_vec(),
        align: vec![
            Align::Left,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Left,
        ],
        rows,
        footnotes: vec![
            "Counted over masses, sizes, and the geometry, force, unloading stiffness and front mass of every load \
             path. Derived: computed from measured or published values, for example identified from a wall test. \
             Estimated: judgement or recollection. cv: standard deviation over value; a range where the points of a \
             table differ (fitted to a test, and beyond its reach); above or below: on that side of a bound only."
                .to_string(),
        ],
    }
}

/// First web address in a citation.
fn url_of(text: &str) -> Option<String> {
    let at = text.find("https://").or_else(|| text.find("http://"))?;
    let url = text[at..].split([' ', ',', ';', ')', '"']).next()?;
    Some(url.trim_end_matches('.').to_string())
}

/// The sources of the vehicles that their evidence names, once each, with what they give.
pub(super) fn sources(vehicles: &[&Vehicle]) -> Vec<Source> {
    let mut found: BTreeMap<(String, String), (Vec<Basis>, Vec<String>)> = BTreeMap::new();
    for v in vehicles {
        for (key, text) in &v.sources {
            let given = v.provenance.values().filter(|p| p.source == *key).map(|p| p.basis);
            let entry = found.entry((key.clone(), text.clone())).or_default();
            entry.0.extend(given);
            entry.1.push(short_name(v));
        }
    }
    let mut all: Vec<Source> = Vec::new();
    for ((key, text), (mut bases, names)) in found {
        bases.sort_unstable();
        bases.dedup();
        let words: Vec<&str> = bases.into_iter().map(word).collect();
        let many = names.len() > 2;
        let who = if many {
            format!("{} vehicles", names.len())
        } else {
            names.join(", ")
        };
        all.push(Source {
            key,
            url: url_of(&text),
            text: format!("{text} ({who})"),
            basis: words.join(", "),
        });
    }
    all
}

/// Sources of the method itself: the risk curves, and what full-width tests can be compared for.
pub(super) fn method_sources() -> Vec<Source> {
    vec![
        Source {
            key: "NCAP 2008".to_string(),
            text: format!("{}. Valid for {}", HEAD_AIS3.source, HEAD_AIS3.population),
            basis: "published".to_string(),
            url: None,
        },
        Source {
            key: "NASVA".to_string(),
            text: "National Agency for Automotive Safety and Victims' Aid, JNCAP collision tests: results compare \
                   vehicles of similar mass only (paraphrase)"
                .to_string(),
            basis: "published".to_string(),
            url: Some(NASVA_URL.to_string()),
        },
    ]
}

/// Where NASVA states the limit of its own results.
pub(super) const NASVA_URL: &str = "https://www.nasva.go.jp/mamoru/assessment_car/crackup_test.html";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_cut_out_of_a_citation() {
        let text = "Test report (https://example.org/a.html), page 3";
        assert_eq!(url_of(text).as_deref(), Some("https://example.org/a.html"));
        assert_eq!(url_of("no address"), None);
    }
}
