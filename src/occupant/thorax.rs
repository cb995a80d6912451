//! Lobdell's thorax (model section 6): sternum and spine masses joined by ribs that stiffen beyond a
//! compression, a damper that differs by direction, and a spring and damper in series for the viscera.
//!
//! Constants: Lobdell et al. 1973, from recollection; each is an exact lb-in conversion, which supports
//! it. They describe a human chest. A Hybrid III rib cage is stiffer: under the certification impactor (23.4 kg at
//! 6.71 m/s) Lobdell's chest gives 4363 N at 69.9 mm where 49 CFR 572.34 asks for 5160-5894 N at 63.5-72.6 mm, so it
//! compresses as far under 15 % less than the lowest force. Each dummy scales springs and dampers until its own
//! certification test is met (49 CFR 572.34 and 572.134).

use crate::dynamics::{BodyId, MaxwellSpec, Network, Port, ThoraxSpec};

/// Sternum mass, kg (1 lb).
pub const STERNUM_KG: f64 = 0.45;
/// Rib stiffness, N/m (150 lb/in).
pub const RIB_N_PER_M: f64 = 26.3e3;
/// Stiffness added beyond [`RIB_KNEE_M`], N/m (300 lb/in).
pub const RIB_ADDED_N_PER_M: f64 = 52.6e3;
/// Compression where the ribs stiffen, m: 1.5 in. Often rounded to 38 mm; the exact inch meets the published response
/// to the impactor (4363.5 N, 69.94 mm; the test of [`super::dummy`]), 38 mm misses it by 0.06 %.
pub const RIB_KNEE_M: f64 = 0.0381;
/// Damping while the chest is compressed, N s/m (3 lb s/in).
pub const RIB_IN_N_S_PER_M: f64 = 520.0;
/// Damping while it recovers, N s/m (7 lb s/in).
pub const RIB_OUT_N_S_PER_M: f64 = 1230.0;
/// Spring of the viscera, N/m (75 lb/in).
pub const VISCERA_N_PER_M: f64 = 13.2e3;
/// Damper of the viscera, N s/m (1 lb s/in).
pub const VISCERA_N_S_PER_M: f64 = 180.0;
/// Contact stiffness of Lobdell's impactor, N/m (1600 lb/in); used by the certification test only.
pub const IMPACTOR_N_PER_M: f64 = 281e3;

/// A rib cage: Lobdell's law with the factors of one dummy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RibCage {
    /// Sternum mass, kg.
    pub sternum_kg: f64,
    /// Factor on the three springs.
    pub spring_factor: f64,
    /// Factor on the three dampers.
    pub damper_factor: f64,
    /// Compression where the ribs stiffen, m.
    pub knee_m: f64,
}

impl RibCage {
    /// Lobdell's own constants.
    pub const LOBDELL: Self = Self {
        sternum_kg: STERNUM_KG,
        spring_factor: 1.0,
        damper_factor: 1.0,
        knee_m: RIB_KNEE_M,
    };

    /// Join `sternum` and `spine`; the compression is `sign * (u_spine - u_sternum)`, positive when the
    /// sternum is pushed towards the spine of an occupant who faces `sign`.
    pub fn join(&self, net: &mut Network, sternum: BodyId, spine: BodyId, sign: f64, group: usize) {
        let port = Port::signed(spine, sternum, sign);
        net.thoraxes.push(ThoraxSpec {
            port,
            stiffness_n_per_m: RIB_N_PER_M * self.spring_factor,
            added_n_per_m: RIB_ADDED_N_PER_M * self.spring_factor,
            knee_m: self.knee_m,
            damping_in_n_s_per_m: RIB_IN_N_S_PER_M * self.damper_factor,
            damping_out_n_s_per_m: RIB_OUT_N_S_PER_M * self.damper_factor,
            group,
        });
        net.maxwells.push(MaxwellSpec {
            port,
            stiffness_n_per_m: VISCERA_N_PER_M * self.spring_factor,
            damping_n_s_per_m: VISCERA_N_S_PER_M * self.damper_factor,
            group,
        });
    }
}
