//! The fixed-step scheme: leapfrog (kick, drift, kick) of second order.
//!
//! Forces that depend on velocity see it predicted to the full step, `v_half + a dt/2`; without that the
//! order drops to one. Nothing allocates inside the loop.

use std::sync::Arc;

use super::SimulationError;
use super::contact::Tip;
use super::element::Keep;
#[cfg(target_arch = "x86_64")]
use super::lane::x86::{Avx2, Avx512, Twin};
use super::lane::{Lane, Mask, Wide};
use super::network::Network;
use super::record::{Detail, Plan, Record};
use super::rider::Around;
use super::separation::Watch;
use super::share::{Behind, push};
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

/// What the wide step runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registers {
    /// Plain arrays: any machine; the compiler finds vector instructions or none.
    Arrays,
    /// Four numbers a register.
    Avx2,
    /// Eight numbers a register.
    Avx512,
}

impl Registers {
    /// All that this machine has, the fastest last.
    pub fn available() -> Vec<Self> {
        let mut all = vec![Self::Arrays];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") {
                all.push(Self::Avx2);
            }
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
            {
                all.push(Self::Avx512);
            }
        }
        all
    }

    /// The fastest this machine has.
    pub fn best() -> Self {
        Self::available().pop().unwrap_or(Self::Arrays)
    }
}

/// Simulate networks of one topology, up to N (4 or 8) at a time side by side in the fastest registers this
/// machine has; results are those of [`simulate`] bit for bit.
///
/// # Errors
/// As [`simulate`], and [`SimulationError::Topology`].
pub fn simulate_lanes<const N: usize>(nets: &[&Network], plan: &Plan) -> Result<Vec<Record>, SimulationError> {
    simulate_in(Registers::best(), N, nets, plan)
}

/// [`simulate_lanes`] in registers of choice, for comparison.
///
/// # Errors
/// As [`simulate_lanes`]. Registers that this machine lacks are replaced by the best it has.
pub fn simulate_in(
    registers: Registers,
    width: usize,
    nets: &[&Network],
    plan: &Plan,
) -> Result<Vec<Record>, SimulationError> {
    let registers = if Registers::available().contains(&registers) {
        registers
    } else {
        Registers::best()
    };
    let mut records = Vec::with_capacity(nets.len());
    for block in nets.chunks(width.clamp(1, 8)) {
        for net in block {
            net.check_step(plan.step_s)?;
        }
        records.extend(run_block(registers, block, plan)?);
    }
    Ok(records)
}

/// The wide step, compiled for the vector units of choice.
fn run_block(registers: Registers, block: &[&Network], plan: &Plan) -> Result<Vec<Record>, SimulationError> {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: `simulate_in` asks only for registers detected on this machine.
    match registers {
        Registers::Arrays => {}
        Registers::Avx2 | Registers::Avx512 if block.len() <= 4 => {
            return unsafe { four_in_one(block, plan) };
        }
        Registers::Avx2 => return unsafe { eight_in_two(block, plan) },
        Registers::Avx512 => return unsafe { eight_in_one(block, plan) },
    }
    in_arrays(block, plan)
}

/// Up to eight cases in plain arrays, where the compiler finds vector instructions or none.
fn in_arrays(block: &[&Network], plan: &Plan) -> Result<Vec<Record>, SimulationError> {
    run(&mut System::<Wide<8>>::pack(block)?, plan, block.len())
}

/// Four cases in an AVX2 register.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn four_in_one(block: &[&Network], plan: &Plan) -> Result<Vec<Record>, SimulationError> {
    run(&mut System::<Avx2>::pack(block)?, plan, block.len())
}

/// Eight cases in two AVX2 registers.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn eight_in_two(block: &[&Network], plan: &Plan) -> Result<Vec<Record>, SimulationError> {
    run(&mut System::<Twin<Avx2>>::pack(block)?, plan, block.len())
}

/// Eight cases in an AVX-512 register.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl")]
fn eight_in_one(block: &[&Network], plan: &Plan) -> Result<Vec<Record>, SimulationError> {
    run(&mut System::<Avx512>::pack(block)?, plan, block.len())
}

/// Where a lane stopped: with early stop, lanes end at times of their own.
#[derive(Debug, Clone, Copy)]
struct Ending {
    samples: usize,
    last_touch_s: f64,
    touching: bool,
    meetings: usize,
}

#[inline(always)]
fn run<V: Lane>(system: &mut System<V>, plan: &Plan, cases: usize) -> Result<Vec<Record>, SimulationError> {
    let zero = V::zero();
    let dt = V::splat(plan.step_s);
    let half = V::splat(0.5 * plan.step_s);
    let samples = plan.samples();
    system.layout.detail = plan.detail;
    let (between, at_sample) = match plan.detail {
        Detail::Full => (Keep::Work, Keep::Work),
        Detail::Lean => (Keep::Nothing, Keep::Force),
    };
    let layout = system.layout;
    let mut frames = Vec::with_capacity((samples + 1) * layout.len() * V::WIDTH);
    let mut scratch = vec![zero; layout.len()];
    let mut endings: Vec<Option<Ending>> = vec![None; cases];
    let mut now = Moment {
        drift: zero,
        half: zero,
        dt,
        before: zero,
        now: zero,
        meets: false,
    };
    let mut live = V::Mask::splat(true);
    let mut watch = Watch::new(plan.sample_s());
    // One call of the step in this function, since it is inlined where it is called: step 0, without length, gives the
    // forces at t = 0 and comes again after that sample, when tips that start out touching meet: a damper behind
    // them acts from t = 0.
    for sample in 0..=samples {
        let first = usize::from(sample > 1);
        let last = if sample == 0 { 0 } else { plan.stride };
        now.meets = sample > 0;
        for sub in first..=last {
            let step = sample.saturating_sub(1) * plan.stride + sub;
            if step > 0 {
                (now.drift, now.half) = (dt, half);
                now.before = V::splat(plan.step_s * (step - 1) as f64);
                now.now = V::splat(plan.step_s * step as f64);
            }
            let keep = if step == 0 || sub == plan.stride {
                at_sample
            } else {
                between
            };
            system.step(&now, keep);
        }
        system.sample(&mut scratch, &mut frames);
        if sample == 0 {
            continue;
        }
        system.sense(&frames, sample, plan.sample_s());
        system.check_finite(live, plan.step_s * (sample * plan.stride) as f64)?;
        if let Some(settle) = plan.settle_s {
            let quiet_s = watch.quiet_s(system.contact_impulse(), now.now.lane(0));
            let ends = system.settled(V::splat(settle), quiet_s).and(live);
            if ends.any() {
                for (lane, ending) in endings.iter_mut().enumerate() {
                    if ends.lane(lane) {
                        *ending = Some(system.ending(lane, sample + 1, now.now.lane(0)));
                    }
                }
                live = live.and(ends.not());
                if endings.iter().all(Option::is_some) {
                    break;
                }
            }
        }
    }
    Ok(system.records(plan, frames, &endings))
}

/// Where a step stands.
struct Moment<V> {
    /// Drift, s: the step, but for the forces at t = 0.
    drift: V,
    /// Half kick, s.
    half: V,
    /// Step, s.
    dt: V,
    /// Time at its start, s.
    before: V,
    /// Time at its end, s.
    now: V,
    /// Tips that pass each other meet.
    meets: bool,
}

impl<V: Lane> System<V> {
    /// One step: half kick, drift, contact of tips, forces, half kick. Bodies drift first; then a cell's tips are
    /// read, moved, loaded and written once, since nothing but their own shares acts on them; then what rides on the
    /// bodies is placed, and the elements between all of them push.
    #[inline(always)]
    fn step(&mut self, at: &Moment<V>, keep: Keep) {
        self.drift_bodies(at);
        self.drift_yaw(at);
        self.step_cells(at, keep);
        self.place_riders(at);
        self.push_elements(at, keep);
        (self.riders).gather(&mut self.f, self.yaw.as_deref_mut());
        self.kick_bodies(at);
        if let Some(yaw) = &mut self.yaw {
            yaw.kick(at.half);
        }
        let yaw = self.yaw.as_deref();
        (self.riders).carry(&mut self.v, &mut self.a, yaw);
    }

    /// Half kick with the old accelerations, drift over the whole step, velocities predicted to the full step for
    /// forces that depend on them; clears the forces.
    #[inline(always)]
    fn drift_bodies(&mut self, at: &Moment<V>) {
        let bodies = self.u.iter_mut().zip(&mut self.v).zip(&self.a);
        for (((u, v), a), (f, vp)) in bodies.zip(self.f.iter_mut().zip(&mut self.vp)) {
            *v = *v + *a * at.half;
            *u = *u + *v * at.drift;
            *vp = *v + *a * at.half;
            *f = V::zero();
        }
    }

    /// The same for yaw and side motion.
    #[inline(always)]
    fn drift_yaw(&mut self, at: &Moment<V>) {
        if let Some(yaw) = &mut self.yaw {
            let u = &self.u[..self.layout.bodies];
            yaw.drift(at.half, at.drift, u, &self.kg, &self.side);
        }
    }

    /// Where seats and interior are now.
    #[inline(always)]
    fn place_riders(&mut self, at: &Moment<V>) {
        let mut around = Around {
            u: &mut self.u,
            bodies: self.layout.bodies,
            pairs: &self.pairs,
            dt: at.dt,
        };
        (self.riders).place(&mut around, &mut self.vp, self.yaw.as_deref());
    }

    /// Forces of the elements between bodies.
    #[inline(always)]
    fn push_elements(&mut self, at: &Moment<V>, keep: Keep) {
        // Slices of their own: the compiler then knows that an element cannot move them.
        let (u, vp, laws) = (&self.u[..], &self.vp[..], &self.laws[..]);
        let f = &mut self.f[..];
        for e in &mut self.crushes {
            if let Some(force) = e.force(&laws[e.law], u, vp, at.now, keep) {
                e.port.push(force, f);
            }
        }
        for e in &mut self.mounts {
            let force = e.force(e.port.read(u), e.port.read(vp), keep);
            e.port.push(force, f);
        }
        for e in &mut self.maxwells {
            let force = e.force(e.port.read(u), at.dt, keep);
            e.port.push(force, f);
        }
        for e in &mut self.sliders {
            let force = e.force(e.port.read(u), keep);
            e.port.push(force, f);
        }
        for e in &mut self.thoraxes {
            let force = e.force(e.port.read(u), e.port.read(vp), keep);
            e.port.push(force, f);
        }
    }

    /// The whole step of all tips, and the forces of their shares on the bodies.
    #[inline(always)]
    fn step_cells(&mut self, at: &Moment<V>, keep: Keep) {
        let nb = self.layout.bodies;
        let (bodies_u, tips_u) = self.u.split_at_mut(nb);
        let mut behind = Behind {
            u: bodies_u,
            v: &self.vp,
            f: &mut self.f,
            laws: &self.laws,
            dt: at.dt,
        };
        let u = tips_u.chunks_exact_mut(2);
        let v = self.v[nb..].chunks_exact_mut(2);
        let a = self.a[nb..].chunks_exact_mut(2);
        let pairs = self.pairs.iter_mut().zip(&mut self.told);
        let mut shares = &mut self.shares.all[..];
        let mut kinds = &mut self.shares.kinds[..];
        let points = pairs.zip(&self.shares.counts).zip(u).zip(v).zip(a);
        let mut aside = None;
        let mut places = &[][..];
        if let Some(yaw) = &self.yaw {
            aside = Some(yaw.aside());
            places = &yaw.places;
        }
        for (cell, (((((pair, told), [ahead, facing]), u), v), a)) in points.enumerate() {
            let mut first = Tip::drifted(u[0], v[0], a[0], at.half, at.drift);
            let mut second = Tip::drifted(u[1], v[1], a[1], at.half, at.drift);
            if at.meets {
                pair.meet(told, &mut first, &mut second, at.drift);
            }
            let (mut x, mut y) = (first.front(at.half), second.front(at.half));
            if let Some(aside) = &aside {
                x = aside.seen(&places[cell], 0, x);
                y = aside.seen(&places[cell], 1, y);
            }
            let (mine, others) = shares.split_at_mut(*ahead);
            let (theirs, others) = others.split_at_mut(*facing);
            shares = others;
            let (my_kinds, others) = kinds.split_at_mut(*ahead);
            let (their_kinds, others) = others.split_at_mut(*facing);
            kinds = others;
            let on_first = push::<0, V>(mine, my_kinds, &mut behind, &x, keep);
            let on_second = push::<1, V>(theirs, their_kinds, &mut behind, &y, keep);
            let (a_first, a_second) = pair.accelerate(told, on_first, on_second, at.half, at.before);
            if let Some(aside) = &mut aside {
                aside.load(&places[cell], [on_first, on_second], pair.push, first.u);
            }
            (u[0], u[1]) = (first.u, second.u);
            (v[0], v[1]) = (first.v + a_first * at.half, second.v + a_second * at.half);
            // Last: read back as a pair they would have to reach memory first.
            (a[0], a[1]) = (a_first, a_second);
        }
        if let (Some(yaw), Some(aside)) = (&mut self.yaw, &aside) {
            yaw.take(aside);
        }
    }

    /// Accelerations of bodies and driven bodies, and the second half kick.
    #[inline(always)]
    fn kick_bodies(&mut self, at: &Moment<V>) {
        for ((a, f), w) in self.a.iter_mut().zip(&self.f).zip(&self.w) {
            *a = *f * *w;
        }
        for d in &self.drives {
            self.a[d.body] = d.at(at.now.lane(0));
        }
        for (v, a) in self.v.iter_mut().zip(&self.a).take(self.layout.bodies) {
            *v = *v + *a * at.half;
        }
    }

    #[inline(always)]
    fn check_finite(&self, live: V::Mask, now_s: f64) -> Result<(), SimulationError> {
        for (u, name) in self.u.iter().zip(&self.names) {
            if u.finite().not().and(live).any() {
                return Err(SimulationError::NotFinite {
                    body: name.clone(),
                    time_ms: now_s * 1e3,
                });
            }
        }
        Ok(())
    }

    /// Lanes whose vehicles have been apart for `settle` and separate further.
    #[inline(always)]
    fn settled(&self, settle: V, quiet_s: V) -> V::Mask {
        let quiet = settle.above(quiet_s).not();
        if !quiet.any() {
            return quiet;
        }
        let zero = V::zero();
        let mut momentum = [zero; 2];
        let mut mass = [zero; 2];
        for i in 0..self.v.len() {
            let side = self.side[i];
            momentum[side] = momentum[side] + self.kg[i] * self.v[i];
            mass[side] = mass[side] + self.kg[i];
        }
        let mut speed = [zero; 2];
        for ((v, p), kg) in speed.iter_mut().zip(momentum).zip(mass) {
            *v = V::select(kg.above(zero), p / kg, zero);
        }
        quiet.and(speed[0].above(speed[1]).not())
    }

    /// A record per lane, cut at its ending.
    fn records(&self, plan: &Plan, frames: Vec<f64>, endings: &[Option<Ending>]) -> Vec<Record> {
        let samples = plan.samples();
        let end_s = plan.step_s * (samples * plan.stride) as f64;
        let frames = Arc::new(frames);
        let of = |(lane, ending): (usize, &Option<Ending>)| {
            let e = ending.unwrap_or_else(|| self.ending(lane, samples + 1, end_s));
            Record {
                frames: Arc::clone(&frames),
                layout: self.layout,
                width: V::WIDTH,
                lane,
                samples: e.samples,
                sample_s: plan.sample_s(),
                last_touch_s: (e.last_touch_s >= 0.0).then_some(e.last_touch_s),
                touching_at_end: e.touching,
                steps: (e.samples - 1) * plan.stride,
                meetings: e.meetings,
                fired_s: (self.sensors).fired_s(lane, plan.sample_s() * (e.samples - 1) as f64),
            }
        };
        endings.iter().enumerate().map(of).collect()
    }

    /// How things stand in a lane after `samples` samples.
    fn ending(&self, lane: usize, samples: usize, now_s: f64) -> Ending {
        let touching = self.pairs.iter().any(|p| p.merged.lane(lane));
        let parted = self.told.iter().map(|t| t.parted_s.lane(lane));
        Ending {
            samples,
            last_touch_s: if touching { now_s } else { parted.fold(-1.0, f64::max) },
            touching,
            meetings: (self.told.iter()).map(|t| t.meetings.lane(lane) as usize).sum(),
        }
    }
}
