//! Field statistics of mass and fatality against our own risk: one library car, scaled in mass and strength, head-on
//! against another of its kind at a fixed closing speed (D1-D4).
//!
//! Statistics pool all closing speeds, ages and belts; a simulated pair has one of each. The delta-v curve of
//! fatality is therefore folded at several closing speeds, and each is a row of its own.

use rayon::prelude::*;
use serde::Deserialize;

use crate::collision::result::CaseResult;
use crate::collision::{Case, Party, SeatedOccupant, run};
use crate::criteria::Dummy;
use crate::dynamics::Plan;
use crate::error::Error;
use crate::number::{Positive, Range};
use crate::occupant::{Restraint, Seat};
use crate::risk::curves::Severity;
use crate::risk::delta_v::{CrashMode, JOKSCH_1993, wang_2022};
use crate::units::KMH;
use crate::vehicle::{Library, Vehicle};

use super::evidence::{self, Evidence};
use super::row::{Bar, Family, Kind, Label, Row};
use super::stand_in::scaled;

/// The car that is scaled: identified from its own pulse, with a restraint calibrated on its own driver.
const CAR: &str = "toyota-camry-2018";
/// Closing speeds, km/h; the middle one is that of single rows.
const CLOSING_KMH: [f64; 3] = [60.0, 80.0, 100.0];
const MIDDLE: usize = 1;
/// Mass ratios of the sweep; the last is that of Joksch's ratio.
const MASS_RATIOS: [f64; 5] = [1.1, 1.25, 1.5, 1.75, 2.0];
const STEP_S: f64 = 2e-5;
const DURATION_S: f64 = 0.16;

const MOMENTUM: &str = "momentum: delta-v in the inverse ratio of masses";

/// `evidence/field.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldStatistics {
    /// 1.
    pub format: i64,
    /// `field`.
    pub id: String,
    /// Exponent of risk over mass.
    pub exponent: Exponent,
    /// Fatality ratio at a mass ratio of 2.
    pub mass_ratio_two: MassRatioTwo,
    /// Fatalities with a heavier striker.
    pub heavier_striker: HeavierStriker,
}

impl Evidence for FieldStatistics {
    const ID: &'static str = "field";
}

/// Risk ratio = mass ratio to this power.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exponent {
    /// Published range.
    pub range: Range,
    /// Source.
    pub source: String,
}

/// Fatality ratio at a mass ratio of 2.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MassRatioTwo {
    /// Light over heavy.
    pub ratio: Positive,
    /// What is accepted.
    pub accepted: Range,
    /// Source.
    pub source: String,
}

/// A car struck by one vehicle and by a heavier one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeavierStriker {
    /// Struck car, kg.
    pub struck_kg: Positive,
    /// Strikers, the heavier one second, kg.
    pub strikers_kg: Range,
    /// How many more die, percent.
    pub more_fatalities_pct: Range,
    /// Source.
    pub source: String,
}

/// Slope of log risk ratio over log mass ratio through the origin (equal cars are at equal risk), least squares.
/// `None` without a ratio other than 1 or with a risk ratio that is not positive.
pub fn exponent(pairs: &[(f64, f64)]) -> Option<f64> {
    let logs = pairs.iter().map(|(mass, risk)| (mass.ln(), risk.ln()));
    let (xy, xx) = logs.fold((0.0, 0.0), |(a, b), (x, y)| (a + x * y, b + x * x));
    let slope = xy / xx;
    slope.is_finite().then_some(slope)
}

/// What one driver of a pair goes through.
#[derive(Debug, Clone, Copy)]
struct Driver {
    delta_v_mps: f64,
    /// AIS 3+ of head and chest, AIS 2+ of the leg.
    joint: f64,
    /// Of the pair.
    restitution: f64,
}

impl Driver {
    fn joksch(&self) -> f64 {
        JOKSCH_1993.probability(self.delta_v_mps)
    }

    fn wang_fatal(&self) -> f64 {
        wang_2022(CrashMode::Frontal, Severity::Fatal, self.delta_v_mps).map_or(f64::NAN, |r| r.probability)
    }
}

struct Bench {
    car: Vehicle,
    restraint: Restraint,
}

impl Bench {
    /// Drivers of two scaled cars, the first lighter.
    fn drivers(&self, kg: [f64; 2], closing_kmh: f64) -> Result<[Driver; 2], Error> {
        let party = |kg| Party::front(scaled(&self.car, kg), 0.5 * closing_kmh * KMH);
        let seated = |vehicle| SeatedOccupant {
            vehicle,
            seat: Seat::Driver,
            dummy: Dummy::Hiii50m,
            restraint: self.restraint.clone(),
            fire_delay_s: 0.0,
        };
        let case = Case {
            name: format!("{:.0} kg into {:.0} kg", kg[0], kg[1]),
            occupants: vec![seated(0), seated(1)],
            plan: Plan::new(DURATION_S, STEP_S),
            ..Case::of(kg.map(party))
        };
        let result = CaseResult::collect(&case, &run(&case)?)?;
        Ok([0, 1].map(|i| Driver {
            delta_v_mps: result.vehicles[i].delta_v_mps,
            joint: result.occupants[i].risk.nominal.joint_without_neck.unwrap_or(f64::NAN),
            restitution: result.restitution,
        }))
    }
}

/// Drivers of the light and the heavy car at each mass ratio, in the order of [`MASS_RATIOS`].
type Sweep = Vec<[Driver; 2]>;

fn ratio(pair: &[Driver; 2], risk: impl Fn(&Driver) -> f64) -> f64 {
    risk(&pair[0]) / risk(&pair[1])
}

/// Rows D1-D4.
///
/// # Errors
/// Files that do not read; errors of the simulation.
pub fn rows(library: &Library) -> Result<Vec<Row>, Error> {
    let known: FieldStatistics = evidence::read(library)?;
    let heavier = &known.heavier_striker;
    let struck_kg = heavier.struck_kg.get();
    let car = library.vehicle(CAR)?;
    let id = car.driver_restraint.clone().unwrap_or_default();
    let bench = Bench {
        restraint: Restraint::load(library, &id)?,
        car,
    };
    let middle_kg = bench.car.total_kg();
    let jobs: Vec<([f64; 2], f64)> = CLOSING_KMH
        .iter()
        .flat_map(|v| {
            let pair = |mu: f64| [middle_kg / mu.sqrt(), middle_kg * mu.sqrt()];
            MASS_RATIOS.map(|mu| (pair(mu), *v))
        })
        .chain(
            heavier
                .strikers_kg
                .get()
                .map(|kg| ([struck_kg, kg], CLOSING_KMH[MIDDLE])),
        )
        .collect();
    let mut done: Sweep = jobs
        .par_iter()
        .map(|(kg, v)| bench.drivers(*kg, *v))
        .collect::<Result<_, _>>()?;
    let strikers = done.split_off(CLOSING_KMH.len() * MASS_RATIOS.len());
    let sweeps: Vec<&[[Driver; 2]]> = done.chunks(MASS_RATIOS.len()).collect();
    let mut rows = exponents(&sweeps, &known.exponent);
    rows.extend(at_mass_ratio_two(&sweeps, &known.mass_ratio_two));
    rows.extend(heavier_striker(&strikers, heavier));
    Ok(rows)
}

fn case(what: &str) -> String {
    format!("{CAR} scaled, {what}")
}

/// Exponents. Delta-v within a pair is in the inverse ratio of masses whatever the structures: a published curve over it
/// gives its own exponent back. The joint risk is that of simulated drivers.
fn exponents(sweeps: &[&[[Driver; 2]]], published: &Exponent) -> Vec<Row> {
    let row = |(what, kind): (&str, Kind), sweep: &[[Driver; 2]], closing: f64, risk: &dyn Fn(&Driver) -> f64| {
        let pairs: Vec<(f64, f64)> = MASS_RATIOS
            .iter()
            .zip(sweep)
            .map(|(mu, pair)| (*mu, ratio(pair, risk)))
            .collect();
        let name = format!("Evans' exponent, {what}, closing {closing} km/h");
        let found = exponent(&pairs).unwrap_or(f64::NAN);
        let label = (Label::Statistics, published.source.as_str());
        let [lo, hi] = published.range.get();
        let (family, of) = ((Family::Field, kind), case("mass ratio 1.1-2"));
        Row::new(family, of, (name, ""), [lo, hi], found, label).judged(Bar::Between(lo, hi))
    };
    let curve = |what| (what, Kind::Identity);
    let middle = (sweeps[MIDDLE], CLOSING_KMH[MIDDLE]);
    let mut rows = vec![
        row(curve("Joksch's curve"), middle.0, middle.1, &Driver::joksch)
            .noted("a fourth power: the exponent is that of the curve, whatever the speed"),
    ];
    for (sweep, v) in sweeps.iter().zip(CLOSING_KMH) {
        rows.push(
            row(curve("fatal, DOT HS 813 219"), sweep, v, &Driver::wang_fatal)
                .noted("the curve's own steepness: its exponent grows with delta-v, statistics pool all speeds"),
        );
    }
    for (sweep, v) in sweeps.iter().zip(CLOSING_KMH) {
        let what = ("joint risk of the driver", Kind::Prediction);
        rows.push(
            row(what, sweep, v, &|d| d.joint)
                .noted("AIS 3+ of a belted dummy with a bag and an intact cell: nearly flat in delta-v; statistics are deaths of 1975-89"),
        );
    }
    rows
}

fn at_mass_ratio_two(sweeps: &[&[[Driver; 2]]], published: &MassRatioTwo) -> Vec<Row> {
    let pair = &sweeps[MIDDLE][MASS_RATIOS.len() - 1];
    let closing = CLOSING_KMH[MIDDLE];
    let ten = |what: &str, found: f64| {
        let name = format!("fatality ratio, {what}, closing {closing} km/h");
        let label = (Label::Statistics, published.source.as_str());
        let measured = [published.ratio.get(); 2];
        let [lo, hi] = published.accepted.get();
        // A curve at the delta-v of momentum.
        let (family, of) = ((Family::Field, Kind::Identity), case("mass ratio 2"));
        Row::new(family, of, (name, ""), measured, found, label)
            .judged(Bar::Between(lo, hi))
            .noted("bar: within a factor of two; the ratio at one speed is that of the curve chosen")
    };
    let name = ("delta-v ratio", "");
    let split = ratio(pair, |d| d.delta_v_mps);
    let label = (Label::Derived, MOMENTUM);
    vec![
        ten("Joksch's curve", ratio(pair, Driver::joksch)),
        ten("DOT HS 813 219", ratio(pair, Driver::wang_fatal)),
        Row::new(
            (Family::Field, Kind::Identity),
            case("mass ratio 2"),
            name,
            [2.0; 2],
            split,
            label,
        )
        .judged(Bar::Percent(1.0))
        .noted("momentum alone"),
    ]
}

/// A heavier striker. Restitution differs between the two collisions: momentum with one restitution for both would give
/// 58 % on Joksch's curve, so these rows depend on the structures.
fn heavier_striker(strikers: &[[Driver; 2]], published: &HeavierStriker) -> Vec<Row> {
    let struck = |i: usize| &strikers[i][0];
    let more = |risk: &dyn Fn(&Driver) -> f64| 100.0 * (risk(struck(1)) / risk(struck(0)) - 1.0);
    let closing = CLOSING_KMH[MIDDLE];
    let (struck_kg, strikers_kg) = (published.struck_kg.get(), published.strikers_kg.get());
    let what = format!("{struck_kg} kg struck by {} and {} kg", strikers_kg[0], strikers_kg[1]);
    let row = |curve: &str, found: f64| {
        let name = format!("more fatalities, {curve}, closing {closing} km/h");
        let label = (Label::Statistics, published.source.as_str());
        let [lo, hi] = published.more_fatalities_pct.get();
        let (family, of) = ((Family::Field, Kind::Prediction), case(&what));
        Row::new(family, of, (name, "%"), [lo, hi], found, label)
            .judged(Bar::Between(lo, hi))
            .noted("one closing speed and no intrusion: the rise is that of the curve over 10 % more delta-v")
    };
    // m2 / (m1 + m2) of the closing speed, restitution alike.
    let share = |kg: f64| kg / (struck_kg + kg);
    let momentum = 100.0 * (share(strikers_kg[1]) / share(strikers_kg[0]) - 1.0);
    let rise = Row::new(
        (Family::Field, Kind::Prediction),
        case(&what),
        (format!("more delta-v, closing {closing} km/h"), "%"),
        [momentum; 2],
        more(&|d| d.delta_v_mps),
        (Label::Derived, MOMENTUM),
    )
    .noted(format!(
        "momentum alone; ours parts with a restitution of {:.3} and {:.3}",
        struck(0).restitution,
        struck(1).restitution
    ));
    vec![
        rise,
        row("Joksch's curve", more(&Driver::joksch)),
        row("DOT HS 813 219", more(&Driver::wang_fatal)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A power law gives its exponent back, whatever the mass ratios; equal masses alone give none.
    #[test]
    fn a_power_law_gives_its_exponent() {
        for u in [2.7, 3.58, 4.3] {
            let pairs: Vec<_> = MASS_RATIOS.iter().map(|m| (*m, m.powf(u))).collect();
            assert!((exponent(&pairs).unwrap() - u).abs() < 1e-12);
        }
        // Evans' table: mu = 2 at u = 3.58 is 11.96.
        assert!((exponent(&[(2.0, 11.96)]).unwrap() - 3.58).abs() < 1e-3);
        assert_eq!(exponent(&[(1.0, 1.0)]), None);
        assert_eq!(exponent(&[(2.0, f64::NAN)]), None);
    }

    /// Pure momentum under Joksch's curve: the exponent is four at every speed below its cap.
    #[test]
    fn momentum_under_a_fourth_power_gives_four() {
        for closing in [10.0, 20.0, 30.0] {
            let risk = |share: f64| JOKSCH_1993.probability(closing * share);
            let pairs: Vec<_> = MASS_RATIOS
                .iter()
                .map(|m| (*m, risk(m / (1.0 + m)) / risk(1.0 / (1.0 + m))))
                .collect();
            assert!((exponent(&pairs).unwrap() - 4.0).abs() < 1e-9);
        }
    }
}
