//! Intrusion enters a study by a published odds ratio, in columns of its own, and only when the file asks.

use crumple::error::SourceText;
use crumple::measure::{Measure, Readings};
use crumple::risk::intrusion::with_odds_ratio;
use crumple::study::file::parse_study;
use crumple::study::{Progress, Stage, run_study};
use crumple::vehicle::Library;

struct Quiet;

impl Progress for Quiet {
    fn begin(&self, _: Stage, _: usize) {}
    fn step(&self, _: &str) {}
    fn stop(&self) -> bool {
        false
    }
}

fn study(extra: &str) -> String {
    format!(
        r#"
format = 1
name = "One car, one partner"
vehicles = ["honda-n-box-jf1"]
partners = ["ford-f-150-2018"]
speeds_kmh = [56]
overlaps_pct = [100]
{extra}
[[seat]]
seat = "driver"
dummy = "hiii-50m"
[simulation]
step_us = 50
"#
    )
}

fn pair(extra: &str) -> Readings {
    let mut library = Library::find(None).unwrap();
    let source = SourceText::new("study.toml", study(extra));
    let spec = parse_study(&source, &mut library).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let result = run_study(&spec, &library, folder.path(), &Quiet).unwrap();
    result.rows[0].before.clone()
}

#[test]
fn odds_of_the_leg_are_multiplied_where_the_panel_comes_back() {
    let plain = pair("");
    let with = pair("intrusion_odds = \"panel_full_frontal\"");
    let femur = plain.first(Measure::FemurAis2).unwrap();
    let multiplied = Measure::FemurAis2WithIntrusion;
    assert_eq!(plain.first(multiplied), None);
    assert!(with.first(Measure::IntrusionMm).unwrap() > 20.0);
    assert_eq!(with.first(Measure::IntrusionOddsFactor), Some(8.0));
    assert_eq!(with.first(multiplied), Some(with_odds_ratio(femur, 8.0)));
    // What sizing aims at stays what it was.
    let joint = Measure::JointWithoutNeck;
    assert_eq!(with.first(joint), plain.first(joint));
    assert!(with.first(Measure::JointWithoutNeckWithIntrusion) > with.first(joint));
}

#[test]
fn a_ratio_nobody_published_is_refused_at_its_line() {
    let mut library = Library::find(None).unwrap();
    let source = SourceText::new("study.toml", study("intrusion_odds = \"panel\""));
    let error = parse_study(&source, &mut library).unwrap_err().to_string();
    assert!(error.contains("study.toml:8") && error.contains("panel"), "{error}");
}
