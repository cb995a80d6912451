//! One finished case as its figures see it: names, set-up, times and filtered channels.

use crate::collision::result::CaseResult;
use crate::collision::{Case, Finished};
use crate::plot::{Heading, Stamp, Theme};
use crate::signal::cfc::{Cfc, filter};
use crate::units::KMH;
use crate::vehicle::Vehicle;

use super::ReportError;
use super::text::{plain, short_name};

/// What the figures of one case have in common.
pub(super) struct View<'a> {
    pub(super) case: &'a Case,
    pub(super) finished: &'a Finished,
    pub(super) result: &'a CaseResult,
    /// Sample of the parting.
    pub(super) parted: usize,
    pub(super) stamp: Stamp,
    pub(super) theme: Theme,
}

impl<'a> View<'a> {
    pub(super) fn new(case: &'a Case, finished: &'a Finished, result: &'a CaseResult) -> Self {
        let record = &finished.record;
        Self {
            case,
            finished,
            result,
            parted: record.sample_at(result.separation_ms * 1e-3 + case.plan.step_s),
            stamp: result.stamp.clone(),
            theme: Theme::half_page(),
        }
    }

    pub(super) fn vehicle(&self, side: usize) -> &Vehicle {
        &self.case.parties[side].vehicle
    }

    /// Name in legends; twins are told apart.
    pub(super) fn name(&self, side: usize) -> String {
        let name = short_name(self.vehicle(side));
        let twins = self.vehicle(0).id == self.vehicle(1).id;
        if twins { format!("{name} ({})", side + 1) } else { name }
    }

    /// Sides that move.
    pub(super) fn moving(&self) -> impl Iterator<Item = usize> + '_ {
        (0..2).filter(|&s| !self.vehicle(s).is_fixed())
    }

    /// Speeds and overlap, one line for captions and notes.
    pub(super) fn set_up(&self) -> String {
        let [a, b] = &self.case.parties;
        let speed = |v: f64| plain((v / KMH * 10.0).round() / 10.0);
        if b.vehicle.is_fixed() {
            return format!("{} km/h into {}", speed(a.speed_mps), self.name(1));
        }
        let speeds = if (a.speed_mps - b.speed_mps).abs() < 1e-9 {
            format!("{} km/h each", speed(a.speed_mps))
        } else {
            format!("{} and {} km/h", speed(a.speed_mps), speed(b.speed_mps))
        };
        format!("{speeds}, {} % overlap", plain(self.case.overlap * 100.0))
    }

    /// Both names and the set-up.
    pub(super) fn title(&self) -> String {
        if self.vehicle(1).is_fixed() {
            format!("{}, {}", self.name(0), self.set_up())
        } else {
            format!("{} against {}, {}", self.name(0), self.name(1), self.set_up())
        }
    }

    pub(super) fn heading(&self, note: &str, caption: &str) -> Heading {
        Heading {
            title: String::new(),
            note: note.to_string(),
            caption: caption.to_string(),
            stamp: self.stamp.clone(),
        }
    }

    /// Times in ms of the samples up to one.
    pub(super) fn times_ms(&self, samples: usize) -> Vec<f64> {
        (0..samples)
            .map(|s| s as f64 * self.finished.record.sample_s * 1e3)
            .collect()
    }

    /// Samples up to some time after the parting.
    pub(super) fn shown(&self, after_s: f64) -> usize {
        let record = &self.finished.record;
        let more = (after_s / record.sample_s) as usize;
        (self.parted + more + 1).min(record.len())
    }

    pub(super) fn filtered(&self, what: &str, class: Cfc, values: &[f64]) -> Result<Vec<f64>, ReportError> {
        filter(class, self.finished.record.sample_s, values).map_err(|source| ReportError::Filter {
            what: what.to_string(),
            source,
        })
    }
}
