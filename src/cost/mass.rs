//! Added mass of a design (model section 8): what each load path, the longer front, the compartment,
//! compounding and the restraints weigh, and where each kilogram sits.

use serde::Serialize;

use super::programme::Change;
use crate::vehicle::{CrushTable, Role, Vehicle};

/// When a segment counts as bottoming: it starts at this share of the table's last crush or beyond, and
/// is at least so many times as steep as the secant (force over crush) at its start.
///
/// Folding structure is degressive: late segments of identified rails have ratios below 0.9. A path that
/// bottoms turns up several times as steep (engine against dash, wheel against sill), or somewhat steeper
/// at its very end (a stacked rail). An early steep rise is a rail picking up load behind a soft bumper.
pub const BOTTOMING: [(f64, f64); 2] = [(0.4, 3.0), (0.8, 1.2)];

/// Design crush of a path, m: the last point before bottoming, or the table's last point when it does
/// not bottom.
///
/// Bottoming is the first segment that is late and steep by [`BOTTOMING`] and behind which the force
/// never falls again; a rise that collapses afterwards is a peak.
pub fn design_crush_m(table: &CrushTable) -> f64 {
    let (x, f) = (&table.crush_m, &table.force_n);
    let Some(&last) = x.last() else { return 0.0 };
    for i in 1..x.len().saturating_sub(1) {
        let secant = f[i] / x[i];
        let slope = (f[i + 1] - f[i]) / (x[i + 1] - x[i]);
        let bottoms = BOTTOMING
            .iter()
            .any(|(start, ratio)| x[i] >= start * last && slope > 0.0 && slope >= ratio * secant * (1.0 - 1e-9));
        if bottoms && f[i..].windows(2).all(|w| w[1] >= w[0]) {
            return x[i];
        }
    }
    last
}

/// C_i: energy under the backbone from 0 to the design crush, J.
pub fn design_energy_j(table: &CrushTable) -> f64 {
    table.energy_to(design_crush_m(table))
}

/// Mean force up to the design crush, N.
pub fn mean_force_n(table: &CrushTable) -> f64 {
    let crush = design_crush_m(table);
    if crush > 0.0 {
        table.energy_to(crush) / crush
    } else {
        0.0
    }
}

/// dm_i = dC / (SEA eta_sys), kg; SEA in J/kg.
pub fn crush_mass_kg(added_energy_j: f64, sea_j_per_kg: f64, system_efficiency: f64) -> f64 {
    added_energy_j / (sea_j_per_kg * system_efficiency)
}

/// Mass of a back-up path that carries `force_n` over `length_m` at a stress, kg: k F L rho / sigma.
/// A yardstick for the compartment, not part of the sizing formula.
pub fn backup_path_kg(force_n: f64, length_m: f64, stress_pa: f64, density_kg_per_m3: f64, k: f64) -> f64 {
    k * force_n * length_m * density_kg_per_m3 / stress_pa
}

/// Mass added along one load path.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PathMass {
    /// Path name.
    pub path: String,
    /// Material id of what is added.
    pub material: String,
    /// C_i(x) - C_i(0), J.
    pub added_energy_j: f64,
    /// dm_i, kg.
    pub kg: f64,
}

/// Added mass of a design by cause.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MassAccount {
    /// dm_i of every path that absorbs more than before.
    pub paths: Vec<PathMass>,
    /// dm_L, kg.
    pub front_length_kg: f64,
    /// dm_c, kg.
    pub compartment_kg: f64,
    /// Material id of the compartment's added structure.
    pub cabin_material: String,
    /// gamma times all of the above, kg.
    pub compounding_kg: f64,
    /// Restraint package, if one was chosen.
    pub package: Option<String>,
    /// Its parts that the car does not have already: item id and count.
    pub restraint_items: Vec<(String, u32)>,
    /// dm_restraint, kg.
    pub restraint_kg: f64,
    /// What the design changes, for what tools and certification cost.
    pub change: Change,
}

impl MassAccount {
    /// Primary structure: paths, added length and compartment, kg.
    pub fn structure_kg(&self) -> f64 {
        let paths: f64 = self.paths.iter().map(|p| p.kg).sum();
        paths + self.front_length_kg + self.compartment_kg
    }

    /// Does it change any structure, even where that weighs nothing (a path reshaped at equal energy)?
    pub fn changes_structure(&self) -> bool {
        !self.paths.is_empty() || self.front_length_kg > 0.0 || self.compartment_kg > 0.0
    }

    /// Everything, kg: structure times (1 + gamma) plus restraints.
    pub fn total_kg(&self) -> f64 {
        self.structure_kg() + self.compounding_kg + self.restraint_kg
    }
}

/// Where added mass sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On a body: index in `masses`.
    Body(usize),
    /// On the front end of a layer: index in `paths`.
    FrontEnd(usize),
}

/// Lump the added mass onto the bodies and front ends of a vehicle, kg each; they add up to the total.
///
/// A member along a path is lumped half to each of its two ends; the added front length likewise, over
/// the lengthened layers by their mean force; the compartment half to the dash and half to the cabin;
/// compounding (brakes, wheels, suspension) and restraints ride with the cabin.
///
/// `lengthened` holds `(path index, mean force)` of the layers that got longer. A vehicle without a
/// cabin (a barrier) takes what belongs there on its first body.
pub fn placements(vehicle: &Vehicle, account: &MassAccount, lengthened: &[(usize, f64)]) -> Vec<(Place, f64)> {
    let cabin = vehicle.mass_with_role(Role::Cabin).unwrap_or(0);
    let dash = vehicle.mass_with_role(Role::Dash).unwrap_or(cabin);
    let mut placed = Vec::new();
    let mut along = |index: usize, kg: f64| {
        let path = &vehicle.paths[index];
        let front = match &path.kind {
            crate::vehicle::PathKind::Layer(_) => Place::FrontEnd(index),
            crate::vehicle::PathKind::Inner { from, .. } => Place::Body(*from),
        };
        placed.push((front, 0.5 * kg));
        placed.push((Place::Body(path.to), 0.5 * kg));
    };
    for p in &account.paths {
        if let Some(index) = vehicle.paths.iter().position(|have| have.name == p.path) {
            along(index, p.kg);
        }
    }
    let force: f64 = lengthened.iter().map(|(_, f)| f).sum();
    if force > 0.0 {
        for &(index, f) in lengthened {
            along(index, account.front_length_kg * f / force);
        }
    } else if account.front_length_kg > 0.0 {
        placed.push((Place::Body(cabin), account.front_length_kg));
    }
    placed.push((Place::Body(dash), 0.5 * account.compartment_kg));
    placed.push((
        Place::Body(cabin),
        0.5 * account.compartment_kg + account.compounding_kg + account.restraint_kg,
    ));
    placed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::model::tests::shipped_materials;
    use crate::material::MaterialUse;

    fn table(crush_mm: &[f64], force_kn: &[f64]) -> CrushTable {
        CrushTable {
            crush_m: crush_mm.iter().map(|v| v * 1e-3).collect(),
            force_n: force_kn.iter().map(|v| v * 1e3).collect(),
            unload_n_per_m: vec![30e6; crush_mm.len()],
            rate_s_per_m: 0.0,
            unload_power: 1,
            damping_n_s_per_m: 0.0,
        }
    }

    #[test]
    fn design_crush_is_the_last_point_before_bottoming() {
        // Rail that never bottoms, rail that bottoms, bottoming with a plateau behind it, rail that
        // stacks up, peak in mid-crush, engine against dash, wheel against sill, rail behind soft foam,
        // sheet metal.
        for (crush, force, expected) in [
            (vec![0., 30., 150., 350., 430.], vec![0., 80., 130., 160., 160.], 430.),
            (
                vec![0., 30., 150., 350., 430., 470.],
                vec![0., 80., 130., 160., 165., 500.],
                430.,
            ),
            (
                vec![0., 30., 150., 430., 470., 520.],
                vec![0., 80., 130., 165., 500., 500.],
                430.,
            ),
            (
                vec![0., 29., 62., 384., 551., 631.],
                vec![0., 35., 150., 215., 234., 326.],
                551.,
            ),
            (
                vec![0., 70., 400., 470., 740., 990.],
                vec![0., 34., 114., 246., 177., 185.],
                990.,
            ),
            (vec![0., 60., 120.], vec![0., 60., 250.], 60.),
            (vec![0., 120., 200.], vec![0., 80., 260.], 120.),
            (vec![0., 50., 80., 300.], vec![0., 10., 90., 130.], 300.),
            (vec![0., 100., 350., 450.], vec![0., 25., 60., 90.], 450.),
        ] {
            let got = design_crush_m(&table(&crush, &force)) * 1e3;
            assert!((got - expected).abs() < 1e-9, "{crush:?}: {got}");
        }
    }

    /// Mass for 25 kJ of controlled front energy at system efficiency 0.4 and 0.7, kg (check values
    /// computed independently with whole-tube SEA).
    #[test]
    fn twenty_five_kilojoule() {
        let materials = shipped_materials();
        for (id, expected) in [
            ("mild", [7.8, 4.5]),
            ("dp600", [4.7, 2.7]),
            ("dp800", [3.7, 2.1]),
            ("aluminium-6xxx", [2.8, 1.6]),
            ("cfrp", [1.25, 0.7]),
        ] {
            let sea = materials.get(id).unwrap().sea_j_per_kg.unwrap().central;
            for (eta, kg) in [0.4, 0.7].into_iter().zip(expected) {
                let got = crush_mass_kg(25e3, sea, eta);
                assert!((got - kg).abs() < 0.051, "{id} at {eta}: {got} against {kg}");
            }
        }
        assert!(
            materials
                .iter()
                .all(|m| m.sea_j_per_kg.is_some() == m.uses.contains(&MaterialUse::Crush))
        );
    }

    /// gamma 0.12, 0.5, 0.95, 1.5 is loop gain 0.107, 0.333, 0.487, 0.600 and makes 60 kg into
    /// 67, 90, 117, 150 kg.
    #[test]
    fn compounding_algebra() {
        let loop_gain = |gamma: f64| gamma / (1.0 + gamma);
        for (gamma, gain, kg) in [
            (0.12, 0.107, 67.0),
            (0.5, 0.333, 90.0),
            (0.95, 0.487, 117.0),
            (1.5, 0.600, 150.0),
        ] {
            assert!((loop_gain(gamma) - gain).abs() < 5e-4);
            // The total by the loop, m / (1 - Gamma), and by gamma, m (1 + gamma), are the same.
            let by_loop = 60.0 / (1.0 - loop_gain(gamma));
            assert_eq!(by_loop.round(), kg);
            let account = MassAccount {
                paths: Vec::new(),
                front_length_kg: 60.0,
                compartment_kg: 0.0,
                cabin_material: "boron".into(),
                compounding_kg: 60.0 * gamma,
                package: None,
                restraint_items: Vec::new(),
                restraint_kg: 0.0,
                change: Change::default(),
            };
            assert!((account.total_kg() - by_loop).abs() < 1e-9);
        }
    }

    /// +100 kN over 1.2 m at 1000 MPa with k = 3 weighs 2.8 kg a path.
    #[test]
    fn backup_path_of_100_kn() {
        let kg = backup_path_kg(100e3, 1.2, 1000e6, 7850.0, 3.0);
        assert!((kg - 2.8).abs() < 0.05, "{kg}");
    }

    /// Two constant forces against a wall (Zimmermann & von Hoessle, IJNME 94, 2013): E_rem = m v^2 / 2
    /// - F1 d1 - F2 d2, with the design energies as this module counts them.
    #[test]
    fn zimmermann_two_spring_front() {
        let block = |force: f64, crush: f64| CrushTable {
            crush_m: vec![0.0, crush],
            force_n: vec![force, force],
            unload_n_per_m: vec![1e9; 2],
            rate_s_per_m: 0.0,
            unload_power: 1,
            damping_n_s_per_m: 0.0,
        };
        for (f1, f2, m, d1, d2, e_rem, a_max) in [
            (350e3, 350e3, 2000.0, 0.3, 0.3, 33_360.0, 175.0),
            (300e3, 400e3, 1500.0, 0.2, 0.4, -37_480.0, 266.667),
        ] {
            let absorbed = design_energy_j(&block(f1, d1)) + design_energy_j(&block(f2, d2));
            let left = 0.5 * m * 15.6_f64.powi(2) - absorbed;
            assert!((left - e_rem).abs() < 1.0, "{left}");
            assert!((mean_force_n(&block(f2, d2)) / m - a_max).abs() < 1e-3);
        }
        // Equal forces that just suffice: 405.6 kN.
        let needed = 0.5 * 2000.0 * 15.6_f64.powi(2) / 0.6;
        assert!((needed - 405.6e3).abs() < 1.0);
    }
}
