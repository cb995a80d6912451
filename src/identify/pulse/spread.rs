//! What a pulse fit says about each number of the file (model section 10): its spread, by point for a table of which
//! the test reached a part, and whether the test moved the number at all.
//!
//! Points that the path's own crush in the test reached have one spread, that of the work up to there (of the mean
//! unloading stiffness): a pulse fixes sums, and neighbouring points trade against each other, so their own marginal
//! spreads, drawn in step, would move the sum by far more than the test allows. Points beyond keep their prior's.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};

use crate::error::Error;
use crate::vehicle::{Basis, Provenance};

use super::super::draft::{Draft, DraftTable};
use super::super::recipe::{Recipe, Template};
use super::fit::{NEIGHBOUR_SD, PulseFit, PulseProblem};
use super::parameter::neighbours;

/// Smallest spread written: what two cars of one type differ by in the same test (same-model pairs of the table
/// `repeat-tests.toml`: dynamic crush 2-3 %).
const SMALLEST_CV: f64 = 0.02;
/// A number whose logarithm the parameters move by less is not theirs.
const UNMOVED: f64 = 1e-4;
/// Share of the prior's spread by which the number or its spread must have changed to call it derived.
const MOVED_SHARE: f64 = 0.1;
/// Step of the differences, in standard deviations of the prior.
const STEP: f64 = 0.2;

/// One key of the file in logarithms.
#[derive(Debug, Clone, PartialEq)]
struct Quantity {
    /// What the test can fix of it: the number, or the sum over the points that it reached.
    seen: f64,
    /// Points of a table; empty for a single number. `None` where the number is 0.
    points: Vec<Option<f64>>,
    /// How many of them the test reached.
    reached: usize,
}

impl Quantity {
    fn single(value: f64) -> Self {
        Self {
            seen: value.ln(),
            points: Vec::new(),
            reached: 0,
        }
    }
}

/// Work up to a crush, kN mm.
fn work(t: &DraftTable, up_to_mm: f64) -> f64 {
    let mut sum = 0.0;
    for i in 1..t.crush_mm.len() {
        let (a, b) = (t.crush_mm[i - 1], t.crush_mm[i]);
        let end = b.min(up_to_mm);
        if end > a {
            let f = t.force_kn[i - 1] + (t.force_kn[i] - t.force_kn[i - 1]) * (end - a) / (b - a);
            sum += 0.5 * (t.force_kn[i - 1] + f) * (end - a);
        }
    }
    sum
}

/// Force and unloading stiffness of a path that was crushed to `reach_mm`. One that the test did not touch is judged
/// as a whole, and none of its points counts as reached.
fn table(t: &DraftTable, reach_mm: f64) -> [Quantity; 2] {
    let within = t.crush_mm.iter().filter(|c| **c <= reach_mm).count();
    let touched = within > 1;
    let (reached, up_to) = if touched {
        (within, reach_mm)
    } else {
        (0, f64::INFINITY)
    };
    let logs = |values: &[f64]| -> Vec<Option<f64>> {
        let log = |v: &f64| (*v > 0.0).then(|| v.ln());
        values.iter().map(log).collect()
    };
    let count = if touched { within } else { t.crush_mm.len() };
    let unload = logs(&t.unload_kn_per_mm);
    let mean = unload[..count].iter().flatten().sum::<f64>() / count as f64;
    [
        Quantity {
            seen: work(t, up_to).ln(),
            points: logs(&t.force_kn),
            reached,
        },
        Quantity {
            seen: mean,
            points: unload,
            reached,
        },
    ]
}

/// All keys of a draft that a parameter can move; `reach_mm` by path.
fn quantities(draft: &Draft, reach_mm: &BTreeMap<String, f64>) -> BTreeMap<String, Quantity> {
    let mut all = BTreeMap::new();
    for p in &draft.paths {
        // Their strength is a rule on the measured pulse times a margin, not a result of the fit.
        if ["dash_to_cabin", "cabin_front"].contains(&p.name) {
            continue;
        }
        let reach = reach_mm.get(p.name).copied().unwrap_or(0.0);
        let [force, unload] = table(&p.table, reach);
        all.insert(format!("path.{}.force_kN", p.name), force);
        all.insert(format!("path.{}.unload_kN_per_mm", p.name), unload);
        if let Some((_, gap)) = p.inner.filter(|(_, gap)| *gap > 0.0) {
            all.insert(format!("path.{}.gap_mm", p.name), Quantity::single(gap));
        }
    }
    for m in draft.masses.iter().filter(|m| m.role != "cabin") {
        all.insert(format!("mass.{}", m.name), Quantity::single(m.kg));
    }
    for m in &draft.mounts {
        all.insert(
            format!("mount.{}.stiffness_kN_per_mm", m.name),
            Quantity::single(m.stiffness_kn_per_mm),
        );
    }
    all
}

/// Slopes of a quantity in the parameters.
struct Slopes {
    seen: DVector<f64>,
    points: Vec<DVector<f64>>,
}

/// Entry of each number of `draft` that depends on the parameters. `reach_mm`: how far the test crushed each path.
///
/// # Errors
/// Those of building the structure beside the optimum.
pub(super) fn entries(
    problem: &PulseProblem,
    fit: &PulseFit,
    draft: &Draft,
    reach_mm: &BTreeMap<String, f64>,
    source: &str,
) -> Result<Vec<(String, Provenance)>, Error> {
    let prior = prior_covariance(problem)?;
    let base = quantities(draft, reach_mm);
    let before = quantities(&problem.draft(&vec![0.0; fit.z.len()])?.1, reach_mm);
    let slopes = slopes(problem, fit, &base, reach_mm)?;
    let sd = |of: &DMatrix<f64>, s: &DVector<f64>| s.dot(&(of * s)).max(0.0).sqrt();
    let mut all = Vec::new();
    for (key, now) in &base {
        let Some(slope) = slopes.get(key) else {
            continue;
        };
        let (old_sd, new_sd) = (sd(&prior, &slope.seen), sd(&fit.covariance, &slope.seen));
        if old_sd < UNMOVED && new_sd < UNMOVED {
            continue;
        }
        let filed = evidence_above(problem.recipe, problem.template, key);
        let shift = before.get(key).map_or(0.0, |b| (now.seen - b.seen).abs());
        if shift <= MOVED_SHARE * old_sd && new_sd >= (1.0 - MOVED_SHARE) * old_sd {
            let (basis, source) = filed.map_or((Basis::Estimated, source), |p| (p.basis, p.source.as_str()));
            all.push((key.clone(), Provenance::new(basis, source, rounded(old_sd))));
            continue;
        }
        let fitted = new_sd.hypot(SMALLEST_CV);
        let beyond = |s: &DVector<f64>| match sd(&prior, s) {
            free if free > UNMOVED => free,
            _ => filed.map_or(fitted, |p| p.cv),
        };
        let points: Vec<f64> = slope
            .points
            .iter()
            .enumerate()
            .map(|(i, s)| if i < now.reached { fitted } else { beyond(s).max(fitted) })
            .map(rounded)
            .collect();
        all.push((key.clone(), derived(source, rounded(fitted), now.reached, points)));
    }
    Ok(all)
}

/// The entry of a number that the test moved: by point where it reached a part of the table only.
fn derived(source: &str, fitted: f64, reached: usize, points: Vec<f64>) -> Provenance {
    let widest = points.iter().copied().fold(fitted, f64::max);
    let mut entry = Provenance::new(Basis::Derived, source, fitted);
    if reached > 0 && widest > fitted {
        // The widest as the entry's own: no point then moves by more than the drawn factor.
        entry.cv = widest;
        entry.cv_by_point = Some(points);
    }
    entry
}

fn rounded(cv: f64) -> f64 {
    (cv * 1000.0).round() / 1000.0
}

/// Covariance of the parameters before the test: unit normals, neighbouring points of a shape coupled.
fn prior_covariance(problem: &PulseProblem) -> Result<DMatrix<f64>, Error> {
    let n = problem.free.len();
    let mut information = DMatrix::<f64>::identity(n, n);
    let w = NEIGHBOUR_SD.powi(-2);
    for (i, j) in neighbours(problem.free) {
        information[(i, i)] += w;
        information[(j, j)] += w;
        information[(i, j)] -= w;
        information[(j, i)] -= w;
    }
    information.cholesky().map(|c| c.inverse()).ok_or_else(|| {
        Error::request(
            "the priors of the pulse fit cannot be inverted",
            "fix some of the parameters in [pulse]",
        )
    })
}

fn slopes(
    problem: &PulseProblem,
    fit: &PulseFit,
    base: &BTreeMap<String, Quantity>,
    reach_mm: &BTreeMap<String, f64>,
) -> Result<BTreeMap<String, Slopes>, Error> {
    let n = fit.z.len();
    let mut all: BTreeMap<String, Slopes> = base
        .iter()
        .map(|(key, q)| {
            let zero = Slopes {
                seen: DVector::zeros(n),
                points: vec![DVector::zeros(n); q.points.len()],
            };
            (key.clone(), zero)
        })
        .collect();
    for i in 0..n {
        let mut ends = Vec::with_capacity(2);
        for step in [-STEP, STEP] {
            let mut z = fit.z.clone();
            z[i] += step;
            ends.push(quantities(&problem.draft(&z)?.1, reach_mm));
        }
        for (key, slope) in &mut all {
            let (Some(a), Some(b)) = (ends[0].get(key), ends[1].get(key)) else {
                continue;
            };
            slope.seen[i] = (b.seen - a.seen) / (2.0 * STEP);
            for (k, s) in slope.points.iter_mut().enumerate() {
                if let (Some(Some(a)), Some(Some(b))) = (a.points.get(k), b.points.get(k)) {
                    s[i] = (b - a) / (2.0 * STEP);
                }
            }
        }
    }
    Ok(all)
}

/// The evidence that a number has without the test: its own entry of recipe or template, or the nearest group above,
/// that does not call itself derived.
fn evidence_above<'a>(recipe: &'a Recipe, template: &'a Template, key: &str) -> Option<&'a Provenance> {
    let mut at = key;
    loop {
        let own = recipe.provenance.get(at).or(template.provenance.get(at));
        if let Some(p) = own.filter(|p| p.basis != Basis::Derived) {
            return Some(p);
        }
        at = &at[..at.rfind('.')?];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rail() -> DraftTable {
        DraftTable {
            crush_mm: vec![0.0, 100.0, 300.0, 500.0],
            force_kn: vec![0.0, 100.0, 100.0, 300.0],
            unload_kn_per_mm: vec![8.0, 8.0, 10.0, 10.0],
            unload_power: 1,
        }
    }

    /// The seen part of a table is the work up to the reach; what was not touched is judged as a whole.
    #[test]
    fn the_seen_part_ends_at_the_reach() {
        let [force, unload] = table(&rail(), 400.0);
        assert!((force.seen.exp() - (5000.0 + 20000.0 + 15000.0)).abs() < 1e-6);
        assert_eq!((force.reached, unload.reached), (3, 3));
        assert_eq!(force.points[0], None);
        let [whole, _] = table(&rail(), 0.0);
        assert_eq!(whole.reached, 0);
        assert!((whole.seen.exp() - 65000.0).abs() < 1e-6);
    }

    /// Points beyond the reach keep a wider spread of their own; without any the entry has one number.
    #[test]
    fn only_a_partly_reached_table_has_points() {
        let part = derived("s", 0.05, 3, vec![0.05, 0.05, 0.05, 0.25]);
        assert_eq!(part.cv, 0.25);
        assert_eq!(part.cv_by_point.unwrap()[3], 0.25);
        assert_eq!(derived("s", 0.05, 4, vec![0.05; 4]).cv_by_point, None);
        assert_eq!(derived("s", 0.3, 0, vec![0.4; 4]).cv, 0.3);
    }
}
