//! RICSAC: staged collisions of 1978 between cars that are not in the library: delta-v, restitution, energy.
//!
//! Blind: two masses on linear springs. Stiffness is the generic B of CRASH3 over the damaged width, restitution a
//! published law of closing speed and of nothing else. The model has one axis, so a collision at an angle is run
//! along the closing velocity, and yaw takes no energy.

use rayon::prelude::*;

use crate::dynamics::models::{Channel, HeadOn, Reading, head_on};
use crate::dynamics::simulate;
use crate::error::Error;
use crate::sizing::uncertainty::Band;
use crate::vehicle::draw::probabilities;

use super::row::{Bar, Family, Label, Row};

/// Bars, this project's own: a one-dimensional model of collisions at 10 to 30 degrees.
const DELTA_V_PCT: f64 = 10.0;
const RATIO_PCT: f64 = 5.0;
const RESTITUTION: f64 = 0.05;
const SHARE: f64 = 0.05;

/// Least restitution run: below it the unloading branch asks for a much smaller step, and moves delta-v by 2 %.
const LEAST_RESTITUTION: f64 = 0.02;

/// What the class values leave open (estimated): a car's own B against that of its class, as a share, and its
/// restitution against the law.
const STIFFNESS_RANGE: f64 = 0.3;
const RESTITUTION_RANGE: f64 = 0.08;
/// Draws of the spread and their seed.
const DRAWS: u64 = 64;
const SEED: u64 = 1;

/// Restitution of two vehicles by closing speed, m/s (Cipriani et al. 2002); none above about 16 m/s.
pub fn restitution(closing_mps: f64) -> f64 {
    let l = closing_mps.log10();
    let e = 0.47477 - 0.26139 * l + 0.03382 * l * l - 0.11639 * l.powi(3);
    e.clamp(0.0, 1.0)
}

/// What the solver makes of a pair.
struct Predicted {
    delta_v_mps: [f64; 2],
    /// Work on the first structure over that on both, at the deepest crush.
    first_share: f64,
}

fn predict(kg: [f64; 2], k: [f64; 2], closing: f64, e: f64) -> Result<Predicted, Error> {
    let e = e.max(LEAST_RESTITUTION);
    let model = head_on(&HeadOn { kg, k, closing, e });
    let record = simulate(&model.network, &model.plan)?;
    let peak_work = |g| Reading::Peak(Channel::Work(g)).of(&record);
    let work = [0, 1].map(peak_work);
    Ok(Predicted {
        delta_v_mps: [0, 1].map(|b| Reading::Fall(Channel::V(b)).of(&record).abs()),
        first_share: work[0] / (work[0] + work[1]),
    })
}

/// A RICSAC test.
struct Ricsac {
    case: &'static str,
    kg: [f64; 2],
    closing_mps: f64,
    /// Damaged width, m, and CRASH3's B, N/m2.
    width_m: [f64; 2],
    b_n_per_m2: [f64; 2],
    /// Delta-v by three reductions of the same accelerometers, m/s.
    delta_v: [[f64; 2]; 2],
    restitution: Option<[f64; 2]>,
    /// Share of vehicle 1 in the energy that CRASH3 finds in the measured damage profiles.
    damage_share: Option<f64>,
    note: &'static str,
}

const RICSAC: [Ricsac; 3] = [
    Ricsac {
        case: "RICSAC 11, Vega and Torino, fronts",
        kg: [1379.0, 2200.0],
        closing_mps: 9.12 + 8.98,
        width_m: [0.83, 0.82],
        b_n_per_m2: [30e4, 23e4],
        delta_v: [[10.73, 11.18], [7.02, 7.20]],
        restitution: Some([0.0, 0.0]),
        damage_share: Some(45.0 / (45.0 + 60.8)),
        note: "10 degrees, offset",
    },
    Ricsac {
        case: "RICSAC 3, front to rear",
        kg: [2244.0, 1415.0],
        closing_mps: 9.48,
        width_m: [0.76, 0.76],
        b_n_per_m2: [23e4, 28e4],
        delta_v: [[4.20, 4.25], [6.88, 7.06]],
        restitution: Some([0.15, 0.18]),
        damage_share: None,
        note: "10 degrees",
    },
    Ricsac {
        case: "RICSAC 5, front to rear",
        kg: [2086.0, 1147.0],
        closing_mps: 17.75,
        width_m: [0.85, 1.35],
        b_n_per_m2: [23e4, 26e4],
        delta_v: [[7.06, 7.29], [11.13, 11.40]],
        restitution: None,
        damage_share: None,
        note: "10 degrees; measured momenta 15 % apart: one axis does not hold them",
    },
];

const RICSAC_SOURCE: &str = "RICSAC (Calspan 1978), delta-v by three reductions of the same accelerometers: Neades, PhD thesis, De \
                             Montfort University 2011, table 5.3; restitution and damage energy computed from them";

/// The test with generic inputs drawn evenly from their ranges.
fn draws(test: &Ricsac, k: [f64; 2]) -> Result<Vec<Predicted>, Error> {
    let e = restitution(test.closing_mps);
    let about = |u: f64, half: f64| half * (2.0 * u - 1.0);
    let one = |i: u64| {
        let u = probabilities(SEED, i, 3);
        let k = [0, 1].map(|v| k[v] * (1.0 + about(u[v], STIFFNESS_RANGE)));
        let e = (e + about(u[2], RESTITUTION_RANGE)).max(0.0);
        predict(test.kg, k, test.closing_mps, e)
    };
    (0..DRAWS).into_par_iter().map(one).collect()
}

fn ricsac(test: &Ricsac) -> Result<Vec<Row>, Error> {
    let k = [0, 1].map(|i| test.width_m[i] * test.b_n_per_m2[i]);
    let e = restitution(test.closing_mps);
    let seen = predict(test.kg, k, test.closing_mps, e)?;
    let drawn = draws(test, k)?;
    let spread = |of: fn(&Predicted) -> f64| Band::of(drawn.iter().map(of)).map(|b| [b.p5, b.p95]);
    let row = |quantity: &str, unit: &str, measured: [f64; 2], predicted: f64, bar| {
        let label = (Label::Measured, RICSAC_SOURCE);
        let name = (quantity, unit);
        Row::new(Family::Staged, test.case, name, measured, predicted, label)
            .judged(bar)
            .noted(test.note)
    };
    let [a, b] = test.delta_v;
    let dv = Bar::Percent(DELTA_V_PCT);
    let mut rows = vec![
        row("delta-v of vehicle 1", "m/s", a, seen.delta_v_mps[0], dv)
            .spread(spread(|p| p.delta_v_mps[0])),
        row("delta-v of vehicle 2", "m/s", b, seen.delta_v_mps[1], dv)
            .spread(spread(|p| p.delta_v_mps[1])),
        row(
            "momentum ratio m1 dv1 / m2 dv2",
            "",
            {
                let of = |x: f64, y: f64| test.kg[0] * x / (test.kg[1] * y);
                [of(a[0], b[1]), of(a[1], b[0])]
            },
            test.kg[0] * seen.delta_v_mps[0] / (test.kg[1] * seen.delta_v_mps[1]),
            Bar::Percent(RATIO_PCT),
        ),
    ];
    if let Some(measured) = test.restitution {
        let bar = Bar::Within(RESTITUTION);
        let range = [(e - RESTITUTION_RANGE).max(0.0), e + RESTITUTION_RANGE];
        rows.push(row("restitution", "", measured, e, bar).spread(Some(range)));
    }
    if let Some(share) = test.damage_share {
        let quantity = "share of vehicle 1 in the damage energy";
        let mut shared = row(
            quantity,
            "",
            [share; 2],
            seen.first_share,
            Bar::Within(SHARE),
        );
        shared.label = Label::Derived;
        rows.push(shared.spread(spread(|p| p.first_share)));
    }
    Ok(rows)
}

/// RICSAC 11, 3 and 5.
///
/// # Errors
/// Errors of the simulation.
pub fn rows() -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for test in &RICSAC {
        rows.extend(ricsac(test)?);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published law at its published points.
    #[test]
    fn restitution_falls_with_closing_speed_as_published() {
        for (v, e) in [(1.0, 0.475), (3.0, 0.345), (5.0, 0.269), (10.0, 0.131)] {
            assert!((restitution(v) - e).abs() < 1e-3, "{v}: {}", restitution(v));
        }
        assert_eq!(restitution(30.0), 0.0);
    }

    /// The prediction is that of two bodies that part with this restitution.
    #[test]
    fn a_prediction_parts_with_its_restitution() {
        let (kg, closing) = ([2244.0, 1415.0], 9.48);
        let e = restitution(closing);
        let seen = predict(kg, [2e5, 3e5], closing, e).unwrap();
        let mu = kg[0] * kg[1] / (kg[0] + kg[1]);
        for (kg, dv) in kg.iter().zip(seen.delta_v_mps) {
            let expected = mu * closing * (1.0 + e) / kg;
            assert!((dv / expected - 1.0).abs() < 1e-3);
        }
        // Springs in series: the softer one takes the energy.
        assert!(
            (seen.first_share - 0.6).abs() < 1e-3,
            "{}",
            seen.first_share
        );
    }
}
