//! Frames of the adaptive solver, laid out as those of the fixed-step scheme.

use nalgebra::DVector;

use super::Run;
use super::elements::port_motion;

impl Run<'_> {
    /// Masses and velocities of all points with their side.
    fn moving(&self) -> impl Iterator<Item = (usize, f64, f64)> + '_ {
        let net = self.motion.net;
        let bodies = net.bodies.iter().map(|b| (b.side, if b.fixed { 0.0 } else { b.kg }));
        let tips = net
            .cells
            .iter()
            .flat_map(|c| [0, 1].map(|s| (s, c.tip_kg[s].unwrap_or(0.0))));
        let v = self.y.as_slice()[self.motion.points..].iter();
        bodies.chain(tips).zip(v).map(|((side, kg), v)| (side, kg, *v))
    }

    pub(super) fn momenta(&self) -> ([f64; 2], [f64; 2]) {
        let (mut momentum, mut mass) = ([0.0; 2], [0.0; 2]);
        for (side, kg, v) in self.moving() {
            momentum[side] += kg * v;
            mass[side] += kg;
        }
        (momentum, mass)
    }

    /// Contact impulse of all cells so far, N s.
    pub(super) fn contact_impulse(&self) -> f64 {
        let cells = 0..self.layout.cells;
        cells.map(|c| self.y[self.motion.impulse(c)]).sum()
    }

    /// Put the accelerations of the present modes into the frame of t = 0.
    pub(super) fn refresh_first_accelerations(&self, frames: &mut [f64]) {
        let dy = self.motion.at(self.time, &self.y);
        for b in 0..self.layout.bodies {
            frames[3 * b + 2] = dy[self.motion.points + b];
        }
    }

    /// Append what yaw has in a frame; its kinetic energy, J.
    fn sample_yaw(&self, dy: &DVector<f64>, frames: &mut Vec<f64>) -> f64 {
        let (m, y, n) = (&self.motion, self.y.as_slice(), self.motion.points);
        let Some(yaw) = &m.net.yaw else { return 0.0 };
        let mut kinetic = 0.0;
        for (side, turn) in yaw.vehicles.iter().enumerate() {
            let (Some(at), Some(spec)) = (m.turns[side], turn) else {
                frames.extend([0.0; 7]);
                continue;
            };
            let (omega, vy) = (at.omega(y), at.lateral_mps(y));
            let (alpha, ay) = (at.omega(dy.as_slice()), at.lateral_mps(dy.as_slice()));
            frames.extend([at.theta(y), omega, alpha, at.lateral(y), vy, ay, at.psi(y)]);
            let kg = m.net.turning_kg(side);
            kinetic += 0.5 * (spec.inertia_kgm2 * omega * omega + kg * vy * vy);
        }
        frames.extend(&y[m.taken()..m.taken() + 3]);
        let tips = m.net.cells.iter().enumerate().map(|(c, cell)| {
            let (a, b) = m.tips(c);
            let kg = cell.tip_kg.map(|kg| kg.unwrap_or(0.0));
            cell.lateral_m * (kg[0] * y[n + a] + kg[1] * y[n + b])
        });
        frames.push(tips.sum());
        kinetic
    }

    /// Append one frame, laid out as the fixed-step scheme's.
    pub(super) fn sample(&self, frames: &mut Vec<f64>) {
        let (m, n) = (&self.motion, self.motion.points);
        let (time, middle) = (self.time, m.middle_s);
        let dressed = m.dressed(time, self.y.as_slice());
        let y = &dressed[..];
        let dy = m.at(time, &self.y);
        for b in 0..self.layout.bodies {
            frames.extend([y[b], y[n + b], dy[n + b]]);
        }
        for c in 0..self.layout.cells {
            let (a, b) = m.tips(c);
            frames.extend([y[a], y[b], y[m.impulse(c)], f64::from(u8::from(m.merged[c]))]);
        }
        // Force, compression, energy held per group.
        let mut groups = vec![[0.0_f64; 3]; self.layout.groups];
        let mut add = |group: usize, force: f64, d: f64, stored: f64| {
            let g = &mut groups[group];
            *g = [g[0] + force, g[1].max(d), g[2] + stored];
        };
        for p in &m.paths {
            let (d, rate) = p.motion(y, n, time, middle);
            let force = p.force(d, rate, time, middle).max(0.0);
            add(
                p.group,
                force,
                d - p.pulled(time, middle).0,
                p.stored(d, rate, time, middle),
            );
        }
        for (i, e) in m.net.mounts.iter().enumerate() {
            let x = port_motion(&e.port, y, n).0;
            let held = if m.broken[i] {
                0.0
            } else {
                0.5 * e.stiffness_n_per_m * x * x
            };
            add(e.group, m.mount_force(i, y), x, held);
        }
        for (i, e) in m.net.maxwells.iter().enumerate() {
            let force = m.maxwell_force(i, y);
            let x = port_motion(&e.port, y, n).0;
            add(e.group, force, x, 0.5 * force * force / e.stiffness_n_per_m);
        }
        for (i, e) in m.net.sliders.iter().enumerate() {
            let force = m.slider_force(i, y);
            let x = port_motion(&e.port, y, n).0;
            add(e.group, force, x, 0.5 * force * force / e.stiffness_n_per_m);
        }
        for (i, e) in m.net.thoraxes.iter().enumerate() {
            let x = port_motion(&e.port, y, n).0;
            let over = (x - e.knee_m).max(0.0);
            let held = 0.5 * (e.stiffness_n_per_m * x * x + e.added_n_per_m * over * over);
            add(e.group, m.thorax_force(i, y), x, held);
        }
        let mut work = 0.0;
        for (g, [force, d, stored]) in groups.into_iter().enumerate() {
            let done = y[m.work(g)];
            work += done;
            frames.extend([force, d, done, stored]);
        }
        let turning = self.sample_yaw(&dy, frames);
        let moving = self.moving().map(|(_, kg, v)| 0.5 * kg * v * v);
        let kinetic: f64 = turning + moving.sum::<f64>();
        let (momentum, _) = self.momenta();
        let impulse = self.contact_impulse();
        let pushed = y[m.pushed_work()];
        frames.extend([kinetic, work, self.lost, momentum[0], momentum[1], impulse, pushed]);
    }
}
