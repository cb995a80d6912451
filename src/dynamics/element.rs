//! Elements that act between bodies: crush with a port, mount, Maxwell, slider, thorax (model sections 3, 6).
//!
//! Each takes its elongation d and rate, moves its state, and returns the force that resists growth of d.

use super::crush::{CrushState, PackedLaw};
use super::lane::{Lane, Mask};

/// Packed port: body indices (shared by all lanes) and coefficients.
#[derive(Debug, Clone, Copy)]
pub struct PackedPort<V> {
    /// `(body, coefficient)`.
    pub terms: [(usize, V); 3],
    /// Number of terms in use.
    pub used: usize,
}

impl<V: Lane> PackedPort<V> {
    /// `sum of coefficient * x[body]`.
    #[inline(always)]
    pub fn read(&self, x: &[V]) -> V {
        let mut d = self.terms[0].1 * x[self.terms[0].0] + self.terms[1].1 * x[self.terms[1].0];
        if self.used > 2 {
            d = d + self.terms[2].1 * x[self.terms[2].0];
        }
        d
    }

    /// Add the reaction of a resisting force to the bodies.
    #[inline(always)]
    pub fn push(&self, force: V, f: &mut [V]) {
        for (body, c) in &self.terms[..self.used] {
            f[*body] = f[*body] - *c * force;
        }
    }
}

/// Trapezoidal work meter of one element.
#[derive(Debug, Clone, Copy)]
pub struct Meter<V> {
    /// Elongation at the last step.
    pub d: V,
    /// Force at the last step.
    pub force: V,
    /// Work put in so far, J.
    pub work: V,
}

impl<V: Lane> Meter<V> {
    /// At rest.
    pub fn new(d: V) -> Self {
        Self {
            d,
            force: V::zero(),
            work: V::zero(),
        }
    }

    /// Account for a step that ended at elongation `d` with force `force`.
    #[inline(always)]
    pub fn step(&mut self, d: V, force: V) {
        self.work = self.work + V::splat(0.5) * (self.force + force) * (d - self.d);
        self.d = d;
        self.force = force;
    }
}

/// Pretensioner in lanes.
#[derive(Debug, Clone, Copy)]
pub struct PackedPretension<V: Lane> {
    pub fire_s: V,
    pub stroke_m: V,
    pub speed_mps: V,
    pub force_n: V,
    /// Pulled in so far, m.
    pub pulled_m: V,
    /// Locked by force or stroke.
    pub locked: V::Mask,
}

/// Crush law between bodies, with belt pull-in and activation.
#[derive(Debug, Clone)]
pub struct PackedCrush<V: Lane> {
    pub port: PackedPort<V>,
    pub law: usize,
    pub gap: V,
    pub pretension: Option<PackedPretension<V>>,
    /// Start and inverse duration.
    pub ramp: Option<(V, V)>,
    pub state: CrushState<V>,
    pub meter: Meter<V>,
    pub group: usize,
}

impl<V: Lane> PackedCrush<V> {
    /// Force at the port's elongation `x` at time `now`.
    #[inline(always)]
    pub fn force(&mut self, law: &PackedLaw<V>, x: V, rate: V, now: V, dt: V) -> V {
        let mut gap = self.gap;
        if let Some(p) = &mut self.pretension {
            // The pull-in stops for good at the force (retractor lock).
            let reached = self.meter.force.above(p.force_n);
            p.locked = p.locked.or(reached);
            let fires = now.above(p.fire_s).and(p.locked.not());
            let pulled = (p.pulled_m + p.speed_mps * dt).smaller(p.stroke_m);
            p.pulled_m = V::select(fires, pulled, p.pulled_m);
            gap = gap - p.pulled_m;
        }
        let scale = self.ramp.map(|(start, per_s)| {
            ((now - start) * per_s)
                .larger(V::zero())
                .smaller(V::splat(1.0))
        });
        let force = law.load(&mut self.state, x - gap, rate, scale);
        self.meter.step(x, force);
        force
    }
}

/// Spring and damper in parallel, with a breaking force.
#[derive(Debug, Clone)]
pub struct PackedMount<V: Lane> {
    pub port: PackedPort<V>,
    pub stiffness: V,
    pub damping: V,
    pub break_n: V,
    pub broken: V::Mask,
    pub meter: Meter<V>,
    pub group: usize,
}

impl<V: Lane> PackedMount<V> {
    /// Force at extension `x`.
    #[inline(always)]
    pub fn force(&mut self, x: V, rate: V) -> V {
        let whole = self.stiffness * x + self.damping * rate;
        let mut force = V::select(self.broken, V::zero(), whole);
        let size = force.larger(-force);
        let breaks = size.above(self.break_n);
        if breaks.any() {
            // It goes somewhere inside this step. The force of the step carries the impulse up to there
            // (the half kicks on both sides see it), so that a break costs no order.
            let limit = force * (self.break_n / size);
            let before = self.meter.force;
            let part = ((limit - before) / (force - before))
                .larger(V::zero())
                .smaller(V::splat(1.0));
            let rest = V::splat(0.5) * (part * (before + limit) - before);
            force = V::select(breaks, rest, force);
            self.broken = self.broken.or(breaks);
        }
        self.meter.step(x, force);
        force
    }
}

/// Spring and damper in series; `q` is the damper's own travel.
#[derive(Debug, Clone)]
pub struct PackedMaxwell<V: Lane> {
    pub port: PackedPort<V>,
    pub stiffness: V,
    pub damping: V,
    pub q: V,
    pub meter: Meter<V>,
    pub group: usize,
}

impl<V: Lane> PackedMaxwell<V> {
    /// Force at extension `x`: implicit midpoint for `c q' = k (x - q)`, second order and stable for any c.
    #[inline(always)]
    pub fn force(&mut self, x: V, dt: V) -> V {
        let half = V::splat(0.5) * dt * self.stiffness / self.damping;
        let q =
            (self.q * (V::splat(1.0) - half) + half * (x + self.meter.d)) / (V::splat(1.0) + half);
        self.q = q;
        let force = self.stiffness * (x - q);
        self.meter.step(x, force);
        force
    }
}

/// Spring in series with a two-way slider.
#[derive(Debug, Clone)]
pub struct PackedSlider<V: Lane> {
    pub port: PackedPort<V>,
    pub stiffness: V,
    pub yield_n: V,
    pub slip: V,
    pub meter: Meter<V>,
    pub group: usize,
}

impl<V: Lane> PackedSlider<V> {
    /// Force at travel `x`.
    #[inline(always)]
    pub fn force(&mut self, x: V) -> V {
        let trial = self.stiffness * (x - self.slip);
        let force = trial.smaller(self.yield_n).larger(-self.yield_n);
        self.slip = x - force / self.stiffness;
        self.meter.step(x, force);
        force
    }
}

/// Lobdell's ribs.
#[derive(Debug, Clone)]
pub struct PackedThorax<V: Lane> {
    pub port: PackedPort<V>,
    pub stiffness: V,
    pub added: V,
    pub knee: V,
    pub damping_in: V,
    pub damping_out: V,
    pub meter: Meter<V>,
    pub group: usize,
}

impl<V: Lane> PackedThorax<V> {
    /// Force at compression `x`.
    #[inline(always)]
    pub fn force(&mut self, x: V, rate: V) -> V {
        let zero = V::zero();
        let c = V::select(rate.above(zero), self.damping_in, self.damping_out);
        let force = self.stiffness * x + self.added * (x - self.knee).larger(zero) + c * rate;
        self.meter.step(x, force);
        force
    }
}
