use super::*;
use crate::identify::read_recipe;
use crate::validate::offset_barrier::accepted_mm;
use crate::vehicle::library::load_vehicle;
use std::path::{Path, PathBuf};

const STEP_S: f64 = 20e-6;
/// Kei cars of the 2010s keep their cell in the JNCAP offset test: residual intrusion below this, mm.
const KEI_KEEPS_MM: f64 = 125.0;

fn library() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles")
}

fn shipped(group: &str, id: &str) -> Vehicle {
    load_vehicle(&library().join(format!("{group}/{id}.toml"))).unwrap()
}

/// A rigid cell is found out by cars whose cell gave way, a weak one by cars whose cell held.
#[test]
fn readings_tell_cells_apart() {
    let read = |id: &str, factor: f64| {
        let path = library().join(format!("recipes/{id}.toml"));
        let reading = read_recipe(&path).unwrap().0.offset.unwrap();
        let car = with_cell(&shipped("reference", id), factor);
        let x = offset_intrusion_mm(&car, 64.4, 40.0, STEP_S).unwrap();
        (x, reading)
    };
    for id in ["toyota-scion-iq-2012", "dodge-neon-1996"] {
        let (x, reading) = read(id, 20.0);
        assert!(!reading.is_met(x).unwrap(), "{id}, rigid: {x:.0} mm");
        let (x, reading) = read(id, 1.0);
        assert!(reading.is_met(x).unwrap(), "{id}: {x:.0} mm");
    }
    for id in ["honda-fit-2015", "fiat-500-2012"] {
        let (x, reading) = read(id, 0.5);
        let [_, most] = accepted_mm(reading.mean_mm().unwrap());
        assert!(!reading.is_met(x).unwrap() && x > most, "{id}, weak: {x:.0} mm");
    }
}

/// JNCAP offset test, 64 km/h and 40 %.
#[test]
fn kei_cars_of_the_2010s_keep_their_cell() {
    for id in [
        "honda-n-box-jf1",
        "honda-n-box-jf3",
        "daihatsu-tanto-la650",
        "daihatsu-taft-la900",
        "suzuki-alto-ha36",
        "suzuki-wagon-r-mh55",
        "suzuki-jimny-jb64",
        "nissan-sakura",
    ] {
        let x = offset_intrusion_mm(&shipped("kei", id), 64.0, 40.0, STEP_S).unwrap();
        assert!(x < KEI_KEEPS_MM, "{id}: {x:.0} mm");
    }
}

/// A reading is two points or their mean.
#[test]
fn a_reading_has_a_mean() {
    let table = "speed_kmh = 64.4\noverlap_pct = 40.0\nintrusion_sd_mm = 20.0\ntested = \"x\"\nsource = \"x\"\n";
    let mean = |more: &str| {
        let reading: OffsetReading = toml::from_str(&format!("{table}{more}")).unwrap();
        reading.mean_mm()
    };
    assert_eq!(mean("footwell_mm = 110.0\npanel_mm = 25.0").unwrap(), 67.5);
    assert_eq!(mean("intrusion_mm = 40.0").unwrap(), 40.0);
    assert!(mean("footwell_mm = 110.0").is_err());
    assert!(mean("").is_err());
}

/// The margin meets a two-sided reading on both sides of the prior; a low one only raises it.
#[test]
fn the_margin_follows_the_reading() {
    let intrusion = |m: f64| Ok(200.0 / (m * m));
    let at = |mm: f64, low: bool| {
        let text = format!(
            "speed_kmh = 64.4\noverlap_pct = 40.0\nintrusion_mm = {mm}\nintrusion_sd_mm = 2.0\nat_most = {low}\n\
             tested = \"x\"\nsource = \"x\"\n"
        );
        margin(1.25, &toml::from_str(&text).unwrap(), intrusion).unwrap().margin
    };
    assert!((at(50.0, false) - 2.0).abs() < 0.05, "{}", at(50.0, false));
    assert!((at(300.0, false) - 0.816).abs() < 0.03, "{}", at(300.0, false));
    assert!((at(300.0, true) - 1.25).abs() < 0.02, "{}", at(300.0, true));
}
