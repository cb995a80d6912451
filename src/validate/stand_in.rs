//! Vehicles of the library in the place of others: scaled in mass and length; and a struck rear from CRASH3's generic
//! coefficients, since the library has no rear faces.

use std::collections::BTreeMap;

use crate::vehicle::{
    Basis, Body, CrushTable, Face, Layer, Mass, Path, PathKind, Provenance, Role, Vehicle, VehicleClass,
};

/// The vehicle with masses, forces, stiffnesses and dampers in proportion; places and crush stay.
pub fn scaled(vehicle: &Vehicle, total_kg: f64) -> Vehicle {
    let s = total_kg / vehicle.total_kg();
    let mut v = vehicle.clone();
    v.body.curb_kg *= s;
    v.body.test_kg *= s;
    v.masses.iter_mut().for_each(|m| m.kg *= s);
    for path in &mut v.paths {
        if let PathKind::Layer(l) = &mut path.kind {
            l.face_kg *= s;
        }
        if let Some(t) = &mut path.table {
            t.force_n.iter_mut().for_each(|f| *f *= s);
            t.unload_n_per_m.iter_mut().for_each(|k| *k *= s);
            t.damping_n_s_per_m *= s;
        }
    }
    for m in &mut v.mounts {
        m.stiffness_n_per_m *= s;
        m.damping_n_s_per_m *= s;
        m.break_n = m.break_n.map(|f| f * s);
    }
    v
}

/// The vehicle drawn out along its length: setbacks, gaps and crush in proportion, forces and spring-back as they are
/// (a longer front folds at the same force over a longer way; how far it springs back does not grow with it).
pub fn lengthened(vehicle: &Vehicle, length_m: f64) -> Vehicle {
    let s = length_m / vehicle.body.length_m;
    let mut v = vehicle.clone();
    v.body.length_m = length_m;
    v.body.wheelbase_m *= s;
    v.body.cg_behind_front_m = v.body.cg_behind_front_m.map(|c| c * s);
    v.body.yaw_inertia_kgm2 = v.body.yaw_inertia_kgm2.map(|i| i * s * s);
    for path in &mut v.paths {
        match &mut path.kind {
            PathKind::Layer(l) => l.setback_m *= s,
            PathKind::Inner { gap_m, .. } => *gap_m *= s,
        }
        if let Some(t) = &mut path.table {
            t.crush_m.iter_mut().for_each(|c| *c *= s);
        }
    }
    v
}

/// A struck rear: mass, size and CRASH3's generic class coefficients, force per width a + b C.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GenericRear {
    /// Mass, kg.
    pub mass_kg: f64,
    /// Length, m.
    pub length_m: f64,
    /// Width, m.
    pub width_m: f64,
    /// Force per width at first yield, N/m.
    pub a_n_per_m: f64,
    /// Its rise with crush, N/m2.
    pub b_n_per_m2: f64,
}

/// Height band of a rear bar, m above ground: any front of the library covers it, so that none of it misses.
const REAR_HEIGHT_M: [f64; 2] = [0.35, 0.75];
/// Mass of the bar, kg, and of what shares its place in a network (estimated: bumper and panel).
const REAR_FACE_KG: f64 = 20.0;
/// Crush up to which the linear law is written, m, and where it starts.
const REAR_REACH_M: f64 = 1.5;
const REAR_START_M: f64 = 0.01;
/// Energy given back over the force at greatest crush, m: three unlike walls gave 15 +- 2 mm (`own-walls.toml`).
const ENERGY_OVER_FORCE_M: f64 = 0.015;
/// A car's own coefficients against those of its class (estimated).
const REAR_CV: f64 = 0.17;

impl GenericRear {
    fn table(&self) -> CrushTable {
        let wide = |c: f64| self.width_m * (self.a_n_per_m + self.b_n_per_m2 * c);
        let crush_m = vec![0.0, REAR_START_M, REAR_REACH_M];
        let force_n = vec![0.0, wide(REAR_START_M), wide(REAR_REACH_M)];
        // A straight line gives back F^2 / (2 k).
        let unload = |f: f64| f / (2.0 * ENERGY_OVER_FORCE_M);
        let first = unload(force_n[1]).max(force_n[1] / REAR_START_M);
        CrushTable {
            unload_n_per_m: vec![first, first, first.max(unload(force_n[2]))],
            crush_m,
            force_n,
            unload_power: 1,
            rate_s_per_m: 0.0,
            damping_n_s_per_m: 0.0,
        }
    }

    /// One mass behind a bar.
    pub fn vehicle(&self, name: &str) -> Vehicle {
        let half = 0.5 * self.width_m;
        let path = Path {
            name: "rear".into(),
            kind: PathKind::Layer(Layer {
                face: Face::Rear,
                height_m: REAR_HEIGHT_M,
                lateral_m: vec![[-half, half]],
                setback_m: 0.0,
                face_kg: REAR_FACE_KG,
                compartment: false,
                rigid: false,
            }),
            to: 0,
            table: Some(self.table()),
            material: None,
        };
        let mass = Mass {
            name: "cabin".into(),
            role: Role::Cabin,
            kg: self.mass_kg - REAR_FACE_KG,
            fixed: false,
        };
        let source = "crash3".to_string();
        let provenance = Provenance::new(Basis::Estimated, source.clone(), REAR_CV);
        Vehicle {
            id: "generic-rear".into(),
            name: name.into(),
            class: VehicleClass::Car,
            year: 1975,
            body: Body {
                curb_kg: self.mass_kg,
                test_kg: self.mass_kg,
                length_m: self.length_m,
                width_m: self.width_m,
                height_m: 1.3,
                wheelbase_m: 0.57 * self.length_m,
                price: None,
                currency: None,
                yaw_inertia_kgm2: None,
                cg_behind_front_m: None,
                driver_on_right: false,
            },
            masses: vec![mass],
            paths: vec![path],
            mounts: Vec::new(),
            driver_restraint: None,
            passenger_restraint: None,
            sources: BTreeMap::from([(source, "CRASH3 class coefficients".into())]),
            provenance: BTreeMap::from([("path.rear.force_kN".into(), provenance)]),
            of_library: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collision::wall_test;
    use crate::dynamics::Plan;
    use crate::vehicle::Library;

    fn car() -> Vehicle {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles");
        let library = Library::open(&root).unwrap();
        library.vehicle("toyota-camry-2018").unwrap()
    }

    /// A scaled car is as heavy as asked, as fast in its wall test and as deep: masses and forces keep their ratio.
    #[test]
    fn a_scaled_car_crushes_alike() {
        let car = car();
        let light = scaled(&car, 900.0);
        assert!((light.total_kg() - 900.0).abs() < 1e-6);
        let test = |v: &Vehicle| wall_test(v, 15.0, Plan::new(0.12, 2e-5)).unwrap().vehicle;
        let (a, b) = (test(&car), test(&light));
        assert!((a.crush_mm / b.crush_mm - 1.0).abs() < 1e-6);
        assert!((a.peak_g_cfc60 / b.peak_g_cfc60 - 1.0).abs() < 1e-6);
    }

    /// A longer car keeps its mass and force at the same share of its length.
    #[test]
    fn a_longer_car_folds_at_the_same_force() {
        let car = car();
        let long = lengthened(&car, 1.2 * car.body.length_m);
        assert!((long.total_kg() - car.total_kg()).abs() < 1e-9);
        for (a, b) in car.paths.iter().zip(&long.paths) {
            if let (Some(a), Some(b)) = (&a.table, &b.table) {
                assert!((a.force_at(0.2) - b.force_at(0.24)).abs() < 1e-6 * a.force_at(0.2));
            }
        }
    }

    /// The bar takes the energy of CRASH3's trapezoid, and gives back what three walls gave.
    #[test]
    fn a_generic_rear_follows_its_coefficients() {
        let rear = GenericRear {
            mass_kg: 1415.0,
            length_m: 4.44,
            width_m: 1.71,
            a_n_per_m: 68_400.0,
            b_n_per_m2: 280_000.0,
        };
        let (vehicle, table) = (rear.vehicle("a car"), rear.table());
        assert!((vehicle.total_kg() - 1415.0).abs() < 1e-9);
        let c = 0.4;
        let trapezoid = 1.71 * (68_400.0 * c + 0.5 * 280_000.0 * c * c);
        assert!((table.energy_to(c) / trapezoid - 1.0).abs() < 0.02);
        assert!(table.unload_n_per_m.is_sorted());
    }
}
