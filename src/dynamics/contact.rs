//! Contact of tips (model section 4): two tips meet with zero restitution, move as one, and part when
//! the force between them would be tensile.
//!
//! Merging instead of a penalty: no stiff spring, no chatter, and the energy taken by the plastic impact
//! is known exactly. The instant of meeting is located inside the step, so the scheme keeps its order.

use super::lane::{Lane, Mask};

/// A pair of tips in the step.
#[derive(Debug, Clone, Copy)]
pub struct Pair<V: Lane> {
    /// Initial gap, m.
    pub gap: V,
    /// Moving as one?
    pub merged: V::Mask,
    /// Force between the tips, N.
    pub push: V,
    /// Impulse passed so far, N s.
    pub impulse: V,
    /// Energy taken by plastic impacts so far, J.
    pub lost: V,
    /// Time of the latest contact, s.
    pub last_touch_s: V,
}

/// Position and velocity of one tip, and its inverse mass (0: fixed).
#[derive(Debug, Clone, Copy)]
pub struct Tip<V> {
    /// Displacement, m.
    pub u: V,
    /// Velocity in the middle of the step, m/s.
    pub v: V,
    /// Acceleration at its start, m/s2.
    pub a: V,
    /// Inverse mass, 1/kg.
    pub w: V,
}

impl<V: Lane> Pair<V> {
    /// After the drift of a step: tips that have passed each other are put back to where they met and
    /// carried on at their common velocity. Returns whether any lane met. Before the first step, with
    /// `dt` zero, tips that start out touching meet, so that dampers behind them act from t = 0.
    #[inline(always)]
    pub fn meet(&mut self, a: &mut Tip<V>, b: &mut Tip<V>, dt: V) -> bool {
        let zero = V::zero();
        let over = a.u - b.u - self.gap;
        let closing = a.v - b.v;
        let meets = zero
            .above(over)
            .not()
            .and(closing.above(zero))
            .and(self.merged.not());
        if !meets.any() {
            return false;
        }
        let after = (over / closing).smaller(dt);
        let sum = a.w + b.w;
        let common = (a.v * b.w + b.v * a.w) / sum;
        let pick = |yes: V, no: V| V::select(meets, yes, no);
        // The impact takes the energy of the closing speed at the instant of meeting, not mid-step.
        let then = (closing + (a.a - b.a) * (V::splat(0.5) * dt - after)).larger(zero);
        self.lost = pick(self.lost + V::splat(0.5) * then * then / sum, self.lost);
        self.impulse = pick(self.impulse + closing / sum, self.impulse);
        a.u = pick(a.u - (a.v - common) * after, a.u);
        b.u = pick(b.u - (b.v - common) * after, b.u);
        a.v = pick(common, a.v);
        b.v = pick(common, b.v);
        self.merged = self.merged.or(meets);
        true
    }

    /// Accelerations of the tips under forces `fa`, `fb`; merged tips share one, and part when pulled.
    ///
    /// The impulse is counted as the two half kicks apply it, so that it balances momentum to rounding.
    #[inline(always)]
    pub fn accelerate(&mut self, fa: V, fb: V, wa: V, wb: V, half: V, now_s: V) -> (V, V) {
        let zero = V::zero();
        let common = (fa + fb) * (wa * wb / (wa + wb));
        // Force between the tips, from whichever has mass (tip a always has).
        let push = fa - common / wa;
        let holds = self.merged.and(zero.above(push).not());
        self.merged = holds;
        let push = V::select(holds, push, zero);
        self.impulse = self.impulse + (self.push + push) * half;
        self.push = push;
        self.last_touch_s = V::select(holds, now_s, self.last_touch_s);
        (
            V::select(holds, common, fa * wa),
            V::select(holds, common, fb * wb),
        )
    }
}
