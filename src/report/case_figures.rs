//! The figures of one collision: pulses, force and crush, occupants, energy, and how the two faces meet.
//!
//! Signals are filtered for display with the classes of SAE J211 (note N1, [`crate::model`]); every number
//! printed in a figure is that of the result, not read off the filtered curve.

use crate::collision::result::CaseResult;
use crate::collision::{Case, Finished};
use crate::plot::{Curve, Figure, Theme, energy_flow, force_crush, layers, pulse};
use crate::signal::cfc::Cfc;
use crate::units::{G0, KMH, MM};

use super::case_view::View;
use super::text::fixed;
use super::{NamedFigure, ReportError, occupant_figure};

/// Time before contact given to the filter of forces, s: a load cell reads zero there.
const LEAD_S: f64 = 0.02;
/// Shown of the pulses after the vehicles have parted, s.
const AFTER_S: f64 = 0.03;

/// All figures of a finished case, those with an occupant's histories after the vehicles'.
///
/// # Errors
/// [`ReportError`] when a channel is too short for its filter or a figure has nothing to draw.
pub fn case_figures(case: &Case, finished: &Finished, result: &CaseResult) -> Result<Vec<NamedFigure>, ReportError> {
    let view = View::new(case, finished, result);
    let mut all = vec![view.cabin_pulses()?, view.force_crush()?];
    all.extend(occupant_figure::all(&view)?);
    all.push(view.energy_flow()?);
    all.push(view.faces()?);
    if view.has_plan() {
        all.push(view.plan_view()?);
    }
    Ok(all)
}

impl View<'_> {
    fn cabin_pulses(&self) -> Result<NamedFigure, ReportError> {
        let record = &self.finished.record;
        let shown = self.shown(AFTER_S);
        let (mut upper, mut lower) = (Vec::new(), Vec::new());
        for side in self.moving() {
            let map = &self.finished.assembly.maps[side];
            let decel: Vec<f64> = record.a(map.cabin).iter().map(|a| -map.outward * a / G0).collect();
            let mut decel = self.filtered("the cabin pulse", Cfc::C60, &decel)?;
            decel.truncate(shown);
            let speed = record.v(map.cabin);
            let speed = speed[..shown].iter().map(|v| map.heading * v / KMH).collect();
            upper.push(Curve::new(self.name(side), self.times_ms(shown), decel));
            lower.push(Curve::new(self.name(side), self.times_ms(shown), speed));
        }
        let peaks: Vec<String> = self
            .moving()
            .map(|s| {
                let v = &self.result.vehicles[s];
                format!(
                    "{}: peak {} g at {} ms, delta-v {} km/h, OLC {} g",
                    self.name(s),
                    fixed(Some(v.peak_g_cfc60), 1),
                    fixed(Some(v.time_of_peak_ms), 0),
                    fixed(Some(v.delta_v_mps / KMH), 1),
                    fixed(v.olc_g, 1)
                )
            })
            .collect();
        let caption = format!(
            "Cabin deceleration (CFC 60) and cabin velocity along each vehicle's own heading: {}. {}. \
             Last contact at {} ms.",
            self.title(),
            peaks.join("; "),
            fixed(Some(self.result.separation_ms), 0)
        );
        let input = pulse::Input {
            heading: self.heading("", &caption),
            quantity: "Cabin deceleration (g), CFC 60".to_string(),
            unit: "g".to_string(),
            curves: upper,
            mark_peaks: true,
            lower_quantity: "Cabin velocity along own heading (km/h)".to_string(),
            lower_curves: lower,
        };
        Ok(("cabin-pulses".to_string(), pulse::draw(&input, &self.theme)?, caption))
    }

    /// Contact force of a cell in the interval that ends at a sample, N: impulses hold plastic contact too.
    fn cell_force(&self, cell: usize, sample: usize) -> f64 {
        let record = &self.finished.record;
        (record.impulse_at(cell, sample) - record.impulse_at(cell, sample - 1)) / record.sample_s
    }

    /// Crush of a vehicle's front at each sample, m: the approach of tips and cabin, averaged over cells by the
    /// contact force they carry at that moment, `dx = sum(F_c dx_c) / sum(F_c)`.
    ///
    /// Conjugate to the total force: the area under force against it is the work of the contact on this front.
    /// Against a wall it is the cabin's displacement; of a pair the two add up to the approach of the cabins
    /// since they first touched. With yaw the cabin is its point at the cell.
    fn crush_m(&self, side: usize) -> Vec<f64> {
        let record = &self.finished.record;
        let map = &self.finished.assembly.maps[side];
        let behind = |cell: usize, sample: usize| {
            map.outward * (self.cabin_at_cell(side, cell, sample) - record.tip_at(cell, side, sample))
        };
        let mut crush = vec![0.0];
        let mut at = 0.0;
        for s in 1..=self.parted {
            let (mut work, mut force) = (0.0, 0.0);
            for c in 0..self.finished.assembly.cells.len() {
                let f = self.cell_force(c, s);
                work += f * (behind(c, s) - behind(c, s - 1));
                force += f;
            }
            if force > 0.0 {
                at += work / force;
            }
            crush.push(at);
        }
        crush
    }

    /// Total contact force at each sample up to the parting, CFC 60, N.
    fn contact_force_n(&self) -> Result<Vec<f64>, ReportError> {
        let record = &self.finished.record;
        let cells = self.finished.assembly.cells.len();
        let last = record.len() - 1;
        let impulse = |s: usize| -> f64 { (0..cells).map(|c| record.impulse_at(c, s)).sum() };
        let lead = (LEAD_S / record.sample_s) as usize;
        let mut raw = vec![0.0; lead];
        raw.extend(record.range().map(|s| {
            let (a, b) = (s.saturating_sub(1), (s + 1).min(last));
            (impulse(b) - impulse(a)) / ((b - a).max(1) as f64 * record.sample_s)
        }));
        let filtered = self.filtered("the contact force", Cfc::C60, &raw)?;
        Ok(filtered[lead..=lead + self.parted].to_vec())
    }

    fn force_crush(&self) -> Result<NamedFigure, ReportError> {
        let force_kn: Vec<f64> = self.contact_force_n()?.iter().map(|f| f * 1e-3).collect();
        let peak = force_kn.iter().copied().fold(0.0, f64::max);
        let loops: Vec<force_crush::Loop> = self
            .moving()
            .map(|side| force_crush::Loop {
                name: self.name(side),
                crush_mm: self.crush_m(side).iter().map(|x| x / MM).collect(),
                force_kn: force_kn.clone(),
                absorbed_kj: None,
                returned_kj: None,
            })
            .collect();
        let arrangement = if loops.len() == 2 {
            force_crush::Arrangement::Mirrored
        } else {
            force_crush::Arrangement::Overlaid
        };
        let caption = format!(
            "Contact force (CFC 60, peak {peak:.0} kN) against the crush of each front: {}. Crush is the approach \
             of front end and cabin, averaged over the contact by the force each part carries, so that the shaded \
             area is the work done on that front (what it takes to stop masses ahead of the cabin included){}.",
            self.title(),
            if loops.len() == 2 {
                "; at equal force the weaker front gives way"
            } else {
                ""
            }
        );
        let input = force_crush::Input {
            heading: self.heading("", &caption),
            loops,
            arrangement,
        };
        let figure = force_crush::draw(&input, &self.theme)?;
        Ok(("force-crush".to_string(), figure, caption))
    }

    /// Kinetic energy that a collision can take at a sample, kJ: relative to the common centre of mass, or all of
    /// it against a fixed barrier.
    fn relative_energy_kj(&self, sample: usize) -> f64 {
        let record = &self.finished.record;
        let kinetic = record.kinetic_at(sample);
        if self.vehicle(1).is_fixed() {
            return kinetic * 1e-3;
        }
        let momentum = record.momentum_at(0, sample) + record.momentum_at(1, sample);
        let mass = self.vehicle(0).total_kg() + self.vehicle(1).total_kg();
        (kinetic - 0.5 * momentum * momentum / mass) * 1e-3
    }

    /// Where the energy was at the parting; shares below 0.2 % of `initial_kj` are left out.
    fn energy_groups(&self, initial_kj: f64) -> Vec<energy_flow::Group> {
        let record = &self.finished.record;
        let s = self.parted;
        let part = |name: &str, groups: &[usize]| {
            let sum = |f: &dyn Fn(usize) -> f64| groups.iter().map(|&g| f(g)).sum::<f64>() * 1e-3;
            let stored = sum(&|g| record.stored_at(g, s));
            energy_flow::Share {
                name: name.to_string(),
                dissipated_kj: sum(&|g| record.work_at(g, s)) - stored,
                recoverable_kj: stored,
            }
        };
        // Slivers would make the figure a list.
        let visible = |p: &energy_flow::Share| p.dissipated_kj + p.recoverable_kj > 2e-3 * initial_kj;
        let mut named = Vec::new();
        let mut groups = Vec::new();
        for side in self.moving() {
            let map = &self.finished.assembly.maps[side];
            let paths = self.vehicle(side).paths.iter().zip(&map.path_groups);
            let mut shares: Vec<_> = paths.map(|(p, &g)| part(&p.name.replace('_', " "), &[g])).collect();
            shares.push(part("mounts", &map.mount_groups));
            shares.retain(visible);
            named.extend(map.path_groups.iter().chain(&map.mount_groups).copied());
            groups.push(energy_flow::Group {
                name: self.name(side),
                shares,
            });
        }
        // A wall takes nothing; said so, it keeps its place.
        if self.vehicle(1).is_fixed() {
            groups.push(energy_flow::Group {
                name: self.name(1),
                shares: Vec::new(),
            });
        }
        let names = self.finished.assembly.network.groups.len();
        let others: Vec<usize> = (0..names).filter(|g| !named.contains(g)).collect();
        let mut rest = vec![
            energy_flow::Share {
                name: "plastic contact".to_string(),
                dissipated_kj: record.contact_loss_at(s) * 1e-3,
                recoverable_kj: 0.0,
            },
            energy_flow::Share {
                name: "side grip".to_string(),
                dissipated_kj: record.grip_work_at(s) * 1e-3,
                recoverable_kj: 0.0,
            },
            energy_flow::Share {
                name: "relative motion".to_string(),
                dissipated_kj: 0.0,
                recoverable_kj: self.relative_energy_kj(s),
            },
        ];
        if !self.case.occupants.is_empty() {
            rest.push(part("occupants, restraints", &others));
        }
        rest.retain(visible);
        groups.push(energy_flow::Group {
            name: "Neither structure".to_string(),
            shares: rest,
        });
        groups
    }

    fn energy_flow(&self) -> Result<NamedFigure, ReportError> {
        let (record, s) = (&self.finished.record, self.parted);
        let initial_kj = self.relative_energy_kj(0);
        let groups = self.energy_groups(initial_kj);
        let caption = format!(
            "Where the energy was when the vehicles parted ({} ms): {}. 100 % is {}, {:.0} kJ; relative motion is \
             what is left of it. Shares below 0.2 % are left out.",
            fixed(Some(s as f64 * record.sample_s * 1e3), 0),
            self.title(),
            if self.vehicle(1).is_fixed() {
                "the initial kinetic energy"
            } else {
                "the kinetic energy relative to the common centre of mass"
            },
            initial_kj
        );
        let input = energy_flow::Input {
            heading: self.heading("", &caption),
            initial_kj,
            initial_name: if self.vehicle(1).is_fixed() {
                "initial energy"
            } else {
                "closing energy"
            }
            .to_string(),
            groups,
        };
        let figure = energy_flow::draw(&input, &self.theme)?;
        Ok(("energy-flow".to_string(), figure, caption))
    }

    fn faces(&self) -> Result<NamedFigure, ReportError> {
        let place = self.case.placement();
        let span = |side: usize, [lo, hi]: [f64; 2]| match (side, place.mirrored) {
            (0, _) => [lo, hi],
            (_, true) => [place.offset_m - hi, place.offset_m - lo],
            (_, false) => [place.offset_m + lo, place.offset_m + hi],
        };
        let faces: Vec<layers::Face> = self
            .moving()
            .map(|side| {
                let party = &self.case.parties[side];
                let layers = party.vehicle.layers(party.face).map(|(_, path, l)| layers::Layer {
                    name: format!("{} ({:.0})", path.name.replace('_', " "), l.setback_m / MM),
                    height_mm: l.height_m.map(|z| z / MM),
                    lateral_mm: l.lateral_m.iter().map(|b| span(side, *b).map(|y| y / MM)).collect(),
                });
                layers::Face {
                    name: self.name(side),
                    layers: layers.collect(),
                }
            })
            .collect();
        let mirrored = if faces.len() == 2 && place.mirrored {
            "; the partner, coming the other way, is seen mirrored"
        } else {
            ""
        };
        let caption = format!(
            "Load-path layers in the plane of contact as vehicle 1 looks ahead, positive to its right: {}. In \
             brackets the setback of each layer behind the foremost point, mm{mirrored}.",
            self.title()
        );
        let input = layers::Input {
            heading: self.heading("", &caption),
            faces,
        };
        let figure: Figure = layers::draw(&input, &Theme::full_page())?;
        Ok(("faces".to_string(), figure, caption))
    }
}

#[cfg(test)]
#[path = "case_figures_tests.rs"]
mod tests;
