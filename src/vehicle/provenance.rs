//! Where a number comes from and how far it may be off (model section 10).

use serde::{Deserialize, Serialize};

use super::model::Vehicle;

/// Kind of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum Basis {
    /// Read from an instrument or a scale in a test record.
    Measured,
    /// Stated by a published source.
    Published,
    /// Computed from measured or published values.
    Derived,
    /// Judgement or recollection; widest spread.
    Estimated,
}

/// Provenance of one number, or of all numbers below a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Provenance {
    /// Kind of evidence.
    pub basis: Basis,
    /// Key of `[sources]`.
    pub source: String,
    /// Coefficient of variation (standard deviation over value).
    pub cv: f64,
}

impl Vehicle {
    /// The entry that covers a key path such as `path.lower_rails.force_kN`: its own, or the nearest group above.
    pub fn provenance_of(&self, key: &str) -> Option<&Provenance> {
        let mut at = key;
        loop {
            if let Some(p) = self.provenance.get(at) {
                return Some(p);
            }
            at = &at[..at.rfind('.')?];
        }
    }

    /// Every key path that holds numbers and needs an entry.
    pub fn number_keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = [
            "curb_kg",
            "test_kg",
            "length_mm",
            "width_mm",
            "height_mm",
            "wheelbase_mm",
        ]
        .iter()
        .map(|k| format!("body.{k}"))
        .collect();
        if self.body.price.is_some() {
            keys.push("body.price".into());
        }
        keys.extend(self.masses.iter().map(|m| format!("mass.{}.kg", m.name)));
        for p in &self.paths {
            let mut fields = Vec::new();
            match p.layer() {
                Some(_) => {
                    fields.extend(["height_mm", "lateral_mm", "setback_mm", "face_kg"]);
                }
                None => fields.push("gap_mm"),
            }
            if p.table.is_some() {
                fields.extend(["crush_mm", "force_kN", "unload_kN_per_mm"]);
            }
            keys.extend(fields.iter().map(|f| format!("path.{}.{f}", p.name)));
        }
        keys.extend(
            self.mounts
                .iter()
                .map(|m| format!("mount.{}.stiffness_kN_per_mm", m.name)),
        );
        keys
    }

    /// Keys without an entry.
    pub fn keys_without_provenance(&self) -> Vec<String> {
        self.number_keys()
            .into_iter()
            .filter(|k| self.provenance_of(k).is_none())
            .collect()
    }
}
