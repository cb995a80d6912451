//! A vehicle as plain data in SI units: point masses, load paths and mounts (model sections 1, 3, 4).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::provenance::Provenance;

/// Kind of vehicle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VehicleClass {
    /// Japanese kei class.
    Kei,
    /// Passenger car.
    Car,
    /// Sport utility vehicle.
    Suv,
    /// Pickup truck.
    Pickup,
    /// Wall or deformable barrier.
    Barrier,
}

/// What a point mass stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Carries the occupants and the vehicle pulse.
    Cabin,
    /// Toe-pan, instrument panel and column: what intrudes.
    Dash,
    /// Powertrain.
    Engine,
    /// Frame, subframe, battery, wall.
    Other,
}

/// A side of the vehicle that can be struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Face {
    /// Front.
    Front,
    /// Rear.
    Rear,
    /// Left side.
    Left,
    /// Right side.
    Right,
}

/// Size and weight of the whole vehicle.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// Kerb mass, kg.
    pub curb_kg: f64,
    /// Mass as crashed, kg: what a collision uses.
    pub test_kg: f64,
    /// Length, m.
    pub length_m: f64,
    /// Width without mirrors, m.
    pub width_m: f64,
    /// Height, m.
    pub height_m: f64,
    /// Wheelbase, m.
    pub wheelbase_m: f64,
    /// List price in `currency`.
    pub price: Option<f64>,
    /// ISO 4217 code of `price`.
    pub currency: Option<String>,
    /// Yaw inertia at the test mass, kg m2; by length and mass where absent (model section 11).
    pub yaw_inertia_kgm2: Option<f64>,
    /// Distance of the mass centre behind the foremost point, m; 0.46 of the length where absent.
    pub cg_behind_front_m: Option<f64>,
    /// The driver sits on the right.
    pub driver_on_right: bool,
}

/// A point mass.
#[derive(Debug, Clone, PartialEq)]
pub struct Mass {
    /// Name, unique in the vehicle.
    pub name: String,
    /// What it stands for.
    pub role: Role,
    /// Mass without the tips that ride in front of it, kg.
    pub kg: f64,
    /// A wall: does not move.
    pub fixed: bool,
}

/// Force-crush law of a load path (model section 3).
#[derive(Debug, Clone, PartialEq)]
pub struct CrushTable {
    /// Crush points, m; first 0, strictly rising.
    pub crush_m: Vec<f64>,
    /// Force at these points, N, at least 0; held constant beyond the last.
    pub force_n: Vec<f64>,
    /// Unloading stiffness at these points, N/m, not falling.
    pub unload_n_per_m: Vec<f64>,
    /// Unloading power n, at least 1: 1 springs back along a straight line, 8 as sheet metal does, steeply first and
    /// then slowly.
    pub unload_power: u32,
    /// Rate factor r, s/m.
    pub rate_s_per_m: f64,
    /// Parallel damper, N s/m.
    pub damping_n_s_per_m: f64,
}

impl CrushTable {
    /// Backbone force at a crush, N (linear between points, constant beyond the last).
    pub fn force_at(&self, crush_m: f64) -> f64 {
        interpolate(&self.crush_m, &self.force_n, crush_m)
    }

    /// Unloading stiffness at a crush, N/m.
    pub fn unload_at(&self, crush_m: f64) -> f64 {
        interpolate(&self.crush_m, &self.unload_n_per_m, crush_m)
    }

    /// Work under the backbone from 0 to a crush, J.
    pub fn energy_to(&self, crush_m: f64) -> f64 {
        let mut joule = 0.0;
        let mut from = 0.0;
        for c in self.crush_m.iter().copied().chain([f64::INFINITY]) {
            let to = c.min(crush_m);
            if to > from {
                joule += 0.5 * (self.force_at(from) + self.force_at(to)) * (to - from);
                from = to;
            }
        }
        joule
    }
}

fn interpolate(x: &[f64], y: &[f64], at: f64) -> f64 {
    let last = x.len() - 1;
    if at <= x[0] {
        return y[0];
    }
    for i in 0..last {
        if at < x[i + 1] {
            return y[i] + (y[i + 1] - y[i]) * (at - x[i]) / (x[i + 1] - x[i]);
        }
    }
    y[last]
}

/// Where the front end of a layer can catch a partner (model section 4).
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The face it belongs to.
    pub face: Face,
    /// Height band above ground, m, `[lo, hi]`.
    pub height_m: [f64; 2],
    /// Lateral intervals, m, y to the right, each `[lo, hi]`.
    pub lateral_m: Vec<[f64; 2]>,
    /// Distance behind the foremost point, m.
    pub setback_m: f64,
    /// Mass of its front end, kg.
    pub face_kg: f64,
    /// Its crush counts as intrusion.
    pub compartment: bool,
    /// Does not deform.
    pub rigid: bool,
}

impl Layer {
    /// Frontal area, m2.
    pub fn area_m2(&self) -> f64 {
        let wide: f64 = self.lateral_m.iter().map(|[a, b]| b - a).sum();
        wide * (self.height_m[1] - self.height_m[0])
    }
}

/// How a path is placed.
#[derive(Debug, Clone, PartialEq)]
pub enum PathKind {
    /// On a face, in contact with partners.
    Layer(Layer),
    /// Between two masses inside the vehicle.
    Inner {
        /// Index of the mass nearer the front.
        from: usize,
        /// Free travel before it acts, m.
        gap_m: f64,
        /// Share of its strength that a load on any part of the width meets (model section 4): 1 is the whole,
        /// whatever the overlap; less makes it weaker the narrower the load.
        offset_share: f64,
    },
}

/// A load path.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Name, unique in the vehicle.
    pub name: String,
    /// Placement.
    pub kind: PathKind,
    /// Index of the mass behind it.
    pub to: usize,
    /// Its law; `None` when rigid.
    pub table: Option<CrushTable>,
    /// Material id.
    pub material: Option<String>,
}

impl Path {
    /// The layer, if this path is one.
    pub fn layer(&self) -> Option<&Layer> {
        match &self.kind {
            PathKind::Layer(l) => Some(l),
            PathKind::Inner { .. } => None,
        }
    }
}

/// Two-way spring and damper between two masses.
#[derive(Debug, Clone, PartialEq)]
pub struct Mount {
    /// Name, unique in the vehicle.
    pub name: String,
    /// Index of one mass.
    pub from: usize,
    /// Index of the other.
    pub to: usize,
    /// Stiffness, N/m.
    pub stiffness_n_per_m: f64,
    /// Damping, N s/m.
    pub damping_n_s_per_m: f64,
    /// Force beyond which it is gone, N.
    pub break_n: Option<f64>,
    /// Spring and damper in series instead of in parallel.
    pub series: bool,
}

/// A vehicle, barrier or wall.
#[derive(Debug, Clone, PartialEq)]
pub struct Vehicle {
    /// Id: lower case, digits and hyphens.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Kind.
    pub class: VehicleClass,
    /// Model year.
    pub year: i64,
    /// Size and weight.
    pub body: Body,
    /// Point masses.
    pub masses: Vec<Mass>,
    /// Load paths.
    pub paths: Vec<Path>,
    /// Mounts.
    pub mounts: Vec<Mount>,
    /// Restraint id of the driver's seat.
    pub driver_restraint: Option<String>,
    /// Restraint id of the front passenger's seat.
    pub passenger_restraint: Option<String>,
    /// Citations by key.
    pub sources: BTreeMap<String, String>,
    /// Provenance by key path.
    pub provenance: BTreeMap<String, Provenance>,
    /// Read from a library by its id: the cost file's list price of its model holds. Any other is what it says itself.
    pub of_library: bool,
}

impl Vehicle {
    /// Index of the mass with a role, if there is one.
    pub fn mass_with_role(&self, role: Role) -> Option<usize> {
        self.masses.iter().position(|m| m.role == role)
    }

    /// Does it stand still whatever happens (all its masses fixed)?
    pub fn is_fixed(&self) -> bool {
        !self.masses.is_empty() && self.masses.iter().all(|m| m.fixed)
    }

    /// Layers of a face as `(path index, path, layer)`, in file order.
    pub fn layers(&self, face: Face) -> impl Iterator<Item = (usize, &Path, &Layer)> {
        self.paths
            .iter()
            .enumerate()
            .filter_map(move |(i, p)| p.layer().filter(|l| l.face == face).map(|layer| (i, p, layer)))
    }

    /// Is the path part of the compartment: a front layer marked so, or from dash to cabin?
    pub fn is_compartment(&self, path: &Path) -> bool {
        match &path.kind {
            PathKind::Layer(l) => l.compartment && l.face == Face::Front,
            PathKind::Inner { from, .. } => {
                self.mass_with_role(Role::Dash) == Some(*from) && self.mass_with_role(Role::Cabin) == Some(path.to)
            }
        }
    }

    /// The same vehicle with the forces (and unloading stiffness) of its compartment times `cell`, and those of every
    /// other front layer times `front`: how one car differs from the next of its kind.
    pub fn stronger(&self, cell: f64, front: f64) -> Self {
        let factor = |p: &Path| match (self.is_compartment(p), p.layer()) {
            (true, _) => cell,
            (false, Some(l)) if l.face == Face::Front => front,
            _ => 1.0,
        };
        let mut changed = self.clone();
        for (path, original) in changed.paths.iter_mut().zip(&self.paths) {
            let by = factor(original);
            for table in path.table.iter_mut() {
                table.force_n.iter_mut().for_each(|f| *f *= by);
                table.unload_n_per_m.iter_mut().for_each(|k| *k *= by);
            }
        }
        changed
    }

    /// Sum of masses and tip masses, kg.
    pub fn total_kg(&self) -> f64 {
        let bodies: f64 = self.masses.iter().map(|m| m.kg).sum();
        let tips: f64 = self.paths.iter().filter_map(Path::layer).map(|l| l.face_kg).sum();
        bodies + tips
    }

    /// The same vehicle at another total mass; the cabin takes the difference.
    ///
    /// Returns `None` when the cabin would keep less than a tenth of its mass, or there is none.
    pub fn at_mass(&self, total_kg: f64) -> Option<Self> {
        let cabin = self.mass_with_role(Role::Cabin)?;
        let mut changed = self.clone();
        let kg = &mut changed.masses[cabin].kg;
        let before = *kg;
        *kg += total_kg - self.total_kg();
        changed.body.test_kg = total_kg;
        let ratio = total_kg / self.total_kg();
        changed.body.yaw_inertia_kgm2 = self.body.yaw_inertia_kgm2.map(|i| ratio * i);
        (changed.masses[cabin].kg >= 0.1 * before).then_some(changed)
    }

    /// The same vehicle higher (+) or lower by a ride height, m.
    pub fn raised(&self, ride_height_m: f64) -> Self {
        let mut changed = self.clone();
        for path in &mut changed.paths {
            if let PathKind::Layer(l) = &mut path.kind {
                l.height_m = l.height_m.map(|h| h + ride_height_m);
            }
        }
        changed
    }
}
