//! The numbers of a result by their measure.

use crate::measure::Measure;

use super::outcome::VehicleOutcome;
use super::result::CaseResult;

impl VehicleOutcome {
    /// A measure of the vehicle; `None` where there is none.
    pub fn reading(&self, measure: Measure) -> Option<f64> {
        Some(match measure {
            Measure::MassKg => self.mass_kg,
            Measure::InitialSpeedMps => self.initial_speed_mps,
            Measure::DeltaVMps => self.delta_v_mps,
            Measure::CabinDeltaVMps => self.cabin_delta_v_mps,
            Measure::PeakGCfc60 => self.peak_g_cfc60,
            Measure::TimeOfPeakMs => self.time_of_peak_ms,
            Measure::CrushMm => self.crush_mm,
            Measure::DeepestCrushMm => self.deepest_crush_mm,
            Measure::TimeOfCrushMs => self.time_of_crush_ms,
            Measure::ResidualCrushMm => self.residual_crush_mm,
            Measure::StaticCrushMm => self.static_crush_mm,
            Measure::IntrusionMm => self.intrusion_mm,
            Measure::YawRateDps => self.yaw_rate_dps,
            Measure::YawDeg => self.yaw_deg,
            Measure::DeltaVLateralMps => self.delta_v_lateral_mps,
            Measure::OlcG => return self.olc_g,
            Measure::VpiG => return self.vpi_g,
            Measure::EnergyAbsorbedKj => self.energy_absorbed_kJ,
            _ => return None,
        })
    }
}

impl CaseResult {
    /// A measure of the collision as a whole.
    pub fn reading(&self, measure: Measure) -> Option<f64> {
        match measure {
            Measure::Restitution => Some(self.restitution),
            Measure::EnergyError => Some(self.energy_error),
            Measure::MomentumError => Some(self.momentum_error),
            _ => None,
        }
    }
}
