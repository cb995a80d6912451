//! Yaw and side grip of two vehicles in the step (model section 11).
//!
//! Each vehicle has one yaw angle and one lateral displacement, shared by all its bodies. A cell sees them as a shift
//! of the bodies behind its tip, `psi - (Y_c - Y_i) theta`, and gives them the moment of its shares' forces about the
//! lever `eta = Y_c - Y_i - y_i` and the grip of its contact, which has the arm X of the place of contact.

use super::lane::{Lane, Mask};
use super::network::Network;
use super::share::Front;

/// Lateral sliding speed at which grip has its full size, m/s: part of the model, not of the integration.
pub const SLIP_MPS: f64 = 0.2;

/// One vehicle's yaw and side motion in lanes.
#[derive(Debug, Clone, Copy)]
pub struct Turning<V> {
    inverse_inertia: V,
    /// Inverse of the mass of bodies and occupants; 0: it does not move sideways.
    inverse_kg: V,
    /// Place of the mass centre at the start along x, m.
    start: V,
    /// Yaw inertia, kg m2.
    inertia: V,
    /// Mass of bodies and occupants, kg.
    kg: V,
    /// Yaw angle, rad, and its rates; clockwise seen from above.
    pub theta: V,
    /// rad/s.
    pub omega: V,
    /// rad/s2.
    pub alpha: V,
    /// Lateral displacement, m, to vehicle 1's right.
    pub y: V,
    /// m/s.
    pub vy: V,
    /// m/s2.
    pub ay: V,
    /// Integral of y theta', m.
    pub psi: V,
    /// Rates predicted to the full step.
    omega_at: V,
    vy_at: V,
    /// Place of the mass centre along x, m.
    centre: V,
    /// Centre line in vehicle 1's frame at the start, m.
    centre_line: V,
    /// Shift along x of the bodies on vehicle 1's centre line, m.
    shift: V,
    /// Moment of this step, N m.
    moment: V,
    /// Lateral force of this step, N.
    pull: V,
}

/// Where a cell is: laterally in vehicle 1's frame, the setback of vehicle 1's tip.
#[derive(Debug, Clone, Copy)]
pub struct Place<V> {
    lateral: V,
    setback: V,
}

/// Both vehicles as the cells see them at a step, and what the cells' forces on them add up to: a value of its own,
/// so that the sums stay in registers.
///
/// Grip g acts at the arm `X - C` of each vehicle, so the sums of g and X g tell both moments, and with the slip
/// linear in X also the power.
#[derive(Debug, Clone, Copy)]
pub struct Aside<V> {
    shift: [V; 2],
    theta: [V; 2],
    omega: [V; 2],
    /// Where the mass centres are laterally, but for the lever, m.
    beside: [V; 2],
    /// Lateral sliding speed at X = 0, m/s, and its growth with X, 1/s.
    slip: [V; 2],
    friction: V,
    moment: [V; 2],
    /// Sum of the grip on vehicle 2, N, and of its moment about X = 0, N m.
    grip: [V; 2],
}

/// Yaw of both vehicles in lanes.
#[derive(Debug, Clone)]
pub struct Yaw<V> {
    /// Vehicle 1 and 2.
    pub vehicles: [Turning<V>; 2],
    /// Where the cells are.
    pub places: Vec<Place<V>>,
    friction: V,
    /// Power that the grip takes at this step and took at the last, W.
    power: [V; 2],
    /// Energy taken by the grip, J.
    pub grip_work: V,
    /// Sum of the lateral forces on vehicle 2 and of their moments about the origin, now and at the last step.
    on_second: [[V; 2]; 2],
    /// Lateral impulse on vehicle 2, N s, and its moment about the origin, N m s.
    pub taken: [V; 2],
}

impl<V: Lane> Yaw<V> {
    /// Pack networks of one topology, one per lane; `None` when they do not turn.
    pub fn pack(nets: &[&Network]) -> Option<Self> {
        nets[0].yaw.as_ref()?;
        let lane = |i: usize| nets[i.min(nets.len() - 1)];
        let gather = |f: &dyn Fn(&Network) -> f64| V::from_fn(|i| f(lane(i)));
        let zero = V::zero();
        let of = |n: &Network, s: usize| n.yaw.as_ref().and_then(|y| y.vehicles[s]);
        let vehicles = [0, 1].map(|s: usize| {
            let kg = gather(&|n| of(n, s).map_or(0.0, |_| n.turning_kg(s)));
            let inertia = gather(&|n| of(n, s).map_or(0.0, |t| t.inertia_kgm2));
            let inverse = |of_lane: &dyn Fn(&Network) -> f64| gather(&|n| of(n, s).map_or(0.0, |_| 1.0 / of_lane(n)));
            Turning {
                inverse_inertia: inverse(&|n| of(n, s).map_or(1.0, |t| t.inertia_kgm2)),
                inverse_kg: inverse(&|n| n.turning_kg(s)),
                start: gather(&|n| of(n, s).map_or(0.0, |t| t.mass_centre_m)),
                inertia,
                kg,
                theta: zero,
                omega: zero,
                alpha: zero,
                y: zero,
                vy: zero,
                ay: zero,
                psi: zero,
                omega_at: zero,
                vy_at: zero,
                centre: zero,
                centre_line: gather(&|n| n.yaw.as_ref().map_or(0.0, |y| y.centre_line_m[s])),
                shift: zero,
                moment: zero,
                pull: zero,
            }
        });
        let places = (0..nets[0].cells.len())
            .map(|c| Place {
                lateral: gather(&|n| n.cells[c].lateral_m),
                setback: gather(&|n| n.cells[c].setback_m),
            })
            .collect();
        Some(Self {
            vehicles,
            places,
            friction: gather(&|n| n.yaw.as_ref().map_or(0.0, |y| y.friction)),
            power: [zero; 2],
            grip_work: zero,
            on_second: [[zero; 2]; 2],
            taken: [zero; 2],
        })
    }

    /// Half kick and drift of angle and side motion; where the mass centres are now, by `u` of the bodies.
    #[inline(always)]
    pub fn drift(&mut self, half: V, drift: V, u: &[V], kg: &[V], side: &[usize]) {
        let mut moved = [V::zero(); 2];
        for ((u, kg), side) in u.iter().zip(kg).zip(side) {
            // Not by index: the sums then wait for memory at every body.
            if *side == 0 {
                moved[0] = moved[0] + *kg * *u;
            } else {
                moved[1] = moved[1] + *kg * *u;
            }
        }
        for (t, moved) in self.vehicles.iter_mut().zip(moved) {
            t.omega = t.omega + t.alpha * half;
            t.vy = t.vy + t.ay * half;
            t.theta = t.theta + t.omega * drift;
            let before = t.y;
            t.y = t.y + t.vy * drift;
            t.psi = t.psi + V::splat(0.5) * (before + t.y) * t.omega * drift;
            t.omega_at = t.omega + t.alpha * half;
            t.vy_at = t.vy + t.ay * half;
            t.centre = t.start + moved * t.inverse_kg;
            t.shift = t.psi + t.centre_line * t.theta;
            t.moment = V::zero();
            t.pull = V::zero();
        }
        self.power = [V::zero(), self.power[0]];
        self.on_second = [[V::zero(); 2], self.on_second[0]];
    }

    /// Angle of a vehicle and its rate predicted to the full step.
    #[inline(always)]
    pub fn angle(&self, side: usize) -> (V, V) {
        let t = &self.vehicles[side];
        (t.theta, t.omega_at)
    }

    /// Add a moment to those of this step, N m.
    #[inline(always)]
    pub fn turn(&mut self, side: usize, moment: V) {
        let t = &mut self.vehicles[side];
        t.moment = t.moment + moment;
    }

    /// Shift along x of a vehicle's bodies at a cell, m.
    #[inline(always)]
    pub fn shift(&self, cell: usize, side: usize) -> V {
        let t = &self.vehicles[side];
        t.shift - self.places[cell].lateral * t.theta
    }

    /// As the cells see the vehicles at this step.
    #[inline(always)]
    pub fn aside(&self) -> Aside<V> {
        let [a, b] = &self.vehicles;
        let zero = V::zero();
        Aside {
            shift: [a.shift, b.shift],
            theta: [a.theta, b.theta],
            omega: [a.omega_at, b.omega_at],
            beside: [a.centre_line + a.y, b.centre_line + b.y],
            slip: [
                a.vy_at - a.centre * a.omega_at - (b.vy_at - b.centre * b.omega_at),
                a.omega_at - b.omega_at,
            ],
            friction: self.friction,
            moment: [zero; 2],
            grip: [zero; 2],
        }
    }

    /// What the cells' forces add up to acts on the vehicles.
    #[inline(always)]
    pub fn take(&mut self, cells: &Aside<V>) {
        let [grip, about] = cells.grip;
        let [a, b] = &mut self.vehicles;
        a.moment = a.moment + cells.moment[0] - (about - a.centre * grip);
        b.moment = b.moment + cells.moment[1] + (about - b.centre * grip);
        a.pull = a.pull - grip;
        b.pull = b.pull + grip;
        self.power[0] = cells.slip[0] * grip + cells.slip[1] * about;
        self.on_second[0] = [grip, about];
    }

    /// Accelerations and the second half kick.
    #[inline(always)]
    pub fn kick(&mut self, half: V) {
        for t in &mut self.vehicles {
            t.alpha = t.moment * t.inverse_inertia;
            t.ay = t.pull * t.inverse_kg;
            t.omega = t.omega + t.alpha * half;
            t.vy = t.vy + t.ay * half;
        }
        self.grip_work = self.grip_work + (self.power[0] + self.power[1]) * half;
        for k in 0..2 {
            self.taken[k] = self.taken[k] + (self.on_second[0][k] + self.on_second[1][k]) * half;
        }
    }

    /// Write the values of a frame ([`super::record::Turn`] of both vehicles, then what grip and vehicle 2 took).
    #[inline(always)]
    pub fn sample(&self, values: &mut [V], tips_v: &[V], tips_kg: &[V]) {
        let [a, b] = &self.vehicles;
        let of = |t: &Turning<V>| [t.theta, t.omega, t.alpha, t.y, t.vy, t.ay, t.psi];
        values[..7].copy_from_slice(&of(a));
        values[7..14].copy_from_slice(&of(b));
        let tips = tips_v.chunks_exact(2).zip(tips_kg.chunks_exact(2));
        let mut moment = V::zero();
        for ((v, kg), place) in tips.zip(&self.places) {
            moment = moment + place.lateral * (kg[0] * v[0] + kg[1] * v[1]);
        }
        values[14..].copy_from_slice(&[self.grip_work, self.taken[0], self.taken[1], moment]);
    }

    /// Kinetic energy of yaw and side motion, J.
    #[inline(always)]
    pub fn kinetic(&self) -> V {
        let half = V::splat(0.5);
        let of = |t: &Turning<V>| half * (t.inertia * t.omega * t.omega + t.kg * t.vy * t.vy);
        of(&self.vehicles[0]) + of(&self.vehicles[1])
    }
}

impl<V: Lane> Aside<V> {
    /// Lever of a cell about a vehicle's mass centre, m.
    #[inline(always)]
    fn lever(&self, at: &Place<V>, side: usize) -> V {
        at.lateral - self.beside[side]
    }

    /// A tip as the shares of a vehicle that has turned see it: their bodies' shift is taken off the tip.
    #[inline(always)]
    pub fn seen(&self, at: &Place<V>, side: usize, tip: Front<V>) -> Front<V> {
        let shift = self.shift[side] - at.lateral * self.theta[side];
        Front {
            u: tip.u - shift,
            v: tip.v + self.lever(at, side) * self.omega[side],
        }
    }

    /// Moments of a cell's shares, of whose tips `on_tips` are the forces, and grip of its contact force `push` at
    /// vehicle 1's tip `u`.
    #[inline(always)]
    pub fn load(&mut self, at: &Place<V>, on_tips: [V; 2], push: V, u: V) {
        // The bodies behind feel the tip's force reversed.
        self.moment[0] = self.moment[0] + self.lever(at, 0) * on_tips[0];
        self.moment[1] = self.moment[1] + self.lever(at, 1) * on_tips[1];
        let limit = self.friction * push;
        if !limit.above(V::zero()).any() {
            return;
        }
        let place = u - at.setback;
        let slip = self.slip[0] + place * self.slip[1];
        let share = (slip * V::splat(1.0 / SLIP_MPS))
            .larger(V::splat(-1.0))
            .smaller(V::splat(1.0));
        let grip = limit * share;
        self.grip[0] = self.grip[0] + grip;
        self.grip[1] = self.grip[1] + place * grip;
    }
}
