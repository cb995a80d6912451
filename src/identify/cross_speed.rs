//! How far a structure identified at one speed can be trusted at another (model section 9), from the data at hand.
//!
//! No car of the data at hand was tested at two speeds, so the error has to be put together from three parts, each
//! without refitting:
//! - **repeat**: the same model tested again at about the same speed, each test predicted from its sisters (leave
//!   one out). No prediction can be better than that.
//! - **reading**: the measured pulse itself holds the lower speeds. A structure whose force depends on crush alone
//!   has, at the crush where the test has lost v^2 = v0^2 - v_low^2, stopped the slower car. The file's own
//!   prediction is held against that.
//! - **restitution**: delta-v is (1 + e) v, and e differs from test to test (leave one out).

use serde::Deserialize;

use crate::error::{Error, SourceText};
use crate::units::KMH;
use crate::vehicle::{Library, Vehicle, library::load_vehicle};

use super::pulse::data::{Measured, Motion};
use super::pulse::response::PulseRig;
use super::{REPORT_STEP_S, read_recipe};

/// Speeds predicted, km/h: FMVSS 208 and the customary lower one.
pub const LOWER_SPEEDS_KMH: [f64; 2] = [40.0, 48.0];
/// A prediction this near the test's own speed says nothing, km/h.
const TOO_NEAR_KMH: f64 = 3.0;

/// One test of a model that was tested more than once.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepeatTest {
    /// Model and generation: tests of one structure share it.
    pub model: String,
    /// NHTSA test number.
    pub test_no: u32,
    /// Speed, km/h.
    pub speed_kmh: f64,
    /// Mass, kg.
    pub mass_kg: f64,
    /// Dynamic crush, mm.
    pub crush_mm: f64,
    /// Peak at CFC 60, g.
    pub peak_g: f64,
}

/// Restitution of one wall test.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReboundTest {
    /// Car and test.
    pub test: String,
    /// Speed, km/h.
    pub speed_kmh: f64,
    /// Rebound over impact speed.
    pub restitution: f64,
}

/// `vehicles/templates/priors/repeat-tests.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepeatTests {
    /// 1.
    pub format: i64,
    /// Where the rows come from.
    pub source: String,
    /// Repeated tests.
    pub test: Vec<RepeatTest>,
    /// Rebounds.
    pub rebound: Vec<ReboundTest>,
}

/// Root mean square of relative errors, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rms {
    /// Root mean square, as a share.
    pub share: f64,
    /// Number of errors.
    pub count: usize,
}

impl Rms {
    fn of(errors: &[f64]) -> Self {
        let sum: f64 = errors.iter().map(|e| e * e).sum();
        Self {
            share: (sum / errors.len().max(1) as f64).sqrt(),
            count: errors.len(),
        }
    }

    fn with(self, other: Self) -> f64 {
        self.share.hypot(other.share)
    }
}

/// Leave-one-out errors of crush and peak: each test from the mean of its sisters, brought to its own speed and
/// mass as a structure of one mass and a linear spring is (crush with v m^1/2, peak with v / m^1/2).
pub fn repeat_error(tests: &[RepeatTest]) -> [Rms; 2] {
    let unit = |t: &RepeatTest| {
        let (v, root) = (t.speed_kmh, t.mass_kg.sqrt());
        [t.crush_mm / (v * root), t.peak_g * root / v]
    };
    let errors = |k: usize| -> Vec<f64> {
        let of = |t: &RepeatTest| {
            let sisters = tests.iter().filter(|s| s.model == t.model && s.test_no != t.test_no);
            let values: Vec<f64> = sisters.map(|s| unit(s)[k]).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            (!values.is_empty()).then(|| mean / unit(t)[k] - 1.0)
        };
        tests.iter().filter_map(of).collect()
    };
    [Rms::of(&errors(0)), Rms::of(&errors(1))]
}

/// Leave-one-out error of delta-v = (1 + e) v, each e from the mean of the others.
pub fn rebound_error(tests: &[ReboundTest]) -> Rms {
    let sum: f64 = tests.iter().map(|t| t.restitution).sum();
    let others = tests.len() as f64 - 1.0;
    let error = |t: &ReboundTest| ((sum - t.restitution) / others - t.restitution) / (1.0 + t.restitution);
    Rms::of(&tests.iter().map(error).collect::<Vec<_>>())
}

/// Crush (mm) and peak (g) of the same car at a lower speed (m/s), read from a measured motion: where it has lost
/// v^2 = v0^2 - v_low^2. `None` above the test's own speed, or when it never slows down so far.
pub fn read_at_lower_speed(motion: &Motion, speed_mps: f64) -> Option<(f64, f64)> {
    let left_squared = motion.v_mps.first()?.powi(2) - speed_mps.powi(2);
    if left_squared < 0.0 {
        return None;
    }
    let left = left_squared.sqrt();
    let at = motion.v_mps.iter().position(|v| *v <= left)?;
    let peak_g = motion.a_g[..=at].iter().fold(0.0, |most: f64, a| most.max(-a));
    Some((1e3 * motion.u_m[at], peak_g))
}

/// A structure at another speed than that of its test.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossSpeedRow {
    /// Vehicle id.
    pub id: String,
    /// Speed of the test it was identified from, km/h.
    pub identified_kmh: f64,
    /// Speed, km/h.
    pub speed_kmh: f64,
    /// Predicted crush of the instrumented body, mm.
    pub crush_mm: f64,
    /// Predicted peak at CFC 60, g.
    pub peak_g_cfc60: f64,
    /// Predicted delta-v, m/s.
    pub delta_v_mps: f64,
    /// Crush read from the measured pulse, mm.
    pub read_crush_mm: f64,
    /// Peak read from the measured pulse, g.
    pub read_peak_g: f64,
}

/// Predictions and the error to expect of one.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossSpeed {
    /// Predictions of the structures with a pulse.
    pub rows: Vec<CrossSpeedRow>,
    /// Same model, tested again: crush and peak.
    pub repeat: [Rms; 2],
    /// Prediction against reading: crush and peak.
    pub reading: [Rms; 2],
    /// Delta-v by restitution.
    pub rebound: Rms,
}

impl CrossSpeed {
    /// Expected error (one standard deviation, as a share) of crush, peak and delta-v at a speed below the test's.
    pub fn expected(&self) -> [f64; 3] {
        [
            self.repeat[0].with(self.reading[0]),
            self.repeat[1].with(self.reading[1]),
            self.rebound.share,
        ]
    }

    /// One sentence with the expected error and what it rests on.
    pub fn sentence(&self) -> String {
        let [crush, peak, delta_v] = self.expected().map(|e| 100.0 * e);
        format!(
            "At {} km/h expect crush within {crush:.0} %, peak within {peak:.0} % and delta-v within {delta_v:.0} % (one \
             standard deviation): {} repeated tests left out one at a time ({:.1} and {:.1} %), {} readings of measured \
             pulses ({:.1} and {:.1} %), {} rebounds. No car of the data was tested at two speeds.",
            LOWER_SPEEDS_KMH.map(|v| format!("{v:.0}")).join(" and "),
            self.repeat[0].count,
            100.0 * self.repeat[0].share,
            100.0 * self.repeat[1].share,
            self.reading[0].count,
            100.0 * self.reading[0].share,
            100.0 * self.reading[1].share,
            self.rebound.count,
        )
    }
}

/// Predict lower speeds for every recipe with `[pulse]` of a library from its shipped vehicle file, without
/// refitting, and put the expected error together.
///
/// # Errors
/// Errors of reading the library, the channels and of the simulation.
pub fn cross_speed(library: &Library, wall: &Vehicle) -> Result<CrossSpeed, Error> {
    let vehicles = library.root();
    let path = vehicles.join("templates/priors/repeat-tests.toml");
    let table: RepeatTests = SourceText::read(&path)?.parse_toml()?;
    let folder = vehicles.join("recipes");
    let mut rows = Vec::new();
    for (_, path) in library.files_in("recipes") {
        let (recipe, _) = read_recipe(&path)?;
        let Some(test) = &recipe.pulse else { continue };
        let vehicle = load_vehicle(&vehicles.join(&recipe.group).join(format!("{}.toml", recipe.id)))?;
        let main = recipe.wall.instrumented_mass.clone().unwrap_or("cabin".into());
        let identified_kmh = recipe.wall.speed_kmh;
        let measured = Measured::read(test, &folder, identified_kmh * KMH, &main)?;
        let Some(mean) = measured.mean(&main) else {
            continue;
        };
        for speed_kmh in LOWER_SPEEDS_KMH
            .into_iter()
            .filter(|v| *v < identified_kmh - TOO_NEAR_KMH)
        {
            let rig = PulseRig::new(
                wall.clone(),
                speed_kmh * KMH,
                REPORT_STEP_S,
                vec![main.clone()],
                measured.samples,
            );
            let seen = rig.one(&vehicle)?.motions[0].scalars();
            if let Some((read_crush_mm, read_peak_g)) = read_at_lower_speed(&mean, speed_kmh * KMH) {
                rows.push(CrossSpeedRow {
                    id: recipe.id.clone(),
                    identified_kmh,
                    speed_kmh,
                    crush_mm: seen.crush_mm,
                    peak_g_cfc60: seen.peak_g_cfc60,
                    delta_v_mps: seen.delta_v_mps,
                    read_crush_mm,
                    read_peak_g,
                });
            }
        }
    }
    let against = |of: fn(&CrossSpeedRow) -> f64| Rms::of(&rows.iter().map(of).collect::<Vec<_>>());
    let reading = [
        against(|r| r.crush_mm / r.read_crush_mm - 1.0),
        against(|r| r.peak_g_cfc60 / r.read_peak_g - 1.0),
    ];
    Ok(CrossSpeed {
        rows,
        repeat: repeat_error(&table.test),
        reading,
        rebound: rebound_error(&table.rebound),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collision::wall::rigid_wall;
    use crate::units::G0;

    fn test(no: u32, model: &str, speed_kmh: f64, mass_kg: f64) -> RepeatTest {
        let root = mass_kg.sqrt();
        RepeatTest {
            model: model.into(),
            test_no: no,
            speed_kmh,
            mass_kg,
            crush_mm: 0.3 * speed_kmh * root,
            peak_g: 40.0 * speed_kmh / root,
        }
    }

    /// Tests that follow the law leave no error whatever their speed and mass; a model tested once gives none.
    #[test]
    fn repeats_of_a_linear_structure_predict_each_other() {
        let tests = [
            test(1, "a", 56.0, 1500.0),
            test(2, "a", 48.0, 1600.0),
            test(3, "b", 40.0, 900.0),
        ];
        let [crush, peak] = repeat_error(&tests);
        assert!(crush.share < 1e-12 && peak.share < 1e-12, "{crush:?} {peak:?}");
        assert_eq!((crush.count, peak.count), (2, 2));
    }

    /// Two tests that differ by a known share miss each other by it.
    #[test]
    fn a_known_difference_is_the_error() {
        let mut tests = vec![test(1, "a", 56.0, 1500.0), test(2, "a", 56.0, 1500.0)];
        tests[1].crush_mm *= 1.1;
        let [crush, peak] = repeat_error(&tests);
        let expected = ((0.1f64.powi(2) + (1.0 / 1.1 - 1.0f64).powi(2)) / 2.0).sqrt();
        assert!((crush.share - expected).abs() < 1e-12 && peak.share < 1e-12);
        let rebound = |e| ReboundTest {
            test: String::new(),
            speed_kmh: 56.0,
            restitution: e,
        };
        let found = rebound_error(&[rebound(0.1), rebound(0.2)]);
        let expected = ((0.1f64 / 1.1).powi(2) + (0.1f64 / 1.2).powi(2)) / 2.0;
        assert!((found.share - expected.sqrt()).abs() < 1e-12);
    }

    /// One mass on a linear spring: crush and peak at a lower speed fall in proportion, and the pulse of the
    /// faster test says so.
    #[test]
    fn a_pulse_holds_the_lower_speeds_of_a_linear_spring() {
        let (v0, w): (f64, f64) = (15.0, 22.0);
        let a = |i: usize| -v0 * w * (w * i as f64 * 5e-4).sin() / G0;
        let motion = Motion::integrated((0..150).map(a).collect(), v0);
        for v in [8.0, 11.0, 14.0] {
            let (crush_mm, peak_g) = read_at_lower_speed(&motion, v).unwrap();
            assert!((crush_mm / (1e3 * v / w) - 1.0).abs() < 0.02, "{v}: {crush_mm}");
            assert!((peak_g / (v * w / G0) - 1.0).abs() < 0.02, "{v}: {peak_g}");
        }
        assert!(read_at_lower_speed(&motion, 15.5).is_none());
    }

    /// Lower speeds crush less, and the shipped structures read their own pulses within what the report states.
    #[test]
    fn shipped_structures_predict_lower_speeds() {
        let found = cross_speed(&Library::built_in(), &rigid_wall().unwrap()).unwrap();
        assert_eq!(found.rows.len(), 5, "{:?}", found.rows);
        for pair in found.rows.windows(2).filter(|w| w[0].id == w[1].id) {
            assert!(pair[0].crush_mm < pair[1].crush_mm && pair[0].delta_v_mps < pair[1].delta_v_mps);
        }
        let [crush, peak, delta_v] = found.expected();
        assert!(crush < 0.10 && peak < 0.20 && delta_v < 0.04, "{}", found.sentence());
        // No car of the data repeats itself exactly: an expectation below that would be a slip.
        assert!(found.repeat[0].share > 0.005 && found.repeat[1].share > 0.02);
    }
}
