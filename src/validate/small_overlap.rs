//! IIHS small overlap tests filmed from above (`evidence/small-overlap.toml`): library structures of the same class at
//! the test's mass and length into the rigid wall, or into each other, at a fifth to a quarter of their width.
//!
//! Bars, stated before the first run: of the tests that stopped the car delta-v within 10 %, yaw rate 30 %, lateral
//! delta-v 50 %; their medians 6 % and 20 %. Cars that slid past their barrier, and the pairs, which all did, are
//! outside the model (section 11: below about 30 % overlap they part before contact has come to rest) and shown with
//! what the film gives over what the model gives. The model's wall ends in a sharp edge; most of the tests' barriers
//! were rounded there, two were poles and one had a deformable face.
//!
//! What the runs show: delta-v holds, yaw rates come out half as high again. Lateral delta-v over yaw rate is the arm of
//! the lateral force ahead of the mass centre: filmed 0.8-1.4 m, median 1.3, here 0.5-0.7. The place of contact of
//! section 11 is the barrier's face, and at the end the mass centre is that near: accelerometers of five of the same
//! tests travel 1.5-1.7 m of the 2.2 m between bumper and mass centre. Part of the films' lateral force seems to act on
//! what of the front stands beside the barrier, past its edge, which a model whose forces stay on its face does not have.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Deserialize;
use toml::Spanned;

use crate::collision::wall::rigid_wall;
use crate::collision::{Case, Outcome, Party, VehicleOutcome, run};
use crate::dynamics::Plan;
use crate::error::{Error, SourceText};
use crate::number::{Amount, Positive};
use crate::vehicle::{Face, Library, Vehicle};

use super::STEP_S;
use super::evidence::{self, Evidence};
use super::row::{Bar, Family, Kind, Label, Row};
use super::stand_in::{lengthened, scaled};

/// Bars of single tests, percent of the film's value.
const DELTA_V_PCT: f64 = 10.0;
const YAW_RATE_PCT: f64 = 30.0;
const LATERAL_PCT: f64 = 50.0;
/// Bars of the medians, percent.
const MEDIAN_DELTA_V_PCT: f64 = 6.0;
const MEDIAN_YAW_RATE_PCT: f64 = 20.0;
/// A car stopped at a quarter of its width has turned free of the barrier well before.
const DURATION_S: f64 = 0.3;

/// Name of the row that carries a test's ratios.
pub const DELTA_V: &str = "delta-v";
const YAW_RATE: &str = "yaw rate";
const LATERAL: &str = "lateral delta-v";

/// `evidence/small-overlap.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmallOverlap {
    /// 1.
    pub format: i64,
    /// `small-overlap`.
    pub id: String,
    /// Source of the tests.
    pub source: String,
    /// Sources of masses and lengths by key.
    pub from: BTreeMap<String, String>,
    /// Tests into a barrier.
    pub barrier: Vec<BarrierTest>,
    /// Tests of two cars.
    pub pair: Vec<PairTest>,
}

impl Evidence for SmallOverlap {
    const ID: &'static str = "small-overlap";
}

/// A car into a barrier.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BarrierTest {
    /// Number of the test.
    pub test: String,
    /// What the car met.
    pub face: String,
    /// Overlap, percent of the car's width.
    pub overlap_pct: Positive,
    /// Was the car stopped? Otherwise it slid past.
    pub stopped: bool,
    /// What a reader must know.
    pub remark: Option<String>,
    /// The car.
    pub car: FilmedCar,
}

/// Two cars, front to front along one line.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairTest {
    /// Number of the test.
    pub test: String,
    /// Overlap, percent of the narrower width.
    pub overlap_pct: Positive,
    /// The cars.
    pub car: [FilmedCar; 2],
}

/// A car and how it moved.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilmedCar {
    /// Model and year.
    pub name: String,
    /// Vehicle of the library in its place.
    pub stand_in: String,
    /// Mass, kg.
    pub mass_kg: Positive,
    /// Key of `[from]`.
    pub mass_from: Spanned<String>,
    /// Length, mm.
    pub length_mm: Positive,
    /// Key of `[from]`.
    pub length_from: Spanned<String>,
    /// Speed, m/s.
    pub speed_mps: Positive,
    /// Restitution of the planar impact that its authors fitted.
    pub restitution: Amount,
    /// Delta-v along the line of travel, m/s; in a pair the resultant.
    pub delta_v_mps: Positive,
    /// Yaw rate after the impact, degrees/s, magnitude.
    pub yaw_rate_dps: Positive,
    /// Lateral delta-v, m/s, magnitude.
    pub delta_v_lateral_mps: Option<Positive>,
}

impl FilmedCar {
    fn party(&self, library: &Library) -> Result<Party, Error> {
        let at_mass = scaled(&library.vehicle(&self.stand_in)?, self.mass_kg.get());
        Ok(Party {
            vehicle: lengthened(&at_mass, 1e-3 * self.length_mm.get()),
            speed_mps: self.speed_mps.get(),
            face: Face::Front,
        })
    }

    /// Words about what stands for the car.
    fn words(&self, from: &BTreeMap<String, String>) -> String {
        let of = |key: &Spanned<String>| {
            let all = from.get(key.get_ref()).map_or("", String::as_str);
            all.split(':').next().unwrap_or(all).to_string()
        };
        format!(
            "stand-in {} at {:.0} kg ({}), {:.0} mm ({})",
            self.stand_in,
            self.mass_kg.get(),
            of(&self.mass_from),
            self.length_mm.get(),
            of(&self.length_from)
        )
    }
}

impl SmallOverlap {
    /// Every key of a source is known.
    fn check(&self, text: &SourceText) -> Result<(), Error> {
        let cars = self.barrier.iter().map(|b| &b.car);
        for car in cars.chain(self.pair.iter().flat_map(|p| &p.car)) {
            for key in [&car.mass_from, &car.length_from] {
                if !self.from.contains_key(key.get_ref()) {
                    let message = format!("source \"{}\"", key.get_ref());
                    let help = "name a key of [from]";
                    return Err(text.error(key.span(), message, help).into());
                }
            }
        }
        Ok(())
    }
}

/// A collision on the driver's side.
fn case(name: &str, parties: [Party; 2], overlap_pct: Positive) -> Case {
    Case {
        name: name.into(),
        overlap: 0.01 * overlap_pct.get(),
        plan: Plan::new(DURATION_S, STEP_S),
        ..Case::of(parties)
    }
}

fn into_wall(test: &BarrierTest, library: &Library, wall: &Vehicle) -> Result<Case, Error> {
    let parties = [test.car.party(library)?, Party::front(wall.clone(), 0.0)];
    Ok(case(&test.test, parties, test.overlap_pct))
}

/// What the film gives, and a run.
struct Seen<'a> {
    name: String,
    car: &'a FilmedCar,
    here: VehicleOutcome,
    /// Delta-v of the run as the film's is stated, m/s.
    delta_v_mps: f64,
    judged: bool,
    note: String,
    source: &'a str,
}

impl<'a> Seen<'a> {
    fn new(
        (test, car): (&str, &'a FilmedCar),
        (outcome, side): (&Outcome, usize),
        judged: bool,
        note: &str,
        evidence: &'a SmallOverlap,
    ) -> Self {
        let here = outcome.vehicles[side].clone();
        let e = car.restitution.get();
        let by = 100.0 * ((1.0 + e) / (1.0 + outcome.restitution) - 1.0);
        let mut words = format!(
            "{note}; {}; restitution {:.2} here, {e:.2} fitted to the film: {by:+.0} % delta-v; cabin alone {:.1} m/s; mean crush {:.0} mm, {:.0} degrees at separation",
            car.words(&evidence.from),
            outcome.restitution,
            here.cabin_delta_v_mps,
            here.crush_mm,
            here.yaw_deg.abs()
        );
        if outcome.touching_at_end {
            words += "; still touching at the end of the run";
        }
        let delta_v_mps = if car.delta_v_lateral_mps.is_some() {
            here.delta_v_mps
        } else {
            here.delta_v_mps.hypot(here.delta_v_lateral_mps)
        };
        Self {
            name: format!("{test} {}", car.name),
            delta_v_mps,
            car,
            here,
            judged,
            note: words,
            source: &evidence.source,
        }
    }

    /// Model over film: delta-v, yaw rate, lateral delta-v.
    fn ratios(&self) -> [Option<f64>; 3] {
        let car = self.car;
        [
            Some(self.delta_v_mps / car.delta_v_mps.get()),
            Some(self.here.yaw_rate_dps.abs() / car.yaw_rate_dps.get()),
            car.delta_v_lateral_mps
                .map(|l| self.here.delta_v_lateral_mps.abs() / l.get()),
        ]
    }

    fn rows(&self) -> Vec<Row> {
        let note = if self.judged {
            self.note.clone()
        } else {
            let [dv, yaw, lateral] = self.ratios().map(|r| r.map(|r| 1.0 / r));
            let lateral = lateral.map_or(String::new(), |l| format!(", lateral {l:.2}"));
            format!(
                "outside the model: slid past, overlap below 30 %; film over model: delta-v {:.2}, yaw rate {:.2}{lateral}; {}",
                dv.unwrap_or(f64::NAN),
                yaw.unwrap_or(f64::NAN),
                self.note
            )
        };
        let row = |(quantity, unit): (&str, &str), film: f64, here: f64, pct: f64| {
            let family = (Family::SmallOverlap, Kind::Prediction);
            let label = (Label::Measured, self.source);
            let name = (quantity, unit);
            let row = Row::new(family, &self.name, name, [film; 2], here, label).noted(&note);
            if self.judged {
                row.judged(Bar::Percent(pct))
            } else {
                row
            }
        };
        let car = self.car;
        let mut rows = vec![
            row((DELTA_V, "m/s"), car.delta_v_mps.get(), self.delta_v_mps, DELTA_V_PCT),
            row(
                (YAW_RATE, "deg/s"),
                car.yaw_rate_dps.get(),
                self.here.yaw_rate_dps.abs(),
                YAW_RATE_PCT,
            ),
        ];
        if let Some(film) = car.delta_v_lateral_mps {
            let here = self.here.delta_v_lateral_mps.abs();
            rows.push(row((LATERAL, "m/s"), film.get(), here, LATERAL_PCT));
        }
        rows
    }
}

/// Middle of a list; of an even one the mean of both.
fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    let n = of.len();
    if n == 0 {
        return f64::NAN;
    }
    0.5 * (of[(n - 1) / 2] + of[n / 2])
}

/// Medians of model over film.
fn medians(case: &str, seen: &[&Seen], judged: bool) -> Vec<Row> {
    let bars = [Some(MEDIAN_DELTA_V_PCT), Some(MEDIAN_YAW_RATE_PCT), None];
    let mut rows = Vec::new();
    for (i, quantity) in [DELTA_V, YAW_RATE, LATERAL].into_iter().enumerate() {
        let ratios: Vec<f64> = seen.iter().filter_map(|s| s.ratios()[i]).collect();
        let (Some(first), false) = (seen.first(), ratios.is_empty()) else {
            continue;
        };
        let tests = ratios.len();
        let ratio = median(ratios);
        let row = Row::new(
            (Family::SmallOverlap, Kind::Prediction),
            case,
            (format!("{quantity} of model over film"), ""),
            [1.0; 2],
            ratio,
            (Label::Measured, first.source),
        )
        .noted(format!("{tests} tests; film over model {:.2}", 1.0 / ratio));
        rows.push(match bars[i] {
            Some(pct) if judged => row.judged(Bar::Percent(pct)),
            _ => row,
        });
    }
    rows
}

fn seen_at_barrier<'a>(
    test: &'a BarrierTest,
    library: &Library,
    wall: &Vehicle,
    all: &'a SmallOverlap,
) -> Result<Seen<'a>, Error> {
    let done = run(&into_wall(test, library, wall)?)?.outcome;
    let mut note = format!("barrier: {}; here: flat, sharp edge", test.face);
    if let Some(remark) = &test.remark {
        note += &format!("; {remark}");
    }
    let who = (test.test.as_str(), &test.car);
    Ok(Seen::new(who, (&done, 0), test.stopped, &note, all))
}

fn seen_pair<'a>(test: &'a PairTest, library: &Library, all: &'a SmallOverlap) -> Result<[Seen<'a>; 2], Error> {
    let parties = [test.car[0].party(library)?, test.car[1].party(library)?];
    let done = run(&case(&test.test, parties, test.overlap_pct))?.outcome;
    let seen = |side: usize| {
        let name = format!("{} vehicle {},", test.test, side + 1);
        let who = (name.as_str(), &test.car[side]);
        Seen::new(who, (&done, side), false, "two cars, resultant delta-v", all)
    };
    Ok([seen(0), seen(1)])
}

/// Every test, those that stopped the car first.
///
/// # Errors
/// Files that do not read; errors of the simulation.
pub fn rows(library: &Library) -> Result<Vec<Row>, Error> {
    let evidence: SmallOverlap = evidence::read_checked(library, SmallOverlap::check)?;
    let wall = rigid_wall()?;
    let all = &evidence;
    let barriers: Vec<_> = (all.barrier.par_iter())
        .map(|test| seen_at_barrier(test, library, &wall, all))
        .collect::<Result<_, Error>>()?;
    let pairs: Vec<_> = (all.pair.par_iter())
        .map(|test| seen_pair(test, library, all))
        .collect::<Result<_, Error>>()?;
    let of = |stopped: bool| -> Vec<&Seen> { barriers.iter().filter(|s| s.judged == stopped).collect() };
    let mut rows = Vec::new();
    for (case, group, judged) in [
        ("median, stopped at the barrier", of(true), true),
        ("median, slid past the barrier", of(false), false),
        ("median, pairs", pairs.iter().flatten().collect(), false),
    ] {
        rows.extend(group.iter().flat_map(|s| s.rows()));
        rows.extend(medians(case, &group, judged));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 21 tests into a barrier, 8 of which stopped the car; three pairs. Stand-ins have mass and length of the test.
    #[test]
    fn stand_ins_have_mass_and_length_of_the_test() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles");
        let library = Library::open(&root).unwrap();
        let all: SmallOverlap = evidence::read_checked(&library, SmallOverlap::check).unwrap();
        assert_eq!((all.barrier.len(), all.pair.len()), (21, 3));
        assert_eq!(all.barrier.iter().filter(|b| b.stopped).count(), 8);
        for car in all.barrier.iter().map(|b| &b.car) {
            let vehicle = car.party(&library).unwrap().vehicle;
            assert!((vehicle.total_kg() - car.mass_kg.get()).abs() < 1e-6);
            assert!((1e3 * vehicle.body.length_m - car.length_mm.get()).abs() < 1e-6);
        }
    }

    /// A single outlier does not move a median.
    #[test]
    fn medians_are_in_the_middle() {
        assert!((median(vec![3.0, 1.0, 90.0]) - 3.0).abs() < 1e-12);
        assert!((median(vec![4.0, 1.0, 2.0, 90.0]) - 3.0).abs() < 1e-12);
        assert!(median(Vec::new()).is_nan());
    }
}
