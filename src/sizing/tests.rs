//! Laws of sizing's arithmetic on a small made-up car.

use std::collections::BTreeMap;

use super::design::strengthenable;
use super::station::length_station_m;
use super::*;
use crate::cost::mass::{design_crush_m, mean_force_n};
use crate::cost::model::tests::{shipped, shipped_materials};
use crate::cost::{imported_price_usd, precedent, price_in_us};
use crate::error::SourceText;
use crate::vehicle::{Vehicle, parse_vehicle};

/// Three masses, rails that bottom, sheet metal, engine, compartment. Invented numbers.
const CAR: &str = r#"
format = 1
id = "honda-n-box-invented"
name = "Invented kei"
class = "kei"
year = 2015
[body]
curb_kg = 900.0
test_kg = 1100.0
length_mm = 3395
width_mm = 1475
height_mm = 1750
wheelbase_mm = 2500
[[mass]]
name = "cabin"
role = "cabin"
kg = 862.0
[[mass]]
name = "dash"
role = "dash"
kg = 60.0
[[mass]]
name = "engine"
role = "engine"
kg = 160.0
[[path]]
name = "rails"
face = "front"
to = "cabin"
height_mm = [400, 520]
lateral_mm = [[-560, 560]]
setback_mm = 0
face_kg = 8.0
crush_mm = [0, 30, 150, 430, 470]
force_kN = [0, 80, 130, 160, 500]
unload_kN_per_mm = [8, 8, 12, 20, 25]
rate_s_per_m = 0.02
material = "hsla"
[[path]]
name = "sheet"
face = "front"
to = "dash"
height_mm = [520, 900]
lateral_mm = [[-650, 650]]
setback_mm = 40
face_kg = 6.0
crush_mm = [0, 100, 350, 450]
force_kN = [0, 25, 60, 90]
unload_kN_per_mm = 6.0
material = "mild"
[[path]]
name = "radiator"
face = "front"
to = "engine"
height_mm = [330, 760]
lateral_mm = [[-330, 330]]
setback_mm = 180
face_kg = 4.0
crush_mm = [0, 60, 120]
force_kN = [0, 60, 250]
unload_kN_per_mm = 30.0
[[path]]
name = "compartment"
face = "front"
compartment = true
to = "dash"
height_mm = [200, 1500]
lateral_mm = [[-737.5, 737.5]]
setback_mm = 620
face_kg = 0.0
crush_mm = [0, 60, 300]
force_kN = [0, 200, 420]
unload_kN_per_mm = 30.0
[[path]]
name = "engine_to_dash"
from = "engine"
to = "dash"
gap_mm = 150
crush_mm = [0, 60, 150]
force_kN = [0, 180, 330]
unload_kN_per_mm = 20.0
[[path]]
name = "dash_to_cabin"
from = "dash"
to = "cabin"
crush_mm = [0, 8, 120, 300]
force_kN = [0, 320, 360, 450]
unload_kN_per_mm = 60.0
"#;

pub(crate) fn car() -> Vehicle {
    let mut car = parse_vehicle(&SourceText::new("car.toml", CAR)).unwrap();
    // It stands for one of a library, whose price is the cost file's.
    car.of_library = true;
    car
}

pub(crate) fn data() -> SizingData {
    SizingData {
        materials: shipped_materials(),
        costs: shipped(),
        partners: Vec::new(),
        has: BTreeMap::new(),
    }
}

fn design(rails: f64, length_m: f64, cabin: f64) -> Design {
    Design {
        strength: [("rails".to_string(), rails)].into(),
        added_front_length_m: length_m,
        cabin_factor: cabin,
        ..Design::default()
    }
}

/// Everything that reading a file demands of tables and masses.
pub(super) fn assert_valid(v: &Vehicle) {
    assert!((v.total_kg() - v.body.test_kg).abs() < 0.5, "{}", v.total_kg());
    for p in &v.paths {
        let Some(t) = &p.table else { continue };
        assert_eq!(t.crush_m[0], 0.0);
        for i in 1..t.crush_m.len() {
            assert!(t.crush_m[i] > t.crush_m[i - 1], "{}", p.name);
            assert!(t.unload_n_per_m[i] >= t.unload_n_per_m[i - 1], "{}", p.name);
            let slope = (t.force_n[i] - t.force_n[i - 1]) / (t.crush_m[i] - t.crush_m[i - 1]);
            let least = slope * (1.0 + t.rate_s_per_m * 15.6) * (1.0 - 1e-9);
            for k in [t.unload_n_per_m[i - 1], t.unload_n_per_m[i]] {
                assert!(k >= least, "{} at {i}: {k} below {least}", p.name);
            }
        }
    }
}

#[test]
fn the_zero_design_adds_nothing() {
    let sized = apply(&car(), &Design::default(), &data()).unwrap();
    assert_eq!(sized.vehicle, car());
    assert_eq!(sized.mass.total_kg(), 0.0);
    assert_eq!(sized.cost.total().usd(), 0.0);
    assert!(sized.cost.items.is_empty());
}

#[test]
fn mass_and_cost_grow_with_each_variable_and_the_vehicle_stays_valid() {
    let data = data();
    let base = design(1.2, 0.05, 1.1);
    let at = |d: &Design| {
        let sized = apply(&car(), d, &data).unwrap();
        assert_valid(&sized.vehicle);
        let grown = sized.vehicle.total_kg() - car().total_kg();
        assert!((grown - sized.mass.total_kg()).abs() < 1e-9);
        (sized.mass.total_kg(), sized.cost.total().usd())
    };
    let (kg, usd) = at(&base);
    for more in [design(1.3, 0.05, 1.1), design(1.2, 0.10, 1.1), design(1.2, 0.05, 1.2)] {
        let (kg_more, usd_more) = at(&more);
        assert!(kg_more > kg && usd_more > usd, "{kg_more} {usd_more}");
    }
    let belts = Design {
        package: Some("front-belts".into()),
        ..base
    };
    let (kg_belts, usd_belts) = at(&belts);
    assert!(
        (kg_belts - kg - 1.0).abs() < 1e-9,
        "two belts at 0.5 kg, not compounded"
    );
    assert!(usd_belts > usd);
}

/// dm_i = (s - 1) C_0 / (SEA eta): rails of C_0 = (1.2 + 12.6 + 40.6) kJ at s = 1.5 in HSLA.
#[test]
fn the_mass_of_stronger_rails_by_hand() {
    let c0 = 0.5 * 80e3 * 0.030 + 105e3 * 0.120 + 145e3 * 0.280;
    let sized = apply(&car(), &design(1.5, 0.0, 1.0), &data()).unwrap();
    let rails = &sized.mass.paths[0];
    assert!((rails.added_energy_j - 0.5 * c0).abs() < 1e-6);
    assert!((rails.kg - 0.5 * c0 / (11.7e3 * 0.5)).abs() < 1e-9);
    assert!((sized.mass.total_kg() - 1.3 * rails.kg).abs() < 1e-9);
    let body = sized.vehicle.masses[0].kg - 862.0;
    assert!(
        (body - 0.5 * rails.kg - 0.3 * rails.kg).abs() < 1e-9,
        "half of it and what it drags"
    );
    let per_kg = data().costs.deflator.factor(2020).unwrap() * 3.307;
    let usd = sized.cost.items[0].usd.usd();
    assert!((usd - rails.kg * per_kg).abs() < 1e-9);
}

#[test]
fn added_length_is_a_plateau_at_the_mean_force_and_moves_what_is_behind() {
    let v = car();
    assert!((length_station_m(&v) - 0.180).abs() < 1e-12);
    let sized = apply(&v, &design(1.0, 0.1, 1.0), &data()).unwrap();
    assert_valid(&sized.vehicle);
    let table = |v: &Vehicle, i: usize| v.paths[i].table.clone().unwrap();
    let mean = mean_force_n(&table(&v, 0));
    let before = table(&v, 0).energy_to(0.430);
    let after = table(&sized.vehicle, 0).energy_to(0.530);
    assert!((after - before - mean * 0.1).abs() < 1e-6 * after);
    assert!((design_crush_m(&table(&sized.vehicle, 0)) - 0.530).abs() < 1e-12);
    // The bottoming branch is the old one, 100 mm later.
    let (old, new) = (table(&v, 0), table(&sized.vehicle, 0));
    assert!((new.force_at(0.550) - old.force_at(0.450)).abs() < 1e-6);
    let setbacks: Vec<f64> = sized
        .vehicle
        .paths
        .iter()
        .filter_map(|p| p.layer().map(|l| (l.setback_m * 1e3).round()))
        .collect();
    assert_eq!(setbacks, [0.0, 40.0, 280.0, 720.0]);
    assert!((sized.vehicle.body.length_m - 3.495).abs() < 1e-12);
    assert!((sized.mass.front_length_kg - 4.0).abs() < 1e-12);
}

#[test]
fn a_length_below_rounding_is_none() {
    let sized = apply(&car(), &design(1.0, 1e-18, 1.0), &data()).unwrap();
    assert_eq!(sized.vehicle, car());
    assert_eq!(sized.mass.total_kg(), 0.0);
}

#[test]
fn cabin_factor_acts_on_compartment_and_dash_only() {
    let sized = apply(&car(), &design(1.0, 0.0, 1.5), &data()).unwrap();
    for (old, new) in car().paths.iter().zip(&sized.vehicle.paths) {
        let (a, b) = (old.table.as_ref().unwrap(), new.table.as_ref().unwrap());
        let factor = if car().is_compartment(old) { 1.5 } else { 1.0 };
        assert_eq!(b.force_n[2], a.force_n[2] * factor, "{}", old.name);
        assert_eq!(b.unload_n_per_m[2], a.unload_n_per_m[2] * factor);
    }
    assert!((sized.mass.compartment_kg - 25.0).abs() < 1e-12);
    let names: Vec<_> = strengthenable(&car()).iter().map(|p| p.name.clone()).collect();
    assert_eq!(names, ["rails", "sheet"]);
}

#[test]
fn refused_designs_say_why() {
    let told = |d: Design| apply(&car(), &d, &data()).unwrap_err().to_string();
    assert!(told(design(0.9, 0.0, 1.0)).contains("0.9"));
    assert!(told(design(1.0, -0.1, 1.0)).contains("-0.1"));
    assert!(told(design(1.0, f64::NAN, 1.0)).contains("NaN"));
    let mut d = design(1.2, 0.0, 1.0);
    d.strength.insert("rials".into(), 1.1);
    assert!(told(d).contains("did you mean \"rails\""));
    let mut d = design(1.2, 0.0, 1.0);
    d.strength.insert("dash_to_cabin".into(), 1.1);
    assert!(told(d).contains("cabin factor"));
    let mut d = design(1.2, 0.0, 1.0);
    d.materials.insert("rails".into(), "boron".into());
    assert!(told(d).contains("boron"));
    let mut d = design(1.0, 0.0, 1.2);
    d.cabin_material = Some("cfrp".into());
    assert!(told(d).contains("cfrp"));
    let mut d = design(1.0, 0.0, 1.0);
    d.package = Some("front-belt".into());
    assert!(told(d).contains("front-belts"));
}

#[test]
fn cheapest_material_is_the_one_with_the_least_cost_per_kj() {
    let data = data();
    let per_kj = |id: &str| {
        let m = data.materials.get(id).unwrap();
        data.usd_per_kj(m).unwrap().unwrap()
    };
    // c / (SEA eta) in 2020$: mild 0.827, DP800 0.467 $/kJ.
    let to_2025 = data.costs.deflator.factor(2020).unwrap();
    assert!((per_kj("mild") / to_2025 - 3.307 / 4.0).abs() < 1e-9);
    assert!((per_kj("dp800") / to_2025 - 3.9 / 8.35).abs() < 1e-9);
    let pick = |ids: &[&str]| {
        let allowed: Vec<String> = ids.iter().map(|s| s.to_string()).collect();
        data.cheapest_crush_material(&allowed).map(|m| m.id.clone())
    };
    assert_eq!(pick(&["mild", "hsla", "dp600"]).unwrap(), "dp600");
    let told = pick(&["mild", "boron"]).unwrap_err().to_string();
    assert!(told.contains("\"boron\" has no data for crush"), "{told}");
}

/// price = list + cost x RPE + differences x RPE + destination: the steps add up, and RPE acts once.
#[test]
fn price_applies_the_retail_equivalent_once() {
    let data = data();
    let sized = apply(&car(), &design(1.5, 0.1, 1.2), &data).unwrap();
    let built = price_in_us(&car(), &sized.cost, &data.costs).unwrap();
    let list = 1_648_900.0 / 1.10 / 156.0 + 1600.0;
    let there = data.costs.deflator.factor(2024).unwrap();
    let expected = list + 1.5 * (sized.cost.total().usd() + (573.0 + 600.0) * there);
    assert!((built.price_usd.usd() - expected).abs() < 1e-6);
    let sum: f64 = built.steps.iter().map(|s| s.usd).sum();
    assert!((sum - expected).abs() < 1e-6);
    assert_eq!(built.steps.last().unwrap().price_usd, built.price_usd.usd());
    assert!(built.steps.iter().all(|s| !s.evidence.source.is_empty()));
    // The same cost at RPE 3 adds twice as much.
    let mut dear = data.costs.clone();
    dear.rpe = crate::material::Spread::exact(3.0);
    let twice = price_in_us(&car(), &sized.cost, &dear).unwrap().price_usd.usd();
    assert!((twice - list - 2.0 * (expected - list)).abs() < 1e-6);
}

#[test]
fn a_car_without_a_known_price_has_none() {
    let mut v = car();
    v.id = "unknown".into();
    let zero = apply(&v, &Design::default(), &data()).unwrap();
    assert!(price_in_us(&v, &zero.cost, &data().costs).is_none());
    v.body.price = Some(20_000.0);
    v.body.currency = Some("USD".into());
    let built = price_in_us(&v, &zero.cost, &data().costs).unwrap();
    let there = data().costs.deflator.factor(2015).unwrap();
    assert!(
        (built.price_usd.usd() - 20_000.0 * there - 1600.0).abs() < 1e-6,
        "no labour difference"
    );
}

/// The i-MiEV grew by 284 mm and 109 mm in width, 70-90 kg in all, the width for "highway manners"; a design of that
/// length with half as strong again rails, a stronger cabin and side bags must land near that range, not at a tenth
/// of it: no less than two thirds of its low end, no more than its high end.
#[test]
fn a_federalised_kei_weighs_nearly_what_the_i_miev_gained() {
    let mut d = design(1.5, 0.284, 1.3);
    d.package = Some("front-belts-side-bags".into());
    let sized = apply(&car(), &d, &data()).unwrap();
    let rows = precedent::compare(&sized.mass, &sized.cost, &data().costs);
    let [low, _, high] = rows[0].precedent_kg;
    let near = 2.0 / 3.0 * low..=high;
    assert!(near.contains(&rows[0].design_kg), "{}", rows[0].design_kg);
    // Small overlap: +6.9 kg for 26.88 $ of 2012, 3.9 $/kg before deflation.
    let usd = rows[1].precedent_usd_per_kg.unwrap();
    let there = data().costs.deflator.factor(2012).unwrap();
    assert!((usd / there - 3.9).abs() < 0.01);
}

#[test]
fn shipped_cost_numbers_have_provenance() {
    let costs = shipped();
    for r in &costs.rules {
        assert!(costs.provenance_of(&format!("rule.{}", r.id)).is_some(), "{}", r.id);
    }
    for p in &costs.list_prices {
        assert!(costs.provenance_of(&format!("list_price.{}", p.model)).is_some());
    }
    for p in &costs.precedents {
        assert!(costs.provenance_of(&format!("precedent.{}", p.id)).is_some());
    }
    for key in [
        "retail",
        "structure",
        "body",
        "programme",
        "labour",
        "parts",
        "japan",
        "deflator",
    ] {
        let any = costs.provenance.keys().any(|k| k.starts_with(key));
        assert!(any, "{key}");
    }
    for item in costs.packages.iter().flat_map(|p| &p.items) {
        assert!(costs.restraints.iter().any(|r| r.id == item.0));
    }
}

/// A part that a seat's restraint or the model has already is neither weighed nor charged; one of another kind is.
#[test]
fn nothing_is_charged_for_what_the_car_has() {
    let mut data = data();
    let mut v = car();
    (v.driver_restraint, v.passenger_restraint) = (Some("belted".into()), Some("belted".into()));
    let count = |data: &SizingData, v: &Vehicle, item: &str| {
        let missing = data.missing_items(v, Some("best-front")).unwrap();
        missing.iter().find(|(i, _)| i.id == item).map(|(_, n)| *n)
    };
    assert_eq!(count(&data, &v, "pretensioner_load_limiter"), Some(2));
    data.has
        .insert("belted".into(), vec!["pretensioner_load_limiter".into()]);
    assert_eq!(count(&data, &v, "pretensioner_load_limiter"), None);
    assert_eq!(count(&data, &v, "buckle_pretensioner"), Some(2));
    v.passenger_restraint = None;
    assert_eq!(count(&data, &v, "pretensioner_load_limiter"), Some(1));
    v.id = "nissan-sakura".into();
    let side = data.missing_items(&v, Some("front-belts-side-bags")).unwrap();
    assert!(side.iter().all(|(i, _)| i.id != "curtain_bag"), "{side:?}");
}

/// An imported car pays the tariff on its value at the border and none of the US labour and parts; a truck pays more.
#[test]
fn an_imported_car_pays_the_tariff_instead_of_us_labour() {
    let data = data();
    let zero = apply(&car(), &Design::default(), &data).unwrap();
    let mut built = price_in_us(&car(), &zero.cost, &data.costs).unwrap();
    let list = 1_648_900.0 / 1.10 / 156.0;
    let car = imported_price_usd(&built, &data.costs).unwrap();
    assert!(
        (car - (list * (1.0 + 0.15 * (1.0 - 0.052)) + 1600.0)).abs() < 1e-6,
        "{car}"
    );
    built.vehicle = "suzuki-carry-da16t".into();
    let truck = imported_price_usd(&built, &data.costs).unwrap();
    assert!((truck - car - 0.10 * (1.0 - 0.052) * list).abs() < 1e-6);
}
