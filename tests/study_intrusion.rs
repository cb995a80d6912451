//! Intrusion enters a study by a published odds ratio, in columns of its own, and only when the file asks.

use crumple::error::SourceText;
use crumple::risk::intrusion::with_odds_ratio;
use crumple::study::file::parse_study;
use crumple::study::{Numbers, Progress, Stage, run_study};
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

fn pair(extra: &str) -> Numbers {
    let library = Library::find(None).unwrap();
    let source = SourceText::new("study.toml", study(extra));
    let spec = parse_study(&source, &library).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let result = run_study(&spec, &library, folder.path(), &Quiet).unwrap();
    result.rows[0].before.clone()
}

#[test]
fn odds_of_the_leg_are_multiplied_where_the_panel_comes_back() {
    let plain = pair("");
    let with = pair("intrusion_odds = \"panel_full_frontal\"");
    let femur = plain.get("occupant.1.risk.femur_ais2").unwrap();
    let name = "occupant.1.risk.femur_ais2_with_intrusion";
    assert_eq!(plain.get(name), None);
    assert!(with.get("vehicle.1.intrusion_mm").unwrap() > 20.0);
    assert_eq!(with.get("occupant.1.risk.intrusion_odds_factor"), Some(8.0));
    assert_eq!(with.get(name), Some(with_odds_ratio(femur, 8.0)));
    // What sizing aims at stays what it was.
    let joint = "occupant.1.risk.joint_without_neck";
    assert_eq!(with.get(joint), plain.get(joint));
    assert!(with.get(&format!("{joint}_with_intrusion")) > with.get(joint));
}

#[test]
fn a_ratio_nobody_published_is_refused_at_its_line() {
    let library = Library::find(None).unwrap();
    let source = SourceText::new("study.toml", study("intrusion_odds = \"panel\""));
    let error = parse_study(&source, &library).unwrap_err().to_string();
    assert!(
        error.contains("study.toml:8") && error.contains("panel"),
        "{error}"
    );
}
