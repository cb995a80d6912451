//! The continuous variables of a sizing with their bounds, as a point of the unit cube.

use super::design::{Design, strengthenable};
use super::partner::PartnerDesign;
use crate::vehicle::Vehicle;

/// Variables below this share of their range are nothing: an optimiser leaves such crumbs behind.
const NOTHING: f64 = 1e-6;

/// Continuous variables with their upper bounds. A point of the unit cube holds one number per variable
/// that has room: strength per path, length, cabin, two-step ratio per path, then the partner's three.
#[derive(Debug, Clone, PartialEq)]
pub struct Variables {
    /// Paths with a strength factor, each with its largest value.
    pub strength: Vec<(String, f64)>,
    /// Largest added front length, m.
    pub max_length_m: f64,
    /// Largest cabin factor.
    pub max_cabin_factor: f64,
    /// Paths that may become two steps, each with the largest ratio of second over first force; the
    /// smallest is 1: sections that fold in series give way at the weakest first, so a path cannot get softer
    /// as it is crushed.
    pub two_step: Vec<(String, f64)>,
    /// The most the partner may change; [`PartnerDesign::NONE`] leaves it alone.
    pub partner: PartnerDesign,
}

/// Largest ratio of the two steps unless another is asked for (judgement: beyond it the soft step is no
/// longer a load path).
pub const MAX_TWO_STEP_RATIO: f64 = 2.5;

impl Variables {
    /// All strengthenable paths up to 3 times as strong, up to 300 mm longer, cabin up to 3 times; shapes
    /// and partner kept.
    pub fn of(vehicle: &Vehicle) -> Self {
        Self {
            strength: strengthenable(vehicle)
                .into_iter()
                .map(|p| (p.name.clone(), 3.0))
                .collect(),
            max_length_m: 0.3,
            max_cabin_factor: 3.0,
            two_step: Vec::new(),
            partner: PartnerDesign::NONE,
        }
    }

    /// Nothing to vary.
    pub fn none() -> Self {
        Self {
            strength: Vec::new(),
            max_length_m: 0.0,
            max_cabin_factor: 1.0,
            two_step: Vec::new(),
            partner: PartnerDesign::NONE,
        }
    }

    /// Let every path with a strength factor be made into two steps too.
    pub fn reshape(&mut self) {
        self.two_step = self
            .strength
            .iter()
            .map(|(name, _)| (name.clone(), MAX_TWO_STEP_RATIO))
            .collect();
    }

    /// Width of every variable's range, in order.
    fn widths(&self) -> Vec<f64> {
        let mut all: Vec<f64> = self.strength.iter().map(|(_, most)| most - 1.0).collect();
        all.extend([self.max_length_m, self.max_cabin_factor - 1.0]);
        all.extend(self.two_step.iter().map(|(_, most)| most - 1.0));
        let p = &self.partner;
        all.extend([p.lower_rails_m, p.seas_force_n, p.softer]);
        all
    }

    /// Indices of the variables that have room to vary.
    pub fn free(&self) -> Vec<usize> {
        let widths = self.widths().into_iter().enumerate();
        widths.filter(|(_, w)| *w > 0.0).map(|(i, _)| i).collect()
    }

    /// Position of the added length among the free variables.
    pub(super) fn length_at(&self) -> Option<usize> {
        self.free().iter().position(|i| *i == self.strength.len())
    }

    /// Positions of the two-step ratios among the free variables.
    pub(super) fn two_steps_at(&self) -> Vec<usize> {
        let first = self.strength.len() + 2;
        let range = first..first + self.two_step.len();
        let free = self.free();
        (0..free.len()).filter(|k| range.contains(&free[*k])).collect()
    }

    /// The design at a point of the unit cube over the free variables.
    pub fn design(&self, x: &[f64], fixed: &Design) -> Design {
        let free = self.free();
        let unit = |i: usize| {
            let at = free.iter().position(|f| *f == i).and_then(|k| x.get(k));
            let v = at.copied().unwrap_or(0.0).clamp(0.0, 1.0);
            if v < NOTHING { 0.0 } else { v }
        };
        let n = self.strength.len();
        let m = n + 2 + self.two_step.len();
        // The ratio runs from 1 to its most, evenly in its logarithm; 0 keeps the path's own shape.
        let ratio = |(i, (name, most)): (usize, &(String, f64))| {
            let u = unit(n + 2 + i);
            (u > 0.0).then(|| (name.clone(), most.powf(u)))
        };
        Design {
            strength: self
                .strength
                .iter()
                .enumerate()
                .map(|(i, (name, most))| (name.clone(), 1.0 + unit(i) * (most - 1.0)))
                .collect(),
            added_front_length_m: unit(n) * self.max_length_m,
            cabin_factor: 1.0 + unit(n + 1) * (self.max_cabin_factor - 1.0),
            two_step: self.two_step.iter().enumerate().filter_map(ratio).collect(),
            partner: PartnerDesign {
                lower_rails_m: unit(m) * self.partner.lower_rails_m,
                seas_force_n: unit(m + 1) * self.partner.seas_force_n,
                softer: unit(m + 2) * self.partner.softer,
            },
            ..fixed.clone()
        }
    }

    /// The point of the unit cube over the free variables of a design.
    pub fn point(&self, design: &Design) -> Vec<f64> {
        let share = |value: f64, most: f64| match most > 0.0 {
            true => (value / most).clamp(0.0, 1.0),
            false => 0.0,
        };
        let strength = self.strength.iter().map(|(name, most)| {
            let s = design.strength.get(name).copied().unwrap_or(1.0);
            share(s - 1.0, most - 1.0)
        });
        let body = [
            share(design.added_front_length_m, self.max_length_m),
            share(design.cabin_factor - 1.0, self.max_cabin_factor - 1.0),
        ];
        let steps = self.two_step.iter().map(|(name, most)| {
            let ratio = design.two_step.get(name);
            // A ratio of 1 is a shape of its own, 0 keeps the path's.
            ratio.map_or(0.0, |r| (r.ln() / most.ln()).clamp(1e-3, 1.0))
        });
        let (have, most) = (&design.partner, &self.partner);
        let partner = [
            share(have.lower_rails_m, most.lower_rails_m),
            share(have.seas_force_n, most.seas_force_n),
            share(have.softer, most.softer),
        ];
        let all: Vec<f64> = strength.chain(body).chain(steps).chain(partner).collect();
        self.free().into_iter().map(|i| all[i]).collect()
    }

    /// What a design rests on: variables at (99.5 % of) their upper bound, in words.
    pub fn bounds_reached(&self, design: &Design) -> Vec<String> {
        let full = |value: f64, most: f64| most > 0.0 && value > 0.995 * most;
        let mut reached = Vec::new();
        for (name, most) in &self.strength {
            let s = design.strength.get(name).copied().unwrap_or(1.0);
            if full(s - 1.0, most - 1.0) {
                reached.push(format!("largest strength factor of {name}"));
            }
        }
        if full(design.cabin_factor - 1.0, self.max_cabin_factor - 1.0) {
            reached.push("largest cabin factor".into());
        }
        for (name, most) in &self.two_step {
            let end = most.ln() * 0.99;
            if design.two_step.get(name).is_some_and(|r| r.ln() > end) {
                reached.push(format!("largest ratio of the two steps of {name}"));
            }
        }
        let (have, most) = (&design.partner, &self.partner);
        for (what, have, most) in [
            (
                "lowering of the partner's rails",
                have.lower_rails_m,
                most.lower_rails_m,
            ),
            (
                "strength of the partner's added structure",
                have.seas_force_n,
                most.seas_force_n,
            ),
            ("softening of the partner", have.softer, most.softer),
        ] {
            if full(have, most) {
                reached.push(format!("largest {what}"));
            }
        }
        reached
    }
}
