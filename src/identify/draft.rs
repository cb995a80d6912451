//! What identification builds before it becomes a file: masses, load paths and mounts in the units of the
//! vehicle file (mm, kN, kN/mm, kg), and the free parameters that bend them (model section 9).

/// Free parameters of the identification, all dimensionless but the shift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// Factor on the force of rails and upper body.
    pub front_force: f64,
    /// Factor on what acts late: tyres on sills, engine or equipment on the dash (up to what a firewall holds).
    pub late_force: f64,
    /// Added to the free lengths before the late contacts, mm.
    pub contact_shift_mm: f64,
    /// Tilt of the rails' force: shape times 1 + tilt (2 crush share - 1).
    pub tilt: f64,
    /// Added to the travel after which the engine is stopped, mm.
    pub engine_shift_mm: f64,
    /// Factor on how far sheet metal springs back.
    pub spring_back: f64,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            front_force: 1.0,
            late_force: 1.0,
            contact_shift_mm: 0.0,
            tilt: 0.0,
            engine_shift_mm: 0.0,
            spring_back: 1.0,
        }
    }
}

impl Parameters {
    /// The parameter of a name, for reading and writing; `None` for an unknown name.
    pub fn by_name(&mut self, name: &str) -> Option<&mut f64> {
        Some(match name {
            "front_force" => &mut self.front_force,
            "late_force" => &mut self.late_force,
            "contact_shift_mm" => &mut self.contact_shift_mm,
            "tilt" => &mut self.tilt,
            "engine_shift_mm" => &mut self.engine_shift_mm,
            "spring_back" => &mut self.spring_back,
            _ => return None,
        })
    }
}

/// A point mass of the draft.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftMass {
    /// Name.
    pub name: &'static str,
    /// Role as written in the file.
    pub role: &'static str,
    /// kg.
    pub kg: f64,
}

/// Force-crush table of the draft in mm, kN, kN/mm.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftTable {
    /// Crush points, mm.
    pub crush_mm: Vec<f64>,
    /// Forces, kN.
    pub force_kn: Vec<f64>,
    /// Unloading stiffness, kN/mm.
    pub unload_kn_per_mm: Vec<f64>,
    /// Unloading power: 8 for sheet metal, 1 for what is pressed block on block.
    pub unload_power: u32,
}

/// Place of a layer.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftLayer {
    /// Height band, mm.
    pub height_mm: [f64; 2],
    /// Lateral intervals, mm.
    pub lateral_mm: Vec<[f64; 2]>,
    /// Setback, mm.
    pub setback_mm: f64,
    /// Tip mass, kg.
    pub face_kg: f64,
    /// Its crush is intrusion.
    pub compartment: bool,
}

/// A load path of the draft: a layer, or an inner path `(from, gap_mm)`.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftPath {
    /// Name.
    pub name: &'static str,
    /// What it stands for, a comment in the file.
    pub remark: &'static str,
    /// Place of a layer.
    pub layer: Option<DraftLayer>,
    /// Start and free travel of an inner path.
    pub inner: Option<(&'static str, f64)>,
    /// Share of the strength of an inner path that needs no width (model section 4); none: all of it.
    pub offset_share: Option<f64>,
    /// Body behind.
    pub to: &'static str,
    /// Law.
    pub table: DraftTable,
    /// Material id.
    pub material: Option<&'static str>,
}

/// A mount of the draft.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftMount {
    /// Name.
    pub name: &'static str,
    /// One end.
    pub from: &'static str,
    /// Other end.
    pub to: &'static str,
    /// kN/mm.
    pub stiffness_kn_per_mm: f64,
    /// kN s/m.
    pub damping_kns_per_m: f64,
    /// kN.
    pub break_kn: Option<f64>,
}

impl Draft {
    /// Give the mounts of a body on its frame their strength: they break or slide at 1.3 times what the own wall test
    /// sends through them (model section 9).
    pub fn end_body_mounts(&mut self, own_wall_kn: f64) {
        const OVER_OWN_WALL: f64 = 1.3;
        for m in self.mounts.iter_mut().filter(|m| m.name == BODY_MOUNTS) {
            m.break_kn = Some((OVER_OWN_WALL * own_wall_kn).round().max(1.0));
        }
    }
}

/// Name of the mounts of a body on its frame.
pub const BODY_MOUNTS: &str = "body_mounts";

/// Masses, paths and mounts of a vehicle.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Point masses.
    pub masses: Vec<DraftMass>,
    /// Load paths.
    pub paths: Vec<DraftPath>,
    /// Mounts.
    pub mounts: Vec<DraftMount>,
}
