//! Networks packed for the step: one per lane, all of one topology.

use super::SimulationError;
use super::contact::{Pair, Story};
use super::crush::PackedLaw;
use super::element::{
    Meter, PackedCrush, PackedMaxwell, PackedMount, PackedPort, PackedPretension, PackedSlider, PackedThorax,
};
use super::lane::{Lane, Mask};
use super::network::{CrushLaw, Drive, Network, Port, PushedSpec};
use super::record::{Detail, Layout};
use super::rider::Riders;
use super::sensor::{Sensors, at_start};
use super::share::Shares;
use super::yaw::Yaw;

/// A driven body.
#[derive(Debug, Clone)]
pub struct PackedDrive<V> {
    /// Index of the body.
    pub body: usize,
    /// Sample interval, s.
    pub dt_s: f64,
    /// Accelerations from t = 0, m/s2, along +x.
    pub acceleration: Vec<V>,
}

/// Everything the step needs. Points are the bodies, then the two tips of each cell.
#[derive(Debug, Clone)]
pub struct System<V: Lane> {
    /// Counts of bodies, cells and groups, and what is kept of a sample.
    pub layout: Layout,
    /// Displacements of points from t = 0, m, along +x.
    pub u: Vec<V>,
    /// Velocities of points, m/s, along +x; inside a step those of its middle.
    pub v: Vec<V>,
    /// Accelerations of points, m/s2, along +x.
    pub a: Vec<V>,
    /// Forces on bodies.
    pub f: Vec<V>,
    /// Velocity of bodies predicted to the full step, for forces that depend on it.
    pub vp: Vec<V>,
    /// Inverse masses of bodies; 0 for what forces cannot move.
    pub w: Vec<V>,
    /// Masses of points, kg; 0 for fixed bodies and for points of a rigid face.
    pub kg: Vec<V>,
    /// Vehicle of each point, 0 or 1.
    pub side: Vec<usize>,
    /// Tips of each cell and whether they move as one.
    pub pairs: Vec<Pair<V>>,
    /// What is told of each pair.
    pub told: Vec<Story<V>>,
    /// Force-crush laws that shares and crush elements name by index.
    pub laws: Vec<PackedLaw<V>>,
    /// Layers' shares in the cells.
    pub shares: Shares<V>,
    /// Crush elements between bodies.
    pub crushes: Vec<PackedCrush<V>>,
    /// Springs with dampers in parallel.
    pub mounts: Vec<PackedMount<V>>,
    /// Springs with dampers in series.
    pub maxwells: Vec<PackedMaxwell<V>>,
    /// Springs in series with a slider.
    pub sliders: Vec<PackedSlider<V>>,
    /// Lobdell's ribs.
    pub thoraxes: Vec<PackedThorax<V>>,
    /// Bodies of prescribed acceleration.
    pub drives: Vec<PackedDrive<V>>,
    /// Crash sensors, and what waits for them.
    pub sensors: Sensors<V>,
    /// Yaw and side grip; `None`: everything stays on the axis.
    pub yaw: Option<Box<Yaw<V>>>,
    /// Massless points that ride on bodies.
    pub riders: Riders<V>,
    /// Names of points, for messages.
    pub names: Vec<String>,
}

impl<V: Lane> PackedDrive<V> {
    /// Acceleration at a time, linear between samples, zero after the last.
    #[inline(always)]
    pub fn at(&self, now_s: f64) -> V {
        let at = now_s / self.dt_s;
        let k = at as usize;
        let last = self.acceleration.len() - 1;
        if k < last {
            let (from, to) = (self.acceleration[k], self.acceleration[k + 1]);
            from + (to - from) * V::splat(at - k as f64)
        } else if k == last && at - k as f64 <= 1e-9 {
            self.acceleration[last]
        } else {
            V::zero()
        }
    }
}

fn same<T, K: PartialEq>(
    nets: &[&Network],
    what: &'static str,
    get: impl Fn(&Network) -> &[T],
    key: impl Fn(&T) -> K,
) -> Result<(), SimulationError> {
    let first = get(nets[0]);
    let alike = nets.iter().all(|n| {
        let list = get(n);
        list.len() == first.len() && list.iter().zip(first).all(|(a, b)| key(a) == key(b))
    });
    if alike {
        Ok(())
    } else {
        Err(SimulationError::Topology(what))
    }
}

fn check_topology(nets: &[&Network]) -> Result<(), SimulationError> {
    let bodies = |p: &Port| p.terms.map(|(b, _)| b);
    same(
        nets,
        "bodies",
        |n| &n.bodies,
        |b| {
            (
                b.side,
                b.drive
                    .as_ref()
                    .map(|d: &Drive| (d.dt_s.to_bits(), d.acceleration_mps2.len())),
            )
        },
    )?;
    same(
        nets,
        "laws",
        |n| &n.laws,
        |l| (l.crush_m.len(), l.needs_rate(), l.unload_power),
    )?;
    same(nets, "cells", |n| &n.cells, |c| c.tip_kg.map(|k| k.is_some()))?;
    same(
        nets,
        "shares",
        |n| &n.shares,
        |s| (s.cell, s.side, s.body, s.law, s.tie, s.group),
    )?;
    same(
        nets,
        "crush elements",
        |n| &n.crushes,
        |c| {
            (
                bodies(&c.port),
                c.law,
                c.group,
                c.pretension.map(|p| p.sensor),
                c.ramp.map(|r| r.sensor),
            )
        },
    )?;
    same(nets, "mounts", |n| &n.mounts, |m| (bodies(&m.port), m.group))?;
    same(
        nets,
        "Maxwell elements",
        |n| &n.maxwells,
        |m| (bodies(&m.port), m.group),
    )?;
    same(nets, "sliders", |n| &n.sliders, |m| (bodies(&m.port), m.group))?;
    same(nets, "thoraxes", |n| &n.thoraxes, |m| (bodies(&m.port), m.group))?;
    if nets.iter().any(|n| n.turning_key() != nets[0].turning_key()) {
        return Err(SimulationError::Topology("yaw"));
    }
    same(
        nets,
        "riders",
        |n| &n.riders,
        |r| (r.body, r.on, r.pushed.as_ref().map(PushedSpec::places)),
    )?;
    same(nets, "sensors", |n| &n.sensors, |s| s.body)?;
    same(nets, "groups", |n| &n.groups, |g| g.clone())
}

/// One port per lane; bodies are those of the first network.
fn pack_port<V: Lane>(nets: &[&Network], get: &dyn Fn(&Network) -> Port) -> PackedPort<V> {
    let [(a, _), (b, _), _] = get(nets[0]).terms;
    let all = |p: f64, q: f64, r: f64| nets.iter().all(|n| get(n).terms.map(|(_, c)| c) == [p, q, r]);
    if all(1.0, -1.0, 0.0) {
        PackedPort::Between(a, b)
    } else if all(-1.0, 1.0, 0.0) {
        PackedPort::Between(b, a)
    } else {
        PackedPort::Sum(Box::new(std::array::from_fn(|t| {
            (
                get(nets[0]).terms[t].0,
                V::from_fn(|i| get(nets[i.min(nets.len() - 1)]).terms[t].1),
            )
        })))
    }
}

impl<V: Lane> System<V> {
    /// Pack up to `V::WIDTH` networks of one topology; missing lanes repeat the last one.
    ///
    /// # Errors
    /// [`SimulationError::Topology`] when they differ in bodies, cells or elements.
    pub fn pack(nets: &[&Network]) -> Result<Self, SimulationError> {
        check_topology(nets)?;
        let first = nets[0];
        let lane = |i: usize| nets[i.min(nets.len() - 1)];
        let gather = |f: &dyn Fn(&Network) -> f64| V::from_fn(|i| f(lane(i)));
        let (nb, nc) = (first.bodies.len(), first.cells.len());
        let count = nb + 2 * nc;
        let mut w = Vec::with_capacity(count);
        let mut kg = Vec::with_capacity(count);
        let mut v = Vec::with_capacity(count);
        let mut side = Vec::with_capacity(count);
        let mut names = Vec::with_capacity(count);
        for b in 0..nb {
            w.push(gather(&|n| {
                let body = &n.bodies[b];
                if body.fixed || body.drive.is_some() || body.kg == 0.0 {
                    0.0
                } else {
                    1.0 / body.kg
                }
            }));
            kg.push(gather(&|n| {
                if n.bodies[b].fixed { 0.0 } else { n.bodies[b].kg }
            }));
            v.push(gather(&|n| n.bodies[b].velocity_mps));
            side.push(first.bodies[b].side);
            names.push(first.bodies[b].name.clone());
        }
        for c in 0..nc {
            for s in 0..2 {
                kg.push(gather(&|n| n.cells[c].tip_kg[s].unwrap_or(0.0)));
                v.push(gather(&|n| n.cells[c].velocity_mps[s]));
                side.push(s);
                names.push(format!("tip {} of cell {}", s + 1, c + 1));
            }
        }
        let laws: Vec<PackedLaw<V>> = (0..first.laws.len())
            .map(|k| {
                let all: Vec<&CrushLaw> = nets.iter().map(|n| &n.laws[k]).collect();
                PackedLaw::pack(&all)
            })
            .collect();
        let port = |get: &dyn Fn(&Network) -> Port| pack_port(nets, get);
        let shares = Shares::pack(nets, &laws);
        let crushes = (0..first.crushes.len())
            .map(|k| {
                let e = &first.crushes[k];
                let get = |n: &Network| n.crushes[k].clone();
                PackedCrush {
                    port: port(&|n| n.crushes[k].port),
                    law: e.law,
                    gap: gather(&|n| n.crushes[k].gap_m),
                    pretension: e.pretension.map(|_| {
                        let p = |f: &dyn Fn(super::Pretension) -> f64| gather(&|n| get(n).pretension.map_or(0.0, f));
                        Box::new(PackedPretension {
                            fire_s: p(&|p| at_start(p.sensor, p.fire_s)),
                            stroke_m: p(&|p| p.stroke_m),
                            speed_mps: p(&|p| p.stroke_m / p.duration_s),
                            force_n: p(&|p| p.force_n),
                            pulled_m: V::zero(),
                            before: V::zero(),
                            locked: V::Mask::splat(false),
                        })
                    }),
                    ramp: e.ramp.map(|_| {
                        Box::new((
                            gather(&|n| get(n).ramp.map_or(0.0, |r| at_start(r.sensor, r.start_s))),
                            gather(&|n| get(n).ramp.map_or(0.0, |r| 1.0 / r.duration_s)),
                        ))
                    }),
                    state: laws[e.law].virgin(),
                    meter: Meter::new(V::zero()),
                    group: e.group,
                }
            })
            .collect();
        let mounts = (0..first.mounts.len())
            .map(|k| PackedMount {
                port: port(&|n| n.mounts[k].port),
                stiffness: gather(&|n| n.mounts[k].stiffness_n_per_m),
                damping: gather(&|n| n.mounts[k].damping_n_s_per_m),
                break_n: gather(&|n| n.mounts[k].break_n),
                can_break: nets.iter().any(|n| n.mounts[k].break_n.is_finite()),
                broken: V::Mask::splat(false),
                before: V::zero(),
                meter: Meter::new(V::zero()),
                group: first.mounts[k].group,
            })
            .collect();
        let maxwells = (0..first.maxwells.len())
            .map(|k| PackedMaxwell {
                port: port(&|n| n.maxwells[k].port),
                stiffness: gather(&|n| n.maxwells[k].stiffness_n_per_m),
                damping: gather(&|n| n.maxwells[k].damping_n_s_per_m),
                q: V::zero(),
                before: V::zero(),
                meter: Meter::new(V::zero()),
                group: first.maxwells[k].group,
            })
            .collect();
        let sliders = (0..first.sliders.len())
            .map(|k| PackedSlider {
                port: port(&|n| n.sliders[k].port),
                stiffness: gather(&|n| n.sliders[k].stiffness_n_per_m),
                flex: gather(&|n| 1.0 / n.sliders[k].stiffness_n_per_m),
                yield_n: gather(&|n| n.sliders[k].yield_n),
                slip: V::zero(),
                meter: Meter::new(V::zero()),
                group: first.sliders[k].group,
            })
            .collect();
        let thoraxes = (0..first.thoraxes.len())
            .map(|k| PackedThorax {
                port: port(&|n| n.thoraxes[k].port),
                stiffness: gather(&|n| n.thoraxes[k].stiffness_n_per_m),
                added: gather(&|n| n.thoraxes[k].added_n_per_m),
                knee: gather(&|n| n.thoraxes[k].knee_m),
                damping_in: gather(&|n| n.thoraxes[k].damping_in_n_s_per_m),
                damping_out: gather(&|n| n.thoraxes[k].damping_out_n_s_per_m),
                meter: Meter::new(V::zero()),
                group: first.thoraxes[k].group,
            })
            .collect();
        let pairs = (0..nc)
            .map(|c| {
                let w = [0, 1].map(|s| gather(&|n| n.cells[c].tip_kg[s].map_or(0.0, |kg| 1.0 / kg)));
                Pair::new(gather(&|n| n.cells[c].gap_m), w)
            })
            .collect();
        let drives = first
            .bodies
            .iter()
            .enumerate()
            .filter_map(|(b, body)| {
                let d = body.drive.as_ref()?;
                let value = |n: &Network, s: usize| n.bodies[b].drive.as_ref().map_or(0.0, |d| d.acceleration_mps2[s]);
                Some(PackedDrive {
                    body: b,
                    dt_s: d.dt_s,
                    acceleration: (0..d.acceleration_mps2.len())
                        .map(|s| gather(&|n| value(n, s)))
                        .collect(),
                })
            })
            .collect();
        let zeros = vec![V::zero(); count];
        Ok(Self {
            layout: Layout {
                bodies: nb,
                cells: nc,
                groups: first.groups.len(),
                detail: Detail::Full,
                turning: first.yaw.is_some(),
            },
            u: zeros.clone(),
            vp: v[..nb].to_vec(),
            v,
            a: zeros.clone(),
            f: zeros[..nb].to_vec(),
            w,
            kg,
            side,
            pairs,
            told: vec![Story::default(); nc],
            laws,
            shares,
            crushes,
            mounts,
            maxwells,
            sliders,
            thoraxes,
            drives,
            sensors: Sensors::pack(nets),
            yaw: Yaw::pack(nets).map(Box::new),
            riders: Riders::pack(nets),
            names,
        })
    }
}
