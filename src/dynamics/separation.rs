//! When two vehicles have separated (model section 3): the last moment when the sum of contact forces, as a mean over
//! 1 ms, is at least 1 % of its greatest value. With an unloading power contact fades out slowly, and the blows of
//! meeting tips are no scale for it; the mean over a millisecond is.

use super::lane::Lane;
use super::record::Record;

/// Half of the time over which the force is averaged, s.
const HALF_MEAN_S: f64 = 0.5e-3;
/// Share of the greatest mean force below which the vehicles are apart.
const APART_SHARE: f64 = 0.01;

/// Samples in half of the mean.
fn half_width(sample_s: f64) -> usize {
    ((HALF_MEAN_S / sample_s).round() as usize).max(1)
}

/// Watches the mean contact force while a run goes on.
#[derive(Debug, Clone)]
pub struct Watch<V> {
    /// Contact impulses of the last samples, the oldest at `next`.
    impulses: Vec<V>,
    next: usize,
    most: V,
    /// Time of the last sample that pressed, s.
    pressed_s: V,
}

impl<V: Lane> Watch<V> {
    /// Nothing has met.
    pub fn new(sample_s: f64) -> Self {
        Self {
            impulses: vec![V::zero(); 2 * half_width(sample_s)],
            next: 0,
            most: V::zero(),
            pressed_s: V::zero(),
        }
    }

    /// Take the contact impulse up to a sample at `now_s`; the time since the vehicles pressed last, s.
    #[inline(always)]
    pub fn quiet_s(&mut self, impulse: V, now_s: f64) -> V {
        let gained = impulse - self.impulses[self.next];
        self.impulses[self.next] = impulse;
        self.next = (self.next + 1) % self.impulses.len();
        self.most = self.most.larger(gained);
        let presses = gained.above(self.most * V::splat(APART_SHARE));
        // The mean belongs to the middle of its window.
        let middle = V::splat(now_s - HALF_MEAN_S);
        self.pressed_s = V::select(presses, middle, self.pressed_s);
        V::splat(now_s) - self.pressed_s
    }
}

/// Where contact ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Separation {
    /// Sample of the last moment in contact; the last sample of the run where contact did not end.
    pub sample: usize,
    /// The run ended in contact.
    pub touching: bool,
}

impl Record {
    /// Where the vehicles separated; `None` when they never met.
    pub fn separation(&self) -> Option<Separation> {
        let half = half_width(self.sample_s);
        let last = self.len() - 1;
        let gained = |s: usize| {
            let from = self.contact_impulse_at(s.saturating_sub(half));
            self.contact_impulse_at((s + half).min(last)) - from
        };
        let most = self.range().map(gained).fold(0.0, f64::max);
        if most <= 0.0 {
            return None;
        }
        let sample = self
            .range()
            .rev()
            .find(|s| gained(*s) >= APART_SHARE * most)
            .unwrap_or(last);
        let touching = sample + half >= last;
        Some(Separation {
            sample: if touching { last } else { sample },
            touching,
        })
    }
}
