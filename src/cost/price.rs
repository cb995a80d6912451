//! Price of a US-built kei (model section 8), step by step:
//! list price in Japan + added direct cost x RPE + (US less Japan labour and parts) x RPE + destination charge.
//!
//! Japanese list prices contain consumption tax and US prices do not, so the tax is a step of its own.
//! A list price is taken as unchanged since its year and turned into dollars at the common year's rate.

use serde::Serialize;

use super::account::{CostAccount, CostKind, PROGRAMME, added_direct_cost};
use super::mass::MassAccount;
use super::model::CostModel;
use super::money::{DirectManufacturingCost, Price};
use crate::error::Error;
use crate::material::Materials;
use crate::vehicle::{Basis, Vehicle};

/// What a step of the build-up is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceItem {
    /// List price in Japan, tax included.
    ListPriceInJapan,
    /// The tax in it, taken off.
    ConsumptionTax,
    /// List price in the US.
    ListPriceInUs,
    /// Added structure.
    Structure,
    /// Added restraints.
    Restraints,
    /// Tools, engineering and certification over volume.
    Programme,
    /// Assembly labour, US less Japan.
    Labour,
    /// Bought-in parts, US less Japan.
    Parts,
    /// Another dealer's share than list price and retail price equivalent hold.
    Dealer,
    /// Bringing the car to the dealer.
    Destination,
}

impl PriceItem {
    /// Its name, without figures.
    pub const fn words(self) -> &'static str {
        match self {
            Self::ListPriceInJapan => "list price in Japan",
            Self::ConsumptionTax => "less Japanese consumption tax",
            Self::ListPriceInUs => "list price in the US",
            Self::Structure => "added structure",
            Self::Restraints => "added restraints",
            Self::Programme => PROGRAMME,
            Self::Labour => "assembly labour",
            Self::Parts => "bought-in parts",
            Self::Dealer => "dealer's share beyond the usual",
            Self::Destination => "destination charge",
        }
    }
}

/// What a step of the build-up rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PriceEvidence {
    /// Year of the figure.
    pub base_year: u16,
    /// Kind of evidence.
    pub basis: Basis,
    /// Source.
    pub source: String,
}

/// One step of the build-up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PriceStep {
    /// What it is.
    #[serde(skip)]
    pub item: PriceItem,
    /// What is added, in words.
    pub what: String,
    /// Direct manufacturing cost behind it; `None` for list price and tax.
    pub direct_usd: Option<DirectManufacturingCost>,
    /// What it adds to the price, dollars of the common year.
    pub usd: f64,
    /// Price so far.
    pub price_usd: f64,
    /// What it rests on.
    #[serde(flatten)]
    pub evidence: PriceEvidence,
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
/// The list price of a library vehicle comes from the cost file, else from the vehicle's own `price`, as that of an own
/// file always does (JPY, tax included; or
/// USD for a car that is sold in the US already, which then pays no labour and parts difference).
pub fn price_in_us(vehicle: &Vehicle, added: &CostAccount, costs: &CostModel) -> Option<PriceBuildUp> {
    let mut build = Builder {
        costs,
        price: Price::new(0.0),
        steps: Vec::new(),
    };
    let built_abroad = build.list_price(vehicle)?;
    let direct = |kind| added.of(kind);
    let front = &costs.structure.front_per_kg;
    let first = costs.restraints.first().map(|r| r.cost.base_year);
    let programme = &costs.programme.engineering;
    for (item, cost, year, key) in [
        (
            PriceItem::Structure,
            direct(CostKind::Structure),
            front.base_year,
            "structure.front_usd_per_kg",
        ),
        (
            PriceItem::Restraints,
            direct(CostKind::Restraint),
            first.unwrap_or(front.base_year),
            "restraint.pretensioner_load_limiter.cost_usd",
        ),
        (
            PriceItem::Programme,
            direct(CostKind::Programme),
            programme.base_year,
            "programme.engineering_usd",
        ),
    ] {
        build.at_retail(item, cost, year, key);
    }
    if built_abroad {
        for (item, quoted, key) in [
            (PriceItem::Labour, &costs.labour, "labour.difference_usd"),
            (PriceItem::Parts, &costs.parts, "parts.difference_usd"),
        ] {
            build.at_retail(item, quoted.amount(), quoted.base_year, key);
        }
    }
    build.sale();
    Some(PriceBuildUp {
        vehicle: vehicle.id.clone(),
        common_year: costs.deflator.common_year(),
        retail_price_equivalent: costs.retail().0,
        steps: build.steps,
        price_usd: build.price,
    })
}

/// Price in the US of the same car built in Japan, dollars of the common year: no US labour and parts, and the tariff
/// on its value at the border (the price less the dealer's share). `None` for a car without a list price in Japan.
pub fn imported_price_usd(built: &PriceBuildUp, costs: &CostModel) -> Option<f64> {
    let of = |item| built.usd_of(item).unwrap_or(0.0);
    let value = built.net_list_usd()?
        + [PriceItem::Structure, PriceItem::Restraints, PriceItem::Programme]
            .map(of)
            .iter()
            .sum::<f64>();
    let us = &costs.us;
    let tariff = match us.trucks.iter().any(|t| built.vehicle.starts_with(t)) {
        true => us.tariff_truck,
        false => us.tariff_car,
    };
    Some(value * us.dealer_factor() + tariff * value * (1.0 - us.dealer_share_held) + us.destination.amount().usd())
}

impl PriceBuildUp {
    fn usd_of(&self, item: PriceItem) -> Option<f64> {
        self.steps.iter().find(|s| s.item == item).map(|s| s.usd)
    }

    /// Does it start from a list price in Japan?
    pub fn from_japan(&self) -> bool {
        self.usd_of(PriceItem::ListPriceInJapan).is_some()
    }

    /// List price in Japan less consumption tax, dollars of the common year.
    pub fn net_list_usd(&self) -> Option<f64> {
        Some(self.usd_of(PriceItem::ListPriceInJapan)? + self.usd_of(PriceItem::ConsumptionTax)?)
    }
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
        if let Some(list) = costs.list_price(vehicle) {
            let key = format!("list_price.{}", list.model);
            self.japanese_list(list.yen, self.evidence(&key, list.year));
            return Some(true);
        }
        let price = vehicle.body.price?;
        let entry = vehicle.provenance_of("body.price");
        let evidence = PriceEvidence {
            base_year: u16::try_from(vehicle.year).ok()?,
            basis: entry.map_or(Basis::Estimated, |p| p.basis),
            source: entry
                .and_then(|p| vehicle.sources.get(&p.source))
                .map_or_else(|| "no provenance given".to_string(), Clone::clone),
        };
        match vehicle.body.currency.as_deref() {
            Some("JPY") => {
                self.japanese_list(price, evidence);
                Some(true)
            }
            Some("USD") => {
                let usd = price * costs.deflator.factor(evidence.base_year).ok()?;
                self.price = self.price + Price::new(usd);
                // The published figure is the one of its year; what stands here is that figure brought forward.
                let (year, basis) = (evidence.base_year, evidence.basis);
                let brought = match basis {
                    Basis::Published if year != costs.deflator.common_year() => Basis::Derived,
                    same => same,
                };
                let evidence = PriceEvidence {
                    basis: brought,
                    ..evidence
                };
                self.push(PriceItem::ListPriceInUs, None, usd, evidence);
                if let Some(list) = self.steps.last_mut() {
                    list.what = format!("{}, {} dollars of {year}", list.what, grouped(price));
                }
                Some(false)
            }
            _ => None,
        }
    }

    fn japanese_list(&mut self, yen: f64, evidence: PriceEvidence) {
        let costs = self.costs;
        let rate = costs.yen_per_usd.central;
        let with_tax = yen / rate;
        self.price = self.price + Price::new(with_tax);
        let year = evidence.base_year;
        self.push(PriceItem::ListPriceInJapan, None, with_tax, evidence);
        if let Some(list) = self.steps.last_mut() {
            list.what = format!("{}, {} yen at {rate:.0} a dollar", list.what, grouped(yen));
        }
        let tax = with_tax - with_tax / (1.0 + costs.consumption_tax);
        self.price = self.price + Price::new(-tax);
        let evidence = self.evidence("japan.consumption_tax", year);
        self.push(PriceItem::ConsumptionTax, None, -tax, evidence);
    }

    /// Dealer and destination.
    fn sale(&mut self) {
        let us = &self.costs.us;
        let more = self.price.usd() * (us.dealer_factor() - 1.0);
        let destination = us.destination;
        if more != 0.0 {
            self.price = self.price + Price::new(more);
            let evidence = self.evidence("us.dealer_share", destination.base_year);
            self.push(PriceItem::Dealer, None, more, evidence);
        }
        self.price = self.price + destination.amount();
        let evidence = self.evidence("us.destination_usd", destination.base_year);
        self.push(PriceItem::Destination, None, destination.amount().usd(), evidence);
    }

    fn at_retail(&mut self, item: PriceItem, cost: DirectManufacturingCost, year: u16, key: &str) {
        if cost.usd() == 0.0 {
            return;
        }
        let retail = cost.at_retail(self.costs.retail());
        self.price = self.price.raised_by(retail);
        self.push(item, Some(cost), retail.usd(), self.evidence(key, year));
    }

    /// A step that ends at the price so far.
    fn push(
        &mut self,
        item: PriceItem,
        direct_usd: Option<DirectManufacturingCost>,
        usd: f64,
        evidence: PriceEvidence,
    ) {
        let abroad = match item {
            PriceItem::Labour | PriceItem::Parts => ", US less Japan",
            _ => "",
        };
        self.steps.push(PriceStep {
            item,
            what: format!("{}{abroad}", item.words()),
            direct_usd,
            usd,
            price_usd: self.price.usd(),
            evidence,
        });
    }

    fn evidence(&self, key: &str, base_year: u16) -> PriceEvidence {
        let entry = self.costs.provenance_of(key);
        PriceEvidence {
            base_year,
            basis: entry.map_or(Basis::Estimated, |p| p.basis),
            source: self.costs.source_of(key).to_string(),
        }
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
    if value < 0.0 { format!("-{text}") } else { text }
}

/// Cost and price at one production volume.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VolumePrice {
    /// Cars a year.
    pub volume_per_year: f64,
    /// Added direct manufacturing cost, dollars of the common year.
    pub added_cost_usd: f64,
    /// US price in the same dollars; `None` when no price of the vehicle is known.
    pub price_usd: Option<f64>,
}

/// US price at [`VOLUMES_PER_YEAR`]: what tooling and programme do to it.
///
/// # Errors
/// [`Error::Request`] for a volume out of range or a material that does not exist.
pub fn price_by_volume(
    vehicle: &Vehicle,
    mass: &MassAccount,
    materials: &Materials,
    costs: &CostModel,
) -> Result<Vec<VolumePrice>, Error> {
    VOLUMES_PER_YEAR
        .iter()
        .map(|&volume| {
            let costs = costs.at_volume(volume)?;
            let added = added_direct_cost(mass, materials, &costs)?;
            let price = price_in_us(vehicle, &added, &costs).map(|p| p.price_usd.usd());
            Ok(VolumePrice {
                volume_per_year: volume,
                added_cost_usd: added.total().usd(),
                price_usd: price,
            })
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
