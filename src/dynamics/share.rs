//! Layer shares (model sections 3-4): the part of a layer that stands behind one tip.
//!
//! Shares of one layer are stepped in a run: law, body and outward direction are then read once, and the body's
//! force is summed in a register. Compression is measured with the setback included, so that `p` and `m` compare
//! with the approach of tip and body directly; `k` is the unloading stiffness times the share's weight.

use super::crush::PackedLaw;
use super::element::{Keep, Meter};
use super::lane::{Lane, Mask};
use super::network::Network;

/// Shares that differ only in cell and weight.
#[derive(Debug, Clone, Copy)]
pub struct ShareRun {
    /// Law index.
    pub law: usize,
    /// Body behind.
    pub body: usize,
    /// Group for reports.
    pub group: usize,
    /// Foremost layer: also holds the tip in tension.
    pub tie: bool,
    /// Outward direction of the face: +1 for vehicle 1, -1 for vehicle 2.
    pub out: f64,
    /// First share of the run.
    pub first: usize,
    /// One past the last.
    pub end: usize,
}

/// What every step reads of a share.
#[derive(Debug, Clone, Copy)]
pub struct ShareState<V> {
    /// Permanent set plus setback, m.
    pub p: V,
    /// Largest approach on the backbone, setback included, m.
    pub m: V,
    /// Unloading stiffness there, of the share, N/m.
    pub k: V,
}

/// What is read while a share yields or its tie pulls.
#[derive(Debug, Clone, Copy)]
pub struct ShareRest<V> {
    /// Setback behind the foremost layer, m.
    pub gap: V,
    /// Share of the layer's area.
    pub weight: V,
    /// 1/k, m/N.
    pub flex: V,
    /// Mass of the tip, kg.
    pub tip_kg: V,
    /// Critical damping of the tie at the present k, N s/m.
    pub tie_damping: V,
}

/// All shares of a system.
#[derive(Debug, Clone)]
pub struct Shares<V: Lane> {
    /// Runs in the order they are stepped.
    pub runs: Vec<ShareRun>,
    /// Point index of each share's tip.
    pub tips: Vec<usize>,
    /// Present state.
    pub state: Vec<ShareState<V>>,
    /// The rest.
    pub rest: Vec<ShareRest<V>>,
    /// Work meters, on the approach with setback included.
    pub meters: Vec<Meter<V>>,
    /// Did any lane push at the last step?
    pressing: Vec<bool>,
}

/// Positions and velocities the shares see.
#[derive(Clone, Copy)]
pub struct Motion<'a, V> {
    /// Displacements of all points, m.
    pub u: &'a [V],
    /// Mid-step velocities, m/s.
    pub v: &'a [V],
    /// Accelerations of the step before, m/s2.
    pub a: &'a [V],
    /// Time from mid-step to the full step, s.
    pub half: V,
    /// Step, s.
    pub dt: V,
}

impl<V: Lane> Motion<'_, V> {
    /// Velocity of a point predicted to the full step.
    #[inline(always)]
    fn velocity(&self, point: usize) -> V {
        self.v[point] + self.a[point] * self.half
    }
}

impl<V: Lane> Shares<V> {
    /// Pack the shares of networks of one topology, one per lane, in runs of one law.
    pub fn pack(nets: &[&Network], laws: &[PackedLaw<V>]) -> Self {
        let net = nets[0];
        let gather = |f: &dyn Fn(&Network) -> f64| V::from_fn(|i| f(nets[i.min(nets.len() - 1)]));
        let mut order: Vec<usize> = (0..net.shares.len()).collect();
        order.sort_by_key(|&i| (net.shares[i].law, net.shares[i].tie, i));
        let mut all = Self {
            runs: Vec::new(),
            tips: Vec::with_capacity(order.len()),
            state: Vec::with_capacity(order.len()),
            rest: Vec::with_capacity(order.len()),
            meters: vec![Meter::new(V::zero()); order.len()],
            pressing: vec![false; order.len()],
        };
        for (place, &i) in order.iter().enumerate() {
            let s = &net.shares[i];
            let run = ShareRun {
                law: s.law,
                body: s.body,
                group: s.group,
                tie: s.tie,
                out: if s.side == 0 { 1.0 } else { -1.0 },
                first: place,
                end: place + 1,
            };
            match all.runs.last_mut() {
                Some(last) if last.continues_in(&run) => last.end = run.end,
                _ => all.runs.push(run),
            }
            let gap = gather(&|n| n.shares[i].gap_m);
            let weight = gather(&|n| n.shares[i].weight);
            let tip_kg = gather(&|n| n.cells[s.cell].tip_kg[s.side].unwrap_or(0.0));
            let k = weight * laws[s.law].unload(V::zero());
            all.tips.push(net.bodies.len() + 2 * s.cell + s.side);
            all.state.push(ShareState { p: gap, m: gap, k });
            all.rest.push(ShareRest {
                gap,
                weight,
                flex: V::splat(1.0) / k,
                tip_kg,
                tie_damping: V::splat(2.0) * (k * tip_kg).root(),
            });
        }
        all
    }

    /// Forces of all shares on tips and bodies; moves their state.
    #[inline(always)]
    pub fn push(&mut self, laws: &[PackedLaw<V>], at: Motion<V>, f: &mut [V], keep: Keep) {
        let zero = V::zero();
        for run in &self.runs {
            let law = &laws[run.law];
            let out = V::splat(run.out);
            let body_u = at.u[run.body];
            let mut body_f = f[run.body];
            let range = run.first..run.end;
            let state = &mut self.state[range.clone()];
            let tips = &self.tips[range.clone()];
            for (i, (s, &tip)) in state.iter_mut().zip(tips).enumerate() {
                let i = run.first + i;
                let x = out * (body_u - at.u[tip]);
                let strain = x - s.p;
                if !run.tie && !strain.above(zero).any() {
                    if keep != Keep::Nothing {
                        self.meters[i].rest(x, self.pressing[i], keep);
                        self.pressing[i] = false;
                    }
                    continue;
                }
                let trial = s.k * strain;
                let mut force = trial.larger(zero);
                if law.needs_rate {
                    let rate = out * (at.velocity(run.body) - at.velocity(tip));
                    force = self.rest[i].load_with_rate(law, s, run.tie, x, rate, trial);
                } else {
                    // Below m the line k (x - p) stays under the backbone, since k is at least its slope there.
                    let virgin = x.above(s.m);
                    if virgin.any() {
                        let rest = &mut self.rest[i];
                        let strength = rest.weight * law.backbone(x - rest.gap);
                        rest.slip(
                            law,
                            s,
                            run.tie,
                            x,
                            strength,
                            trial.above(strength).and(virgin),
                        );
                        force = V::select(virgin, force.smaller(strength), force);
                    }
                }
                if run.tie {
                    let slack = zero.above(strain);
                    if slack.any() {
                        let rate = out * (at.velocity(run.body) - at.velocity(tip));
                        let pull = self.rest[i].tie_pull(s, x, rate, at.dt);
                        force = V::select(slack, pull, force);
                    }
                }
                if keep != Keep::Nothing {
                    self.meters[i].note(x, force, keep);
                    self.pressing[i] = true;
                }
                let push = out * force;
                body_f = body_f - push;
                f[tip] = f[tip] + push;
            }
            f[run.body] = body_f;
        }
    }
}

impl ShareRun {
    fn continues_in(&self, next: &Self) -> bool {
        let key = |r: &Self| (r.law, r.body, r.group, r.tie, r.out.to_bits());
        key(self) == key(next)
    }
}

impl<V: Lane> ShareRest<V> {
    /// Tension of a tie, at most zero: it pulls and never pushes, since a damper that did would strike when
    /// a tip stops.
    #[inline(always)]
    fn tie_pull(&self, s: &ShareState<V>, x: V, rate: V, dt: V) -> V {
        let zero = V::zero();
        let strain = x - s.p;
        let mut damper = self.tie_damping * rate;
        // The damper's force starts with a jump somewhere inside a step. That step's force carries the
        // impulse from there on (half a step more or less), as a breaking mount's.
        let back = rate * dt;
        let starts = zero.above(strain).and((strain - back).above(zero));
        if starts.any() {
            let part = strain / back + V::splat(0.5);
            damper = V::select(starts, damper * part, damper);
        }
        (s.k * strain + damper).smaller(zero)
    }

    /// A law with rate factor or damper (model section 3).
    #[inline(always)]
    fn load_with_rate(
        &mut self,
        law: &PackedLaw<V>,
        s: &mut ShareState<V>,
        tie: bool,
        x: V,
        rate: V,
        trial: V,
    ) -> V {
        let zero = V::zero();
        let strength = self.weight * law.strength(x - self.gap, rate);
        let yields = trial.above(strength).and(x.above(s.p));
        self.slip(law, s, tie, x, strength, yields);
        let force = trial.larger(zero).smaller(strength);
        law.damp(force, self.weight * law.damping, x, s.p, rate)
    }

    /// Plastic slip where the clamp at the backbone is active.
    #[inline(always)]
    fn slip(
        &mut self,
        law: &PackedLaw<V>,
        s: &mut ShareState<V>,
        tie: bool,
        x: V,
        strength: V,
        yields: V::Mask,
    ) {
        if !yields.any() {
            return;
        }
        s.m = V::select(yields, s.m.larger(x), s.m);
        if law.graded {
            let k = self.weight * law.unload(s.m - self.gap);
            s.k = V::select(yields, k, s.k);
            self.flex = V::select(yields, V::splat(1.0) / k, self.flex);
            if tie {
                let critical = V::splat(2.0) * (s.k * self.tip_kg).root();
                self.tie_damping = V::select(yields, critical, self.tie_damping);
            }
        }
        let set = s.p.larger(x - strength * self.flex);
        s.p = V::select(yields, set, s.p);
    }
}
