//! Model section 3: an elastic spring in series with a plastic slider whose strength is the backbone.
//!
//! ```text
//! B(d, d') = f(d) (1 + r max(d', 0))
//! F        = clamp(k_u(m) (d - p), 0, B)
//! while clamped at B:  m = max(m, d),  p = max(p, d - B / k_u(m))
//! ```
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
        let turn = |x: &[f64], y: &[f64], k: usize| {
            slope(x, y, k) - if k > 0 { slope(x, y, k - 1) } else { 0.0 }
        };
        let hinges = (0..points)
            .map(|k| Hinge {
                at: V::from_fn(|i| lane(i).crush_m[k]),
                force: V::from_fn(|i| turn(&lane(i).crush_m, &lane(i).force_n, k)),
                unload: V::from_fn(|i| turn(&lane(i).crush_m, &lane(i).unload_n_per_m, k)),
            })
            .collect();
        let segments = (0..points)
            .map(|k| Segment {
                at: V::from_fn(|i| lane(i).crush_m[k]),
                force: V::from_fn(|i| lane(i).force_n[k]),
                slope: V::from_fn(|i| slope(&lane(i).crush_m, &lane(i).force_n, k)),
                to: V::from_fn(|i| *lane(i).crush_m.get(k + 1).unwrap_or(&f64::INFINITY)),
            })
            .collect();
        Self {
            hinges,
            segments,
            force_0: V::from_fn(|i| lane(i).force_n[0]),
            unload_0: V::from_fn(|i| lane(i).unload_n_per_m[0]),
            rate: V::from_fn(|i| lane(i).rate_s_per_m),
            damping: V::from_fn(|i| lane(i).damping_n_s_per_m),
            needs_rate: laws.iter().any(|l| l.needs_rate()),
            graded: laws
                .iter()
                .any(|l| l.unload_n_per_m.windows(2).any(|w| w[0] != w[1])),
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
        self.backbone(d) * (V::splat(1.0) + self.rate * rate.larger(V::zero()))
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

    /// State of an element that has never been loaded.
    pub fn virgin(&self) -> CrushState<V> {
        CrushState {
            p: V::zero(),
            m: V::zero(),
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
        self.slip(
            state,
            d,
            strength,
            trial.above(strength).and(d.above(state.p)),
        );
        let force = spring.smaller(strength);
        if self.needs_rate {
            self.damp(force, self.damping, d, state.p, rate)
        } else {
            force
        }
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

    /// Held constant beyond the last point.
    #[test]
    fn is_constant_beyond_the_table() {
        let packed = PackedLaw::<f64>::pack(&[&law()]);
        assert!((packed.backbone(5.0) - 150e3).abs() < 1e-6);
        assert!((packed.unload(5.0) - 12e6).abs() < 1e-3);
    }
}
