//! The designs by probability of an analysis: sought on a small sample of draws, confirmed on a fresh one, reported on
//! a third.

use serde::{Deserialize, Serialize};

use super::chance::{Effort, Search, Shifted, Worlds};
use super::ensemble::{World, criteria, least_slack, monte_carlo};
use super::{Analysis, BESIDE_DRAWS, ChanceDesign, MonteCarlo, Population, Progress};
use crate::error::Error;
use crate::sizing::descent::Goal;
use crate::sizing::design::{Design, apply};
use crate::sizing::in_hand::InHand;
use crate::sizing::problem::Problem;
use crate::sizing::solve::{free_variables, packages, solve};

/// Seeds of the stages, beside those of the analysis.
const SEARCH: u64 = 2 << 32;
const CHECK: u64 = 3 << 32;

/// Draws that check a design found by the search, and how often one is sought and checked.
const CHECK_DRAWS: usize = 2000;
const CHECKS: usize = 3;
/// A design that holds with so much more probability than asked for is sought again for less.
const TOO_SURE: f64 = 0.015;

/// A finished level, as its part keeps it.
#[derive(Serialize, Deserialize, Clone)]
struct Level {
    answer: ChanceDesign,
    design: Design,
    objective_usd: f64,
}

impl Analysis<'_> {
    /// The design for the first confidence asked for, with its answer.
    pub(super) fn surest(&self, nominal: &Design, which: &[usize]) -> Result<Option<(ChanceDesign, Design)>, Error> {
        let Some(&confidence) = self.request.confidence.first() else {
            return Ok(None);
        };
        let variables = free_variables(self.population.problem);
        let mut sample = self.sample(which);
        let mut search = Search::new(&variables, starts(self.population.problem, nominal)?, &mut sample);
        search.look_at(nominal)?;
        let level = self.level(&mut search, confidence, which)?;
        Ok(Some((level.answer, level.design)))
    }

    fn sample<'s>(&'s self, which: &'s [usize]) -> Sample<'s> {
        Sample {
            population: self.population,
            which,
            seed: self.request.seed + SEARCH,
            draws: self.request.search_draws,
            progress: self.progress,
        }
    }

    /// A design for each confidence, the highest first, each added to `done` as it is finished.
    pub(super) fn designs(&self, nominal: &Design, which: &[usize], done: &mut Vec<ChanceDesign>) -> Result<(), Error> {
        let problem = self.population.problem;
        let mut levels = self.request.confidence.clone();
        levels.sort_by(|a, b| b.total_cmp(a));
        levels.dedup();
        let variables = free_variables(problem);
        let mut sample = self.sample(which);
        let fixed = starts(problem, nominal)?;
        let mut search = Search::new(&variables, fixed, &mut sample);
        search.look_at(nominal)?;
        let mut higher: Option<Level> = None;
        for &confidence in &levels {
            let name = format!("design-{confidence}");
            let known = self.parts.load(&name);
            let level = match known.and_then(|v| serde_json::from_value::<Level>(v).ok()) {
                Some(known) => {
                    search.look_at(&known.design)?;
                    known
                }
                None => {
                    let mut found = self.level(&mut search, confidence, which)?;
                    // What holds with more probability and costs less is the better answer here too.
                    if let Some(h) = higher.as_ref().filter(|h| h.answer.feasible)
                        && (!found.answer.feasible || h.objective_usd < found.objective_usd)
                    {
                        found = h.clone();
                        found.answer.confidence = confidence;
                    }
                    let value = serde_json::to_value(&found)
                        .map_err(|e| Error::request(format!("cannot write JSON: {e}"), "report this input"))?;
                    self.parts.save(&name, &value)?;
                    found
                }
            };
            done.push(level.answer.clone());
            higher = Some(level);
        }
        Ok(())
    }

    /// The design of one confidence, over draws that neither search nor check has seen.
    fn level(&self, search: &mut Search<'_>, confidence: f64, which: &[usize]) -> Result<Level, Error> {
        let problem = self.population.problem;
        let (holds, mut design) = self.confirmed(search, confidence, which)?;
        let grown = apply(problem.vehicle, &design, problem.data)?.mass.paths;
        design.materials.retain(|path, _| grown.iter().any(|p| &p.path == path));
        let draws = self.request.draws.min(BESIDE_DRAWS);
        let what = format!("design for {:.0} %", 100.0 * confidence);
        self.progress.begin(&what, draws);
        let seed = self.request.seed + 2 * CHECK;
        let seen = self.draw(&design, which, seed, draws)?;
        let sized = apply(problem.vehicle, &design, problem.data)?;
        Ok(Level {
            answer: ChanceDesign {
                confidence,
                feasible: holds && seen.probability_met.high >= confidence,
                design: crate::sizing::answer::FlatDesign::of(&design),
                added_cost_usd: sized.cost.total().usd(),
                added_mass_kg: sized.mass.total_kg(),
                monte_carlo: seen,
            },
            objective_usd: sized.objective_usd(),
            design,
        })
    }

    fn draw(&self, design: &Design, which: &[usize], seed: u64, draws: usize) -> Result<MonteCarlo, Error> {
        monte_carlo(self.population, design, which, seed, draws, self.progress)
    }

    /// A design that a fresh sample confirms: where it falls short there it is sought again at more than asked for,
    /// where it is needlessly sure, at less.
    fn confirmed(&self, search: &mut Search<'_>, level: f64, which: &[usize]) -> Result<(bool, Design), Error> {
        let what = format!("search for {:.0} %", 100.0 * level);
        let mut asked = level;
        let mut held: Option<(f64, Design)> = None;
        let mut nearest: Option<(f64, Design)> = None;
        let mut checked: Vec<Design> = Vec::new();
        for check in 0..CHECKS {
            let effort = match check {
                0 => Effort::FIRST,
                _ => Effort::AGAIN,
            };
            self.progress.begin(&what, effort.designs());
            let Some(answer) = search.solve(asked, effort)? else {
                break;
            };
            if checked.contains(&answer.design) {
                break;
            }
            checked.push(answer.design.clone());
            let seed = self.request.seed + CHECK + check as u64;
            let draws = CHECK_DRAWS.min(self.request.draws);
            self.progress.begin(&format!("check for {:.0} %", 100.0 * level), draws);
            let seen = self.draw(&answer.design, which, seed, draws)?;
            let short = level - seen.probability_met.value;
            if nearest.as_ref().is_none_or(|(s, _)| short < *s) {
                nearest = Some((short, answer.design.clone()));
            }
            if short <= 0.0 && held.as_ref().is_none_or(|(usd, _)| answer.usd < *usd) {
                held = Some((answer.usd, answer.design));
            }
            if !answer.feasible || (-TOO_SURE..=0.0).contains(&short) {
                break;
            }
            let margin = if short > 0.0 { 0.005 } else { 0.25 * TOO_SURE };
            asked = (asked + short + margin).clamp(0.02, 0.995);
        }
        if let Some((_, design)) = held {
            return Ok((true, design));
        }
        // Short by no more than the check's own sampling error still counts; the last sample has the last word.
        nearest
            .map(|(short, design)| (short < 0.01, design))
            .ok_or_else(|| Error::request("no design to start from", "allow structure, restraints or both"))
    }
}

/// The restraint packages to search over, as designs that change nothing else, cheapest first. What is added is made
/// of the materials of the nominal answer.
fn starts(problem: &Problem<'_>, nominal: &Design) -> Result<Vec<Design>, Error> {
    let mut plain = problem.materials.start(problem.vehicle, problem.data)?;
    plain.materials.extend(nominal.materials.clone());
    let with = |(_, package): (f64, Option<String>)| Design {
        package,
        ..plain.clone()
    };
    Ok(packages(problem)?.into_iter().map(with).collect())
}

/// The fixed sample that a search is run against.
struct Sample<'a> {
    population: &'a Population<'a>,
    which: &'a [usize],
    seed: u64,
    draws: usize,
    progress: &'a dyn Progress,
}

impl Worlds for Sample<'_> {
    fn slacks(&mut self, design: &Design) -> Result<Vec<f64>, Error> {
        let loads = &self.population.problem.cases;
        let worlds: Vec<World> = (0..self.draws)
            .map(|i| World::drawn(self.population, self.seed, i, self.which.to_vec()))
            .collect();
        let all = criteria(self.population, design, loads, &worlds)?;
        self.progress.done(1);
        let rule = self.population.problem.rule;
        all.iter()
            .map(|values| least_slack(rule, loads, self.which, values))
            .collect()
    }

    fn cost_usd(&self, design: &Design) -> Result<[f64; 2], Error> {
        let problem = self.population.problem;
        let sized = apply(problem.vehicle, design, problem.data)?;
        Ok([sized.objective_usd(), sized.smooth_objective_usd()])
    }

    /// The nominal sizing over the deciding load cases with `shift` kept in hand everywhere.
    fn shifted(&mut self, shift: f64, like: &Design) -> Result<Shifted, Error> {
        let mut problem = self.population.problem.clone();
        let deciding = |l: &usize| self.population.problem.cases[*l].clone();
        problem.cases = self.which.iter().map(deciding).collect();
        problem.effort.keep = InHand::of_all(shift);
        // A candidate, not an answer: the sample decides, and the polish follows.
        problem.effort.starts = 1;
        problem.effort.designs_per_start = 30;
        problem.materials.fixed.extend(like.materials.clone());
        let mut evaluator = self.population.evaluator().clone();
        let answer = solve(&problem, &packages(&problem)?, Goal::Cheapest, &[], &mut evaluator)?;
        Ok(Shifted {
            exists: answer.cost.is_some(),
            design: answer.design,
        })
    }

    fn stop(&self) -> bool {
        self.progress.stop()
    }
}
