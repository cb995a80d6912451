//! Structural materials: what a kilogram absorbs and what it costs (model section 8).
//!
//! SEA here is that of a whole tube crushed dynamically. What a car realises of it (bending, joints,
//! one-sided load) is a property of the structure, not of the metal, and stays in the cost file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::error::{Error, InputError, SourceText};
use crate::vehicle::library::MATERIALS;
use crate::vehicle::provenance_check::beyond_plain;
use crate::vehicle::{Library, Provenance};

/// Stroke efficiency of axial folding: share of a tube's length that it can shorten by
/// (Abramowicz & Jones 1984: 0.73).
pub const FOLDING_STROKE_EFFICIENCY: f64 = 0.73;

/// A value with the range an uncertainty run draws from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// Lower end.
    pub low: f64,
    /// The value used.
    pub central: f64,
    /// Upper end.
    pub high: f64,
}

impl Spread {
    /// A value without spread.
    pub const fn exact(value: f64) -> Self {
        Self {
            low: value,
            central: value,
            high: value,
        }
    }

    /// Is it finite, at or above `least`, and `low <= central <= high`?
    pub fn is_ordered_from(&self, least: f64) -> bool {
        self.low >= least && self.low <= self.central && self.central <= self.high && self.high.is_finite()
    }

    /// Quantile of the triangular distribution on low, central (mode), high. NaN stands for "not drawn": the central
    /// value.
    pub fn quantile(&self, u: f64) -> f64 {
        let width = self.high - self.low;
        if width <= 0.0 || u.is_nan() {
            return self.central;
        }
        let u = u.clamp(0.0, 1.0);
        let rise = self.central - self.low;
        if u * width < rise {
            self.low + (u * width * rise).sqrt()
        } else {
            self.high - ((1.0 - u) * width * (self.high - self.central)).sqrt()
        }
    }

    /// The same range in another unit: every figure times `factor`, above 0.
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            low: self.low * factor,
            central: self.central * factor,
            high: self.high * factor,
        }
    }

    /// Value at probability `u` as the new central value, without spread.
    pub fn drawn(&self, u: f64) -> Self {
        Self::exact(self.quantile(u))
    }
}

/// What a material may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MaterialUse {
    /// Structure that is meant to fold and absorb energy.
    Crush,
    /// Compartment and back-up structure.
    Cabin,
}

/// A structural material.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Material {
    /// Id: the name of its file.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Allowed uses.
    pub uses: Vec<MaterialUse>,
    /// Density, kg/m3.
    pub density_kg_per_m3: f64,
    /// Energy-equivalent quasi-static flow stress, Pa; `None` for composites.
    pub flow_stress_pa: Option<f64>,
    /// Dynamic over quasi-static crush force; already inside `sea_j_per_kg`.
    pub rate_factor: f64,
    /// Specific energy absorption of a whole tube, dynamic, J/kg; `None` when it may not crush.
    pub sea_j_per_kg: Option<Spread>,
    /// Direct manufacturing cost of fabricated structure, $/kg of `cost_base_year`.
    pub cost_usd_per_kg: Spread,
    /// Year of those dollars.
    pub cost_base_year: u16,
    /// Citations by key.
    pub sources: BTreeMap<String, String>,
    /// Provenance by key.
    pub provenance: BTreeMap<String, Provenance>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
struct RawMaterial {
    format: Spanned<i64>,
    id: Spanned<String>,
    name: String,
    uses: Spanned<Vec<MaterialUse>>,
    density_kg_per_m3: Spanned<f64>,
    flow_stress_MPa: Option<Spanned<f64>>,
    rate_factor: Spanned<f64>,
    sea_kJ_per_kg: Option<Spanned<Spread>>,
    cost_usd_per_kg: Spanned<Spread>,
    cost_base_year: u16,
    #[serde(default)]
    sources: BTreeMap<String, String>,
    #[serde(default)]
    provenance: BTreeMap<String, Spanned<Provenance>>,
}

/// Read a material file.
///
/// # Errors
/// [`InputError`] at an unknown key, a number out of range, a spread out of order, a crush material
/// without SEA, or a provenance entry whose source is not listed.
pub fn parse_material(text: &SourceText) -> Result<Material, InputError> {
    let raw: RawMaterial = text.parse_toml()?;
    if *raw.format.get_ref() != 1 {
        return Err(text.error(
            raw.format.span(),
            format!("format = {}", raw.format.get_ref()),
            "this version reads format = 1",
        ));
    }
    let positive = |key: &str, v: &Spanned<f64>| {
        let x = *v.get_ref();
        if x.is_finite() && x > 0.0 {
            Ok(x)
        } else {
            Err(text.error(v.span(), format!("{key} = {x}"), "must be above 0"))
        }
    };
    let spread = |key: &str, v: &Spanned<Spread>| check_spread(text, key, v, f64::MIN_POSITIVE);
    let uses = raw.uses.get_ref().clone();
    let crushes = uses.contains(&MaterialUse::Crush);
    match (&raw.sea_kJ_per_kg, crushes) {
        (None, true) => {
            return Err(text.error(
                raw.uses.span(),
                "uses contains \"crush\" but there is no sea_kJ_per_kg",
                "give the dynamic SEA of a whole tube as { low, central, high }",
            ));
        }
        (Some(sea), false) => {
            return Err(text.error(
                sea.span(),
                "sea_kJ_per_kg on a material that may not crush",
                "remove it, or add \"crush\" to uses",
            ));
        }
        _ => {}
    }
    if uses.is_empty() {
        return Err(text.error(raw.uses.span(), "uses is empty", "crush, cabin or both"));
    }
    check_sources(text, &raw.sources, &raw.provenance)?;
    Ok(Material {
        id: raw.id.get_ref().clone(),
        name: raw.name,
        uses,
        density_kg_per_m3: positive("density_kg_per_m3", &raw.density_kg_per_m3)?,
        flow_stress_pa: raw
            .flow_stress_MPa
            .as_ref()
            .map(|v| Ok::<_, InputError>(positive("flow_stress_MPa", v)? * 1e6))
            .transpose()?,
        rate_factor: positive("rate_factor", &raw.rate_factor)?,
        sea_j_per_kg: raw
            .sea_kJ_per_kg
            .as_ref()
            .map(|v| {
                let s = spread("sea_kJ_per_kg", v)?;
                Ok::<_, InputError>(Spread {
                    low: s.low * 1e3,
                    central: s.central * 1e3,
                    high: s.high * 1e3,
                })
            })
            .transpose()?,
        cost_usd_per_kg: spread("cost_usd_per_kg", &raw.cost_usd_per_kg)?,
        cost_base_year: raw.cost_base_year,
        sources: raw.sources,
        provenance: raw.provenance.into_iter().map(|(k, v)| (k, v.into_inner())).collect(),
    })
}

/// A spread in order and not below `least`, or an error at its place.
pub(crate) fn check_spread(
    text: &SourceText,
    key: &str,
    value: &Spanned<Spread>,
    least: f64,
) -> Result<Spread, InputError> {
    let s = *value.get_ref();
    if s.is_ordered_from(least) {
        Ok(s)
    } else {
        Err(text.error(
            value.span(),
            format!(
                "{key} = {{ low = {}, central = {}, high = {} }}",
                s.low, s.central, s.high
            ),
            if least > 0.0 {
                "low, central and high above 0 and in that order"
            } else {
                "low, central and high at least 0 and in that order"
            },
        ))
    }
}

/// Every provenance entry names a listed source and a sensible cv.
pub(crate) fn check_sources(
    text: &SourceText,
    sources: &BTreeMap<String, String>,
    provenance: &BTreeMap<String, Spanned<Provenance>>,
) -> Result<(), InputError> {
    for (key, entry) in provenance {
        let p = entry.get_ref();
        if !sources.contains_key(&p.source) {
            return Err(text.error(
                entry.span(),
                format!("provenance of {key} names source \"{}\"", p.source),
                "add that key to [sources]",
            ));
        }
        if !(p.cv.is_finite() && (0.0..=2.0).contains(&p.cv)) {
            return Err(text.error(
                entry.span(),
                format!("cv = {} of {key}", p.cv),
                "a coefficient of variation between 0 and 2",
            ));
        }
        if let Some(word) = beyond_plain(p) {
            return Err(text.error(
                entry.span(),
                format!("provenance of {key} has {word}"),
                "that key belongs to vehicle and restraint files; here low, central and high say it",
            ));
        }
    }
    Ok(())
}

impl Material {
    /// Number keys without a provenance entry (must be none in the shipped library).
    pub fn keys_without_provenance(&self) -> Vec<&'static str> {
        let mut keys = vec!["density_kg_per_m3", "rate_factor", "cost_usd_per_kg"];
        if self.flow_stress_pa.is_some() {
            keys.push("flow_stress_MPa");
        }
        if self.sea_j_per_kg.is_some() {
            keys.push("sea_kJ_per_kg");
        }
        keys.retain(|k| !self.provenance.contains_key(*k));
        keys
    }

    /// The same material with its spreads replaced by draws; `draw` gets the key, returns a probability.
    pub fn drawn(&self, draw: &mut dyn FnMut(&str) -> f64) -> Self {
        let mut one = self.clone();
        if let Some(sea) = &mut one.sea_j_per_kg {
            *sea = sea.drawn(draw(&format!("material.{}.sea_kJ_per_kg", self.id)));
        }
        let u = draw(&format!("material.{}.cost_usd_per_kg", self.id));
        one.cost_usd_per_kg = one.cost_usd_per_kg.drawn(u);
        one
    }
}

/// The materials a sizing may choose from.
#[derive(Debug, Clone, Default)]
pub struct Materials(BTreeMap<String, Material>);

impl Materials {
    /// Collect materials; a later one replaces an earlier one of the same id.
    pub fn new(all: impl IntoIterator<Item = Material>) -> Self {
        Self(all.into_iter().map(|m| (m.id.clone(), m)).collect())
    }

    /// Load every file of the library's `materials` folder, and own ones under their labels.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Input`] at a line of a file.
    pub fn load(library: &Library) -> Result<Self, Error> {
        let mut all = Vec::new();
        for id in library.ids(MATERIALS) {
            let text = library.text(MATERIALS, &id)?;
            let mut material = parse_material(&text)?;
            if library.own_text(MATERIALS, &id).is_some() {
                material.id.clone_from(&id);
            }
            if material.id != id {
                return Err(Error::request(
                    format!("{}: id = \"{}\"", text.name, material.id),
                    format!("the id of a library file is its name: \"{id}\""),
                ));
            }
            all.push(material);
        }
        Ok(Self::new(all))
    }

    /// The material with an id.
    ///
    /// # Errors
    /// [`Error::UnknownId`] with the nearest id.
    pub fn get(&self, id: &str) -> Result<&Material, Error> {
        self.0.get(id).ok_or_else(|| {
            let known = self.0.keys().map(String::as_str);
            Error::unknown("material", id, known)
        })
    }

    /// All materials by id.
    pub fn iter(&self) -> impl Iterator<Item = &Material> {
        self.0.values()
    }

    /// The same set with every spread drawn.
    pub fn drawn(&self, draw: &mut dyn FnMut(&str) -> f64) -> Self {
        Self::new(self.iter().map(|m| m.drawn(draw)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// Mean crush force of a square tube of side `b` and wall `t`, N, quasi-static, over the effective
    /// stroke: 13.06 sigma0 b^(1/3) t^(5/3) (Abramowicz & Jones, Int. J. Impact Engng 2(2), 1984).
    fn square_tube_mean_force_n(flow_stress_pa: f64, side_m: f64, wall_m: f64) -> f64 {
        13.06 * flow_stress_pa * side_m.cbrt() * wall_m.powf(5.0 / 3.0)
    }

    /// SEA of such a tube per kilogram of its whole length, J/kg; `rate_factor` 1 gives the quasi-static one.
    fn square_tube_sea_j_per_kg(
        flow_stress_pa: f64,
        density_kg_per_m3: f64,
        side_m: f64,
        wall_m: f64,
        rate_factor: f64,
    ) -> f64 {
        let kg_per_m = density_kg_per_m3 * 4.0 * side_m * wall_m;
        FOLDING_STROKE_EFFICIENCY * rate_factor * square_tube_mean_force_n(flow_stress_pa, side_m, wall_m) / kg_per_m
    }

    fn shipped() -> Materials {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles/materials");
        let mut all = Vec::new();
        for entry in std::fs::read_dir(root).unwrap() {
            all.push(parse_material(&SourceText::read(&entry.unwrap().path()).unwrap()).unwrap());
        }
        Materials::new(all)
    }

    #[test]
    fn shipped_metals_match_the_folding_formula() {
        // 60 x 60 mm tube, steel 1.5 mm, aluminium 2.5 mm.
        for m in shipped().iter() {
            let (Some(sea), Some(flow)) = (m.sea_j_per_kg, m.flow_stress_pa) else {
                continue;
            };
            let wall = if m.density_kg_per_m3 > 5000.0 { 1.5e-3 } else { 2.5e-3 };
            let formula = square_tube_sea_j_per_kg(flow, m.density_kg_per_m3, 0.060, wall, m.rate_factor);
            assert!(
                (sea.central / formula - 1.0).abs() < 0.01,
                "{}: {} against {formula}",
                m.id,
                sea.central
            );
        }
    }

    #[test]
    fn mean_force_of_the_dp600_tube_is_44_7_kn() {
        let f = square_tube_mean_force_n(445e6, 0.060, 1.5e-3);
        assert!((f - 44.7e3).abs() < 50.0, "{f}");
    }

    #[test]
    fn every_shipped_number_has_provenance_and_boron_may_not_crush() {
        let all = shipped();
        assert_eq!(all.iter().count(), 8);
        for m in all.iter() {
            assert!(m.keys_without_provenance().is_empty(), "{}", m.id);
        }
        assert!(all.get("boron").unwrap().sea_j_per_kg.is_none());
        let slip = all.get("dp60").unwrap_err().to_string();
        assert!(slip.contains("dp600"), "{slip}");
    }

    #[test]
    fn errors_name_file_line_key_value_and_remedy() {
        let good = "format = 1\nid = \"x\"\nname = \"X\"\nuses = [\"crush\"]\ndensity_kg_per_m3 = 7850.0\nrate_factor = 1.0\nsea_kJ_per_kg = { low = 1.0, central = 2.0, high = 3.0 }\ncost_usd_per_kg = { low = 1.0, central = 2.0, high = 3.0 }\ncost_base_year = 2020\n";
        let parse = |t: String| parse_material(&SourceText::new("x.toml", t));
        assert!(parse(good.into()).is_ok());
        let told = |t: String| parse(t).unwrap_err().to_string();
        let e = told(good.replace(
            "central = 2.0, high = 3.0 }\ncost_u",
            "central = 9.0, high = 3.0 }\ncost_u",
        ));
        assert!(
            e.starts_with("x.toml:7:") && e.contains("sea_kJ_per_kg") && e.contains('9'),
            "{e}"
        );
        let e = told(good.replace("7850.0", "-1.0"));
        assert!(e.contains("density_kg_per_m3 = -1") && e.contains("above 0"), "{e}");
        let e = told(good.replace("rate_factor", "rate_faktor"));
        assert!(e.contains("unknown field") && e.contains("x.toml:6"), "{e}");
        let e = told(good.replace("sea_kJ_per_kg = { low = 1.0, central = 2.0, high = 3.0 }\n", ""));
        assert!(e.contains("no sea_kJ_per_kg"), "{e}");
    }

    #[test]
    fn triangular_quantile_keeps_ends_and_mode() {
        let s = Spread {
            low: 8.0,
            central: 50.0,
            high: 178.0,
        };
        assert_eq!(s.quantile(0.0), 8.0);
        assert_eq!(s.quantile(1.0), 178.0);
        assert!((s.quantile(42.0 / 170.0) - 50.0).abs() < 1e-9);
        assert_eq!(Spread::exact(3.0).quantile(0.3), 3.0);
    }
}
