//! What the simulated dummies weigh and how their segments are joined (model section 6).
//!
//! Segment masses: HIII-05F from NHTSA's description of the dummy (8.23, 2.0, 26.5, 29.2, 5.2, 5.2, 13.8,
//! 17.9 lb; 49.0 kg); HIII-50M from recollection (sum 78.0 kg, its published total is 78.2 kg). The chain holds
//! head with half the neck, upper torso with arms and the other half, lower torso with upper legs; lower
//! legs and feet stay on the floor. Neck and lumbar joints are translational and linear: they were
//! fitted to one measured driver (NHTSA test 10146) and give no neck load.

use super::thorax::RibCage;
use crate::criteria::Dummy;

/// Masses and joints of a dummy's chain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Anatomy {
    /// Head and half of the neck, kg.
    pub head_kg: f64,
    /// Upper torso, arms and half of the neck, without the sternum, kg.
    pub spine_kg: f64,
    /// Lower torso and upper legs, kg.
    pub pelvis_kg: f64,
    /// Lower legs and feet, which ride on the cabin, kg.
    pub on_floor_kg: f64,
    /// Rib cage with the sternum.
    pub ribs: RibCage,
    /// Neck between spine and head: stiffness N/m, damping N s/m.
    pub neck: (f64, f64),
    /// Lumbar spine and abdomen between pelvis and spine: stiffness N/m, damping N s/m.
    pub lumbar: (f64, f64),
}

/// Linear size of the HIII-05F against the HIII-50M: cube root of the ratio of their masses, 49.0 / 78.2 kg.
const SIZE_05F: f64 = 0.8558;

/// Hybrid III 50th percentile male.
const HIII_50M: Anatomy = Anatomy {
    head_kg: 5.307,
    spine_kg: 26.132,
    pelvis_kg: 35.016,
    on_floor_kg: 11.112,
    ribs: RibCage {
        sternum_kg: super::thorax::STERNUM_KG,
        spring_factor: 1.4,
        damper_factor: 1.0,
        knee_m: super::thorax::RIB_KNEE_M,
    },
    neck: (2.08e3, 231.0),
    lumbar: (10.1e3, 1.85e3),
};

/// Hybrid III 5th percentile female. Joints scale with size (same material: stiffness with length, damping with
/// its square), the ribs keep the 50M's
/// spring factor with dampers scaled like the other joints, which meets its own certification test.
const HIII_05F: Anatomy = Anatomy {
    head_kg: 4.187,
    spine_kg: 16.908,
    pelvis_kg: 19.505,
    on_floor_kg: 8.119,
    ribs: RibCage {
        sternum_kg: 0.283,
        spring_factor: 1.4,
        damper_factor: SIZE_05F * SIZE_05F,
        knee_m: 0.031,
    },
    neck: (
        HIII_50M.neck.0 * SIZE_05F,
        HIII_50M.neck.1 * SIZE_05F * SIZE_05F,
    ),
    lumbar: (
        HIII_50M.lumbar.0 * SIZE_05F,
        HIII_50M.lumbar.1 * SIZE_05F * SIZE_05F,
    ),
};

impl Anatomy {
    /// The chain of a dummy; `None` where the occupant model has none (a point mass, dummies for side impact).
    pub fn of(dummy: Dummy) -> Option<&'static Self> {
        match dummy {
            Dummy::Hiii50m => Some(&HIII_50M),
            Dummy::Hiii05f => Some(&HIII_05F),
            _ => None,
        }
    }

    /// Mass of the chain, kg: what the cabin no longer carries.
    pub fn chain_kg(&self) -> f64 {
        self.head_kg + self.spine_kg + self.ribs.sternum_kg + self.pelvis_kg
    }

    /// Mass of the whole dummy, kg.
    pub fn total_kg(&self) -> f64 {
        self.chain_kg() + self.on_floor_kg
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamics::{Crush, CrushLaw, MountSpec, Network, Plan, Port, simulate};
    use crate::occupant::thorax::{IMPACTOR_N_PER_M, RIB_KNEE_M, STERNUM_KG};

    /// Impactor on the sternum: peak force (N), peak deflection (m), share of energy not given back.
    fn impact(net: &mut Network, sternum: usize, kg: f64, mps: f64, ribs: usize) -> [f64; 3] {
        let probe = net.body("impactor", kg, mps, 0);
        let contact = net.group("contact");
        let law = net.law(CrushLaw {
            crush_m: vec![0.0, 1.0],
            force_n: vec![0.0, IMPACTOR_N_PER_M],
            unload_n_per_m: vec![IMPACTOR_N_PER_M; 2],
            rate_s_per_m: 0.0,
            damping_n_s_per_m: 0.0,
        });
        net.crushes.push(Crush {
            port: Port::between(probe, sternum),
            law,
            gap_m: 0.0,
            pretension: None,
            ramp: None,
            group: contact,
        });
        let plan = Plan {
            duration_s: 0.06,
            step_s: 2e-6,
            stride: 5,
            settle_s: None,
            detail: crate::dynamics::Detail::Full,
        };
        let record = simulate(net, &plan).unwrap();
        let force = record.force(contact);
        let d = record.compression(ribs);
        let (mut loading, mut returned) = (0.0, 0.0);
        for i in 1..force.len() {
            let work = 0.5 * (force[i] + force[i - 1]) * (d[i] - d[i - 1]);
            if work > 0.0 {
                loading += work
            } else {
                returned -= work
            }
        }
        let max = |x: &[f64]| x.iter().copied().fold(0.0, f64::max);
        [max(&force), max(&d), 1.0 - returned / loading]
    }

    /// A seated dummy without back support: the chain, free to move.
    fn certification(dummy: Dummy, probe_kg: f64) -> [f64; 3] {
        let a = Anatomy::of(dummy).unwrap();
        let mut net = Network::default();
        let g = net.group("ribs");
        let joints = net.group("joints");
        let pelvis = net.body("pelvis", a.pelvis_kg, 0.0, 0);
        let spine = net.body("spine", a.spine_kg, 0.0, 0);
        let sternum = net.body("sternum", a.ribs.sternum_kg, 0.0, 0);
        let head = net.body("head", a.head_kg, 0.0, 0);
        // The dummy faces -x, the impactor comes along +x.
        a.ribs.join(&mut net, sternum, spine, -1.0, g);
        for (from, to, (k, c)) in [(pelvis, spine, a.lumbar), (spine, head, a.neck)] {
            net.mounts.push(MountSpec {
                port: Port::between(to, from),
                stiffness_n_per_m: k,
                damping_n_s_per_m: c,
                break_n: f64::INFINITY,
                group: joints,
            });
        }
        impact(&mut net, sternum, probe_kg, 6.71, g)
    }

    /// Lobdell's constants, 23.4 kg: 4366.2 N and 69.909 mm at 6.71 m/s, 2861.5 N and 54.061 mm at 4.9 m/s
    /// (DOP853, rtol 1e-9); a first-order reference at 2 us gives 4363.5 N, 69.94 mm and 2858.2 N, 54.09 mm.
    #[test]
    fn lobdell_impactor() {
        for (mps, force, deflection) in [(6.71, 4366.23, 0.069_908_7), (4.9, 2861.48, 0.054_061_3)]
        {
            let mut net = Network::default();
            let g = net.group("ribs");
            let sternum = net.body("sternum", STERNUM_KG, 0.0, 0);
            let spine = net.body("spine", 27.2, 0.0, 0);
            RibCage::LOBDELL.join(&mut net, sternum, spine, -1.0, g);
            let [f, d, _] = impact(&mut net, sternum, 23.4, mps, g);
            assert!((f / force - 1.0).abs() < 2e-4, "{f} N");
            assert!((d / deflection - 1.0).abs() < 2e-4, "{d} m");
        }
    }

    /// 49 CFR 572.34: 5160-5894 N and 63.5-72.6 mm for the HIII-50M (probe 23.4 kg, recollection);
    /// 572.134: 3900-4400 N and 50-58 mm for the HIII-05F (probe 13.97 kg, recollection).
    #[test]
    fn rib_cages_meet_their_certification_corridors() {
        let [f, d, _] = certification(Dummy::Hiii50m, 23.4);
        assert!((5160.0..=5894.0).contains(&f), "HIII-50M {f} N");
        assert!((0.0635..=0.0726).contains(&d), "HIII-50M {d} m");
        let [f, d, _] = certification(Dummy::Hiii05f, 13.97);
        assert!((3900.0..=4400.0).contains(&f), "HIII-05F {f} N");
        assert!((0.050..=0.058).contains(&d), "HIII-05F {d} m");
    }

    /// Segments add up to the published totals, 78.2 and 49.0 kg, within 1 %.
    #[test]
    fn masses_add_up() {
        for (dummy, kg) in [(Dummy::Hiii50m, 78.2), (Dummy::Hiii05f, 49.0)] {
            let a = Anatomy::of(dummy).unwrap();
            assert!(
                (a.total_kg() / kg - 1.0).abs() < 0.01,
                "{dummy}: {} kg",
                a.total_kg()
            );
            assert!(a.ribs.knee_m <= RIB_KNEE_M);
        }
        assert_eq!(Anatomy::of(Dummy::PointMass), None);
    }
}
