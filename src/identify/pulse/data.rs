//! What a pulse recipe names, and the measured histories made of it.
//!
//! Every channel says on which body its sensor sat: a frame crossmember is not the cabin (model section 9).
//! Accelerations are integrated from the impact speed, so that a fit sees velocity and displacement too.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Error;
use crate::exchange::read_channels;
use crate::signal::cfc::{Cfc, filter};
use crate::signal::check::{PulseCheck, check_pulse};
use crate::signal::{Channel, Unit};
use crate::units::G0;

/// Interval of the histories that are compared, s.
pub const GRID_S: f64 = 5e-4;
/// `body` of a channel of the load-cell wall.
pub const WALL: &str = "wall";
/// Shortest record that holds the deepest crush and the rebound of a wall test, s.
const SHORTEST_S: f64 = 0.09;

/// `[pulse]` of a recipe: channels of the own wall test.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PulseTest {
    /// Channels.
    pub channel: Vec<PulseChannel>,
    /// Parameters to fit, by name; by default all that the channels can tell something about.
    pub free: Option<Vec<String>>,
    /// Parameters to keep at the recipe's value.
    #[serde(default)]
    pub fixed: Vec<String>,
    /// End of the histories that are compared, ms; the shortest full channel by default.
    pub until_ms: Option<f64>,
}

/// One channel.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PulseChannel {
    /// File, relative to the recipe: CSV table, ISO-MME, EV5.
    pub file: PathBuf,
    /// Channel code in that file; a filter letter D says that it is at CFC 60 already.
    pub code: String,
    /// Mass that carried the sensor, or "wall" for a row of load cells.
    pub body: String,
    /// What and where the sensor was.
    pub sensor: String,
    /// The channel is good up to here, ms; the whole record by default.
    pub until_ms: Option<f64>,
}

/// Motion of one body on the grid from t = 0; x positive along the heading.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Motion {
    /// Acceleration at CFC 60, g (braking is negative).
    pub a_g: Vec<f64>,
    /// Velocity, m/s.
    pub v_mps: Vec<f64>,
    /// Displacement, m.
    pub u_m: Vec<f64>,
}

/// A measured channel as motion of its body.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Mass that carried it.
    pub body: String,
    /// Its code.
    pub code: String,
    /// What and where the sensor was.
    pub sensor: String,
    /// Motion, as long as the channel is good.
    pub motion: Motion,
}

/// Numbers of one body's motion in a wall test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PulseScalars {
    /// Largest displacement, mm.
    pub crush_mm: f64,
    /// Its time, ms.
    pub time_of_crush_ms: f64,
    /// Impact speed plus largest rebound speed, m/s.
    pub delta_v_mps: f64,
    /// Largest deceleration at CFC 60, g.
    pub peak_g_cfc60: f64,
    /// Its time, ms.
    pub time_of_peak_ms: f64,
    /// Largest rebound speed over impact speed.
    pub restitution: f64,
}

/// Energy returned on the way back from the greatest displacement over the force there, mm: the length that a spring of
/// constant force would push back. `force` in any unit, `u_m` in m.
pub fn spring_back_mm(force: &[f64], u_m: &[f64]) -> f64 {
    let turn = (0..u_m.len()).fold(0, |b, i| if u_m[i] > u_m[b] { i } else { b });
    let (mut work, mut at) = (0.0, turn);
    while at + 1 < force.len().min(u_m.len()) && force[at] > 0.0 {
        work += 0.5 * (force[at] + force[at + 1]).max(0.0) * (u_m[at] - u_m[at + 1]);
        at += 1;
    }
    1e3 * work / force[turn]
}

/// Wall force on the grid from t = 0, CFC 60.
#[derive(Debug, Clone, PartialEq)]
pub struct WallTrace {
    /// Code and force of each row, kN.
    pub rows: Vec<(String, Vec<f64>)>,
    /// Sum, kN.
    pub total_kn: Vec<f64>,
}

/// Measured histories of a wall test.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Impact speed, m/s.
    pub speed_mps: f64,
    /// Samples on the grid.
    pub samples: usize,
    /// Channels on bodies.
    pub traces: Vec<Trace>,
    /// Load cells.
    pub wall: Option<WallTrace>,
}

impl Motion {
    /// From accelerations on the grid (g) and the speed at t = 0 (m/s), by the trapezoidal rule.
    pub fn integrated(a_g: Vec<f64>, speed_mps: f64) -> Self {
        let (mut v, mut u) = (speed_mps, 0.0);
        let (mut v_mps, mut u_m) = (vec![v], vec![u]);
        for w in a_g.windows(2) {
            let next = v + 0.5 * (w[0] + w[1]) * G0 * GRID_S;
            u += 0.5 * (v + next) * GRID_S;
            v = next;
            v_mps.push(v);
            u_m.push(u);
        }
        Self { a_g, v_mps, u_m }
    }

    /// Largest mean deceleration over 10 ms, g.
    pub fn mean_10ms_g(&self) -> f64 {
        let n = (0.01 / GRID_S).round() as usize;
        let lost = self.v_mps.windows(n + 1).map(|w| w[0] - w[n]);
        lost.fold(0.0, f64::max) / (0.01 * G0)
    }

    /// Numbers of this motion.
    pub fn scalars(&self) -> PulseScalars {
        let best = |y: &[f64]| {
            let better = |b: (usize, f64), (i, v): (usize, &f64)| if *v > b.1 { (i, *v) } else { b };
            y.iter().enumerate().fold((0, f64::NEG_INFINITY), better)
        };
        let decel: Vec<f64> = self.a_g.iter().map(|a| -a).collect();
        let ms = |i: usize| i as f64 * GRID_S * 1e3;
        let (at_u, u) = best(&self.u_m);
        let (at_a, a) = best(&decel);
        let lowest = self.v_mps.iter().copied().fold(f64::INFINITY, f64::min);
        let speed = self.v_mps.first().copied().unwrap_or(0.0);
        PulseScalars {
            crush_mm: 1e3 * u,
            time_of_crush_ms: ms(at_u),
            delta_v_mps: speed - lowest,
            peak_g_cfc60: a,
            time_of_peak_ms: ms(at_a),
            restitution: -lowest / speed,
        }
    }
}

impl Measured {
    /// Mean motion of a body's channels, each as long as it is good (top and bottom of an engine that turns: one alone
    /// is not the engine's motion); `None` without a channel that covers the whole test.
    pub fn mean(&self, body: &str) -> Option<Motion> {
        let all: Vec<&Vec<f64>> = self
            .traces
            .iter()
            .filter(|t| t.body == body)
            .map(|t| &t.motion.a_g)
            .collect();
        let mean = |i: usize| {
            let (sum, n) = all
                .iter()
                .filter_map(|a| a.get(i))
                .fold((0.0, 0.0), |(sum, n), a| (sum + a, n + 1.0));
            sum / n
        };
        all.iter()
            .any(|a| a.len() == self.samples)
            .then(|| Motion::integrated((0..self.samples).map(mean).collect(), self.speed_mps))
    }

    /// Bodies with a channel, each once.
    pub fn bodies(&self) -> Vec<&str> {
        let mut all: Vec<&str> = Vec::new();
        for t in &self.traces {
            if !all.contains(&t.body.as_str()) {
                all.push(&t.body);
            }
        }
        all
    }

    /// Read and check the channels of a recipe in `folder` against a test at `speed_mps` that was read at `body`.
    ///
    /// # Errors
    /// What the readers refuse; [`Error::Request`] for a channel that is not in its file, has another dimension,
    /// fails [`check_pulse`], or ends before the rebound, and when no full channel sits on `body`.
    pub fn read(test: &PulseTest, folder: &Path, speed_mps: f64, body: &str) -> Result<Self, Error> {
        let mut loaded = Vec::new();
        for c in &test.channel {
            loaded.push((c, load(c, folder, speed_mps)?));
        }
        let whole = |c: &PulseChannel| c.until_ms.is_none();
        let shortest = loaded
            .iter()
            .filter(|(c, _)| whole(c))
            .map(|(_, ch)| ch.end_s())
            .fold(f64::INFINITY, f64::min);
        let end_s = test.until_ms.map_or(shortest, |ms| (ms * 1e-3).min(shortest));
        if !(end_s.is_finite() && end_s >= SHORTEST_S) {
            return Err(Error::request(
                format!(
                    "the channels of [pulse] end at {:.1} ms: deepest crush, its time and restitution are not in them",
                    if end_s.is_finite() { end_s * 1e3 } else { 0.0 }
                ),
                format!(
                    "give at least one channel up to {:.0} ms, without until_ms",
                    SHORTEST_S * 1e3
                ),
            ));
        }
        let samples = (end_s / GRID_S + 1e-6).floor() as usize + 1;
        let mut traces = Vec::new();
        let mut rows = Vec::new();
        for (c, channel) in loaded {
            let n = c.until_ms.map_or(samples, |ms| {
                samples.min((ms * 1e-3 / GRID_S + 1e-6).floor() as usize + 1)
            });
            let values: Vec<f64> = (0..n).map(|i| at(&channel, i as f64 * GRID_S)).collect();
            if c.body == WALL {
                rows.push((c.code.clone(), values));
            } else {
                traces.push(Trace {
                    body: c.body.clone(),
                    code: c.code.clone(),
                    sensor: c.sensor.clone(),
                    motion: Motion::integrated(values, speed_mps),
                });
            }
        }
        let wall = (!rows.is_empty()).then(|| WallTrace {
            total_kn: (0..samples)
                .map(|i| rows.iter().filter_map(|(_, r): &(String, Vec<f64>)| r.get(i)).sum())
                .collect(),
            rows,
        });
        let measured = Self {
            speed_mps,
            samples,
            traces,
            wall,
        };
        if measured.mean(body).is_none() {
            return Err(Error::request(
                format!(
                    "no channel of [pulse] covers the whole test on \"{body}\", whose crush and peak [wall] states"
                ),
                "add one, or name the mass that carried the sensors as instrumented_mass",
            ));
        }
        Ok(measured)
    }
}

/// Read, check and filter one channel; accelerations in g, forces in kN.
fn load(c: &PulseChannel, folder: &Path, speed_mps: f64) -> Result<Channel, Error> {
    let path = folder.join(&c.file);
    let set = read_channels(&path)?;
    let of = |message: String, help: &str| Error::request(format!("{} {}: {message}", path.display(), c.code), help);
    let Some(found) = set.channels.iter().find(|ch| ch.code == c.code) else {
        let all: Vec<&str> = set.channels.iter().map(|ch| ch.code.as_str()).collect();
        return Err(of(
            "there is no such channel".into(),
            &format!("the file has {}", all.join(", ")),
        ));
    };
    let unit = if c.body == WALL {
        Unit::KiloNewton
    } else {
        Unit::Gravity
    };
    let mut channel = found
        .to_unit(unit)
        .map_err(|e| of(e.to_string(), "acceleration on a body, force on the wall"))?;
    if channel.t0_s > 1e-9 {
        return Err(of(
            format!("the record starts at {:.1} ms", channel.t0_s * 1e3),
            "t = 0 is first contact and must be in it",
        ));
    }
    if c.body != WALL && c.until_ms.is_none() && channel.end_s() < SHORTEST_S {
        return Err(of(
            format!(
                "the record ends at {:.1} ms: deepest crush and rebound are not in it",
                channel.end_s() * 1e3
            ),
            "give the whole channel, or say with until_ms that it is a part of one",
        ));
    }
    if c.body != WALL {
        let until_s = c.until_ms.map_or(channel.end_s(), |ms| ms * 1e-3);
        let rule = PulseCheck {
            speed_mps,
            is_whole: c.until_ms.is_none(),
        };
        let good = channel
            .window(channel.t0_s, until_s)
            .map_err(|e| of(e.to_string(), "raise until_ms"))?;
        if let Some(fault) = check_pulse(&good, &rule).first() {
            return Err(of(fault.to_string(), fault.help()));
        }
    }
    let done = found.iso_code().and_then(|code| code.cfc());
    if done != Some(Cfc::C60) {
        channel.values = filter(Cfc::C60, channel.dt_s, &channel.values)
            .map_err(|e| of(e.to_string(), "give the raw channel at 600 Hz or more"))?;
    }
    Ok(channel)
}

/// Value of a channel at a time, linear between samples, the last one held.
fn at(channel: &Channel, time_s: f64) -> f64 {
    let x = ((time_s - channel.t0_s) / channel.dt_s).max(0.0);
    let i = (x + 1e-9).floor() as usize;
    let last = channel.values.len() - 1;
    if i >= last {
        return channel.values[last];
    }
    let share = (x - i as f64).max(0.0);
    channel.values[i] + share * (channel.values[i + 1] - channel.values[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEED_MPS: f64 = 15.0;

    /// A half sine of 90 ms that takes 1.15 times the speed, every 0.5 ms, as a table; `spoil` may change it.
    fn read(spoil: impl Fn(usize, f64) -> Option<f64>, until_ms: Option<f64>) -> Result<Measured, Error> {
        let folder = tempfile::tempdir().unwrap();
        let peak_g = 1.15 * SPEED_MPS * std::f64::consts::PI / (2.0 * 0.09) / G0;
        let mut text = String::from("time [s],10VEHCCG0000ACXD [g]\n");
        for i in 0..300 {
            let t = i as f64 * GRID_S;
            let noise = 0.02 * ((i * 7) % 5) as f64 - 0.04;
            let inside = if t < 0.09 {
                (std::f64::consts::PI * t / 0.09).sin()
            } else {
                0.0
            };
            let a = noise - peak_g * inside;
            if let Some(v) = spoil(i, a) {
                text += &format!("{t:.4},{v:.3}\n");
            }
        }
        std::fs::write(folder.path().join("pulse.csv"), text).unwrap();
        let test = PulseTest {
            channel: vec![PulseChannel {
                file: "pulse.csv".into(),
                code: "10VEHCCG0000ACXD".into(),
                body: "cabin".into(),
                sensor: "tunnel".into(),
                until_ms: None,
            }],
            free: None,
            fixed: Vec::new(),
            until_ms,
        };
        Measured::read(&test, folder.path(), SPEED_MPS, "cabin")
    }

    /// A half sine is read as what it is: delta-v, restitution and peak of its closed form.
    #[test]
    fn a_half_sine_is_read_as_its_closed_form() {
        let s = read(|_, a| Some(a), None).unwrap().mean("cabin").unwrap().scalars();
        let peak_g = 1.15 * SPEED_MPS * std::f64::consts::PI / (2.0 * 0.09) / G0;
        assert!((s.delta_v_mps / (1.15 * SPEED_MPS) - 1.0).abs() < 1e-3, "{s:?}");
        assert!(
            (s.restitution - 0.15).abs() < 2e-3 && (s.peak_g_cfc60 / peak_g - 1.0).abs() < 3e-3,
            "{s:?}"
        );
    }

    /// Each fault is refused by name, with its time where it has one.
    #[test]
    fn bad_pulses_are_refused_with_the_time() {
        let message = |spoil: &dyn Fn(usize, f64) -> Option<f64>| read(spoil, None).unwrap_err().to_string();
        let hole = message(&|i, a| (!(80..90).contains(&i)).then_some(a));
        assert!(hole.contains("pulse.csv:") && hole.contains("0.045"), "{hole}");
        let held = message(&|i, a| Some(if (80..100).contains(&i) { -20.0 } else { a }));
        assert!(held.contains("held") && held.contains("40.0"), "{held}");
        let sign = message(&|_, a| Some(-a));
        assert!(sign.contains("wrong sign") && sign.contains("ms"), "{sign}");
        let unit = message(&|_, a| Some(a * G0));
        assert!(unit.contains("wrong unit") && unit.contains("m/s2"), "{unit}");
        let bias = message(&|_, a| Some(a + 6.0));
        assert!(bias.contains("bias"), "{bias}");
        let clipped = message(&|_, a| Some(a.max(-22.0)));
        assert!(clipped.contains("clipping") && clipped.contains("22"), "{clipped}");
    }

    /// A record that ends before the rebound cannot give restitution, and says so.
    #[test]
    fn a_record_without_rebound_is_refused() {
        let message = read(|_, a| Some(a), Some(60.0)).unwrap_err().to_string();
        assert!(
            message.contains("60.0 ms") && message.contains("restitution"),
            "{message}"
        );
    }
}
