//! A case over a scatter set: the same test sixteen times, and the mean of its risks (model section 7).

use crate::dynamics::{Detail, Plan};
use crate::error::Error;
use crate::occupant::readings;
use crate::occupant::scatter::{Disturbance, ScatterSet};
use crate::risk::NcapRisk;
use crate::risk::expected::ExpectedRisk;
use crate::vehicle::VehicleClass;

use super::batch::{BatchOptions, map_batch};
use super::case::Case;

/// A dummy's readings are complete this long after the vehicles part, s: it has met belt, bag and seat back by then.
pub const SETTLE_S: f64 = 0.04;
/// Finest step that a scatter set is run at, s: five to a 10 kHz sample. What the mean moves by against half of it is
/// far below what separates two designs.
const STEP_S: f64 = Plan::SAMPLE_S / 5.0;

impl Case {
    /// The case as one test finds it: speeds, structure, restraints and firing moved by a point of a scatter set.
    /// Barriers and walls keep their strength.
    pub fn disturbed(&self, by: &Disturbance) -> Self {
        let mut changed = self.clone();
        for party in &mut changed.parties {
            party.speed_mps *= by.speed_factor;
            if party.vehicle.class != VehicleClass::Barrier {
                party.vehicle = party.vehicle.stronger(by.cell_factor, by.front_factor);
            }
        }
        for seated in &mut changed.occupants {
            seated.restraint = seated.restraint.disturbed(by);
            seated.fire_delay_s += by.fire_delay_s;
        }
        changed
    }

    /// The case at every point of a scatter set.
    pub fn scattered(&self, set: &ScatterSet) -> Vec<Self> {
        let points = set.disturbances(self.overlap >= 1.0);
        points.iter().map(|by| self.disturbed(by)).collect()
    }
}

/// The case at the coarsest plan that a scatter set is run at: finest step [`STEP_S`], ended [`SETTLE_S`] after the
/// vehicles part or with the plan, whichever comes first.
fn lean(case: &Case) -> Case {
    let mut lean = case.clone();
    if lean.plan.step_s < STEP_S {
        lean.plan = Plan::new(case.plan.duration_s, STEP_S);
    }
    lean.plan.detail = Detail::Lean;
    lean.plan.settle_s = Some(SETTLE_S.min(case.plan.settle_s.unwrap_or(SETTLE_S)));
    lean
}

/// Risks of every occupant at every point of a scatter set, by case, then point, then occupant. All runs of all cases
/// stand side by side in lanes.
///
/// # Errors
/// That of the first run which fails.
pub fn scattered_risks(cases: &[Case], set: &ScatterSet) -> Result<Vec<Vec<Vec<NcapRisk>>>, Error> {
    let all: Vec<Case> = cases.iter().flat_map(|case| lean(case).scattered(set)).collect();
    let options = BatchOptions {
        stable_step: true,
        align_cells: false,
    };
    let each = map_batch(&all, options, |_, assembly, record| {
        let read = |occupant| {
            let all = readings(occupant, &record).map_err(|e| Error::request(e.to_string(), "use a longer run"))?;
            Ok(all.risk.nominal)
        };
        assembly.occupants.iter().map(read).collect()
    });
    let runs = each.into_iter().collect::<Result<Vec<Vec<NcapRisk>>, Error>>()?;
    let points = all.len() / cases.len().max(1);
    Ok(runs.chunks(points.max(1)).map(<[_]>::to_vec).collect())
}

/// Expected risk of each occupant of each case: the mean over a scatter set.
///
/// # Errors
/// As [`scattered_risks`].
pub fn expected_risks(cases: &[Case], set: &ScatterSet) -> Result<Vec<Vec<ExpectedRisk>>, Error> {
    let means = |(case, points): (&Case, Vec<Vec<NcapRisk>>)| {
        let of = |i: usize| {
            let tests: Vec<NcapRisk> = points.iter().map(|p| p[i]).collect();
            ExpectedRisk::over(&tests)
        };
        (0..case.occupants.len()).map(of).collect()
    };
    Ok(cases.iter().zip(scattered_risks(cases, set)?).map(means).collect())
}
