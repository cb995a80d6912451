//! The result document of one case: the keys of `crumple run --json`.

use serde::Serialize;

use crate::dynamics::Solver;
use crate::error::Error;
use crate::occupant::scatter::ScatterSet;
use crate::occupant::{OccupantResult, readings};
use crate::risk::ExpectedRisk;
use crate::risk::delta_v::field_mais3;
use crate::stamp::Stamp;

use super::case::Case;
use super::outcome::VehicleOutcome;
use super::range;
use super::run::Finished;
use super::scatter::expected_risks;

/// Result of a case; serializes to the JSON that `run --json` prints.
///
/// ```
/// use crumple::collision::result::CaseResult;
/// use crumple::collision::{Case, run};
/// use crumple::vehicle::Library;
/// # fn main() -> Result<(), crumple::error::Error> {
/// let car = Library::find(None)?.vehicle("toyota-rav4-2013")?;
/// let case = Case::head_on(&car, &car, 10.0);
/// let result = CaseResult::collect(&case, &run(&case)?)?;
/// let [a, b] = &result.vehicles;
/// assert!((a.delta_v_mps - b.delta_v_mps).abs() < 1e-9);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Serialize)]
#[allow(non_snake_case)]
pub struct CaseResult {
    /// Name of the case.
    pub case: String,
    /// Both vehicles.
    pub vehicles: [VehicleOutcome; 2],
    /// Occupants in the order of the case.
    pub occupants: Vec<OccupantResult>,
    /// Parting speed over closing speed.
    pub restitution: f64,
    /// Time of the last contact, ms.
    pub separation_ms: f64,
    /// Kinetic energy at the start, kJ.
    pub initial_energy_kJ: f64,
    /// Energy taken by plastic contact of tips, kJ.
    pub contact_loss_kJ: f64,
    /// Ledger residual over initial energy.
    pub energy_error: f64,
    /// Momentum residual over the sum of momenta.
    pub momentum_error: f64,
    /// Steps taken.
    pub steps: usize,
    /// Scheme.
    pub solver: Solver,
    /// What lies outside the range of the model, in words ([`range`]).
    pub outside_model: Vec<String>,
    /// What a reader must know.
    pub notes: Vec<String>,
    /// Origin.
    pub stamp: Stamp,
}

/// The note of a result at partial overlap whose case has `yaw = false`.
pub const YAW_OFF_NOTE: &str = "partial overlap with yaw switched off: a real car would turn out of part of this load";

impl CaseResult {
    /// Collect the result of a finished run.
    ///
    /// # Errors
    /// [`Error::Request`] when an occupant's channels cannot be evaluated (a run of a few samples).
    pub fn collect(case: &Case, finished: &Finished) -> Result<Self, Error> {
        let o = &finished.outcome;
        let mut occupants = finished
            .assembly
            .occupants
            .iter()
            .map(|occupant| {
                readings(occupant, &finished.record).map_err(|e| Error::request(e.to_string(), "use a longer run"))
            })
            .collect::<Result<Vec<_>, _>>()?;
        for occupant in &mut occupants {
            let side = occupant.vehicle - 1;
            occupant.risk.field_mais3 = Some(field_mais3(case.crash_mode(side), o.vehicles[side].delta_v_mps));
        }
        let outside_model = range::outside_model(case, finished, &occupants);
        Ok(Self {
            case: case.name.clone(),
            vehicles: o.vehicles.clone(),
            occupants,
            restitution: o.restitution,
            separation_ms: o.separation_ms,
            initial_energy_kJ: o.initial_energy_kj,
            contact_loss_kJ: o.contact_loss_kj,
            energy_error: o.energy_error,
            momentum_error: o.momentum_error,
            steps: o.steps,
            solver: case.solver,
            outside_model,
            notes: notes(case, finished),
            stamp: Stamp::of(case, case.plan.step_s),
        })
    }

    /// The same with the expected risk of each occupant: the mean over a scatter set (model section 7).
    ///
    /// # Errors
    /// As [`expected_risks`]; the result stays as it was.
    pub fn expecting(mut self, case: &Case, set: &ScatterSet) -> Result<Self, Error> {
        let each = expected_risks(std::slice::from_ref(case), set)?;
        self.expect(each.into_iter().flatten());
        Ok(self)
    }

    /// Put expected risks beside the nominal ones, in the order of the occupants.
    pub fn expect(&mut self, each: impl IntoIterator<Item = ExpectedRisk>) {
        for (occupant, expected) in self.occupants.iter_mut().zip(each) {
            occupant.risk.expected = Some(expected);
        }
    }
}

fn notes(case: &Case, finished: &Finished) -> Vec<String> {
    let mut notes = Vec::new();
    if case.overlap < 1.0 && !case.turns() {
        notes.push(YAW_OFF_NOTE.to_string());
    }
    if finished.outcome.touching_at_end {
        notes.push(format!(
            "still in contact at {:.0} ms: values at separation are those of the end of the run; lengthen duration_ms",
            case.plan.duration_s * 1e3
        ));
    }
    for p in &case.parties {
        if p.vehicle.provenance.is_empty() {
            notes.push(format!("{}: no provenance given", p.vehicle.id));
        }
    }
    notes
}
