//! Layer shares (model sections 3-4): the part of a layer that stands behind one tip.
//!
//! Compression is measured with the setback included, so that `p` and `m` compare with the approach of tip and body
//! directly. While a share is crushed beyond `m` its force is the backbone, kept as the straight piece it is on; `p`,
//! `k` and the tie's damping follow from `m` alone and are worked out when it starts to unload (`k` is nowhere below
//! the backbone's slope, so beyond `m` it always yields). Laws with rate factor or damper keep them at every step.
//! With an unloading power the force below `m` is `top ((x - p) per_span)^n`.

use super::crush::{PackedLaw, power};
use super::element::{Keep, Meter};
use super::lane::{Lane, Mask};
use super::network::Network;

/// One share. What every step reads stands first.
#[derive(Debug, Clone, Copy)]
pub struct PackedShare<V: Lane> {
    /// Permanent set plus setback, m.
    pub p: V,
    /// Largest approach on the backbone, setback included, m.
    pub m: V,
    /// Unloading stiffness there, of the share, N/m.
    pub k: V,
    /// With an unloading power: force at `m`, N; 0 before the first yield, when the line `k (x - p)` holds.
    top: V,
    /// 1/(m - p), 1/m.
    per_span: V,
    /// Body behind.
    pub body: usize,
    /// Law index.
    pub law: usize,
    /// Group for reports.
    pub group: usize,
    /// Foremost layer: also holds the tip in tension.
    pub tie: bool,
    /// With an unloading power: some lane may still be on the line before its first yield.
    lined: bool,
    /// On the backbone in some lane: `p` and `k` are behind.
    yielding: bool,
    /// Did any lane push at the last step?
    pressing: bool,
    /// Critical damping of the tie at the present k, N s/m.
    tie_damping: V,
    piece: Piece<V>,
    /// Setback behind the foremost layer, m.
    pub gap: V,
    /// Share of the layer's area.
    weight: V,
    /// Mass of the tip, kg.
    tip_kg: V,
    /// Work meter, on the approach with setback included.
    pub meter: Meter<V>,
}

/// The piece of the backbone a share is on, `strength = base + slope x` up to `to`.
#[derive(Debug, Clone, Copy)]
struct Piece<V: Lane> {
    base: V,
    slope: V,
    to: V,
    /// Lanes on it.
    yielding: V::Mask,
}

/// All shares of a system, those of a cell's first tip, then of its second, cell after cell.
#[derive(Debug, Clone)]
pub struct Shares<V: Lane> {
    /// Number of shares behind the tips of each cell.
    pub counts: Vec<[usize; 2]>,
    /// The shares.
    pub all: Vec<PackedShare<V>>,
}

/// Bodies as the shares see them at a step.
pub struct Behind<'a, V> {
    /// Displacements, m.
    pub u: &'a [V],
    /// Velocities predicted to the full step, m/s.
    pub v: &'a [V],
    /// Forces, N, added to.
    pub f: &'a mut [V],
    /// Laws.
    pub laws: &'a [PackedLaw<V>],
    /// Step, s.
    pub dt: V,
}

/// A tip as its shares see it.
#[derive(Clone, Copy)]
pub struct Front<V> {
    /// Displacement, m.
    pub u: V,
    /// Velocity predicted to the full step, m/s.
    pub v: V,
}

impl<V: Lane> Shares<V> {
    /// Pack the shares of networks of one topology, one per lane.
    pub fn pack(nets: &[&Network], laws: &[PackedLaw<V>]) -> Self {
        let net = nets[0];
        let lane = |i: usize| nets[i.min(nets.len() - 1)];
        let gather = |f: &dyn Fn(&Network) -> f64| V::from_fn(|i| f(lane(i)));
        let mut order: Vec<usize> = (0..net.shares.len()).collect();
        order.sort_by_key(|&i| (net.shares[i].cell, net.shares[i].side, i));
        let mut counts = vec![[0; 2]; net.cells.len()];
        let pack_one = |i: usize| {
            let s = &net.shares[i];
            counts[s.cell][s.side] += 1;
            let gap = gather(&|n| n.shares[i].gap_m);
            let weight = gather(&|n| n.shares[i].weight);
            let tip_kg = gather(&|n| n.cells[s.cell].tip_kg[s.side].unwrap_or(0.0));
            let k = weight * laws[s.law].unload(V::zero());
            PackedShare {
                p: gap,
                m: gap + gather(&|n| n.laws[s.law].first_yield_m()),
                k,
                top: V::zero(),
                per_span: V::zero(),
                body: s.body,
                law: s.law,
                group: s.group,
                tie: s.tie,
                lined: nets.iter().any(|n| n.laws[s.law].first_yield_m() > 0.0),
                yielding: false,
                pressing: false,
                tie_damping: V::splat(2.0) * (k * tip_kg).root(),
                piece: Piece {
                    base: V::zero(),
                    slope: V::zero(),
                    to: gap,
                    yielding: V::Mask::splat(false),
                },
                gap,
                weight,
                tip_kg,
                meter: Meter::new(V::zero()),
            }
        };
        let all = order.into_iter().map(pack_one).collect();
        Self { counts, all }
    }

    /// Bring the set and stiffness of shares that are on the backbone up to date, for a sample of stored energy.
    #[inline(always)]
    pub fn catch_up(&mut self, laws: &[PackedLaw<V>]) {
        for share in self.all.iter_mut().filter(|s| s.yielding) {
            share.turn(&laws[share.law], share.piece.yielding);
        }
    }
}

/// Force of the shares behind a tip on it; adds their reactions to the bodies and moves their state.
/// `SIDE` is the tip's: the face of vehicle 1 (0) looks along +x, that of vehicle 2 (1) along -x.
#[inline(always)]
pub fn push<const SIDE: usize, V: Lane>(
    shares: &mut [PackedShare<V>],
    behind: &mut Behind<V>,
    tip: &Front<V>,
    keep: Keep,
) -> V {
    let zero = V::zero();
    let outward = |body: V, tip: V| if SIDE == 0 { body - tip } else { tip - body };
    let mut total = zero;
    for s in shares {
        let body = s.body;
        let x = outward(behind.u[body], tip.u);
        let mut strain = x - s.p;
        if !s.tie && !strain.above(zero).any() {
            if keep != Keep::Nothing {
                s.meter.rest(x, s.pressing, keep);
                s.pressing = false;
            }
            continue;
        }
        let law = &behind.laws[s.law];
        let rate = || outward(behind.v[body], tip.v);
        let mut force;
        if law.needs_rate {
            force = s.load_with_rate(law, x, rate());
            strain = x - s.p;
        } else {
            let virgin = x.above(s.m);
            if s.yielding || virgin.any() {
                let strength = s.yields(law, x, virgin);
                strain = x - s.p;
                force = V::select(virgin, strength, s.below(law, strain));
            } else {
                force = s.below(law, strain);
            }
        }
        if s.tie {
            let slack = zero.above(strain);
            if slack.any() {
                let pull = s.tie_pull(strain, rate(), behind.dt);
                force = V::select(slack, pull, force);
            }
        }
        if keep != Keep::Nothing {
            s.meter.note(x, force, keep);
            s.pressing = true;
        }
        let body_f = &mut behind.f[body];
        if SIDE == 0 {
            *body_f = *body_f - force;
            total = total + force;
        } else {
            *body_f = *body_f + force;
            total = total - force;
        }
    }
    total
}

impl<V: Lane> PackedShare<V> {
    /// Force below the turning point at a distance `strain` from the set, N.
    #[inline(always)]
    fn below(&self, law: &PackedLaw<V>, strain: V) -> V {
        let zero = V::zero();
        if law.power == 1 {
            return (self.k * strain).larger(zero);
        }
        let curve = self.top * power((strain * self.per_span).larger(zero), law.power);
        if self.lined {
            V::select(self.top.above(zero), curve, (self.k * strain).larger(zero))
        } else {
            curve
        }
    }

    /// Recoverable energy as it stands at the meter, J. Held by the spring alone: what a damper adds to the force
    /// is not recoverable.
    #[inline(always)]
    pub fn stored(&self, law: &PackedLaw<V>) -> V {
        let zero = V::zero();
        let strain = self.meter.d - self.p;
        let strain = if self.tie {
            strain
        } else {
            strain.larger(zero)
        };
        let line = V::splat(0.5) * self.k * strain * strain;
        if law.power == 1 {
            return line;
        }
        let share = strain * self.per_span;
        let part = power(share, law.power) * strain / V::splat(f64::from(law.power + 1));
        let curved = self.top.above(zero).and(strain.above(zero));
        V::select(curved, self.top * part, line)
    }

    /// Strength at approach `x` in lanes that are beyond `m`; the others are brought up to date.
    #[inline(always)]
    fn yields(&mut self, law: &PackedLaw<V>, x: V, virgin: V::Mask) -> V {
        let stale = self.piece.yielding.and(virgin.not());
        if stale.any() {
            self.turn(law, stale);
        }
        let piece = &mut self.piece;
        piece.yielding = virgin;
        self.yielding = virgin.any();
        let passed = virgin.and(x.above(piece.to));
        if passed.any() {
            for s in law.segments() {
                let on = passed.and(self.gap.above(x - s.at).not());
                let slope = self.weight * s.slope;
                let base = self.weight * s.force - slope * (s.at + self.gap);
                piece.base = V::select(on, base, piece.base);
                piece.slope = V::select(on, slope, piece.slope);
                piece.to = V::select(on, s.to + self.gap, piece.to);
            }
        }
        self.m = self.m.larger(x);
        piece.base + piece.slope * x
    }

    /// It starts to unload at `m`: set, stiffness and tie damping there.
    #[inline(always)]
    fn turn(&mut self, law: &PackedLaw<V>, lanes: V::Mask) {
        self.stiffen(law, lanes);
        let strength = self.piece.base + self.piece.slope * self.m;
        if law.power > 1 {
            self.turn_curved(law, lanes, strength);
            return;
        }
        // A share of no width has no stiffness: `larger` then keeps its setback.
        let set = self.gap.larger(self.m - strength / self.k);
        self.p = V::select(lanes, set, self.p);
    }

    /// [`PackedShare::turn`] with an unloading power, at `strength`.
    #[inline(always)]
    fn turn_curved(&mut self, law: &PackedLaw<V>, lanes: V::Mask, strength: V) {
        let zero = V::zero();
        let set = self.gap + law.set_at(self.m - self.gap, strength, self.k);
        self.p = V::select(lanes, set, self.p);
        self.top = V::select(lanes, strength, self.top);
        let span = self.m - self.p;
        let per_span = V::select(span.above(zero), V::splat(1.0) / span, zero);
        self.per_span = V::select(lanes, per_span, self.per_span);
        self.lined = self.lined && self.top.above(zero).not().any();
    }

    /// Stiffness and tie damping at `m`.
    #[inline(always)]
    fn stiffen(&mut self, law: &PackedLaw<V>, lanes: V::Mask) {
        if !law.graded {
            return;
        }
        let k = self.weight * law.unload(self.m - self.gap);
        self.k = V::select(lanes, k, self.k);
        if self.tie {
            let critical = V::splat(2.0) * (k * self.tip_kg).root();
            self.tie_damping = V::select(lanes, critical, self.tie_damping);
        }
    }

    /// Tension of a tie, at most zero: it pulls and never pushes, since a damper that did would strike when
    /// a tip stops.
    #[inline(always)]
    fn tie_pull(&self, strain: V, rate: V, dt: V) -> V {
        let zero = V::zero();
        let mut damper = self.tie_damping * rate;
        // The damper's force starts with a jump somewhere inside a step. That step's force carries the
        // impulse from there on (half a step more or less), as a breaking mount's.
        let back = rate * dt;
        let starts = zero.above(strain).and((strain - back).above(zero));
        if starts.any() {
            let part = strain / back + V::splat(0.5);
            damper = V::select(starts, damper * part, damper);
        }
        (self.k * strain + damper).smaller(zero)
    }

    /// A law with rate factor or damper (model section 3).
    #[inline(always)]
    fn load_with_rate(&mut self, law: &PackedLaw<V>, x: V, rate: V) -> V {
        let zero = V::zero();
        if law.power > 1 {
            let virgin = x.above(self.m);
            if virgin.any() {
                self.m = V::select(virgin, x, self.m);
                self.stiffen(law, virgin);
                self.turn_curved(law, virgin, self.weight * law.backbone(x - self.gap));
            }
            let force = self.below(law, x - self.p) * law.quickened(rate);
            return law.damp(force, self.weight * law.damping, x, self.p, rate);
        }
        let trial = self.k * (x - self.p);
        let strength = self.weight * law.strength(x - self.gap, rate);
        let yields = trial.above(strength).and(x.above(self.p));
        if yields.any() {
            self.m = V::select(yields, self.m.larger(x), self.m);
            self.stiffen(law, yields);
            let set = self.p.larger(x - strength / self.k);
            self.p = V::select(yields, set, self.p);
        }
        let force = trial.larger(zero).smaller(strength);
        law.damp(force, self.weight * law.damping, x, self.p, rate)
    }
}
