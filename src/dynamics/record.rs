//! What a run leaves behind: samples at (nominally) 10 kHz of bodies, tips, cells and element groups.

use std::ops::Range;
use std::sync::Arc;

/// How a case is integrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Solver {
    /// Fixed-step explicit scheme of second order (default).
    Leapfrog,
    /// Adaptive Dormand-Prince of ode_solvers: the independent checker.
    Dopri5,
}

/// Integration settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// End of the run, s.
    pub duration_s: f64,
    /// Step of the fixed-step scheme, s.
    pub step_s: f64,
    /// Steps per sample.
    pub stride: usize,
    /// Stop this long after the last contact once the vehicles separate; `None`: run to the end.
    pub settle_s: Option<f64>,
    /// What is kept of each sample.
    pub detail: Detail,
}

/// What a record keeps of each sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Everything.
    Full,
    /// What occupants and the intrusion of vehicle 1 need: bodies, its tips, impulses, group forces. A quarter
    /// of the memory; the rest reads as NaN, and no work of layers is kept, so there is no ledger.
    Lean,
}

impl Plan {
    /// Sampling interval wanted, s (10 kHz).
    pub const SAMPLE_S: f64 = 1e-4;

    /// What [`Plan::takes_step_us`] asks for, in words for a user.
    pub const STEP_RULE: &str =
        "at most 100 us, and 100 us a whole number of steps (10 kHz samples), for example 10 or 50";

    /// Does a step in us divide the sampling interval of 100 us?
    pub fn takes_step_us(step_us: f64) -> bool {
        let per_sample = Self::SAMPLE_S * 1e6 / step_us;
        (0.01..=100.0).contains(&step_us) && (per_sample - per_sample.round()).abs() < 1e-6
    }

    /// A plan with samples as near 10 kHz as the step allows.
    pub fn new(duration_s: f64, step_s: f64) -> Self {
        Self {
            duration_s,
            step_s,
            stride: ((Self::SAMPLE_S / step_s).round() as usize).max(1),
            settle_s: None,
            detail: Detail::Full,
        }
    }

    /// Interval between samples, s.
    pub fn sample_s(&self) -> f64 {
        self.step_s * self.stride as f64
    }

    /// Samples after the one at t = 0.
    pub fn samples(&self) -> usize {
        (self.duration_s / self.sample_s()).round() as usize
    }
}

/// Number of totals at the end of a frame.
pub(super) const TOTALS: usize = 7;

/// Values of yaw in a frame: [`Turn`] of both vehicles, energy taken by the grip, lateral impulse on vehicle 2, its
/// moment, and the moment of the tips' momentum.
pub(super) const TURN: usize = 2 * PER_VEHICLE + 4;
/// Values of one vehicle's yaw.
const PER_VEHICLE: usize = 7;

/// Yaw and side motion of a vehicle at a sample; all zero without yaw.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Turn {
    /// Yaw angle, rad, clockwise seen from above.
    pub yaw_rad: f64,
    /// Yaw rate, rad/s.
    pub yaw_radps: f64,
    /// Yaw acceleration, rad/s2.
    pub yaw_radps2: f64,
    /// Lateral displacement, m, to vehicle 1's right.
    pub lateral_m: f64,
    /// Lateral velocity, m/s.
    pub lateral_mps: f64,
    /// Lateral acceleration, m/s2.
    pub lateral_mps2: f64,
    /// Integral of lateral displacement times yaw rate, m.
    pub psi_m: f64,
}

impl Turn {
    /// Shift along x of a point that started at a lateral distance from the centre line, m.
    pub fn shift_m(&self, from_centre_m: f64) -> f64 {
        self.psi_m - from_centre_m * self.yaw_rad
    }
}

/// Sizes that give a frame its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Bodies.
    pub bodies: usize,
    /// Cells.
    pub cells: usize,
    /// Groups.
    pub groups: usize,
    /// What is kept.
    pub detail: Detail,
    /// With yaw?
    pub turning: bool,
}

impl Layout {
    /// Values kept of a cell: u1, u2, impulse, touching; u1 and impulse when lean.
    pub(super) fn per_cell(&self) -> usize {
        if self.detail == Detail::Full { 4 } else { 2 }
    }

    /// Values kept of a group: force, compression, work, stored; the first when lean.
    pub(super) fn per_group(&self) -> usize {
        if self.detail == Detail::Full { 4 } else { 1 }
    }

    /// Values kept of yaw and side motion.
    pub(super) fn turn(&self) -> usize {
        if self.turning { TURN } else { 0 }
    }

    /// Values in one frame: bodies (u, v, a), cells, groups, yaw, totals.
    pub fn len(&self) -> usize {
        let cells = self.per_cell() * self.cells;
        3 * self.bodies + cells + self.per_group() * self.groups + self.turn() + TOTALS
    }

    /// Nothing to record?
    pub fn is_empty(&self) -> bool {
        self.bodies == 0
    }
}

/// The record of one case: a view of its lane in the frames of its batch.
#[derive(Debug, Clone)]
pub struct Record {
    pub(super) frames: Arc<Vec<f64>>,
    pub(super) layout: Layout,
    pub(super) width: usize,
    pub(super) lane: usize,
    pub(super) samples: usize,
    pub(super) fired_s: Vec<Option<f64>>,
    /// Interval between samples, s.
    pub sample_s: f64,
    /// Time of the last contact of any pair of tips, s; `None` when nothing met.
    pub last_touch_s: Option<f64>,
    /// Still touching at the end of the run?
    pub touching_at_end: bool,
    /// Steps taken.
    pub steps: usize,
    /// Times a pair of tips met.
    pub meetings: usize,
}

impl Record {
    /// Number of samples, the one at t = 0 included.
    pub fn len(&self) -> usize {
        self.samples
    }

    /// No samples?
    pub fn is_empty(&self) -> bool {
        self.samples == 0
    }

    /// When a sensor fired, s; `None` if it did not before the run ended.
    pub fn fired_s(&self, sensor: usize) -> Option<f64> {
        self.fired_s.get(sensor).copied().flatten()
    }

    /// Index of the first sample at or after a time.
    pub fn sample_at(&self, time_s: f64) -> usize {
        ((time_s / self.sample_s - 1e-9).ceil().max(0.0) as usize).min(self.samples - 1)
    }

    /// One value of one sample.
    #[inline]
    fn at(&self, sample: usize, channel: usize) -> f64 {
        self.frames[(sample * self.layout.len() + channel) * self.width + self.lane]
    }

    fn channel(&self, channel: usize) -> Vec<f64> {
        (0..self.samples).map(|s| self.at(s, channel)).collect()
    }

    /// Displacement of a body, m.
    pub fn u(&self, body: usize) -> Vec<f64> {
        self.channel(3 * body)
    }

    /// Velocity of a body, m/s.
    pub fn v(&self, body: usize) -> Vec<f64> {
        self.channel(3 * body + 1)
    }

    /// Acceleration of a body, m/s2.
    pub fn a(&self, body: usize) -> Vec<f64> {
        self.channel(3 * body + 2)
    }

    /// Displacement of a body at a sample, m.
    pub fn u_at(&self, body: usize, sample: usize) -> f64 {
        self.at(sample, 3 * body)
    }

    /// Velocity of a body at a sample, m/s.
    pub fn v_at(&self, body: usize, sample: usize) -> f64 {
        self.at(sample, 3 * body + 1)
    }

    /// Value of a cell, by its place in a full and in a lean frame.
    fn cell_at(&self, cell: usize, full: usize, lean: Option<usize>, sample: usize) -> f64 {
        let place = match self.layout.detail {
            Detail::Full => Some(full),
            Detail::Lean => lean,
        };
        place.map_or(f64::NAN, |i| {
            self.at(sample, 3 * self.layout.bodies + self.layout.per_cell() * cell + i)
        })
    }

    /// Displacement of a tip at a sample, m; side 0 or 1.
    pub fn tip_at(&self, cell: usize, side: usize, sample: usize) -> f64 {
        self.cell_at(cell, side, (side == 0).then_some(0), sample)
    }

    /// Contact impulse of a cell up to a sample, N s.
    pub fn impulse_at(&self, cell: usize, sample: usize) -> f64 {
        self.cell_at(cell, 2, Some(1), sample)
    }

    /// Are the tips of a cell touching at a sample?
    pub fn touching_at(&self, cell: usize, sample: usize) -> bool {
        self.cell_at(cell, 3, None, sample) > 0.5
    }

    /// Value `i` of a group.
    fn group_at(&self, group: usize, i: usize, sample: usize) -> f64 {
        let l = &self.layout;
        if i >= l.per_group() {
            return f64::NAN;
        }
        let cells = l.per_cell() * l.cells;
        self.at(sample, 3 * l.bodies + cells + l.per_group() * group + i)
    }

    fn group(&self, group: usize, i: usize) -> Vec<f64> {
        self.range().map(|s| self.group_at(group, i, s)).collect()
    }

    /// Force of a group, summed over its elements, N.
    pub fn force(&self, group: usize) -> Vec<f64> {
        self.group(group, 0)
    }

    /// Compression or elongation of a group, the largest over its elements, m.
    pub fn compression(&self, group: usize) -> Vec<f64> {
        self.group(group, 1)
    }

    /// Work done on a group up to a sample, J.
    pub fn work_at(&self, group: usize, sample: usize) -> f64 {
        self.group_at(group, 2, sample)
    }

    /// Elastic energy held in a group at a sample, J.
    pub fn stored_at(&self, group: usize, sample: usize) -> f64 {
        self.group_at(group, 3, sample)
    }

    /// First value of yaw in a frame.
    fn turns(&self) -> usize {
        self.layout.len() - TOTALS - TURN
    }

    /// Yaw and side motion of a vehicle at a sample.
    pub fn turn_at(&self, side: usize, sample: usize) -> Turn {
        if !self.layout.turning {
            return Turn::default();
        }
        let first = self.turns() + PER_VEHICLE * side;
        let at = |i: usize| self.at(sample, first + i);
        Turn {
            yaw_rad: at(0),
            yaw_radps: at(1),
            yaw_radps2: at(2),
            lateral_m: at(3),
            lateral_mps: at(4),
            lateral_mps2: at(5),
            psi_m: at(6),
        }
    }

    /// Did it turn?
    pub fn turns_on(&self) -> bool {
        self.layout.turning
    }

    /// Energy taken by the side grip up to a sample, J.
    pub fn grip_work_at(&self, sample: usize) -> f64 {
        self.taken(0, sample)
    }

    /// Lateral impulse on vehicle 2 up to a sample, N s.
    pub fn lateral_impulse_at(&self, sample: usize) -> f64 {
        self.taken(1, sample)
    }

    /// Its moment about the origin, N m s.
    pub fn lateral_moment_at(&self, sample: usize) -> f64 {
        self.taken(2, sample)
    }

    /// Sum of lateral place times momentum over all tips, N m s.
    pub fn tip_moment_at(&self, sample: usize) -> f64 {
        self.taken(3, sample)
    }

    fn taken(&self, i: usize, sample: usize) -> f64 {
        if !self.layout.turning {
            return 0.0;
        }
        self.at(sample, self.turns() + 2 * PER_VEHICLE + i)
    }

    fn totals(&self, i: usize) -> usize {
        self.layout.len() - TOTALS + i
    }

    /// Kinetic energy of all bodies and tips at a sample, J.
    pub fn kinetic_at(&self, sample: usize) -> f64 {
        self.at(sample, self.totals(0))
    }

    /// Work done on all elements up to a sample, J.
    pub fn work_total_at(&self, sample: usize) -> f64 {
        self.at(sample, self.totals(1))
    }

    /// Energy taken by plastic contact of tips up to a sample, J.
    pub fn contact_loss_at(&self, sample: usize) -> f64 {
        self.at(sample, self.totals(2))
    }

    /// Momentum of vehicle `side` (bodies, tips, occupants) at a sample, N s.
    pub fn momentum_at(&self, side: usize, sample: usize) -> f64 {
        self.at(sample, self.totals(3 + side))
    }

    /// Contact impulse of all cells up to a sample, N s.
    pub fn contact_impulse_at(&self, sample: usize) -> f64 {
        self.at(sample, self.totals(5))
    }

    /// Work that interiors pushed in locally have done on the occupants up to a sample, J.
    pub fn pushed_work_at(&self, sample: usize) -> f64 {
        self.at(sample, self.totals(6))
    }

    /// Largest residual of the ledger over the run, J: initial kinetic energy against kinetic energy,
    /// work on elements, plastic contact and side grip, less what the pushed interior put in.
    pub fn ledger_residual(&self) -> f64 {
        (0..self.samples)
            .map(|s| {
                (self.kinetic_at(0)
                    - self.kinetic_at(s)
                    - self.work_total_at(s)
                    - self.contact_loss_at(s)
                    - self.grip_work_at(s)
                    + self.pushed_work_at(s))
                .abs()
            })
            .fold(0.0, f64::max)
    }

    /// All sample indices.
    pub fn range(&self) -> Range<usize> {
        0..self.samples
    }
}
