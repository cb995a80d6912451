//! Which entry covers which number of a vehicle, and which numbers have none (model section 10).

use super::model::Vehicle;
use super::provenance::Provenance;

impl Vehicle {
    /// The entry that covers a key path such as `path.lower_rails.force_kN`: its own, or the nearest group above.
    pub fn provenance_of(&self, key: &str) -> Option<&Provenance> {
        self.provenance_entry(key).map(|(_, p)| p)
    }

    /// The same with the entry's own key.
    pub fn provenance_entry(&self, key: &str) -> Option<(&str, &Provenance)> {
        let mut at = key;
        loop {
            if let Some((entry, p)) = self.provenance.get_key_value(at) {
                return Some((entry, p));
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
