//! Measured against fitted: the numbers that the field judges a fit by, and how far each may be off.

use crate::criteria::rating::iso18571;

use super::data::{GRID_S, Measured, Motion};
use super::fit::{impulse_kns, kw400, spring_back};
use super::response::Response;

/// Below this force, kN, the vehicle has left the wall.
const FORCE_ENDS_KN: f64 = 10.0;
/// Energy returned over the force at greatest crush may be off by this much, mm.
const SPRING_BACK_MM: f64 = 3.0;
/// Impulse of the load cells may be off by this share: those of 10146 take 2.8 % more than the vehicle's mass times the
/// delta-v of its cabin, which no structure that keeps momentum can give.
const IMPULSE_SHARE: f64 = 0.05;

/// A line of the residual table.
#[derive(Debug, Clone, PartialEq)]
pub struct ResidualRow {
    /// Measure with its unit and body.
    pub measure: String,
    /// Measured.
    pub measured: f64,
    /// Of the fitted structure.
    pub fitted: f64,
    /// Allowed difference in the unit of the measure, if the measure is judged.
    pub allowed: Option<f64>,
}

impl ResidualRow {
    /// Within what is allowed?
    pub fn holds(&self) -> bool {
        self.allowed.is_none_or(|a| (self.fitted - self.measured).abs() <= a)
    }
}

/// The table of a fit, bodies in the order of `bodies`; what is judged is judged on the body `main` and the wall.
/// `published_kw400` in N/mm, where the test has one.
pub fn residual_table(
    measured: &Measured,
    w: &Response,
    bodies: &[String],
    main: &str,
    published_kw400: Option<f64>,
) -> Vec<ResidualRow> {
    let mut table = Table(Vec::new());
    for (name, simulated) in bodies.iter().zip(&w.motions) {
        if let Some(mean) = measured.mean(name) {
            table.body(name, name == main, &mean, simulated);
        }
    }
    if let Some((m, s)) = spring_back(measured, w, bodies, main) {
        let what = format!("{main}: energy returned over force at greatest crush, mm");
        table.row(what, m, s, Some(SPRING_BACK_MM));
    }
    if let Some(published) = published_kw400 {
        let fitted = kw400(w, bodies, main).unwrap_or(0.0);
        table.row("wall: KW400, N/mm".into(), published, fitted, None);
    }
    if let Some(wall) = &measured.wall {
        table.wall(&wall.total_kn, w);
        if let (Some(mean), Some(at)) = (measured.mean(main), bodies.iter().position(|b| b == main)) {
            table.row(
                format!("wall: {main} displacement where the force ends, share of the largest"),
                force_ends(&wall.total_kn, &mean.u_m),
                force_ends(&w.wall_kn, &w.motions[at].u_m),
                None,
            );
        }
        let impulse = impulse_kns(&wall.total_kn);
        table.row(
            "wall: impulse, kN s".into(),
            impulse,
            w.wall_impulse_kns,
            Some(IMPULSE_SHARE * impulse),
        );
    }
    table.0
}

struct Table(Vec<ResidualRow>);

impl Table {
    fn row(&mut self, measure: String, measured: f64, fitted: f64, allowed: Option<f64>) {
        self.0.push(ResidualRow {
            measure,
            measured,
            fitted,
            allowed,
        });
    }

    /// Motion of one body; judged on the main one.
    fn body(&mut self, name: &str, is_main: bool, mean: &Motion, simulated: &Motion) {
        let (m, s) = (mean.scalars(), simulated.scalars());
        let judged = |allowed: f64| is_main.then_some(allowed);
        self.row(
            format!("{name}: largest displacement, mm"),
            m.crush_mm,
            s.crush_mm,
            judged(0.02 * m.crush_mm),
        );
        let late = judged(0.05 * m.time_of_crush_ms);
        self.row(
            format!("{name}: its time, ms"),
            m.time_of_crush_ms,
            s.time_of_crush_ms,
            late,
        );
        self.row(
            format!("{name}: delta-v, m/s"),
            m.delta_v_mps,
            s.delta_v_mps,
            judged(0.02 * m.delta_v_mps),
        );
        self.row(
            format!("{name}: peak, CFC 60, g"),
            m.peak_g_cfc60,
            s.peak_g_cfc60,
            judged(0.10 * m.peak_g_cfc60),
        );
        self.row(
            format!("{name}: largest 10 ms mean, g"),
            mean.mean_10ms_g(),
            simulated.mean_10ms_g(),
            None,
        );
        self.row(
            format!("{name}: time of peak, ms"),
            m.time_of_peak_ms,
            s.time_of_peak_ms,
            None,
        );
        self.row(
            format!("{name}: restitution"),
            m.restitution,
            s.restitution,
            judged(0.03),
        );
        if is_main {
            let rated = |a: &[f64], b: &[f64]| iso18571(a, b, GRID_S).map_or(0.0, |r| r.overall);
            let velocity = rated(&mean.v_mps, &simulated.v_mps);
            self.row(format!("{name}: velocity, ISO/TS 18571"), 1.0, velocity, Some(0.05));
            self.row(
                format!("{name}: pulse, ISO/TS 18571"),
                1.0,
                rated(&mean.a_g, &simulated.a_g),
                Some(0.20),
            );
        }
        self.row(
            format!("{name}: rms of velocity, m/s"),
            0.0,
            rms(&mean.v_mps, &simulated.v_mps),
            None,
        );
        self.row(
            format!("{name}: rms of pulse, g"),
            0.0,
            rms(&mean.a_g, &simulated.a_g),
            None,
        );
    }

    /// Force on the wall and its time.
    fn wall(&mut self, total_kn: &[f64], w: &Response) {
        let (m, s) = (peak_and_ms(total_kn), peak_and_ms(&w.wall_kn));
        self.row("wall: peak force, CFC 60, kN".into(), m.0, s.0, Some(0.10 * m.0));
        self.row("wall: time of peak force, ms".into(), m.1, s.1, Some(3.0));
    }
}

/// Root of the mean squared difference.
fn rms(a: &[f64], b: &[f64]) -> f64 {
    let sum: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
    (sum / a.len() as f64).sqrt()
}

/// Largest force and its time, ms.
fn peak_and_ms(force_kn: &[f64]) -> (f64, f64) {
    let samples = force_kn.iter().enumerate();
    let best = samples.fold((0, 0.0), |b, (i, v)| if *v > b.1 { (i, *v) } else { b });
    (best.1, best.0 as f64 * GRID_S * 1e3)
}

/// Displacement where the force ends, as a share of the largest.
fn force_ends(force_kn: &[f64], u_m: &[f64]) -> f64 {
    let deepest = u_m.iter().copied().fold(0.0, f64::max);
    let last = (force_kn.iter().rposition(|f| *f > FORCE_ENDS_KN)).unwrap_or(0);
    u_m[last.min(u_m.len() - 1)] / deepest
}
