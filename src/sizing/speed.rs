//! The highest speed at which targets can be met at all (model section 8: an infeasible target is an answer).

use super::problem::{Evaluate, Problem};
use super::settle::settle;
use super::solve::free_variables;
use crate::error::Error;

/// Highest speed of each vehicle at which the targets can be met, by bisection; a target that holds at
/// one speed is taken to hold at lower ones. Returns the speed and the load-case runs it took.
pub(super) fn highest_speed(
    problem: &Problem<'_>,
    asked_kmh: f64,
    feasible: bool,
    hint: &[f64],
    evaluator: &mut dyn Evaluate,
) -> Result<(Option<f64>, usize), Error> {
    // Each answer is the hint of the next, so one short search from it decides whether a speed holds.
    let mut eased = problem.clone();
    eased.effort.starts = 1;
    eased.effort.designs_per_start = problem.effort.designs_per_start / 4;
    eased.effort.samples = problem.effort.samples / 3;
    let problem = &eased;
    let step = problem.effort.speed_step_kmh.max(0.05);
    let most = problem.effort.speed_most_kmh.max(asked_kmh);
    let mut runs = 0;
    let variables = free_variables(problem);
    let free = variables.free().len();
    let own = free - variables.two_steps_at().len();
    let mut hints = vec![hint.to_vec()];
    for n in [own, free] {
        hints.extend([vec![1.0; n], vec![0.5; n]]);
    }
    let mut holds = |speed_kmh: f64| -> Result<bool, Error> {
        let mut asked = problem.clone();
        asked.cases.clear();
        for case in &problem.cases {
            let mut at = case.clone();
            if !at.own_wall {
                at.speed_kmh = speed_kmh;
            }
            if !asked.cases.contains(&at) {
                asked.cases.push(at);
            }
        }
        let found = settle(&asked, &hints, false, evaluator)?;
        runs += found.runs;
        if !found.x.is_empty() {
            hints[0] = found.x;
        }
        Ok(found.held.holds())
    };
    let (mut low, mut high) = if feasible {
        if holds(most)? {
            return Ok((Some(most), runs));
        }
        (asked_kmh, most)
    } else {
        let least_kmh = step.max(1.0);
        if !holds(least_kmh)? {
            return Ok((None, runs));
        }
        (least_kmh, asked_kmh)
    };
    while high - low > step {
        let middle = 0.5 * (low + high);
        if holds(middle)? {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok((Some(low), runs))
}
