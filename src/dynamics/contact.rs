//! Contact of tips (model section 4): two tips meet with zero restitution, move as one, and part when
//! the force between them would be tensile.
//!
//! Merging instead of a penalty: no stiff spring, no chatter, and the energy taken by the plastic impact
//! is known exactly. The instant of meeting is located inside the step, so the scheme keeps its order.

use super::lane::{Lane, Mask};
use super::share::Front;

/// A pair of tips in the step.
#[derive(Debug, Clone, Copy)]
pub struct Pair<V: Lane> {
    /// Moving as one?
    pub merged: V::Mask,
    /// Initial gap, m.
    pub gap: V,
    /// Inverse masses, 1/kg; 0: fixed.
    pub w: [V; 2],
    /// `1 / (w_a + w_b)`, kg.
    pub reduced_kg: V,
    /// `w_a w_b / (w_a + w_b)`, 1/kg: inverse mass of the tips as one.
    pub joint: V,
    /// Force between the tips, N.
    pub push: V,
    /// Impulse passed so far, N s.
    pub impulse: V,
}

/// What is told of a pair.
#[derive(Debug, Clone, Copy)]
pub struct Story<V> {
    /// Energy taken by plastic impacts so far, J.
    pub lost: V,
    /// Time of the latest contact that has ended, s; -1 before.
    pub parted_s: V,
    /// Times the tips met.
    pub meetings: V,
}

/// Before anything happened.
impl<V: Lane> Default for Story<V> {
    fn default() -> Self {
        Self {
            lost: V::zero(),
            parted_s: V::splat(-1.0),
            meetings: V::zero(),
        }
    }
}

/// Position, velocity and acceleration of one tip.
#[derive(Debug, Clone, Copy)]
pub struct Tip<V> {
    /// Displacement, m.
    pub u: V,
    /// Velocity in the middle of the step, m/s.
    pub v: V,
    /// Acceleration at its start, m/s2.
    pub a: V,
}

impl<V: Lane> Tip<V> {
    /// A tip after a half kick and a drift.
    #[inline(always)]
    pub fn drifted(u: V, v: V, a: V, half: V, dt: V) -> Self {
        let v = v + a * half;
        Self { u: u + v * dt, v, a }
    }
}

impl<V: Lane> Tip<V> {
    /// As its shares see it.
    #[inline(always)]
    pub fn front(&self, half: V) -> Front<V> {
        Front {
            u: self.u,
            v: self.v + self.a * half,
        }
    }
}

impl<V: Lane> Pair<V> {
    /// Tips that have not met.
    pub fn new(gap: V, w: [V; 2]) -> Self {
        let zero = V::zero();
        let sum = w[0] + w[1];
        Self {
            merged: V::Mask::splat(false),
            gap,
            w,
            reduced_kg: V::splat(1.0) / sum,
            joint: w[0] * w[1] / sum,
            push: zero,
            impulse: zero,
        }
    }

    /// After the drift of a step: tips that have passed each other are put back to where they met and
    /// carried on at their common velocity. Before the first step, with
    /// `dt` zero, tips that start out touching meet, so that dampers behind them act from t = 0.
    #[inline(always)]
    pub fn meet(&mut self, told: &mut Story<V>, a: &mut Tip<V>, b: &mut Tip<V>, dt: V) {
        if !self.merged.not().any() {
            return;
        }
        let zero = V::zero();
        let over = a.u - b.u - self.gap;
        let closing = a.v - b.v;
        let meets = zero.above(over).not().and(closing.above(zero)).and(self.merged.not());
        if !meets.any() {
            return;
        }
        let after = (over / closing).smaller(dt);
        let [wa, wb] = self.w;
        let common = (a.v * wb + b.v * wa) * self.reduced_kg;
        // The impact takes the energy of the closing speed at the instant of meeting, not mid-step.
        let then = (closing + (a.a - b.a) * (V::splat(0.5) * dt - after)).larger(zero);
        let taken = V::splat(0.5) * then * then * self.reduced_kg;
        told.lost = V::select(meets, told.lost + taken, told.lost);
        self.impulse = V::select(meets, self.impulse + closing * self.reduced_kg, self.impulse);
        a.u = V::select(meets, a.u - (a.v - common) * after, a.u);
        b.u = V::select(meets, b.u - (b.v - common) * after, b.u);
        a.v = V::select(meets, common, a.v);
        b.v = V::select(meets, common, b.v);
        told.meetings = V::select(meets, told.meetings + V::splat(1.0), told.meetings);
        self.merged = self.merged.or(meets);
    }

    /// Accelerations of the tips under forces `fa`, `fb`; merged tips share one, and part when pulled.
    ///
    /// The impulse is counted as the two half kicks apply it, so that it balances momentum to rounding.
    #[inline(always)]
    pub fn accelerate(&mut self, told: &mut Story<V>, fa: V, fb: V, half: V, before_s: V) -> (V, V) {
        let zero = V::zero();
        let (a, b) = (fa * self.w[0], fb * self.w[1]);
        if !self.merged.any() {
            return (a, b);
        }
        let common = (fa + fb) * self.joint;
        let push = (a - b) * self.reduced_kg;
        let holds = self.merged.and(zero.above(push).not());
        let parts = self.merged.and(holds.not());
        if parts.any() {
            told.parted_s = V::select(parts, before_s, told.parted_s);
            self.merged = holds;
        }
        let push = V::select(holds, push, zero);
        self.impulse = self.impulse + (self.push + push) * half;
        self.push = push;
        (V::select(holds, common, a), V::select(holds, common, b))
    }
}
