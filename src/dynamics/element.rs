//! Elements that act between bodies: crush with a port, mount, Maxwell, slider, thorax (model sections 3, 6).
//!
//! Each takes its elongation and rate, moves its state, and returns the force that resists growth of it.

use super::crush::{CrushState, PackedLaw};
use super::lane::{Lane, Mask};

/// What a step leaves in the meters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Nothing: no sample follows, or none is wanted.
    Nothing,
    /// The force of this step.
    Force,
    /// Force and work.
    Work,
}

/// Packed port: body indices (shared by all lanes) and coefficients.
#[derive(Debug, Clone)]
pub enum PackedPort<V> {
    /// `x[0] - x[1]`.
    Between(usize, usize),
    /// `sum of coefficient * x[body]`.
    Sum(Box<[(usize, V); 3]>),
}

impl<V: Lane> PackedPort<V> {
    /// Elongation or its rate.
    #[inline(always)]
    pub fn read(&self, x: &[V]) -> V {
        match self {
            Self::Between(a, b) => x[*a] - x[*b],
            Self::Sum(terms) => {
                let [(a, p), (b, q), (c, r)] = &**terms;
                *p * x[*a] + *q * x[*b] + *r * x[*c]
            }
        }
    }

    /// Add the reaction of a resisting force to the bodies.
    #[inline(always)]
    pub fn push(&self, force: V, f: &mut [V]) {
        match self {
            Self::Between(a, b) => {
                f[*a] = f[*a] - force;
                f[*b] = f[*b] + force;
            }
            Self::Sum(terms) => {
                for (body, c) in terms.iter() {
                    f[*body] = f[*body] - *c * force;
                }
            }
        }
    }
}

/// Trapezoidal work meter of one element.
#[derive(Debug, Clone, Copy)]
pub struct Meter<V> {
    /// Elongation at the last step of which work is kept, m.
    pub d: V,
    /// Force at the last step kept, N.
    pub force: V,
    /// Work put in so far, J; only while work is kept.
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
    pub fn note(&mut self, d: V, force: V, keep: Keep) {
        if keep == Keep::Nothing {
            return;
        }
        if keep == Keep::Work {
            self.work = self.work + V::splat(0.5) * (self.force + force) * (d - self.d);
            self.d = d;
        }
        self.force = force;
    }

    /// [`Meter::note`] of a step without force; `pushed`: the step before had one.
    #[inline(always)]
    pub fn rest(&mut self, d: V, pushed: bool, keep: Keep) {
        if pushed {
            self.note(d, V::zero(), keep);
        } else if keep == Keep::Work {
            self.d = d;
        }
    }
}

/// Pretensioner in lanes.
#[derive(Debug, Clone, Copy)]
pub struct PackedPretension<V: Lane> {
    /// Time of firing, s; beyond every run until its sensor fires. Later leaves the belt slack for longer.
    pub fire_s: V,
    /// Largest pull-in, m; more takes up more slack.
    pub stroke_m: V,
    /// Speed of pull-in, m/s; faster couples the occupant sooner.
    pub speed_mps: V,
    /// Belt force at which it locks, N; higher pulls in further against the body.
    pub force_n: V,
    /// Pulled in so far, m.
    pub pulled_m: V,
    /// Force of the step before, N.
    pub before: V,
    /// Locked by force or stroke.
    pub locked: V::Mask,
}

impl<V: Lane> PackedPretension<V> {
    /// Belt pulled in by the end of this step, m.
    #[inline(always)]
    fn pull(&mut self, now: V) -> V {
        // The pull-in stops for good at the force (retractor lock).
        self.locked = self.locked.or(self.before.above(self.force_n));
        let since = (now - self.fire_s).larger(V::zero());
        let pulled = (self.speed_mps * since).smaller(self.stroke_m);
        self.pulled_m = V::select(self.locked, self.pulled_m, pulled);
        self.pulled_m
    }
}

/// Crush law between bodies, with belt pull-in and activation.
#[derive(Debug, Clone)]
pub struct PackedCrush<V: Lane> {
    /// Compression (or elongation) it sees, positive where it loads.
    pub port: PackedPort<V>,
    /// Index of its law in [`super::system::System::laws`].
    pub law: usize,
    /// Free travel before it acts, m; larger loads later, and pull-in counts against it.
    pub gap: V,
    /// Belt pull-in.
    pub pretension: Option<Box<PackedPretension<V>>>,
    /// Start and inverse duration.
    pub ramp: Option<Box<(V, V)>>,
    /// Set and largest compression so far.
    pub state: CrushState<V>,
    /// Work and last force.
    pub meter: Meter<V>,
    /// Group for reports.
    pub group: usize,
}

impl<V: Lane> PackedCrush<V> {
    /// Force at the positions `u` and predicted velocities `v`; `None` where no lane pushes.
    #[inline(always)]
    pub fn force(&mut self, law: &PackedLaw<V>, u: &[V], v: &[V], now: V, keep: Keep) -> Option<V> {
        let x = self.port.read(u);
        let mut d = x - self.gap;
        if let Some(p) = &mut self.pretension {
            d = d + p.pull(now);
        }
        let force = if law.acts(&self.state, d) {
            let rate = if law.needs_rate { self.port.read(v) } else { V::zero() };
            let scale = self
                .ramp
                .as_ref()
                .map(|r| ((now - r.0) * r.1).larger(V::zero()).smaller(V::splat(1.0)));
            Some(law.load(&mut self.state, d, rate, scale))
        } else {
            None
        };
        let felt = force.unwrap_or(V::zero());
        if let Some(p) = &mut self.pretension {
            p.before = felt;
        }
        self.meter.note(x, felt, keep);
        force
    }
}

/// Spring and damper in parallel, with a breaking force.
#[derive(Debug, Clone)]
pub struct PackedMount<V: Lane> {
    /// Extension; elongation and the force against it are positive.
    pub port: PackedPort<V>,
    /// Stiffness, N/m.
    pub stiffness: V,
    /// Damping, N s/m; more dissipates more and rings less.
    pub damping: V,
    /// Force of either sign beyond which it is gone, N; infinite for never.
    pub break_n: V,
    /// Can it break in some lane?
    pub can_break: bool,
    /// Lanes where it is gone.
    pub broken: V::Mask,
    /// Force of the step before, N.
    pub before: V,
    /// Work and last force.
    pub meter: Meter<V>,
    /// Group for reports.
    pub group: usize,
}

impl<V: Lane> PackedMount<V> {
    /// Force at extension `x`.
    #[inline(always)]
    pub fn force(&mut self, x: V, rate: V, keep: Keep) -> V {
        let mut force = self.stiffness * x + self.damping * rate;
        if self.can_break {
            force = V::select(self.broken, V::zero(), force);
            let size = force.larger(-force);
            let breaks = size.above(self.break_n);
            if breaks.any() {
                // It goes somewhere inside this step. The force of the step carries the impulse up to there
                // (the half kicks on both sides see it), so that a break costs no order.
                let limit = force * (self.break_n / size);
                let part = ((limit - self.before) / (force - self.before))
                    .larger(V::zero())
                    .smaller(V::splat(1.0));
                let rest = V::splat(0.5) * (part * (self.before + limit) - self.before);
                force = V::select(breaks, rest, force);
                self.broken = self.broken.or(breaks);
            }
            self.before = force;
        }
        self.meter.note(x, force, keep);
        force
    }
}

/// Spring and damper in series; `q` is the damper's own travel.
#[derive(Debug, Clone)]
pub struct PackedMaxwell<V: Lane> {
    /// Extension of the pair; elongation and the force against it are positive.
    pub port: PackedPort<V>,
    /// Stiffness, N/m.
    pub stiffness: V,
    /// Damping, N s/m, above 0; the force decays in damping / stiffness, so more holds it for longer.
    pub damping: V,
    /// The damper's own travel, m.
    pub q: V,
    /// Extension of the step before, m.
    pub before: V,
    /// Work and last force.
    pub meter: Meter<V>,
    /// Group for reports.
    pub group: usize,
}

impl<V: Lane> PackedMaxwell<V> {
    /// Force at extension `x`: implicit midpoint for `c q' = k (x - q)`, second order and stable for any c.
    #[inline(always)]
    pub fn force(&mut self, x: V, dt: V, keep: Keep) -> V {
        let half = V::splat(0.5) * dt * self.stiffness / self.damping;
        let one = V::splat(1.0);
        self.q = (self.q * (one - half) + half * (x + self.before)) / (one + half);
        self.before = x;
        let force = self.stiffness * (x - self.q);
        self.meter.note(x, force, keep);
        force
    }
}

/// Spring in series with a two-way slider.
#[derive(Debug, Clone)]
pub struct PackedSlider<V: Lane> {
    /// Travel; positive travel gives a positive force.
    pub port: PackedPort<V>,
    /// Stiffness before it slides, N/m.
    pub stiffness: V,
    /// 1/stiffness, m/N.
    pub flex: V,
    /// Force of either sign at which it slides, N; the most it can give.
    pub yield_n: V,
    /// How far the slider has moved, m, signed as the travel.
    pub slip: V,
    /// Work and last force.
    pub meter: Meter<V>,
    /// Group for reports.
    pub group: usize,
}

impl<V: Lane> PackedSlider<V> {
    /// Force at travel `x`.
    #[inline(always)]
    pub fn force(&mut self, x: V, keep: Keep) -> V {
        let trial = self.stiffness * (x - self.slip);
        let force = trial.smaller(self.yield_n).larger(-self.yield_n);
        self.slip = x - force * self.flex;
        self.meter.note(x, force, keep);
        force
    }
}

/// Lobdell's ribs.
#[derive(Debug, Clone)]
pub struct PackedThorax<V: Lane> {
    /// Compression, positive inward; a negative one gives tension.
    pub port: PackedPort<V>,
    /// Stiffness from the start, N/m.
    pub stiffness: V,
    /// Stiffness added beyond the knee, N/m; more limits deep compression.
    pub added: V,
    /// Compression where it stiffens, m.
    pub knee: V,
    /// Damping while the compression grows, N s/m; more raises the force at impact.
    pub damping_in: V,
    /// Damping while it falls, N s/m.
    pub damping_out: V,
    /// Work and last force.
    pub meter: Meter<V>,
    /// Group for reports.
    pub group: usize,
}

impl<V: Lane> PackedThorax<V> {
    /// Force at compression `x`.
    #[inline(always)]
    pub fn force(&mut self, x: V, rate: V, keep: Keep) -> V {
        let zero = V::zero();
        let c = V::select(rate.above(zero), self.damping_in, self.damping_out);
        let force = self.stiffness * x + self.added * (x - self.knee).larger(zero) + c * rate;
        self.meter.note(x, force, keep);
        force
    }
}
