//! From a record to the numbers of the field: delta-v, pulse, crush, intrusion, restitution, ledger.

use serde::{Deserialize, Serialize};

use crate::criteria::pulse::{VpiParameters, olc_from_velocity, vpi};
use crate::dynamics::Record;
use crate::dynamics::separation::Separation;
use crate::error::Error;
use crate::signal::cfc::{Cfc, filter};
use crate::units::G0;
use crate::vehicle::Role;

use super::assemble::Assembly;
use super::case::Case;

/// Residual profile over dynamic crush of 116 US walls, 5 %, median and 95 %: 0.551, 0.718 and 0.935, without a trend
/// over mass, crush or peak. It holds bumper covers, foam and what recovers after contact, so it is no target of
/// unloading (reduced from NHTSA's public database; the residual profiles of its frontal barrier tests).
pub const STATIC_OVER_DYNAMIC: [f64; 3] = [0.55, 0.72, 0.94];

/// Result for one load path, all cells together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(non_snake_case)]
pub struct PathOutcome {
    /// Path name.
    pub name: String,
    /// Largest compression over its cells, mm.
    pub crush_mm: f64,
    /// Peak of the force summed over cells, kN.
    pub peak_force_kN: f64,
    /// Work done on it up to separation, kJ.
    pub energy_kJ: f64,
}

/// Result for one vehicle; keys are those of the JSON result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(non_snake_case)]
pub struct VehicleOutcome {
    /// Vehicle id.
    pub id: String,
    /// Mass as crashed, kg.
    pub mass_kg: f64,
    /// Initial speed, m/s.
    pub initial_speed_mps: f64,
    /// Change of momentum over mass up to separation, m/s.
    pub delta_v_mps: f64,
    /// Largest change of the cabin's own velocity, m/s.
    pub cabin_delta_v_mps: f64,
    /// Peak cabin deceleration, CFC 60, g.
    pub peak_g_cfc60: f64,
    /// Its time, ms.
    pub time_of_peak_ms: f64,
    /// Mean crush at the greatest approach, mm.
    pub crush_mm: f64,
    /// Largest approach of a contacted tip and the cabin, mm.
    pub deepest_crush_mm: f64,
    /// Time of the greatest approach, ms.
    pub time_of_crush_ms: f64,
    /// Mean crush at separation, mm: what the structure had sprung back by then. What recovers after it is in
    /// `static_crush_mm`.
    pub residual_crush_mm: f64,
    /// Mean crush that an investigator would measure afterwards, mm: [`STATIC_OVER_DYNAMIC`] times `crush_mm`.
    pub static_crush_mm: f64,
    /// Its 5-95 % range, mm.
    pub static_crush_mm_range: [f64; 2],
    /// Intrusion, mm.
    pub intrusion_mm: f64,
    /// Yaw rate at separation, deg/s, clockwise seen from above; 0 without yaw.
    pub yaw_rate_dps: f64,
    /// Yaw angle at separation, deg.
    pub yaw_deg: f64,
    /// Lateral change of speed at separation, m/s, to vehicle 1's right.
    pub delta_v_lateral_mps: f64,
    /// Occupant load criterion, g; null when the pulse never catches the virtual occupant.
    pub olc_g: Option<f64>,
    /// Vehicle pulse index, g.
    pub vpi_g: Option<f64>,
    /// Work on all its paths and mounts up to separation, kJ.
    pub energy_absorbed_kJ: f64,
    /// Load paths in file order.
    pub paths: Vec<PathOutcome>,
}

/// Result of a whole case.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Both vehicles; a fixed barrier has zeros.
    pub vehicles: [VehicleOutcome; 2],
    /// Speed of parting over closing speed.
    pub restitution: f64,
    /// Last moment when the contact force, as a mean over 1 ms, was at least 1 % of its greatest value, ms; the end of
    /// the run when still touching.
    pub separation_ms: f64,
    /// Were the vehicles still touching at the end?
    pub touching_at_end: bool,
    /// Ledger residual over initial kinetic energy.
    pub energy_error: f64,
    /// Momentum residual, along x or y, over the sum of momenta in magnitude.
    pub momentum_error: f64,
    /// Residual of the angular momentum over that sum times one metre; 0 without yaw.
    pub angular_momentum_error: f64,
    /// Energy taken by plastic contact of tips, kJ.
    pub contact_loss_kj: f64,
    /// Kinetic energy at the start, kJ.
    pub initial_energy_kj: f64,
    /// Steps taken.
    pub steps: usize,
}

struct Seen<'a> {
    case: &'a Case,
    assembly: &'a Assembly,
    record: &'a Record,
    /// Sample of the last moment in contact; of the end of the run where nothing met.
    separation: usize,
    met: Option<Separation>,
}

/// Read the outcome of a finished run.
///
/// # Errors
/// [`Error::Request`] when the cabin pulse cannot be filtered (a run of a few samples).
pub fn read(case: &Case, assembly: &Assembly, record: &Record) -> Result<Outcome, Error> {
    let seen = Seen::new(case, assembly, record);
    let end = record.len() - 1;
    let vehicles = [seen.vehicle(0)?, seen.vehicle(1)?];
    Ok(Outcome {
        vehicles,
        restitution: seen.restitution(),
        separation_ms: seen.met.map_or(0.0, |s| s.sample as f64 * record.sample_s * 1e3),
        touching_at_end: seen.met.is_some_and(|s| s.touching),
        energy_error: ratio(record.ledger_residual(), record.kinetic_at(0)),
        momentum_error: seen.momentum_error(),
        angular_momentum_error: seen.angular_momentum_error(),
        contact_loss_kj: record.contact_loss_at(end) * 1e-3,
        initial_energy_kj: record.kinetic_at(0) * 1e-3,
        steps: record.steps,
    })
}

/// Samples looked at first by [`largest`].
const STRIDE: usize = 8;

/// Largest value of `at` over samples 0 to `last` and zero, when it changes by no more than `most` from one sample to
/// the next: stretches that cannot hold it are left out.
fn largest(last: usize, most: f64, at: impl Fn(usize) -> f64) -> f64 {
    let marks: Vec<usize> = (0..last).step_by(STRIDE).chain([last]).collect();
    let values: Vec<f64> = marks.iter().map(|s| at(*s)).collect();
    let mut best = values.iter().copied().fold(0.0, f64::max);
    for (ends, have) in marks.windows(2).zip(values.windows(2)) {
        // The highest that two slopes of `most` from both ends can meet.
        let reach = 0.5 * (have[0] + have[1] + most * (ends[1] - ends[0]) as f64);
        if reach > best {
            best = (ends[0] + 1..ends[1]).map(&at).fold(best, f64::max);
        }
    }
    best
}

fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

/// Intrusion of one vehicle (0 or 1) alone, mm: what sizing needs of an outcome.
pub fn intrusion_mm(case: &Case, assembly: &Assembly, record: &Record, side: usize) -> f64 {
    Seen::new(case, assembly, record).intrusion(side) * 1e3
}

impl<'a> Seen<'a> {
    fn new(case: &'a Case, assembly: &'a Assembly, record: &'a Record) -> Self {
        let met = record.separation();
        Self {
            case,
            assembly,
            record,
            separation: met.map_or(record.len() - 1, |s| s.sample),
            met,
        }
    }

    fn fixed(&self, side: usize) -> bool {
        self.case.parties[side].vehicle.is_fixed()
    }

    fn mass(&self, side: usize) -> f64 {
        self.case.parties[side].vehicle.total_kg()
    }

    /// Lateral place of a cell from a vehicle's centre line, m.
    fn beside_centre(&self, cell: usize, side: usize) -> f64 {
        let yaw = self.assembly.network.yaw.as_ref();
        yaw.map_or(0.0, |y| self.assembly.cells[cell].lateral_m - y.centre_line_m[side])
    }

    /// Displacement of a body's point at a cell along the outward direction of its vehicle's face, m; of the centre
    /// line without yaw.
    fn advance(&self, side: usize, body: usize, cell: usize, sample: usize) -> f64 {
        let shift = if self.record.turns_on() {
            let turn = self.record.turn_at(side, sample);
            turn.shift_m(self.beside_centre(cell, side))
        } else {
            0.0
        };
        self.assembly.maps[side].outward * (self.record.u_at(body, sample) + shift)
    }

    fn cells(&self) -> std::ops::Range<usize> {
        0..self.assembly.cells.len()
    }

    /// Mean of a value of the cells, weighted by their contact impulse up to a sample; `None` before contact.
    fn mean_over_cells(&self, weights_at: usize, of: impl Fn(usize) -> f64) -> Option<f64> {
        let (mut sum, mut weight) = (0.0, 0.0);
        for c in self.cells() {
            let w = self.record.impulse_at(c, weights_at);
            if w > 0.0 {
                sum += w * of(c);
                weight += w;
            }
        }
        (weight > 0.0).then(|| sum / weight)
    }

    /// Approach of the two cabins, m: with yaw the mean over cells of that of their points there.
    fn approach(&self, sample: usize) -> f64 {
        let at = |cell: usize| {
            let of = |side: usize| self.advance(side, self.assembly.maps[side].cabin, cell, sample);
            of(0) + of(1)
        };
        if self.record.turns_on() {
            self.mean_over_cells(sample, at).unwrap_or(0.0)
        } else {
            at(0)
        }
    }

    fn greatest_approach(&self) -> usize {
        (0..=self.separation)
            .map(|s| (s, self.approach(s)))
            .fold(
                (0, f64::NEG_INFINITY),
                |best, now| {
                    if now.1 > best.1 { now } else { best }
                },
            )
            .0
    }

    /// Time of the greatest approach between samples, from the parabola through three samples, s.
    fn approach_time(&self, at: usize) -> f64 {
        let dt = self.record.sample_s;
        if at == 0 || at + 1 >= self.record.len() {
            return at as f64 * dt;
        }
        let [a, b, c] = [at - 1, at, at + 1].map(|s| self.approach(s));
        let bend = a - 2.0 * b + c;
        let shift = if bend < 0.0 { 0.5 * (a - c) / bend } else { 0.0 };
        (at as f64 + shift) * dt
    }

    /// Foremost setback plus approach of tip and cabin of a cell, m.
    fn cell_crush(&self, cell: usize, side: usize, sample: usize) -> f64 {
        let map = &self.assembly.maps[side];
        let setback = self.assembly.cells[cell].layers[side][0].setback_m;
        setback + self.advance(side, map.cabin, cell, sample) - map.outward * self.record.tip_at(cell, side, sample)
    }

    /// Mean crush over cells at a sample, weighted by contact impulse up to `weights_at`, m.
    fn mean_crush(&self, side: usize, sample: usize, weights_at: usize) -> f64 {
        let mean = self.mean_over_cells(weights_at, |c| self.cell_crush(c, side, sample));
        mean.unwrap_or(0.0)
    }

    fn deepest_crush(&self, side: usize) -> f64 {
        let mut deepest: f64 = 0.0;
        for c in 0..self.assembly.cells.len() {
            for s in self.record.range() {
                if self.record.touching_at(c, s) {
                    deepest = deepest.max(self.cell_crush(c, side, s));
                }
            }
        }
        deepest
    }

    /// Intrusion (model section 4), its maximum up to separation, m.
    ///
    /// The mean is over the cells that touch at any time, so that it grows with the area that is pushed in.
    fn intrusion(&self, side: usize) -> f64 {
        let map = &self.assembly.maps[side];
        let vehicle = &self.case.parties[side].vehicle;
        // Compartment layers per cell: (cell, weight, gap behind the tip, body behind, ends on the dash).
        let parts: Vec<(usize, f64, f64, usize, bool)> = self
            .assembly
            .cells
            .iter()
            .enumerate()
            .flat_map(|(c, cell)| {
                let front = cell.layers[side][0].setback_m;
                cell.layers[side].iter().filter_map(move |l| {
                    let path = &vehicle.paths[l.path];
                    let layer = path.layer()?;
                    layer.compartment.then(|| {
                        let body = map.bodies[path.to];
                        (c, l.weight, l.setback_m - front, body, map.dash == Some(body))
                    })
                })
            })
            .collect();
        let touched: Vec<bool> = (0..self.assembly.cells.len())
            .map(|c| self.record.impulse_at(c, self.separation) > 0.0)
            .collect();
        let at = |s: usize| -> f64 {
            let dash = map.dash.map_or(0.0, |d| {
                (map.outward * (self.record.u_at(map.cabin, s) - self.record.u_at(d, s))).max(0.0)
            });
            let (mut sum, mut weight) = (0.0, 0.0);
            for &(c, w, gap, body, on_dash) in &parts {
                if !touched[c] {
                    continue;
                }
                let travel = self.advance(side, body, c, s) - map.outward * self.record.tip_at(c, side, s);
                let through = if on_dash { dash } else { 0.0 };
                sum += w * ((travel - gap).max(0.0) + through);
                weight += w;
            }
            dash.max(ratio(sum, weight))
        };
        largest(self.separation, self.fastest_mps() * self.record.sample_s, at)
    }

    /// More than any two points of a vehicle move apart by, m/s: half as much again as the closing speed, and twice that
    /// where it turns.
    fn fastest_mps(&self) -> f64 {
        let parties = self.case.parties.iter();
        let share = if self.record.turns_on() { 3.0 } else { 1.5 };
        share * parties.map(|p| p.speed_mps).sum::<f64>()
    }

    fn vehicle(&self, side: usize) -> Result<VehicleOutcome, Error> {
        let party = &self.case.parties[side];
        let vehicle = &party.vehicle;
        let map = &self.assembly.maps[side];
        let record = self.record;
        let paths: Vec<PathOutcome> = vehicle
            .paths
            .iter()
            .zip(&map.path_groups)
            .map(|(p, &g)| PathOutcome {
                name: p.name.clone(),
                crush_mm: record.compression(g).iter().copied().fold(0.0, f64::max) * 1e3,
                peak_force_kN: record.force(g).iter().copied().fold(0.0, f64::max) * 1e-3,
                energy_kJ: record.work_at(g, self.separation) * 1e-3,
            })
            .collect();
        let mounts: f64 = map
            .mount_groups
            .iter()
            .map(|&g| record.work_at(g, self.separation) * 1e-3)
            .sum();
        let mut out = VehicleOutcome {
            id: vehicle.id.clone(),
            mass_kg: self.mass(side),
            initial_speed_mps: party.speed_mps,
            delta_v_mps: 0.0,
            cabin_delta_v_mps: 0.0,
            peak_g_cfc60: 0.0,
            time_of_peak_ms: 0.0,
            crush_mm: 0.0,
            deepest_crush_mm: 0.0,
            time_of_crush_ms: 0.0,
            residual_crush_mm: 0.0,
            static_crush_mm: 0.0,
            static_crush_mm_range: [0.0; 2],
            intrusion_mm: 0.0,
            yaw_rate_dps: 0.0,
            yaw_deg: 0.0,
            delta_v_lateral_mps: 0.0,
            olc_g: None,
            vpi_g: None,
            energy_absorbed_kJ: paths.iter().map(|p| p.energy_kJ).sum::<f64>() + mounts,
            paths,
        };
        if self.fixed(side) {
            out.mass_kg = 0.0;
            out.initial_speed_mps = 0.0;
            return Ok(out);
        }
        out.delta_v_mps =
            ((record.momentum_at(side, self.separation) - record.momentum_at(side, 0)) / self.mass(side)).abs();
        let at = self.greatest_approach();
        out.crush_mm = self.mean_crush(side, at, at) * 1e3;
        out.time_of_crush_ms = self.approach_time(at) * 1e3;
        out.residual_crush_mm = self.mean_crush(side, self.separation, at) * 1e3;
        let [low, median, high] = STATIC_OVER_DYNAMIC.map(|share| share * out.crush_mm);
        out.static_crush_mm = median;
        out.static_crush_mm_range = [low, high];
        let turn = record.turn_at(side, self.separation);
        out.yaw_rate_dps = turn.yaw_radps.to_degrees();
        out.yaw_deg = turn.yaw_rad.to_degrees();
        out.delta_v_lateral_mps = turn.lateral_mps;
        out.deepest_crush_mm = self.deepest_crush(side) * 1e3;
        out.intrusion_mm = self.intrusion(side) * 1e3;
        if vehicle.mass_with_role(Role::Cabin).is_some() {
            self.pulse(side, &mut out)?;
        }
        Ok(out)
    }

    /// Pulse measures of the cabin; decelerations are positive along `outward`'s loss.
    fn pulse(&self, side: usize, out: &mut VehicleOutcome) -> Result<(), Error> {
        let map = &self.assembly.maps[side];
        let dt = self.record.sample_s;
        let party_speed = self.case.parties[side].speed_mps;
        // Positive deceleration: against the outward direction of the struck face.
        let decel: Vec<f64> = self.record.a(map.cabin).iter().map(|a| -map.outward * a).collect();
        let filtered = filter(Cfc::C60, dt, &decel)
            .map_err(|e| Error::request(e.to_string(), "use a longer run or a smaller step"))?;
        let (peak_at, peak) = filtered
            .iter()
            .copied()
            .enumerate()
            .fold((0, 0.0), |best, (i, a)| if a > best.1 { (i, a) } else { best });
        out.peak_g_cfc60 = peak / G0;
        out.time_of_peak_ms = peak_at as f64 * dt * 1e3;
        let lost: Vec<f64> = self
            .record
            .v(map.cabin)
            .iter()
            .map(|v| map.outward * (self.record.v_at(map.cabin, 0) - v))
            .collect();
        out.cabin_delta_v_mps = lost.iter().copied().fold(0.0, f64::max);
        let speed: Vec<f64> = lost.iter().map(|l| party_speed - l).collect();
        out.olc_g = olc_from_velocity(&speed, dt).ok().map(|o| o.olc_mps2 / G0);
        let accel: Vec<f64> = decel.iter().map(|a| -a).collect();
        out.vpi_g = vpi(&accel, dt, VpiParameters::default()).ok().map(|v| v.vpi_mps2 / G0);
        Ok(())
    }

    /// Speed of a vehicle without its occupants at a sample, m/s along x.
    fn shell_speed(&self, side: usize, sample: usize) -> f64 {
        if self.fixed(side) {
            return 0.0;
        }
        let mut momentum = self.record.momentum_at(side, sample);
        let mut mass = self.mass(side);
        for (o, seated) in self.assembly.occupants.iter().zip(&self.case.occupants) {
            if seated.vehicle == side {
                for b in o.dummy_bodies() {
                    let kg = self.assembly.network.bodies[b].kg;
                    momentum -= kg * self.record.v_at(b, sample);
                    mass -= kg;
                }
            }
        }
        momentum / mass
    }

    /// Speed of a vehicle where it is in contact: that without its occupants, less with yaw the mean lever of the cells
    /// times the yaw rate, m/s.
    fn contact_speed(&self, side: usize, sample: usize) -> f64 {
        let turn = self.record.turn_at(side, sample);
        let lever = self.mean_over_cells(sample, |c| self.beside_centre(c, side) - turn.lateral_m);
        self.shell_speed(side, sample) - lever.unwrap_or(0.0) * turn.yaw_radps
    }

    fn restitution(&self) -> f64 {
        let relative = |s: usize| self.contact_speed(0, s) - self.contact_speed(1, s);
        let closing = relative(0);
        if self.met.is_none() || closing <= 0.0 {
            return 0.0;
        }
        -relative(self.separation) / closing
    }

    /// Momenta of both vehicles at the start in magnitude, N s.
    fn momentum_scale(&self) -> f64 {
        let momenta = [0, 1].map(|side| self.record.momentum_at(side, 0).abs());
        momenta.iter().sum()
    }

    /// Each vehicle's change of momentum against the impulse through its tips, along the axis and sideways.
    fn momentum_error(&self) -> f64 {
        let record = self.record;
        let mut worst: f64 = 0.0;
        for s in record.range() {
            let change = |side: usize| record.momentum_at(side, s) - record.momentum_at(side, 0);
            let sideways = |side: usize| self.assembly.network.turning_kg(side) * record.turn_at(side, s).lateral_mps;
            let (along, across) = if self.fixed(1) {
                (
                    change(0) + record.contact_impulse_at(s),
                    sideways(0) + record.lateral_impulse_at(s),
                )
            } else {
                (change(0) + change(1), sideways(0) + sideways(1))
            };
            worst = worst.max(along.abs()).max(across.abs());
        }
        ratio(worst, self.momentum_scale())
    }

    /// Angular momentum about the origin, clockwise seen from above, with what a fixed partner took, N m s.
    fn angular_momentum(&self, sample: usize) -> f64 {
        let (record, net) = (self.record, &self.assembly.network);
        let Some(yaw) = &net.yaw else {
            return 0.0;
        };
        let mut sum = -record.tip_moment_at(sample);
        for (side, turn) in yaw.vehicles.iter().enumerate() {
            let Some(spec) = turn else { continue };
            let now = record.turn_at(side, sample);
            let kg = net.turning_kg(side);
            let own = || net.bodies.iter().enumerate().filter(|(_, b)| b.side == side);
            let moved: f64 = own().map(|(b, of)| of.kg * record.u_at(b, sample)).sum();
            let centre = spec.mass_centre_m + moved / kg;
            sum += spec.inertia_kgm2 * now.yaw_radps + centre * kg * now.lateral_mps;
            let line = yaw.centre_line_m[side] + now.lateral_m;
            for (b, of) in own() {
                let beside = self.assembly.lever_m(b);
                sum -= (line + beside) * of.kg * record.v_at(b, sample);
            }
        }
        if self.fixed(1) {
            let along = self
                .cells()
                .map(|c| self.assembly.cells[c].lateral_m * record.impulse_at(c, sample));
            sum += record.lateral_moment_at(sample) - along.sum::<f64>();
        }
        sum
    }

    fn angular_momentum_error(&self) -> f64 {
        if !self.record.turns_on() {
            return 0.0;
        }
        let start = self.angular_momentum(0);
        let change = |s: usize| (self.angular_momentum(s) - start).abs();
        let worst = self.record.range().step_by(STRIDE).map(change).fold(0.0, f64::max);
        ratio(worst, self.momentum_scale())
    }
}

#[cfg(test)]
mod tests {
    use super::largest;
    use std::cell::Cell;

    /// The same as looking everywhere, with fewer looks.
    #[test]
    fn the_largest_sample_is_found_without_looking_at_all() {
        let curves: [fn(f64) -> f64; 4] = [
            |t| 100.0 * (0.01 * t).sin(),
            |t| 40.0 - 0.2 * (t - 333.0).abs(),
            |t| t * 0.1,
            |t| -t,
        ];
        for (curve, most) in curves.into_iter().zip([1.0, 0.2, 0.1, 1.0]) {
            for last in [0, 3, 8, 500] {
                let looks = Cell::new(0);
                let at = |s: usize| {
                    looks.set(looks.get() + 1);
                    curve(s as f64)
                };
                let everywhere = (0..=last).map(|s| curve(s as f64)).fold(0.0, f64::max);
                assert_eq!(largest(last, most, at), everywhere);
                assert!(last < 500 || looks.get() < 250, "{}", looks.get());
            }
        }
    }
}
