//! Points that ride on a body without mass of their own: a seat beside the centre line (model section 11), and the
//! interior before it, which the compartment layers push rearward (section 6). What acts on them acts on the body.

use super::contact::Pair;
use super::lane::{Lane, Mask};
use super::network::Network;
use super::yaw::Yaw;

/// Time over which a cell that has met starts to count in the local intrusion, s: a cell that joins with nothing pushed
/// in would else jerk the interior back.
pub const JOINS_S: f64 = 5e-3;

/// A layer's share that pushes the interior.
#[derive(Debug, Clone, Copy)]
struct Pusher<V> {
    cell: usize,
    side: usize,
    body: usize,
    gap: V,
    weight: V,
    /// How much of it counts, as a time up to [`JOINS_S`], s.
    joined: V,
    /// `weight joined`.
    counts: V,
    /// All lanes count in full.
    settled: bool,
}

/// Local intrusion before a seat.
#[derive(Debug, Clone)]
struct Pushed<V> {
    heading: V,
    by: Vec<Pusher<V>>,
    /// Mean compression now and at the step before, m.
    now: V,
    before: V,
    /// Rate of it over the step, m/s.
    rate: V,
    /// Force on the rider at the step before, N.
    force: V,
}

/// A rider in lanes.
#[derive(Debug, Clone)]
struct PackedRider<V> {
    body: usize,
    on: usize,
    side: usize,
    eta: V,
    pushed: Option<Box<Pushed<V>>>,
}

/// All riders of a network.
#[derive(Debug, Clone)]
pub struct Riders<V> {
    all: Vec<PackedRider<V>>,
    /// Work that the pushed interior has done on what it carries, J.
    pub pushed_work: V,
}

/// What tells where a layer's share stands: displacements of bodies and tips, contacts, the step, s.
pub struct Around<'a, V: Lane> {
    /// Displacements of bodies, then of tips.
    pub u: &'a mut [V],
    /// Bodies.
    pub bodies: usize,
    /// Contacts by cell.
    pub pairs: &'a [Pair<V>],
    /// Step, s.
    pub dt: V,
}

impl<V: Lane> Riders<V> {
    /// Pack networks of one topology, one per lane.
    pub fn pack(nets: &[&Network]) -> Self {
        let lane = |i: usize| nets[i.min(nets.len() - 1)];
        let gather = |f: &dyn Fn(&Network) -> f64| V::from_fn(|i| f(lane(i)));
        let zero = V::zero();
        let all = (nets[0].riders.iter().enumerate())
            .map(|(k, r)| PackedRider {
                body: r.body,
                on: r.on,
                side: nets[0].bodies[r.on].side,
                eta: gather(&|n| n.riders[k].eta_m),
                pushed: r.pushed.as_ref().map(|p| {
                    let by = p.shares.iter().enumerate().map(|(i, &(s, _))| {
                        let part = |n: &Network| n.riders[k].pushed.as_ref().map_or(0.0, |p| p.shares[i].1);
                        let share = &nets[0].shares[s];
                        Pusher {
                            cell: share.cell,
                            side: share.side,
                            body: share.body,
                            gap: gather(&|n| n.shares[s].gap_m),
                            weight: gather(&|n| part(n) * n.shares[s].weight),
                            joined: zero,
                            counts: zero,
                            settled: false,
                        }
                    });
                    Box::new(Pushed {
                        heading: V::splat(p.heading),
                        by: by.collect(),
                        now: zero,
                        before: zero,
                        rate: zero,
                        force: zero,
                    })
                }),
            })
            .collect();
        Self { all, pushed_work: zero }
    }

    /// Put the riders where their bodies' points are, at the rates predicted to the full step.
    #[inline(always)]
    pub fn place(&mut self, around: &mut Around<V>, vp: &mut [V], yaw: Option<&Yaw<V>>) {
        for r in &mut self.all {
            let mut u = around.u[r.on];
            let mut v = vp[r.on];
            if let Some(yaw) = yaw {
                let (theta, omega) = yaw.angle(r.side);
                u = u - r.eta * theta;
                v = v - r.eta * omega;
            }
            if let Some(p) = &mut r.pushed {
                p.measure(around, yaw);
                u = u - p.heading * p.now;
                v = v - p.heading * p.rate;
            }
            around.u[r.body] = u;
            vp[r.body] = v;
        }
    }

    /// Hand what acts on the riders to the bodies and to the yaw.
    #[inline(always)]
    pub fn gather(&mut self, f: &mut [V], mut yaw: Option<&mut Yaw<V>>) {
        for r in &mut self.all {
            let force = f[r.body];
            f[r.on] = f[r.on] + force;
            if let Some(yaw) = &mut yaw {
                yaw.turn(r.side, -(r.eta * force));
            }
            if let Some(p) = &mut r.pushed {
                let moved = p.heading * (p.now - p.before);
                let work = V::splat(0.5) * (p.force + force) * moved;
                self.pushed_work = self.pushed_work + work;
                p.force = force;
            }
        }
    }

    /// Velocity and acceleration of the riders at the end of a step; the interior's own acceleration is left out.
    #[inline(always)]
    pub fn carry(&self, v: &mut [V], a: &mut [V], yaw: Option<&Yaw<V>>) {
        for r in &self.all {
            v[r.body] = v[r.on];
            a[r.body] = a[r.on];
            if let Some(yaw) = yaw {
                let t = &yaw.vehicles[r.side];
                v[r.body] = v[r.body] - r.eta * t.omega;
                a[r.body] = a[r.body] - r.eta * t.alpha;
            }
            if let Some(p) = &r.pushed {
                v[r.body] = v[r.body] - p.heading * p.rate;
            }
        }
    }
}

impl<V: Lane> Pusher<V> {
    /// It counts more the longer its cell has met; in no lane where that has not.
    #[inline(always)]
    fn join(&mut self, around: &Around<V>) -> bool {
        let met = around.pairs[self.cell].impulse.above(V::zero());
        if !met.any() {
            return false;
        }
        let full = V::splat(JOINS_S);
        let longer = (self.joined + around.dt).smaller(full);
        self.joined = V::select(met, longer, self.joined);
        self.counts = self.weight * self.joined;
        self.settled = !full.above(self.joined).any();
        true
    }
}

impl<V: Lane> Pushed<V> {
    /// Mean compression of the layers in the cells that have met, by share of area.
    #[inline(always)]
    fn measure(&mut self, around: &Around<V>, yaw: Option<&Yaw<V>>) {
        let zero = V::zero();
        let (mut sum, mut weights) = (zero, zero);
        for by in &mut self.by {
            if !by.settled && !by.join(around) {
                continue;
            }
            let mut body = around.u[by.body];
            if let Some(yaw) = yaw {
                body = body + yaw.shift(by.cell, by.side);
            }
            let tip = around.u[around.bodies + 2 * by.cell + by.side];
            let apart = if by.side == 0 { body - tip } else { tip - body };
            sum = sum + by.counts * (apart - by.gap).larger(zero);
            weights = weights + by.counts;
        }
        self.before = self.now;
        self.now = V::select(weights.above(zero), sum / weights, zero);
        self.rate = (self.now - self.before) / around.dt;
    }
}
