//! The plan view of a case that turns: both vehicles seen from above, at first contact and at separation.

use crate::collision::yaw::mass_centre_m;
use crate::plot::Theme;
use crate::plot::plan::{self, Body, Place, Scene};
use crate::units::KMH;
use crate::vehicle::Face;

use super::case_view::View;
use super::text::fixed;
use super::{NamedFigure, ReportError};

/// A part of a face narrower than this does not show, m.
const NARROW_M: f64 = 0.02;
/// Shown of a wall beyond the first vehicle's sides, m.
const BESIDE_M: f64 = 0.6;

impl View<'_> {
    /// Can it be drawn: vehicles that turn and meet with fronts or rears?
    pub(super) fn has_plan(&self) -> bool {
        let ends = |face: Face| matches!(face, Face::Front | Face::Rear);
        self.finished.record.turns_on() && self.case.parties.iter().all(|p| ends(p.face))
    }

    /// Place of a vehicle's centre line at the start, m.
    fn centre_line_m(&self, side: usize) -> f64 {
        let yaw = self.finished.assembly.network.yaw.as_ref();
        yaw.map_or(0.0, |y| y.centre_line_m[side])
    }

    /// Displacement of the cabin's point behind a cell, along x, m.
    pub(super) fn cabin_at_cell(&self, side: usize, cell: usize, sample: usize) -> f64 {
        let record = &self.finished.record;
        let cabin = record.u_at(self.finished.assembly.maps[side].cabin, sample);
        if !record.turns_on() {
            return cabin;
        }
        let lateral = self.finished.assembly.cells[cell].lateral_m;
        let turn = record.turn_at(side, sample);
        cabin + turn.shift_m(lateral - self.centre_line_m(side))
    }

    /// Crush of a face at a sample by lateral interval from the centre line, in order, m: the mean over the cells there,
    /// weighted by contact impulse.
    fn front_m(&self, side: usize, sample: usize) -> Vec<([f64; 2], f64)> {
        let (record, assembly) = (&self.finished.record, &self.finished.assembly);
        let outward = assembly.maps[side].outward;
        let line = self.centre_line_m(side);
        let mut parts: Vec<([f64; 2], f64, f64)> = Vec::new();
        for (c, cell) in assembly.cells.iter().enumerate() {
            let weight = record.impulse_at(c, sample);
            let Some(patch) = cell.patches.first().filter(|_| weight > 0.0) else {
                continue;
            };
            let behind = self.cabin_at_cell(side, c, sample) - record.tip_at(c, side, sample);
            let crush = (cell.layers[side][0].setback_m + outward * behind).max(0.0);
            let span = patch.lateral_m.map(|y| y - line);
            let same = |p: &&mut ([f64; 2], f64, f64)| (p.0[0] - span[0]).abs() < 1e-6;
            match parts.iter_mut().find(same) {
                Some(p) => {
                    p.1 += weight * crush;
                    p.2 += weight;
                }
                None => parts.push((span, weight * crush, weight)),
            }
        }
        parts.retain(|p| p.0[1] - p.0[0] > NARROW_M);
        parts.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]));
        parts.iter().map(|p| (p.0, p.1 / p.2)).collect()
    }

    /// Outline of a vehicle by depth behind its struck face and distance from its centre line, m.
    fn outline_m(&self, side: usize, front: &[([f64; 2], f64)]) -> Vec<Place> {
        let body = &self.vehicle(side).body;
        let half = 0.5 * body.width_m;
        let mut span = [-half, half];
        if self.vehicle(side).is_fixed() {
            // A wall is wider than what is seen of it.
            let reach = 0.5 * self.vehicle(1 - side).body.width_m + BESIDE_M;
            let line = self.centre_line_m(side);
            span = [span[0].max(-reach - line), span[1].min(reach - line)];
        }
        let mut edge = Vec::new();
        let mut reached = span[0];
        for (k, (part, crush)) in front.iter().enumerate() {
            let depth = crush.min(body.length_m);
            let [lo, hi] = part.map(|y| y.clamp(span[0], span[1]));
            // Part by part in a line through their middles; at an untouched part it ends square.
            if k == 0 || lo - reached > NARROW_M {
                if lo - reached > NARROW_M {
                    edge.extend([(0.0, reached), (0.0, lo)]);
                }
                edge.push((depth, lo));
            }
            edge.push((depth, 0.5 * (lo + hi)));
            let next = front.get(k + 1);
            if next.is_none_or(|(part, _)| part[0] - hi > NARROW_M) {
                edge.push((depth, hi));
            }
            reached = hi;
        }
        if span[1] - reached > NARROW_M {
            edge.extend([(0.0, reached), (0.0, span[1])]);
        }
        edge.extend([(body.length_m, span[1]), (body.length_m, span[0])]);
        edge
    }

    /// A vehicle at a sample: turned about its mass centre, moved with the cabin and sideways.
    fn body(&self, side: usize, sample: usize) -> Body {
        let (record, map) = (&self.finished.record, &self.finished.assembly.maps[side]);
        let vehicle = self.vehicle(side);
        let behind = mass_centre_m(vehicle, self.case.parties[side].face);
        let turn = record.turn_at(side, sample);
        let centre = (
            record.u_at(map.cabin, sample) - map.outward * behind,
            self.centre_line_m(side) + turn.lateral_m,
        );
        let (sin, cos) = turn.yaw_rad.sin_cos();
        let turned = |(dx, dy): Place| (dx * cos - dy * sin, dx * sin + dy * cos);
        let placed = |outline: Vec<Place>| -> Vec<Place> {
            let place = |(depth, beside): Place| {
                let at = turned((map.outward * (behind - depth), beside));
                (centre.0 + at.0, centre.1 + at.1)
            };
            outline.into_iter().map(place).collect()
        };
        let front = if sample > 0 {
            self.front_m(side, sample)
        } else {
            Vec::new()
        };
        let undeformed_m = if front.is_empty() {
            Vec::new()
        } else {
            placed(self.outline_m(side, &[]))
        };
        Body {
            outline_m: placed(self.outline_m(side, &front)),
            undeformed_m,
            centre: (!vehicle.is_fixed()).then(|| (centre, turned((map.heading, 0.0)))),
        }
    }

    pub(super) fn plan_view(&self) -> Result<NamedFigure, ReportError> {
        let turned = |side: usize| {
            let v = &self.result.vehicles[side];
            format!(
                "{}: yaw {}°, yaw rate {}°/s, lateral {} km/h",
                self.name(side),
                fixed(Some(v.yaw_deg), 1),
                fixed(Some(v.yaw_rate_dps), 0),
                fixed(Some(v.delta_v_lateral_mps / KMH), 1)
            )
        };
        let named = |side: usize| match self.vehicle(side).is_fixed() {
            true => self.name(side),
            false => turned(side),
        };
        let parted_ms = fixed(Some(self.result.separation_ms), 0);
        let scene = |title: String, sample: usize| Scene {
            title,
            bodies: vec![self.body(0, sample), self.body(1, sample)],
        };
        let caption = format!(
            "Both vehicles from above at first contact and when they part ({parted_ms} ms): {}. Yaw is clockwise, \
             lateral speed to the first vehicle's right. A front is cut back by its crush, the mean over height; it is \
             drawn on the undeformed rest of the car, so that parts still in contact need not meet exactly.",
            self.title()
        );
        let input = plan::Input {
            heading: self.heading("", &caption),
            names: vec![named(0), named(1)],
            scenes: vec![
                scene("First contact".to_string(), 0),
                scene(format!("Separation, {parted_ms} ms"), self.parted),
            ],
        };
        let figure = plan::draw(&input, &Theme::full_page())?;
        Ok(("plan-view".to_string(), figure, caption))
    }
}
