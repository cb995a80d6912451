//! What the simulated dummies weigh and how their segments are joined (model section 6).
//!
//! Segment masses: HIII-05F from NHTSA's description of the dummy (8.23, 2.0, 26.5, 29.2, 5.2, 5.2, 13.8,
//! 17.9 lb; 49.0 kg); HIII-50M from recollection (sum 78.0 kg, its published total is 78.2 kg). The chain holds
//! head with half the neck, upper torso with arms and the other half, lower torso with upper legs; lower
//! legs and feet stay on the floor. Neck and lumbar joints are translational and linear: they were
//! fitted to one measured driver (NHTSA test 10146) and give no neck load.
//!
//! Limits: a dummy in the seating position of its test, upright, belted, moving straight ahead. No rotation of head,
//! torso or pelvis, so no rise of the head over the wheel, no submarining, no reclined or leaning posture, no roll out
//! of the belt; components across the vehicle are missing (they add 5 % to the chest's clip and 24 % to HIC15 of that
//! driver). A Hybrid III is stiffer than a person, and its thorax is certified at one speed and one spot.

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

/// Hybrid III 50th percentile male. Factors on Lobdell's ribs meet force, deflection and hysteresis of 49 CFR 572.34.
const HIII_50M: Anatomy = Anatomy {
    head_kg: 5.307,
    spine_kg: 26.132,
    pelvis_kg: 35.016,
    on_floor_kg: 11.112,
    ribs: RibCage {
        sternum_kg: super::thorax::STERNUM_KG,
        spring_factor: 1.5,
        damper_factor: 0.9,
        knee_m: super::thorax::RIB_KNEE_M,
    },
    neck: (2.08e3, 231.0),
    lumbar: (10.1e3, 1.85e3),
};

/// Hybrid III 5th percentile female. Joints scale with size (same material: stiffness with length, damping with
/// its square), the ribs keep the 50M's spring factor with dampers scaled like the other joints, which meets its own
/// certification test.
const HIII_05F: Anatomy = Anatomy {
    head_kg: 4.187,
    spine_kg: 16.908,
    pelvis_kg: 19.505,
    on_floor_kg: 8.119,
    ribs: RibCage {
        sternum_kg: 0.283,
        spring_factor: 1.5,
        damper_factor: 0.9 * SIZE_05F * SIZE_05F,
        knee_m: 0.031,
    },
    neck: (HIII_50M.neck.0 * SIZE_05F, HIII_50M.neck.1 * SIZE_05F * SIZE_05F),
    lumbar: (HIII_50M.lumbar.0 * SIZE_05F, HIII_50M.lumbar.1 * SIZE_05F * SIZE_05F),
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
            unload_power: 1,
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
            if work > 0.0 { loading += work } else { returned -= work }
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

    /// Corridors of the thorax test: force N, deflection m, share of energy not given back.
    /// HIII-50M: 49 CFR 572.34(b), 1242.5 +- 82.5 lbf, 2.68 +- 0.18 in, 69-85 % (probe 23.4 kg, recollection).
    const CORRIDOR_50M: [[f64; 2]; 3] = [[5160.0, 5894.0], [0.0635, 0.0727], [0.69, 0.85]];
    /// HIII-05F: 49 CFR 572.134 (probe 13.97 kg, recollection).
    const CORRIDOR_05F: [[f64; 2]; 3] = [[3900.0, 4400.0], [0.050, 0.058], [0.69, 0.85]];

    /// Lobdell's chest on a free spine, 23.4 kg impactor: 4363.3 N and 69.940 mm at 6.71 m/s, 2858.0 N and 54.088
    /// mm at 4.9 m/s (DOP853, rtol 1e-9), within 0.01 % of the published 4363.5 N, 69.94 mm, 2858.2 N, 54.09 mm.
    #[test]
    fn lobdell_impactor() {
        for (mps, force, deflection) in [(6.71, 4363.28, 0.069_940_3), (4.9, 2858.01, 0.054_088_3)] {
            let [f, d, _] = lobdell(mps);
            assert!((f / force - 1.0).abs() < 2e-4, "{f} N");
            assert!((d / deflection - 1.0).abs() < 2e-4, "{d} m");
        }
    }

    fn lobdell(mps: f64) -> [f64; 3] {
        let mut net = Network::default();
        let g = net.group("ribs");
        let sternum = net.body("sternum", STERNUM_KG, 0.0, 0);
        let spine = net.body("spine", 27.2, 0.0, 0);
        RibCage::LOBDELL.join(&mut net, sternum, spine, -1.0, g);
        impact(&mut net, sternum, 23.4, mps, g)
    }

    fn inside([lo, hi]: [f64; 2], x: f64) -> bool {
        (lo..=hi).contains(&x)
    }

    /// A human chest is softer than the dummy's corridor: Lobdell's force is 15 % below its lower edge, his
    /// deflection inside it.
    #[test]
    fn lobdell_is_softer_than_the_certification_corridor() {
        let [f, d, _] = lobdell(6.71);
        let [force, deflection, _] = CORRIDOR_50M;
        assert!((f / force[0] - 0.845).abs() < 0.005, "{}", f / force[0]);
        assert!(inside(deflection, d), "{d} m");
    }

    /// The dummies' rib cages meet force, deflection and hysteresis of their certification tests.
    #[test]
    fn rib_cages_meet_their_certification_corridors() {
        for (dummy, probe_kg, corridor) in [
            (Dummy::Hiii50m, 23.4, CORRIDOR_50M),
            (Dummy::Hiii05f, 13.97, CORRIDOR_05F),
        ] {
            let [f, d, lost] = certification(dummy, probe_kg);
            assert!(inside(corridor[0], f), "{dummy} {f} N");
            assert!(inside(corridor[1], d), "{dummy} {d} m");
            assert!(inside(corridor[2], lost), "{dummy} {lost}");
        }
    }

    /// Segments add up to the published totals, 78.2 and 49.0 kg, within 1 %.
    #[test]
    fn masses_add_up() {
        for (dummy, kg) in [(Dummy::Hiii50m, 78.2), (Dummy::Hiii05f, 49.0)] {
            let a = Anatomy::of(dummy).unwrap();
            assert!((a.total_kg() / kg - 1.0).abs() < 0.01, "{dummy}: {} kg", a.total_kg());
            assert!(a.ribs.knee_m <= RIB_KNEE_M);
        }
        assert_eq!(Anatomy::of(Dummy::PointMass), None);
    }
}
