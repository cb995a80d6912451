//! The spread that the evidence behind two vehicle files gives to a predicted pair (model section 10): Monte Carlo
//! over provenance, so that a blind test can fall inside or outside.

use rayon::prelude::*;
use serde::Serialize;

use crate::collision::{Case, Outcome, Party, assemble, run};
use crate::dynamics::{Plan, Solver};
use crate::error::Error;
use crate::sizing::uncertainty::Band;
use crate::units::KMH;
use crate::vehicle::draw::{Input, probabilities};
use crate::vehicle::{Face, Library, Vehicle};

/// Pairs shown: front to front, full overlap.
const PAIRS: [[&str; 2]; 3] = [
    ["honda-n-box-jf1", "ford-f-150-2018"],
    ["suzuki-carry-da16t", "chevrolet-suburban-2019"],
    ["dodge-neon-1996", "ford-expedition-1999"],
];
/// Speed of each, km/h.
const SPEED_KMH: f64 = 50.0;
/// Draws and seed.
const DRAWS: u64 = 64;
const SEED: u64 = 1;
/// Steps, from coarse to fine: a draw runs at the coarsest that is stable for it.
const STEPS_S: [f64; 4] = [20e-6, 10e-6, 5e-6, 2e-6];
const DURATION_S: f64 = 0.15;

/// Median and 5-95 % of one measure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spread {
    /// Measure.
    pub quantity: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// With every number as in the files.
    pub as_filed: f64,
    /// 5th percentile.
    pub p5: f64,
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
}

/// One vehicle of a pair.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VehicleSpread {
    /// Vehicle id.
    pub vehicle: String,
    /// Cabin peak g, delta-v, intrusion.
    pub spreads: Vec<Spread>,
}

/// A pair and how far its prediction may be off for want of evidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairSpread {
    /// The pair in words.
    pub case: String,
    /// Draws.
    pub draws: u64,
    /// Seed.
    pub seed: u64,
    /// Both vehicles.
    pub vehicles: [VehicleSpread; 2],
}

type Measure = (&'static str, &'static str, fn(&Outcome, usize) -> f64);

const MEASURES: [Measure; 3] = [
    ("cabin peak, CFC 60", "g", |o, i| o.vehicles[i].peak_g_cfc60),
    ("delta-v", "m/s", |o, i| o.vehicles[i].delta_v_mps),
    ("intrusion", "mm", |o, i| o.vehicles[i].intrusion_mm),
];

fn outcome(vehicles: [Vehicle; 2]) -> Result<Outcome, Error> {
    let parties = vehicles.map(|vehicle| Party {
        vehicle,
        speed_mps: SPEED_KMH * KMH,
        face: Face::Front,
    });
    let mut case = Case {
        name: "draw".into(),
        parties,
        overlap: 1.0,
        struck_left: true,
        occupants: Vec::new(),
        plan: Plan::new(DURATION_S, STEPS_S[0]),
        solver: Solver::Leapfrog,
    };
    let network = assemble(&case)?.network;
    let stable = STEPS_S.iter().find(|s| network.check_step(**s).is_ok());
    case.plan = Plan::new(DURATION_S, *stable.unwrap_or(&STEPS_S[3]));
    Ok(run(&case)?.outcome)
}

fn pair(library: &Library, ids: [&str; 2]) -> Result<PairSpread, Error> {
    let files = [library.vehicle(ids[0])?, library.vehicle(ids[1])?];
    let inputs = [files[0].inputs(), files[1].inputs()];
    let count = inputs[0].len() + inputs[1].len();
    let as_filed = outcome(files.clone())?;
    let drawn: Vec<Outcome> = (0..DRAWS)
        .into_par_iter()
        .map(|i| {
            let u = probabilities(SEED, i, count);
            let (first, second) = u.split_at(inputs[0].len());
            let factors = |inputs: &[Input], u: &[f64]| -> Vec<f64> {
                inputs.iter().zip(u).map(|(i, u)| i.quantile(*u)).collect()
            };
            outcome([
                files[0].drawn(&inputs[0], &factors(&inputs[0], first)),
                files[1].drawn(&inputs[1], &factors(&inputs[1], second)),
            ])
        })
        .collect::<Result<_, _>>()?;
    let spread = |side: usize, (quantity, unit, of): &Measure| {
        let band = Band::of(drawn.iter().map(|o| of(o, side)));
        let at = |p: fn(&Band) -> f64| band.as_ref().map_or(f64::NAN, p);
        Spread {
            quantity,
            unit,
            as_filed: of(&as_filed, side),
            p5: at(|b| b.p5),
            p50: at(|b| b.p50),
            p95: at(|b| b.p95),
        }
    };
    let vehicles = [0, 1].map(|side| VehicleSpread {
        vehicle: ids[side].to_string(),
        spreads: MEASURES.iter().map(|m| spread(side, m)).collect(),
    });
    Ok(PairSpread {
        case: format!(
            "{} into {}, {SPEED_KMH} km/h each, full overlap",
            ids[0], ids[1]
        ),
        draws: DRAWS,
        seed: SEED,
        vehicles,
    })
}

/// Spreads of the shown pairs.
///
/// # Errors
/// Files that do not read; errors of the simulation.
pub fn spreads(library: &Library) -> Result<Vec<PairSpread>, Error> {
    PAIRS.iter().map(|ids| pair(library, *ids)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same seed gives the same spread, the files' own prediction lies within what their evidence allows or
    /// near it, and delta-v, which masses fix, is far surer than intrusion.
    #[test]
    fn delta_v_is_surer_than_intrusion() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles");
        let library = Library::open(&root).unwrap();
        let found = pair(&library, PAIRS[0]).unwrap();
        assert_eq!(found, pair(&library, PAIRS[0]).unwrap());
        let wide = |s: &Spread| (s.p95 - s.p5) / s.p50;
        let of = |k: usize| &found.vehicles[0].spreads[k];
        assert!(
            wide(of(1)) < 0.1 && wide(of(2)) > 3.0 * wide(of(1)),
            "{found:?}"
        );
        assert!(of(1).p5 <= of(1).p50 && of(1).p50 <= of(1).p95);
    }
}
