//! Field statistics of mass and fatality against our own risk: one library car, scaled in mass and strength, head-on
//! against another of its kind at a fixed closing speed (D1-D4).
//!
//! Statistics pool all closing speeds, ages and belts; a simulated pair has one of each. The delta-v curve of
//! fatality is therefore folded at several closing speeds, and each is a row of its own.

use rayon::prelude::*;

use crate::collision::result::CaseResult;
use crate::collision::{Case, Party, SeatedOccupant, run};
use crate::criteria::Dummy;
use crate::dynamics::{Plan, Solver};
use crate::error::Error;
use crate::occupant::{Restraint, Seat};
use crate::risk::curves::Severity;
use crate::risk::delta_v::{CrashMode, JOKSCH_1993, wang_2022};
use crate::units::KMH;
use crate::vehicle::{Face, Library, PathKind, Vehicle};

use super::row::{Bar, Family, Label, Row};

/// The car that is scaled: identified from its own pulse, with a restraint calibrated on its own driver.
const CAR: &str = "toyota-camry-2018";
/// Closing speeds, km/h; the middle one is that of single rows.
const CLOSING_KMH: [f64; 3] = [60.0, 80.0, 100.0];
const MIDDLE: usize = 1;
/// Mass ratios of the sweep; the last is that of Joksch's ratio.
const MASS_RATIOS: [f64; 5] = [1.1, 1.25, 1.5, 1.75, 2.0];
/// A car of 1300 kg struck by 1500 kg, and by 1,000 lb (454 kg) more, kg.
const STRUCK_KG: f64 = 1300.0;
const STRIKERS_KG: [f64; 2] = [1500.0, 1954.0];

const STEP_S: f64 = 2e-5;
const DURATION_S: f64 = 0.16;

const EVANS: &str = "Evans & Frick 1993, Accid. Anal. Prev. 25(2):213-224, FARS 1975-89: R = mu^u";
const JOKSCH: &str =
    "Joksch: driver fatality ratio about 1:10 at a mass ratio of 2, as commonly quoted";
const HEAVIER: &str = "Anderson & Auffhammer 2011, NBER WP 17170: struck by a vehicle 1,000 lb heavier, 40-50 % more \
                       fatalities";
const MOMENTUM: &str = "momentum: delta-v in the inverse ratio of masses";

/// Slope of log risk ratio over log mass ratio through the origin (equal cars are at equal risk), least squares.
/// `None` without a ratio other than 1 or with a risk ratio that is not positive.
pub fn exponent(pairs: &[(f64, f64)]) -> Option<f64> {
    let logs = pairs.iter().map(|(mass, risk)| (mass.ln(), risk.ln()));
    let (xy, xx) = logs.fold((0.0, 0.0), |(a, b), (x, y)| (a + x * y, b + x * x));
    let slope = xy / xx;
    slope.is_finite().then_some(slope)
}

/// The vehicle with masses, forces, stiffnesses and dampers in proportion; places and crush stay.
pub fn scaled(vehicle: &Vehicle, total_kg: f64) -> Vehicle {
    let s = total_kg / vehicle.total_kg();
    let mut v = vehicle.clone();
    v.body.curb_kg *= s;
    v.body.test_kg *= s;
    v.masses.iter_mut().for_each(|m| m.kg *= s);
    for path in &mut v.paths {
        if let PathKind::Layer(l) = &mut path.kind {
            l.face_kg *= s;
        }
        if let Some(t) = &mut path.table {
            t.force_n.iter_mut().for_each(|f| *f *= s);
            t.unload_n_per_m.iter_mut().for_each(|k| *k *= s);
            t.damping_n_s_per_m *= s;
        }
    }
    for m in &mut v.mounts {
        m.stiffness_n_per_m *= s;
        m.damping_n_s_per_m *= s;
        m.break_n = m.break_n.map(|f| f * s);
    }
    v
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
        wang_2022(CrashMode::Frontal, Severity::Fatal, self.delta_v_mps)
            .map_or(f64::NAN, |r| r.probability)
    }
}

struct Bench {
    car: Vehicle,
    restraint: Restraint,
}

impl Bench {
    /// Drivers of two scaled cars, the first lighter.
    fn drivers(&self, kg: [f64; 2], closing_kmh: f64) -> Result<[Driver; 2], Error> {
        let party = |kg| Party {
            vehicle: scaled(&self.car, kg),
            speed_mps: 0.5 * closing_kmh * KMH,
            face: Face::Front,
        };
        let seated = |vehicle| SeatedOccupant {
            vehicle,
            seat: Seat::Driver,
            dummy: Dummy::Hiii50m,
            restraint: self.restraint.clone(),
            fire_delay_s: 0.0,
        };
        let case = Case {
            name: format!("{:.0} kg into {:.0} kg", kg[0], kg[1]),
            parties: kg.map(party),
            overlap: 1.0,
            struck_left: true,
            turning: crate::collision::Turning::default(),
            occupants: vec![seated(0), seated(1)],
            plan: Plan::new(DURATION_S, STEP_S),
            solver: Solver::Leapfrog,
        };
        let result = CaseResult::collect(&case, &run(&case)?)?;
        Ok([0, 1].map(|i| Driver {
            delta_v_mps: result.vehicles[i].delta_v_mps,
            joint: result.occupants[i]
                .risk
                .joint_without_neck
                .unwrap_or(f64::NAN),
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
        .chain(STRIKERS_KG.map(|kg| ([STRUCK_KG, kg], CLOSING_KMH[MIDDLE])))
        .collect();
    let mut done: Sweep = jobs
        .par_iter()
        .map(|(kg, v)| bench.drivers(*kg, *v))
        .collect::<Result<_, _>>()?;
    let strikers = done.split_off(CLOSING_KMH.len() * MASS_RATIOS.len());
    let sweeps: Vec<&[[Driver; 2]]> = done.chunks(MASS_RATIOS.len()).collect();
    let mut rows = exponents(&sweeps);
    rows.extend(at_mass_ratio_two(&sweeps));
    rows.extend(heavier_striker(&strikers));
    Ok(rows)
}

fn case(what: &str) -> String {
    format!("{CAR} scaled, {what}")
}

fn exponents(sweeps: &[&[[Driver; 2]]]) -> Vec<Row> {
    let row = |what: &str, sweep: &[[Driver; 2]], closing: f64, risk: &dyn Fn(&Driver) -> f64| {
        let pairs: Vec<(f64, f64)> = MASS_RATIOS
            .iter()
            .zip(sweep)
            .map(|(mu, pair)| (*mu, ratio(pair, risk)))
            .collect();
        let name = (
            format!("Evans' exponent, {what}, closing {closing} km/h"),
            "",
        );
        let found = exponent(&pairs).unwrap_or(f64::NAN);
        let label = (Label::Statistics, EVANS);
        let name = (name.0, name.1);
        Row::new(
            Family::Field,
            case("mass ratio 1.1-2"),
            name,
            [2.7, 4.3],
            found,
            label,
        )
        .judged(Bar::Between(2.7, 4.3))
    };
    let middle = (sweeps[MIDDLE], CLOSING_KMH[MIDDLE]);
    let mut rows = vec![
        row("Joksch's curve", middle.0, middle.1, &Driver::joksch)
            .noted("a fourth power: the exponent is that of the curve, whatever the speed"),
    ];
    for (sweep, v) in sweeps.iter().zip(CLOSING_KMH) {
        rows.push(
            row("fatal, DOT HS 813 219", sweep, v, &Driver::wang_fatal)
                .noted("the curve's own steepness: its exponent grows with delta-v, statistics pool all speeds"),
        );
    }
    for (sweep, v) in sweeps.iter().zip(CLOSING_KMH) {
        rows.push(
            row("joint risk of the driver", sweep, v, &|d| d.joint)
                .noted("AIS 3+ of a belted dummy with a bag and an intact cell: nearly flat in delta-v; statistics are deaths of 1975-89"),
        );
    }
    rows
}

fn at_mass_ratio_two(sweeps: &[&[[Driver; 2]]]) -> Vec<Row> {
    let pair = &sweeps[MIDDLE][MASS_RATIOS.len() - 1];
    let closing = CLOSING_KMH[MIDDLE];
    let ten = |what: &str, found: f64| {
        let name = (
            format!("fatality ratio, {what}, closing {closing} km/h"),
            "",
        );
        let label = (Label::Statistics, JOKSCH);
        Row::new(
            Family::Field,
            case("mass ratio 2"),
            name,
            [10.0; 2],
            found,
            label,
        )
        .judged(Bar::Between(5.0, 20.0))
        .noted("bar: within a factor of two; the ratio at one speed is that of the curve chosen")
    };
    let name = ("delta-v ratio", "");
    let split = ratio(pair, |d| d.delta_v_mps);
    let label = (Label::Derived, MOMENTUM);
    vec![
        ten("Joksch's curve", ratio(pair, Driver::joksch)),
        ten("DOT HS 813 219", ratio(pair, Driver::wang_fatal)),
        Row::new(
            Family::Field,
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

fn heavier_striker(strikers: &[[Driver; 2]]) -> Vec<Row> {
    let struck = |i: usize| &strikers[i][0];
    let more = |risk: &dyn Fn(&Driver) -> f64| 100.0 * (risk(struck(1)) / risk(struck(0)) - 1.0);
    let closing = CLOSING_KMH[MIDDLE];
    let what = format!(
        "{STRUCK_KG} kg struck by {} and {} kg",
        STRIKERS_KG[0], STRIKERS_KG[1]
    );
    let row = |curve: &str, found: f64| {
        let name = (
            format!("more fatalities, {curve}, closing {closing} km/h"),
            "%",
        );
        let label = (Label::Statistics, HEAVIER);
        Row::new(Family::Field, case(&what), name, [40.0, 50.0], found, label)
            .judged(Bar::Between(40.0, 50.0))
            .noted("one closing speed and no intrusion: the rise is that of the curve over 10 % more delta-v")
    };
    // m2 / (m1 + m2) of the closing speed, restitution alike.
    let share = |kg: f64| kg / (STRUCK_KG + kg);
    let momentum = 100.0 * (share(STRIKERS_KG[1]) / share(STRIKERS_KG[0]) - 1.0);
    let rise = Row::new(
        Family::Field,
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

    /// A scaled car is as heavy as asked, as fast in its wall test and as deep: masses and forces keep their ratio.
    #[test]
    fn a_scaled_car_crushes_alike() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles");
        let car = Library::open(&root).unwrap().vehicle(CAR).unwrap();
        let light = scaled(&car, 900.0);
        assert!((light.total_kg() - 900.0).abs() < 1e-6);
        let test = |v: &Vehicle| {
            let plan = Plan::new(0.12, STEP_S);
            crate::collision::wall_test(v, 15.0, plan).unwrap().vehicle
        };
        let (a, b) = (test(&car), test(&light));
        assert!((a.crush_mm / b.crush_mm - 1.0).abs() < 1e-6);
        assert!((a.peak_g_cfc60 / b.peak_g_cfc60 - 1.0).abs() < 1e-6);
    }
}
