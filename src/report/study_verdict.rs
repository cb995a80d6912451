//! The verdict of a study: the claim of the public discussion, what the numbers say with their spread, what was
//! assumed, and what would change the answer. Numbers and sources only.

use crate::cost::{PriceBuildUp, Relation};
use crate::measure::Measure;
use crate::sizing::uncertainty::{Band, MonteCarlo, Swing, Tornado};
use crate::study::{SizingRow, StudyResult};

use super::evidence::NASVA_URL;
use super::page::{Align, Cell, Class, Section, Table, Tone};
use super::study_answer::{target_text, top_speed};
use super::study_holds;
use super::study_sentences::range_text;
use super::text::{dollars, fixed, listed, name_of, plain, price};

/// A runabout's price in Japan and the price claimed for it in the US, dollars: the two figures of the public
/// discussion (press of December 2025, cost.md 6).
const CLAIM_USD: [f64; 2] = [10_000.0, 20_000.0];

/// The section; none without a sizing.
pub(super) fn section(r: &StudyResult) -> Option<Section> {
    let rows: Vec<&SizingRow> = r.sizings.iter().filter(|s| s.target == r.spec.reference).collect();
    if rows.is_empty() {
        return None;
    }
    let [low, high] = CLAIM_USD;
    let drawn = rows.iter().any(|s| nominal(s).is_some());
    let spread = if drawn {
        "Ranges are the 5th to 95th percentile over the spreads of vehicle, restraint, risk, mass and cost inputs."
    } else {
        "These are nominal answers: no uncertainty was drawn in this run. The ranges given are those of one cost \
         parameter at a time with the design kept, so they are too narrow."
    };
    let mut section = Section::new("The verdict")
        .paragraph(format!(
            "The claim: a kei car is a runabout of about {} in Japan, and made safe enough for US roads it would cost \
             {} and more.",
            dollars(low),
            dollars(high)
        ))
        .paragraph(format!(
            "What the numbers say, for {} in every pair at up to {} km/h each. {spread}",
            target_text(r),
            plain(top_speed(r))
        ))
        .table(table(r, &rows))
        .bullets(says(r, &rows));
    if let Some(table) = study_holds::table(r, &rows) {
        section = section.table(table);
    }
    section = section
        .subheading("What was assumed")
        .bullets(assumed(r))
        .subheading("What would change the answer")
        .bullets(changes(r, &rows));
    section = section.callout(
        Tone::Warning,
        "Unlike masses",
        format!(
            "NASVA says of its own test results that they compare only vehicles of similar mass, and that they do not \
             hold when the partner is much larger or the speed higher (a paraphrase, not a quotation; {NASVA_URL}). The same caution \
             holds here: a joint risk is a dummy's, in one direction, without yaw, and no count of lives."
        ),
    );
    Some(section)
}

fn nominal(s: &SizingRow) -> Option<&MonteCarlo> {
    let analysed = s.answer.uncertainty.as_ref().and_then(|u| u.nominal.as_ref());
    analysed.or_else(|| s.answer.draws.as_ref().map(|d| &d.design))
}

/// Share of draws whose price is below some dollars, by the percentiles of the draws.
fn share_below(drawn: &MonteCarlo, usd: f64) -> Option<f64> {
    let grid = drawn.percentiles.get(&Measure::PriceUsd)?;
    let above = grid.iter().position(|p| *p >= usd);
    Some(match above {
        None => 1.0,
        Some(0) => 0.0,
        Some(i) => {
            let (low, high) = (grid[i - 1], grid[i]);
            let part = if high > low { (usd - low) / (high - low) } else { 0.0 };
            (i as f64 - 1.0 + part) / (grid.len() as f64 - 1.0)
        }
    })
}

/// The claim's two numbers as probabilities, a line for each car that meets the target.
fn chances(r: &StudyResult, rows: &[&SizingRow]) -> Vec<String> {
    let [low, high] = CLAIM_USD;
    let percent = |p: f64| format!("{} %", fixed(Some(100.0 * p), 0));
    let met = rows.iter().filter(|s| s.answer.feasible && from_japan(s));
    let line = |s: &&SizingRow| {
        let drawn = nominal(s)?;
        let (below, under) = (share_below(drawn, low)?, share_below(drawn, high)?);
        Some(format!(
            "{}: over {} draws its price is below {} in {}, between the two in {}, {} or more in {}.",
            name_of(&r.vehicles, &s.answer.vehicle),
            drawn.draws,
            dollars(low),
            percent(below),
            percent(under - below),
            dollars(high),
            percent(1.0 - under)
        ))
    };
    met.filter_map(line).collect()
}

/// Only cars priced from a Japanese list answer the question of the runabout.
fn from_japan(s: &SizingRow) -> bool {
    s.answer.price.as_ref().is_some_and(PriceBuildUp::from_japan)
}

/// Low, central and high.
type Range = (Option<f64>, Option<f64>, Option<f64>);

/// Percentiles where they were drawn, else the value found.
fn range(central: Option<f64>, band: Option<&Band>) -> Range {
    match band {
        Some(b) => (Some(b.p5), Some(b.p50), Some(b.p95)),
        None => (None, central, None),
    }
}

fn mass_range(s: &SizingRow) -> Range {
    let band = nominal(s).and_then(|n| n.added_mass_kg.as_ref());
    range(Some(s.answer.added_mass_kg), band)
}

fn cost_range(s: &SizingRow) -> Range {
    let band = nominal(s).and_then(|n| n.added_cost_usd.as_ref());
    range(Some(s.answer.added_cost_usd.usd()), band)
}

/// Of the price: where nothing was drawn, the widest swing of one cost parameter.
fn price_range(s: &SizingRow) -> Range {
    let band = nominal(s).and_then(|n| n.price_usd.as_ref());
    let all = range(s.answer.price_usd.map(|p| p.usd()), band);
    match (band, s.answer.price_swings.first()) {
        (None, Some(w)) => {
            let (a, b) = (w.at_low_usd, w.at_high_usd);
            (Some(a.min(b)), all.1, Some(a.max(b)))
        }
        _ => all,
    }
}

fn table(r: &StudyResult, rows: &[&SizingRow]) -> Table {
    let text = |(low, central, high): Range, write: &dyn Fn(f64) -> String| {
        let middle = central.map_or_else(|| "–".to_string(), write);
        match (low, high) {
            (Some(a), Some(b)) => format!("{middle} ({} to {})", write(a), write(b)),
            _ => middle,
        }
    };
    let kg = |v: f64| fixed(Some(v), 0);
    let lines = rows.iter().map(|s| {
        let a = &s.answer;
        let net = a.price.as_ref().and_then(PriceBuildUp::net_list_usd);
        let net = net.map_or_else(|| "–".to_string(), dollars);
        let met = match (a.feasible, a.already_met) {
            (true, true) => Cell::rated("as built", Class::Good),
            (true, false) => Cell::rated("yes", Class::Good),
            (false, _) => Cell::rated("no", Class::Poor),
        };
        let chance = nominal(s).map(|n| n.probability_met.value);
        let mut line: Vec<Cell> = vec![
            name_of(&r.vehicles, &s.answer.vehicle).into(),
            met,
            text(mass_range(s), &kg).into(),
            text(cost_range(s), &dollars).into(),
            net.into(),
        ];
        line.push(match a.feasible {
            true => text(price_range(s), &price).into(),
            false => Cell::rated("target missed", Class::Na),
        });
        line.push(chance.map_or_else(
            || "not drawn".into(),
            |p| format!("{} %", fixed(Some(100.0 * p), 0)).into(),
        ));
        line
    });
    Table {
        caption: "The answer against the claim".to_string(),
        header: [
            "Vehicle",
            "Target met",
            "Added kg",
            "Added direct cost",
            "List price less tax",
            "US price",
            "Share of draws in which it holds",
        ]
        .map(String::from)
        .to_vec(),
        align: vec![Align::Left, Align::Center],
        rows: lines.collect(),
        footnotes: vec![
            "US price: list price less tax, added cost at retail, US less Japan labour and parts. Not in it: a new \
             platform, dealers, tariffs, emission certification."
                .to_string(),
        ],
    }
}

fn says(r: &StudyResult, rows: &[&SizingRow]) -> Vec<String> {
    let [low, high] = CLAIM_USD;
    let prices = |feasible: bool| -> Vec<f64> {
        rows.iter()
            .filter(|s| s.answer.feasible == feasible && from_japan(s))
            .filter_map(|s| price_range(s).1)
            .collect()
    };
    let mut all = chances(r, rows);
    let met = prices(true);
    if let Some(range) = range_text(&met, price) {
        let below = met.iter().filter(|p| **p < low).count();
        let above = met.iter().filter(|p| **p >= high).count();
        all.push(format!(
            "Cars that meet the target come to {range}: {below} below {}, {} between, {above} at {} or above.",
            dollars(low),
            met.len() - below - above,
            dollars(high)
        ));
    }
    if let Some(range) = range_text(&prices(false), price) {
        all.push(format!(
            "Designs that come near and miss the target would come to {range}; they are no answer to it."
        ));
    }
    for s in rows.iter().filter(|s| s.answer.feasible && from_japan(s)) {
        let at = |volume: f64| {
            let list = s.answer.price_by_volume.iter();
            list.clone().find(|v| v.volume_per_year == volume)?.price_usd
        };
        if let (Some(few), Some(many)) = (at(5e3), at(100e3)) {
            all.push(format!(
                "{}: {} at 5,000 cars a year, {} at 100,000.",
                name_of(&r.vehicles, &s.answer.vehicle),
                price(few),
                price(many)
            ));
        }
    }
    all.extend(beside_precedents(r, rows));
    all.extend(no_longer_kei(r, rows));
    all
}

/// Cars whose new front makes them too long for the kei class, and what that costs in Japan.
fn no_longer_kei(r: &StudyResult, rows: &[&SizingRow]) -> Option<String> {
    let lost = rows
        .iter()
        .filter(|s| s.answer.feasible && s.answer.kei_status.is_some_and(|k| !k.kept));
    let names: Vec<String> = lost.clone().map(|s| name_of(&r.vehicles, &s.answer.vehicle)).collect();
    let [low, central, high] = lost.clone().find_map(|s| s.answer.kei_status?.buyer_yen)?;
    let thousand = |yen: f64| fixed(Some(yen / 1e3), 0);
    Some(format!(
        "Longer than 3.40 m with their new fronts, and no kei cars any more: {}. In Japan that would cost a buyer {},000 yen over ten years \
         ({},000 to {},000), resale left out.",
        listed(&names),
        thousand(central),
        thousand(low),
        thousand(high)
    ))
}

/// Where the added mass disagrees with what real changes weighed, and that it does.
fn beside_precedents(r: &StudyResult, rows: &[&SizingRow]) -> Vec<String> {
    let first = rows.first().map(|s| s.answer.precedents.as_slice());
    let mut all = Vec::new();
    for (i, p) in first.into_iter().flatten().enumerate() {
        let names = |relation: Relation| -> Vec<String> {
            rows.iter()
                .filter(|s| s.answer.feasible)
                .filter(|s| s.answer.precedents.get(i).is_some_and(|p| p.relation == relation))
                .map(|s| name_of(&r.vehicles, &s.answer.vehicle))
                .collect()
        };
        let parts: Vec<String> = [
            (Relation::Below, "less here for"),
            (Relation::Within, "in agreement for"),
            (Relation::Above, "more here for"),
        ]
        .into_iter()
        .filter_map(|(relation, words)| {
            let names = names(relation);
            (!names.is_empty()).then(|| format!("{words} {}", listed(&names)))
        })
        .collect();
        let [low, _, high] = p.precedent_kg;
        if parts.is_empty() {
            continue;
        }
        let took = match low == high {
            true => format!("{} kg", fixed(Some(low), 1)),
            false => format!("{} to {} kg", plain(low), plain(high)),
        };
        all.push(format!(
            "Beside a real change ({}, {took}): {}.",
            p.precedent,
            parts.join("; ")
        ));
    }
    if !all.is_empty() {
        all.push(
            "These changes were not made for this target: part of the i-MiEV's gain is width, bumpers and equipment; \
             the small-overlap fix served one more test of a car that was strong already."
                .to_string(),
        );
    }
    all
}

fn assumed(r: &StudyResult) -> Vec<String> {
    let costs = if r.spec.question.new_powertrain {
        "Added mass drags further mass along, a new powertrain included."
    } else {
        "The powertrain is kept: added mass drags along brakes, wheels and suspension only."
    };
    vec![
        costs.to_string(),
        "Added structure costs per kilogram what US EPA OMEGA gives for body structure; direct cost becomes retail once, \
         by one retail price equivalent. List prices in Japan hold unchanged since their year."
            .to_string(),
        "A car realises a share of what its crush tubes absorb alone; that share, the mass of a longer front and of a \
         compartment are judgement, with wide spreads."
            .to_string(),
        "Structures of the kei cars without a public wall test rest on priors from the lightest cars tested in the US."
            .to_string(),
    ]
}

fn changes(r: &StudyResult, rows: &[&SizingRow]) -> Vec<String> {
    let mut all = Vec::new();
    let example = rows.iter().find(|s| s.answer.feasible && from_japan(s));
    if let Some(s) = example {
        let swings = s.answer.price_swings.iter().take(4);
        let parts: Vec<String> = swings
            .map(|w| {
                format!(
                    "{} from {} to {}: {} to {}",
                    w.what,
                    end(w.range[0]),
                    end(w.range[1]),
                    dollars(w.at_low_usd),
                    dollars(w.at_high_usd)
                )
            })
            .collect();
        if !parts.is_empty() {
            all.push(format!(
                "Price of the {} with one cost parameter at a time: {}.",
                name_of(&r.vehicles, &s.answer.vehicle),
                parts.join("; ")
            ));
        }
    }
    let missed: Vec<String> = rows
        .iter()
        .filter(|s| !s.answer.feasible)
        .filter_map(|s| {
            let v = s.answer.highest_feasible_speed_kmh?;
            Some(format!(
                "{} meets it up to {} km/h each",
                name_of(&r.vehicles, &s.answer.vehicle),
                plain(v)
            ))
        })
        .collect();
    if !missed.is_empty() {
        all.push(format!("A lower speed: {}.", listed(&missed)));
    }
    for map in &r.maps {
        let closing: Vec<String> = (0..map.masses_kg.len())
            .filter_map(|i| {
                let v = map.largest_closing_speed_kmh(i)?;
                Some(format!("{} kg: {} km/h", plain(map.masses_kg[i]), plain(v)))
            })
            .collect();
        all.push(format!(
            "A lighter partner. Largest closing speed studied at which the {} can keep the target, by mass of a partner \
             like the {}: {}.",
            name_of(&r.vehicles, &map.vehicle),
            name_of(&r.partners, &map.partner),
            listed(&closing)
        ));
    }
    for s in rows {
        let found = s.answer.uncertainty.as_ref();
        let tornado = found.and_then(|u| u.tornado.as_ref());
        // Outputs of a swing: risk, added kg, direct cost, price.
        let named: Vec<String> = [(0, "its risk"), (1, "its added mass"), (3, "its price")]
            .into_iter()
            .filter_map(|(output, what)| Some(format!("{what} {}", widest(tornado?, output)?)))
            .collect();
        if !named.is_empty() {
            all.push(format!(
                "{}: most is moved by one input at a time: {}.",
                name_of(&r.vehicles, &s.answer.vehicle),
                listed(&named)
            ));
        }
    }
    all.push(
        "Measured structures: a wall test of each kei car would replace the priors on rails, compartment and bottoming."
            .to_string(),
    );
    all
}

/// The input of a tornado with the widest swing in one output.
fn widest(tornado: &Tornado, output: usize) -> Option<String> {
    let known = |s: &&Swing| s.at_p10[output].is_some() && s.at_p90[output].is_some();
    let all = tornado.swings.iter().filter(known);
    let most = all.max_by(|a, b| a.width(output).total_cmp(&b.width(output)))?;
    Some(format!("by {}", most.input))
}

/// An end of a parameter's range: whole from 10 up, two decimals below.
fn end(value: f64) -> String {
    fixed(Some(value), if value.abs() < 10.0 { 2 } else { 0 })
}
