//! Which networks can be stepped side by side: those alike in everything but numbers.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::network::{Network, Port, PushedSpec};

impl Network {
    /// Which vehicles turn; `None` without yaw.
    pub(super) fn turning_key(&self) -> Option<[bool; 2]> {
        let yaw = self.yaw.as_ref()?;
        Some(yaw.vehicles.map(|v| v.is_some()))
    }

    /// A key that networks of one topology share: names of groups, bodies, tables' lengths,
    /// which laws have a rate, cells, and what acts on what. Networks
    /// of unlike topology have unlike keys but for the chance of a 64-bit hash.
    pub fn topology_key(&self) -> u64 {
        let h = &mut DefaultHasher::new();
        let bodies = |p: &Port| p.terms.map(|(b, _)| b);
        self.groups.hash(h);
        for b in &self.bodies {
            let drive = b.drive.as_ref();
            (b.side, drive.map(|d| (d.dt_s.to_bits(), d.acceleration_mps2.len()))).hash(h);
        }
        "laws".hash(h);
        for l in &self.laws {
            (l.crush_m.len(), l.needs_rate(), l.unload_power).hash(h);
        }
        "yaw".hash(h);
        self.turning_key().hash(h);
        for r in &self.riders {
            (r.body, r.on, r.pushed.as_ref().map(PushedSpec::places)).hash(h);
        }
        "cells".hash(h);
        for c in &self.cells {
            c.tip_kg.map(|kg| kg.is_some()).hash(h);
        }
        "shares".hash(h);
        for s in &self.shares {
            (s.cell, s.side, s.body, s.law, s.tie, s.group).hash(h);
        }
        "crushes".hash(h);
        for e in &self.crushes {
            let (pulled, ramp) = (e.pretension.map(|p| p.sensor), e.ramp.map(|r| r.sensor));
            (bodies(&e.port), e.law, pulled, ramp, e.group).hash(h);
        }
        "mounts".hash(h);
        for e in &self.mounts {
            (bodies(&e.port), e.group).hash(h);
        }
        "maxwells".hash(h);
        for e in &self.maxwells {
            (bodies(&e.port), e.group).hash(h);
        }
        "sliders".hash(h);
        for e in &self.sliders {
            (bodies(&e.port), e.group).hash(h);
        }
        "thoraxes".hash(h);
        for e in &self.thoraxes {
            (bodies(&e.port), e.group).hash(h);
        }
        "sensors".hash(h);
        for s in &self.sensors {
            s.body.hash(h);
        }
        h.finish()
    }
}
