//! Predicted pairs of library vehicles with the spread that the evidence behind their files gives
//! ([`crate::sizing::uncertainty::case_spread`]): what a blind test can be held against.

use serde::Serialize;

use crate::collision::Case;
use crate::dynamics::Plan;
use crate::error::Error;
use crate::sizing::uncertainty::case_spread::{CaseSpread, case_spread};
use crate::units::KMH;
use crate::vehicle::{Library, Vehicle};

/// Pairs shown, front to front, with the overlap.
const PAIRS: [([&str; 2], f64); 6] = [
    (["honda-n-box-jf1", "ford-f-150-2018"], 1.0),
    (["honda-n-box-jf1", "toyota-camry-2018"], 1.0),
    (["suzuki-carry-da16t", "chevrolet-suburban-2019"], 1.0),
    (["dodge-neon-1996", "ford-expedition-1999"], 1.0),
    (["mitsubishi-mirage-2015", "kia-sorento-2016"], 0.5),
    (["smart-fortwo-2017", "infiniti-q50-2014"], 0.5),
];
/// Speed of each, km/h.
const SPEED_KMH: f64 = 56.0;
/// Draws and seed.
pub(super) const DRAWS: u64 = 64;
pub(super) const SEED: u64 = 1;
/// Coarsest step of a draw, s.
const STEP_S: f64 = 20e-6;
const DURATION_S: f64 = 0.15;

/// A pair and how far its prediction may be off for want of evidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairSpread {
    /// The pair in words.
    pub case: String,
    /// Both vehicles.
    pub vehicles: [String; 2],
    /// Every number with its 5-95 % range.
    pub spread: CaseSpread,
}

/// Two vehicles front to front, struck on the left of the first, each at half the closing speed.
pub(super) fn head_on(vehicles: [Vehicle; 2], closing_mps: f64, overlap: f64) -> Case {
    Case {
        name: format!("{} into {}", vehicles[0].id, vehicles[1].id),
        overlap,
        plan: Plan::new(DURATION_S, STEP_S),
        ..Case::head_on(&vehicles[0], &vehicles[1], 0.5 * closing_mps)
    }
}

/// Spreads of the shown pairs.
///
/// # Errors
/// Files that do not read; errors of the simulation.
pub fn spreads(library: &Library) -> Result<Vec<PairSpread>, Error> {
    let pair = |(ids, overlap): ([&str; 2], f64)| {
        let files = [library.vehicle(ids[0])?, library.vehicle(ids[1])?];
        let case = head_on(files, 2.0 * SPEED_KMH * KMH, overlap);
        Ok(PairSpread {
            case: format!("{}, {SPEED_KMH} km/h each, overlap {:.0} %", case.name, 100.0 * overlap),
            vehicles: ids.map(String::from),
            spread: case_spread(&case, DRAWS, SEED)?,
        })
    };
    PAIRS.into_iter().map(pair).collect()
}
