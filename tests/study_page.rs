//! The page of a study: the verdict stands in it with its numbers, and no mark of a template is left.

use std::path::Path;

use crumple::error::SourceText;
use crumple::report::{render, study_figures, study_page};
use crumple::study::file::parse_study;
use crumple::study::{Progress, Stage, StudyResult, run_study};
use crumple::vehicle::Library;
use serde_json::json;

struct Quiet;

impl Progress for Quiet {
    fn begin(&self, _: Stage, _: usize) {}
    fn step(&self, _: &str) {}
    fn stop(&self) -> bool {
        false
    }
}

const STUDY: &str = r#"
format = 1
name = "One car, one partner"
vehicles = ["honda-n-box-jf1"]
partners = ["toyota-rav4-2013"]
speeds_kmh = [48]
overlaps_pct = [100]
[[seat]]
seat = "driver"
dummy = "hiii-50m"
[sizing]
vary = "both"
[[sizing.target]]
name = "strict"
limits = ["joint_without_neck=0.08"]
[pareto]
limits = [0.08, 0.5]
[map]
partner = "toyota-rav4-2013"
masses_kg = [1500]
speeds_kmh = [30, 48]
"#;

fn study() -> StudyResult {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut library = Library::find(Some(root)).expect("the shipped library");
    let spec = parse_study(&SourceText::new("study.toml", STUDY), &mut library).expect("it reads");
    let folder = tempfile::tempdir().expect("a folder");
    run_study(&spec, &library, folder.path(), &Quiet).expect("it runs")
}

/// Text of a page without its markup, figures and style.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        text.push(' ');
        let skip = ["<svg", "<style", "<script"]
            .iter()
            .find(|t| rest[at..].starts_with(**t));
        let end = match skip {
            Some(tag) => format!("</{}>", &tag[1..]),
            None => ">".to_string(),
        };
        let after = rest[at..].find(&end).map_or(rest.len(), |i| at + i + end.len());
        rest = &rest[after..];
    }
    text.push_str(rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_page_gives_the_verdict_with_its_numbers() {
    let mut result = study();
    let page = |r: &StudyResult| {
        let figures = study_figures(r).expect("figures");
        for stem in ["pareto-honda-n-box-jf1", "map-honda-n-box-jf1"] {
            assert!(figures.iter().any(|(s, ..)| s == stem), "{stem}");
        }
        text_of(&render(&study_page(r, &figures)).expect("a page"))
    };
    let text = page(&result);
    for words in [
        "The verdict",
        "The claim: a kei car is a runabout of about $10,000",
        "$20,000 and more",
        "5th to 95th percentile",
        "How far the designs hold",
        "Share of draws in which it holds",
        "What was assumed",
        "What would change the answer",
        "NASVA says of its own test results",
        "similar mass",
        "Largest closing speed",
        "structure only",
        "restraints only",
        "$ a percentage point",
        "1,648,900 yen",
    ] {
        assert!(text.contains(words), "no \"{words}\" in the page");
    }
    let usd = result.sizings[0].answer.price_usd.expect("a price").usd();
    let shown = format!("${},{:03.0}", (usd / 1e3).floor(), (usd % 1e3).round());
    assert!(text.contains(&shown), "no price {shown}");
    for mark in ["{{", "}}", "{%", "NaN", "undefined", "Some("] {
        assert!(!text.contains(mark), "\"{mark}\" is left in the page");
    }
    // With percentiles of an uncertainty analysis the verdict shows those instead.
    let band = |p5: f64, p50: f64, p95: f64| json!({ "mean": p50, "sd": 1.0, "p5": p5, "p10": p5, "p25": p5, "p50": p50, "p75": p95, "p90": p95, "p95": p95 });
    let share = json!({ "value": 0.57, "low": 0.5, "high": 0.6 });
    let nominal = json!({ "draws": 100, "runs": 100, "probability_met": share, "overlooked": share,
        "price_usd": band(10_111.0, 12_222.0, 15_333.0), "added_mass_kg": band(11.0, 22.0, 33.0),
        "added_structure_kg": null, "added_cost_usd": band(111.0, 222.0, 333.0),
        "worst": {}, "expected": {}, "cases": [], "percentiles": {} });
    let found = json!({ "request": {}, "inputs": 1, "step_us": 50.0, "criterion": "joint_without_neck",
        "deciding": [], "as_built": null, "nominal": nominal, "tornado": null, "sobol": [], "designs": [],
        "notes": [], "interrupted": false });
    result.sizings[0].answer.uncertainty = serde_json::from_value(found).expect("an analysis");
    let text = page(&result);
    for words in [
        "5th to 95th percentile",
        "$12,200 ($10,100 to $15,300)",
        "22 (11 to 33)",
        "57 %",
    ] {
        assert!(text.contains(words), "no \"{words}\" in the page");
    }
}
