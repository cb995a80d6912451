//! Which entry covers which number of a vehicle, and which numbers have none (model section 10).

use super::model::{Path, PathKind, Vehicle};
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

    /// Every key path that holds numbers and needs an entry; keys that a file may leave out only where it states them
    /// (`offset_share`: below 1).
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
        if self.body.yaw_inertia_kgm2.is_some() {
            keys.push("body.yaw_inertia_kgm2".into());
        }
        if self.body.cg_behind_front_m.is_some() {
            keys.push("body.cg_behind_front_mm".into());
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
            if matches!(p.kind, PathKind::Inner { offset_share, .. } if offset_share < 1.0) {
                fields.push("offset_share");
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

    /// The numbers behind one of [`Vehicle::number_keys`], in the unit of its name; empty for another key.
    pub fn values_of(&self, key: &str) -> Vec<f64> {
        let parts: Vec<&str> = key.split('.').collect();
        match parts[..] {
            ["body", field] => self.body_value(field).into_iter().collect(),
            ["mass", name, "kg"] => {
                let mass = self.masses.iter().find(|m| m.name == name);
                mass.map(|m| m.kg).into_iter().collect()
            }
            ["path", name, field] => {
                let path = self.paths.iter().find(|p| p.name == name);
                path.map_or(Vec::new(), |p| path_values(p, field))
            }
            ["mount", name, "stiffness_kN_per_mm"] => {
                let mount = self.mounts.iter().find(|m| m.name == name);
                mount.map(|m| m.stiffness_n_per_m * 1e-6).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn body_value(&self, field: &str) -> Option<f64> {
        let b = &self.body;
        match field {
            "curb_kg" => Some(b.curb_kg),
            "test_kg" => Some(b.test_kg),
            "length_mm" => Some(b.length_m * 1e3),
            "width_mm" => Some(b.width_m * 1e3),
            "height_mm" => Some(b.height_m * 1e3),
            "wheelbase_mm" => Some(b.wheelbase_m * 1e3),
            "price" => b.price,
            "yaw_inertia_kgm2" => b.yaw_inertia_kgm2,
            "cg_behind_front_mm" => b.cg_behind_front_m.map(|c| c * 1e3),
            _ => None,
        }
    }

    /// Keys without an entry.
    pub fn keys_without_provenance(&self) -> Vec<String> {
        self.number_keys()
            .into_iter()
            .filter(|k| self.provenance_of(k).is_none())
            .collect()
    }
}

fn path_values(path: &Path, field: &str) -> Vec<f64> {
    let scaled = |values: &[f64], by: f64| values.iter().map(|v| v * by).collect();
    match (&path.kind, field) {
        (PathKind::Layer(l), "height_mm") => scaled(&l.height_m, 1e3),
        (PathKind::Layer(l), "lateral_mm") => scaled(&l.lateral_m.concat(), 1e3),
        (PathKind::Layer(l), "setback_mm") => vec![l.setback_m * 1e3],
        (PathKind::Layer(l), "face_kg") => vec![l.face_kg],
        (PathKind::Inner { gap_m, .. }, "gap_mm") => vec![gap_m * 1e3],
        (PathKind::Inner { offset_share, .. }, "offset_share") => vec![*offset_share],
        _ => path.table.as_ref().map_or(Vec::new(), |t| match field {
            "crush_mm" => scaled(&t.crush_m, 1e3),
            "force_kN" => scaled(&t.force_n, 1e-3),
            "unload_kN_per_mm" => scaled(&t.unload_n_per_m, 1e-6),
            _ => Vec::new(),
        }),
    }
}
