//! Model section 3: an elastic spring in series with a plastic slider whose strength is the backbone.
//!
//! ```text
//! B(d, d') = f(d) (1 + r max(d', 0))
//! F        = clamp(k_u(m) (d - p), 0, B)
//! while clamped at B:  m = max(m, d),  p = max(p, d - B / k_u(m))
//! ```
//! With an unloading power n above 1, after the first yield:
//! ```text
//! on the backbone, d >= m:  m = d,  p = max(p, m - L(m)),  L = n f(m) / k_u(m),  F = B(d, d')
//! below it:                 F = B(m, d') s^n,  s = (d - p) / (m - p)
//! recoverable:              U = f(m) (m - p) s^(n+1) / (n + 1)
//! ```
//! There `p` depends on `m` alone: along a straight piece `x - L(x)` either rises throughout or is convex, so its
//! largest value up to `m` is at `m` or at a point of the table before it ([`CrushLaw::held_sets`]).
//!
//! Tables are kept as sums of hinges, `f(d) = f_0 + sum s_k max(d - c_k, 0)`, which needs no search; layer shares
//! keep the straight piece they are on instead.

use super::lane::{Lane, Mask};
use super::network::CrushLaw;

/// A law packed for the step.
#[derive(Debug, Clone)]
pub struct PackedLaw<V> {
    hinges: Vec<Hinge<V>>,
    segments: Vec<Segment<V>>,
    force_0: V,
    unload_0: V,
    rate: V,
    /// Unloading power, of all lanes.
    pub power: u32,
    /// Compression where the law first yields, m.
    first_yield: V,
    /// Parallel damper, N s/m.
    pub damping: V,
    /// Has a rate factor or damper in some lane: needs the compression rate.
    pub needs_rate: bool,
    /// Unloading stiffness differs along the table in some lane.
    pub graded: bool,
}

/// A point of the table: position, change of backbone slope, change of unloading slope.
#[derive(Debug, Clone, Copy)]
struct Hinge<V> {
    at: V,
    force: V,
    unload: V,
}

/// A straight piece of the backbone.
#[derive(Debug, Clone, Copy)]
pub struct Segment<V> {
    /// Where it begins, m.
    pub at: V,
    /// Force there, N.
    pub force: V,
    /// Slope, N/m.
    pub slope: V,
    /// Where it ends, m; infinite for the last.
    pub to: V,
    /// Largest `x - L(x)` at the points up to `at` and 0, m (unloading power above 1).
    pub held: V,
}

/// State of one element: permanent set, largest backbone compression, unloading stiffness there.
#[derive(Debug, Clone, Copy)]
pub struct CrushState<V> {
    /// Permanent set p, m.
    pub p: V,
    /// Largest compression on the backbone m, m.
    pub m: V,
    /// k_u(m), N/m.
    pub ku: V,
}

impl<V: Lane> PackedLaw<V> {
    /// Pack one law per lane; all must have the same number of points.
    pub fn pack(laws: &[&CrushLaw]) -> Self {
        let lane = |i: usize| laws[i.min(laws.len() - 1)];
        let points = laws[0].crush_m.len();
        let slope = |x: &[f64], y: &[f64], k: usize| {
            if k + 1 < points {
                (y[k + 1] - y[k]) / (x[k + 1] - x[k])
            } else {
                0.0
            }
        };
        let turn = |x: &[f64], y: &[f64], k: usize| slope(x, y, k) - if k > 0 { slope(x, y, k - 1) } else { 0.0 };
        let hinges = (0..points)
            .map(|k| Hinge {
                at: V::from_fn(|i| lane(i).crush_m[k]),
                force: V::from_fn(|i| turn(&lane(i).crush_m, &lane(i).force_n, k)),
                unload: V::from_fn(|i| turn(&lane(i).crush_m, &lane(i).unload_n_per_m, k)),
            })
            .collect();
        let held: Vec<Vec<f64>> = laws.iter().map(|l| l.held_sets()).collect();
        let segments = (0..points)
            .map(|k| Segment {
                at: V::from_fn(|i| lane(i).crush_m[k]),
                force: V::from_fn(|i| lane(i).force_n[k]),
                slope: V::from_fn(|i| slope(&lane(i).crush_m, &lane(i).force_n, k)),
                to: V::from_fn(|i| *lane(i).crush_m.get(k + 1).unwrap_or(&f64::INFINITY)),
                held: V::from_fn(|i| held[i.min(laws.len() - 1)][k]),
            })
            .collect();
        Self {
            hinges,
            segments,
            force_0: V::from_fn(|i| lane(i).force_n[0]),
            unload_0: V::from_fn(|i| lane(i).unload_n_per_m[0]),
            rate: V::from_fn(|i| lane(i).rate_s_per_m),
            power: laws[0].unload_power,
            first_yield: V::from_fn(|i| lane(i).first_yield_m()),
            damping: V::from_fn(|i| lane(i).damping_n_s_per_m),
            needs_rate: laws.iter().any(|l| l.needs_rate()),
            graded: laws.iter().any(|l| l.unload_n_per_m.windows(2).any(|w| w[0] != w[1])),
        }
    }

    /// Backbone at rest, N.
    #[inline(always)]
    pub fn backbone(&self, d: V) -> V {
        let mut f = self.force_0;
        for h in &self.hinges {
            // Hinges ahead of every lane add nothing.
            let past = d - h.at;
            if !past.above(V::zero()).any() {
                break;
            }
            f = f + h.force * past.larger(V::zero());
        }
        f.larger(V::zero())
    }

    /// The backbone piece by piece.
    #[inline(always)]
    pub fn segments(&self) -> &[Segment<V>] {
        &self.segments
    }

    /// Strength at a compression closing at `rate`, N.
    #[inline(always)]
    pub fn strength(&self, d: V, rate: V) -> V {
        self.backbone(d) * self.quickened(rate)
    }

    /// Factor of the rate on the strength, `1 + r max(d', 0)`.
    #[inline(always)]
    pub fn quickened(&self, rate: V) -> V {
        V::splat(1.0) + self.rate * rate.larger(V::zero())
    }

    /// Unloading stiffness at a compression, N/m.
    #[inline(always)]
    pub fn unload(&self, m: V) -> V {
        if !self.graded {
            return self.unload_0;
        }
        let mut k = self.unload_0;
        for h in &self.hinges {
            let past = m - h.at;
            if !past.above(V::zero()).any() {
                break;
            }
            k = k + h.unload * past.larger(V::zero());
        }
        k
    }

    /// Permanent set of an element that turned back at `m` with strength `top`, both of the whole layer or both
    /// of a share with its stiffness `ku`, m (unloading power above 1).
    #[inline(always)]
    pub fn set_at(&self, m: V, top: V, ku: V) -> V {
        let mut held = V::zero();
        for s in &self.segments {
            let past = s.at.above(m).not();
            if !past.any() {
                break;
            }
            held = V::select(past, s.held, held);
        }
        held.larger(m - V::splat(f64::from(self.power)) * top / ku)
    }

    /// State of an element that has never been loaded.
    pub fn virgin(&self) -> CrushState<V> {
        CrushState {
            p: V::zero(),
            // With a power the line up to the first yield is told from the curve below the backbone by `m`.
            m: if self.power > 1 { self.first_yield } else { V::zero() },
            ku: self.unload(V::zero()),
        }
    }

    /// Can an element at compression `d` push in any lane? Below the set it cannot.
    #[inline(always)]
    pub fn acts(&self, state: &CrushState<V>, d: V) -> bool {
        if self.needs_rate {
            state.p.above(d).not().any()
        } else {
            d.above(state.p).any()
        }
    }

    /// Force at compression `d` closing at `rate`, with strength scaled by `scale`; moves the state.
    #[inline(always)]
    pub fn load(&self, state: &mut CrushState<V>, d: V, rate: V, scale: Option<V>) -> V {
        if self.power > 1 {
            return self.load_curved(state, d, rate, scale);
        }
        let zero = V::zero();
        let trial = state.ku * (d - state.p);
        let spring = trial.larger(zero);
        if !self.needs_rate && scale.is_none() {
            // Below m the line k_u (d - p) stays under the backbone, since k_u is at least its slope there.
            let virgin = d.above(state.m);
            if !virgin.any() {
                return spring;
            }
            let strength = self.backbone(d);
            self.slip(state, d, strength, trial.above(strength).and(virgin));
            return V::select(virgin, spring.smaller(strength), spring);
        }
        let mut strength = self.strength(d, rate);
        if let Some(s) = scale {
            strength = strength * s;
        }
        self.slip(state, d, strength, trial.above(strength).and(d.above(state.p)));
        let force = spring.smaller(strength);
        if self.needs_rate {
            self.damp(force, self.damping, d, state.p, rate)
        } else {
            force
        }
    }

    /// [`PackedLaw::load`] with an unloading power above 1.
    #[inline(always)]
    fn load_curved(&self, state: &mut CrushState<V>, d: V, rate: V, scale: Option<V>) -> V {
        let zero = V::zero();
        let virgin = d.above(state.m);
        if virgin.any() {
            state.m = V::select(virgin, d, state.m);
            state.ku = V::select(virgin, self.unload(d), state.ku);
            let set = self.set_at(d, self.backbone(d), state.ku);
            state.p = V::select(virgin, set, state.p);
        }
        let curve = self.backbone(state.m) * power(self.share_of(state, d), self.power);
        let line = state.ku * (d - state.p).larger(zero);
        let at_rest = V::select(state.m.above(self.first_yield), curve, line);
        let mut force = at_rest * self.quickened(rate);
        if let Some(s) = scale {
            force = force * s;
        }
        if self.needs_rate {
            self.damp(force, self.damping, d, state.p, rate)
        } else {
            force
        }
    }

    /// Where `d` stands between set and turning point, 0 to 1.
    #[inline(always)]
    fn share_of(&self, state: &CrushState<V>, d: V) -> V {
        let span = state.m - state.p;
        let share = (d - state.p).larger(V::zero()) / span;
        V::select(span.above(V::zero()), share, V::zero()).smaller(V::splat(1.0))
    }

    /// Recoverable energy at compression `d`, J.
    #[inline(always)]
    pub fn stored(&self, state: &CrushState<V>, d: V) -> V {
        let strain = (d - state.p).larger(V::zero());
        let line = V::splat(0.5) * state.ku * strain * strain;
        if self.power == 1 {
            return line;
        }
        let share = self.share_of(state, d);
        let part = power(share, self.power) * share / V::splat(f64::from(self.power + 1));
        let curve = self.backbone(state.m) * (state.m - state.p) * part;
        V::select(state.m.above(self.first_yield), curve, line)
    }

    /// Add the damper: it acts while d > p, and from the moment of touch; the sum is never tensile.
    #[inline(always)]
    pub fn damp(&self, force: V, damping: V, d: V, p: V, rate: V) -> V {
        let zero = V::zero();
        let damped = (force + damping * rate).larger(zero);
        let acts = d.above(p).or(p.above(d).not().and(rate.above(zero)));
        V::select(acts, damped, force)
    }

    /// Plastic slip where the clamp at the backbone is active.
    #[inline(always)]
    fn slip(&self, state: &mut CrushState<V>, d: V, strength: V, yields: V::Mask) {
        if yields.any() {
            state.m = V::select(yields, state.m.larger(d), state.m);
            state.ku = V::select(yields, self.unload(state.m), state.ku);
            let set = state.p.larger(d - strength / state.ku);
            state.p = V::select(yields, set, state.p);
        }
    }
}

/// A number times itself, n times in all.
#[inline(always)]
pub fn power<V: Lane>(s: V, n: u32) -> V {
    if n == 8 {
        // Sheet metal: a branch that is foreseen, where the loop's are not.
        let two = s * s;
        let four = two * two;
        return four * four;
    }
    let mut square = s;
    let mut product = V::splat(1.0);
    let mut left = n;
    while left > 0 {
        if left & 1 == 1 {
            product = product * square;
        }
        square = square * square;
        left >>= 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law() -> CrushLaw {
        CrushLaw {
            crush_m: vec![0.0, 0.05, 0.3],
            force_n: vec![0.0, 100e3, 150e3],
            unload_n_per_m: vec![4e6, 4e6, 12e6],
            rate_s_per_m: 0.0,
            unload_power: 1,
            damping_n_s_per_m: 0.0,
        }
    }

    /// Loading follows the backbone, unloading follows k_u to the residual crush p, reloading the same line.
    #[test]
    fn loads_on_the_backbone_and_unloads_along_ku() {
        let packed = PackedLaw::<f64>::pack(&[&law()]);
        let mut s = packed.virgin();
        for i in 0..=2000 {
            packed.load(&mut s, 1e-4 * f64::from(i), 0.0, None);
        }
        let on_backbone = 100e3 + 50e3 * (0.2 - 0.05) / 0.25;
        let ku = 4e6 + 8e6 * (0.2 - 0.05) / 0.25;
        let f = packed.load(&mut s, 0.2, 0.0, None);
        assert!((f - on_backbone).abs() < 1e-6 * on_backbone);
        assert!((s.p - (0.2 - on_backbone / ku)).abs() < 1e-9);
        let half = 0.5 * (s.p + 0.2);
        let (p, m) = (s.p, s.m);
        assert!((packed.load(&mut s, half, 0.0, None) - ku * (half - p)).abs() < 1.0);
        assert_eq!(packed.load(&mut s, p - 0.01, 0.0, None), 0.0);
        assert_eq!((s.p, s.m), (p, m), "unloading leaves the set alone");
    }

    /// With a power n the recoverable energy is what comes back, the set is where it stops, and unloading and
    /// reloading are one curve.
    #[test]
    fn springs_back_steeply_first_with_a_power() {
        for n in [2, 3, 8] {
            let law = CrushLaw {
                unload_power: n,
                ..law()
            };
            let packed = PackedLaw::<f64>::pack(&[&law]);
            let mut s = packed.virgin();
            for i in 0..=2000 {
                packed.load(&mut s, 1e-4 * f64::from(i), 0.0, None);
            }
            let top = 100e3 + 50e3 * (0.2 - 0.05) / 0.25;
            let ku = 4e6 + 8e6 * (0.2 - 0.05) / 0.25;
            let n = f64::from(n);
            assert!((packed.load(&mut s, 0.2, 0.0, None) - top).abs() < 1e-6 * top);
            // 0.05 - n f/k_u is the most that the points before hold.
            let set = (0.2 - n * top / ku).max(0.05 - n * 100e3 / 4e6).max(0.0);
            assert!((s.p - set).abs() < 1e-9, "n = {n}: {} against {set}", s.p);
            let held = packed.stored(&s, 0.2);
            let steps = 20_000;
            let mut back = 0.0;
            let width = (0.2 - set) / f64::from(steps);
            for i in 0..steps {
                back += width * packed.load(&mut s, 0.2 - width * (f64::from(i) + 0.5), 0.0, None);
            }
            assert!((back / held - 1.0).abs() < 1e-4, "n = {n}: {back} against {held}");
            assert_eq!(packed.load(&mut s, set - 0.001, 0.0, None), 0.0);
            let (down, up) = (
                packed.load(&mut s, 0.19, 0.0, None),
                packed.load(&mut s, 0.19, 0.0, None),
            );
            assert_eq!(down, up);
        }
    }

    /// The set worked out at the turn is the largest that any point on the way would have left.
    #[test]
    fn the_set_never_falls_on_the_way() {
        let law = CrushLaw {
            crush_m: vec![0.0, 0.02, 0.05, 0.2, 0.22, 0.4],
            force_n: vec![0.0, 60e3, 20e3, 30e3, 200e3, 180e3],
            unload_n_per_m: vec![4e6, 5e6, 6e6, 9e6, 12e6, 20e6],
            unload_power: 8,
            ..law()
        };
        let packed = PackedLaw::<f64>::pack(&[&law]);
        let mut most = 0.0_f64;
        for i in 0..=50_000 {
            let m = 1e-5 * f64::from(i);
            most = most.max(m - 8.0 * packed.backbone(m) / packed.unload(m));
            let set = packed.set_at(m, packed.backbone(m), packed.unload(m));
            assert!((set - most).abs() < 1e-9, "at {m}");
        }
    }

    /// A table that starts above zero is reached along k_u d, and nothing is lost before it yields.
    #[test]
    fn a_step_at_zero_is_reached_along_ku() {
        let law = CrushLaw {
            force_n: vec![50e3, 50e3, 50e3],
            unload_power: 8,
            ..law()
        };
        let packed = PackedLaw::<f64>::pack(&[&law]);
        let mut s = packed.virgin();
        let f = packed.load(&mut s, 0.005, 0.0, None);
        assert!((f - 4e6 * 0.005).abs() < 1e-6);
        assert!((packed.stored(&s, 0.005) - 0.5 * f * 0.005).abs() < 1e-9);
        assert_eq!(packed.load(&mut s, 0.02, 0.0, None), 50e3);
    }

    /// Held constant beyond the last point.
    #[test]
    fn is_constant_beyond_the_table() {
        let packed = PackedLaw::<f64>::pack(&[&law()]);
        assert!((packed.backbone(5.0) - 150e3).abs() < 1e-6);
        assert!((packed.unload(5.0) - 12e6).abs() < 1e-3);
    }
}
