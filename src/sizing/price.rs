//! Price of a US-built kei (model section 8), step by step:
//! list price in Japan + added direct cost x RPE + (US less Japan labour and parts) x RPE.
//!
//! Japanese list prices contain consumption tax and US prices do not, so the tax is a step of its own.
//! A list price is taken as unchanged since its year and turned into dollars at the common year's rate.

use serde::Serialize;

use super::SizingData;
use super::cost::{CostAccount, DirectManufacturingCost, PROGRAMME, Price, added_direct_cost};
use super::design::SizedVehicle;
use super::parameters::CostModel;
use crate::error::Error;
use crate::vehicle::{Basis, Vehicle};

/// One step of the build-up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PriceStep {
    /// What is added.
    pub what: String,
    /// Direct manufacturing cost behind it; `None` for list price and tax.
    pub direct_usd: Option<DirectManufacturingCost>,
    /// What it adds to the price, dollars of the common year.
    pub usd: f64,
    /// Price so far.
    pub price_usd: f64,
    /// Year of the figure it rests on.
    pub base_year: u16,
    /// Kind of evidence.
    pub basis: Basis,
    /// Source.
    pub source: String,
}

/// Price build-up of one vehicle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PriceBuildUp {
    /// Vehicle id.
    pub vehicle: String,
    /// Year of all dollars.
    pub common_year: u16,
    /// Retail price equivalent, applied once to each direct cost.
    pub retail_price_equivalent: f64,
    /// Steps in order; each ends at the price so far.
    pub steps: Vec<PriceStep>,
    /// The resulting price.
    pub price_usd: Price,
}

/// Price in the US of a vehicle with an added direct cost, or `None` when no price of it is known.
///
/// The list price comes from the cost file, else from the vehicle's own `price` (JPY, tax included; or
/// USD for a car that is sold in the US already, which then pays no labour and parts difference).
pub fn price_in_us(
    vehicle: &Vehicle,
    added: &CostAccount,
    costs: &CostModel,
) -> Option<PriceBuildUp> {
    let mut build = Builder {
        costs,
        price: Price::new(0.0),
        steps: Vec::new(),
    };
    let built_abroad = build.list_price(vehicle)?;
    let group = |keep: &dyn Fn(&super::cost::CostItem) -> bool| -> DirectManufacturingCost {
        added.items.iter().filter(|i| keep(i)).map(|i| i.usd).sum()
    };
    let structure = group(&|i| i.kg.is_some());
    let programme = group(&|i| i.what == PROGRAMME);
    let restraints = group(&|i| i.kg.is_none() && i.what != PROGRAMME);
    let s = &costs.structure.front_per_kg;
    build.at_retail(
        "added structure",
        structure,
        s.base_year,
        "structure.front_usd_per_kg",
    );
    let year = costs
        .restraints
        .first()
        .map_or(s.base_year, |r| r.cost.base_year);
    build.at_retail(
        "added restraints",
        restraints,
        year,
        "restraint.pretensioner_load_limiter.cost_usd",
    );
    let year = costs.programme.die_set.base_year;
    build.at_retail(PROGRAMME, programme, year, "programme.die_set_usd");
    if built_abroad {
        build.at_retail(
            "assembly labour, US less Japan",
            costs.labour.amount(),
            costs.labour.base_year,
            "labour.difference_usd",
        );
        build.at_retail(
            "bought-in parts, US less Japan",
            costs.parts.amount(),
            costs.parts.base_year,
            "parts.difference_usd",
        );
    }
    Some(PriceBuildUp {
        vehicle: vehicle.id.clone(),
        common_year: costs.deflator.common_year(),
        retail_price_equivalent: costs.retail().0,
        steps: build.steps,
        price_usd: build.price,
    })
}

struct Builder<'a> {
    costs: &'a CostModel,
    price: Price,
    steps: Vec<PriceStep>,
}

impl Builder<'_> {
    /// First steps; tells whether the price is one from Japan.
    fn list_price(&mut self, vehicle: &Vehicle) -> Option<bool> {
        let costs = self.costs;
        if let Some(list) = costs.list_price(&vehicle.id) {
            let key = format!("list_price.{}", list.model);
            let (basis, source) = self.evidence(&key);
            self.japanese_list(list.yen, list.year, basis, source);
            return Some(true);
        }
        let price = vehicle.body.price?;
        let entry = vehicle.provenance_of("body.price");
        let basis = entry.map_or(Basis::Estimated, |p| p.basis);
        let source = entry
            .and_then(|p| vehicle.sources.get(&p.source))
            .map_or_else(|| "no provenance given".to_string(), Clone::clone);
        let year = u16::try_from(vehicle.year).ok()?;
        match vehicle.body.currency.as_deref() {
            Some("JPY") => {
                self.japanese_list(price, year, basis, source);
                Some(true)
            }
            Some("USD") => {
                let usd = price * costs.deflator.factor(year).ok()?;
                self.step(
                    "list price in the US".into(),
                    None,
                    usd,
                    year,
                    basis,
                    source,
                );
                Some(false)
            }
            _ => None,
        }
    }

    fn japanese_list(&mut self, yen: f64, year: u16, basis: Basis, source: String) {
        let costs = self.costs;
        let rate = costs.yen_per_usd.central;
        let with_tax = yen / rate;
        self.step(
            format!(
                "list price in Japan, {} yen at {rate:.0} a dollar",
                grouped(yen)
            ),
            None,
            with_tax,
            year,
            basis,
            source,
        );
        let tax = with_tax - with_tax / (1.0 + costs.consumption_tax);
        let (basis, source) = self.evidence("japan.consumption_tax");
        self.step(
            "less Japanese consumption tax".into(),
            None,
            -tax,
            year,
            basis,
            source,
        );
    }

    fn at_retail(&mut self, what: &str, cost: DirectManufacturingCost, base_year: u16, key: &str) {
        if cost.usd() == 0.0 {
            return;
        }
        let (basis, source) = self.evidence(key);
        let retail = cost.at_retail(self.costs.retail());
        self.price = self.price.raised_by(retail);
        self.push(
            what.into(),
            Some(cost),
            retail.usd(),
            base_year,
            basis,
            source,
        );
    }

    fn step(
        &mut self,
        what: String,
        direct_usd: Option<DirectManufacturingCost>,
        usd: f64,
        base_year: u16,
        basis: Basis,
        source: String,
    ) {
        self.price = self.price + Price::new(usd);
        self.push(what, direct_usd, usd, base_year, basis, source);
    }

    fn push(
        &mut self,
        what: String,
        direct_usd: Option<DirectManufacturingCost>,
        usd: f64,
        base_year: u16,
        basis: Basis,
        source: String,
    ) {
        self.steps.push(PriceStep {
            what,
            direct_usd,
            usd,
            price_usd: self.price.usd(),
            base_year,
            basis,
            source,
        });
    }

    fn evidence(&self, key: &str) -> (Basis, String) {
        let basis = self
            .costs
            .provenance_of(key)
            .map_or(Basis::Estimated, |p| p.basis);
        (basis, self.costs.source_of(key).to_string())
    }
}

/// A whole number with separators between thousands.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 {
        format!("-{text}")
    } else {
        text
    }
}

/// US price at several production volumes, cars a year: what tooling and programme do to it.
///
/// # Errors
/// [`Error::Request`] for a volume out of range or a material that does not exist.
pub fn price_by_volume(
    vehicle: &Vehicle,
    sized: &SizedVehicle,
    data: &SizingData,
    volumes: &[f64],
) -> Result<Vec<(f64, f64, Option<f64>)>, Error> {
    volumes
        .iter()
        .map(|&volume| {
            let costs = data.costs.at_volume(volume)?;
            let added = added_direct_cost(&sized.mass, &data.materials, &costs)?;
            let price = price_in_us(vehicle, &added, &costs).map(|p| p.price_usd.usd());
            Ok((volume, added.total().usd(), price))
        })
        .collect()
}

/// The volumes shown, cars a year: from a niche to the best year the whole US microcar segment ever had
/// (114,000 in 2014, S&P).
pub const VOLUMES_PER_YEAR: [f64; 5] = [5e3, 10e3, 20e3, 50e3, 100e3];

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_separated() {
        for (value, text) in [
            (7.0, "7"),
            (860_200.0, "860,200"),
            (1_648_900.0, "1,648,900"),
            (-1000.0, "-1,000"),
        ] {
            assert_eq!(grouped(value), text);
        }
    }
}
