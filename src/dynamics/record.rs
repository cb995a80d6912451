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
}

impl Plan {
    /// Sampling interval wanted, s (10 kHz).
    pub const SAMPLE_S: f64 = 1e-4;

    /// A plan with samples as near 10 kHz as the step allows.
    pub fn new(duration_s: f64, step_s: f64) -> Self {
        Self {
            duration_s,
            step_s,
            stride: ((Self::SAMPLE_S / step_s).round() as usize).max(1),
            settle_s: None,
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
pub(super) const TOTALS: usize = 5;

/// Sizes that give a frame its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Bodies.
    pub bodies: usize,
    /// Cells.
    pub cells: usize,
    /// Groups.
    pub groups: usize,
}

impl Layout {
    /// Values in one frame: bodies (u, v, a), cells (u1, u2, impulse, touching), groups (force,
    /// compression, work, stored), totals.
    pub fn len(&self) -> usize {
        3 * self.bodies + 4 * self.cells + 4 * self.groups + TOTALS
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

    fn cell(&self, cell: usize) -> usize {
        3 * self.layout.bodies + 4 * cell
    }

    /// Displacement of a tip at a sample, m; side 0 or 1.
    pub fn tip_at(&self, cell: usize, side: usize, sample: usize) -> f64 {
        self.at(sample, self.cell(cell) + side)
    }

    /// Contact impulse of a cell up to a sample, N s.
    pub fn impulse_at(&self, cell: usize, sample: usize) -> f64 {
        self.at(sample, self.cell(cell) + 2)
    }

    /// Are the tips of a cell touching at a sample?
    pub fn touching_at(&self, cell: usize, sample: usize) -> bool {
        self.at(sample, self.cell(cell) + 3) > 0.5
    }

    fn group(&self, group: usize) -> usize {
        3 * self.layout.bodies + 4 * self.layout.cells + 4 * group
    }

    /// Force of a group, summed over its elements, N.
    pub fn force(&self, group: usize) -> Vec<f64> {
        self.channel(self.group(group))
    }

    /// Compression or elongation of a group, the largest over its elements, m.
    pub fn compression(&self, group: usize) -> Vec<f64> {
        self.channel(self.group(group) + 1)
    }

    /// Work done on a group up to a sample, J.
    pub fn work_at(&self, group: usize, sample: usize) -> f64 {
        self.at(sample, self.group(group) + 2)
    }

    /// Elastic energy held in a group at a sample, J.
    pub fn stored_at(&self, group: usize, sample: usize) -> f64 {
        self.at(sample, self.group(group) + 3)
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

    /// Largest residual of the ledger over the run, J: initial kinetic energy against kinetic energy,
    /// work on elements and plastic contact.
    pub fn ledger_residual(&self) -> f64 {
        (0..self.samples)
            .map(|s| {
                (self.kinetic_at(0)
                    - self.kinetic_at(s)
                    - self.work_total_at(s)
                    - self.contact_loss_at(s))
                .abs()
            })
            .fold(0.0, f64::max)
    }

    /// All sample indices.
    pub fn range(&self) -> Range<usize> {
        0..self.samples
    }
}
