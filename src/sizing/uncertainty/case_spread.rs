//! The spread that the evidence behind a case gives to its prediction (model section 10): Monte Carlo over the
//! provenance of both vehicles and of the restraints, so that a blind test can fall inside or outside.
//!
//! A draw is not made to meet the vehicle's own wall test again: the bands are wider than a conditioned sample's.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::collision::batch::{BatchOptions, map_batch};
use crate::collision::{Assembly, Case, outcome, run};
use crate::dynamics::{Record, Solver};
use crate::error::Error;
use crate::measure::{Measure, Readings};
use crate::occupant::readings;
use crate::vehicle::draw::{Input, probabilities};

use super::summary::Band;

/// Most draws asked for at once.
const MOST_DRAWS: u64 = 100_000;

/// Draws in hand at a time: what keeps memory flat.
const IN_HAND: usize = 128;

/// Least and greatest friction of face on face over the file's: 0.25 to 1 around 0.5 (estimated).
const FRICTION_SHARE: [f64; 2] = [0.5, 2.0];

/// One number of a result over the draws.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValueSpread {
    /// With every number as in the files.
    pub as_filed: f64,
    /// 5th percentile.
    pub p5: f64,
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
}

/// A case over draws of its evidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseSpread {
    /// Draws asked for.
    pub draws: u64,
    /// Seed: draw i takes stream i of it.
    pub seed: u64,
    /// Draws that could not be run (a number drawn out of what a file may hold).
    pub failed: usize,
    /// Numbers drawn: provenance entries with a spread, and the side grip's friction where the vehicles turn.
    pub inputs: usize,
    /// By the name of the number in a sweep: `vehicle.1.delta_v_mps`, `occupant.1.hic15`, `restitution`.
    pub values: BTreeMap<String, ValueSpread>,
}

type Values = BTreeMap<String, f64>;

/// What of a case can be drawn, in the order in which its probabilities are dealt.
struct Drawable<'a> {
    case: &'a Case,
    vehicles: [Vec<Input>; 2],
    /// One list for each restraint, and the occupants that share it.
    restraints: Vec<(Vec<Input>, Vec<usize>)>,
}

impl<'a> Drawable<'a> {
    fn of(case: &'a Case) -> Self {
        let mut restraints: Vec<(Vec<Input>, Vec<usize>)> = Vec::new();
        for (i, o) in case.occupants.iter().enumerate() {
            let same = |other: &usize| {
                let p = &case.occupants[*other];
                (p.vehicle, p.seat, p.dummy) == (o.vehicle, o.seat, o.dummy) && p.restraint == o.restraint
            };
            match restraints.iter_mut().find(|(_, who)| who.iter().any(same)) {
                Some((_, who)) => who.push(i),
                None => restraints.push((o.restraint.inputs(o.seat, o.dummy), vec![i])),
            }
        }
        Self {
            vehicles: case.parties.each_ref().map(|p| p.vehicle.inputs()),
            restraints,
            case,
        }
    }

    fn count(&self) -> usize {
        let lists = self.restraints.iter().map(|(inputs, _)| inputs.len());
        let friction = [usize::from(self.case.turns())];
        let vehicles = self.vehicles.iter().map(Vec::len);
        vehicles.chain(lists).chain(friction).sum()
    }

    /// The case of one draw.
    fn draw(&self, seed: u64, index: u64) -> Result<Case, Error> {
        let mut dealt = probabilities(seed, index, self.count()).into_iter();
        let mut case = self.case.clone();
        let mut factors = |inputs: &[Input]| -> Vec<f64> {
            let pairs = inputs.iter().zip(dealt.by_ref());
            pairs.map(|(i, u)| i.quantile(u)).collect()
        };
        for (party, inputs) in case.parties.iter_mut().zip(&self.vehicles) {
            party.vehicle = party.vehicle.drawn(inputs, &factors(inputs));
        }
        for (inputs, who) in &self.restraints {
            let all = factors(inputs);
            for i in who {
                let one = self.case.occupants[*i].restraint.drawn(inputs, &all);
                case.occupants[*i].restraint =
                    one.map_err(|e| Error::request(e.to_string(), "draw with another seed"))?;
            }
        }
        // The last probability: uniform in the logarithm.
        if let Some(u) = dealt.next() {
            let [least, most] = FRICTION_SHARE;
            case.turning.friction *= least * (most / least).powf(u);
        }
        Ok(case)
    }
}

/// What is followed of a vehicle, of one that turns, and of an occupant.
const VEHICLE: [Measure; 4] = [
    Measure::DeltaVMps,
    Measure::PeakGCfc60,
    Measure::CrushMm,
    Measure::IntrusionMm,
];
const TURNING: [Measure; 3] = [Measure::YawRateDps, Measure::YawDeg, Measure::DeltaVLateralMps];
const OCCUPANT: [Measure; 7] = [
    Measure::Hic15,
    Measure::ChestA3msG,
    Measure::ChestDeflectionMm,
    Measure::FemurKn,
    Measure::IntrusionAtSeatMm,
    Measure::FireMs,
    Measure::JointWithoutNeck,
];

fn values(case: &Case, seen: &outcome::Outcome, assembly: &Assembly, record: &Record) -> Result<Values, Error> {
    let mut all = Readings::default();
    for (i, v) in seen.vehicles.iter().enumerate() {
        all.take(i + 1, &VEHICLE, |m| v.reading(m));
        if case.turns() && !case.parties[i].vehicle.is_fixed() {
            all.take(i + 1, &TURNING, |m| v.reading(m));
        }
    }
    all.take(1, &[Measure::Restitution], |_| Some(seen.restitution));
    for (i, o) in assembly.occupants.iter().enumerate() {
        let read = readings(o, record).map_err(|e| Error::request(e.to_string(), "use a longer run"))?;
        all.take(i + 1, &OCCUPANT, |m| read.reading(m));
    }
    let given = all.iter().filter_map(|(name, v)| Some((name.to_string(), v?)));
    Ok(given.collect())
}

/// Run a case over draws of its evidence. The same seed gives the same spread on any number of threads; a draw runs
/// at the case's step, or at the coarsest finer one that is stable for it.
///
/// # Errors
/// [`Error::Request`] for no draws, too many, or an adaptive solver; errors of the case itself.
pub fn case_spread(case: &Case, draws: u64, seed: u64) -> Result<CaseSpread, Error> {
    if !(1..=MOST_DRAWS).contains(&draws) {
        return Err(Error::request(
            format!("{draws} draws"),
            format!("1 to {MOST_DRAWS}; 200 give percentiles that a second seed moves by a tenth of the band"),
        ));
    }
    if case.solver != Solver::Leapfrog {
        return Err(Error::request(
            "a spread with the adaptive solver",
            "set solver = \"leapfrog\": it is the one that runs many cases",
        ));
    }
    let drawable = Drawable::of(case);
    let filed = run(case)?;
    let filed = values(case, &filed.outcome, &filed.assembly, &filed.record)?;
    let options = BatchOptions {
        stable_step: true,
        align_cells: true,
    };
    let mut seen: Vec<Values> = Vec::new();
    for start in (0..draws).step_by(IN_HAND) {
        let some = start..draws.min(start + IN_HAND as u64);
        let drawn: Vec<Case> = some.filter_map(|i| drawable.draw(seed, i).ok()).collect();
        let each = map_batch(&drawn, options, |case, assembly, record| {
            let seen = outcome::read(case, &assembly, &record)?;
            values(case, &seen, &assembly, &record)
        });
        seen.extend(each.into_iter().flatten());
    }
    let spread = |(name, as_filed): (String, f64)| {
        let band = Band::of(seen.iter().filter_map(|v| v.get(&name).copied()))?;
        let value = ValueSpread {
            as_filed,
            p5: band.p5,
            p50: band.p50,
            p95: band.p95,
        };
        Some((name, value))
    };
    Ok(CaseSpread {
        draws,
        seed,
        failed: draws as usize - seen.len(),
        inputs: drawable.count(),
        values: filed.into_iter().filter_map(spread).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collision::file::load_case;
    use crate::dynamics::Plan;

    fn case() -> Case {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let (mut case, _) = load_case(&root.join("cases/n-box-vs-f-150.toml")).unwrap();
        case.plan = Plan::new(0.12, 20e-6);
        case
    }

    /// The same seed gives the same spread and another one a like one; delta-v, which masses fix, is far surer
    /// than intrusion, and the dummy's readings have a spread too.
    #[test]
    fn delta_v_is_surer_than_intrusion() {
        let found = case_spread(&case(), 48, 1).unwrap();
        assert_eq!(found, case_spread(&case(), 48, 1).unwrap());
        assert_eq!(found.failed, 0);
        let other = case_spread(&case(), 48, 2).unwrap();
        assert_ne!(found.values, other.values);
        let wide = |name: &str| {
            let v = &found.values[name];
            assert!(v.p5 < v.p50 && v.p50 < v.p95, "{name}: {v:?}");
            (v.p95 - v.p5) / v.p50
        };
        assert!(wide("vehicle.1.delta_v_mps") < 0.1);
        assert!(wide("vehicle.1.intrusion_mm") > 3.0 * wide("vehicle.1.delta_v_mps"));
        wide("occupant.1.chest_a3ms_g");
        let (a, b) = (
            &found.values["vehicle.1.peak_g_cfc60"],
            &other.values["vehicle.1.peak_g_cfc60"],
        );
        assert!((a.p50 / b.p50 - 1.0).abs() < 0.1, "{a:?} {b:?}");
    }

    /// Where vehicles turn, friction is drawn: without any other evidence yaw rate and lateral delta-v get a range, more
    /// of it than delta-v, and the file's own value lies inside.
    #[test]
    fn friction_spreads_yaw_and_side_motion() {
        let mut case = case();
        case.occupants.clear();
        case.overlap = 0.5;
        for p in &mut case.parties {
            p.vehicle.provenance.clear();
        }
        let found = case_spread(&case, 24, 1).unwrap();
        assert_eq!((found.inputs, found.failed), (1, 0));
        let wide = |name: &str| {
            let v = &found.values[name];
            // Lateral delta-v is greatest at a middling friction: as filed it may stand at an end.
            let near = 0.01 * v.as_filed.abs();
            let inside = v.p5 - near <= v.as_filed && v.as_filed <= v.p95 + near;
            assert!(inside, "{name}: {v:?}");
            (v.p95 - v.p5) / v.p50.abs()
        };
        let along = wide("vehicle.1.delta_v_mps");
        assert!(wide("vehicle.1.yaw_rate_dps") > 2.0 * along);
        assert!(wide("vehicle.1.delta_v_lateral_mps") > 2.0 * along);
    }

    /// Vehicles without evidence have no spread: every percentile is the filed value.
    #[test]
    fn nothing_uncertain_gives_no_spread() {
        let mut case = case();
        case.occupants.clear();
        for p in &mut case.parties {
            p.vehicle.provenance.clear();
        }
        let found = case_spread(&case, 3, 1).unwrap();
        assert_eq!(found.inputs, 0);
        for v in found.values.values() {
            assert!(v.p5 == v.p95 && (v.p50 - v.as_filed).abs() <= 1e-9 * v.as_filed.abs());
        }
    }

    /// No draws, or a solver that has no lanes, is refused.
    #[test]
    fn impossible_requests_are_refused() {
        assert!(case_spread(&case(), 0, 1).is_err());
        let mut adaptive = case();
        adaptive.solver = Solver::Dopri5;
        assert!(case_spread(&adaptive, 10, 1).is_err());
    }
}
