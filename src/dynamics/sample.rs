//! What a step writes into the frames of a record.

use super::element::Meter;
use super::lane::Lane;
use super::record::{Detail, Layout};
use super::system::System;

/// Sums over the elements of a group, in the order of the frame.
struct Groups<'a, V> {
    values: &'a mut [V],
    per_group: usize,
    work: V,
}

impl<V: Lane> Groups<'_, V> {
    #[inline(always)]
    fn add(&mut self, group: usize, force: V, d: V, work: V, stored: V) {
        let at = self.per_group * group;
        let g = &mut self.values[at..at + self.per_group];
        g[0] = g[0] + force;
        if let [_, most, done, held] = g {
            *most = most.larger(d);
            *done = *done + work;
            *held = *held + stored;
        }
        self.work = self.work + work;
    }

    /// The force alone, of a lean record.
    #[inline(always)]
    fn add_force(&mut self, group: usize, force: V) {
        let at = self.per_group * group;
        self.values[at] = self.values[at] + force;
    }
}

impl<V: Lane> System<V> {
    /// Append one frame; `scratch` has the layout's length.
    #[inline(always)]
    pub(super) fn sample(&mut self, scratch: &mut [V], frames: &mut Vec<f64>) {
        let zero = V::zero();
        if self.layout.detail == Detail::Full {
            self.shares.catch_up(&self.laws);
        }
        let layout = self.layout;
        let (nb, nc) = (layout.bodies, layout.cells);
        for b in 0..nb {
            scratch[3 * b] = self.u[b];
            scratch[3 * b + 1] = self.v[b];
            scratch[3 * b + 2] = self.a[b];
        }
        let lost = self.sample_cells(&mut scratch[3 * nb..]);
        let rest = &mut scratch[3 * nb + layout.per_cell() * nc..];
        let (values, rest) = rest.split_at_mut(layout.per_group() * layout.groups);
        let (turn, totals) = rest.split_at_mut(layout.turn());
        values.fill(zero);
        let mut groups = Groups {
            values,
            per_group: layout.per_group(),
            work: zero,
        };
        if layout.detail == Detail::Full {
            self.sample_elements(&mut groups);
        } else {
            self.sample_forces(&mut groups);
        }
        let work = groups.work;
        let mut kinetic = zero;
        let mut momentum = [zero; 2];
        for ((kg, v), side) in self.kg.iter().zip(&self.v).zip(&self.side) {
            let p = *kg * *v;
            kinetic = kinetic + V::splat(0.5) * p * *v;
            // Not by index: the sums then wait for memory at every point.
            if *side == 0 {
                momentum[0] = momentum[0] + p;
            } else {
                momentum[1] = momentum[1] + p;
            }
        }
        if let Some(yaw) = &self.yaw {
            yaw.sample(turn, &self.v[nb..], &self.kg[nb..]);
            kinetic = kinetic + yaw.kinetic();
        }
        totals[0] = kinetic;
        totals[1] = work;
        totals[2] = lost;
        totals[3] = momentum[0];
        totals[4] = momentum[1];
        totals[5] = self.contact_impulse();
        totals[6] = self.riders.pushed_work;
        for value in scratch.iter() {
            value.append_to(frames);
        }
    }

    /// Contact impulse of all cells so far, N s.
    #[inline(always)]
    pub(super) fn contact_impulse(&self) -> V {
        let mut sum = V::zero();
        for p in &self.pairs {
            sum = sum + p.impulse;
        }
        sum
    }

    /// Tips and contact impulses; returns the energy lost in contact.
    #[inline(always)]
    fn sample_cells(&self, cells: &mut [V]) -> V {
        let Layout { bodies, detail, .. } = self.layout;
        let per_cell = self.layout.per_cell();
        let mut lost = V::zero();
        for (c, (pair, told)) in self.pairs.iter().zip(&self.told).enumerate() {
            let at = per_cell * c;
            cells[at] = self.u[bodies + 2 * c];
            if detail == Detail::Full {
                cells[at + 1] = self.u[bodies + 2 * c + 1];
                cells[at + 2] = pair.impulse;
                cells[at + 3] = V::select(pair.merged, V::splat(1.0), V::zero());
            } else {
                cells[at + 1] = pair.impulse;
            }
            lost = lost + told.lost;
        }
        lost
    }

    /// Force of every element.
    #[inline(always)]
    fn sample_forces(&self, groups: &mut Groups<V>) {
        for (s, kind) in self.shares.all.iter().zip(&self.shares.kinds) {
            groups.add_force(kind.group as usize, s.meter.force.larger(V::zero()));
        }
        for e in &self.crushes {
            groups.add_force(e.group, e.meter.force);
        }
        for e in &self.mounts {
            groups.add_force(e.group, e.meter.force);
        }
        for e in &self.maxwells {
            groups.add_force(e.group, e.meter.force);
        }
        for e in &self.sliders {
            groups.add_force(e.group, e.meter.force);
        }
        for e in &self.thoraxes {
            groups.add_force(e.group, e.meter.force);
        }
    }

    /// Force, compression, work and recoverable energy of every element.
    #[inline(always)]
    fn sample_elements(&self, groups: &mut Groups<V>) {
        let zero = V::zero();
        let half = V::splat(0.5);
        for (s, kind) in self.shares.all.iter().zip(&self.shares.kinds) {
            let m = &s.meter;
            let (force, d) = (m.force.larger(zero), m.d - s.gap);
            groups.add(kind.group as usize, force, d, m.work, s.stored(kind));
        }
        for e in &self.crushes {
            let m = &e.meter;
            let d = m.d - e.gap;
            let pulled = match &e.pretension {
                Some(p) => p.pulled_m,
                None => zero,
            };
            let stored = self.laws[e.law].stored(&e.state, d + pulled);
            groups.add(e.group, m.force, d, m.work, stored);
        }
        for e in &self.mounts {
            let m = &e.meter;
            let held = V::select(e.broken, zero, half * e.stiffness * m.d * m.d);
            groups.add(e.group, m.force, m.d, m.work, held);
        }
        for e in &self.maxwells {
            let m = &e.meter;
            groups.add(e.group, m.force, m.d, m.work, by_force(m, e.stiffness));
        }
        for e in &self.sliders {
            let m = &e.meter;
            groups.add(e.group, m.force, m.d, m.work, by_force(m, e.stiffness));
        }
        for e in &self.thoraxes {
            let m = &e.meter;
            let over = (m.d - e.knee).larger(zero);
            let held = half * (e.stiffness * m.d * m.d + e.added * over * over);
            groups.add(e.group, m.force, m.d, m.work, held);
        }
    }
}

/// Energy held by a spring of this stiffness in series, J.
#[inline(always)]
fn by_force<V: Lane>(m: &Meter<V>, stiffness: V) -> V {
    V::splat(0.5) * m.force * m.force / stiffness
}
