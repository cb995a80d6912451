//! A sizing as JSON: the document of `crumple size --json`, and a record of `sizing.json`.

use serde_json::{Map, Value, json};

use super::SizingData;
use super::design::Design;
use super::optimise::Sizing;
use super::precedent::compare;
use super::price::{VOLUMES_PER_YEAR, price_by_volume, price_in_us};
use super::swing::price_swings;
use crate::units::{KN, MM};
use crate::vehicle::Vehicle;

/// The answer for one vehicle. Masses in kg, costs in dollars of the cost file's common year:
/// `added_cost_usd` is direct manufacturing cost, `price_usd` the US price, null when no price of the
/// vehicle is known. When the targets cannot be met, the design is the nearest that can be reached.
pub fn to_json(vehicle: &Vehicle, sizing: &Sizing, data: &SizingData) -> Value {
    let sized = &sizing.sized;
    let price = price_in_us(vehicle, &sized.cost, &data.costs);
    let worst = sizing.worst.as_ref().map(|w| {
        json!({
            "against": w.case.as_ref().map(|c| &c.against),
            "speed_kmh": w.case.as_ref().map(|c| c.speed_kmh),
            "overlap_pct": w.case.as_ref().map(|c| c.overlap_pct),
            "value": w.value,
            "criterion": w.criterion,
            "limit": w.limit,
        })
    });
    let by_volume: Vec<Value> = price_by_volume(vehicle, sized, data, &VOLUMES_PER_YEAR)
        .unwrap_or_default()
        .into_iter()
        .map(|(volume, usd, price)| {
            json!({ "volume_per_year": volume, "added_cost_usd": usd, "price_usd": price })
        })
        .collect();
    // Each partner pays for itself: shown apart, never part of the car's price.
    let partner = sized.partner_terms.as_ref().map(|terms| {
        let p = &terms.design;
        json!({ "lower_rails_mm": p.lower_rails_m / MM, "seas_force_kN": p.seas_force_n / KN,
            "softer": p.softer, "on": sized.partners })
    });
    let cases: Vec<Value> = sizing
        .values
        .iter()
        .map(|(case, values)| {
            let values: Map<String, Value> = values
                .iter()
                .map(|(c, v)| (c.key().to_string(), json!(v)))
                .collect();
            json!({ "against": case.against, "speed_kmh": case.speed_kmh,
                "overlap_pct": case.overlap_pct, "own_wall": case.own_wall, "values": values })
        })
        .collect();
    let expected: Map<String, Value> = sizing
        .expected
        .iter()
        .map(|(c, v)| (c.key().to_string(), json!(v)))
        .collect();
    json!({
        "vehicle": vehicle.id,
        "feasible": sizing.feasible,
        "already_met": sizing.already_met,
        "added_mass_kg": sized.mass.total_kg(),
        "added_structure_kg": sized.mass.structure_kg(),
        "added_cost_usd": sized.cost.total(),
        "price_usd": price.as_ref().map(|p| p.price_usd),
        "design": design_json(&sizing.design),
        "worst_case": worst,
        "active": sizing.active,
        "blocking": sizing.blocking.as_ref().map(ToString::to_string),
        "highest_feasible_speed_kmh": sizing.highest_feasible_speed_kmh,
        "evaluations": sizing.evaluations,
        "expected": expected,
        "cases": cases,
        "mass": sized.mass,
        "cost": sized.cost.items,
        "cost_year": data.costs.deflator.common_year(),
        "price": price,
        "new_powertrain": data.costs.structure.new_powertrain,
        "price_by_volume": by_volume,
        "price_swings": price_swings(vehicle, &sizing.design, data).unwrap_or_default(),
        "partner": partner,
        "precedents": compare(sized, &data.costs),
    })
}

/// A design as flat keys: `strength.<path>`, `added_front_length_mm`, `cabin_factor`,
/// `two_step.<path>` (force of the second step over the first), `material.<path>`, `restraint_package`.
pub fn design_json(design: &Design) -> Value {
    let mut flat = Map::new();
    for (path, factor) in &design.strength {
        flat.insert(format!("strength.{path}"), json!(factor));
    }
    let length_mm = design.added_front_length_m / MM;
    flat.insert("added_front_length_mm".into(), json!(length_mm));
    flat.insert("cabin_factor".into(), json!(design.cabin_factor));
    for (path, ratio) in &design.two_step {
        flat.insert(format!("two_step.{path}"), json!(ratio));
    }
    for (path, id) in &design.materials {
        flat.insert(format!("material.{path}"), json!(id));
    }
    flat.insert("restraint_package".into(), json!(design.package));
    Value::Object(flat)
}
