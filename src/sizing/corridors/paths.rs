//! Corridors of a vehicle's load paths around an answer: its length, cabin, materials and restraints stay.

use serde::Serialize;

use crate::error::Error;
use crate::sizing::design::{Design, SizedVehicle, apply};
use crate::sizing::in_hand::InHand;
use crate::sizing::optimise::Sizing;
use crate::sizing::problem::{Evaluate, Problem, Vary};
use crate::sizing::search::{least, slacks_of};
use crate::sizing::settle::Held;
use crate::units::KN;

use super::widest::{Bounds, widest_box};

/// Load cases with more slack than this at the design are not run for every combination: a third of their limit is far.
const FAR: f64 = 0.4;

/// The force interval of one load path.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(non_snake_case)]
pub struct Corridor {
    /// Path.
    pub path: String,
    /// Lower end: mean force over the path's crush, kN.
    pub low_kN: f64,
    /// Upper end, kN.
    pub high_kN: f64,
    /// Of the design, kN; it may lie outside, where it rests on a limit.
    pub design_kN: f64,
    /// As built, kN: the lowest that was looked at.
    pub as_built_kN: f64,
    /// The same ends as factors on the strength as built.
    pub factor: [f64; 2],
}

/// The widest box of forces.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Corridors {
    /// One for each path that may be made stronger; empty where no surrounding of the design meets the targets.
    pub paths: Vec<Corridor>,
    /// Load cases that were run for every combination, in words.
    pub load_cases: Vec<String>,
    /// Least slack over all load cases at the middle of the box, verified: 0 at a limit.
    pub slack_at_middle: Option<f64>,
    /// Combinations that were judged.
    pub combinations: usize,
}

/// Find the corridors around an answer. Combinations are judged on single runs at the search's step, with what
/// verification takes at the design kept in hand; the ends of all intervals and their middle are verified.
///
/// # Errors
/// [`Error::Request`] where no load path is free to vary or the targets cannot be met; whatever the evaluator returns.
pub fn corridors(problem: &Problem<'_>, answer: &Sizing, evaluator: &mut dyn Evaluate) -> Result<Corridors, Error> {
    let paths = &problem.variables.strength;
    let free = matches!(problem.vary, Vary::Structure | Vary::Both);
    if paths.is_empty() || !free || paths.iter().all(|(_, most)| *most <= 1.0) {
        return Err(Error::request(
            "corridors with no load path free",
            "let structure vary (--vary structure or both) and --max-strength be above 1",
        ));
    }
    if !answer.feasible {
        return Err(Error::request(
            "corridors of targets that cannot be met",
            "loosen the targets or the bounds until a design meets them",
        ));
    }
    let factor = |name: &String| answer.design.strength.get(name).copied().unwrap_or(1.0);
    let start: Vec<f64> = paths.iter().map(|(name, _)| factor(name)).collect();
    let bounds: Bounds = paths.iter().map(|(_, most)| [1.0, *most]).collect();
    let mut around = Around::new(problem, answer, evaluator)?;
    let found = widest_box(&bounds, &start, |points| around.judge(points))?;
    let slack_at_middle = match &found {
        Some(ends) => {
            let middle: Vec<f64> = ends.iter().map(|e| 0.5 * (e[0] + e[1])).collect();
            let design = around.design(&middle);
            Some(Held::verify(problem, design, around.evaluator)?.least())
        }
        None => None,
    };
    let corridor = |((name, _), ends): (&(String, f64), &[f64; 2])| {
        let kn = mean_force_n(problem, name) / KN;
        Corridor {
            path: name.clone(),
            low_kN: ends[0] * kn,
            high_kN: ends[1] * kn,
            design_kN: factor(name) * kn,
            as_built_kN: kn,
            factor: *ends,
        }
    };
    Ok(Corridors {
        paths: paths.iter().zip(found.iter().flatten()).map(corridor).collect(),
        load_cases: around.which.iter().map(|i| problem.cases[*i].to_string()).collect(),
        slack_at_middle,
        combinations: around.judged,
    })
}

/// Mean force of a path over its crush as built, N.
fn mean_force_n(problem: &Problem<'_>, name: &str) -> f64 {
    let path = problem.vehicle.paths.iter().find(|p| p.name == name);
    path.and_then(|p| p.table.as_ref()).map_or(0.0, |t| {
        let crush = crate::cost::mass::design_crush_m(t);
        if crush > 0.0 { t.energy_to(crush) / crush } else { 0.0 }
    })
}

/// Judges combinations around an answer.
struct Around<'a, 'p> {
    problem: &'a Problem<'p>,
    answer: &'a Design,
    evaluator: &'a mut dyn Evaluate,
    which: Vec<usize>,
    hand: InHand,
    judged: usize,
}

impl<'a, 'p> Around<'a, 'p> {
    fn new(problem: &'a Problem<'p>, answer: &'a Sizing, evaluator: &'a mut dyn Evaluate) -> Result<Self, Error> {
        let held = Held::verify(problem, answer.design.clone(), evaluator)?;
        let searched = evaluator.evaluate(&held.sized, &problem.cases)?;
        let all: Vec<usize> = (0..problem.cases.len()).collect();
        let searched = slacks_of(problem.rule, &problem.cases, &all, &searched)?;
        let mut hand = InHand::default();
        hand.learn(held.design.package.as_ref(), &searched, &held.slacks);
        let near = |i: &usize| {
            held.slacks
                .iter()
                .any(|s| s.case.is_none_or(|c| c == *i) && s.slack < FAR)
        };
        Ok(Self {
            problem,
            answer: &answer.design,
            evaluator,
            which: all.iter().copied().filter(near).collect(),
            hand,
            judged: 0,
        })
    }

    /// The design with other strengths.
    fn design(&self, factors: &[f64]) -> Design {
        let mut design = self.answer.clone();
        let names = self.problem.variables.strength.iter().map(|(name, _)| name.clone());
        design.strength = names.zip(factors.iter().copied()).collect();
        let start = self.problem.materials.start(self.problem.vehicle, self.problem.data);
        for (path, material) in start.map(|s| s.materials).unwrap_or_default() {
            design.materials.entry(path).or_insert(material);
        }
        design
    }

    fn judge(&mut self, points: &[Vec<f64>]) -> Result<Vec<bool>, Error> {
        let designs = points
            .iter()
            .map(|p| apply(self.problem.vehicle, &self.design(p), self.problem.data));
        let sized = designs.collect::<Result<Vec<SizedVehicle>, Error>>()?;
        let cases: Vec<_> = self.which.iter().map(|i| self.problem.cases[*i].clone()).collect();
        self.judged += points.len();
        let all = self.evaluator.evaluate_all(&sized, &cases)?;
        let package = self.answer.package.as_ref();
        let good = |values: &Vec<_>| {
            let mut slacks = slacks_of(self.problem.rule, &self.problem.cases, &self.which, values)?;
            self.hand.take(package, &mut slacks);
            Ok(least(&slacks) >= 0.0)
        };
        all.iter().map(good).collect()
    }
}
