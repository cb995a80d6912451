//! What a search keeps in hand: it runs each design once and coarsely, its answer is held to the finer step and to
//! expected risk. The difference of the two in slack, learnt at designs near the answer, is taken off every constraint
//! of the search (an additive correction of a cheap model by a dear one; Bakr et al., Optim. Eng. 1, 2000, call it space
//! mapping). It moves slowly from design to design, so a few rounds settle it.

use std::collections::BTreeMap;

use super::search::Slack;
use crate::measure::Measure;

/// Which constraint: the restraint package it was learnt with, its load case, its criterion.
type Key = (Option<String>, Option<usize>, Measure);

/// Slack kept in hand of each constraint.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InHand {
    /// Of every constraint.
    pub everywhere: f64,
    each: BTreeMap<Key, f64>,
}

impl InHand {
    /// The same slack of every constraint.
    pub fn of_all(everywhere: f64) -> Self {
        Self {
            everywhere,
            each: BTreeMap::new(),
        }
    }

    /// Take it off slacks of designs with a package. What was learnt with another package only does where nothing was
    /// with this one.
    pub(super) fn take(&self, package: Option<&String>, slacks: &mut [Slack]) {
        for s in slacks {
            let with = |p: Option<&String>| self.each.get(&(p.cloned(), s.case, s.target.criterion));
            let learnt = with(package).or_else(|| with(None));
            s.slack -= self.everywhere + learnt.copied().unwrap_or(0.0);
        }
    }

    /// Learn from one design what the verification takes; both lists in the same order, nothing taken off. Returns the
    /// largest change among constraints that are near their limit or beyond it.
    pub(super) fn learn(&mut self, package: Option<&String>, searched: &[Slack], verified: &[Slack]) -> f64 {
        let mut moved: f64 = 0.0;
        for (coarse, fine) in searched.iter().zip(verified) {
            let key = (package.cloned(), coarse.case, coarse.target.criterion);
            let before = self.each.get(&key).copied().unwrap_or(0.0);
            let now = coarse.slack - fine.slack;
            if fine.slack < NEAR {
                moved = moved.max((now - before).abs());
            }
            self.each.insert(key, now);
        }
        moved
    }
}

/// Slack beyond which a constraint does not steer a design: half its limit and less.
const NEAR: f64 = 0.7;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sizing::Target;

    fn slack(case: usize, slack: f64) -> Slack {
        let target = Target {
            criterion: Measure::JointWithoutNeck,
            limit: 0.1,
        };
        Slack {
            case: Some(case),
            target,
            value: 0.1,
            slack,
        }
    }

    /// At the design it was learnt at, the search sees what the verification sees.
    #[test]
    fn what_was_learnt_makes_the_search_see_the_verification() {
        let (searched, verified) = ([slack(0, 0.3), slack(1, -0.2)], [slack(0, -0.1), slack(1, 0.4)]);
        let mut hand = InHand::default();
        assert!((hand.learn(None, &searched, &verified) - 0.6).abs() < 1e-12);
        let mut again = searched;
        hand.take(None, &mut again);
        for (a, b) in again.iter().zip(&verified) {
            assert!((a.slack - b.slack).abs() < 1e-12);
        }
        assert!(hand.learn(None, &searched, &verified) < 1e-12);
    }

    /// What a package taught is used with it; a package that has taught nothing borrows from the car as it is.
    #[test]
    fn packages_are_learnt_apart() {
        let (package, other) = ("better".to_string(), "best".to_string());
        let mut hand = InHand::of_all(0.1);
        hand.learn(None, &[slack(0, 1.0)], &[slack(0, 0.5)]);
        hand.learn(Some(&package), &[slack(0, 1.0)], &[slack(0, 0.8)]);
        let left = |p: Option<&String>| {
            let mut one = [slack(0, 1.0)];
            hand.take(p, &mut one);
            one[0].slack
        };
        assert!((left(None) - 0.4).abs() < 1e-12);
        assert!((left(Some(&package)) - 0.7).abs() < 1e-12);
        assert!((left(Some(&other)) - 0.4).abs() < 1e-12);
    }
}
