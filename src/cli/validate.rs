//! `crumple validate`: predicted against published tests; exit status 1 when a row misses its bar.

use std::path::PathBuf;

use crumple::collision::plausibility::OwnWallReadings;
use crumple::error::Error;
use crumple::number::Range;
use crumple::report::validation_figures;
use crumple::validate::{Family, Kind, Reference, Row, Validation, small_overlap, validate};

use super::case_run::spread_page;
use super::{Done, library, output, plot};

#[derive(clap::Args)]
pub struct Arguments {
    /// Folder for figures
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    let found = validate(&library::find(None)?)?;
    if let Some(folder) = &a.out {
        for (name, figure, _) in validation_figures(&found).map_err(plot::refused)? {
            plot::write_figure(folder, &name, &figure)?;
        }
    }
    if a.json {
        output::json(&found)?;
    } else {
        output::text(&page(&found))?;
    }
    Ok(if found.missed == 0 {
        Done::Holds
    } else {
        eprintln!(
            "exit status 1: {} rows miss their bars, listed under Missed: a finding about the model, not a failed run",
            found.missed
        );
        Done::DoesNotHold
    })
}

fn page(found: &Validation) -> String {
    let mut page = String::new();
    for group in found.rows.chunk_by(|a, b| a.family == b.family) {
        page += &format!("{}\n\n", group[0].family.heading());
        let drawn = is_drawn(group);
        let rows: Vec<Vec<String>> = group.iter().map(|r| line(r, drawn)).collect();
        let mut head = vec!["case", "quantity", "kind", "reference", "here", "error", "bar", ""];
        if drawn {
            head.push("5-95 % here");
        }
        page += &output::table(&head, &rows);
        for r in group.iter().filter(|r| r.holds.is_none() && !r.note.is_empty()) {
            let once = r.family == Family::SmallOverlap && r.quantity == small_overlap::DELTA_V;
            if once || matches!(r.family, Family::Stiffness | Family::Field | Family::Residual) {
                page += &format!("{}, {}: {}\n", r.case, r.quantity, r.note);
            }
        }
        page.push('\n');
    }
    page += &format!(
        "{} vehicles rest on a prior and have no test of their own: {}\n\n",
        found.untested.len(),
        found.untested.join(", ")
    );
    page += &format!("Other speeds\n\n{}\n\n", found.other_speeds);
    for pair in &found.spreads {
        page += &format!("{}\n{}\n", pair.case, spread_page(&pair.spread));
    }
    page += &readings_table(&found.own_wall_readings);
    page += &format!("\nSources\n\n{}", sources(found));
    page += &misses(found);
    page += &counts(found);
    page
}

/// Rows that miss their bar, by kind.
fn misses(found: &Validation) -> String {
    if found.missed == 0 {
        return String::new();
    }
    let mut page = String::from("\nMissed\n\n");
    for kind in Kind::ALL {
        for r in found.misses().filter(|r| r.kind == kind) {
            let note = if r.note.is_empty() {
                String::new()
            } else {
                format!("; {}", r.note)
            };
            page += &format!(
                "  {}: {}: {} against {} (bar {}){note}\n",
                kind.word(),
                r.name,
                output::number(r.predicted, &r.unit),
                reference(r),
                r.bar.as_deref().unwrap_or("-"),
            );
        }
    }
    page
}

/// A line per kind; only predictions say how good the model is.
fn counts(found: &Validation) -> String {
    let mut page = String::from("\n");
    for kind in Kind::ALL {
        let count = found.summary.kind(kind);
        let what = match kind {
            Kind::Fit => "the tests that the structures were identified from",
            Kind::Identity => "momentum, or an input read back",
            Kind::Prediction => "what was not fitted: only these say how good the model is",
        };
        page += &format!("{} {} of {} hold ({what})\n", kind.word(), count.held, count.judged);
    }
    page
}

/// Has a row of the group a spread?
fn is_drawn(group: &[Row]) -> bool {
    group.iter().any(|r| r.predicted_spread.is_some())
}

fn line(r: &Row, drawn: bool) -> Vec<String> {
    let spread = r
        .predicted_spread
        .map(|[lo, hi]| format!("{} - {}", output::number(lo, ""), output::number(hi, "")));
    let mut cells = vec![
        r.case.clone(),
        r.quantity.clone(),
        r.kind.word().into(),
        reference(r),
        output::number(r.predicted, &r.unit),
        r.error_pct
            .map_or(output::number(r.error, ""), |e| format!("{e:+.1} %")),
        r.bar.clone().unwrap_or("-".into()),
        match r.holds {
            Some(true) => "holds".into(),
            Some(false) => "MISSED".into(),
            None => String::new(),
        },
    ];
    if drawn {
        cells.push(spread.unwrap_or_default());
    }
    cells
}

fn reference(r: &Row) -> String {
    match r.measured {
        Reference::Range([lo, hi]) => format!("{} - {}", output::number(lo, ""), output::number(hi, &r.unit)),
        Reference::Value(v) => output::number(v, &r.unit),
    }
}

fn readings_table(all: &[OwnWallReadings]) -> String {
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|r| {
            let (d, p) = (&r.driver, &r.passenger);
            let published: Vec<&str> = r.published.iter().map(|p| p.what.as_str()).collect();
            let mut remarks: Vec<String> = Vec::new();
            if !r.outside_published.is_empty() {
                remarks.push(format!("outside published: {}", r.outside_published.join(" ")));
            }
            if !d.over_fmvss208.is_empty() {
                remarks.push(format!("over FMVSS 208: {}", d.over_fmvss208.join(" ")));
            }
            if !p.over_fmvss208.is_empty() {
                remarks.push(format!("passenger over: {}", p.over_fmvss208.join(" ")));
            }
            vec![
                r.vehicle.clone(),
                r.restraint.clone(),
                format!("{:.0}", d.hic15),
                format!("{:.1}", d.chest_a3ms_g),
                format!("{:.1}", d.chest_mm),
                format!("{:.2}", d.femur_kN),
                format!("{:.0}", p.hic15),
                format!("{:.1}", p.chest_mm),
                published.join("; "),
                remarks.join("; "),
            ]
        })
        .collect();
    let head = [
        "vehicle",
        "restraint",
        "HIC15",
        "chest g",
        "chest mm",
        "femur kN",
        "05F HIC15",
        "05F mm",
        "published for",
        "",
    ];
    let mut page =
        String::from("Driver and passenger in the own wall at 56 km/h with the restraint of the era (not judged)\n\n");
    page += &output::table(&head, &rows);
    page.push('\n');
    let mut seen: Vec<&str> = Vec::new();
    for p in all.iter().flat_map(|r| &r.published) {
        if !seen.contains(&p.what.as_str()) {
            seen.push(&p.what);
            let range = |name: &str, r: Option<Range>| {
                r.map(Range::get)
                    .map_or(String::new(), |[a, b]| format!(", {name} {a}-{b}"))
            };
            page += &format!(
                "{} ({} cars{}{}{}): {}\n",
                p.what,
                p.cars,
                range("HIC15", p.hic15),
                range("chest mm", p.chest_mm),
                range("femur kN", p.femur_kN),
                p.source
            );
        }
    }
    page
}

/// Each source of the tests that were not fitted, once; those of wall tests are in the vehicle files.
fn sources(found: &Validation) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for r in &found.rows {
        let elsewhere = matches!(r.family, Family::WallPulse | Family::WallScalars | Family::OtherSpeed);
        if !elsewhere && !seen.contains(&r.source.as_str()) {
            seen.push(&r.source);
        }
    }
    let mut page: String = seen.iter().map(|s| format!("{s}\n")).collect();
    page += "Own wall tests: sources in the vehicle files (`crumple vehicles show ID`)\n";
    page
}
