//! A vehicle of one's own, written in code, against one of the library: what each goes through.
//!
//! `cargo run --release --example own_vehicle`

use crumple::collision::result::CaseResult;
use crumple::collision::{Case, VehicleOutcome, run};
use crumple::error::{Error, SourceText};
use crumple::measure::Measure;
use crumple::vehicle::{Library, parse_vehicle};

const SMALL: &str = r#"
format = 1
id = "small"
name = "A small car"
class = "car"
year = 2026

[body]
curb_kg = 900.0
test_kg = 1000.0
length_mm = 3400
width_mm = 1480
height_mm = 1600
wheelbase_mm = 2500

[[mass]]
name = "cabin"
role = "cabin"
kg = 985.0

# One broad front: crush force by crush up to the firewall; it springs back at 20 kN a millimetre.
[[path]]
name = "front"
face = "front"
to = "cabin"
height_mm = [200, 1000]
lateral_mm = [[-700, 700]]
setback_mm = 0
face_kg = 15.0
crush_mm = [0, 50, 400, 500]
force_kN = [0, 180, 260, 600]
unload_kN_per_mm = 20.0
"#;

fn main() -> Result<(), Error> {
    let small = parse_vehicle(&SourceText::new("small.toml", SMALL))?;
    let partner = Library::find(None)?.vehicle("toyota-rav4-2013")?;
    let case = Case::head_on(&small, &partner, 48.0 / 3.6);
    let result = CaseResult::collect(&case, &run(&case)?)?;
    for m in [Measure::DeltaVMps, Measure::PeakGCfc60, Measure::CrushMm] {
        let shown = |v: &VehicleOutcome| v.reading(m).map_or(f64::NAN, |x| m.shown(x));
        let [a, b] = result.vehicles.each_ref().map(shown);
        println!("{:16} {a:8.1} {b:8.1}", m.heading());
    }
    Ok(())
}
