//! Reading the cost file: TOML to a [`CostModel`], every fault at its line.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::model::{
    BodyYardstick, CostModel, ListPrice, Package, Precedent, Programme, RestraintItem, Rule, StructureParameters,
};
use super::money::{self, Deflator, Quoted};
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
    programme: RawProgramme,
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
    die_set_usd: S<Spread>,
    share_changed: S<Spread>,
    engineering_usd: S<Spread>,
    volume_per_year: S<Spread>,
    years: S<f64>,
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
    let list_prices = read.list_prices(raw.list_price)?;
    Ok(CostModel {
        rpe: read.positive("price_equivalent", &raw.retail.price_equivalent)?,
        structure: read.structure(&raw.structure)?,
        restraints,
        packages,
        programme: read.programme(&raw.programme)?,
        labour: read.quoted("difference_usd", &raw.labour.difference_usd, &raw.labour.base_year)?,
        parts: read.quoted("difference_usd", &raw.parts.difference_usd, &raw.parts.base_year)?,
        yen_per_usd: read.positive("yen_per_usd", &raw.japan.yen_per_usd)?,
        kei_status_yen: (raw.japan.kei_status_yen.as_ref())
            .map(|yen| read.positive("kei_status_yen", yen))
            .transpose()?,
        consumption_tax: read.text.number(
            "consumption_tax",
            &raw.japan.consumption_tax,
            |t| (0.0..1.0).contains(&t),
            "a share from 0 to below 1",
        )?,
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

fn read_package(text: &SourceText, p: RawPackage, restraints: &[RestraintItem]) -> Result<Package, InputError> {
    for item in p.items.keys() {
        if !restraints.iter().any(|r| &r.id == item.get_ref()) {
            return Err(text.error(
                item.span(),
                format!("package \"{}\" names the part \"{}\"", p.id, item.get_ref()),
                "list it under [[restraint]] of the cost file",
            ));
        }
    }
    Ok(Package {
        id: p.id,
        name: p.name,
        items: p.items.into_iter().map(|(k, n)| (k.into_inner(), n)).collect(),
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
            die_set: self.quoted("die_set_usd", &p.die_set_usd, &p.base_year)?,
            share_changed: self.not_negative("share_changed", &p.share_changed)?,
            engineering: self.quoted("engineering_usd", &p.engineering_usd, &p.base_year)?,
            volume_per_year: self.positive("volume_per_year", &p.volume_per_year)?,
            years: self.text.number("years", &p.years, |y| y > 0.0, "must be above 0")?,
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
        let e = told(good.replace("front_kg_per_m = { low = 50.0", "front_kg_per_m = { low = 95.0"));
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
            ("engineering_usd = { low = 1", "engineering_usd = { low = -1"),
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
