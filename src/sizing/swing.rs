//! What one cost parameter at a time does to the US price of a fixed design: low and high end of its range, the
//! others central. No collision is run again; what the same parameters do to the design itself is the business of
//! an uncertainty analysis.

use serde::Serialize;

use super::SizingData;
use super::design::{Design, apply};
use crate::cost::{CostModel, price_in_us};
use crate::error::Error;
use crate::material::Spread;
use crate::vehicle::Vehicle;

/// Price with one parameter at the ends of its range.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PriceSwing {
    /// The parameter.
    pub what: String,
    /// Its low and high end.
    pub range: [f64; 2],
    /// US price at its low end, dollars of the common year.
    pub at_low_usd: f64,
    /// US price at its high end.
    pub at_high_usd: f64,
}

type Place = fn(&mut CostModel) -> &mut Spread;

/// The parameters and where they stand in the cost model.
const PARAMETERS: [(&str, Place); 12] = [
    ("retail price equivalent", |c| &mut c.rpe),
    ("cars a year", |c| &mut c.programme.volume_per_year),
    ("engineering and certification of a changed body, $", |c| {
        &mut c.programme.engineering.usd
    }),
    ("tools for new rail sections, $", |c| &mut c.programme.rails.usd),
    ("destination charge, $", |c| &mut c.us.destination.usd),
    ("dealer's share of the price", |c| &mut c.us.dealer_share),
    ("assembly labour, US less Japan, $", |c| &mut c.labour.usd),
    ("bought-in parts, US less Japan, $", |c| &mut c.parts.usd),
    ("yen a dollar", |c| &mut c.yen_per_usd),
    ("share of a tube's energy absorption that a car realises", |c| {
        &mut c.structure.system_efficiency
    }),
    ("front structure, kg a metre", |c| &mut c.structure.front_kg_per_m),
    ("mass dragged along, kg per kg", |c| {
        let s = &mut c.structure;
        match s.new_powertrain {
            true => &mut s.compounding_resized_kg_per_kg,
            false => &mut s.compounding_kg_per_kg,
        }
    }),
];

/// Swings of the US price of a design, the widest first; none when no price of the vehicle is known.
///
/// # Errors
/// As [`apply`].
pub fn price_swings(vehicle: &Vehicle, design: &Design, data: &SizingData) -> Result<Vec<PriceSwing>, Error> {
    let mut all = Vec::new();
    for (what, place) in PARAMETERS {
        let at = |end: fn(&Spread) -> f64| -> Result<(f64, Option<f64>), Error> {
            let mut other = data.clone();
            let spread = place(&mut other.costs);
            let value = end(spread);
            *spread = Spread::exact(value);
            let cost = apply(vehicle, design, &other)?.cost;
            let price = price_in_us(vehicle, &cost, &other.costs);
            Ok((value, price.map(|p| p.price_usd.usd())))
        };
        let ((low, at_low), (high, at_high)) = (at(|s| s.low)?, at(|s| s.high)?);
        if let (Some(at_low_usd), Some(at_high_usd)) = (at_low, at_high) {
            all.push(PriceSwing {
                what: what.to_string(),
                range: [low, high],
                at_low_usd,
                at_high_usd,
            });
        }
    }
    let width = |s: &PriceSwing| (s.at_high_usd - s.at_low_usd).abs();
    all.sort_by(|a, b| width(b).total_cmp(&width(a)));
    Ok(all)
}
