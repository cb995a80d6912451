//! Development, tooling and certification of what a design changes, spread over production (model section 8).
//!
//! A design pays for what it changes: rails of its own, a cell, a nose with its skin, a restraint system. A change that
//! stays within what gauge and grade give takes the old tools, so each investment grows with its change,
//! 1 - exp(-change / step), from nothing to the whole of it: no step that an optimiser would stand before.

use serde::Serialize;

use super::model::Direct;
use super::money::DirectManufacturingCost;
use crate::material::Spread;

/// What of a car a design changes.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Change {
    /// Greatest strength added to a load path over its own, s_i - 1.
    pub strength: f64,
    /// Are there sections of another shape (a path made into two steps)?
    pub new_sections: bool,
    /// Strength added to the compartment over its own, s_c - 1.
    pub cell: f64,
    /// Added front length, m.
    pub length_m: f64,
    /// Are the restraints others?
    pub restraint: bool,
}

/// Investments of a changed car and the production that pays them back.
#[derive(Debug, Clone, PartialEq)]
pub struct Programme {
    /// New rail sections: dies and fixtures.
    pub rails: Direct,
    /// All structure ahead of the dash, rails included: what a longer front needs.
    pub front: Direct,
    /// Skin, lamps and carrier that a longer front needs.
    pub skin: Direct,
    /// Front of the compartment: dies and fixtures.
    pub cell: Direct,
    /// Engineering and certification of a re-worked body and its restraints.
    pub engineering: Direct,
    /// Development and certification of a restraint system alone.
    pub restraint: Direct,
    /// Added strength (s - 1) beyond which old tools serve no longer.
    pub strength_step: Spread,
    /// Added length beyond which the old nose fits no longer, m.
    pub length_step_m: Spread,
    /// Cars a year.
    pub volume_per_year: Spread,
    /// Capital recovery a year: what a dollar invested has to earn each year of production.
    pub recovery_per_year: f64,
}

/// Share of an investment that a change takes: 0 without change, 1 - 1/e at one step.
fn share(change: f64, step: &Spread) -> f64 {
    -(-change.max(0.0) / step.central).exp_m1()
}

impl Programme {
    /// Cost per car of an investment.
    fn per_car(&self, investment: &Direct, share: f64) -> DirectManufacturingCost {
        investment.amount() * (share * self.recovery_per_year / self.volume_per_year.central)
    }

    /// What a change costs per car, line by line; lines that cost nothing are left out.
    pub fn lines(&self, change: &Change) -> Vec<(&'static str, &Direct, DirectManufacturingCost)> {
        let length = share(change.length_m, &self.length_step_m);
        let rails = match change.new_sections {
            true => 1.0,
            false => share(change.strength, &self.strength_step),
        };
        let cell = share(change.cell, &self.strength_step);
        let body = 1.0 - (1.0 - length) * (1.0 - rails) * (1.0 - cell);
        // Engineering of a re-worked body holds that of its restraints.
        let restraint = if change.restraint { 1.0 - body } else { 0.0 };
        let all = [
            (
                "new rail sections, dies and fixtures",
                &self.rails,
                (1.0 - length) * rails,
            ),
            ("longer front structure, dies and fixtures", &self.front, length),
            ("skin and lamps of a longer front", &self.skin, length),
            ("compartment front, dies and fixtures", &self.cell, cell),
            ("engineering and certification of the body", &self.engineering, body),
            (
                "engineering and certification of the restraints",
                &self.restraint,
                restraint,
            ),
        ];
        let lines = all.into_iter().filter(|(_, _, share)| *share > 0.0);
        lines
            .map(|(what, money, share)| (what, money, self.per_car(money, share)))
            .collect()
    }

    /// What a change costs per car.
    pub fn per_vehicle(&self, change: &Change) -> DirectManufacturingCost {
        self.lines(change).into_iter().map(|(_, _, usd)| usd).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::model::tests::shipped;

    /// 12 million dollars for rails are 66 $ a car at 50,000 a year and 17 $ at 200,000 (facts: 68 and 17).
    #[test]
    fn rails_of_their_own() {
        let mut costs = shipped();
        let all = Change {
            new_sections: true,
            ..Change::default()
        };
        for (volume, usd) in [(5e4, 66.5), (2e5, 16.6)] {
            costs.programme.volume_per_year = Spread::exact(volume);
            let lines = costs.programme.lines(&all);
            let (what, _, rails) = lines[0];
            assert!(
                what.starts_with("new rail") && (rails.usd() - usd).abs() < 0.1,
                "{what} {rails:?}"
            );
        }
    }

    /// More of any change never costs less, nothing costs nothing, and a hair of change costs a hair.
    #[test]
    fn investments_grow_with_the_change_and_without_a_step() {
        let programme = shipped().programme;
        let usd = |c: Change| programme.per_vehicle(&c).usd();
        assert_eq!(usd(Change::default()), 0.0);
        for restraint in [false, true] {
            let base = Change {
                restraint,
                ..Change::default()
            };
            let vary: [fn(Change, f64) -> Change; 3] = [
                |c, v| Change { strength: v, ..c },
                |c, v| Change { cell: v, ..c },
                |c, v| Change { length_m: 0.2 * v, ..c },
            ];
            for change in vary {
                let mut before = usd(base);
                assert!(usd(change(base, 1e-6)) - before < 0.01);
                for step in 1..=40 {
                    let now = usd(change(base, f64::from(step) * 0.05));
                    assert!(now >= before, "{now} after {before}");
                    before = now;
                }
            }
        }
    }

    /// A new belt alone pays less than a new body, which pays for its belts as well.
    #[test]
    fn restraints_alone_pay_their_own_certification() {
        let programme = shipped().programme;
        let belts = Change {
            restraint: true,
            ..Change::default()
        };
        let body = Change {
            new_sections: true,
            ..Change::default()
        };
        let both = Change {
            restraint: true,
            ..body
        };
        assert_eq!(programme.lines(&belts).len(), 1);
        assert!(programme.per_vehicle(&belts).usd() < programme.per_vehicle(&body).usd());
        assert_eq!(programme.per_vehicle(&both), programme.per_vehicle(&body));
    }
}
