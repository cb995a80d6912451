//! The fixed-step scheme: leapfrog (kick, drift, kick) of second order.
//!
//! Forces that depend on velocity see it predicted to the full step, `v_half + a dt/2`; without that the
//! order drops to one. Nothing allocates inside the loop.

use std::sync::Arc;

use super::SimulationError;
use super::contact::Tip;
use super::lane::{Lane, Mask, Wide};
use super::network::Network;
use super::record::{Detail, Plan, Record};
use super::system::System;

/// Simulate one network.
///
/// # Errors
/// [`SimulationError::StepTooLarge`], [`SimulationError::NotFinite`].
pub fn simulate(net: &Network, plan: &Plan) -> Result<Record, SimulationError> {
    net.check_step(plan.step_s)?;
    let mut system = System::<f64>::pack(&[net])?;
    let mut records = run(&mut system, plan, 1)?;
    Ok(records.swap_remove(0))
}

/// Simulate networks of one topology, N at a time side by side; results are those of [`simulate`] bit for bit.
///
/// # Errors
/// As [`simulate`], and [`SimulationError::Topology`].
pub fn simulate_lanes<const N: usize>(
    nets: &[&Network],
    plan: &Plan,
) -> Result<Vec<Record>, SimulationError> {
    let mut records = Vec::with_capacity(nets.len());
    for block in nets.chunks(N) {
        for net in block {
            net.check_step(plan.step_s)?;
        }
        let mut system = System::<Wide<N>>::pack(block)?;
        records.extend(run_vectorised(&mut system, plan, block.len())?);
    }
    Ok(records)
}

/// The wide step, compiled for the vector units this machine has.
fn run_vectorised<const N: usize>(
    system: &mut System<Wide<N>>,
    plan: &Plan,
    cases: usize,
) -> Result<Vec<Record>, SimulationError> {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        fn with_avx2<const N: usize>(
            system: &mut System<Wide<N>>,
            plan: &Plan,
            cases: usize,
        ) -> Result<Vec<Record>, SimulationError> {
            run(system, plan, cases)
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the feature was just detected on this machine.
            return unsafe { with_avx2(system, plan, cases) };
        }
    }
    run(system, plan, cases)
}

#[inline(always)]
fn run<V: Lane>(
    system: &mut System<V>,
    plan: &Plan,
    cases: usize,
) -> Result<Vec<Record>, SimulationError> {
    let dt = V::splat(plan.step_s);
    let half = V::splat(0.5 * plan.step_s);
    let samples = plan.samples();
    system.layout.detail = plan.detail;
    let layout = system.layout;
    let mut frames = Vec::with_capacity((samples + 1) * layout.len() * V::WIDTH);
    let mut scratch = vec![V::zero(); layout.len()];
    system.forces(dt, V::zero());
    system.accelerations(V::zero(), V::zero());
    system.sample(&mut scratch, &mut frames);
    // Tips that start out touching meet now: a damper behind them acts from t = 0.
    let mut meetings = system.meet(V::zero());
    if meetings > 0 {
        system.predict(V::zero());
        system.forces(dt, V::zero());
        system.accelerations(V::zero(), V::zero());
    }
    let mut taken = 1;
    let mut steps = 0;
    for sample in 1..=samples {
        for sub in 0..plan.stride {
            let step = (sample - 1) * plan.stride + sub + 1;
            let now = V::splat(plan.step_s * step as f64);
            system.drift(dt, half);
            meetings += system.meet(dt);
            system.predict(half);
            system.forces(dt, now);
            system.accelerations(half, now);
            system.kick(half);
        }
        steps = sample * plan.stride;
        system.sample(&mut scratch, &mut frames);
        taken += 1;
        system.check_finite(plan.step_s * steps as f64)?;
        if let Some(settle) = plan.settle_s
            && system.settled(settle, plan.step_s * steps as f64)
        {
            break;
        }
    }
    let frames = Arc::new(frames);
    Ok((0..cases)
        .map(|lane| {
            let last = system
                .pairs
                .iter()
                .map(|p| p.last_touch_s.lane(lane))
                .fold(-1.0, f64::max);
            Record {
                frames: Arc::clone(&frames),
                layout,
                width: V::WIDTH,
                lane,
                samples: taken,
                sample_s: plan.sample_s(),
                last_touch_s: (last >= 0.0).then_some(last),
                touching_at_end: system.pairs.iter().any(|p| p.merged.lane(lane)),
                steps,
                meetings,
            }
        })
        .collect())
}

impl<V: Lane> System<V> {
    /// Half kick with the old accelerations, then drift over the whole step.
    #[inline(always)]
    fn drift(&mut self, dt: V, half: V) {
        for ((u, v), a) in self.u.iter_mut().zip(&mut self.v).zip(&self.a) {
            *v = *v + *a * half;
            *u = *u + *v * dt;
        }
    }

    /// Let tips that closed their gap in this step meet.
    #[inline(always)]
    fn meet(&mut self, dt: V) -> usize {
        let mut met = 0;
        let first = self.layout.bodies;
        for (c, pair) in self.pairs.iter_mut().enumerate() {
            let (i, j) = (first + 2 * c, first + 2 * c + 1);
            let mut a = Tip {
                u: self.u[i],
                v: self.v[i],
                a: self.a[i],
                w: self.w[i],
            };
            let mut b = Tip {
                u: self.u[j],
                v: self.v[j],
                a: self.a[j],
                w: self.w[j],
            };
            if pair.meet(&mut a, &mut b, dt) {
                met += 1;
                (self.u[i], self.v[i]) = (a.u, a.v);
                (self.u[j], self.v[j]) = (b.u, b.v);
            }
        }
        met
    }

    /// Velocity at the full step for forces that depend on it.
    #[inline(always)]
    fn predict(&mut self, half: V) {
        for ((vp, v), a) in self.vp.iter_mut().zip(&self.v).zip(&self.a) {
            *vp = *v + *a * half;
        }
    }

    /// All element forces at the present positions.
    #[inline(always)]
    fn forces(&mut self, dt: V, now: V) {
        let zero = V::zero();
        let keeps_work = self.layout.detail == Detail::Full;
        // Slices of their own: the compiler then knows that an element cannot move them.
        let (u, vp, laws) = (&self.u[..], &self.vp[..], &self.laws[..]);
        let f = &mut self.f[..];
        f.fill(zero);
        for s in &mut self.shares {
            let out = V::splat(s.out);
            let d = out * (u[s.body] - u[s.tip]) - s.gap;
            let touched = d.above(s.state.p);
            if !s.tie && !touched.or(s.meter.force.above(zero)).any() {
                if keeps_work {
                    s.meter.d = d;
                }
                continue;
            }
            let law = &laws[s.law];
            let rate = if s.tie || law.needs_rate {
                out * (vp[s.body] - vp[s.tip])
            } else {
                zero
            };
            let ku_before = s.state.ku;
            let mut force = s.weight * law.load(&mut s.state, d, rate, None);
            if s.tie {
                let graded = s.state.ku.above(ku_before);
                if graded.any() {
                    let critical = V::splat(2.0) * (s.state.ku * s.weight * s.tip_kg).root();
                    s.tie_damping = V::select(graded, critical, s.tie_damping);
                }
                let slack = s.state.p.above(d);
                if slack.any() {
                    // The tie pulls and never pushes: a damper that did would strike when a tip stops.
                    // The damper's force starts with a jump somewhere inside a step. That step's force
                    // carries the impulse from there on (half a step more or less), as a breaking mount's.
                    let since = (s.state.p - d) / (zero - rate * dt);
                    let starts = zero.above(rate).and(V::splat(1.0).above(since));
                    let part = V::select(starts, since + V::splat(0.5), V::splat(1.0));
                    let pull =
                        s.state.ku * s.weight * (d - s.state.p) + s.tie_damping * rate * part;
                    let pull = pull.smaller(zero);
                    force = V::select(slack, pull, force);
                }
            }
            if keeps_work {
                s.meter.step(d, force);
            } else {
                s.meter.force = force;
            }
            let push = out * force;
            f[s.body] = f[s.body] - push;
            f[s.tip] = f[s.tip] + push;
        }
        for e in &mut self.crushes {
            let law = &laws[e.law];
            let x = e.port.read(u);
            let rate = if law.needs_rate {
                e.port.read(vp)
            } else {
                zero
            };
            let force = e.force(law, x, rate, now, dt);
            e.port.push(force, f);
        }
        for e in &mut self.mounts {
            let force = e.force(e.port.read(u), e.port.read(vp));
            e.port.push(force, f);
        }
        for e in &mut self.maxwells {
            let force = e.force(e.port.read(u), dt);
            e.port.push(force, f);
        }
        for e in &mut self.sliders {
            let force = e.force(e.port.read(u));
            e.port.push(force, f);
        }
        for e in &mut self.thoraxes {
            let force = e.force(e.port.read(u), e.port.read(vp));
            e.port.push(force, f);
        }
    }

    /// Accelerations of bodies, tips and driven bodies.
    #[inline(always)]
    fn accelerations(&mut self, half: V, now: V) {
        let first = self.layout.bodies;
        for i in 0..first {
            self.a[i] = self.f[i] * self.w[i];
        }
        for d in &self.drives {
            let at = now.lane(0) / d.dt_s;
            let k = at as usize;
            let last = d.acceleration.len() - 1;
            self.a[d.body] = if k < last {
                let part = V::splat(at - k as f64);
                d.acceleration[k] + (d.acceleration[k + 1] - d.acceleration[k]) * part
            } else if k == last && at - k as f64 <= 1e-9 {
                d.acceleration[last]
            } else {
                V::zero()
            };
        }
        for (c, pair) in self.pairs.iter_mut().enumerate() {
            let (i, j) = (first + 2 * c, first + 2 * c + 1);
            (self.a[i], self.a[j]) =
                pair.accelerate(self.f[i], self.f[j], self.w[i], self.w[j], half, now);
        }
    }

    /// Second half kick.
    #[inline(always)]
    fn kick(&mut self, half: V) {
        for (v, a) in self.v.iter_mut().zip(&self.a) {
            *v = *v + *a * half;
        }
    }

    fn check_finite(&self, now_s: f64) -> Result<(), SimulationError> {
        match self.u.iter().position(|u| !u.finite()) {
            Some(i) => Err(SimulationError::NotFinite {
                body: self.names[i].clone(),
                time_ms: now_s * 1e3,
            }),
            None => Ok(()),
        }
    }

    /// All lanes apart for `settle` and separating?
    fn settled(&self, settle: f64, now_s: f64) -> bool {
        (0..V::WIDTH).all(|lane| {
            let quiet = self.pairs.iter().all(|p| {
                !p.merged.lane(lane) && now_s - p.last_touch_s.lane(lane).max(0.0) > settle
            });
            let mut momentum = [0.0; 2];
            let mut mass = [0.0; 2];
            for i in 0..self.v.len() {
                momentum[self.side[i]] += self.kg[i].lane(lane) * self.v[i].lane(lane);
                mass[self.side[i]] += self.kg[i].lane(lane);
            }
            let speed = |s: usize| {
                if mass[s] > 0.0 {
                    momentum[s] / mass[s]
                } else {
                    0.0
                }
            };
            quiet && speed(0) <= speed(1)
        })
    }

    /// Append one frame.
    fn sample(&self, scratch: &mut [V], frames: &mut Vec<f64>) {
        let zero = V::zero();
        let half = V::splat(0.5);
        let layout = self.layout;
        let (nb, nc) = (layout.bodies, layout.cells);
        for b in 0..nb {
            scratch[3 * b] = self.u[b];
            scratch[3 * b + 1] = self.v[b];
            scratch[3 * b + 2] = self.a[b];
        }
        let full = layout.detail == Detail::Full;
        let (per_cell, per_group) = (layout.per_cell(), layout.per_group());
        let cells = &mut scratch[3 * nb..];
        let mut lost = zero;
        for (c, pair) in self.pairs.iter().enumerate() {
            let at = per_cell * c;
            cells[at] = self.u[nb + 2 * c];
            if full {
                cells[at + 1] = self.u[nb + 2 * c + 1];
                cells[at + 2] = pair.impulse;
                cells[at + 3] = V::select(pair.merged, V::splat(1.0), zero);
            } else {
                cells[at + 1] = pair.impulse;
            }
            lost = lost + pair.lost;
        }
        let groups = &mut cells[per_cell * nc..];
        groups[..per_group * layout.groups].fill(zero);
        let mut work = zero;
        let mut add = |group: usize, force: V, d: V, done: V, stored: V| {
            let g = per_group * group;
            groups[g] = groups[g] + force;
            if full {
                groups[g + 1] = groups[g + 1].larger(d);
                groups[g + 2] = groups[g + 2] + done;
                groups[g + 3] = groups[g + 3] + stored;
            }
            work = work + done;
        };
        for s in &self.shares {
            // Held by the spring alone: what a damper adds to the force is not recoverable.
            let m = &s.meter;
            let strain = m.d - s.state.p;
            let strain = if s.tie { strain } else { strain.larger(zero) };
            let stored = half * s.state.ku * s.weight * strain * strain;
            add(s.group, m.force.larger(zero), m.d, m.work, stored);
        }
        for e in &self.crushes {
            let m = &e.meter;
            let d = m.d - e.gap;
            let pulled = e.pretension.as_ref().map_or(zero, |p| p.pulled_m);
            let strain = (d + pulled - e.state.p).larger(zero);
            add(
                e.group,
                m.force,
                d,
                m.work,
                half * e.state.ku * strain * strain,
            );
        }
        for e in &self.mounts {
            let m = &e.meter;
            let held = V::select(e.broken, zero, half * e.stiffness * m.d * m.d);
            add(e.group, m.force, m.d, m.work, held);
        }
        for e in &self.maxwells {
            let m = &e.meter;
            add(
                e.group,
                m.force,
                m.d,
                m.work,
                half * m.force * m.force / e.stiffness,
            );
        }
        for e in &self.sliders {
            let m = &e.meter;
            add(
                e.group,
                m.force,
                m.d,
                m.work,
                half * m.force * m.force / e.stiffness,
            );
        }
        for e in &self.thoraxes {
            let m = &e.meter;
            let over = (m.d - e.knee).larger(zero);
            let held = half * (e.stiffness * m.d * m.d + e.added * over * over);
            add(e.group, m.force, m.d, m.work, held);
        }
        let mut kinetic = zero;
        let mut momentum = [zero; 2];
        for i in 0..self.v.len() {
            let p = self.kg[i] * self.v[i];
            kinetic = kinetic + half * p * self.v[i];
            momentum[self.side[i]] = momentum[self.side[i]] + p;
        }
        let totals = &mut groups[per_group * layout.groups..];
        totals[0] = kinetic;
        totals[1] = work;
        totals[2] = lost;
        totals[3] = momentum[0];
        totals[4] = momentum[1];
        for value in scratch.iter() {
            for lane in 0..V::WIDTH {
                frames.push(value.lane(lane));
            }
        }
    }
}
