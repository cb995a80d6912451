//! Layer shares (model sections 3-4): the part of a layer that stands behind one tip.
//!
//! Compression is measured with the setback included, so that `p` and `m` compare with the approach of tip and body
//! directly. While a share is crushed beyond `m` its force is the backbone, kept as the straight piece it is on; `p`,
//! `k` and the tie's damping follow from `m` alone and are worked out when it starts to unload (`k` is nowhere below
//! the backbone's slope, so beyond `m` it always yields). Laws with rate factor or damper keep them at every step.
//! With an unloading power the force below `m` is `rise (x - p)^n`, `rise = B(m) / (m - p)^n`.

use super::crush::{PackedLaw, power};
use super::element::{Keep, Meter};
use super::lane::{Lane, Mask};
use super::network::Network;

/// Numbers of one share, in the order in which steps need them: one that is not pressed reads `p` alone, one below `m`
/// the first three, one on the backbone `m` and its piece.
#[derive(Debug, Clone, Copy)]
pub struct PackedShare<V: Lane> {
    /// Permanent set plus setback, m.
    p: V,
    /// Largest approach on the backbone, setback included, m.
    m: V,
    /// Force below `m` is `rise (x - p)^n`, N/m^n; with an unloading power 0 before the first yield, when the line
    /// `k (x - p)` holds.
    rise: V,
    piece: Piece<V>,
    /// Unloading stiffness at `m`, of the share, N/m.
    k: V,
    /// Critical damping of the tie at the present k, N s/m.
    tie_damping: V,
    /// Setback behind the foremost layer, m.
    pub gap: V,
    /// Share of the layer's area.
    weight: V,
    /// Mass of the tip, kg.
    tip_kg: V,
    /// Work meter, on the approach with setback included.
    pub meter: Meter<V>,
    /// Lanes on the backbone.
    on_backbone: V::Mask,
}

/// What a share is and how it stands in all lanes: apart from the numbers, since a step reads it of every share.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Body behind.
    pub body: usize,
    /// Law index.
    pub law: u32,
    /// Group for reports.
    pub group: u32,
    /// Unloading power of its law.
    power: u32,
    /// Its law has a rate factor or a damper.
    needs_rate: bool,
    /// Foremost layer: also holds the tip in tension.
    tie: bool,
    /// With an unloading power: some lane may still be on the line before its first yield.
    lined: bool,
    /// On the backbone in some lane: `p` and `k` are behind.
    yielding: bool,
    /// On the backbone in every lane.
    all_yielding: bool,
    /// Did any lane push at the last step?
    pressing: bool,
}

/// The piece of the backbone a share is on, `strength = base + slope x` up to `to`.
#[derive(Debug, Clone, Copy)]
struct Piece<V: Lane> {
    base: V,
    slope: V,
    to: V,
}

/// A span between set and turning point below which a curve counts as none, m: far below what a position resolves.
const NO_SPAN_M: f64 = 1e-15;

/// All shares of a system, those of a cell's first tip, then of its second, cell after cell.
#[derive(Debug, Clone)]
pub struct Shares<V: Lane> {
    /// Number of shares behind the tips of each cell.
    pub counts: Vec<[usize; 2]>,
    /// Their kinds.
    pub kinds: Vec<Kind>,
    /// Their numbers.
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
        for &i in &order {
            counts[net.shares[i].cell][net.shares[i].side] += 1;
        }
        let kinds = order.iter().map(|&i| {
            let s = &net.shares[i];
            let law = &laws[s.law];
            Kind {
                body: s.body,
                law: s.law as u32,
                group: s.group as u32,
                power: law.power,
                needs_rate: law.needs_rate,
                tie: s.tie,
                lined: nets.iter().any(|n| n.laws[s.law].first_yield_m() > 0.0),
                yielding: false,
                all_yielding: false,
                pressing: false,
            }
        });
        let kinds = kinds.collect();
        let pack_one = |i: usize| {
            let s = &net.shares[i];
            let gap = gather(&|n| n.shares[i].gap_m);
            let weight = gather(&|n| n.shares[i].weight);
            let tip_kg = gather(&|n| n.cells[s.cell].tip_kg[s.side].unwrap_or(0.0));
            let k = weight * laws[s.law].unload(V::zero());
            let straight = laws[s.law].power == 1;
            PackedShare {
                p: gap,
                m: gap + gather(&|n| n.laws[s.law].first_yield_m()),
                rise: if straight { k } else { V::zero() },
                piece: Piece {
                    base: V::zero(),
                    slope: V::zero(),
                    to: gap,
                },
                k,
                tie_damping: V::splat(2.0) * (k * tip_kg).root(),
                gap,
                weight,
                tip_kg,
                meter: Meter::new(V::zero()),
                on_backbone: V::Mask::splat(false),
            }
        };
        let all = order.into_iter().map(pack_one).collect();
        Self { counts, kinds, all }
    }

    /// Bring the set and stiffness of shares that are on the backbone up to date, for a sample of stored energy.
    #[inline(always)]
    pub fn catch_up(&mut self, laws: &[PackedLaw<V>]) {
        for (s, kind) in self.all.iter_mut().zip(&mut self.kinds) {
            if kind.yielding {
                s.turn(kind, &laws[kind.law as usize], s.on_backbone);
            }
        }
    }
}

/// Force of the shares behind a tip on it; adds their reactions to the bodies and moves their state.
/// `SIDE` is the tip's: the face of vehicle 1 (0) looks along +x, that of vehicle 2 (1) along -x.
#[inline(always)]
pub fn push<const SIDE: usize, V: Lane>(
    shares: &mut [PackedShare<V>],
    kinds: &mut [Kind],
    behind: &mut Behind<V>,
    tip: &Front<V>,
    keep: Keep,
) -> V {
    let zero = V::zero();
    let outward = |body: V, tip: V| if SIDE == 0 { body - tip } else { tip - body };
    let mut total = zero;
    for (s, kind) in shares.iter_mut().zip(kinds) {
        let body = kind.body;
        let x = outward(behind.u[body], tip.u);
        let rate = || outward(behind.v[body], tip.v);
        // Of its own for each, so that what a tie does tells nothing of the branches behind it.
        let force = if kind.tie {
            s.hold(kind, behind.laws, x, rate, behind.dt)
        } else if let Some(force) = s.resist(kind, behind.laws, x, rate) {
            force
        } else {
            if keep != Keep::Nothing {
                s.meter.rest(x, kind.pressing, keep);
                kind.pressing = false;
            }
            continue;
        };
        if keep != Keep::Nothing {
            s.meter.note(x, force, keep);
            kind.pressing = true;
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

/// Where it is called the compiler keeps a branch, instead of the division behind it at every step.
#[cold]
fn seldom() {}

impl<V: Lane> PackedShare<V> {
    /// Force of a tie at approach `x`.
    #[inline(always)]
    fn hold(&mut self, kind: &mut Kind, laws: &[PackedLaw<V>], x: V, rate: impl Fn() -> V, dt: V) -> V {
        if kind.all_yielding && self.stays_on_its_piece(x) {
            return self.piece.base + self.piece.slope * x;
        }
        let (force, strain) = self.press(kind, laws, x, x - self.p, &rate);
        let slack = V::zero().above(strain);
        if !slack.any() {
            return force;
        }
        V::select(slack, self.tie_pull(strain, rate(), dt), force)
    }

    /// Force of a share that is no tie; `None` where it is not pressed in any lane.
    #[inline(always)]
    fn resist(&mut self, kind: &mut Kind, laws: &[PackedLaw<V>], x: V, rate: impl Fn() -> V) -> Option<V> {
        if kind.all_yielding && self.stays_on_its_piece(x) {
            return Some(self.piece.base + self.piece.slope * x);
        }
        let strain = x - self.p;
        if !strain.above(V::zero()).any() {
            return None;
        }
        Some(self.press(kind, laws, x, strain, &rate).0)
    }

    /// In every lane beyond `m` and on the same piece of the backbone as before? Then `m` follows.
    #[inline(always)]
    fn stays_on_its_piece(&mut self, x: V) -> bool {
        let leaves = x.above(self.m).not().or(x.above(self.piece.to));
        if leaves.any() {
            return false;
        }
        self.m = x;
        true
    }

    /// Force at approach `x`, which is `strain` beyond the set, and the strain after it.
    #[inline(always)]
    fn press(&mut self, kind: &mut Kind, laws: &[PackedLaw<V>], x: V, strain: V, rate: impl Fn() -> V) -> (V, V) {
        if kind.needs_rate {
            let force = self.load_with_rate(kind, &laws[kind.law as usize], x, rate());
            return (force, x - self.p);
        }
        let virgin = x.above(self.m);
        if !kind.yielding && !virgin.any() {
            return (self.below(kind, strain), strain);
        }
        let strength = self.yields(kind, &laws[kind.law as usize], x, virgin);
        let strain = x - self.p;
        let force = V::select(virgin, strength, self.below(kind, strain));
        (force, strain)
    }

    /// Force below the turning point at a distance `strain` from the set, N.
    #[inline(always)]
    fn below(&self, kind: &Kind, strain: V) -> V {
        let zero = V::zero();
        if kind.power == 1 {
            return (self.rise * strain).larger(zero);
        }
        let curve = self.rise * power(strain.larger(zero), kind.power);
        if kind.lined {
            V::select(self.rise.above(zero), curve, (self.k * strain).larger(zero))
        } else {
            curve
        }
    }

    /// Recoverable energy as it stands at the meter, J. Held by the spring alone: what a damper adds to the force
    /// is not recoverable.
    #[inline(always)]
    pub fn stored(&self, kind: &Kind) -> V {
        let zero = V::zero();
        let strain = self.meter.d - self.p;
        let strain = if kind.tie { strain } else { strain.larger(zero) };
        let line = V::splat(0.5) * self.k * strain * strain;
        if kind.power == 1 {
            return line;
        }
        let n = kind.power;
        let part = power(strain, n) * strain / V::splat(f64::from(n + 1));
        let curved = self.rise.above(zero).and(strain.above(zero));
        V::select(curved, self.rise * part, line)
    }

    /// Strength at approach `x` in lanes that are beyond `m`; the others are brought up to date.
    #[inline(always)]
    fn yields(&mut self, kind: &mut Kind, law: &PackedLaw<V>, x: V, virgin: V::Mask) -> V {
        let stale = self.on_backbone.and(virgin.not());
        if stale.any() {
            self.turn(kind, law, stale);
        }
        self.on_backbone = virgin;
        kind.yielding = virgin.any();
        kind.all_yielding = !virgin.not().any();
        let piece = &mut self.piece;
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
    fn turn(&mut self, kind: &mut Kind, law: &PackedLaw<V>, lanes: V::Mask) {
        self.stiffen(kind, law, lanes);
        let strength = self.piece.base + self.piece.slope * self.m;
        if kind.power > 1 {
            self.turn_curved(kind, law, lanes, strength);
            return;
        }
        // A share of no width has no stiffness: `larger` then keeps its setback.
        let set = self.gap.larger(self.m - strength / self.k);
        self.p = V::select(lanes, set, self.p);
    }

    /// [`PackedShare::turn`] with an unloading power, at `strength`.
    #[inline(always)]
    fn turn_curved(&mut self, kind: &mut Kind, law: &PackedLaw<V>, lanes: V::Mask, strength: V) {
        let zero = V::zero();
        let set = self.gap + law.set_at(self.m - self.gap, strength, self.k);
        self.p = V::select(lanes, set, self.p);
        let span = self.m - self.p;
        let some = span.above(V::splat(NO_SPAN_M));
        let per_span = V::select(some, V::splat(1.0) / span, zero);
        let rise = strength * power(per_span, law.power);
        self.rise = V::select(lanes, rise, self.rise);
        kind.lined = kind.lined && self.rise.above(zero).not().any();
    }

    /// Stiffness and tie damping at `m`.
    #[inline(always)]
    fn stiffen(&mut self, kind: &Kind, law: &PackedLaw<V>, lanes: V::Mask) {
        if !law.graded {
            return;
        }
        let k = self.weight * law.unload(self.m - self.gap);
        self.k = V::select(lanes, k, self.k);
        if kind.power == 1 {
            self.rise = self.k;
        }
        if kind.tie {
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
            seldom();
            let part = strain / back + V::splat(0.5);
            damper = V::select(starts, damper * part, damper);
        }
        (self.k * strain + damper).smaller(zero)
    }

    /// A law with rate factor or damper (model section 3).
    #[inline(always)]
    fn load_with_rate(&mut self, kind: &mut Kind, law: &PackedLaw<V>, x: V, rate: V) -> V {
        let zero = V::zero();
        if law.power > 1 {
            let virgin = x.above(self.m);
            if virgin.any() {
                self.m = V::select(virgin, x, self.m);
                self.stiffen(kind, law, virgin);
                let strength = self.weight * law.backbone(x - self.gap);
                self.turn_curved(kind, law, virgin, strength);
            }
            let force = self.below(kind, x - self.p) * law.quickened(rate);
            return law.damp(force, self.weight * law.damping, x, self.p, rate);
        }
        let trial = self.k * (x - self.p);
        let strength = self.weight * law.strength(x - self.gap, rate);
        let yields = trial.above(strength).and(x.above(self.p));
        if yields.any() {
            self.m = V::select(yields, self.m.larger(x), self.m);
            self.stiffen(kind, law, yields);
            let set = self.p.larger(x - strength / self.k);
            self.p = V::select(yields, set, self.p);
        }
        let force = trial.larger(zero).smaller(strength);
        law.damp(force, self.weight * law.damping, x, self.p, rate)
    }
}
