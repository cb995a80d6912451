//! Reading the cost file: TOML to a [`CostModel`], every fault at its line.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::model::{
    BodyYardstick, CostModel, Fitted, ListPrice, Package, Precedent, RestraintItem, Rule, StructureParameters, UsSale,
};
use super::money::{self, Deflator, Quoted};
use super::programme::Programme;
use crate::error::{Error, InputError, SourceText};
use crate::material::{Spread, check_sources, check_spread};
use crate::vehicle::library::COSTS;
use crate::vehicle::own::PACKAGES;
use crate::vehicle::{Library, Provenance};

type S<T> = Spanned<T>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCosts {
    format: S<i64>,
    id: String,
    name: String,
    common_year: S<u16>,
    deflator: BTreeMap<S<String>, S<f64>>,
    retail: RawRetail,
    structure: RawStructure,
    body: BodyYardstick,
    #[serde(default)]
    restraint: Vec<RawRestraint>,
    #[serde(default)]
    package: Vec<RawPackage>,
    #[serde(default)]
    fitted: Vec<RawFitted>,
    programme: RawProgramme,
    us: RawUs,
    labour: RawDifference,
    parts: RawDifference,
    japan: RawJapan,
    #[serde(default)]
    list_price: Vec<S<ListPrice>>,
    #[serde(default)]
    rule: Vec<RawRule>,
    #[serde(default)]
    precedent: Vec<RawPrecedent>,
    #[serde(default)]
    sources: BTreeMap<String, String>,
    #[serde(default)]
    provenance: BTreeMap<String, S<Provenance>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRetail {
    price_equivalent: S<Spread>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStructure {
    system_efficiency: S<Spread>,
    front_kg_per_m: S<Spread>,
    compartment_front_kg: S<Spread>,
    compounding_kg_per_kg: S<Spread>,
    compounding_resized_kg_per_kg: S<Spread>,
    front_usd_per_kg: S<Spread>,
    secondary_usd_per_kg: S<Spread>,
    base_year: S<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRestraint {
    id: String,
    name: String,
    cost_usd: S<Spread>,
    base_year: S<u16>,
    mass_kg: S<Spread>,
    found_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFitted {
    model: String,
    items: BTreeMap<S<String>, u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawUs {
    destination_usd: S<Spread>,
    base_year: S<u16>,
    dealer_share: S<Spread>,
    tariff_car: S<f64>,
    tariff_truck: S<f64>,
    #[serde(default)]
    trucks: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPackage {
    id: String,
    name: String,
    items: BTreeMap<S<String>, u32>,
    driver: Option<String>,
    passenger: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProgramme {
    rails_usd: S<Spread>,
    front_usd: S<Spread>,
    skin_usd: S<Spread>,
    cell_usd: S<Spread>,
    engineering_usd: S<Spread>,
    restraint_usd: S<Spread>,
    strength_step: S<Spread>,
    length_step_mm: S<Spread>,
    volume_per_year: S<Spread>,
    recovery_per_year: S<f64>,
    base_year: S<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDifference {
    difference_usd: S<Spread>,
    base_year: S<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawJapan {
    yen_per_usd: S<Spread>,
    consumption_tax: S<f64>,
    kei_status_yen: Option<S<Spread>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: String,
    name: String,
    consumer_usd: S<f64>,
    base_year: S<u16>,
    mass_kg: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrecedent {
    id: String,
    name: String,
    mass_kg: S<Spread>,
    direct_usd: Option<S<f64>>,
    base_year: Option<S<u16>>,
}

impl CostModel {
    /// Load a cost file of the library's `costs` folder, for example `us-2025`, or an own one by its label; own packages
    /// that the library holds stand behind those of the file.
    ///
    /// # Errors
    /// [`Error::Request`] with the nearest id, [`Error::Io`], [`Error::Input`] at a line of the file.
    pub fn load(library: &Library, id: &str) -> Result<Self, Error> {
        let mut model = parse_costs(&library.text(COSTS, id)?)?;
        if library.own_text(COSTS, id).is_some() {
            model.id = id.to_string();
        }
        for package in &mut model.packages {
            meant(package, library, (COSTS, id));
        }
        for label in library.own_labels(PACKAGES) {
            let Some(text) = library.own_text(PACKAGES, label) else {
                continue;
            };
            let mut package = own_package(text, &model.restraints)?;
            package.id = label.to_string();
            meant(&mut package, library, (PACKAGES, label));
            model.packages.push(package);
        }
        Ok(model)
    }
}

/// A package's restraints as the file that names them means them.
fn meant(package: &mut Package, library: &Library, (kind, label): (&str, &str)) {
    for name in [&mut package.driver, &mut package.passenger].into_iter().flatten() {
        *name = library.meant(kind, label, name);
    }
}

/// The file of one package: `format`, and the keys of a `[[package]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOwnPackage {
    format: S<i64>,
    id: String,
    name: String,
    items: BTreeMap<S<String>, u32>,
    driver: Option<String>,
    passenger: Option<String>,
}

fn own_package(text: &SourceText, restraints: &[RestraintItem]) -> Result<Package, InputError> {
    let raw: RawOwnPackage = text.parse_toml()?;
    if *raw.format.get_ref() != 1 {
        let message = format!("format = {}", raw.format.get_ref());
        return Err(text.error(raw.format.span(), message, "this version reads format = 1"));
    }
    let package = RawPackage {
        id: raw.id,
        name: raw.name,
        items: raw.items,
        driver: raw.driver,
        passenger: raw.passenger,
    };
    read_package(text, package, restraints)
}

/// Read a cost file.
///
/// # Errors
/// [`InputError`] at an unknown key, a spread out of order, a year outside the deflator, a package that
/// names no listed part, or a provenance entry whose source is not listed.
pub fn parse_costs(text: &SourceText) -> Result<CostModel, InputError> {
    let raw: RawCosts = text.parse_toml()?;
    if *raw.format.get_ref() != 1 {
        return Err(text.error(
            raw.format.span(),
            format!("format = {}", raw.format.get_ref()),
            "this version reads format = 1",
        ));
    }
    check_sources(text, &raw.sources, &raw.provenance)?;
    let deflator = read_deflator(text, &raw)?;
    let read = Reader { text, deflator };
    let restraints = read.restraints(&raw.restraint)?;
    let packages = read.packages(raw.package, &restraints)?;
    let fitted = read.fitted(raw.fitted, &restraints)?;
    let list_prices = read.list_prices(raw.list_price)?;
    Ok(CostModel {
        rpe: read.positive("price_equivalent", &raw.retail.price_equivalent)?,
        structure: read.structure(&raw.structure)?,
        restraints,
        packages,
        fitted,
        programme: read.programme(&raw.programme)?,
        us: read.us(&raw.us)?,
        labour: read.quoted("difference_usd", &raw.labour.difference_usd, &raw.labour.base_year)?,
        parts: read.quoted("difference_usd", &raw.parts.difference_usd, &raw.parts.base_year)?,
        yen_per_usd: read.positive("yen_per_usd", &raw.japan.yen_per_usd)?,
        kei_status_yen: (raw.japan.kei_status_yen.as_ref())
            .map(|yen| read.positive("kei_status_yen", yen))
            .transpose()?,
        consumption_tax: read.share("consumption_tax", &raw.japan.consumption_tax)?,
        rules: read.rules(&raw.rule)?,
        precedents: read.precedents(&raw.precedent)?,
        id: raw.id,
        name: raw.name,
        body: raw.body,
        list_prices,
        deflator: read.deflator,
        sources: raw.sources,
        provenance: raw.provenance.into_iter().map(|(k, v)| (k, v.into_inner())).collect(),
    })
}

/// Items with counts, each of a listed part; `owner` is named in the message.
fn read_items(
    text: &SourceText,
    owner: &str,
    items: BTreeMap<S<String>, u32>,
    restraints: &[RestraintItem],
) -> Result<Vec<(String, u32)>, InputError> {
    if let Some(item) = items.keys().find(|i| !restraints.iter().any(|r| &r.id == i.get_ref())) {
        return Err(text.error(
            item.span(),
            format!("{owner} names the part \"{}\"", item.get_ref()),
            "list it under [[restraint]] of the cost file",
        ));
    }
    Ok(items.into_iter().map(|(k, n)| (k.into_inner(), n)).collect())
}

fn read_package(text: &SourceText, p: RawPackage, restraints: &[RestraintItem]) -> Result<Package, InputError> {
    let items = read_items(text, &format!("package \"{}\"", p.id), p.items, restraints)?;
    Ok(Package {
        id: p.id,
        name: p.name,
        items,
        driver: p.driver,
        passenger: p.passenger,
    })
}

fn read_deflator(text: &SourceText, raw: &RawCosts) -> Result<Deflator, InputError> {
    let mut index = BTreeMap::new();
    for (year, value) in &raw.deflator {
        let Ok(number) = year.get_ref().parse::<u16>() else {
            return Err(text.error(
                year.span(),
                format!("deflator year \"{}\"", year.get_ref()),
                "a year, for example 2022 = 127.224",
            ));
        };
        let v = *value.get_ref();
        if !(v.is_finite() && v > 0.0) {
            return Err(text.error(
                value.span(),
                format!("deflator of {number} is {v}"),
                "an index is above 0",
            ));
        }
        index.insert(number, v);
    }
    Deflator::new(index, *raw.common_year.get_ref()).map_err(|e| {
        text.error(
            raw.common_year.span(),
            e.to_string(),
            "choose a year listed under [deflator]",
        )
    })
}

struct Reader<'a> {
    text: &'a SourceText,
    deflator: Deflator,
}

impl Reader<'_> {
    fn positive(&self, key: &str, value: &S<Spread>) -> Result<Spread, InputError> {
        check_spread(self.text, key, value, f64::MIN_POSITIVE)
    }

    fn not_negative(&self, key: &str, value: &S<Spread>) -> Result<Spread, InputError> {
        check_spread(self.text, key, value, 0.0)
    }

    fn dollars(&self, key: &str, value: &S<f64>) -> Result<f64, InputError> {
        self.text
            .number(key, value, |v| v >= 0.0, "a cost must not be negative")
    }

    fn at_year<B>(&self, usd: Spread, year: &S<u16>) -> Result<Quoted<B>, InputError> {
        Quoted::new(usd, *year.get_ref(), &self.deflator).map_err(|e| {
            self.text
                .error(year.span(), e.to_string(), "choose a year listed under [deflator]")
        })
    }

    fn quoted<B>(&self, key: &str, usd: &S<Spread>, year: &S<u16>) -> Result<Quoted<B>, InputError> {
        let usd = self.not_negative(key, usd)?;
        self.at_year(usd, year)
    }

    fn restraints(&self, raw: &[RawRestraint]) -> Result<Vec<RestraintItem>, InputError> {
        raw.iter()
            .map(|r| {
                Ok(RestraintItem {
                    id: r.id.clone(),
                    name: r.name.clone(),
                    cost: self.quoted("cost_usd", &r.cost_usd, &r.base_year)?,
                    mass_kg: self.not_negative("mass_kg", &r.mass_kg)?,
                    found_at: r.found_at.clone(),
                })
            })
            .collect()
    }

    fn list_prices(&self, raw: Vec<S<ListPrice>>) -> Result<Vec<ListPrice>, InputError> {
        raw.into_iter()
            .map(|l| {
                if l.get_ref().yen.is_finite() && l.get_ref().yen > 0.0 {
                    Ok(l.into_inner())
                } else {
                    let message = format!("yen = {} of {}", l.get_ref().yen, l.get_ref().model);
                    Err(self.text.error(l.span(), message, "a list price is above 0"))
                }
            })
            .collect()
    }

    fn structure(&self, s: &RawStructure) -> Result<StructureParameters, InputError> {
        Ok(StructureParameters {
            system_efficiency: self.positive("system_efficiency", &s.system_efficiency)?,
            front_kg_per_m: self.not_negative("front_kg_per_m", &s.front_kg_per_m)?,
            compartment_front_kg: self.not_negative("compartment_front_kg", &s.compartment_front_kg)?,
            compounding_kg_per_kg: self.not_negative("compounding_kg_per_kg", &s.compounding_kg_per_kg)?,
            compounding_resized_kg_per_kg: self
                .not_negative("compounding_resized_kg_per_kg", &s.compounding_resized_kg_per_kg)?,
            new_powertrain: false,
            front_per_kg: self.quoted("front_usd_per_kg", &s.front_usd_per_kg, &s.base_year)?,
            secondary_per_kg: self.quoted("secondary_usd_per_kg", &s.secondary_usd_per_kg, &s.base_year)?,
        })
    }

    fn programme(&self, p: &RawProgramme) -> Result<Programme, InputError> {
        Ok(Programme {
            rails: self.quoted("rails_usd", &p.rails_usd, &p.base_year)?,
            front: self.quoted("front_usd", &p.front_usd, &p.base_year)?,
            skin: self.quoted("skin_usd", &p.skin_usd, &p.base_year)?,
            cell: self.quoted("cell_usd", &p.cell_usd, &p.base_year)?,
            engineering: self.quoted("engineering_usd", &p.engineering_usd, &p.base_year)?,
            restraint: self.quoted("restraint_usd", &p.restraint_usd, &p.base_year)?,
            strength_step: self.positive("strength_step", &p.strength_step)?,
            length_step_m: self.positive("length_step_mm", &p.length_step_mm)?.scaled(1e-3),
            volume_per_year: self.positive("volume_per_year", &p.volume_per_year)?,
            recovery_per_year: self.text.number(
                "recovery_per_year",
                &p.recovery_per_year,
                |r| r > 0.0 && r <= 2.0,
                "what a dollar invested earns each year, above 0: 0.277 at 12 % over five years",
            )?,
        })
    }

    fn share(&self, key: &str, value: &S<f64>) -> Result<f64, InputError> {
        self.text
            .number(key, value, |t| (0.0..1.0).contains(&t), "a share from 0 to below 1")
    }

    fn us(&self, u: &RawUs) -> Result<UsSale, InputError> {
        let dealer_share = self.not_negative("dealer_share", &u.dealer_share)?;
        if dealer_share.high >= 1.0 {
            return Err(self.text.error(
                u.dealer_share.span(),
                format!("dealer_share up to {}", dealer_share.high),
                "a share of the price, below 1",
            ));
        }
        Ok(UsSale {
            destination: self.quoted("destination_usd", &u.destination_usd, &u.base_year)?,
            dealer_share_held: dealer_share.central,
            dealer_share,
            tariff_car: self.share("tariff_car", &u.tariff_car)?,
            tariff_truck: self.share("tariff_truck", &u.tariff_truck)?,
            trucks: u.trucks.clone(),
        })
    }

    fn rules(&self, raw: &[RawRule]) -> Result<Vec<Rule>, InputError> {
        raw.iter()
            .map(|r| {
                let usd = Spread::exact(self.dollars("consumer_usd", &r.consumer_usd)?);
                Ok(Rule {
                    id: r.id.clone(),
                    name: r.name.clone(),
                    cost: self.at_year::<money::basis::Consumer>(usd, &r.base_year)?.amount(),
                    base_year: *r.base_year.get_ref(),
                    mass_kg: r.mass_kg,
                })
            })
            .collect()
    }

    fn precedents(&self, raw: &[RawPrecedent]) -> Result<Vec<Precedent>, InputError> {
        raw.iter()
            .map(|p| {
                let cost = match (&p.direct_usd, &p.base_year) {
                    (Some(usd), Some(year)) => {
                        let usd = self.dollars("direct_usd", usd)?;
                        Some(self.at_year(Spread::exact(usd), year)?)
                    }
                    _ => None,
                };
                Ok(Precedent {
                    id: p.id.clone(),
                    name: p.name.clone(),
                    mass_kg: self.not_negative("mass_kg", &p.mass_kg)?,
                    cost,
                })
            })
            .collect()
    }

    fn fitted(&self, raw: Vec<RawFitted>, restraints: &[RestraintItem]) -> Result<Vec<Fitted>, InputError> {
        raw.into_iter()
            .map(|f| {
                let items = read_items(self.text, &format!("what \"{}\" has", f.model), f.items, restraints)?;
                Ok(Fitted { model: f.model, items })
            })
            .collect()
    }

    fn packages(&self, raw: Vec<RawPackage>, restraints: &[RestraintItem]) -> Result<Vec<Package>, InputError> {
        let read = |p| read_package(self.text, p, restraints);
        raw.into_iter().map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped_text() -> String {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles/costs/us-2025.toml");
        std::fs::read_to_string(path).unwrap()
    }

    fn told(text: String) -> String {
        parse_costs(&SourceText::new("c.toml", text))
            .map(|_| ())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn faults_are_told_with_line_value_and_remedy() {
        let good = shipped_text();
        let e = told(good.replace("front_kg_per_m = { low = 23.0", "front_kg_per_m = { low = 95.0"));
        assert!(
            e.contains("front_kg_per_m") && e.contains("95") && e.contains("order"),
            "{e}"
        );
        let e = told(good.replace("items = { pretensioner_load_limiter = 2 }", "items = { ankle_bag = 2 }"));
        assert!(e.contains("ankle_bag") && e.contains("[[restraint]]"), "{e}");
        let e = told(good.replace("common_year = 2025", "common_year = 1999"));
        assert!(e.contains("1999") && e.starts_with("c.toml:"), "{e}");
        for (from, to) in [
            (
                "cost_usd = { low = 20.0, central = 30.0",
                "cost_usd = { low = -20.0, central = 30.0",
            ),
            ("yen = 1064800.0", "yen = -1064800.0"),
            ("consumer_usd = 54.0", "consumer_usd = -54.0"),
            ("direct_usd = 26.88", "direct_usd = -26.88"),
            ("engineering_usd = { low = 5", "engineering_usd = { low = -5"),
        ] {
            assert!(good.contains(from), "{from}");
            let e = told(good.replace(from, to));
            assert!(e.starts_with("c.toml:") && e.contains('-'), "{from}: {e}");
        }
        let e = told(good.replace("[programme]", "[program]"));
        assert!(e.contains("unknown field"), "{e}");
        let e = told(good.replace("source = \"dies\"", "source = \"dice\""));
        assert!(e.contains("dice") && e.contains("[sources]"), "{e}");
    }
}
